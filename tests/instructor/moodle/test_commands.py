"""The commands `course collect`, `course roster`, `course grades` and `course publish`, as a teacher types them."""

import zipfile

import pytest
from typer.testing import CliRunner

from instructor.cli import app
from instructor.course import CourseError
from instructor.grade import grade_class
from tests.instructor.conftest import answered
from tests.instructor.moodle.conftest import moodle_zip, worksheet

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
