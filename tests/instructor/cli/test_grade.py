"""`course grade` is stopped by a signal: what was graded is kept, the lock let go, the status what shells expect."""

import os
import signal
from collections.abc import Iterator

import pytest

from instructor.cli import app
from instructor.course import Course
from instructor.grading import class_run
from instructor.stopping import Stopped, stoppable
from tests.instructor.kernelless import LAB, RIGHT, WRONG, copy_of, grade, hand_in, make_course


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory) -> Course:
    course = make_course(tmp_path_factory.mktemp("handed_in") / "course")
    for student in ("ada", "blaise"):
        hand_in(course, student)
    return course


@pytest.fixture
def course(handed_in, tmp_path, monkeypatch) -> Course:
    return copy_of(handed_in, tmp_path, monkeypatch)


def stop_after_one(patch: pytest.MonkeyPatch, number: int) -> None:
    run = class_run.grade_side_by_side

    def stopped(hand_ins: dict, **options: object) -> Iterator:
        outcomes = run(hand_ins, **options)
        yield next(outcomes)
        os.kill(os.getpid(), number)
        yield from outcomes

    patch.setattr(class_run, "grade_side_by_side", stopped)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_stops_the_class_and_keeps_what_was_graded(course, monkeypatch, capsys, number, status):
    with monkeypatch.context() as patch:
        stop_after_one(patch, number)
        with pytest.raises(Stopped) as stopped, stoppable():
            app(["grade", "--sandbox", "none"], standalone_mode=False)
    assert stopped.value.code == status
    assert "interrupted; what was graded is kept: run the same command again to go on" in capsys.readouterr().out
    assert [hand_in.autograded.is_file() for hand_in in course.hand_ins(LAB)] == [True, False]
    with course.alone():
        assert [result.score for result in grade(course).values()] == [16, 16]


def test_diff_is_said_when_it_is_asked_for_after_the_run_too(course, capsys):
    hand_in(course, "ada", WRONG)
    app(["grade", "--sandbox", "none"], standalone_mode=False)
    hand_in(course, "ada", RIGHT)
    capsys.readouterr()
    app(["grade", "--sandbox", "none"], standalone_mode=False)
    assert "1 marks of 1 students changed; 'course grade --diff' says which, and why" in capsys.readouterr().out
    app(["grade", "--sandbox", "none", "--diff"], standalone_mode=False)
    assert "essai · ada: test_mean 0/16 → 16/16 (its answer changed)" in capsys.readouterr().out
