"""Grade a class: every hand-in on its own, through nbgrader, so that the gradebook stays the system of record."""

from __future__ import annotations

import glob
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedNotebook

from instructor.gradebook.by_hand import keep_confirmed, marked_by_hand
from instructor.course import Course, CourseError
from instructor.grading.workers import grade_side_by_side
from instructor.grading.execute import Policy
from instructor.grading.hand_in import default_policy, fingerprint, load_lab
from instructor.kernels import WARM
from instructor.kernels.sandbox import sandbox_available
from instructor.gradebook.deadlines import read_deadline
from instructor.gradebook.nbgrader import NbgraderError, autograde, generate_assignment, open_gradebook
from instructor.notebooks import NotebookError, read_notebook, write_notebook
from instructor.grading.repair import HandInError, repair
from instructor.grading.criteria import NOT_ANSWERED

TOO_HIGH = "mark-too-high"
TO_CONFIRM = "mark-to-confirm"


class NotFiledError(CourseError):
    """The gradebook does not hold the marks of a hand-in of `autograded/`: it was deleted, replaced or cut short."""


@dataclass
class Result:
    """What became of one hand-in.

    `status` is "graded", "refused" (it cannot be graded: `reason` says why) or "failed" (our fault: `reason` too).
    `score` counts the points earned so far, None without a mark; `penalty` those that lateness costs, `pending` those
    that wait for a teacher.
    """

    student: str
    lab: str
    status: str = "graded"
    score: float | None = None
    penalty: float = 0.0
    max_score: float = 0.0
    pending: float = 0.0
    reason: str = ""
    flags: list[str] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    review: list[str] = field(default_factory=list)
    cells: list[dict] = field(default_factory=list)

    @property
    def grade(self) -> float | None:
        """The mark that counts: the points less those that lateness costs."""
        return None if self.score is None else round(self.score - self.penalty, 2)

    def as_dict(self) -> dict:
        return asdict(self) | {"grade": self.grade}


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
            raise CourseError(f"{reason}. To grade without a sandbox hand-ins that you trust, say --sandbox none")
        return default_policy()


def grade_class(
    course: Course,
    labs: list[str],
    students: list[str] | None = None,
    options: Options = Options(),
    tell: Callable[[Result, int, bool], None] = lambda result, total, executed: None,
) -> list[Result]:
    """Grade the hand-ins of `labs`, those of `students` only if given.

    `tell` hears of each as it is done, of how many there are in all, and whether it was executed or known already.
    Hand-ins are executed side by side; this process alone writes the gradebook and `autograded/`. Each executed hand-in
    is kept until it is filed, and what did not change is not run again, so a killed run goes on where it stopped.
    """
    work = _select(course, labs, students or [])
    policy = options.policy()
    results: dict[tuple[str, str], Result] = {}

    def record(key: tuple[str, str], result: Result, *, executed: bool) -> None:
        results[key] = result
        tell(result, len(work), executed)

    pending, prints, deadlines = {}, {}, {}
    for lab in dict.fromkeys(lab for lab, _ in work):
        deadlines[lab] = read_deadline(course, lab)
        _prepare(course, lab)
    for lab, student in work:
        circumstances = deadlines[lab], policy.kernel_name
        known = _attempt(_known, course, lab, student, circumstances, options.force)
        if known is not None:
            record((lab, student), known, executed=False)
        else:
            prints[lab, student] = fingerprint(course, lab, student, *circumstances)
            pending[lab, student] = (course.submitted(student, lab), load_lab(course, lab, policy))
    outcomes = grade_side_by_side(pending, workers=options.workers, scheduler=options.scheduler)
    for (lab, student), outcome in outcomes:
        if isinstance(outcome, Exception):
            record((lab, student), _attempt(_refuse, course, lab, student, outcome), executed=True)
        else:
            outcome.metadata.course["fingerprint"] = prints[lab, student]
            write_notebook(outcome, course.executed(student, lab))
            record((lab, student), _attempt(_file, course, lab, student), executed=True)
    return [results[key] for key in work]


