"""Grade a class: every hand-in on its own, through nbgrader, so that the gradebook stays the system of record."""

from __future__ import annotations

import glob
import json
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode

from instructor.course import Course, HandIn
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.gradebook.by_hand import remember
from instructor.gradebook.deadlines import read_deadlines
from instructor.gradebook.migrate import make_plan
from instructor.gradebook.nbgrader import NbgraderError, autograde, generate_assignment, kept_open
from instructor.gradebook.results import NotFiledError, Result, read_result
from instructor.grading.changes import find_changes, last_changes, read_standing
from instructor.grading.execute import Policy
from instructor.grading.fingerprint import default_policy, filed_fingerprint, fingerprint
from instructor.grading.reference import course_seed, load_lab
from instructor.grading.repair import HandInError, repair
from instructor.grading.workers import grade_side_by_side
from instructor.kernels import WARM
from instructor.kernels.sandbox import sandbox_available
from instructor.notebooks import NotebookError, read_handed_in, read_notebook, write_notebook
from instructor.stopping import whole


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
    new_seed
        Draw another seed for the criteria, which runs everything again.
    """

    workers: int = 1
    scheduler: str | None = None
    sandbox: bool = True
    force: bool = False
    new_seed: bool = False

    def policy(self, course: Course) -> Policy:
        """Return the policy of this run; CourseError when hand-ins cannot be confined as asked."""
        if self.new_seed:
            course_seed(course, new=True)
        if not self.sandbox:
            return replace(default_policy(course), kernel_name=WARM)
        available, reason = sandbox_available()
        if not available:
            raise CourseError(f"{reason}. To grade without a sandbox hand-ins that you trust, say --sandbox none")
        return default_policy(course)


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
    policy = options.policy(course)
    results: dict[HandIn, Result] = {}

    def record(hand_in: HandIn, result: Result, *, executed: bool) -> None:
        results[hand_in] = result
        tell(result, len(work), executed)

    pending, prints, deadlines = {}, {}, {}
    for lab in dict.fromkeys(hand_in.lab for hand_in in work):
        deadlines[lab] = read_deadlines(course, lab)
        _prepare(course, lab)
    with kept_open(course):
        for hand_in in work:
            circumstances = deadlines[hand_in.lab].of(hand_in.student), policy
            known = _attempt(_known, hand_in, circumstances, options.force)
            if known is not None:
                record(hand_in, known, executed=False)
            else:
                prints[hand_in] = fingerprint(hand_in, *circumstances)
                pending[hand_in] = (hand_in.submitted, load_lab(course, hand_in.lab, policy))
        for hand_in, outcome in grade_side_by_side(pending, workers=options.workers, scheduler=options.scheduler):
            if isinstance(outcome, Exception):
                record(hand_in, _attempt(_refuse, hand_in, outcome), executed=True)
            else:
                outcome.metadata.course["fingerprint"] = prints[hand_in]
                write_notebook(outcome, hand_in.executed)
                again = hand_in.autograded.is_file() and not options.force
                record(hand_in, replace(_attempt(_file, hand_in), again=again), executed=True)
    return [results[hand_in] for hand_in in work]


def _prepare(course: Course, lab: str) -> None:
    """Write what nbgrader must know of a lab into the gradebook; CourseError where the lab itself is broken."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            generate_assignment(course, lab, Path(folder), gradebook=True)
        except NbgraderError as error:
            if make_plan(course, lab, []).is_needed:
                raise CourseError(
                    f"the questions of source/{lab}/ are not those that the gradebook holds marks of; run "
                    f"'course migrate {lab}', which says what becomes of the marks before it changes any"
                ) from None
            raise CourseError(f"nbgrader cannot read source/{lab}/: {error}; run 'course check {lab}'") from None
        built = read_notebook(Path(folder) / lab / f"{lab}.ipynb")
    if course.read_release(lab) != built:
        raise CourseError(f"release/{lab}/ is not what source/{lab}/ gives now; run 'course build {lab}'")


def _attempt(make: Callable[..., Result | None], hand_in: HandIn, *arguments: object) -> Result | None:
    """Return what `make` gives: whatever goes wrong with one hand-in, it never stops the class."""
    try:
        return make(hand_in, *arguments)
    except CourseError as error:
        return _without_mark(hand_in, "failed", str(error))
    except Exception as error:
        return _without_mark(hand_in, "failed", f"{type(error).__name__}: {error}")


def _without_mark(hand_in: HandIn, status: str, reason: str) -> Result:
    return Result(hand_in.student, hand_in.lab, status, reason=reason)


