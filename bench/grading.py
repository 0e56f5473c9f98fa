"""Grade the same hand-ins of a torch lab with nbgrader as it comes and with `course grade`, side by side in one run.

Run it with `make bench-grading`, on an idle machine. The floor is the students' code alone, in forks of a process that
has already imported everything.
"""

from __future__ import annotations

import argparse
import copy
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from bench.crash import COURSE_COMMAND, write_skeleton
from instructor.course import Course
from instructor.gradebook.nbgrader import kept_open
from instructor.grading import class_run
from instructor.grading.hand_in import default_policy, grade_hand_in, load_lab
from instructor.kernels import forkserver, install
from instructor.kernels.forkserver import SINGLE_THREADED
from instructor.kernels.limits import processor_seconds
from instructor.labs.answers import load_answers
from instructor.labs.build import build
from instructor.notebooks import find_cell, grade_id, is_solution, read_notebook, write_notebook

ROOT = Path(__file__).resolve().parents[1]
COURSE = Course(ROOT)
LIGHT = "light"
IMPORTS = """import lightning
import matplotlib.pyplot as plt
import numpy as np
import torch
import torchmetrics
import torchvision"""
TRAINING = """torch.manual_seed(0)
x = torch.randn(200, 5)
y = x @ torch.arange(5.0)
model, losses = torch.nn.Linear(5, 1), []
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(100):
    loss = torch.nn.functional.mse_loss(model(x)[:, 0], y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
plt.plot(losses);"""
BODIES = [
    "    return float(torch.as_tensor(x).mean())",
    "    return 2.0",
    "    return float(x.sum() / len(x))",
    "    raise ValueError",
]
FAST = {"COURSE_MODE": "fast"} | SINGLE_THREADED
SETTINGS = [(1, "auto"), (2, "auto"), (4, "auto"), (1, "none"), (2, "none")]
HEADER = ("way", "hand-ins", "whole run s", "steady /hour", "CPU s each", "kernel MiB", "x stock", "x floor")
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
WIDTHS = (34, 9, 12, 13, 11, 9, 8, 8)


@dataclass(frozen=True)
class Run:
    """What grading `size` hand-ins took.

    Attributes
    ----------
    seconds
        Of the whole command, with every start and the reference run.
    steady
        Seconds a hand-in from the first result to the last: what a large class sees.
    cpu_seconds
        Of all processes a hand-in, the starts included.
    mebibytes
        The most that a kernel has had for itself.
    """

    size: int
    seconds: float
    steady: float
    cpu_seconds: float
    mebibytes: float

    @property
    def an_hour(self) -> float:
        """Hand-ins an hour, once the first is done."""
        return 3600 / self.steady


