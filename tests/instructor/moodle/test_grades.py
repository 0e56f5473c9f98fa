"""From graded hand-ins to what Moodle takes: one small class, collected from a zip and graded once."""

import csv
import io
import zipfile
from datetime import datetime

import pytest

from instructor.course import Course, CourseError
from instructor.grade import grade_class, graded_results
from instructor.moodle.collect import collect
from instructor.moodle.feedback_zip import write_feedback_zip
from instructor.moodle.grades import FinalGrade, fill_worksheet, final_grades, write_csv, write_nbgrader_export
from instructor.moodle.roster import import_roster
from instructor.nbgrader_app import open_gradebook
from instructor.notebooks import read_notebook
from tests.instructor.conftest import answered
from tests.instructor.moodle.conftest import copy_of, moodle_zip, worksheet

CLASS = {
    11: ("Zoé Le Goff", "zoe@ecole.fr"),
    12: ("Bob_2 Sol", "bob@ecole.fr"),
    13: ("Ana, dite Nana", "ana@ecole.fr"),
    14: ("Absente", "absente@ecole.fr"),
}
DATES = {12: "mardi 7 novembre 2023, 23:30"}
DEADLINE = datetime(2023, 11, 6, 23, 45)


@pytest.fixture(scope="module")
def graded(class_course, tmp_path_factory) -> Course:
    """Zoé is right, Bob is right and a day late, Ana hands in what cannot be read, Absente nothing."""
    root = tmp_path_factory.mktemp("graded")
    course = copy_of(class_course, root / "course")
    config = course.root / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8").replace("points_per_day = 0", "points_per_day = 1.5")
    config.write_text(text, encoding="utf-8")
    sheet = worksheet(root / "sheet.csv", CLASS, "fr", submitted=DATES)
    import_roster(course, sheet)
    files = {
        "Zoé Le Goff_11_assignsubmission_file/essai.ipynb": answered(course),
        "Bob_2 Sol_12_assignsubmission_file/essai.ipynb": answered(course),
        "Ana, dite Nana_13_assignsubmission_file/essai.ipynb": b"{",
    }
    collect(course, "essai", moodle_zip(root / "m.zip", files), sheet, DEADLINE)
    grade_class(course, ["essai"])
    return course


@pytest.fixture
def sheet(tmp_path):
    return worksheet(tmp_path / "Notes-TP.csv", CLASS, "fr", submitted=DATES, grade={11: '"12,00"'})


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_late_rule_of_the_configuration_is_applied_by_nbgrader_from_moodles_time(graded):
    grades = final_grades(graded, "essai")
    assert {student: (grade.grade, grade.penalty) for student, grade in grades.items()} == {
        "zoe": (16, 0),
        "bob": (14.5, 1.5),
    }
    with open_gradebook(graded) as gradebook:
        late = gradebook.find_submission("essai", "bob")
        assert late.total_seconds_late == (23 * 60 + 45) * 60
        assert late.late_submission_penalty == 1.5


def test_moodles_time_is_not_copied_beside_the_graded_notebook(graded):
    assert [path.name for path in graded.autograded("bob", "essai").parent.iterdir()] == ["essai.ipynb"]


def test_grade_that_waits_for_a_teacher_is_left_as_it_is(graded, sheet):
    filled = fill_worksheet(graded, "essai", final_grades(graded, "essai"), sheet)
    assert filled.content == sheet.read_bytes()
    assert "zoe: 4 points wait for a teacher; left as it is" in filled.remarks
    assert "ana: handed in, not graded; left as it is" in filled.remarks


def test_worksheet_is_filled_in_french_with_the_reason_of_each_lost_point(graded, sheet):
    filled = fill_worksheet(graded, "essai", final_grades(graded, "essai"), sheet, provisional=True)
    rows = cells(filled.content)
    assert [row[4] for row in rows[1:]] == ["16,00", "14,50", "", ""]
    assert rows[2][9].split("<br>") == [
        "Note : 14,5 / 20.",
        "Note provisoire : des réponses rédigées restent à corriger (4 sur 20).",
        "Pénalité de retard : 1,5.",
        "Le détail est dans le fichier joint feedback.html.",
    ]
    assert filled.students == ["zoe", "bob"]
    assert "zoe: 16,00 replaces 12,00" in filled.remarks


def test_points_given_by_hand_reach_the_worksheet(graded, sheet, tmp_path):
    course = copy_of(graded, tmp_path / "course")
    mark_by_hand(course, "zoe", 3)
    filled = fill_worksheet(course, "essai", final_grades(course, "essai"), sheet)
    rows = cells(filled.content)
    assert [row[4] for row in rows[1:]] == ["19,00", "", "", ""]
    assert "interpretation : 3 / 4." in rows[1][9]


