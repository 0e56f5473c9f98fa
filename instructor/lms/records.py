"""What was collected from Moodle for a lab: whose number is whose, kept in `.course/moodle/<lab>.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from instructor.course import Course
from instructor.files import write_whole

MINUTE = "%Y-%m-%d %H:%M"


@dataclass(frozen=True)
class Collected:
    """What was collected of one student.

    Parameters
    ----------
    number, name
        As Moodle wrote them in the archive; `name` is "Participant" under blind marking.
    student
        Identifier in this course: the folder in `submitted/`.
    file
        Path in the archive of the notebook that was kept.
    handed_in
        Local time of the hand-in, as `MINUTE` writes it; empty where nobody said.
    timed_by
        Who said it: "worksheet" or "deadline".
    linked_by
        What links the number to the student: "number", "e-mail"...; empty for an identifier made from the number.
    remarks
        What a teacher should know: other files, repairs to come, another lab.
    """

    number: int
    name: str
    student: str
    file: str
    handed_in: str = ""
    timed_by: str = ""
    linked_by: str = ""
    remarks: list[str] = field(default_factory=list)


def read_record(course: Course, lab: str) -> dict[int, Collected]:
    """Return what was collected so far, by Moodle's number."""
    path = _path(course, lab)
    if not path.is_file():
        return {}
    hand_ins = [Collected(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    return {hand_in.number: hand_in for hand_in in hand_ins}


def write_record(course: Course, lab: str, record: dict[int, Collected]) -> None:
    entries = [asdict(record[number]) for number in sorted(record)]
    write_whole(_path(course, lab), (json.dumps(entries, ensure_ascii=False, indent=1) + "\n").encode())


def _path(course: Course, lab: str) -> Path:
    return course.root / ".course" / "moodle" / f"{lab}.json"
