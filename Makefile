# Two commands do all the set-up: `make demo` and `make test`. They need Python 3.11 or newer, make and git.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
DEMO_JSON ?= /dev/null

.PHONY: demo test lint unit format clean

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "codeopt needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@

# The main job on the embedded default: no model, no Docker.
demo: $(VENV)/installed
	$(BIN)/codeopt optimize examples/weblog --sandbox local --model none --max-targets 1 --budget 60s --json $(DEMO_JSON)

test: lint unit

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Two workers: one for all tests that open sandboxes, which share a core and are timed, one for the others.
unit: $(VENV)/installed
	$(BIN)/python -m pytest -n 2 --dist loadscope --durations=30

format: $(VENV)/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis examples/*/.codeopt