def main() -> None:
    """Measure every way and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lab", default=LIGHT, help="a lab of the course; by default one small exercise in torch")
    parser.add_argument("--size", type=int, default=60, help="hand-ins for course grade")
    parser.add_argument("--stock-size", type=int, default=6, help="hand-ins for stock nbgrader, which is slow")
    arguments = parser.parse_args()
    lab = arguments.lab
    install()
    os.environ.update(FAST)
    os.nice(1)  # hence a fork server that serves nobody else, and is measured
    print(f"{lab}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    _print_row(HEADER)
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        floor = measure_floor(lab, min(10, arguments.size))
        _print_row(
            (
                "floor, one process",
                floor.size,
                f"{floor.seconds:.1f}",
                f"{floor.an_hour:.0f}",
                f"{floor.cpu_seconds:.2f}",
            )
        )
        stock = grade_with_nbgrader(make_class(Path(folder, "stock"), lab, arguments.stock_size), lab)
        _compare("stock nbgrader autograde", stock, stock, floor)
        for workers, sandbox in SETTINGS:
            course = make_class(Path(folder, f"{workers}-{sandbox}"), lab, arguments.size)
            name = f"course grade, {workers} worker{'s' * (workers > 1)}{', no sandbox' * (sandbox == 'none')}"
            _compare(name, grade_with_course(course, lab, workers, sandbox), stock, floor, workers)
        seconds, cpu = writer_seconds(make_class(Path(folder, "writer"), lab, 6), lab)
    print(
        f"the single writer takes {seconds:.2f} s ({cpu:.2f} s of CPU) a result: {3600 / seconds:.0f} an hour at most"
    )


def make_class(root: Path, lab: str, size: int) -> Course:
    """Write a course with one lab and `size` hand-ins: right answers, and mistakes that students really make."""
    course = write_course(root, lab)
    source, release = read_notebook(course.source(lab)), read_notebook(course.release(lab))
    if lab == LIGHT:
        answers = light_answers(source)
    else:
        answers = [source, *(answer.apply(source) for answer in load_answers(COURSE.answers(lab)))]
    for number in range(size):
        for cell in release.cells:
            if is_solution(cell):
                cell.source = _without_markers(find_cell(answers[number % len(answers)], grade_id(cell)).source)
        write_notebook(release, course.hand_in(f"s{number:03}", lab).submitted)
    return course


def write_course(root: Path, lab: str) -> Course:
    """Write a course with one lab, and nobody in it."""
    course = Course(root)
    root.mkdir(parents=True)
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    if lab == LIGHT:
        _write_light_lab(course)
    else:
        for path in (COURSE.source(lab), COURSE.release(lab)):
            shutil.copytree(path.parent, root / path.parent.relative_to(ROOT))
    return course


def _write_light_lab(course: Course) -> None:
    """Write a lab of one small exercise in torch, one short training and one figure."""
    write_skeleton(course, LIGHT)
    source = read_notebook(course.source(LIGHT))
    cells = {cell.id: cell for cell in source.cells}
    cells["setup"].source = "from helpers import setup\n\ndevice = setup()"
    cells["imports"].source = IMPORTS
    cells["summary"].cell_type, cells["summary"].source = "code", TRAINING
    cells["summary"].update(outputs=[], execution_count=None)
    write_notebook(source, course.source(LIGHT))
    build(course, [LIGHT])


def light_answers(source: NotebookNode) -> list[NotebookNode]:
    """Return the light lab with each of its answers."""
    answers = [copy.deepcopy(source) for _ in BODIES]
    for answer, body in zip(answers, BODIES, strict=True):
        find_cell(answer, "sol_mean").source = "def mean(x):\n" + body
    return answers


def _without_markers(source: str) -> str:
    return re.sub(r"^[ \t]*### (BEGIN|END) TODO\n?", "", source, flags=re.M)


def grade_with_course(course: Course, lab: str, workers: int, sandbox: str) -> Run:
    """Run the command `course grade`."""
    command = ["grade", lab, "--workers", str(workers), "--sandbox", sandbox]
    return _measure(course, lab, [*COURSE_COMMAND, *command])


def grade_with_nbgrader(course: Course, lab: str) -> Run:
    """Run the command `nbgrader autograde` without a line of the course's configuration."""
    (course.root / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        'c.ClearSolutions.begin_solution_delimeter = "### BEGIN TODO"\n'
        'c.ClearSolutions.end_solution_delimeter = "### END TODO"\n'
        "c.ExecutePreprocessor.timeout = 120\n",
        encoding="utf-8",
    )
    nbgrader = [sys.executable, "-m", "nbgrader"]
    # nbgrader calls alembic by its name.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run([*nbgrader, "generate_assignment", lab, "--force"], cwd=course.root, check=True, **QUIET)
    return _measure(course, lab, [*nbgrader, "autograde", lab])


def _measure(course: Course, lab: str, command: list[str]) -> Run:
    """Run a command that grades the class, and measure it with the machine's own counters."""
    # Probes publish as they do while grading, whoever asks.
    environment = os.environ | {"COURSE_SEED": "1", "PYTHONPATH": str(ROOT)}
    cpu, started = _cpu_seconds(), time.perf_counter()
    with _MemoryMeter() as memory:
        subprocess.run(command, cwd=course.root, env=environment, check=False, **QUIET)
    seconds = time.perf_counter() - started
    time.sleep(2)  # a kernel's time is counted once the fork server has buried it
    cpu = _cpu_seconds() - cpu
    ends = sorted(path.stat().st_mtime for path in (course.root / "autograded").glob(f"*/{lab}/{lab}.ipynb"))
    size = len(course.students(lab))
    if len(ends) < size:
        raise RuntimeError(f"{len(ends)} of {size} hand-ins were graded by {' '.join(command)}")
    return Run(size, seconds, (ends[-1] - ends[0]) / (size - 1), cpu / size, memory.peak)


