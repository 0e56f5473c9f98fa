"""Grade a class: every hand-in on its own, through nbgrader, so that the gradebook stays the system of record."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from nbformat import NotebookNode

from instructor.course import Course, CourseError
from instructor.engine import grade_side_by_side
from instructor.execute import Policy
from instructor.grading import default_policy, fingerprint, load_lab
from instructor.kernels import WARM
from instructor.kernels.sandbox import sandbox_available
from instructor.nbgrader_app import NbgraderError, autograde, generate_assignment, open_gradebook
from instructor.notebooks import NotebookError, read_notebook, write_notebook
from instructor.repair import HandInError, repair


@dataclass
class Result:
    """What became of one hand-in.

    `status` is "graded", "refused" (it cannot be graded: `reason` says why) or "failed" (our fault: `reason` too).
    `score` counts the points earned so far, None without a mark; `pending` those that wait for a teacher.
    """

    student: str
    lab: str
    status: str = "graded"
    score: float | None = None
    max_score: float = 0.0
    pending: float = 0.0
    reason: str = ""
    flags: list[str] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    review: list[str] = field(default_factory=list)
    cells: list[dict] = field(default_factory=list)

    as_dict = asdict


@dataclass(frozen=True)
class Options:
    """How a class is graded.

    Parameters
    ----------
    workers
        Hand-ins executed at the same time on this machine.
    scheduler
        Address of a Dask scheduler to use instead.
    sandbox
        Without it, a hand-in runs with the rights of whoever grades.
    force
        Run again what did not change.
    """

    workers: int = 1
    scheduler: str | None = None
    sandbox: bool = True
    force: bool = False

    def policy(self) -> Policy:
        """Return the policy of this run; CourseError when hand-ins cannot be confined as asked."""
        if not self.sandbox:
            return replace(default_policy(), kernel_name=WARM)
        available, reason = sandbox_available()
        if not available:
            raise CourseError(f"{reason} To grade without a sandbox hand-ins that you trust, say --sandbox none")
        return default_policy()


def grade_class(
    course: Course,
    labs: list[str],
    students: list[str] | None = None,
    options: Options = Options(),
    tell: Callable[[Result, int, int], None] = lambda result, done, total: None,
) -> list[Result]:
    """Grade the hand-ins of `labs`, those of `students` only if given; `tell` hears of each as it is done.

    Hand-ins are executed side by side; this process alone writes the gradebook and `autograded/`. Each executed hand-in
    is kept until it is filed, and what did not change is not run again, so a killed run goes on where it stopped.
    """
    work = _select(course, labs, students or [])
    policy = options.policy()
    results: dict[tuple[str, str], Result] = {}

    def record(key: tuple[str, str], result: Result) -> None:
        results[key] = result
        tell(result, len(results), len(work))

    pending, prints = {}, {}
    for lab in dict.fromkeys(lab for lab, _ in work):
        with tempfile.TemporaryDirectory() as folder:
            generate_assignment(course, lab, Path(folder), gradebook=True)
    for lab, student in work:
        path = course.submitted(student, lab)
        if path.resolve() != (course.root / "submitted").resolve() / student / lab / path.name:
            reason = f"{path.name}, or a folder that holds it, is a link: what it leads to was not handed in"
            record((lab, student), Result(student, lab, "refused", reason=reason))
            continue
        if not path.is_file():
            record((lab, student), Result(student, lab, "refused", reason=f"no file {path.name}"))
            continue
        prints[lab, student] = fingerprint(course, lab, student)
        if not options.force and _fingerprint_of(course.autograded(student, lab)) == prints[lab, student]:
            record((lab, student), read_result(course, lab, student))
        elif not options.force and _fingerprint_of(course.executed(student, lab)) == prints[lab, student]:
            record((lab, student), _file(course, lab, student))
        else:
            pending[lab, student] = (path.read_bytes(), load_lab(course, lab, policy))
    outcomes = grade_side_by_side(pending, workers=options.workers, scheduler=options.scheduler)
    for (lab, student), outcome in outcomes:
        if isinstance(outcome, Exception):
            record((lab, student), _refuse(course, lab, student, outcome))
        else:
            outcome.metadata.course["fingerprint"] = prints[lab, student]
            write_notebook(outcome, course.executed(student, lab))
            record((lab, student), _file(course, lab, student))
    return [results[key] for key in work]


def _select(course: Course, labs: list[str], students: list[str]) -> list[tuple[str, str]]:
    """Return the (lab, student) pairs to grade; refuse a student who handed nothing in, and an empty class."""
    work = [(lab, student) for lab in labs for student in course.students(lab)]
    if not work:
        raise CourseError(
            f"submitted/ holds no hand-in for {', '.join(labs)}; expected submitted/<student>/<lab>/<lab>.ipynb"
        )
    for student in students:
        if student not in {student for _, student in work}:
            raise CourseError(f"unknown student '{student}': no folder submitted/{student}/ for {', '.join(labs)}")
    return [(lab, student) for lab, student in work if not students or student in students]


def _file(course: Course, lab: str, student: str) -> Result:
    """Have nbgrader write an executed hand-in into the gradebook and `autograded/`."""
    try:
        autograde(course, lab, student, course.executed(student, lab))
    except NbgraderError as error:
        return Result(student, lab, "failed", reason=str(error))
    shutil.rmtree(course.executed(student, lab).parent)
    return read_result(course, lab, student)


def _refuse(course: Course, lab: str, student: str, error: Exception) -> Result:
    if isinstance(error, HandInError):
        handin = read_notebook(course.submitted(student, lab))
        return Result(student, lab, "refused", reason=f"{error}{_likely_lab(course, handin)}")
    if isinstance(error, NotebookError):
        return Result(student, lab, "refused", reason=str(error).replace("the file handed in", f"{lab}.ipynb"))
    return Result(student, lab, "failed", reason=f"{type(error).__name__}: {error}")


def _likely_lab(course: Course, handin: NotebookNode) -> str:
    """Say which lab a refused notebook belongs to, if it is one of this course."""
    for lab in course.labs:
        try:
            repair(handin, read_notebook(course.source(lab)), read_notebook(course.release(lab)))
        except (HandInError, NotebookError):
            continue
        return f"; it looks like the lab '{lab}'"
    return ""


def _fingerprint_of(path: Path) -> str | None:
    try:
        return read_notebook(path).metadata.get("course", {}).get("fingerprint")
    except NotebookError:
        return None


def graded_results(course: Course, labs: list[str]) -> list[Result]:
    """Return the results of every hand-in graded so far, without running anything."""
    return [
        read_result(course, lab, student)
        for lab in labs
        for student in course.students(lab)
        if course.autograded(student, lab).is_file()
    ]


def read_result(course: Course, lab: str, student: str) -> Result:
    """Read a graded hand-in: marks and reasons from `autograded/`, what a teacher changed from the gradebook."""
    notebook = read_notebook(course.autograded(student, lab))
    with open_gradebook(course) as gradebook:
        grades = {grade.name: grade for grade in gradebook.find_submission_notebook(lab, lab, student).grades}
        result = Result(student, lab, repairs=list(notebook.metadata.course.get("repairs", [])))
        for mark in notebook.metadata.course.marks:
            grade = grades[mark.grade_id]
            waiting = grade.needs_manual_grade and grade.manual_score is None
            result.cells.append({**mark, "score": None if waiting else grade.score})
            result.pending += mark.max_score if waiting else 0.0
    result.score = round(sum(cell["score"] or 0.0 for cell in result.cells), 4)
    result.max_score = sum(cell["max_score"] for cell in result.cells)
    result.review = list(notebook.metadata.course.get("review", []))
    result.flags = [
        flag
        for flag, raised in [
            ("repaired", result.repairs),
            ("review", result.review),
            ("manual-pending", result.pending),
        ]
        if raised
    ]
    return result
