"""Extra credit is a teacher's right, and no mark of one student stops those of the others."""

import csv
import io

import pytest

from instructor.cli import app
from instructor.course import Course
from instructor.gradebook.results import TOO_HIGH
from instructor.lms.class_list import import_roster
from instructor.lms.grades import Reason, Unfilled, fill_worksheet, final_grades
from tests.instructor.kernelless import LAB, RIGHT, copy_of, decide, graded_course
from tests.instructor.lms.conftest import worksheet

CLASS = {
    1: ("Ada", "ada@ecole.fr"),
    2: ("Blaise", "blaise@ecole.fr"),
    3: ("Claude", "claude@ecole.fr"),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Course:
    course = graded_course(
        tmp_path_factory.mktemp("graded") / "course", dict.fromkeys(("ada", "blaise", "claude"), RIGHT)
    )
    import_roster(course, worksheet(course.root / "moodle.csv", CLASS, "fr"))
    for student in ("ada", "blaise", "claude"):
        decide(course, student, "written_interpretation", 4)
    return course


@pytest.fixture
def course(graded, tmp_path, monkeypatch) -> Course:
    return copy_of(graded, tmp_path, monkeypatch)


def lines(content: bytes) -> dict[str, list[str]]:
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return {row[1]: row for row in rows}


@pytest.mark.parametrize(("extra", "real"), [(1, "21"), (0.5, "20,5"), (30, "50")])
def test_extra_credit_counts_and_moodle_gets_its_maximum(course, extra, real):
    decide(course, "ada", "test_mean", extra=extra)
    grades = final_grades(course, LAB)
    assert (grades["ada"].grade, TOO_HIGH in grades["ada"].flags) == (20 + extra, False)
    filled = fill_worksheet(course, LAB, grades, course.root / "moodle.csv")
    assert filled.capped == {"ada": 20 + extra}
    ada = lines(filled.content)["Ada"]
    assert ada[4] == "20,00"
    assert f"Note : {real} / 20. Moodle n'en montre que 20." in ada[9]
    assert set(filled.lines) == {"ada", "blaise", "claude"}


def test_extra_credit_that_fills_a_gap_is_no_more_than_the_maximum(course):
    decide(course, "ada", "written_interpretation", 3, 1)
    filled = fill_worksheet(course, LAB, final_grades(course, LAB), course.root / "moodle.csv")
    assert (lines(filled.content)["Ada"][4], filled.capped) == ("20,00", {})


def test_mark_above_its_question_is_left_to_the_teacher_and_the_class_goes_on(course, capsys):
    decide(course, "ada", "written_interpretation", 40)
    filled = fill_worksheet(course, LAB, final_grades(course, LAB), course.root / "moodle.csv")
    assert filled.unfilled == [Unfilled("ada", Reason.too_high)]
    assert set(filled.lines) == {"blaise", "claude"}
    for command in (["grades", LAB, "--moodle", "moodle.csv"], ["feedback"], ["report", LAB]):
        app(command, standalone_mode=False)
    told = capsys.readouterr().out
    assert "ada: a mark given by hand is above what its question is worth: correct it in the formgrader" in told
    assert "ada: no page for essai: a mark given by hand is above what its question is worth" in told
    assert not course.hand_in("ada", LAB).feedback.exists()
    assert course.hand_in("blaise", LAB).feedback.is_file()
    assert "a mark given by hand is too high" in (course.root / "grades" / LAB / "grades.csv").read_text()


def test_commands_go_on_and_say_what_was_cut(course, capsys):
    decide(course, "ada", "test_mean", extra=1)
    for command in (["grades", LAB, "--moodle", "moodle.csv"], ["feedback"], ["report", LAB]):
        app(command, standalone_mode=False)
    assert "ada: 21 is more than Moodle takes; it has the maximum" in capsys.readouterr().out
    assert "21 / 20" in course.hand_in("ada", LAB).feedback.read_text(encoding="utf-8")
    report = (course.root / "reports" / f"{LAB}.html").read_text(encoding="utf-8")
    assert "2 at 20, 1 at 21" in report
