"""The deadline of a lab, and how late a hand-in came: the one rule of what may be shown, and of what is late.

nbgrader's gradebook keeps it in UTC, without a time zone; teachers read and write the local time of their machine.
"""

from __future__ import annotations

from datetime import datetime, timezone

from instructor.course import Course, HandIn
from instructor.errors import CourseError
from instructor.gradebook.nbgrader import has_gradebook, open_gradebook, read_timestamp


def read_deadline(course: Course, lab: str) -> datetime | None:
    """Return the deadline in UTC, without a time zone as nbgrader keeps it; None where nobody gave one."""
    if not has_gradebook(course):
        return None
    with open_gradebook(course) as gradebook:
        return next((found.duedate for found in gradebook.assignments if found.name == lab), None)


def seconds_late(hand_in: HandIn, deadline: datetime | None) -> float:
    """Return how long after `deadline` a hand-in came, 0 where either time is unknown: what nbgrader will find."""
    handed_in = read_timestamp(hand_in.timestamp)
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


def refuse_before_deadline(course: Course, lab: str, way_out: str) -> None:
    """Raise CourseError, with the way out, while the right answers of a lab may still be handed in."""
    deadline = read_deadline(course, lab)
    if deadline is not None and datetime.now(timezone.utc).replace(tzinfo=None) <= deadline:
        raise CourseError(
            f"the deadline of '{lab}', {to_local(deadline):%Y-%m-%d %H:%M}, is not over: its answers stay here; "
            f"{way_out}"
        )


def to_utc(moment: datetime) -> datetime:
    """Return a local time of this machine in UTC, without a time zone, as nbgrader keeps its dates."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


def to_local(moment: datetime) -> datetime:
    """Return one of nbgrader's dates in the local time of this machine."""
    return moment.replace(tzinfo=timezone.utc).astimezone().replace(tzinfo=None)


def timestamp(moment: datetime) -> str:
    """Return the content of a `timestamp.txt` for a local time."""
    return f"{to_utc(moment):%Y-%m-%d %H:%M:%S} UTC\n"
