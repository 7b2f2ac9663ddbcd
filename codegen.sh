#!/usr/bin/env bash
# Rewrites generated/ from spec/; --check writes nothing and exits with 1 when they differ.
set -euo pipefail
cd "$(dirname "$0")"
python=.venv/bin/python
[ -x "$python" ] || python=python3
exec "$python" -m spec.codegen "$@"
