"""What became of each hand-in: marks and reasons from `autograded/`, what a teacher changed from the gradebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field

from nbgrader.api import Grade, Gradebook, MissingEntry, SubmittedNotebook

from instructor.course import Course, HandIn
from instructor.errors import CourseError
from instructor.french import NOT_ANSWERED
from instructor.gradebook.by_hand import ASIDE, is_aside, is_decided, is_written
from instructor.gradebook.nbgrader import kept_open, open_gradebook

TOO_HIGH = "mark-too-high"
TO_CONFIRM = "mark-to-confirm"
UNTIMED = "time-unknown"  # there is a deadline, and nobody knows whether it was kept


class NotFiledError(CourseError):
    """The gradebook does not hold the marks of a hand-in of `autograded/`: it was deleted, replaced or cut short."""


@dataclass
class Result:
    """What became of one hand-in.

    `status` is "graded", "refused" (it cannot be graded: `reason` says why) or "failed" (our fault: `reason` too).
    `score` counts the points earned so far, None without a mark; `penalty` those that lateness costs, `pending` those
    that wait for a teacher. `by_hand` is what a teacher decided, `changes` what a regrade changed. `tampered` says what
    the run showed to be replaced, `review` what in the code tells of an attempt, `mentions` what else it names. `again`
    says that it had been graded before something changed.
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
    repairs: list[dict] = field(default_factory=list)
    tampered: str = ""
    review: list[str] = field(default_factory=list)
    mentions: list[str] = field(default_factory=list)
    cells: list[dict] = field(default_factory=list)
    by_hand: list[dict] = field(default_factory=list)
    first_failure: dict | None = None
    changes: list[dict] = field(default_factory=list, compare=False)
    again: bool = field(default=False, compare=False)

    @property
    def grade(self) -> float | None:
        """The mark that counts: the points less those that lateness costs."""
        return None if self.score is None else round(self.score - self.penalty, 2)

    def as_dict(self) -> dict:
        return asdict(self) | {"grade": self.grade}


def graded_results(course: Course, labs: list[str], track: Callable[[list], Iterable] = iter) -> list[Result]:
    """Return the results of every hand-in graded so far, without running anything; `track` shows how far it is."""
    graded = [one for lab in labs for one in course.hand_ins(lab) if one.autograded.is_file()]
    if not graded:
        return []
    with kept_open(course):
        return [read_result(hand_in) for hand_in in track(graded)]


def read_result(hand_in: HandIn) -> Result:
    """Read a graded hand-in: marks and reasons from `autograded/`, what a teacher changed from the gradebook.

    Raises
    ------
    NotFiledError
        The two do not hold the same marks.
    """
    notebook = hand_in.read_autograded()
    marks = notebook.metadata.get("course", {}).get("marks", [])
    if any("criteria" not in mark for mark in marks):
        raise NotFiledError(
            f"autograded/{hand_in.student}/{hand_in.lab}/ was graded by an earlier version of the course; "
            f"run 'course grade {hand_in.lab}' again"
        )
    with open_gradebook(hand_in.course) as gradebook:
        filed = _find_filed(gradebook, marks, hand_in)
        grades = {grade.name: grade for grade in filed.grades}
        result = Result(hand_in.student, hand_in.lab)
        for mark in marks:
            result.cells.append(_read_cell(mark, grades[mark.grade_id]))
            result.pending += result.cells[-1]["pending"]
        too_high = [grade for grade in filed.grades if (grade.manual_score or 0.0) > grade.max_score]
        result.by_hand = _read_by_hand(filed)
        penalty = filed.late_submission_penalty or 0.0
        untimed = filed.assignment.timestamp is None and filed.assignment.duedate is not None
    result.score = round(sum(cell["score"] or 0.0 for cell in result.cells), 4)
    result.penalty = max(0.0, min(penalty, result.score))
    result.max_score = sum(cell["max_score"] for cell in result.cells)
    course = notebook.metadata.course
    result.repairs = list(course.get("repairs", []))
    result.tampered = course.get("tampered", "")
    result.review, result.mentions = list(course.get("review", [])), list(course.get("mentions", []))
    result.first_failure = course.get("first_failure")
    result.flags = [
        flag
        for flag, raised in [
            ("repaired", result.repairs),
            ("review", result.review or result.tampered),
            ("manual-pending", result.pending),
            (TO_CONFIRM, any(not one["stands"] and not one["comment"] for one in result.by_hand)),
            (UNTIMED, untimed),
            (TOO_HIGH, too_high),
        ]
        if raised
    ]
    return result


def _find_filed(gradebook: Gradebook, marks: list[dict], hand_in: HandIn) -> SubmittedNotebook:
    """Return what the gradebook holds of a graded hand-in, once it is seen to hold the same marks."""
    with suppress(MissingEntry):
        filed = gradebook.find_submission_notebook(hand_in.lab, hand_in.lab, hand_in.student)
        scores = {grade.name: grade.auto_score for grade in filed.grades}
        if marks and all(mark.grade_id in scores and mark.score in (None, scores[mark.grade_id]) for mark in marks):
            return filed
    raise NotFiledError(
        f"the gradebook does not hold the marks that autograded/{hand_in.student}/{hand_in.lab}/ shows; "
        f"run 'course grade {hand_in.lab}' again"
    )


def _read_cell(mark: dict, grade: Grade) -> dict:
    """Return what counts for one question; a written answer that is still the statement's earns 0 from nbgrader.

    What a test cell has earned counts while the rest of it waits for a teacher; a written answer, or a mark given by
    hand to what changed since, waits whole. Extra credit, which nbgrader adds to any mark, may pass the maximum.
    """
    extra = grade.extra_credit or 0.0
    if grade.needs_manual_grade:
        if grade.manual_score is None and mark["score"] is not None:
            return {**mark, "extra": 0.0, "pending": mark["pending"] + extra}
        return {**mark, "extra": 0.0, "score": None, "pending": mark["max_score"] + extra}
    if grade.manual_score is None and mark["score"] is None:
        reason = NOT_ANSWERED.capitalize()
        mark = {**mark, "reason": reason, "detail": "the text of the statement, unchanged"}
    return {**mark, "extra": extra, "score": grade.score, "pending": 0.0}


def _read_by_hand(filed: SubmittedNotebook) -> list[dict]:
    """Return what a teacher decided, and whether it stands or waits for another look: the answer changed since."""
    marks = [
        {"cell": grade.name, "score": grade.manual_score, "extra": grade.extra_credit, "comment": ""}
        | {"stands": not grade.needs_manual_grade or (grade.manual_score is None and grade.auto_score is None)}
        for grade in filed.grades
        if is_decided(grade)
    ]
    comments = [
        {"cell": comment.name, "score": None, "extra": None, "stands": is_written(comment)}
        | {"comment": comment.manual_comment if is_written(comment) else comment.auto_comment.removeprefix(ASIDE)}
        for comment in filed.comments
        if is_written(comment) or is_aside(comment)
    ]
    return sorted(marks + comments, key=lambda one: one["cell"])
