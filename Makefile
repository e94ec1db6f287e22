# Every target has one sentence; `make help` prints them.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
HOST ?= 127.0.0.1
JIQUN_HOME ?= $(CURDIR)/home
export JIQUN_HOME
PY := .venv/bin/python
PIP := $(PY) -m pip install -q --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run test fuzz fuzz-codecs check fix bench soak lock assets screens backup restore bundle translate docs clean

help:            ## Print this list.
	@grep -hE '^[a-z-]+: .*##|^[a-z-]+:  +##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1|/' | awk -F'|' '{printf "  make %-12s %s\n", $$1, $$2}'

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "jiqun needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V). Set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv

.stamps/run: requirements/run.txt .venv/bin/python
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@mkdir -p .stamps && touch $@

.stamps/test: requirements/test.txt .stamps/run
	$(PIP) --require-hashes -r requirements/test.txt
	@touch .stamps/test

.stamps/full: requirements/full.txt .stamps/test
	$(PIP) --require-hashes -r requirements/full.txt
	@touch .stamps/full

.stamps/bench: requirements/bench.txt .stamps/full
	$(PIP) --require-hashes -r requirements/bench.txt
	@touch .stamps/bench

.stamps/fuzz: requirements/fuzz.txt .stamps/test
	$(PIP) --require-hashes -r requirements/fuzz.txt
	@touch .stamps/fuzz

.stamps/assets: frontend/package-lock.json tools/assets.py .venv/bin/python
	$(PY) tools/assets.py
	@mkdir -p .stamps && touch $@

run: .stamps/run .stamps/assets  ## Start the whole system on this machine with the example loaded (PORT=, HOST=, JIQUN_HOME=).
	@$(PY) -m jiqun up --host $(HOST) --port $(PORT) $(UP_FLAGS)

test: .stamps/test .stamps/assets  ## Run every test this machine can run, saying what was skipped and why.
	@$(PY) tools/run_tests.py $(TEST_FLAGS)

fuzz: .stamps/fuzz .stamps/assets  ## Longer generated runs: more kills, the whole tuning half of the noisy names, then fuzz-codecs (an hour).
	.venv/bin/pytest -q tests -m fuzz
	$(PY) tools/fuzz.py --seconds $(or $(SECONDS),60)

fuzz-codecs: .stamps/fuzz  ## Coverage-guided runs of each codec over any bytes (SECONDS= for each, TARGETS=sparkplug,contract).
	$(PY) tools/fuzz.py --seconds $(or $(SECONDS),60) $(if $(TARGETS),--only $(TARGETS))

check: .stamps/test  ## Lint, types, import contracts and the house's own rules (seconds; what pre-commit calls).
	.venv/bin/ruff check src tests tools benchmarks
	.venv/bin/ruff format --check src tests tools benchmarks
	.venv/bin/basedpyright --warnings
	.venv/bin/lint-imports --no-cache
	.venv/bin/pytest -q tests/repo

fix: .stamps/test  ## Format and mend what the linter can mend.
	.venv/bin/ruff check --fix-only src tests tools benchmarks
	.venv/bin/ruff format src tests tools benchmarks

bench: .stamps/bench .stamps/assets  ## Measure against the named baselines, one JSON line each (minutes; SECONDS=300 of OPC UA).
	$(PY) -m benchmarks --seconds $(or $(SECONDS),300)

soak: .stamps/test  ## Kill every process of the intake, its boxes and the broker at random, and count (KILLS=, SEED=).
	$(PY) -m benchmarks.soak --kills $(or $(KILLS),200) $(if $(SEED),--seed $(SEED))

lock: .stamps/test  ## Make the hash-pinned requirements and the npm lock anew (no host names in them).
	$(PY) tools/lock.py

assets: .stamps/assets  ## Bring the front-end libraries by the npm lock.

screens: .stamps/test .stamps/assets  ## Take fresh screenshots of every page in both languages into docs/screens.
	$(PY) tools/screens.py

translate: .stamps/test  ## Collect the texts of pages and code into the catalogue and compile it (needs gettext).
	$(PY) tools/translate.py

docs: .stamps/test  ## Write the generated reference pages (settings, commands, roles, indicators, tables).
	$(PY) tools/reference.py

backup: .stamps/run  ## Write one file with everything of JIQUN_HOME (FILE=).
	@$(PY) -m jiqun backup $(or $(FILE),jiqun-backup.zip)

restore: .stamps/run  ## Restore FILE= into an empty JIQUN_HOME.
	@$(PY) -m jiqun restore $(FILE)

bundle: .stamps/run .stamps/assets  ## Make one archive that installs without any registry (wheels and front-end files).
	$(PY) tools/bundle.py

clean:           ## Remove what was built here (never a home folder).
	rm -rf .venv .stamps build dist node_modules src/jiqun/web/static/vendor .pytest_cache .ruff_cache .hypothesis
