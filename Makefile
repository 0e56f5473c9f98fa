# The commands of the README. Each makes the environment it needs, in .venv, the first time.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# nproc would answer OMP_NUM_THREADS, which is set below for other reasons.
JOBS ?= $(shell env -u OMP_NUM_THREADS nproc)

export COURSE_MODE ?= fast
# Tests run side by side: several threads in each would only wait for one another.
export OMP_NUM_THREADS ?= 1

.PHONY: setup sandbox demo test bench attacks lint check clean

setup: $(VENV)/.installed sandbox

# Hand-ins are run in a sandbox that needs Debian's bubblewrap: installed here where we may, else said once.
sandbox:
	@command -v bwrap >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq bubblewrap >/dev/null; } || \
	  echo "No sandbox for hand-ins: install it with 'sudo apt-get install bubblewrap'."

$(VENV)/.installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --requirement requirements.txt
	$(BIN)/pip install --quiet --no-deps --editable .
	$(BIN)/python -c "from instructor.kernels import install; install()"
	touch $@

demo: setup
	$(BIN)/course demo

test: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/course check
	$(BIN)/pytest tests --ignore tests/instructor/adversarial --numprocesses $(JOBS) --dist loadgroup
	$(BIN)/pytest source --nbval-lax --nbval-kernel-name course-warm --nbval-cell-timeout 120 --numprocesses $(JOBS) --dist loadfile
	@echo "make test: everything passed"

# Loaders against the usual recipes, side by side, on the real data of COURSE_DATA.
bench: setup
	COURSE_MODE= $(BIN)/python -m bench.data

# Attacks on the grader, among them bombs that keep the whole machine busy: on their own, on an idle machine.
attacks: setup
	$(BIN)/pytest tests/instructor/adversarial

clean:
	rm -rf demo .course .pytest_cache .ruff_cache
