"""Kill `course grade` at random moments, resume it, and compare the marks with those of a run that nobody disturbed.

Run it with `make bench-crash`: 200 small hand-ins, ten SIGKILLs.
"""

from __future__ import annotations

import argparse
import copy
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from instructor.course import Course
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import graded_results
from instructor.labs.build import build
from instructor.labs.new import TEMPLATES
from instructor.notebooks import find_cell, read_notebook, write_notebook

LAB = "essai"
ROOT = Path(__file__).resolve().parents[1]
COURSE_COMMAND = [sys.executable, "-c", "from instructor.cli import main; main()"]
# Right, wrong, loud and fatal: what a class of small hand-ins is made of.
BODIES = [
    "    return float(x.sum() / len(x))",
    "    return 2.0",
    "    raise ValueError",
    "    import os\n    os._exit(0)",
    "    return float(np.mean(x))",
]
LONGEST_DELAY = 2.0


@dataclass(frozen=True)
class Kill:
    """One SIGKILL: how many hand-ins were done when it came, and whether it took the workers along."""

    done: int
    group: bool

    def __str__(self) -> str:
        return f"SIGKILL with {self.done} hand-ins done, {'workers too' if self.group else 'main process alone'}"


def make_class(root: Path, size: int) -> Course:
    """Write a course with one small lab and `size` hand-ins."""
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    course = Course(root)
    write_skeleton(course, LAB)
    release = read_notebook(course.release(LAB))
    for number in range(size):
        write_notebook(_answered(release, BODIES[number % len(BODIES)]), course.hand_in(f"s{number:03}", LAB).submitted)
    return course


def write_skeleton(course: Course, lab: str) -> None:
    """Write the lab that `course new` begins with, without its solution, which would be executed."""
    text = (TEMPLATES / "lab.ipynb").read_text(encoding="utf-8").replace("LAB_TITLE", lab)
    course.source(lab).parent.mkdir(parents=True)
    course.source(lab).write_text(text, encoding="utf-8")
    build(course, [lab])


def _answered(release: NotebookNode, body: str) -> NotebookNode:
    notebook = copy.deepcopy(release)
    cell = find_cell(notebook, "sol_mean")
    cell.source = "\n".join([*cell.source.splitlines()[:2], body])
    return notebook


def grade(course: Course, workers: int, output: int = subprocess.DEVNULL) -> subprocess.Popen:
    """Start `course grade` on the class, as leader of its own process group."""
    command = [*COURSE_COMMAND, "grade", LAB, "--workers", str(workers)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=course.root, env=environment, start_new_session=True, stdout=output, stderr=subprocess.STDOUT
    )


def grade_and_kill(course: Course, size: int, kills: int, workers: int, rng: random.Random) -> list[Kill]:
    """Kill `kills` runs, each at a random moment after a random number of hand-ins, then let one come to its end."""
    targets = sorted(rng.choices(range(size), k=kills))
    happened = []
    for target in targets:
        process = grade(course, workers)
        while process.poll() is None and done(course) < target:
            time.sleep(0.02)
        time.sleep(rng.uniform(0, LONGEST_DELAY))
        group = rng.random() < 0.5
        if process.poll() is None:
            happened.append(Kill(done(course), group))
            print(happened[-1], flush=True)
            (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
    if grade(course, workers).wait():
        raise RuntimeError("the last run failed")
    return happened


def done(course: Course) -> int:
    """Return how many hand-ins have been filed."""
    return sum(1 for _ in (course.root / "autograded").glob(f"*/{LAB}/{LAB}.ipynb"))


def marks(course: Course) -> dict[str, tuple]:
    """Return what each student got, in `autograded/` and in the gradebook alike, without what the seed decides."""
    return {
        result.student: (
            result.status,
            result.score,
            tuple((cell["grade_id"], cell["score"], cell["reason"]) for cell in result.cells),
        )
        for result in graded_results(course, [LAB])
    }


def marks_by_cell(course: Course) -> Counter:
    """Count the grades that the gradebook holds for each student and each cell."""
    with open_gradebook(course) as gradebook:
        return Counter(
            (submission.student.id, grade.name)
            for submission in gradebook.find_assignment(LAB).submissions
            for notebook in submission.notebooks
            for grade in notebook.grades
        )


def problems(course: Course, undisturbed: Course, size: int) -> list[str]:
    """Return what differs between the two classes, one line each."""
    got, wanted = marks(course), marks(undisturbed)
    found = [
        f"{student}: {got.get(student)} instead of {mark}"
        for student, mark in wanted.items()
        if got.get(student) != mark
    ]
    if not len(got) == len(wanted) == size:
        found.append(f"{len(got)} and {len(wanted)} marks for {size} students")
    found += [f"{key} has {count} marks" for key, count in marks_by_cell(course).items() if count != 1]
    if set(marks_by_cell(course)) != set(marks_by_cell(undisturbed)):
        found.append("the two gradebooks do not hold the same cells")
    found += [f"{path} waits to be filed" for path in (course.root / ".course").rglob("*.ipynb")]
    return found


def main() -> None:
    """Grade the class twice, disturbed and not, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "calm").mkdir()
        calm = make_class(Path(folder, "calm"), arguments.size)
        disturbed = Course(Path(shutil.copytree(calm.root, Path(folder, "disturbed"))))
        started = time.perf_counter()
        if grade(calm, arguments.workers).wait():
            sys.exit("the undisturbed run failed")
        alone = time.perf_counter() - started
        print(f"{arguments.size} hand-ins, {arguments.workers} workers, seed {arguments.seed}")
        print(f"undisturbed: {alone:.0f} s", flush=True)
        started = time.perf_counter()
        kills = grade_and_kill(
            disturbed, arguments.size, arguments.kills, arguments.workers, random.Random(arguments.seed)
        )
        resumed = time.perf_counter() - started
        found = problems(disturbed, calm, arguments.size)
        scores = Counter(mark[1] for mark in marks(disturbed).values())
    print(f"killed {len(kills)} times and resumed: {resumed:.0f} s")
    print(f"scores: {dict(sorted(scores.items()))}")
    print("\n".join(found) or "every student has exactly one mark, the undisturbed run's")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
