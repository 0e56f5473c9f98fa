"""No trick earns a point that it did not earn, stops another student, or carries a hidden line out."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest

from instructor.notebooks import read_notebook, to_text
from instructor.pages.feedback import write_feedback
from instructor.pages.report import write_report
from tests.instructor.adversarial.attacks import ATTACKS, HONEST
from tests.instructor.adversarial.lab import CANARY, LAB

# All the tests look at one class, which one process grades.
pytestmark = pytest.mark.xdist_group("adversarial")


def chosen(names: Iterable[str]) -> list:
    """Return the parameters for these attacks; those that go on until a limit stops them are marked heavy."""
    return [pytest.param(name, marks=pytest.mark.heavy if ATTACKS[name].goes_on else ()) for name in names]


REVIEWED = [name for name, attack in ATTACKS.items() if attack.review]
LINKS = ["hands_in_a_link", "is_a_link"]


@pytest.mark.parametrize("name", chosen(ATTACKS))
def test_hand_in_gets_the_mark_that_it_deserves(graded_class, name):
    result = graded_class.results[name]
    assert result.status == "graded", result.reason
    assert (result.score, result.max_score) == (ATTACKS[name].earns, 28), result.cells


@pytest.mark.parametrize("name", chosen(REVIEWED))
def test_teacher_is_told_of_code_that_reaches_for_the_machinery(graded_class, name):
    result = graded_class.results[name]
    assert result.review or result.mentions


@pytest.mark.parametrize("name", HONEST)
def test_honest_code_is_not_suspected(graded_class, name):
    assert graded_class.results[name].review == []


@pytest.mark.parametrize("name", LINKS)
def test_link_is_no_hand_in(graded_class, name):
    result = graded_class.results[name]
    assert (result.status, result.score) == ("refused", None)
    assert "link" in result.reason


def test_every_lost_point_has_a_reason(graded_class):
    unexplained = [
        (result.student, cell["grade_id"])
        for result in graded_class.results.values()
        for cell in result.cells
        if cell["score"] is not None and cell["score"] < cell["max_score"] and not (cell["reason"] and cell["detail"])
    ]
    assert unexplained == []


@pytest.mark.parametrize("name", chosen(ATTACKS))
def test_student_is_given_no_hidden_line(graded_class, name):
    page = write_feedback(graded_class.course, graded_class.results[name]).read_text(encoding="utf-8")
    given = page + repr(graded_class.results[name].repairs)
    assert CANARY not in given
    for shift in range(3):
        # Whatever stands before the word shifts it within its group of three bytes.
        encoded = base64.b64encode(b" " * shift + CANARY.encode()).decode()[4:-4]
        assert encoded not in given


def test_graded_files_stay_small(graded_class):
    course = graded_class.course
    graded = [name for name, result in graded_class.results.items() if result.status == "graded"]
    # A notebook is written with a line of its own for each line of a cell, whoever wrote the one handed in.
    handed_in = {name: len(to_text(read_notebook(course.hand_in(name, LAB).submitted))) for name in graded}
    grown = {name: course.hand_in(name, LAB).autograded.stat().st_size - size for name, size in handed_in.items()}
    assert {name: size for name, size in grown.items() if size > 2_000_000} == {}


def test_class_has_a_report(graded_class):
    assert LAB in write_report(graded_class.course, LAB).read_text(encoding="utf-8")


def test_nothing_that_was_started_is_left(graded_class):
    for _ in range(50):
        if not _processes_with(graded_class.marker):
            return
        time.sleep(0.1)
    assert _processes_with(graded_class.marker) == []


def test_folder_of_the_course_is_untouched(graded_class):
    course = graded_class.course
    written = {path.relative_to(course.root).parts[0] for path in course.root.rglob("*")}
    allowed = {"nbgrader_config.py", "pyproject.toml", "gradebook.db", "__pycache__", ".course"}
    allowed |= {"source", "release", "solutions", "tests", "submitted", "autograded", "feedback", "reports"}
    assert written <= allowed
    assert not list(Path.home().glob(".ipython/profile_default/startup/00-mine.py"))


def _processes_with(marker: str) -> list[Path]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if marker.encode() in (folder / "cmdline").read_bytes():
                found.append(folder)
    return found
