"""Marks that are not of today's lab are known, said and refused, with whose they are and why."""

import pytest

from instructor.cli import app
from instructor.course import Course
from instructor.errors import CourseError
from instructor.grading import fingerprint as fingerprints
from instructor.grading.fingerprint import changed_parts, fingerprint, outdated, tell_outdated
from instructor.grading.reference import course_seed
from tests.instructor.kernelless import LAB, WRONG, Edited, copy_of, grade, graded_course, hand_in

STUDENTS = ("ada", "blaise", "claude", "driss")


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Course:
    return graded_course(tmp_path_factory.mktemp("graded") / "course", dict.fromkeys(STUDENTS, WRONG))


@pytest.fixture
def course(graded, tmp_path, monkeypatch) -> Course:
    return copy_of(graded, tmp_path, monkeypatch)


def lab_changes(course: Course) -> None:
    with Edited(course) as lab:
        lab.worth("test_mean", 12)
        lab.worth("written_interpretation", 8)


def seed_changes(course: Course) -> None:
    course_seed(course, new=True)


def configuration_changes(course: Course) -> None:
    with (course.root / "nbgrader_config.py").open("a", encoding="utf-8") as file:
        file.write("c.PointsPerDay.points_per_day = 2\n")


def hand_in_changes(course: Course) -> None:
    hand_in(course, "ada")


def hand_in_goes(course: Course) -> None:
    course.hand_in("ada", LAB).submitted.unlink()


def time_is_none(course: Course) -> None:
    course.hand_in("ada", LAB).timestamp.write_text("hier soir")


@pytest.mark.parametrize(
    ("change", "why", "who"),
    [
        (lab_changes, "the lab", STUDENTS),
        (seed_changes, "the seed", STUDENTS),
        (configuration_changes, "nbgrader_config.py", STUDENTS),
        (hand_in_changes, "the hand-in", STUDENTS[:1]),
        (hand_in_goes, "the hand-in", STUDENTS[:1]),
        (time_is_none, "how late it came", STUDENTS[:1]),
    ],
)
def test_what_changed_since_a_mark_is_known_by_its_name(course, change, why, who):
    assert outdated(course, [LAB]) == {}  # graded without the sandbox, which is no other mark
    change(course)
    found = outdated(course, [LAB])
    assert {hand_in.student: set(parts) - {"the sandbox"} for hand_in, parts in found.items()} == dict.fromkeys(
        who, {why}
    )


def test_line_says_how_many_who_why_and_the_way_out(course):
    assert tell_outdated(course, [LAB], allowed=False) == ""
    lab_changes(course)
    told = "4 marks were given before a change of the lab.*: ada, blaise, claude and 1 more"
    with pytest.raises(CourseError, match=f"{told}; run 'course grade essai' first, or say --stale"):
        tell_outdated(course, [LAB], allowed=False)
    assert "ada, blaise, claude and 1 more" in tell_outdated(course, [LAB], allowed=True)


@pytest.mark.parametrize("command", [["grades", LAB], ["feedback", LAB], ["report", LAB]])
def test_nothing_is_written_of_old_marks_unless_it_is_said(course, command, capsys):
    seed_changes(course)
    with pytest.raises(CourseError, match="before a change of the seed"):
        app(command, standalone_mode=False)
    assert not any((course.root / folder).exists() for folder in ("grades", "feedback", "reports"))
    app([*command, "--stale"], standalone_mode=False)
    told = capsys.readouterr().out
    assert "4 marks were given before a change of the seed" in told
    assert "wrote" in told


def test_one_student_graded_again_does_not_hide_the_others(course):
    lab_changes(course)
    grade(course, "ada")
    assert [hand_in.student for hand_in in outdated(course, [LAB])] == ["blaise", "claude", "driss"]


def test_seed_is_not_found_by_trying_them_all_and_a_new_lab_is_no_new_seed(course, monkeypatch):
    hand_in, policy = course.hand_in("ada", LAB), fingerprints.default_policy(course)
    before = fingerprint(hand_in, None, policy)
    assert fingerprints._digest(str(policy.seed).encode()) != before["the seed"]
    lab_changes(course)
    assert changed_parts(before, fingerprint(hand_in, None, policy)) == ["the lab"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"metadata": {"course": {"fingerprint": "of a version before"}}}'])
def test_fingerprint_that_nobody_can_read_is_none(tmp_path, text):
    (tmp_path / "essai.ipynb").write_text(text)
    assert fingerprints.filed_fingerprint(tmp_path / "essai.ipynb") == {}
