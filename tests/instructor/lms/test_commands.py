"""The commands `course collect`, `course roster`, `course grades` and `course publish`, as a teacher types them."""

import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from instructor.cli import app
from instructor.course import Course
from instructor.errors import CourseError
from instructor.gradebook.nbgrader import open_gradebook
from instructor.grading.class_run import grade_class
from instructor.lms.class_list import import_roster
from instructor.lms.collect import collect
from tests.instructor.conftest import answered
from tests.instructor.lms.conftest import copy_of, moodle_zip, worksheet

CLASS = {11: ("Zoé Le Goff", "zoe@ecole.fr"), 12: ("Absent", "absent@ecole.fr")}


def run(*arguments: str):
    result = CliRunner().invoke(app, list(map(str, arguments)))
    if isinstance(result.exception, CourseError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_from_moodles_zip_to_a_filled_worksheet_and_a_feedback_zip(course, tmp_path, monkeypatch):
    monkeypatch.chdir(course.root)
    sheet = worksheet(tmp_path / "Notes.csv", CLASS, "fr")
    archive = moodle_zip(tmp_path / "m.zip", {"Zoé Le Goff_11_assignsubmission_file/essai.ipynb": answered(course)})
    assert "2 students imported" in run("roster", "import", sheet)
    assert ["zoe", "Zoé", "Le", "Goff", "zoe@ecole.fr"] in [line.split() for line in run("roster", "show").splitlines()]
    text = run("collect", "essai", archive, "--worksheet", sheet, "--deadline", "2023-11-06 23:00")
    assert "1 hand-ins (1 late), 1 students without, 0 files left out" in text
    grade_class(course, ["essai"])
    text = run("grades", "essai", "--moodle", sheet, "--provisional")
    folder = course.root / "grades" / "essai"
    assert {path.name for path in folder.iterdir()} == {
        "grades.csv",
        "nbgrader.csv",
        "filled-Notes.csv",
        "feedback.zip",
    }
    assert '"16,00"' in (folder / "filled-Notes.csv").read_text(encoding="utf-8-sig")
    with zipfile.ZipFile(folder / "feedback.zip") as pages:
        assert pages.namelist() == ["Zoé Le Goff_11_assignfeedback_file_/feedback.html"]
        assert pages.read(pages.namelist()[0]) == course.hand_in("zoe", "essai").feedback.read_bytes()
    run("feedback", "essai", "--with-solutions")
    text = run("grades", "essai", "--moodle", sheet, "--provisional")
    assert "1 pages, 1 of them with the right answers" in text
    assert "Les réponses attendues" in course.hand_in("zoe", "essai").feedback.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["collect", "inconnu", "m.zip"], "unknown lab 'inconnu'"),
        (["collect", "essai", "m.zip"], "m.zip does not exist"),
        (["roster", "import", "r.csv"], "r.csv cannot be read"),
        (["grades", "inconnu"], "unknown lab 'inconnu'"),
        (["grades", "essai", "--moodle", "w.csv"], "no graded hand-in of the lab 'essai'"),
        (["publish", "dir"], "the public address is still"),
    ],
)
def test_wrong_call_is_one_clear_line_and_writes_nothing(course, monkeypatch, arguments, line):
    monkeypatch.chdir(course.root)
    with pytest.raises(CourseError, match=line):
        run(*arguments)
    assert not (course.root / "grades").exists()
    assert not (course.root / "submitted").exists()


@pytest.fixture(scope="module")
def graded(class_course, tmp_path_factory) -> Course:
    """Zoé's hand-in, collected and graded."""
    root = tmp_path_factory.mktemp("commands")
    course = copy_of(class_course, root / "course")
    files = {"Zoé Le Goff_11_assignsubmission_file/essai.ipynb": answered(course)}
    import_roster(course, worksheet(root / "class.csv", CLASS))
    collect(course, "essai", moodle_zip(root / "m.zip", files))
    grade_class(course, ["essai"])
    return course


def not_a_zip(folder: Path) -> list[str]:
    (folder / "m.zip").write_bytes(b"bonjour")
    return ["collect", "essai", "m.zip"]


