# The two commands: `make run` and `make test`. `make help` lists the rest.

PYTHON ?= python3
PORT ?= 8000
export CHROMIUM
# Where Python is told to keep no bytecode, each of the hundreds of processes that the tests start
# would compile the program again.
unexport PYTHONDONTWRITEBYTECODE
VENV := .venv
BIN := $(VENV)/bin
# The tests run in as many processes as there are cores, in four at most; JOBS=0 runs them in one.
JOBS ?= auto
PYTEST = $(BIN)/python -m pytest --numprocesses $(JOBS) --maxprocesses 4 --dist worksteal
# Errors of the installer should show; its progress need not.
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet -c constraints.txt

.DEFAULT_GOAL := help
.PHONY: help run test test-long lint check build bench clean browser nginx translations dist locks parts audit

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

run: $(VENV)/installed ## Install, build the index if needed, serve on http://127.0.0.1:8000
	@$(BIN)/kb build
	@KB_PORT=$${KB_PORT:-$(PORT)} $(BIN)/kb serve

test: $(VENV)/installed-test browser nginx ## Install what the tests need, a browser included, and run them all
	@scripts/in-memory $(PYTEST)

test-long: $(VENV)/installed-test browser ## Run the longer forms of some tests, which 'make test' leaves out
	@scripts/in-memory $(PYTEST) -m long

lint: $(VENV)/installed-test ## Check the style of the code and who may import whom
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-cache

check: $(VENV)/installed ## Check the cases: every problem with its file and line
	@$(BIN)/kb check

build: $(VENV)/installed ## Build the index of the cases
	@$(BIN)/kb build

bench: $(VENV)/installed-test ## Measure build, start, memory and queries (minutes)
	@$(BIN)/python benchmarks/run.py

translations: $(VENV)/installed ## Collect the sentences of the pages, bring the catalogues up to date and compile them
	@$(BIN)/pybabel -q extract -F pyproject.toml --omit-header --sort-output --add-location=file -o web/translations/messages.pot .
	@$(BIN)/pybabel -q update -i web/translations/messages.pot -d web/translations --no-fuzzy-matching --ignore-pot-creation-date
	@$(BIN)/pybabel -q compile -d web/translations

dist: $(VENV)/installed-dist ## Make the wheel and the sdist in dist/
	@$(BIN)/python -m build --outdir dist

locks: $(VENV)/installed-release ## Make the locks in deploy/ of pyproject.toml; LOCK=--upgrade takes newer versions
	@$(BIN)/python scripts/lock.py $(LOCK)

parts: $(VENV)/installed-release ## List the parts that serve, as CycloneDX, with their licences
	@$(BIN)/python scripts/parts.py

audit: $(VENV)/installed-release ## Ask whether a locked part has a known vulnerability (needs the network)
	@for lock in serving building torch postgresql parquet; do \
	  $(BIN)/pip-audit --strict --require-hashes --disable-pip -r deploy/requirements-$$lock.txt || exit 1; done

clean: ## Remove the environment and everything built
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find index -mindepth 1 ! -name README.md -delete

browser:
	@scripts/ensure-browser

nginx:
	@scripts/ensure-nginx

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 5))' || \
	  { echo "Python 3.11.5 or newer is needed; set PYTHON, as in: make run PYTHON=python3.12" >&2; exit 1; }
	@echo "Creating $(VENV) …" >&2
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Installing (a few minutes the first time) …" >&2
	@$(PIP) -e .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	@echo "Installing what the tests need …" >&2
	@$(PIP) -e '.[test]'
	@touch $@

# A wheel is made without what it needs when it runs, PyTorch for one.
$(VENV)/installed-dist: | $(VENV)/bin/python
	@$(PIP) 'build>=1.2'
	@touch $@

$(VENV)/installed-release: $(VENV)/installed
	@echo "Installing what makes a release …" >&2
	@$(PIP) -e '.[release]'
	@touch $@
