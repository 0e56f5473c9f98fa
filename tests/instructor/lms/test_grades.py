"""From graded hand-ins to what Moodle takes: one small class, collected from a zip and graded once."""

import csv
import io
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.plugins import CsvExportPlugin
from rich.console import Console

from instructor.course import Course
from instructor.errors import CourseError
from instructor.gradebook.deadlines import change_deadline, read_deadline, to_utc
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import UNTIMED, read_result
from instructor.grading.class_run import grade_class
from instructor.grading.fingerprint import default_policy, fingerprint
from instructor.lms.class_list import import_roster
from instructor.lms.collect import collect
from instructor.lms.grades import (
    Reason,
    Replaced,
    Unfilled,
    fill_worksheet,
    final_grades,
    write_csv,
    write_nbgrader_export,
)
from instructor.lms.moodle.feedback_zip import read_feedback_zip, write_feedback_zip
from instructor.lms.moodle.worksheet import Worksheet
from instructor.notebooks import find_cell, read_notebook, write_notebook
from instructor.pages.feedback import feedback_page
from instructor.pages.report import write_report
from instructor.plugins import ExportGrades
from instructor.terminal import _remarks, marks_table
from tests.instructor.conftest import answered
from tests.instructor.lms.conftest import copy_of, moodle_zip, worksheet

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
    assert [path.name for path in graded.hand_in("bob", "essai").autograded.parent.iterdir()] == ["essai.ipynb"]


def test_mark_is_the_same_everywhere_once_lateness_is_taken_off(graded, sheet):
    result = read_result(graded.hand_in("bob", "essai"))
    assert (result.score, result.penalty, result.grade, result.as_dict()["grade"]) == (16, 1.5, 14.5, 14.5)
    page = feedback_page(graded, result)
    assert "14,5 / 20" in page
    assert "Retard : 1,5 points retirés des 16 points obtenus." in page
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    console.print(marks_table("essai", [result]))
    told = console.export_text()
    assert "14.5/20" in told
    assert "late −1.5" in told
    report = write_report(graded, "essai").read_text(encoding="utf-8")
    assert "Histogram of 2 marks, rounded: 1 at 15, 1 at 16" in report
    assert "23 h 45<br>1.5 off" in report


def test_penalty_is_never_more_than_the_points_and_grows_with_those_given_by_hand(graded, tmp_path):
    course = copy_of(graded, tmp_path / "course")
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text(encoding="utf-8").replace("per_day = 1.5", "per_day = 3"), encoding="utf-8")
    notebook = answered(course)
    for name in ("sol_mean", "written_interpretation"):
        find_cell(notebook, name).source = "pass" if name == "sol_mean" else "La moyenne est tirée vers zéro."
    write_notebook(notebook, course.hand_in("bob", "essai").submitted)
    grade_class(course, ["essai"], ["bob"])
    result = read_result(course.hand_in("bob", "essai"))
    assert (result.score, result.penalty, result.grade) == (0, 0, 0)
    mark_by_hand(course, "bob", 4)
    result = read_result(course.hand_in("bob", "essai"))
    assert (result.score, result.penalty, result.grade) == (4, 3, 1)
    line = next(line for line in exported(course, tmp_path).splitlines() if ",bob," in line)
    assert line.endswith(",4.0,3.0,1.0,20.0")


def exported(course: Course, folder: Path) -> str:
    return write_nbgrader_export(course, "essai", folder / "export.csv").read_text()


def test_grade_that_waits_for_a_teacher_is_left_as_it_is(graded, sheet, tmp_path):
    course = copy_of(graded, tmp_path / "course")
    mark_by_hand(course, "bob", 4)
    filled = fill_worksheet(course, "essai", final_grades(course, "essai"), sheet)
    rows, before = cells(filled.content), cells(sheet.read_bytes())
    assert [row for row in rows if row not in before] == [rows[2]]
    assert filled.unfilled == [Unfilled("zoe", Reason.waiting, 4), Unfilled("ana", Reason.not_graded)]


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
    assert list(filled.lines) == ["zoe", "bob"]
    assert filled.replaced == [Replaced("zoe", "12,00", "16,00")]


def test_points_given_by_hand_reach_the_worksheet(graded, sheet, tmp_path):
    course = copy_of(graded, tmp_path / "course")
    mark_by_hand(course, "zoe", 3)
    filled = fill_worksheet(course, "essai", final_grades(course, "essai"), sheet)
    rows = cells(filled.content)
    assert [row[4] for row in rows[1:]] == ["19,00", "", "", ""]
    assert "Question 2 · Interprétation : 3 / 4." in rows[1][9]


