# Two commands matter: `make demo` and `make test`. Each builds the locked environment by itself.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.synced

export PATH := $(CURDIR)/$(BIN):$(PATH)
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export RUNTIME__DLTHUB_TELEMETRY := false
export GX_ANALYTICS_ENABLED := false
export DAGSTER_DISABLE_TELEMETRY := yes

.PHONY: help setup demo ui test lint bench clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

setup: $(STAMP) ## Create or refresh the locked environment in .venv

$(STAMP): requirements.lock pyproject.toml
	@command -v uv >/dev/null 2>&1 || $(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore uv
	@test -x $(BIN)/python || uv venv --quiet --python $(PYTHON) $(VENV)
	@uv pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python requirements.lock
	@uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## Run everything on a simulated operator: sandbox, pull, build, check, publish, report
	@fourwire demo $(DEMO_ARGS)

ui: setup ## Open the Dagster UI on the same data (http://127.0.0.1:3000)
	@fourwire ui

test: setup ## Run the tests
	@pytest -n 2 --dist loadscope

lint: setup ## Format check, lint and types
	@ruff check . && ruff format --check . && mypy

bench: setup ## Measure ingestion, the daily loop and household accuracy (see benchmarks/README.md)
	@python -m benchmarks

clean: ## Remove the local warehouse, landing archive, published marts and reports
	@find data -mindepth 1 -maxdepth 1 ! -name README.md ! -name sample -exec rm -rf {} +
