"""When a hand-in was made, as the grader and nbgrader read it: the same, whatever wrote `timestamp.txt`."""

from datetime import datetime

import pytest

from instructor.course import Course
from instructor.errors import CourseError
from instructor.gradebook.deadlines import seconds_late, to_utc
from instructor.gradebook.nbgrader import open_gradebook
from instructor.grading.class_run import grade_class
from tests.instructor.conftest import answered, hand_in

DEADLINE = datetime(2026, 11, 24, 18, 0)


def stamp(course: Course, student: str, content: bytes) -> None:
    path = course.hand_in(student, "essai").submitted.with_name("timestamp.txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf2026-11-24 17:00:00 UTC\r\n"])
def test_empty_or_earlier_time_is_not_late(course, content):
    stamp(course, "ada", content)
    assert not seconds_late(course.hand_in("ada", "essai"), DEADLINE)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_later_time_is_late_by_as_much_as_it_says(course, mark):
    stamp(course, "ada", mark + b"2026-11-24 18:01:00 UTC\n")
    assert seconds_late(course.hand_in("ada", "essai"), DEADLINE) == 60


@pytest.mark.parametrize("content", [b"hier soir", b"\xff\xfe2", b"9" * 40 + b"-01-01"])
@pytest.mark.parametrize("deadline", [DEADLINE, None])
def test_time_that_is_none_is_an_error_with_its_way_out(course, content, deadline):
    stamp(course, "ada", content)
    with pytest.raises(CourseError, match=r"timestamp.txt beside the notebook is no date .* delete the file"):
        seconds_late(course.hand_in("ada", "essai"), deadline)


def test_class_with_a_deadline_is_graded_whatever_wrote_the_times(course):
    with open_gradebook(course) as gradebook:
        gradebook.update_or_create_assignment("essai", duedate=to_utc(DEADLINE))
    times = {"empty": b"", "on_windows": b"\xef\xbb\xbf2026-12-24 18:00:00 UTC\r\n"}
    for student, content in times.items():
        hand_in(course, student, answered(course))
        stamp(course, student, content)
    assert {result.student: result.score for result in grade_class(course, ["essai"])} == dict.fromkeys(times, 16)
    with open_gradebook(course) as gradebook:
        late = {found.student.id: found.total_seconds_late > 0 for found in gradebook.assignment_submissions("essai")}
    assert late == {"empty": False, "on_windows": True}