def _prepare(course: Course, lab: str) -> None:
    """Write what nbgrader must know of a lab into the gradebook; CourseError where the lab itself is broken."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            generate_assignment(course, lab, Path(folder), gradebook=True)
        except NbgraderError as error:
            raise CourseError(f"nbgrader cannot read source/{lab}/: {error}; run 'course check {lab}'") from None
        built = read_notebook(Path(folder) / lab / f"{lab}.ipynb")
    if course.read_release(lab) != built:
        raise CourseError(f"release/{lab}/ is not what source/{lab}/ gives now; run 'course build {lab}'")


def _attempt(
    make: Callable[..., Result | None], course: Course, lab: str, student: str, *arguments: object
) -> Result | None:
    """Return what `make` gives: whatever goes wrong with one hand-in, it never stops the class."""
    try:
        return make(course, lab, student, *arguments)
    except CourseError as error:
        return Result(student, lab, "failed", reason=str(error))
    except Exception as error:
        return Result(student, lab, "failed", reason=f"{type(error).__name__}: {error}")


def _known(
    course: Course, lab: str, student: str, circumstances: tuple[datetime | None, str], force: bool
) -> Result | None:
    """Return the result of a hand-in that needs no run: impossible to grade, or executed before and unchanged."""
    path = course.submitted(student, lab)
    if reason := _no_file(path, course):
        return Result(student, lab, "refused", reason=reason)
    if glob.escape(student) != student:
        reason = f"its folder's name, {student}, is a pattern to nbgrader, which may match others: rename the folder"
        return Result(student, lab, "refused", reason=reason)
    print_ = fingerprint(course, lab, student, *circumstances)
    # What was executed goes once it is filed: while it is there, a killed run may have filed the half of it.
    if not force and _fingerprint_of(course.executed(student, lab)) == print_:
        return _file(course, lab, student)
    if not force and _fingerprint_of(course.autograded(student, lab)) == print_:
        with suppress(NotFiledError):
            return read_result(course, lab, student)
    return None


def _select(course: Course, labs: list[str], students: list[str]) -> list[tuple[str, str]]:
    """Return the (lab, student) pairs to grade; refuse a student who handed nothing in, and an empty class."""
    work = [(lab, student) for lab in labs for student in course.students(lab)]
    if not work:
        raise CourseError(
            f"submitted/ holds no hand-in for {', '.join(labs) or 'any lab, and source/ no lab'}; "
            "expected submitted/<student>/<lab>/<lab>.ipynb"
        )
    for student in students:
        if student not in {student for _, student in work}:
            raise CourseError(f"unknown student '{student}': no folder submitted/{student}/ for {', '.join(labs)}")
    return [(lab, student) for lab, student in work if not students or student in students]


def _file(course: Course, lab: str, student: str) -> Result:
    """Have nbgrader write an executed hand-in into the gradebook and `autograded/`."""
    marked = marked_by_hand(course, lab, student)
    autograde(course, lab, student, course.executed(student, lab))
    keep_confirmed(course, lab, student, marked)
    shutil.rmtree(course.executed(student, lab).parent)
    return read_result(course, lab, student)


def _no_file(path: Path, course: Course) -> str:
    """Say why there is nothing to read at a hand-in's path, empty if there is."""
    if any(place.is_symlink() for place in (path, path.parent, path.parent.parent)):
        return f"{path.name}, or a folder that holds it, is a link: what it leads to was not handed in"
    if path.is_file():
        return ""
    others = sorted(other.name for other in path.parent.glob("*.ipynb"))
    return f"no file {path.name}" + (f", but {others[0]}: rename it" if others else "")


def why_not_graded(course: Course, lab: str, student: str) -> str:
    """Say why a hand-in has no mark, without running it."""
    path = course.submitted(student, lab)
    if reason := _no_file(path, course):
        return reason
    source, release = course.read_source(lab), course.read_release(lab)
    try:
        repair(read_notebook(path), source, release)
    except Exception as error:  # whatever repair meets in a notebook of an unforeseen shape
        return _refuse(course, lab, student, error).reason
    return f"not graded yet; run 'course grade {lab}'"


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
        with suppress(Exception):  # a broken lab, or a notebook that is not of this one
            repair(handin, course.read_source(lab), course.read_release(lab))
            return f"; it looks like the lab '{lab}'"
    return ""


