"""The deadline of a lab as nbgrader's gradebook keeps it, and how late a hand-in came: what a late rule goes by."""

from __future__ import annotations

from datetime import datetime

from instructor.course import Course
from instructor.gradebook.nbgrader import has_gradebook, open_gradebook, read_timestamp


def read_deadline(course: Course, lab: str) -> datetime | None:
    """Return the deadline in UTC, without a time zone as nbgrader keeps it; None where nobody gave one."""
    if not has_gradebook(course):
        return None
    with open_gradebook(course) as gradebook:
        return next((found.duedate for found in gradebook.assignments if found.name == lab), None)


def seconds_late(course: Course, lab: str, student: str, deadline: datetime | None) -> float:
    """Return how long after `deadline` a hand-in came, 0 where either time is unknown: what nbgrader will find."""
    handed_in = read_timestamp(course.submitted(student, lab).with_name("timestamp.txt"))
    if deadline is None or handed_in is None:
        return 0.0
    return max(0.0, (handed_in - deadline).total_seconds())


def how_late(seconds: float) -> str:
    """Return how late something is as a teacher reads it, ``1 d 2 h 05``; empty where it is not, by the minute."""
    minutes = int(seconds // 60)
    if minutes <= 0:
        return ""
    days, minutes = divmod(minutes, 24 * 60)
    return f"{days} d " * bool(days) + f"{minutes // 60} h {minutes % 60:02}"
