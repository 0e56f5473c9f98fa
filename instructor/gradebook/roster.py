"""The class: imported from a CSV file into nbgrader's gradebook, and matched with what Moodle says of a hand-in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook

from instructor.course import Course, CourseError
from instructor.lms.csv_text import Table, read_table
from instructor.lms.moodle.worksheet import EMAIL, ID_NUMBER, IDENTIFIER, NAME, USERNAME, Row
from instructor.gradebook.nbgrader import open_gradebook

STUDENT = [{"student", "student_id", "id"}, USERNAME, ID_NUMBER]
EMAIL_COLUMN = EMAIL | {"email", "e-mail", "courriel"}
FIRST_NAME = {"first name", "first_name", "prénom"}
LAST_NAME = {"last name", "last_name", "surname", "nom", "nom de famille"}
NUMBER = IDENTIFIER | {"moodle", "moodle number", "moodle_number"}
DERIVED = "moodle-"  # begins the identifier made from Moodle's number, for a student that no roster names
USABLE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")


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

    def find(self, number: int, name: str, row: Row | None) -> tuple[str, str] | None:
        """Return a student's identifier and what links it to the number, None for a student unknown to the class."""
        clues = [("number", self._numbers, number)]
        if row is not None:
            clues += [
                ("e-mail", self._emails, row.email.casefold()),
                ("identity number", self._ids, row.id_number.casefold()),
                ("user name", self._ids, row.username.casefold()),
                ("name", self._names, name_key(row.name)),
            ]
        clues.append(("name", self._names, name_key(name)))
        return next(((index[key], clue) for clue, index, key in clues if key in index), None)


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
    with open_gradebook(course) as gradebook:
        students = sorted(map(_from_gradebook, gradebook.students), key=lambda student: student.id)
    return Roster([student for student in students if not student.id.startswith(DERIVED)])


def _from_gradebook(student: object) -> Student:
    number = int(student.lms_user_id) if str(student.lms_user_id or "").isdecimal() else None
    return Student(student.id, student.first_name or "", student.last_name or "", student.email or "", number)


def import_roster(course: Course, path: Path) -> list[Student]:
    """Bring the class of a CSV file into the gradebook; nothing is written unless every line is sound."""
    students = read_students(path)
    with open_gradebook(course) as gradebook:
        for student in students:
            _save(gradebook, student)
    return students


def _save(gradebook: Gradebook, student: Student) -> None:
    known = {"first_name": student.first_name, "last_name": student.last_name, "email": student.email}
    if student.number is not None:
        known["lms_user_id"] = str(student.number)
    gradebook.update_or_create_student(student.id, **{key: value for key, value in known.items() if value})


def read_students(path: Path) -> list[Student]:
    """Return the students of a CSV file: a list of participants, a grading worksheet, or one made by hand.

    The identifier is the column `student` (or `id`), else the user name, the identity number, or what stands before
    the @ of the e-mail address.
    """
    table = read_table(path)
    source = next((column for names in STUDENT if (column := table.column(names)) is not None), None)
    email = table.column(EMAIL_COLUMN)
    if source is None and email is None:
        raise CourseError(
            f"{path.name} names no student: it needs a column student, username, ID number or e-mail address "
            f"(it has: {', '.join(table.header)})"
        )
    if not table.lines:
        raise CourseError(f"{path.name} holds a header and no student")
    students = [_read_student(table, rank, source, email) for rank in range(len(table.lines))]
    for identifier, count in Counter(student.id.casefold() for student in students).items():
        if count > 1:
            raise CourseError(f"{path.name}: {count} lines are for the student '{identifier}'; keep one")
    return students


def _read_student(table: Table, rank: int, source: int | None, email: int | None) -> Student:
    def value(column: int | None) -> str:
        return "" if column is None else table.lines[rank][column].value.strip()

    identifier = value(source) or value(email).split("@")[0]
    if not USABLE_ID.fullmatch(identifier) or identifier.startswith(DERIVED):
        raise CourseError(
            f"{table.name}, row {rank + 2}: '{identifier}' cannot name a student's folder; use letters without "
            f"accents, digits, and . _ @ - inside, not beginning with {DERIVED}"
        )
    first, last = value(table.column(FIRST_NAME)), value(table.column(LAST_NAME))
    number = re.fullmatch(r"\D*(\d+)", value(table.column(NUMBER)))
    return Student(
        id=identifier,
        first_name=first,
        last_name=last or (value(table.column(NAME)) if not first else ""),
        email=value(email),
        number=int(number[1]) if number else None,
    )
