# Everything the project does from a shell. It needs Python 3.11 or newer, make and git, and nothing else.

PYTHON ?= python3
DATA ?= .demo
STORY ?= parent
ARGS ?=

BIN := .venv/bin
SOURCES := domain projections analytics rendering service samples tests benchmarks
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq install
LOCK := build/lock/bin/uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo serve test check format catalogue migration openapi client bench drill lock wheel tidy install

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "PYTHON=python3.12 chooses the interpreter, DATA=folder where demo and serve keep their record,"
	@echo "STORY=juan chooses the story of the demo: parent, juan, mia, sam or professional."
	@echo "ARGS='…' is passed on to demo, serve, test (pytest) and bench."

demo: install ## tell a story of care (STORY=juan: another) through the real service and leave it running
	@$(BIN)/care-timeline demo --story "$(STORY)" --data-dir "$(DATA)" $(ARGS)

serve: install ## run the service with its embedded PostgreSQL
	@CARE_TIMELINE_DATA_DIR="$(DATA)" $(BIN)/care-timeline serve $(ARGS)

# The tests start many processes: each finds what an earlier one compiled, also where the shell forbids to keep that.
# How many processes, tests/conftest.py says.
# Files in order: by number of tests, as xdist has it, the few long ones would be last, and one process would end alone.
test: export PYTHONDONTWRITEBYTECODE =
test: install build/client/generated ## run every test
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: install build/client/generated ## format, lint, types and the direction of imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy $(wildcard $(SOURCES)) clients/python/src
	@$(BIN)/lint-imports --no-logo

format: install ## put the code into its one format and repair what ruff can
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

openapi: install ## write the API's description to docs/openapi.json
	@$(BIN)/python -c 'import json; from service.api.app import describe; print(json.dumps(describe(), indent=1))' \
		> docs/openapi.json

client: build/client/generated ## generate the Python client from docs/openapi.json and build its wheel into dist/
	@cd clients/python && ../../build/client/bin/python -m hatchling build --target wheel --directory ../../dist

pages: install ## write the pages of docs/ that are made from the code: the events, and the rows of care
	@$(BIN)/python -m rendering.pages

catalogue: install ## write down what the migrations make in a database's catalogue, for doctor to compare
	@$(BIN)/python -m service.doctor.new_catalogue

migration: install ## write the migration to the tables as declared: make migration MESSAGE="add a column"
	@$(BIN)/python -m service.database.new_migration "$(MESSAGE)"

bench: install ## measure us, a peer and the limit side by side (ARGS=soak: ten minutes of mixed load)
	@$(BIN)/python -m benchmarks $(ARGS)

drill: install ## back up a simulated clinic, destroy its server, restore it, say what it took (ARGS="--events 100000")
	@$(BIN)/python -m samples.drill $(ARGS)

wheel: install ## build the package into dist/
	@$(BIN)/python -m hatchling build --target wheel

lock: build/lock/installed ## choose the newest versions that pyproject.toml allows and pin them with hashes
	@$(LOCK) --upgrade pyproject.toml --output-file requirements/runtime.txt
	@$(LOCK) --upgrade pyproject.toml --extra analytics --extra telemetry --output-file requirements/image.txt \
		--constraint requirements/runtime.txt
	@$(LOCK) --upgrade --group build --output-file requirements/build.txt
	@$(LOCK) --upgrade pyproject.toml --group development --output-file requirements/development.txt \
		--constraint requirements/image.txt --constraint requirements/build.txt
	@$(LOCK) --upgrade --group clients/python/pyproject.toml:build --output-file requirements/client.txt
	@git diff --stat -- requirements

tidy: ## remove what make made, except the record that demo and serve keep
	rm -rf .venv build dist clients/python/src/care_timeline_client/rest .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

install: .venv/installed

# The lock decides what is installed: when it changes, the environment is made anew.
.venv/locked: requirements/development.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit( \
		"care-timeline needs Python 3.11 or newer, and $(PYTHON) is %d.%d. " % sys.version_info[:2] \
		+ "Name a newer one: make PYTHON=python3.12 …")'
	@echo "Making .venv and installing what requirements/development.txt names …"
	@$(PYTHON) -m venv --clear .venv
	@$(PIP) --require-hashes -r requirements/development.txt
	@touch $@

.venv/installed: .venv/locked pyproject.toml
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

# The client's generator asks for other versions than the service, so it has an environment of its own.
build/client/installed: requirements/client.txt
	@$(PYTHON) -m venv --clear build/client
	@build/client/bin/python -m pip --disable-pip-version-check -qq install --require-hashes -r requirements/client.txt
	@touch $@

build/client/generated: build/client/installed docs/openapi.json clients/python/generate.py
	@build/client/bin/python clients/python/generate.py
	@touch $@

build/lock/installed:
	@$(PYTHON) -m venv --clear build/lock
	@build/lock/bin/python -m pip --disable-pip-version-check -qq install "uv>=0.13,<1"
	@touch $@
