# make demo   a running site with demo courses, in one command
# make test   everything that is checked, from nothing, on real services

VENV ?= .venv
BASE_PYTHON ?= $(firstword $(foreach p,python3.11 python3.12 python3.13 python3,$(shell command -v $(p) 2>/dev/null)))
PYTHON := $(VENV)/bin/python
PYTEST_ARGUMENTS ?= --numprocesses auto --maxprocesses 4 --dist loadfile
BENCH_ARGUMENTS ?=

export OMP_NUM_THREADS = 1

.PHONY: help setup check test demo bench lock clean

help:
	@sed -n 's/^# //p' Makefile

setup:  # a virtual environment with everything that the other targets need
	@test -n "$(BASE_PYTHON)" || { echo "Adept needs Python 3.11 or newer, and found none."; exit 1; }
	@$(BASE_PYTHON) lms/house/setup.py $(VENV)

check: setup  # lint, types, contracts, migrations, deployment settings, templates
	@$(PYTHON) lms/house/check.py

test: check  # all tests, with a throw-away PostgreSQL, Redis, Celery worker and browser
	@$(PYTHON) lms/house/services.py --browser $(PYTHON) -m pytest $(PYTEST_ARGUMENTS)

demo: setup  # the whole product on SQLite, until Ctrl-C
	@ADEPT_DEMO=1 exec $(PYTHON) manage.py demo

bench: setup  # answers a second and latencies, on a throw-away PostgreSQL
	@$(PYTHON) lms/house/services.py --durable $(PYTHON) -m lms.house.bench $(BENCH_ARGUMENTS)

COMPILE = $(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade --quiet \
	--no-emit-package torch --no-emit-package triton

lock:  # pin the newest versions that pyproject.toml allows
	@$(COMPILE) pyproject.toml --output-file requirements.lock
	@$(COMPILE) pyproject.toml --extra dev --constraint requirements.lock --output-file requirements-dev.lock

clean:  # what setup and demo made
	rm -rf $(VENV) var staticfiles lms/frontend/node_modules
