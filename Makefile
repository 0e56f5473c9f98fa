# The commands of the README. Each makes the environment it needs, in .venv, the first time.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# nproc would answer OMP_NUM_THREADS, which is set below for other reasons.
JOBS ?= $(shell env -u OMP_NUM_THREADS nproc)

export COURSE_MODE ?= fast
# Tests run side by side: several threads in each would only wait for one another.
export OMP_NUM_THREADS ?= 1

.PHONY: setup sandbox demo test bench bench-grading bench-attacks bench-crash attacks clean

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

# Of the attacks on the grader, those that end by themselves; bombs, floods and endless loops are in `make attacks`.
test: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/course check
	$(BIN)/pytest tests -m "not heavy" --numprocesses $(JOBS) --dist loadgroup
	$(BIN)/pytest source --nbval-lax --nbval-kernel-name course-warm --nbval-cell-timeout 120 --numprocesses $(JOBS) --dist loadfile
	@echo "make test: everything passed"

# Loaders against the usual recipes, side by side, on the real data of COURSE_DATA.
bench: setup
	COURSE_MODE= $(BIN)/python -m bench.data

# Grading, side by side with nbgrader as it comes; what each attack earns; 200 hand-ins and ten SIGKILLs. Some minutes each,
# on an idle machine.
bench-grading: setup
	$(BIN)/python -m bench.grading

bench-attacks: setup
	$(BIN)/python -m bench.attacks

bench-crash: setup
	$(BIN)/python -m bench.crash

# Every attack on the grader, among them bombs, floods and endless loops that keep a core busy until a limit stops them.
attacks: setup
	$(BIN)/pytest tests/instructor/adversarial

clean:
	rm -rf demo .course .pytest_cache .ruff_cache
