# Every target works from a clean clone: it makes .venv, installs from the hash-locked files, then does its job.
# Stamp files remember what is installed, so the second call starts at once.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
HASHED := $(PIP) install --quiet --require-hashes --no-deps
CODE   := bot moderation playbooks rules tests benchmarks
COMPILE := $(VENV)/lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

.DEFAULT_GOAL := help
.PHONY: help run test check bench prove docs coverage format lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run.stamp ## Sereno with the local room; options in ARGS="--port 9000"
	@$(BIN)/sereno run $(ARGS)

test: $(VENV)/dev.stamp $(if $(DETOXIFY),$(VENV)/detoxify.stamp) ## all tests, with DETOXIFY=1 also Detoxify's; options in ARGS="tests/rules -k flood"
	@$(if $(DETOXIFY),SERENO_DETOXIFY=1) $(BIN)/python -m pytest -m "not prove" $(ARGS)

check: $(VENV)/dev.stamp ## style, types, who imports whom, and the shipped rule packs
	@$(PIP) check
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/sereno check rules/packs examples/rules
	@$(BIN)/sereno test rules/packs examples/rules

bench: $(VENV)/bench.stamp ## the benchmark with its peers; options in ARGS="--suite rules --json"
	@$(BIN)/python -m benchmarks --peers $(ARGS)

prove: $(VENV)/dev.stamp ## the long proofs of what Sereno promises; options in ARGS="kills --kills 200"
	@$(BIN)/python -m tests.prove $(ARGS)
	@$(BIN)/python -m pytest -m prove --timeout 3600

docs: $(VENV)/dev.stamp ## run every command and example in README.md and docs/
	@$(BIN)/python -m pytest tests/house/test_docs.py $(ARGS)

coverage: $(VENV)/dev.stamp ## all tests, with the lines they never reach
	@$(BIN)/python -m pytest --cov --cov-report=term $(ARGS)

format: $(VENV)/dev.stamp ## put the code in its usual form
	@$(BIN)/ruff check --fix $(CODE)
	@$(BIN)/ruff format $(CODE)

lock: $(VENV)/lock.stamp ## resolve all dependencies anew into requirements/*.txt
	$(COMPILE) --upgrade --output-file requirements/lock.txt requirements/lock.in
	$(COMPILE) --upgrade --output-file requirements/build.txt requirements/build.in
	$(COMPILE) --upgrade --output-file requirements/default.txt pyproject.toml
	$(COMPILE) --upgrade --extra test --extra dev --constraint requirements/default.txt --output-file requirements/dev.txt pyproject.toml
	$(COMPILE) --upgrade --extra bench --constraint requirements/default.txt --output-file requirements/bench.txt pyproject.toml

clean: ## remove the environment and all caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage

$(VENV)/base.stamp: requirements/build.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Sereno needs Python 3.11 or newer; name one with PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) ..."
	@$(HASHED) -r requirements/build.txt
	@touch $@

define install
	@$(HASHED) -r $<
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@
endef

$(VENV)/run.stamp: requirements/default.txt pyproject.toml $(VENV)/base.stamp
	$(install)

$(VENV)/dev.stamp: requirements/dev.txt pyproject.toml $(VENV)/base.stamp
	$(install)

# torch comes first and by itself, so that detoxify finds it and does not fetch CUDA packages.
$(VENV)/detoxify.stamp: $(VENV)/dev.stamp
	@echo "Installing torch and detoxify into $(VENV) ..."
	@$(PIP) install --quiet torch==2.13.0
	@$(PIP) install --quiet --no-build-isolation --editable '.[detoxify]'
	@touch $@

$(VENV)/bench.stamp: requirements/bench.txt pyproject.toml $(VENV)/base.stamp
	$(install)

$(VENV)/lock.stamp: requirements/lock.txt $(VENV)/base.stamp
	@$(PYTHON) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip install --quiet --require-hashes --no-deps -r $<
	@touch $@
