# Linka: `make demo` shows it, `make test` proves it. `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo venv check test bench docs screens format lint types fast all-tests packages clean distclean

PY := .venv/bin/python
# One worker per core, two at least: much of the time is spent waiting for a browser or a server. A file's tests stay
# together, so that what its fixtures make is made once.
WORKERS ?= $(shell n=$$(nproc 2>/dev/null || echo 2); [ $$n -gt 2 ] && echo $$n || echo 2)
PYTEST := $(PY) -m pytest -q -n $(WORKERS) --dist loadfile

help: ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: ## Install, load the demo city, start Linka and print its address (again: seconds, data kept)
	@.ci/venv runtime
	@$(PY) -m dashboard demo

venv: ## Only the environment in .venv: what runs Linka and what checks it
	@.ci/venv dev

check: ## Lint, types and the fast tests, in under a minute
	@.ci/venv dev
	@$(MAKE) --no-print-directory -j 2 --output-sync=target lint types fast

test: ## Everything: lint, types, and every test with a real PostGIS and a real browser
	@.ci/packages
	@.ci/venv dev
	@$(MAKE) --no-print-directory lint types all-tests

bench: ## Measure speed; the report goes to var/bench/report.md and report.json
	@.ci/packages
	@.ci/venv dev
	@$(PY) -m tests.benchmarks

docs: ## Write the reference pages under docs/ anew from the code
	@.ci/venv dev
	@$(PY) -m etl.reference
	@$(PY) -m dashboard.reference

screens: ## Take the README's pictures of every page anew, from the database of the settings
	@$(PY) -m tests.browser.screens

format: ## Order imports and lay the code out
	@.ci/venv dev
	@$(PY) -m ruff check -q --fix-only .
	@$(PY) -m ruff format .

lint:
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check -q . || { echo "Some files are not laid out: make format"; exit 1; }

types:
	@$(PY) -m mypy

FAST = tests/floors tests/docs tests/dashboard/metrics tests/dashboard/test_i18n.py tests/dashboard/test_filters.py \
	tests/dashboard/test_formats.py tests/etl/clock tests/etl/checks tests/etl/transforms tests/geodata/cities tests/geodata/test_*.py

fast:
	@$(PYTEST) -m "not slow and not postgis and not browser" $(FAST)

all-tests:
	@$(PYTEST) --durations=15

packages: ## Install the system packages that the tests need (PostgreSQL, PostGIS, Chromium)
	@.ci/packages

clean: ## Remove caches and reports; keep the environment and the data
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis var/bench test-results
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean ## Remove the environment and the data too
	@rm -rf .venv var
