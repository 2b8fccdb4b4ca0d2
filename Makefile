# «make run» and «make test» are all one needs: each makes .venv by itself first.
# A second run is instant; a changed pyproject.toml or constraints.txt installs again.

PORT   ?= 8080
EXTRAS := dev,postgres
BIN    := .venv/bin
STAMP  := .venv/.installed
QUOTA  := tests/integration/delivery/test_quota.py

# Looked up only when a virtual environment has to be made. Debian's bare python3 has venv without ensurepip, so both are tried.
HAVE_PYTHON = $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' </dev/null >/dev/null 2>&1 && echo $$p && break; done)
PYTHON = $(or $(HAVE_PYTHON),$(error Python 3.11 or newer with venv is needed; on Debian: apt-get install python3 python3-venv))

.PHONY: venv run test rooms quota soak bench lint lock clean
.DELETE_ON_ERROR:

venv: $(STAMP)

run: $(STAMP)
	@exec $(BIN)/rbm dev bots/garage --port $(PORT)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Rooms by themselves and together run on all cores and are measured; beside them the long runs in virtual time, which
# one core does alone; then what plays whole deployments, one test at a time and at full speed.
test: lint
	$(MAKE) --no-print-directory -j 2 rooms quota
	$(BIN)/python -m pytest tests/acceptance </dev/null

rooms: $(STAMP)
	$(BIN)/python -m pytest -n auto --dist loadfile --ignore $(QUOTA) --cov --cov-report=term-missing:skip-covered \
		tests/unit tests/bots tests/integration </dev/null

quota: $(STAMP)
	$(BIN)/python -m pytest -q $(QUOTA) </dev/null

soak: $(STAMP)
	$(BIN)/python -m pytest -m soak </dev/null

bench: $(STAMP)
	$(BIN)/python -m tests.bench </dev/null

# The newest versions that pyproject.toml allows, resolved in an environment of their own; then run «make test» with them.
lock:
	rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet '.[$(EXTRAS)]' </dev/null
	{ sed '/^#/!d' constraints.txt; build/lock/bin/python -m pip freeze --exclude rbm_bots; } >build/constraints.txt
	mv build/constraints.txt constraints.txt
	rm -rf build/lock

# Bots' own data (.rbm/) stays.
clean:
	rm -rf .venv build dist htmlcov .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -m venv .venv </dev/null

$(STAMP): pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]' </dev/null
	@touch $@
