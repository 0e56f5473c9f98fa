"""Marks given by hand, when what they were given for is graded again.

nbgrader then keeps the mark but asks the teacher to look again, whether the answer changed or not: after a change of
the grader, a whole class of written answers would wait once more.
"""

from __future__ import annotations

from nbgrader.api import MissingEntry

from instructor.course import Course
from instructor.gradebook.nbgrader import open_gradebook
from instructor.notebooks import NotebookError, grade_id, is_graded, points, read_notebook

Answer = tuple[str, float]  # its text, and what its question is worth


def marked_by_hand(course: Course, lab: str, student: str) -> dict[str, Answer]:
    """Return by question the written answers that a teacher has marked, as they were; none if that is not known."""
    try:
        answers = _answers(course, lab, student)
        with open_gradebook(course) as gradebook:
            grades = gradebook.find_submission_notebook(lab, lab, student).grades
            return {
                grade.name: answers[grade.name]
                for grade in grades
                if grade.auto_score is None and grade.manual_score is not None and not grade.needs_manual_grade
            }
    except (NotebookError, MissingEntry, KeyError):
        return {}


def keep_confirmed(course: Course, lab: str, student: str, marked: dict[str, Answer]) -> None:
    """Tell nbgrader that the marks given by hand to answers `marked` still hold, where nothing has changed."""
    if not marked:
        return
    answers = _answers(course, lab, student)
    with open_gradebook(course) as gradebook:
        for grade in gradebook.find_submission_notebook(lab, lab, student).grades:
            if grade.name in marked and marked[grade.name] == answers.get(grade.name):
                grade.needs_manual_grade = False
        gradebook.db.commit()


def _answers(course: Course, lab: str, student: str) -> dict[str, Answer]:
    cells = read_notebook(course.autograded(student, lab)).cells
    return {grade_id(cell): (cell.source, points(cell)) for cell in cells if is_graded(cell)}
