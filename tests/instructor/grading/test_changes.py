"""What a regrade changed: before and after by question, and why."""

import pytest

from instructor.cli.regrade import show_changes, show_regrade
from instructor.course import Course
from instructor.gradebook.results import Result
from instructor.grading.changes import last_changes
from tests.instructor.kernelless import LAB, RIGHT, WRONG, Edited, copy_of, decide, grade, graded_course, hand_in


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Course:
    return graded_course(tmp_path_factory.mktemp("graded") / "course", {"ada": RIGHT, "blaise": WRONG})


@pytest.fixture
def course(graded, tmp_path, monkeypatch) -> Course:
    return copy_of(graded, tmp_path, monkeypatch)


def lines(results: dict[str, Result], capsys) -> list[str]:
    show_changes(list(results.values()))
    return capsys.readouterr().out.splitlines()


def test_first_mark_changes_nothing(course):
    assert [last_changes(course.hand_in(student, LAB)) for student in ("ada", "blaise")] == [[], []]
    hand_in(course, "claude")
    assert [result.changes for result in grade(course).values()] == [[], [], []]


def test_answer_handed_in_again_is_told_and_known_to_the_next_run(course, capsys):
    hand_in(course, "blaise", RIGHT)
    results = grade(course)
    show_regrade(list(results.values()))
    assert "1 marks of 1 students changed; 'course grade --diff' says which" in capsys.readouterr().out
    assert lines(results, capsys) == ["essai · blaise: test_mean 0/16 → 16/16 (its answer changed)"]
    assert lines(grade(course), capsys) == ["essai · blaise: test_mean 0/16 → 16/16 (its answer changed)"]


def test_points_changed_are_the_reason_and_a_mark_by_hand_waits(course, capsys):
    decide(course, "blaise", "test_mean", 5)
    with Edited(course) as lab:
        lab.worth("test_mean", 12)
        lab.worth("written_interpretation", 8)
    assert lines(grade(course), capsys) == [
        "essai · ada: test_mean 16/16 → 12/12 (its points changed)",
        "essai · ada: written_interpretation waits/4 → waits/8 (its points changed)",
        "essai · blaise: test_mean 5/16 → waits/12 (its points changed)",
        "essai · blaise: written_interpretation waits/4 → waits/8 (its points changed)",
    ]


def test_mark_that_changes_with_the_answer_the_same_has_the_reason_that_is_known(course, capsys):
    notebook = course.source(LAB)
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("mean(rng", "mean( rng"), encoding="utf-8")
    decide(course, "ada", "test_mean", None, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.instructor.kernelless.RIGHT", "nothing is right any more")
        results = grade(course)
    assert lines(results, capsys) == ["essai · ada: test_mean 17/16 → 1/16 (the lab changed)"]


def test_lateness_is_a_change_too(course, capsys):
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write("\nc.PointsPerDay.points_per_day = 2\n")
    course.hand_in("ada", LAB).timestamp.write_text("2026-11-25 18:00:00 UTC")
    set_deadline(course)
    assert lines(grade(course), capsys) == [
        "essai · ada: lateness none → -2 (how late it came, nbgrader_config.py changed)"
    ]


def set_deadline(course: Course) -> None:
    from datetime import datetime

    from instructor.gradebook.nbgrader import open_gradebook

    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_assignment(LAB, duedate=datetime(2026, 11, 25, 12, 0))


def test_regrade_that_changes_nothing_says_so(course, capsys):
    assert lines(grade(course, force=True), capsys) == ["the last regrade changed no mark"]
