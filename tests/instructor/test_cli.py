"""The command `course`: one clear line for a wrong call, and exit status 2."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from instructor.course import Course
from instructor.errors import CourseError
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import graded_results
from instructor.grading.class_run import grade_class, why_not_graded
from instructor.kernels.sandbox import sandbox_available
from instructor.labs.publish import find_leaks
from instructor.labs.solutions import stale_solutions
from instructor.notebooks import find_cell, read_notebook, write_notebook
from instructor.pages.feedback import write_feedback
from instructor.pages.report import write_report
from tests.instructor.conftest import answered, hand_in, replace_graded

COURSE = Path(sys.executable).with_name("course")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    env = os.environ | {"PATH": "/usr/bin:/bin", "COLUMNS": "200"}
    return subprocess.run([COURSE, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["build", "inconnu"], "unknown lab 'inconnu'; the labs are: essai"),
        (["grade"], "submitted/ holds no hand-in for essai"),
        (["feedback"], "no graded hand-in; run 'course grade' first"),
        (["new", "essai"], "the lab 'essai' exists already"),
        (["new", "Mon TP"], "'Mon TP' cannot name a lab"),
    ],
)
def test_wrong_call_is_one_line_and_status_2(pristine_course, arguments, line):
    result = run(pristine_course.root, *arguments)
    assert (result.returncode, line in result.stdout) == (2, True)
    assert "Traceback" not in result.stdout + result.stderr


def test_outside_a_course_is_an_error(tmp_path):
    result = run(tmp_path, "build")
    assert (result.returncode, "is not inside a course" in result.stdout) == (2, True)


def test_build_check_fails_on_drift_and_names_the_file(course):
    assert run(course.root, "build", "--check").returncode == 0
    course.release("essai").unlink()
    result = run(course.root, "build", "--check")
    assert result.returncode == 1
    assert "release/essai/essai.ipynb: differs from its source" in result.stdout


def append_to_config(course: Course, line: str) -> None:
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"\n{line}\n")


def source_is_cut_short(course: Course) -> None:
    course.source("essai").write_text('{"cells": [', encoding="utf-8")


def source_names_two_cells_alike(course: Course) -> None:
    source = read_notebook(course.source("essai"))
    find_cell(source, "sol_mean").metadata.nbgrader.grade_id = "test_mean"
    write_notebook(source, course.source("essai"))


def release_is_cut_short(course: Course) -> None:
    course.release("essai").write_text('{"cells": [', encoding="utf-8")


def release_is_missing(course: Course) -> None:
    course.release("essai").unlink()


def gradebook_is_no_database(course: Course) -> None:
    (course.root / "gradebook.db").write_bytes(b"not a database, " * 100)


def gradebook_is_in_no_folder(course: Course) -> None:
    append_to_config(course, 'c.CourseDirectory.db_url = "sqlite:////nowhere/gradebook.db"')


def release_is_not_built(course: Course) -> None:
    source = read_notebook(course.source("essai"))
    find_cell(source, "test_mean").metadata.nbgrader.points = 12
    write_notebook(source, course.source("essai"))


def gradebook_is_in_memory(course: Course) -> None:
    append_to_config(course, 'c.CourseDirectory.db_url = "sqlite://"')


def a_folder_has_no_name_in_utf_8(course: Course) -> None:
    Path(os.fsdecode(os.fsencode(course.root / "submitted") + b"/caf\xe9"), "essai").mkdir(parents=True)


def gradebook_has_no_address(course: Course) -> None:
    append_to_config(course, 'c.CourseDirectory.db_url = "gradebook"')


def database_is_unknown(course: Course) -> None:
    append_to_config(course, 'c.CourseDirectory.db_url = "oracledb17://host/gradebook"')


def database_server_is_down(course: Course) -> None:
    pytest.importorskip("psycopg")
    append_to_config(course, 'c.CourseDirectory.db_url = "postgresql+psycopg://teacher:secret@127.0.0.1:1/gradebook"')


def configuration_has_a_syntax_error(course: Course) -> None:
    append_to_config(course, "c.Autograde.force = = True")


def configuration_stops(course: Course) -> None:
    append_to_config(course, "import a_package_that_is_not_there")


def configuration_is_of_the_wrong_type(course: Course) -> None:
    append_to_config(course, "c.CourseDirectory.ignore = 3")


@pytest.mark.parametrize(
    ("breaks", "line"),
    [
        (source_is_cut_short, "source/essai/essai.ipynb cannot be used: essai.ipynb is not JSON"),
        (source_names_two_cells_alike, "nbgrader cannot read source/essai/: "),
        (release_is_cut_short, "release/essai/essai.ipynb cannot be used: essai.ipynb is not JSON"),
        (release_is_missing, "run 'course build essai'"),
        (release_is_not_built, "release/essai/ is not what source/essai/ gives now; run 'course build essai'"),
        (a_folder_has_no_name_in_utf_8, "submitted/ holds a folder whose name is not UTF-8, b'caf\\xe9': rename it"),
        (gradebook_is_no_database, "gradebook.db cannot be used: file is not a database; bring back a copy"),
        (gradebook_is_in_no_folder, "/nowhere/gradebook.db cannot be used: unable to open database file"),
        (gradebook_is_in_memory, "nbgrader_config.py names no file for the gradebook: sqlite://; "),
        (gradebook_has_no_address, "nbgrader_config.py names no gradebook: "),
        (database_is_unknown, "the gradebook oracledb17://host/gradebook cannot be used: "),
        (database_server_is_down, "teacher:***@127.0.0.1:1/gradebook cannot be used: "),
        (configuration_has_a_syntax_error, "nbgrader_config.py stops: SyntaxError: "),
        (configuration_stops, "nbgrader_config.py stops: ModuleNotFoundError: "),
        (configuration_is_of_the_wrong_type, "nbgrader_config.py "),
    ],
)
def test_broken_course_is_one_line_before_anything_is_graded(course, breaks, line):
    hand_in(course, "ada", answered(course))
    breaks(course)
    with pytest.raises(CourseError, match=re.escape(line)) as raised:
        grade_class(course, ["essai"])
    assert "secret" not in str(raised.value)
    assert not (course.root / "autograded").exists()


@pytest.mark.parametrize(("file", "reason"), [("nowhere/marks.json", "no folder nowhere"), (".", "it is a folder")])
def test_file_that_cannot_be_written_is_said_before_anything_is_graded(course, file, reason):
    hand_in(course, "ada", answered(course))
    result = run(course.root, "grade", "--json", file)
    assert (result.returncode, reason in result.stdout) == (2, True)
    assert not (course.root / "autograded").exists()


@pytest.fixture(scope="module")
def graded_course(pristine_course, tmp_path_factory) -> Course:
    """A right hand-in, a name that looks like rich's markup, and a reason that does."""
    available, reason = sandbox_available()
    if not available:
        pytest.skip(f"no sandbox: {reason}")
    course = Course(Path(shutil.copytree(pristine_course.root, tmp_path_factory.mktemp("cli") / "course")))
    for student in ("[z]", "ada", "blaise"):
        hand_in(course, student, answered(course))
    unexpected = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [], "[/x]": 1}
    course.hand_in("blaise", "essai").submitted.write_text(json.dumps(unexpected), encoding="utf-8")
    grade_class(course, ["essai"])
    return course


