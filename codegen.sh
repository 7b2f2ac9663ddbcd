#!/usr/bin/env bash
# Rewrites generated/ from spec/; --check writes nothing and exits with 1 when they differ.
set -euo pipefail
cd "$(dirname "$0")"
python=.venv/bin/python
[ -x "$python" ] || python=python3
"$python" -c '
import importlib.util, sys
needed = "datamodel_code_generator", "openapi_spec_validator", "yaml"
sys.exit(any(importlib.util.find_spec(name) is None for name in needed))' || {
  echo "codegen.sh: $python lacks the generator: install requirements/dev.txt (\`make test\` does)" >&2
  exit 1
}
exec "$python" -m spec.codegen "$@"