def mark_by_hand(course: Course, student: str, points: float) -> None:
    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade("written_interpretation", "essai", "essai", student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()


def test_mark_above_the_maximum_is_refused(graded, tmp_path):
    course = copy_of(graded, tmp_path / "course")
    mark_by_hand(course, "zoe", 40)
    with pytest.raises(CourseError, match="zoe has 56 points of 20: a mark given by hand is too high"):
        final_grades(course, "essai")


def test_worksheet_out_of_another_maximum_is_refused(graded, tmp_path):
    path = worksheet(tmp_path / "sheet.csv", CLASS, maximum=100)
    with pytest.raises(CourseError, match=r"counts out of 100.0, the lab 'essai' out of 20; set the assignment's"):
        fill_worksheet(graded, "essai", final_grades(graded, "essai"), path)


def test_worksheet_of_another_course_is_refused(graded, tmp_path):
    path = worksheet(tmp_path / "sheet.csv", {99: ("Personne", "personne@ailleurs.fr")})
    with pytest.raises(CourseError, match="names nobody who handed in 'essai'"):
        fill_worksheet(graded, "essai", final_grades(graded, "essai"), path)


def test_feedback_zip_is_named_as_moodle_reads_it(graded, tmp_path):
    students = write_feedback_zip(graded, "essai", graded_results(graded, ["essai"]), tmp_path / "feedback.zip")
    assert students == ["bob", "zoe"]
    with zipfile.ZipFile(tmp_path / "feedback.zip") as archive:
        found = {}
        for name in archive.namelist():
            # As Moodle does: the number is the second part, the plug-in the next two, the file what remains.
            folder, file = name.split("/")
            _, number, kind, plugin, rest = folder.split("_", 4)
            found[int(number)] = (kind, plugin, rest, file)
        assert found == {number: ("assignfeedback", "file", "", "feedback.html") for number in (11, 12)}
        assert "Bob 2 Sol_12_assignfeedback_file_/feedback.html" in archive.namelist()
        page = archive.read("Zoé Le Goff_11_assignfeedback_file_/feedback.html").decode()
    assert page == graded.feedback("zoe", "essai").read_text(encoding="utf-8")


def test_csv_lists_the_whole_class_and_quotes_what_must_be(graded, tmp_path):
    path = write_csv(graded, "essai", final_grades(graded, "essai"), tmp_path / "grades.csv")
    lines = {line["student"]: line for line in csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig")))}
    assert {student: line["status"] for student, line in lines.items()} == {
        "absente": "nothing handed in",
        "ana": "not graded",
        "bob": "waits for a teacher",
        "zoe": "waits for a teacher",
    }
    assert lines["ana"]["name"] == "Ana, dite Nana"
    assert (lines["bob"]["points"], lines["bob"]["late_penalty"], lines["bob"]["grade"]) == ("16.0", "1.5", "14.5")
    assert lines["zoe"]["test_mean"] == "16.0"


def test_name_that_would_run_as_a_formula_is_text(graded, tmp_path):
    course = copy_of(graded, tmp_path / "course")
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student("zoe", last_name="=1+1")
    path = write_csv(course, "essai", final_grades(course, "essai"), tmp_path / "grades.csv")
    assert "zoe,'=1+1," in path.read_text(encoding="utf-8-sig")


def test_nbgraders_own_export_holds_the_same_grades(graded, tmp_path):
    path = write_nbgrader_export(graded, "essai", tmp_path / "nbgrader.csv")
    assert [file.name for file in tmp_path.iterdir()] == ["nbgrader.csv"]
    line = next(line for line in path.read_text().splitlines() if ",bob," in line)
    assert line.endswith(",16.0,1.5,14.5,20.0")


def test_time_that_changes_has_the_hand_in_marked_again(graded, tmp_path):
    course = copy_of(graded, tmp_path / "course")
    sheet = worksheet(tmp_path / "sheet.csv", CLASS, "fr")
    archive = moodle_zip(
        tmp_path / "m.zip",
        {"Bob_2 Sol_12_assignsubmission_file/essai.ipynb": course.submitted("bob", "essai").read_bytes()},
    )
    collect(course, "essai", archive, sheet)
    assert not course.autograded("bob", "essai").exists()
    assert course.autograded("zoe", "essai").exists()
    collect(course, "essai", archive, sheet, datetime(2023, 11, 8, 12, 0))
    assert not course.autograded("zoe", "essai").exists()


def test_nothing_graded_is_one_clear_error(course):
    with pytest.raises(CourseError, match="no graded hand-in of the lab 'essai'; run 'course grade essai' first"):
        final_grades(course, "essai")


def test_penalty_never_makes_a_grade_negative(graded):
    result = graded_results(graded, ["essai"])[0]
    assert FinalGrade(result, penalty=100).grade == 0
    assert read_notebook(graded.submitted("zoe", "essai")).cells