def copy_of(course: Course, folder: Path) -> Course:
    return Course(Path(shutil.copytree(course.root, folder / "copy")))


def test_markup_in_a_name_or_a_reason_stops_nothing_and_is_shown(graded_course, tmp_path):
    course = copy_of(graded_course, tmp_path)
    result = run(course.root, "grade", "--json", "marks.json")
    assert result.returncode == 0, result.stderr
    assert "│ [z] " in result.stdout
    assert "refused: its folder's name, [z], is a pattern to nbgrader" in result.stdout
    assert "no cell of this notebook answers a question of the lab" in result.stdout
    marks = json.loads((course.root / "marks.json").read_text(encoding="utf-8"))
    assert {line["student"]: line["score"] for line in marks} == {"[z]": None, "ada": 16, "blaise": None}


def test_hand_in_that_failed_is_in_the_table_and_in_the_exit_status(graded_course, tmp_path):
    course = copy_of(graded_course, tmp_path)
    course.hand_in("ada", "essai").submitted.with_name("timestamp.txt").write_text("hier soir")
    result = run(course.root, "grade", "--json", "marks.json")
    assert result.returncode == 1
    assert result.stdout.count("failed: timestamp.txt beside the notebook is no date") == 2
    assert json.loads((course.root / "marks.json").read_text(encoding="utf-8"))[1]["status"] == "failed"