def _fingerprint_of(path: Path) -> str | None:
    try:
        return read_notebook(path).metadata.get("course", {}).get("fingerprint")
    except NotebookError:
        return None


def graded_results(course: Course, labs: list[str]) -> list[Result]:
    """Return the results of every hand-in graded so far, without running anything.

    CourseError where a mark given by hand is above what the question, or the lab, is worth.
    """
    results = [
        read_result(course, lab, student)
        for lab in labs
        for student in course.students(lab)
        if course.autograded(student, lab).is_file()
    ]
    for result in results:
        if TOO_HIGH in result.flags:
            raise CourseError(
                f"{result.student} has {result.grade:g} points of {result.max_score:g} for '{result.lab}', and a mark "
                "given by hand is above what its question, or the lab, is worth: correct it in the formgrader"
            )
    return results


def read_result(course: Course, lab: str, student: str) -> Result:
    """Read a graded hand-in: marks and reasons from `autograded/`, what a teacher changed from the gradebook.

    Raises
    ------
    NotFiledError
        The two do not hold the same marks.
    """
    notebook = course.read_autograded(student, lab)
    marks = notebook.metadata.get("course", {}).get("marks", [])
    with open_gradebook(course) as gradebook:
        filed = _find_filed(gradebook, marks, lab, student)
        grades = {grade.name: grade for grade in filed.grades}
        result = Result(student, lab)
        for mark in marks:
            result.cells.append(_read_cell(mark, grades[mark.grade_id]))
            result.pending += mark.max_score if result.cells[-1]["score"] is None else 0.0
        too_high = [grade for grade in filed.grades if (grade.manual_score or 0.0) > grade.max_score]
        to_confirm = [grade for grade in filed.grades if _is_outdated(grade)]
        penalty = filed.late_submission_penalty or 0.0
    result.score = round(sum(cell["score"] or 0.0 for cell in result.cells), 4)
    result.penalty = min(penalty, result.score)
    result.max_score = sum(cell["max_score"] for cell in result.cells)
    result.repairs = list(notebook.metadata.course.get("repairs", []))
    result.review = list(notebook.metadata.course.get("review", []))
    result.flags = [
        flag
        for flag, raised in [
            ("repaired", result.repairs),
            ("review", result.review),
            ("manual-pending", result.pending),
            (TO_CONFIRM, to_confirm),
            (TOO_HIGH, too_high or result.grade > result.max_score),
        ]
        if raised
    ]
    return result


def _find_filed(gradebook: Gradebook, marks: list[dict], lab: str, student: str) -> SubmittedNotebook:
    """Return what the gradebook holds of a graded hand-in, once it is seen to hold the same marks."""
    with suppress(MissingEntry):
        filed = gradebook.find_submission_notebook(lab, lab, student)
        scores = {grade.name: grade.auto_score for grade in filed.grades}
        if marks and all(mark.grade_id in scores and mark.score in (None, scores[mark.grade_id]) for mark in marks):
            return filed
    raise NotFiledError(
        f"the gradebook does not hold the marks that autograded/{student}/{lab}/ shows; run 'course grade {lab}' again"
    )


def _read_cell(mark: dict, grade: Grade) -> dict:
    """Return what counts for one question; a written answer that is still the statement's earns 0 from nbgrader."""
    if grade.needs_manual_grade:
        return {**mark, "score": None}
    if grade.manual_score is not None:
        return {**mark, "score": grade.score}
    if mark["score"] is None:
        mark = {**mark, "reason": NOT_ANSWERED, "detail": "the text of the statement, unchanged"}
    return {**mark, "score": grade.score}


def _is_outdated(grade: Grade) -> bool:
    """Tell whether a teacher marked what has been graded again since: nbgrader keeps the mark, and asks for a look."""
    return grade.manual_score is not None and grade.needs_manual_grade
