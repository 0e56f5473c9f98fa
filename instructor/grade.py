"""Grade a class: every hand-in on its own, through nbgrader, so that the gradebook stays the system of record."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from instructor.course import Course, CourseError
from instructor.grading import default_policy, fingerprint, reference_run
from instructor.nbgrader_app import NbgraderError, autograde, generate_assignment, open_gradebook
from instructor.notebooks import NotebookError, read_notebook
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
    cells: list[dict] = field(default_factory=list)

    as_dict = asdict


def grade_class(
    course: Course,
    labs: list[str],
    students: list[str] | None = None,
    *,
    force: bool = False,
    tell: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Grade the hand-ins of `labs`, those of `students` only if given; what did not change is not run again."""
    work = [(lab, student) for lab in labs for student in course.students(lab)]
    if not work:
        raise CourseError(
            f"submitted/ holds no hand-in for {', '.join(labs)}; expected submitted/<student>/<lab>/<lab>.ipynb"
        )
    known = {student for _, student in work}
    for student in students or []:
        if student not in known:
            raise CourseError(f"unknown student '{student}': no folder submitted/{student}/ for {', '.join(labs)}")
    results = []
    for lab in labs:
        _prepare(course, lab)
        for student in course.students(lab):
            if not students or student in students:
                results.append(_grade(course, lab, student, force))
                tell(results[-1])
    return results


def _prepare(course: Course, lab: str) -> None:
    """Bring the lab into the gradebook, and make sure that it can be graded at all."""
    if not course.release(lab).is_file():
        raise CourseError(f"release/{lab}/ does not exist; run 'course build {lab}' first")
    with tempfile.TemporaryDirectory() as folder:
        generate_assignment(course, lab, Path(folder), gradebook=True)
    reference_run(course.source(lab), default_policy())


def _grade(course: Course, lab: str, student: str, force: bool) -> Result:
    try:
        handin = read_notebook(course.submitted(student, lab))
        repair(handin, read_notebook(course.source(lab)), read_notebook(course.release(lab)))
    except NotebookError as error:
        return Result(student, lab, "refused", reason=str(error))
    except HandInError as error:
        return Result(student, lab, "refused", reason=f"{error}{_likely_lab(course, handin)}")
    if force or not _is_up_to_date(course, lab, student):
        try:
            autograde(course, lab, student)
        except NbgraderError as error:
            return Result(student, lab, "failed", reason=str(error))
    return read_result(course, lab, student)


def _likely_lab(course: Course, handin: NotebookNode) -> str:
    """Say which lab a refused notebook belongs to, if it is one of this course."""
    for lab in course.labs:
        try:
            repair(handin, read_notebook(course.source(lab)), read_notebook(course.release(lab)))
        except (HandInError, NotebookError):
            continue
        return f"; it looks like the lab '{lab}'"
    return ""


def _is_up_to_date(course: Course, lab: str, student: str) -> bool:
    try:
        graded = read_notebook(course.autograded(student, lab))
    except NotebookError:
        return False
    return graded.metadata.get("course", {}).get("fingerprint") == fingerprint(course, lab, student)


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
    result.flags = ["repaired"] * bool(result.repairs) + ["manual-pending"] * bool(result.pending)
    return result
