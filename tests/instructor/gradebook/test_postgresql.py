"""A class whose gradebook is a PostgreSQL database, named by `db_url`, on a real server started for the test."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from instructor.course import Course
from instructor.errors import CourseError
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import graded_results
from instructor.grading.class_run import grade_class
from instructor.pages.feedback import write_feedback
from tests.instructor.conftest import answered, hand_in

ANSWERS = {"ada": "    return float(x.sum() / len(x))", "blaise": "    return 2.0", "claude": "    raise ValueError"}
SCORES = {"ada": 16, "blaise": 0, "claude": 0}


@pytest.fixture(scope="module")
def db_url() -> Iterator[str]:
    """Start a PostgreSQL server that listens on a socket file alone, and give the address of its database."""
    pytest.importorskip("psycopg")
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL server: apt-get install postgresql")
    # A server refuses to be root's: started by root, it belongs to the user that its package has made.
    user = {"user": "postgres"} if os.getuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="course-postgresql-") as folder:
        if user:
            shutil.chown(folder, **user)
        data = f"{folder}/data"
        initialise = [binaries / "initdb", "--pgdata", data, "--auth", "trust", "--username", "teacher", "--no-sync"]
        subprocess.run(initialise, cwd=folder, stdout=subprocess.DEVNULL, check=True, **user)
        listen = ["-D", data, "-k", folder, "-c", "listen_addresses="]
        with subprocess.Popen(
            [binaries / "postgres", *listen], cwd=folder, stderr=subprocess.DEVNULL, **user
        ) as server:
            try:
                _wait_for(binaries, folder)
                yield f"postgresql+psycopg:///postgres?host={folder}&user=teacher"
            finally:
                server.terminate()


def _binaries() -> Path | None:
    """Return where the newest server of this machine is: Debian keeps it out of PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    if found := shutil.which("initdb"):
        folders.append(Path(found).resolve().parent)
    return next((folder for folder in reversed(folders) if (folder / "initdb").is_file()), None)


def _wait_for(binaries: Path, folder: str) -> None:
    for _ in range(300):
        if not subprocess.run([binaries / "pg_isready", "-q", "-h", folder], check=False).returncode:
            return
        time.sleep(0.1)
    raise TimeoutError("PostgreSQL does not answer")


@pytest.fixture
def course_on_postgresql(course, db_url) -> Course:
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"\nc.CourseDirectory.db_url = {db_url!r}\n")
    for student, code in ANSWERS.items():
        hand_in(course, student, answered(course, code))
    return course


def test_class_is_graded_resumed_and_read_from_postgresql(course_on_postgresql):
    course = course_on_postgresql
    results = grade_class(course, ["essai"])
    assert {result.student: result.score for result in results} == SCORES
    assert not (course.root / "gradebook.db").exists()

    with open_gradebook(course) as gradebook:
        assert gradebook.engine.name == "postgresql"
        grade = gradebook.find_grade("written_interpretation", "essai", "essai", "ada")
        grade.manual_score, grade.needs_manual_grade = 3, False  # as the formgrader does
        gradebook.db.commit()

    hand_in(course, "blaise", answered(course, ANSWERS["ada"]))
    before = course.hand_in("claude", "essai").autograded.stat().st_mtime_ns
    again = {result.student: result for result in grade_class(course, ["essai"])}
    assert course.hand_in("claude", "essai").autograded.stat().st_mtime_ns == before
    assert {student: result.score for student, result in again.items()} == {"ada": 19, "blaise": 16, "claude": 0}
    assert {result.student: result for result in graded_results(course, ["essai"])} == again
    assert "19" in write_feedback(course, again["ada"]).read_text(encoding="utf-8")


def test_missing_driver_is_one_clear_error(course):
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write('\nc.CourseDirectory.db_url = "postgresql+pg8000:///nowhere"\n')
    with pytest.raises(CourseError, match="needs the Python package 'pg8000'"):
        open_gradebook(course)