def _known(hand_in: HandIn, circumstances: tuple[datetime | None, Policy], force: bool) -> Result | None:
    """Return the result of a hand-in that needs no run: impossible to grade, or executed before and unchanged."""
    if reason := _no_file(hand_in.submitted) or _misnamed(hand_in.student):
        return _without_mark(hand_in, "refused", reason)
    print_ = fingerprint(hand_in, *circumstances)
    # What was executed goes once it is filed: while it is there, a killed run may have filed the half of it.
    if not force and filed_fingerprint(hand_in.executed) == print_:
        return _file(hand_in)
    if not force and filed_fingerprint(hand_in.autograded) == print_:
        with suppress(NotFiledError):
            return replace(read_result(hand_in), changes=last_changes(hand_in))
    return None


def _select(course: Course, labs: list[str], students: list[str]) -> list[HandIn]:
    """Return the hand-ins to grade; refuse a student who handed nothing in, and an empty class."""
    work = [hand_in for lab in labs for hand_in in course.hand_ins(lab)]
    if not work:
        raise CourseError(
            f"submitted/ holds no hand-in for {', '.join(labs) or 'any lab, and source/ no lab'}; "
            "expected submitted/<student>/<lab>/<lab>.ipynb"
        )
    asked, known = set(students), {hand_in.student for hand_in in work}
    for student in students:
        if student not in known:
            raise CourseError(f"unknown student '{student}': no folder submitted/{student}/ for {', '.join(labs)}")
    return [hand_in for hand_in in work if not asked or hand_in.student in asked]


def _file(hand_in: HandIn) -> Result:
    """Have nbgrader write an executed hand-in into the gradebook and `autograded/`."""
    with whole():
        before = read_standing(hand_in)
        if before.answers and not hand_in.answers.is_file():  # what an earlier version graded
            remember(hand_in, before.answers)
        autograde(hand_in)
        shutil.rmtree(hand_in.executed.parent)
        result = read_result(hand_in)
        result.changes = find_changes(before, read_standing(hand_in), result)
        write_whole(hand_in.changes, json.dumps(result.changes).encode())
    return result


def _no_file(path: Path) -> str:
    """Say why there is nothing to read at a hand-in's path, empty if there is."""
    try:
        read_handed_in(path)
    except NotebookError as error:
        others = [] if path.is_file() else sorted(other.name for other in path.parent.glob("*.ipynb"))
        return f"{error}, but {others[0]}: rename it" if others else str(error)
    return ""


def _misnamed(student: str) -> str:
    """Say why nbgrader does not find a student's folder by its name, empty where it does."""
    if glob.escape(student) != student:
        what = "is a pattern to nbgrader, which may match others"
    elif student != student.strip():
        what = "begins or ends with a blank, which nbgrader leaves out"
    elif "\n" in student:
        what = "holds a line break, at which nbgrader stops"
    else:
        return ""
    shown = student if student.isprintable() and student == student.strip() else repr(student)
    return f"its folder's name, {shown}, {what}: rename the folder"


def why_not_graded(hand_in: HandIn) -> str:
    """Say why a hand-in has no mark, without running it."""
    if reason := _no_file(hand_in.submitted) or _misnamed(hand_in.student):
        return reason
    source, release = hand_in.course.read_source(hand_in.lab), hand_in.course.read_release(hand_in.lab)
    try:
        repair(read_notebook(hand_in.submitted), source, release)
    except Exception as error:  # whatever repair meets in a notebook of an unforeseen shape
        return _refuse(hand_in, error).reason
    return f"not graded yet; run 'course grade {hand_in.lab}'"


def _refuse(hand_in: HandIn, error: Exception) -> Result:
    if isinstance(error, HandInError):
        likely = _likely_lab(hand_in.course, read_notebook(hand_in.submitted))
        return _without_mark(hand_in, "refused", f"{error}{likely}")
    if isinstance(error, NotebookError):
        return _without_mark(hand_in, "refused", str(error).replace("the file handed in", f"{hand_in.lab}.ipynb"))
    return _without_mark(hand_in, "failed", f"{type(error).__name__}: {error}")


def _likely_lab(course: Course, handin: NotebookNode) -> str:
    """Say which lab a refused notebook belongs to, if it is one of this course."""
    for lab in course.labs:
        with suppress(Exception):  # a broken lab, or a notebook that is not of this one
            repair(handin, course.read_source(lab), course.read_release(lab))
            return f"; it looks like the lab '{lab}'"
    return ""