def measure_floor(lab: str, size: int) -> Run:
    """Run the students' code alone, one hand-in after another, each in a fork that has everything imported."""
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        course = make_class(Path(folder, "floor"), lab, size)
        files = [str(hand_in.submitted) for hand_in in course.hand_ins(lab)]
        done = subprocess.run(
            [sys.executable, "-m", "bench.floor", *files], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        )
    seconds, cpu = map(float, done.stdout.split()[-2:])
    return Run(size, seconds, seconds / size, cpu / size, 0)


def writer_seconds(course: Course, lab: str) -> tuple[float, float]:
    """Return the seconds, and CPU seconds, in which the one process that writes files a result."""
    class_run.generate_assignment(course, lab, course.root / "release", gradebook=True)
    reference = load_lab(course, lab, default_policy(course))
    first, *others = course.hand_ins(lab)
    for hand_in in (first, *others):
        write_notebook(grade_hand_in(hand_in.submitted.read_bytes(), reference), hand_in.executed)
    with kept_open(course):
        class_run._file(first)  # the first one imports
        started, cpu = time.perf_counter(), time.process_time()
        for hand_in in others:
            class_run._file(hand_in)
    return (time.perf_counter() - started) / len(others), (time.process_time() - cpu) / len(others)


class _MemoryMeter:
    """The most memory that one kernel has had for itself, not shared with the process that it is a fork of."""

    def __enter__(self) -> _MemoryMeter:
        self.peak = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(0.5):
            for pid in [*_forks(), *_pids(b"ipykernel_launcher")]:
                rollup = _read(Path("/proc", pid, "smaps_rollup")).decode()
                private = sum(map(int, re.findall(r"^Private_\w+:\s+(\d+) kB", rollup, re.M)))
                self.peak = max(self.peak, private / 1024)


def _cpu_seconds() -> float:
    """Return what this process's children have used so far, and the fork server, whose children the kernels are."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime + sum(processor_seconds(int(pid)) for pid in _pids(_server_name()))


def _server_name() -> bytes:
    return forkserver.socket_name().lstrip("\0").encode()


def _pids(word: bytes) -> list[str]:
    """Return the processes that have `word` in their command line; a fork has that of its parent."""
    return [file.parent.name for file in Path("/proc").glob("[0-9]*/cmdline") if word in _read(file)]


def _forks() -> list[str]:
    """Return the forks of the server, wardens and kernels: it shares nothing while it has none."""
    pids = _pids(_server_name())
    parents = {pid: re.findall(rb"^PPid:\s+(\d+)", _read(Path("/proc", pid, "status")), re.M) for pid in pids}
    return [pid for pid in pids if parents[pid] and parents[pid][0].decode() in pids]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _compare(name: str, run: Run, stock: Run, floor: Run, workers: int = 1) -> None:
    """Print a run: hand-ins an hour against stock nbgrader's, and seconds of a core a hand-in against the floor's."""
    cores = min(workers, os.cpu_count())
    gains = run.an_hour / stock.an_hour, run.steady * cores / floor.steady
    _print_row(
        (name, run.size, f"{run.seconds:.1f}", f"{run.an_hour:.0f}", f"{run.cpu_seconds:.2f}", f"{run.mebibytes:.0f}")
        + tuple(f"{gain:.1f}" for gain in gains)
    )


def _print_row(cells: tuple) -> None:
    print("  ".join(f"{cell!s:>{width}}" for cell, width in zip(cells, WIDTHS, strict=False)), flush=True)


if __name__ == "__main__":
    main()
