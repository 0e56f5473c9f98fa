"""The deadline of a lab, and how late a hand-in came: the one rule of what may be shown, and of what is late.

nbgrader's gradebook keeps it in UTC, without a time zone; teachers read and write the local time of their machine. The
extensions of single students are in `.course/deadlines/<lab>.json`: the gradebook has a place for them only once
something was handed in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

from instructor.course import Course, HandIn
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.gradebook.nbgrader import has_gradebook, open_gradebook, read_timestamp
from instructor.gradebook.roster import read_roster

SECOND = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Deadlines:
    """When a lab is due, in UTC without a time zone: for the class, and for those who were given more time.

    Parameters
    ----------
    common
        None where nobody gave one.
    platform, teacher
        By student, what the learning platform says, and what was said here, which counts more.
    """

    common: datetime | None = None
    platform: dict[str, datetime] = field(default_factory=dict)
    teacher: dict[str, datetime] = field(default_factory=dict)

    @property
    def extended(self) -> dict[str, datetime]:
        """The students who have more time than the class, and until when."""
        return {
            student: moment
            for student, moment in sorted((self.platform | self.teacher).items())
            if self.common is not None and moment > self.common
        }

    def of(self, student: str) -> datetime | None:
        """Return when a student's work is due."""
        return self.extended.get(student, self.common)

    @property
    def last(self) -> datetime | None:
        """When nobody hands in any more."""
        return max([self.common, *self.extended.values()]) if self.common else None


def read_deadline(course: Course, lab: str) -> datetime | None:
    """Return the deadline of the class in UTC, without a time zone as nbgrader keeps it; None where nobody gave one."""
    if not has_gradebook(course):
        return None
    with open_gradebook(course) as gradebook:
        return next((found.duedate for found in gradebook.assignments if found.name == lab), None)


def read_deadlines(course: Course, lab: str) -> Deadlines:
    """Return what is known of when a lab is due."""
    file = _file(course, lab)
    kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    given = {
        by: {student: datetime.strptime(moment, SECOND) for student, moment in kept.get(by, {}).items()}
        for by in ("platform", "teacher")
    }
    return Deadlines(read_deadline(course, lab), **given)


def write_deadlines(course: Course, lab: str, deadlines: Deadlines) -> int:
    """Keep when a lab is due; return how many marks that depend on it are taken back until `course grade`."""
    before = read_deadlines(course, lab)
    given = {"platform": deadlines.platform, "teacher": deadlines.teacher}
    if given != {"platform": before.platform, "teacher": before.teacher}:
        texts = {by: {who: f"{moment:{SECOND}}" for who, moment in found.items()} for by, found in given.items()}
        content = json.dumps(texts, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        write_whole(_file(course, lab), content.encode())
    changed = [one for one in course.hand_ins(lab) if before.of(one.student) != deadlines.of(one.student)]
    with open_gradebook(course) as gradebook:
        if deadlines.common != before.common:
            gradebook.update_or_create_assignment(lab, duedate=deadlines.common)
        for submission in gradebook.assignment_submissions(lab) if changed else ():
            if submission.student_id in {one.student for one in changed}:
                submission.extension = None  # until the hand-in is filed again
        gradebook.db.commit()
    return sum(map(grade_again, changed))


def change_deadline(course: Course, lab: str, moment: datetime, student: str | None = None) -> int:
    """Keep a deadline in local time, of the class or of one student, and return how many marks are taken back.

    CourseError where nobody knows the student, or the deadline that is extended.
    """
    before = read_deadlines(course, lab)
    if student is None:
        return write_deadlines(course, lab, replace(before, common=to_utc(moment)))
    if student not in read_roster(course).students and student not in course.students(lab):
        raise CourseError(
            f"unknown student '{student}': neither in the roster ('course roster show') nor in submitted/"
        )
    if before.common is None:
        raise CourseError(f"'{lab}' has no deadline to extend; say 'course deadline {lab} DATE' first")
    return write_deadlines(course, lab, replace(before, teacher=before.teacher | {student: to_utc(moment)}))


def grade_again(hand_in: HandIn) -> bool:
    """Take back a mark until the next `course grade`, and tell if there was one; marks given by hand stay written."""
    graded = hand_in.autograded.is_file()
    hand_in.autograded.unlink(missing_ok=True)
    return graded


def _file(course: Course, lab: str) -> Path:
    return course.root / ".course" / "deadlines" / f"{lab}.json"


def seconds_late(hand_in: HandIn, deadline: datetime | None) -> float | None:
    """Return how long after its deadline a hand-in came; None where nobody knows when it did."""
    handed_in = read_timestamp(hand_in.timestamp)
    if deadline is None:
        return 0.0
    if handed_in is None:
        return None
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
    deadline = read_deadlines(course, lab).last
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