def archive_of_another_assignment(folder: Path) -> list[str]:
    moodle_zip(folder / "m.zip", {"Bob_5_assignsubmission_file/essai.ipynb": b"{}"})
    worksheet(folder / "w.csv", CLASS)
    return ["collect", "essai", "m.zip", "--worksheet", "w.csv"]


def worksheet_that_lacks_a_column(folder: Path) -> list[str]:
    path = worksheet(folder / "w.csv", CLASS)
    path.write_bytes(path.read_bytes().replace(b",Maximum grade,", b",X,"))
    return ["grades", "essai", "--moodle", "w.csv", "--provisional"]


def worksheet_of_another_course(folder: Path) -> list[str]:
    worksheet(folder / "w.csv", {99: ("Personne", "personne@ailleurs.fr")})
    return ["grades", "essai", "--moodle", "w.csv", "--provisional"]


def worksheet_out_of_another_maximum(folder: Path) -> list[str]:
    worksheet(folder / "w.csv", CLASS, maximum=10)
    return ["grades", "essai", "--moodle", "w.csv", "--provisional"]


def worksheet_that_waits(folder: Path) -> list[str]:
    worksheet(folder / "w.csv", CLASS)
    return ["grades", "essai", "--moodle", "w.csv"]


def worksheet_that_is_locked(folder: Path) -> list[str]:
    path = worksheet(folder / "w.csv", CLASS)
    path.write_bytes(path.read_bytes().replace(b",Yes,", b",No,"))
    return ["grades", "essai", "--moodle", "w.csv", "--provisional"]


def mark_above_the_maximum(folder: Path) -> list[str]:
    worksheet(folder / "w.csv", CLASS)
    with open_gradebook(Course(folder)) as gradebook:
        grade = gradebook.find_grade("written_interpretation", "essai", "essai", "zoe")
        grade.manual_score, grade.needs_manual_grade = 40, False  # as the formgrader does
        gradebook.db.commit()
    return ["grades", "essai", "--moodle", "w.csv", "--provisional"]


@pytest.mark.parametrize(
    ("bad_input", "line"),
    [
        (not_a_zip, "m.zip is not a zip, or is cut short"),
        (archive_of_another_assignment, "w.csv and m.zip have no student in common"),
        (worksheet_that_lacks_a_column, "w.csv has no column 'Maximum grade'"),
        (worksheet_of_another_course, "w.csv names nobody who handed in 'essai'"),
        (worksheet_out_of_another_maximum, "w.csv counts out of 10"),
        (worksheet_that_waits, "nothing was written: 1 hand-ins have written answers to mark; .*--provisional"),
        (worksheet_that_is_locked, "nothing was written: zoe: Moodle says that this grade cannot be changed"),
        (mark_above_the_maximum, "nothing was written: zoe: a mark given by hand is above what its question is worth"),
    ],
)
def test_bad_input_is_one_clear_line_and_changes_no_file(graded, tmp_path, monkeypatch, bad_input, line):
    course = copy_of(graded, tmp_path / "course")
    monkeypatch.chdir(course.root)
    arguments = bad_input(course.root)
    before = contents(course.root)
    with pytest.raises(CourseError, match=line):
        run(*arguments)
    assert contents(course.root) == before


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file but the lock, which is left behind."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "lock"}


def test_student_unknown_to_the_roster_is_named_at_every_step(graded, tmp_path, monkeypatch):
    course = copy_of(graded, tmp_path / "course")
    monkeypatch.chdir(course.root)
    archive = moodle_zip(tmp_path / "m.zip", {"Eve_13_assignsubmission_file/essai.ipynb": answered(course)})
    assert "Eve (13): unknown to the roster; collected as 'moodle-13'" in run("collect", "essai", archive)
    sheet = worksheet(tmp_path / "w.csv", CLASS | {13: ("Eve", "eve@ecole.fr")})
    text = run("grades", "essai", "--moodle", sheet, "--provisional")
    assert "moodle-13: handed in, not graded; left as it is" in text
