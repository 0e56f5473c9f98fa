"""What scheduling and filing cost: hand-ins of a made-up cost, graded by 1 to 8 workers of one Dask scheduler.

Run it as root with `make bench-workers`. The scheduler lives in a network namespace of its own, as on another machine.
Workers sleep instead of running a notebook, and send back one that was graded before: two cores can have eight of them.
In the last run workers join and leave.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbformat import NotebookNode

from bench.grading import BODIES, LIGHT, ROOT, make_class
from instructor.course import Course
from instructor.gradebook.results import Result
from instructor.grading import workers
from instructor.grading.class_run import Options, grade_class
from instructor.grading.fingerprint import default_policy
from instructor.grading.reference import Lab, load_lab
from instructor.notebooks import read_notebook, write_notebook

SPACE, OURS, THEIRS = "course-bench", "10.213.0.1", "10.213.0.2"
SCHEDULER = f"tcp://{THEIRS}:8786"
COUNTS = (1, 2, 4, 8)
GRADED, COST = "COURSE_BENCH_GRADED", "COURSE_BENCH_COST"


def pretend(content: bytes, lab: Lab) -> NotebookNode:
    """Stand for the grading of a hand-in: take the time, and return what it gave once."""
    time.sleep(float(os.environ[COST]))
    known = next(number for number, body in enumerate(BODIES) if body.strip().encode() in content)
    return read_notebook(Path(os.environ[GRADED], f"{known}.ipynb"))


def dask_setup(worker: object) -> None:
    """Have a worker of Dask that preloads this module pretend."""
    workers.grade_hand_in = pretend


def main() -> None:
    """Grade the class with each number of workers, and print the curve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=160)
    parser.add_argument("--cost", type=float, default=1.0, help="seconds that a hand-in takes of its worker")
    options = parser.parse_args()
    if os.geteuid():
        parser.error("a network namespace asks for root: run it with sudo")
    with tempfile.TemporaryDirectory(prefix="course-") as folder, namespace():
        course = make_class(Path(folder, "course"), LIGHT, options.size)
        os.chdir(course.root)
        os.environ |= {GRADED: str(Path(folder, "graded")), COST: str(options.cost), "COURSE_MODE": "fast"}
        reference = load_lab(course, LIGHT, default_policy(course))
        for number, one in enumerate(course.hand_ins(LIGHT)[: len(BODIES)]):
            graded = workers.grade_hand_in(one.submitted.read_bytes(), reference)
            write_notebook(graded, Path(os.environ[GRADED], f"{number}.ipynb"))
        print(f"{options.size} hand-ins of {options.cost} s; scheduler at {SCHEDULER}")
        alone = 0.0
        for count in COUNTS:
            with cluster(count):
                seconds = grade(course)
            alone = alone or seconds
            ideal = options.size * options.cost / count
            print(
                f"{count} workers: {seconds:6.1f} s, {alone / seconds:4.2f} x one; {ideal / seconds:.0%} of the ideal"
            )
        with cluster(2) as started:
            threading.Thread(target=come_and_go, args=(started, options.size * options.cost / 3)).start()
            print(f"2 workers, 2 more join and 1 is killed: {grade(course):6.1f} s, every hand-in filed once")


def grade(course: Course) -> float:
    """Grade the whole class through the scheduler; return the seconds from the first result to the last."""
    shutil.rmtree(course.root / "autograded", ignore_errors=True)
    for file in course.root.glob("gradebook.db*"):
        file.unlink()
    moments: list[float] = []

    def tell(result: Result, total: int, executed: bool) -> None:
        moments.append(time.perf_counter())

    results = grade_class(course, [LIGHT], options=Options(scheduler=SCHEDULER), tell=tell)
    if len(moments) != len(results) or any(result.status != "graded" for result in results):
        raise RuntimeError("a hand-in has no mark, or more than one")
    return (moments[-1] - moments[0]) * len(moments) / (len(moments) - 1)


def come_and_go(started: list[subprocess.Popen], seconds: float) -> None:
    """Have two workers join after a quarter of the time that one would take alone, and kill the first a while later."""
    time.sleep(seconds / 4)
    started += [start_worker(), start_worker()]
    time.sleep(seconds / 4)
    started[1].send_signal(signal.SIGKILL)


@contextmanager
def cluster(count: int) -> Iterator[list[subprocess.Popen]]:
    """Start a scheduler in the other namespace, and workers in this one."""
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    command = ["ip", "netns", "exec", SPACE, *dask, "--host", THEIRS, "--port", "8786", "--no-dashboard"]
    started = [subprocess.Popen(command, stderr=subprocess.DEVNULL)]
    started += [start_worker() for _ in range(count)]
    try:
        yield started
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def start_worker() -> subprocess.Popen:
    dask = [sys.executable, "-m", "distributed.cli.dask_worker", SCHEDULER, "--host", OURS, "--no-dashboard"]
    own = ["--nthreads", "1", "--no-nanny", "--memory-limit", "0", "--preload", "bench.workers"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen([*dask, *own], env=environment, stderr=subprocess.DEVNULL)


@contextmanager
def namespace() -> Iterator[None]:
    """Make a network namespace that this one reaches by a pair of interfaces."""
    inside = ["ip", "netns", "exec", SPACE, "ip"]
    for command in [
        ["ip", "netns", "add", SPACE],
        ["ip", "link", "add", "course-a", "type", "veth", "peer", "name", "course-b"],
        ["ip", "link", "set", "course-b", "netns", SPACE],
        ["ip", "addr", "add", f"{OURS}/24", "dev", "course-a"],
        ["ip", "link", "set", "course-a", "up"],
        [*inside, "addr", "add", f"{THEIRS}/24", "dev", "course-b"],
        [*inside, "link", "set", "course-b", "up"],
        [*inside, "link", "set", "lo", "up"],
    ]:
        subprocess.run(command, check=True)
    try:
        yield
    finally:
        subprocess.run(["ip", "link", "del", "course-a"], check=False)
        subprocess.run(["ip", "netns", "del", SPACE], check=False)


if __name__ == "__main__":
    main()