def mark_by_hand(course: Course, student: str, points: float) -> None:
    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade("written_interpretation", "essai", "essai", student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()


def test_worksheet_out_of_another_maximum_is_refused(graded, tmp_path):
    path = worksheet(tmp_path / "sheet.csv", CLASS, maximum=100)
    with pytest.raises(CourseError, match=r"counts out of 100.0, the lab 'essai' out of 20; set the assignment's"):
        fill_worksheet(graded, "essai", final_grades(graded, "essai"), path)


def test_worksheet_of_another_course_is_refused(graded, tmp_path):
    path = worksheet(tmp_path / "sheet.csv", {99: ("Personne", "personne@ailleurs.fr")})
    with pytest.raises(CourseError, match="names nobody who handed in 'essai'"):
        fill_worksheet(graded, "essai", final_grades(graded, "essai"), path)


def test_worksheet_of_another_assignment_with_the_same_people_is_refused(graded, tmp_path):
    path = worksheet(tmp_path / "sheet.csv", {number + 80: person for number, person in CLASS.items()})
    with pytest.raises(CourseError, match="it is the worksheet of another assignment or course"):
        fill_worksheet(graded, "essai", final_grades(graded, "essai"), path)


def test_feedback_zip_is_named_as_moodle_reads_it(sheet):
    lines = {row.clues.email.split("@")[0]: row for row in Worksheet(sheet).rows}
    written = io.BytesIO()
    write_feedback_zip(written, [(lines["zoe"], "<p>Zoé</p>"), (lines["bob"], "<p>Bob</p>")])
    assert list(read_feedback_zip(written, [lines["bob"], lines["zoe"]])) == ["<p>Bob</p>", "<p>Zoé</p>"]
    with zipfile.ZipFile(written) as archive:
        found = {}
        for name in archive.namelist():
            # As Moodle does: the number is the second part, the plug-in the next two, the file what remains.
            folder, file = name.split("/")
            _, number, kind, plugin, rest = folder.split("_", 4)
            found[int(number)] = (kind, plugin, rest, file)
        assert found == {number: ("assignfeedback", "file", "", "feedback.html") for number in (11, 12)}
        assert "Bob 2 Sol_12_assignfeedback_file_/feedback.html" in archive.namelist()
        assert archive.read("Zoé Le Goff_11_assignfeedback_file_/feedback.html").decode() == "<p>Zoé</p>"


def test_blind_worksheet_and_a_name_that_is_a_path_stay_one_folder_each(tmp_path):
    sheet = worksheet(tmp_path / "s.csv", {1: ("", "a@b.fr"), 2: ("../Ana\\B", "c@d.fr")})
    written = io.BytesIO()
    write_feedback_zip(written, [(row, "") for row in Worksheet(sheet).rows])
    with zipfile.ZipFile(written) as archive:
        assert archive.namelist() == [
            "Participant_1_assignfeedback_file_/feedback.html",
            ".. Ana B_2_assignfeedback_file_/feedback.html",
        ]


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


@pytest.mark.parametrize(("name", "told"), [("=1+1", "'=1+1"), ("\r-1+1", "' -1+1"), ("Zoé;=1+1", "Zoé;'=1+1")])
def test_name_that_would_run_as_a_formula_is_text_in_every_export(graded, tmp_path, name, told):
    course = copy_of(graded, tmp_path / "course")
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student("zoe", last_name=name)
    export = cells(write_nbgrader_export(course, "essai", tmp_path / "nbgrader.csv").read_bytes())
    assert next(row[4] for row in export if row[3] == "zoe") == told
    table = cells(write_csv(course, "essai", final_grades(course, "essai"), tmp_path / "grades.csv").read_bytes())
    # A name read from the roster has no blanks around it.
    assert next(row[1] for row in table if row[0] == "zoe") == told.replace("' ", "'")


def test_nbgraders_own_export_holds_the_same_lines(graded, tmp_path):
    ours = write_nbgrader_export(graded, "essai", tmp_path / "ours" / "nbgrader.csv")
    assert [file.name for file in ours.parent.iterdir()] == ["nbgrader.csv"]
    with open_gradebook(graded) as gradebook:
        CsvExportPlugin(to=str(tmp_path / "theirs.csv"), assignment=["essai"]).export(gradebook)
    theirs = (tmp_path / "theirs.csv").read_text().splitlines()
    rows = ours.read_text(encoding="utf-8").splitlines()
    assert [row.replace('"', "") for row in rows] == theirs
    assert [row for row in rows if row not in theirs] == [row for row in rows if '"Ana, dite Nana"' in row]
    assert next(row for row in rows if ",bob," in row).endswith(",16.0,1.5,14.5,20.0")


def test_fingerprint_changes_with_lateness_and_only_where_it_changes_the_mark(graded, tmp_path):
    course = copy_of(graded, tmp_path / "course")

    def prints() -> list[str]:
        deadline = read_deadline(course, "essai")
        policy = default_policy(course)
        return [fingerprint(course.hand_in(student, "essai"), deadline, policy) for student in ("zoe", "bob")]

    zoe, bob = prints()
    filed = [
        read_notebook(course.hand_in(student, "essai").autograded).metadata.course.fingerprint
        for student in ("zoe", "bob")
    ]
    assert filed == [zoe, bob]
    set_deadline(course, datetime(2023, 11, 6, 23, 50))
    assert prints()[0] == zoe  # still on time
    assert prints()[1] != bob
    stamp = course.hand_in("zoe", "essai").submitted.with_name("timestamp.txt")
    stamp.write_text("2023-11-20 12:00:00 UTC\n", encoding="utf-8")
    assert prints()[0] != zoe


def test_deadline_changed_in_the_gradebook_alone_marks_a_late_hand_in_again(graded, tmp_path):
    course = copy_of(graded, tmp_path / "course")
    set_deadline(course, datetime(2023, 11, 8, 12, 0))
    grade_class(course, ["essai"], ["bob"])
    assert read_result(course.hand_in("bob", "essai")).grade == 16


def test_extension_and_time_that_is_not_known_reach_nbgrader_the_table_and_the_report(graded, tmp_path):
    course = copy_of(graded, tmp_path / "course")
    change_deadline(course, "essai", datetime(2023, 11, 8, 12, 0), "bob")
    course.hand_in("zoe", "essai").timestamp.unlink()
    zoe, bob = sorted(grade_class(course, ["essai"], ["bob", "zoe"]), key=lambda result: result.student, reverse=True)
    assert (bob.grade, bob.penalty, UNTIMED in bob.flags) == (16, 0, False)
    assert (zoe.grade, UNTIMED in zoe.flags) == (16, True)
    with open_gradebook(course) as gradebook:
        assert gradebook.find_submission("essai", "bob").extension == timedelta(hours=36, minutes=15)
        assert gradebook.find_submission("essai", "bob").total_seconds_late == 0
        assert gradebook.find_submission("essai", "zoe").timestamp is None
    assert "when it came is not known" in _remarks(zoe)
    assert '<td class="number">not known</td>' in write_report(course, "essai").read_text(encoding="utf-8")


def test_nbgraders_command_exports_what_ours_does(graded, tmp_path):
    course = copy_of(graded, tmp_path / "course")
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_student("zoe", last_name='=HYPERLINK("x")')
        ExportGrades(to=str(tmp_path / "theirs.csv"), assignment=["essai"]).export(gradebook)
        ExportGrades(to=str(tmp_path / "one.csv"), student=["zoe"]).export(gradebook)
    ours = write_nbgrader_export(course, "essai", tmp_path / "ours.csv").read_text(encoding="utf-8")
    assert (tmp_path / "theirs.csv").read_text(encoding="utf-8") == ours
    assert "'=HYPERLINK" in ours
    header, zoe = ours.splitlines()[0], next(line for line in ours.splitlines() if ",zoe," in line)
    assert (tmp_path / "one.csv").read_text(encoding="utf-8").splitlines() == [header, zoe]


def set_deadline(course: Course, deadline: datetime) -> None:
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_assignment("essai", duedate=to_utc(deadline))


def test_time_that_changes_has_the_hand_in_marked_again(graded, tmp_path):
    course = copy_of(graded, tmp_path / "course")
    sheet = worksheet(tmp_path / "sheet.csv", CLASS, "fr")
    archive = moodle_zip(
        tmp_path / "m.zip",
        {"Bob_2 Sol_12_assignsubmission_file/essai.ipynb": course.hand_in("bob", "essai").submitted.read_bytes()},
    )
    collect(course, "essai", archive, sheet)
    assert not course.hand_in("bob", "essai").autograded.exists()
    assert course.hand_in("zoe", "essai").autograded.exists()
    collect(course, "essai", archive, sheet, datetime(2023, 11, 8, 12, 0))
    assert not course.hand_in("zoe", "essai").autograded.exists()


def test_nothing_graded_is_one_clear_error(course):
    with pytest.raises(CourseError, match="no graded hand-in of the lab 'essai'; run 'course grade essai' first"):
        final_grades(course, "essai")


def test_the_folder_of_hand_ins_is_read_once_whatever_the_class(graded, tmp_path, monkeypatch):
    grades, read, students = final_grades(graded, "essai"), [], Course.students
    monkeypatch.setattr(Course, "students", lambda course, lab: read.append(lab) or students(course, lab))
    write_csv(graded, "essai", grades, tmp_path / "grades.csv")
    assert read == ["essai"]
