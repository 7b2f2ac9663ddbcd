# Two commands matter: `make serve` and `make test`. Both install what they need into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS ?= 2

.PHONY: serve test check fast codegen bench bench-beside bench-lengths bench-million bench-record lock node crash soak clean

serve: $(VENV)/.server
	$(BIN)/lockstep serve

test: check
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow"

# Everything but the tests: a pure function of the tree, so the quickest failures come first.
check: $(VENV)/.dev node
	./codegen.sh --check
	$(BIN)/ruff check --no-cache .
	$(BIN)/ruff format --no-cache --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The inner loop: stops at the first failure, leaves the slow folders out.
fast: $(VENV)/.dev
	$(BIN)/python -m pytest -n $(WORKERS) -x -q tests --ignore tests/system --ignore tests/proof

codegen: $(VENV)/.dev
	./codegen.sh

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks $(BENCH)

# The other benchmarks; BENCH takes options, such as BENCH="--rounds 1 --seconds 1".
bench-beside bench-lengths bench-million: bench-%: $(VENV)/.dev
	$(BIN)/python -m benchmarks.$* $(BENCH)

# All of them into docs/charts/data, and from there the charts and tables of the documents: 40 minutes, the machine being
# left alone. One that fails (not flat, say) has written its figures nevertheless.
bench-record: $(VENV)/.dev
	-$(BIN)/python -m benchmarks.lengths --json docs/charts/data/lengths.json
	-$(BIN)/python -m benchmarks.beside --json docs/charts/data/beside.json
	-$(BIN)/python -m benchmarks --json docs/charts/data/grid.json
	$(BIN)/python -m benchmarks.million --json docs/charts/data/million.json
	$(BIN)/python -m benchmarks.report

# 50 rounds of kill -9 under load (docs/proof.md); ROUNDS= and SEED= for others.
crash: $(VENV)/.dev
	$(BIN)/python -m tests.proof.crash --rounds $(or $(ROUNDS),50) --seed "$(SEED)"

# Half an hour at 70 % of the peak (docs/proof.md); MINUTES= for other lengths, ON=--postgresql for the other store.
soak: $(VENV)/.dev
	$(BIN)/python -m tests.proof.soak --minutes $(or $(MINUTES),30) $(ON)

lock: $(VENV)/.dev
	PATH="$(CURDIR)/$(BIN):$$PATH" requirements/compile.sh

# The Node SDK is tested where npm is; without it those tests say so and are skipped.
node: tests/node/package-lock.json
	@if command -v npm >/dev/null 2>&1; then \
	  if [ ! -e tests/node/node_modules/.stamp ] || [ $< -nt tests/node/node_modules/.stamp ]; then \
	    npm ci --prefix tests/node --no-audit --no-fund --loglevel=error && touch tests/node/node_modules/.stamp \
	    || { rm -rf tests/node/node_modules; echo "npm could not install: the Node SDK's tests will be skipped"; }; fi; \
	else echo "npm is absent: the Node SDK's tests will be skipped"; fi

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

# The development set holds the server set: where it is installed, `make serve` needs nothing more.
$(VENV)/.server: requirements/server.txt | $(BIN)/python
	@if [ -e $(VENV)/.dev ]; then $(MAKE) $(VENV)/.dev; else \
	  echo "Installing the server's dependencies into $(VENV) ..."; \
	  $(PIP) install --require-hashes -r requirements/server.txt && \
	  $(PIP) install --no-deps --no-build-isolation --editable .; fi
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(BIN)/python
	@echo "Installing development dependencies into $(VENV) ..."
	$(PIP) install --require-hashes -r requirements/dev.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

clean:
	rm -rf $(VENV) tests/node/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
