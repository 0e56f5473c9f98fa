"""What was collected from Moodle for a lab: whose number is whose, kept in `.course/moodle/<lab>.json`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

from instructor.course import Course
from instructor.files import write_whole

MINUTE = "%Y-%m-%d %H:%M"


class LinkedBy(str, Enum):
    """What links a number of Moodle's to a student: the words of `Roster.find`."""

    number = "number"
    email = "e-mail"
    id_number = "identity number"
    username = "user name"
    name = "name"


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
    linked_by
        What links the number to the student; None for an identifier made from the number.
    """

    number: int
    name: str
    student: str
    file: str
    linked_by: LinkedBy | None = None


def read_record(course: Course, lab: str) -> dict[int, Collected]:
    """Return what was collected so far, by Moodle's number."""
    path = _path(course, lab)
    if not path.is_file():
        return {}
    hand_ins = map(_from_json, json.loads(path.read_text(encoding="utf-8")))
    return {hand_in.number: hand_in for hand_in in hand_ins}


def write_record(course: Course, lab: str, record: dict[int, Collected]) -> None:
    entries = [asdict(record[number]) for number in sorted(record)]
    write_whole(_path(course, lab), (json.dumps(entries, ensure_ascii=False, indent=1) + "\n").encode())


def _from_json(entry: dict) -> Collected:
    """Read an entry; earlier versions wrote "" for None, and more."""
    known = {key: entry[key] for key in ("number", "name", "student", "file")}
    return Collected(**known, linked_by=LinkedBy(entry["linked_by"]) if entry.get("linked_by") else None)


def _path(course: Course, lab: str) -> Path:
    return course.root / ".course" / "moodle" / f"{lab}.json"
