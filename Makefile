# The commands of the README. Each makes the environment it needs, in .venv, the first time.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= $(shell nproc)

export COURSE_MODE ?= fast
export PYTHONWARNINGS ?= ignore

.PHONY: setup demo test lint check clean

setup: $(VENV)/.installed

$(VENV)/.installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --requirement requirements.txt
	$(BIN)/pip install --quiet --no-deps --editable .
	touch $@

demo: setup
	$(BIN)/course demo

test: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/course check
	$(BIN)/pytest tests --numprocesses $(JOBS) --dist loadgroup
	$(BIN)/pytest source --nbval-lax --nbval-cell-timeout 120 --numprocesses $(JOBS) --dist loadfile
	@echo "make test: everything passed"

clean:
	rm -rf demo .course .pytest_cache .ruff_cache
