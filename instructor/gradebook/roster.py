"""The class as nbgrader's gradebook knows it, matched with what is said of a hand-in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from nbgrader.api import Gradebook

from instructor.course import Course
from instructor.gradebook.nbgrader import has_gradebook, open_gradebook

DERIVED = "moodle-"  # begins the identifier made from Moodle's number, for a student that no roster names


@dataclass(frozen=True)
class Student:
    """A student of the class."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    number: int | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Clues:
    """What a learning platform says of whoever handed something in; empty where it does not say."""

    number: int
    names: tuple[str, ...] = ()
    email: str = ""
    id_number: str = ""
    username: str = ""


class Roster:
    """The students of a class, and what may link a hand-in to one of them.

    Moodle's number comes first, then the worksheet's e-mail address, identity number or user name, and last the full
    name, where only one student bears it.
    """

    def __init__(self, students: list[Student]) -> None:
        self.students = {student.id: student for student in students}
        self._numbers = _index(students, lambda student: student.number)
        self._emails = _index(students, lambda student: student.email.casefold())
        self._ids = _index(students, lambda student: student.id.casefold())
        self._names = _index(students, lambda student: name_key(student.name))

    def find(self, clues: Clues) -> tuple[str, str] | None:
        """Return a student's identifier and what links it to the clues, None for a student unknown to the class."""
        tried = [
            ("number", self._numbers, clues.number),
            ("e-mail", self._emails, clues.email.casefold()),
            ("identity number", self._ids, clues.id_number.casefold()),
            ("user name", self._ids, clues.username.casefold()),
            *(("name", self._names, name_key(name)) for name in clues.names),
        ]
        return next(((index[key], clue) for clue, index, key in tried if key in index), None)


def _index(students: list[Student], key: Callable[[Student], Hashable]) -> dict[Hashable, str]:
    """Return the students by key, those who share one left out, and those who have none."""
    counts = Counter(map(key, students))
    return {key(student): student.id for student in students if key(student) and counts[key(student)] == 1}


def name_key(name: str) -> tuple[str, ...]:
    """Return what two spellings of a name share: accents composed or not, case, hyphens, order of the words."""
    composed = unicodedata.normalize("NFC", name).casefold()
    return tuple(sorted(re.findall(r"[^\s_\-]+", composed)))


def read_roster(course: Course) -> Roster:
    """Return the class as nbgrader's gradebook knows it, without those whom only Moodle's number names."""
    if not has_gradebook(course):
        return Roster([])
    with open_gradebook(course) as gradebook:
        students = sorted(map(_from_gradebook, gradebook.students), key=lambda student: student.id)
    return Roster([student for student in students if not student.id.startswith(DERIVED)])


def _from_gradebook(student: object) -> Student:
    number = int(student.lms_user_id) if str(student.lms_user_id or "").isdecimal() else None
    return Student(student.id, student.first_name or "", student.last_name or "", student.email or "", number)


def save_students(course: Course, students: list[Student]) -> None:
    """Bring students into the gradebook; what is not said of one stays as it was."""
    with open_gradebook(course) as gradebook:
        for student in students:
            _save(gradebook, student)


def _save(gradebook: Gradebook, student: Student) -> None:
    known = {"first_name": student.first_name, "last_name": student.last_name, "email": student.email}
    if student.number is not None:
        known["lms_user_id"] = str(student.number)
    gradebook.update_or_create_student(student.id, **{key: value for key, value in known.items() if value})
