"""Marks given by hand, when what they were given for is graded again.

nbgrader then keeps the mark but asks the teacher to look again, whether the answer changed or not: after a change of
the grader, a whole class of written answers would wait once more.
"""

from __future__ import annotations

from nbgrader.api import MissingEntry

from instructor.course import Course
from instructor.nbgrader_app import open_gradebook
from instructor.notebooks import NotebookError, grade_id, read_notebook


def marked_by_hand(course: Course, lab: str, student: str) -> dict[str, str]:
    """Return by question the written answers that a teacher has marked, as they were; none if that is not known."""
    try:
        texts = _texts(course, lab, student)
        with open_gradebook(course) as gradebook:
            grades = gradebook.find_submission_notebook(lab, lab, student).grades
            return {
                grade.name: texts[grade.name]
                for grade in grades
                if grade.auto_score is None and grade.manual_score is not None and not grade.needs_manual_grade
            }
    except (NotebookError, MissingEntry, KeyError):
        return {}


def keep_confirmed(course: Course, lab: str, student: str, marked: dict[str, str]) -> None:
    """Tell nbgrader that the marks given by hand to answers `marked` still hold, where the text is the same."""
    if not marked:
        return
    texts = _texts(course, lab, student)
    with open_gradebook(course) as gradebook:
        for grade in gradebook.find_submission_notebook(lab, lab, student).grades:
            if marked.get(grade.name) == texts.get(grade.name, ""):
                grade.needs_manual_grade = False
        gradebook.db.commit()


def _texts(course: Course, lab: str, student: str) -> dict[str, str]:
    """Return the text of each cell that nbgrader knows in a graded hand-in."""
    return {grade_id(cell): cell.source for cell in read_notebook(course.autograded(student, lab)).cells}
