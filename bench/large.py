"""A large class from Moodle's zip to its worksheet, feedback and report: seconds, memory and bytes of each command.

Run it with `make bench-large`: 10,000 hand-ins of the light lab of `bench.grading`, about an hour on two idle cores.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.crash import COURSE_COMMAND
from bench.grading import LIGHT, ROOT, light_answers, write_course
from instructor.course import Course
from instructor.demo import moodle_folder, worksheet
from instructor.notebooks import read_notebook, to_text

MIB = 2**20
MIN_SAMPLES = 15  # in a quarter: imports are over then
CHANGED = 100
WATCH_SECONDS = 1.0


@dataclass
class Step:
    """What one command took.

    Attributes
    ----------
    seconds
        By the clock.
    peaks
        The most memory that one process of each kind has held, bytes.
    samples
        The memory of the command's own process, one a second, bytes.
    """

    seconds: float = 0.0
    peaks: dict[str, int] = field(default_factory=dict)
    samples: list[int] = field(default_factory=list)

    @property
    def growth(self) -> str:
        """Say how the memory of the last quarter compares with that of the second one; nothing of a short command."""
        quarter = len(self.samples) // 4
        if quarter < MIN_SAMPLES:
            return ""
        return (
            f"; last over second quarter {max(self.samples[-quarter:]) / max(self.samples[quarter : 2 * quarter]):.2f}"
        )


def main() -> None:
    """Write the class, run each command on it and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="an empty folder to keep the class in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="course-large-") as folder:
        course = write_course((options.folder or Path(folder)) / "course", LIGHT)
        _play(course, options.size, options.workers)


def _play(course: Course, size: int, workers: int) -> None:
    grade = ("grade", LIGHT, "--workers", str(workers))
    changed = range(0, size, max(1, size // CHANGED))
    write_moodle(course, "moodle", {number: number for number in range(size)}, size)
    write_moodle(course, "again", {number: number + 1 for number in changed}, size)
    print(f"{size} hand-ins, {workers} workers, {os.cpu_count()} cores; zip of {_bytes(course, 'moodle')}", flush=True)
    for name, *command in [
        ("roster import", "roster", "import", "moodle/class.csv"),
        ("collect", "collect", LIGHT, "moodle/light.zip", "--worksheet", "moodle/light.csv"),
        ("grade", *grade),
        ("grade, nothing new", *grade),
        (f"collect {len(changed)} again", "collect", LIGHT, "again/light.zip", "--worksheet", "again/light.csv"),
        (f"grade {len(changed)} again", *grade),
        ("feedback", "feedback", LIGHT),
        ("grades", "grades", LIGHT, "--moodle", "moodle/light.csv"),
        ("report", "report", LIGHT),
    ]:
        step = run(course, command)
        held = ", ".join(f"{kind} {peak / MIB:.0f}" for kind, peak in sorted(step.peaks.items()))
        print(
            f"{name:22} {step.seconds:8.1f} s {3600 * size / step.seconds:10,.0f} an hour; MiB: {held}{step.growth}",
            flush=True,
        )
    for path in ("gradebook.db", "autograded", "feedback", f"grades/{LIGHT}/feedback.zip", f"reports/{LIGHT}.html"):
        print(f"{path:28} {_bytes(course, path)}")


def write_moodle(course: Course, folder: str, bodies: dict[int, int], size: int) -> None:
    """Write a class list, a worksheet of `size` students, and a zip of those in `bodies`, with the answer of each."""
    target = course.root / folder
    target.mkdir()
    people = {number: (f"Prénom{number} Nom{number}", f"s{number:05}") for number in range(size)}
    rows = [f"{name},{student},{student}@ecole.fr" for name, student in people.values()]
    (target / "class.csv").write_text("\n".join(["last_name,student,email", *rows, ""]), encoding="utf-8")
    (target / "light.csv").write_bytes(worksheet(people, {}))
    texts = list(map(to_text, light_answers(read_notebook(course.release(LIGHT)))))
    with zipfile.ZipFile(target / "light.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number, body in bodies.items():
            name, student = people[number]
            # No two files are the same: each student has a remark of one's own.
            text = texts[body % len(texts)].replace("def mean(x):", f"def mean(x):\\n    # {student}")
            archive.writestr(f"{moodle_folder(name, number)}/{LIGHT}.ipynb", text)


def run(course: Course, command: list[str]) -> Step:
    """Run a command of the course, watching the memory of its processes."""
    step, started = Step(), time.perf_counter()
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COURSE_MODE": "fast", "OMP_NUM_THREADS": "1"}
    log = course.root / "log.txt"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [*COURSE_COMMAND, *command], cwd=course.root, env=environment, stdout=output, stderr=output
        )
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            _look(watched, step)
            time.sleep(WATCH_SECONDS)
    step.seconds = time.perf_counter() - started
    if process.returncode:
        sys.exit(
            f"course {' '.join(command)} ended with {process.returncode}: {log.read_text(encoding='utf-8')[-500:]}"
        )
    return step


def _look(watched: psutil.Process, step: Step) -> None:
    try:
        processes = {"own": [watched], "worker": watched.children(recursive=True)}
        step.samples.append(watched.memory_info().rss)
    except psutil.NoSuchProcess:
        return
    for kind, some in processes.items():
        for one in some:
            try:
                step.peaks[kind] = max(step.peaks.get(kind, 0), one.memory_info().rss)
            except psutil.NoSuchProcess:
                continue


def _bytes(course: Course, path: str) -> str:
    files = [course.root / path, *(course.root / path).rglob("*")]
    return f"{sum(file.stat().st_size for file in files if file.is_file()) / MIB:.1f} MiB"


if __name__ == "__main__":
    main()
