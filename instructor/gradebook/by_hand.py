"""Marks given by hand, when what they were given for is graded again.

nbgrader then keeps the mark but asks the teacher to look again, whether the answer changed or not: after a change of
the grader, a whole class of written answers would wait once more.
"""

from __future__ import annotations

from nbgrader.api import MissingEntry

from instructor.course import HandIn
from instructor.gradebook.nbgrader import open_gradebook
from instructor.notebooks import NotebookError, grade_id, is_graded, points, read_notebook

Written = tuple[str, float]  # the text of an answer, and what its question is worth


def marked_by_hand(hand_in: HandIn) -> dict[str, Written]:
    """Return by question the written answers that a teacher has marked, as they were; none if that is not known."""
    try:
        answers = _answers(hand_in)
        with open_gradebook(hand_in.course) as gradebook:
            grades = gradebook.find_submission_notebook(hand_in.lab, hand_in.lab, hand_in.student).grades
            return {
                grade.name: answers[grade.name]
                for grade in grades
                if grade.auto_score is None and grade.manual_score is not None and not grade.needs_manual_grade
            }
    except (NotebookError, MissingEntry, KeyError):
        return {}


def keep_confirmed(hand_in: HandIn, marked: dict[str, Written]) -> None:
    """Tell nbgrader that the marks given by hand to answers `marked` still hold, where nothing has changed."""
    if not marked:
        return
    answers = _answers(hand_in)
    with open_gradebook(hand_in.course) as gradebook:
        for grade in gradebook.find_submission_notebook(hand_in.lab, hand_in.lab, hand_in.student).grades:
            if grade.name in marked and marked[grade.name] == answers.get(grade.name):
                grade.needs_manual_grade = False
        gradebook.db.commit()


def _answers(hand_in: HandIn) -> dict[str, Written]:
    cells = read_notebook(hand_in.autograded).cells
    return {grade_id(cell): (cell.source, points(cell)) for cell in cells if is_graded(cell)}
