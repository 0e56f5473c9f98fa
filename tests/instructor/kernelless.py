"""A class graded without a kernel: an answer is right where its code holds `RIGHT`; all the rest is the course's."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from bench.crash import write_skeleton
from instructor.course import Course, HandIn
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import Result
from instructor.grading import class_run
from instructor.grading.class_run import Options, grade_class
from instructor.grading.hand_in import record_marks
from instructor.grading.marks import Judged, Mark
from instructor.grading.repair import repair
from instructor.labs.build import build
from instructor.notebooks import (
    find_cell,
    grade_id,
    is_autograded,
    is_graded,
    is_solution,
    points,
    read_notebook,
    write_notebook,
)
from tests.instructor.conftest import ROOT

LAB = "essai"
RIGHT, WRONG = "    return float(x.sum() / len(x))", "    return 2.0"


def make_course(root: Path) -> Course:
    """Write a course with one lab and an empty gradebook."""
    root.mkdir(parents=True)
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    course = Course(root)
    write_skeleton(course, LAB)
    open_gradebook(course).close()
    return course


def graded_course(root: Path, answers: dict[str, str]) -> Course:
    """Write a course where each student handed in an answer, and grade it."""
    course = make_course(root)
    for student, code in answers.items():
        hand_in(course, student, code)
    with pytest.MonkeyPatch.context() as patch:
        without_kernels(patch)
        grade(course)
    return course


def copy_of(course: Course, folder: Path, patch: pytest.MonkeyPatch) -> Course:
    """Copy a course, to be written into and graded without kernels, and go there."""
    without_kernels(patch)
    copy = Course(shutil.copytree(course.root, folder / "course"))
    patch.chdir(copy.root)
    return copy


def without_kernels(patch: pytest.MonkeyPatch) -> None:
    """Have the class graded by the text of its answers."""
    patch.setattr(class_run, "load_lab", lambda *arguments: None)
    patch.setattr(class_run, "grade_side_by_side", _grade)


def _grade(hand_ins: dict[HandIn, tuple], **options: object) -> Iterator[tuple[HandIn, NotebookNode]]:
    for hand_in in hand_ins:
        source = hand_in.course.read_source(LAB)
        graded, _ = repair(read_notebook(hand_in.submitted), source, hand_in.course.read_release(LAB))
        marks, answer = [], ""
        for cell in graded.cells:
            if is_autograded(cell):
                marks.append(_mark(cell, RIGHT.strip() in answer))
            elif is_graded(cell):
                marks.append(Mark(grade_id(cell), None, points(cell)))
            elif is_solution(cell):
                answer = cell.source
        graded.metadata["course"] = NotebookNode(repairs=[], review=[], first_failure=None)
        record_marks(graded, marks)
        yield hand_in, graded


def _mark(cell: NotebookNode, right: bool) -> Mark:
    worth = points(cell)
    judged = Judged("any", "la valeur", worth, "earned" if right else "wrong value")
    return Mark(grade_id(cell), worth * right, worth, criteria=(judged,))


def hand_in(course: Course, student: str, code: str = RIGHT, text: str = "Vers zéro.", **others: str) -> None:
    """Hand in the release with an answer to each question; `others` are sources by `grade_id`."""
    notebook = read_notebook(course.release(LAB))
    for cell in notebook.cells:
        name = grade_id(cell) or ""
        if name.startswith("sol_"):
            cell.source = "\n".join([*cell.source.splitlines()[:2], code])
        elif name.startswith("written_"):
            cell.source = text
        cell.source = others.get(name, cell.source)
    write_notebook(notebook, course.hand_in(student, LAB).submitted)


def grade(course: Course, *students: str, **options: object) -> dict[str, Result]:
    results = grade_class(course, [LAB], list(students), Options(sandbox=False, **options))
    return {result.student: result for result in results}


def decide(course: Course, student: str, name: str, score: float | None = None, extra: float | None = None) -> None:
    """Give a mark, or extra credit, as the formgrader does."""
    with open_gradebook(course) as gradebook:
        found = gradebook.find_grade(name, LAB, LAB, student)
        found.manual_score, found.extra_credit = score, extra
        found.needs_manual_grade = score is None and found.auto_score is None
        gradebook.db.commit()


def comment(course: Course, student: str, name: str, text: str | None = None) -> str | None:
    """Write a comment as the formgrader does, if a text is given; return what the student reads."""
    with open_gradebook(course) as gradebook:
        found = gradebook.find_comment(name, LAB, LAB, student)
        if text is not None:
            found.manual_comment = text
            gradebook.db.commit()
        return found.manual_comment


class Edited:
    """The lab's source, to be changed in a `with` block, after which it is built."""

    def __init__(self, course: Course) -> None:
        self.course, self.source = course, course.read_source(LAB)

    def __enter__(self) -> "Edited":
        return self

    def __exit__(self, *error: object) -> None:
        write_notebook(self.source, self.course.source(LAB))
        build(self.course, [LAB])

    def cell(self, name: str) -> NotebookNode:
        return find_cell(self.source, name)

    def rename(self, old: str, new: str) -> None:
        self.cell(old).metadata.nbgrader.grade_id = new

    def remove(self, *names: str) -> None:
        self.source.cells = [cell for cell in self.source.cells if grade_id(cell) not in names]

    def worth(self, name: str, worth: float) -> None:
        cell = self.cell(name)
        cell.source = cell.source.replace(f"points={points(cell):g}", f"points={worth:g}")
        cell.metadata.nbgrader.points = worth

    def add_question(self, name: str, worth: float) -> None:
        """Append a question like the first, under another name."""
        for prefix in ("sol", "test"):
            model = self.cell(f"{prefix}_mean")
            cell = new_code_cell(model.source.replace("mean", name).replace("points=16", f"points={worth:g}"))
            cell.id = f"{prefix}-{name}"
            cell.metadata["nbgrader"] = {**model.metadata.nbgrader, "grade_id": f"{prefix}_{name}"}
            if prefix == "test":
                cell.metadata["nbgrader"]["points"] = worth
            self.source.cells.append(cell)
