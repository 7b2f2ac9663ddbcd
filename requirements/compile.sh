#!/usr/bin/env bash
# Rewrites the locked requirement files from pyproject.toml. Hashes, no index addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
    --no-emit-index-url --no-emit-find-links --no-annotate "$@"
}
compile pyproject.toml -o requirements/judge.txt
compile pyproject.toml --extra server --group build -o requirements/server.txt
compile pyproject.toml --extra server --extra postgresql --extra otel --group build -o requirements/image.txt
compile pyproject.toml --extra server --group build --group dev -o requirements/dev.txt
compile --group agents -o requirements/agents.txt
