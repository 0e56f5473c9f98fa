"""Marks given by hand, when what they were given for is graded again.

nbgrader then keeps the mark but asks the teacher to look again, whether the answer changed or not: after a change of
the grader, a whole class of written answers would wait once more, and marks given over automatic ones.
"""

from __future__ import annotations

from nbgrader.api import MissingEntry

from instructor.course import HandIn
from instructor.gradebook.nbgrader import open_gradebook
from instructor.notebooks import NotebookError, grade_id, is_autograded, is_graded, is_solution, points, read_notebook

Marked = tuple[str, float]  # the text of an answer, and what its question is worth


def marked_by_hand(hand_in: HandIn) -> dict[str, Marked]:
    """Return by question the answers that a teacher has marked, as they were; none if that is not known."""
    try:
        answers = _answers(hand_in)
        with open_gradebook(hand_in.course) as gradebook:
            grades = gradebook.find_submission_notebook(hand_in.lab, hand_in.lab, hand_in.student).grades
            return {
                grade.name: answers[grade.name]
                for grade in grades
                if grade.manual_score is not None and not grade.needs_manual_grade
            }
    except (NotebookError, MissingEntry, KeyError):
        return {}


def keep_confirmed(hand_in: HandIn, marked: dict[str, Marked]) -> None:
    """Tell nbgrader that the marks given by hand to answers `marked` still hold, where nothing has changed."""
    if not marked:
        return
    answers = _answers(hand_in)
    with open_gradebook(hand_in.course) as gradebook:
        for grade in gradebook.find_submission_notebook(hand_in.lab, hand_in.lab, hand_in.student).grades:
            if grade.name in marked and marked[grade.name] == answers.get(grade.name):
                grade.needs_manual_grade = False
        gradebook.db.commit()


def _answers(hand_in: HandIn) -> dict[str, Marked]:
    """Return the student's own text by graded cell: what a test cell judges stands in the cells above it."""
    answers, written = {}, ""
    for cell in read_notebook(hand_in.autograded).cells:
        if is_autograded(cell):
            answers[grade_id(cell)], written = (written, points(cell)), ""
        elif is_graded(cell):
            answers[grade_id(cell)] = (cell.source, points(cell))
        elif is_solution(cell):
            written += cell.source
    return answers
