"""The command `course`: one clear line for a wrong call, and exit status 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COURSE = Path(sys.executable).with_name("course")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"PATH": "/usr/bin:/bin", "COLUMNS": "200"}
    return subprocess.run(
        [COURSE, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


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
    assert result.returncode == 2
    assert line in result.stdout
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