def test_locked_gradebook_is_to_be_left_where_it_is(course, monkeypatch):
    hand_in(course, "ada", answered(course))
    monkeypatch.setattr("instructor.gradebook.nbgrader.PATIENCE", 0.1)
    grade_class(course, ["essai"])
    hand_in(course, "blaise", answered(course))
    with closing(sqlite3.connect(course.root / "gradebook.db")) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        ada, blaise = grade_class(course, ["essai"])
    assert (ada.score, blaise.status) == (16, "failed")
    assert "database is locked; end the program that holds it, and run the command again" in blaise.reason
    assert [result.score for result in grade_class(course, ["essai"])] == [16, 16]


@pytest.mark.parametrize(
    ("reason", "way_out"),
    [("database is locked", "end the program that holds it"), ("database or disk is full", "make room on the disk")],
)
def test_gradebook_that_is_sound_is_not_to_be_moved_away(course, monkeypatch, reason, way_out):
    def stop(*arguments: object) -> None:
        raise sqlite3.OperationalError(reason)

    monkeypatch.setattr("instructor.gradebook.nbgrader._Gradebook", stop)
    with pytest.raises(CourseError, match=f"gradebook.db cannot be used: {reason}; {way_out}"):
        open_gradebook(course)


def test_labs_asked_for_twice_are_graded_once_and_misplaced_notebooks_are_named(graded_course, tmp_path):
    course = copy_of(graded_course, tmp_path)
    for place in ("zoe/essai.ipynb", "yan/Essai/essai.ipynb"):
        (course.root / "submitted" / place).parent.mkdir(parents=True)
        shutil.copy(course.release("essai"), course.root / "submitted" / place)
    result = run(course.root, "grade", "essai", "essai", "--json", "marks.json")
    assert len(json.loads((course.root / "marks.json").read_text(encoding="utf-8"))) == 3
    for place in ("zoe/essai.ipynb", "yan/Essai/essai.ipynb"):
        assert f"not graded: submitted/{place} is not <student>/<lab>/<lab>.ipynb" in result.stdout


def test_terminal_that_does_not_know_a_character_is_shown_another(graded_course, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    result = run(copy_of(graded_course, tmp_path).root, "grade")
    assert result.returncode == 0, result.stderr
    assert "ada" in result.stdout


def autograded_is_cut_short(course: Course) -> None:
    replace_graded(course, "ada", '{"cells": [')


def write_first_page(course: Course) -> None:
    write_feedback(course, graded_results(course, ["essai"])[0])


@pytest.mark.parametrize(
    ("breaks", "line"),
    [
        (autograded_is_cut_short, "autograded/ada/essai/essai.ipynb cannot be used: essai.ipynb is not JSON"),
        (source_is_cut_short, "source/essai/essai.ipynb cannot be used: essai.ipynb is not JSON"),
        (gradebook_is_no_database, "gradebook.db cannot be used: file is not a database"),
        (configuration_has_a_syntax_error, "nbgrader_config.py stops: SyntaxError"),
    ],
)
@pytest.mark.parametrize("read", [write_first_page, lambda course: write_report(course, "essai")])
def test_broken_course_is_one_line_to_what_reads_its_marks(graded_course, tmp_path, read, breaks, line):
    course = copy_of(graded_course, tmp_path)
    breaks(course)
    with pytest.raises(CourseError, match=re.escape(line)):
        read(course)


@pytest.mark.parametrize(
    "read",
    [
        lambda course: stale_solutions(course, ["essai"]),
        lambda course: list(find_leaks(course, {})),
        lambda course: why_not_graded(course.hand_in("ada", "essai")),
    ],
)
def test_broken_source_is_named_with_its_folder_and_is_no_student_s_fault(course, read):
    hand_in(course, "ada", answered(course))
    source_is_cut_short(course)
    with pytest.raises(CourseError, match="source/essai/essai.ipynb cannot be used: essai.ipynb is not JSON"):
        read(course)


def test_broken_configuration_is_one_line_and_status_2(course):
    hand_in(course, "ada", answered(course))
    configuration_has_a_syntax_error(course)
    result = run(course.root, "grade")
    assert (result.returncode, result.stdout.strip().count("\n")) == (2, 0)
    assert "Traceback" not in result.stdout + result.stderr
