"""A class list in a CSV file: Moodle's participants, a grading worksheet, or one made by hand."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from instructor.course import Course
from instructor.errors import CourseError
from instructor.gradebook.roster import DERIVED, Student, save_students
from instructor.lms.csv_text import Table, read_table
from instructor.lms.moodle.worksheet import EMAIL, ID_NUMBER, IDENTIFIER, NAME, USERNAME

STUDENT = [{"student", "student_id", "id"}, USERNAME, ID_NUMBER]
EMAIL_COLUMN = EMAIL | {"email", "e-mail", "courriel"}
FIRST_NAME = {"first name", "first_name", "prénom"}
LAST_NAME = {"last name", "last_name", "surname", "nom", "nom de famille"}
NUMBER = IDENTIFIER | {"moodle", "moodle number", "moodle_number"}
USABLE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]*")


def import_roster(course: Course, path: Path) -> list[Student]:
    """Bring the class of a CSV file into the gradebook; nothing is written unless every line is sound."""
    students = read_students(path)
    save_students(course, students)
    return students


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
        return "" if column is None else table.lines[rank][column].strip()

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
