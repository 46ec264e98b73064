# `make` alone lists what there is. Nothing here needs more than Python 3.11 and its venv module.

PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help demo test prove bench check words requirements env migration browser screenshots clean

help: ## List what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.ready ## Open the desk on a simulated shop, Slack and Stripe; needs no account
	$(BIN)/python -m bot demo

test: .venv/.ready-dev ## Run the tests; needs no network and no service
	$(BIN)/python -m pytest -n $(WORKERS) -m "not browser and not slow and not proof"

prove: .venv/.ready-dev ## Prove that money moves once: faults, deaths, races and defects by the thousand, counted
	.ci/with-postgresql $(BIN)/python -m pytest -n $(WORKERS) -m proof

bench: .venv/.ready-dev ## Measure what a slow shop costs a click, the journal a refund, and a million returns everything
	$(BIN)/python -m tests.bench.slow_shop
	$(BIN)/python -m tests.bench.journal_price
	$(BIN)/python -m tests.bench.portal
	$(BIN)/python -m tests.bench

check: .venv/.ready-dev ## Look at style, types and the directions of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

browser: .venv/.ready-browser ## Run the tests that look at pages; CHROMIUM names the browser
	$(BIN)/python -m pytest -m browser

screenshots: .venv/.ready-browser ## Take the pictures of the documents from the running demo
	$(BIN)/python -m tests.browser.screenshots
	$(BIN)/python -m tests.browser.portal_pictures
	$(BIN)/python -m tests.browser.home_pictures

words: .venv/.ready-dev ## Collect the sentences of the code into the catalogues; what is new stands there empty
	$(BIN)/python -m tests.words

migration: .venv/.ready-dev ## Write the next revision of the schema: make migration NAME="what changes"
	$(BIN)/python -m store.migrations "$(NAME)"
	-$(BIN)/ruff check -q --fix store/migrations
	$(BIN)/ruff format -q store/migrations

env: .venv/.ready ## Renew .env.example and the table of settings in the README
	$(BIN)/python -m bot env --readme README.md > .env.example

COMPILE = uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

requirements: ## Pin what pyproject.toml asks for; needs uv
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --group dev -o requirements-dev.txt
	$(COMPILE) pyproject.toml --group dev --group browser -o requirements-browser.txt

clean: ## Remove what can be made again
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Returns Desk needs Python 3.11 or newer; name it with make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || \
	  { echo "Python's venv module is missing. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/.ready: .venv/.made requirements.txt pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/.ready-dev: .venv/.made requirements-dev.txt pyproject.toml
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@ .venv/.ready

.venv/.ready-browser: .venv/.ready-dev requirements-browser.txt
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-browser.txt
	@touch $@
