"""nbgrader's own command, as its users type it, gives the marks of `course grade`."""

import copy
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import inspect, text

from instructor.course import Course
from instructor.gradebook.nbgrader import _config, kept_open, open_gradebook
from instructor.gradebook.results import Result, graded_results
from instructor.grading.class_run import grade_class
from instructor.kernels.sandbox import sandbox_available
from instructor.notebooks import find_cell, read_notebook
from tests.instructor.conftest import answered, hand_in

RANDOM = re.compile(r"[0-9a-f]{32}")
SCORES = {"right": 16, "wrong": 0, "damaged": 16}


def damaged(course: Course) -> NotebookNode:
    """Return a right hand-in with its test cell twice, and nothing of what nbgrader wrote in its cells."""
    notebook = answered(course)
    notebook.cells.append(copy.deepcopy(find_cell(notebook, "test_mean")))
    notebook.cells[-1].id = "twin"
    for cell in notebook.cells:
        cell.metadata.clear()
    return notebook


def nbgrader(course: Course, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments], cwd=course.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_nbgrader_autograde_gives_the_marks_of_course_grade(course, tmp_path):
    available, reason = sandbox_available()
    if not available:
        pytest.skip(f"no sandbox: {reason}")
    hand_in(course, "right", answered(course))
    hand_in(course, "wrong", answered(course, "    return 2.0"))
    hand_in(course, "damaged", damaged(course))
    plain = Course(Path(shutil.copytree(course.root, tmp_path / "plain")))
    nbgrader(plain, "generate_assignment", "essai", "--force")
    nbgrader(plain, "autograde", "essai")

    ours = grade_class(course, ["essai"])
    assert {result.student: result.score for result in ours} == SCORES
    theirs = graded_results(plain, ["essai"])
    assert list(map(without_detail, theirs)) == list(map(without_detail, ours))
    assert rows(plain) == rows(course)
    assert files(plain) == files(course)
    # What one has graded, the other need not.
    before = {student: plain.hand_in(student, "essai").autograded.stat().st_mtime_ns for student in SCORES}
    assert grade_class(plain, ["essai"]) == theirs
    assert {student: plain.hand_in(student, "essai").autograded.stat().st_mtime_ns for student in SCORES} == before


def rows(course: Course) -> dict[str, list[str]]:
    """Return all that the gradebook holds, by table, but for keys, which nbgrader draws at random."""
    held = {}
    with open_gradebook(course) as gradebook, gradebook.engine.connect() as connection:
        for table in inspect(gradebook.engine).get_table_names():
            found = connection.execute(text(f"SELECT * FROM {table}")).mappings().all()
            held[table] = sorted(str({k: v for k, v in row.items() if not RANDOM.fullmatch(str(v))}) for row in found)
    return held


def files(course: Course) -> dict[str, object]:
    """Return what is under `autograded/`, but for what a run draws: outputs, some ids."""
    held = {}
    for path in sorted((course.root / "autograded").rglob("*.*")):
        content = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            content = [
                (cell.cell_type, cell.source, cell.metadata.get("nbgrader")) for cell in read_notebook(path).cells
            ]
        held[str(path.relative_to(course.root))] = content
    return held


def without_detail(result: Result) -> dict:
    """Return everything but the values that the two seeds have drawn."""
    marks = [(cell["grade_id"], cell["score"], cell["max_score"], cell["reason"]) for cell in result.cells]
    return result.as_dict() | {"cells": marks}


def test_nbgraders_own_command_refuses_while_another_writes_and_touches_nothing(course, caplog):
    hand_in(course, "ada", answered(course))
    converter = Autograde(coursedir=CourseDirectory(config=_config(course)), config=_config(course))
    converter.coursedir.assignment_id = "essai"
    with course.alone(), pytest.raises(NbGraderException, match="another 'course grade', or a command that writes"):
        converter.start()
    assert len(caplog.records) == 1
    assert not (course.root / "autograded").exists()
    with course.alone():  # and let go of it
        pass


def test_gradebooks_of_a_class_share_one_engine_and_leave_no_connection(course):
    with kept_open(course):
        engines = []
        for name in ("one", "two"):
            with open_gradebook(course) as gradebook:
                gradebook.update_or_create_student(name)
                engines.append(gradebook.engine)
            with Gradebook(str(gradebook.engine.url)) as nbgraders, kept_open(course):
                assert nbgraders.find_student(name)
                engines.append(nbgraders.engine)
        assert len(set(engines)) == 1
        assert engines[0].pool.checkedout() == 1
    assert engines[0].pool.checkedin() == engines[0].pool.checkedout() == 0
    with open_gradebook(course) as gradebook:
        assert gradebook.engine not in engines
        assert [student.id for student in gradebook.students] == ["one", "two"]


def test_another_courses_gradebook_stays_its_own_meanwhile(course, tmp_path):
    other = Course(Path(shutil.copytree(course.root, tmp_path / "other")))
    with kept_open(course), open_gradebook(other) as gradebook:
        gradebook.update_or_create_student("theirs")
    for one, students in ((course, []), (other, ["theirs"])):
        with open_gradebook(one) as gradebook:
            assert [student.id for student in gradebook.students] == students
