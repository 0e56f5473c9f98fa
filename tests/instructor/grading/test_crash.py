"""A run killed at random moments and resumed ends with the marks of a run that nobody disturbed."""

import os
import random
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from bench.crash import LAB, done, grade, grade_and_kill, make_class, problems
from instructor.course import Course
from instructor.grading.class_run import Options, grade_class
from instructor.kernels import install
from instructor.kernels.sandbox import sandbox_available

SIZE, KILLS = 12, 3


@pytest.fixture(scope="module")
def calm(tmp_path_factory) -> Course:
    """The class, graded by a run that nobody disturbed."""
    available, reason = sandbox_available()
    if not available:
        pytest.skip(f"no sandbox: {reason}")
    install()
    course = make_class(tmp_path_factory.mktemp("calm"), SIZE)
    grade_class(course, [LAB])
    return course


def test_run_killed_three_times_gives_every_student_one_mark(calm, tmp_path):
    hand_ins = shutil.ignore_patterns("gradebook.db*", "autograded", ".course")
    course = Course(Path(shutil.copytree(calm.root, tmp_path / "killed", ignore=hand_ins)))
    kills = grade_and_kill(course, SIZE, KILLS, workers=2, rng=random.Random(7))
    assert len(kills) == KILLS
    assert problems(course, calm, SIZE) == []
    assert _left_by(course) == []


def test_run_stopped_by_ctrl_c_says_so_and_goes_on_where_it_stopped(calm, tmp_path):
    hand_ins = shutil.ignore_patterns("gradebook.db*", "autograded", ".course")
    course = Course(Path(shutil.copytree(calm.root, tmp_path / "stopped", ignore=hand_ins)))
    process = grade(course, workers=2, output=subprocess.PIPE)
    while not done(course):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    told = process.communicate(timeout=300)[0].decode()
    assert process.returncode == 130
    assert "run the same command again to go on" in told
    assert "Traceback" not in told
    assert 0 < done(course) < SIZE
    assert {result.status for result in grade_class(course, [LAB])} == {"graded"}
    assert problems(course, calm, SIZE) == []


def test_what_is_filed_is_not_run_again(calm, monkeypatch):
    monkeypatch.setattr("instructor.grading.workers.grade_hand_in", lambda *arguments: pytest.fail("executed again"))
    assert {result.status for result in grade_class(calm, [LAB], options=Options())} == {"graded"}


def _left_by(course: Course) -> list[str]:
    """Return the processes that still work in the course's folder, after some time to end."""
    for _ in range(100):
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (folder / "cwd").resolve() == course.root.resolve():
                    found.append((folder / "cmdline").read_text())
        if not found:
            return []
        time.sleep(0.1)
    return found
