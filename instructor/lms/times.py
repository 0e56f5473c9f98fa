"""When each hand-in came and was due, as far as anybody knows: what is not known is asked, and never made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from instructor.course import Course, HandIn
from instructor.gradebook.deadlines import Deadlines, read_deadlines, to_local, to_utc, write_deadlines
from instructor.gradebook.nbgrader import read_timestamp
from instructor.lms.moodle.worksheet import Row, Worksheet

MAX_LINES = 10


def time_of(before: HandIn, row: Row | None, content: bytes) -> datetime | None:
    """Return when a hand-in came, in local time: what the worksheet says, or what is known already of the same file."""
    if row is not None and row.submitted:
        return row.submitted
    same = before.submitted.is_file() and before.submitted.read_bytes() == content
    return kept_time(before) if same else None


def few(lines: list[str]) -> list[str]:
    """Return what a person reads of a list: its beginning, and how many more there are."""
    return lines if len(lines) <= MAX_LINES else [*lines[:MAX_LINES], f"and {len(lines) - MAX_LINES} more"]


def kept_time(hand_in: HandIn) -> datetime | None:
    """Return the local time that stands beside a hand-in, from a worksheet or by its teacher."""
    moment = read_timestamp(hand_in.timestamp)
    return moment and to_local(moment)


def keep_deadlines(
    course: Course,
    lab: str,
    deadline: datetime | None,
    rows: dict[str, Row],
    renamed: dict[str, str],
    sheet: Worksheet | None,
) -> Deadlines:
    """Keep the deadline, in local time, if one is given, and the extensions that Moodle's lines, by student, tell of.

    Where an extension is not understood, or no line tells of any, the one that was known stays; `renamed` gives
    students their new identifier.
    """
    before = read_deadlines(course, lab)
    telling = rows if sheet and sheet.has_statuses else {}
    understood = {student: row.extended for student, row in telling.items() if not row.extended_text}
    platform, teacher = (
        {renamed.get(student, student): moment for student, moment in found.items()}
        for found in (before.platform, before.teacher)
    )
    platform = {student: moment for student, moment in platform.items() if student not in understood}
    platform |= {student: to_utc(moment) for student, moment in understood.items() if moment}
    common = before.common if deadline is None else to_utc(deadline)
    deadlines = replace(before, common=common, platform=platform, teacher=teacher)
    write_deadlines(course, lab, deadlines)
    return deadlines


def what_to_ask(
    lab: str, deadlines: Deadlines, unknown: list[str], rows: dict[str, Row], sheet: Worksheet | None
) -> list[str]:
    """Return what a teacher should say of what is not known: when some students handed in, or have time until."""
    told = [
        f"{row.name} ({row.number}): the extension until '{row.extended_text}' is not understood; say "
        f"'course deadline {lab} DATE --student {student}'"
        for student, row in rows.items()
        if row.extended_text
    ]
    if deadlines.common is None:
        count = len(deadlines.platform)
        waiting = f"{count} extension{'s' * (count > 1)} will count once 'course deadline {lab} DATE' has been said"
        return told + [waiting] * bool(count)
    if not unknown:
        return told
    if sheet is not None and not sheet.has_dates:
        told.append(f"{sheet.name} has no column 'Last modified (submission)'")
    unread = [rows[student] for student in unknown if student in rows and rows[student].submitted_text]
    told += few([f"{row.name} ({row.number}): '{row.submitted_text}' is not a date, or is two" for row in unread])
    students = ", ".join(few(unknown))
    return [
        *told,
        f"when these came is not known, so none of them counts as late: {students}; "
        "collect again with Moodle's own worksheet, or write it in submitted/STUDENT/"
        f"{lab}/timestamp.txt, such as '2026-11-24 18:00:00 UTC'",
    ]
