"""Moodle's grading worksheet: read whose line is whose, fill the grade and comment columns, keep every other byte."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from instructor.errors import CourseError
from instructor.gradebook.roster import Clues
from instructor.lms.csv_text import read_table
from instructor.lms.moodle.dates import parse_date

IDENTIFIER = {"identifier", "identifiant"}
NAME = {"full name", "nom complet"}
EMAIL = {"email address", "adresse de courriel", "adresse e-mail"}
ID_NUMBER = {"id number", "numéro d'identification", "numéro d’identification"}
USERNAME = {"username", "nom d'utilisateur", "nom d’utilisateur"}
GRADE = {"grade", "note"}
MAXIMUM = {"maximum grade", "note maximale"}
LOCKED = {"grade can be changed", "la note peut être modifiée"}
SUBMITTED = {"last modified (submission)", "dernière modification (travail remis)"}
COMMENT = {"feedback comments", "feedback par commentaires"}


@dataclass(frozen=True)
class Row:
    """One student's line; `clues` says whose it is."""

    clues: Clues
    submitted: datetime | None
    maximum: float | None
    grade: str
    locked: bool

    @property
    def number(self) -> int:
        return self.clues.number

    @property
    def name(self) -> str:
        return self.clues.names[0]


@dataclass(frozen=True)
class Filling:
    """What goes into one line: a grade, and a comment in HTML on one line of text."""

    grade: float
    comment: str


class Worksheet:
    """The teacher's own download.

    Raises
    ------
    CourseError
        A column is missing, or a line does not begin as Moodle's lines do: this is not a grading worksheet.
    """

    def __init__(self, path: Path) -> None:
        self.table = read_table(path)
        self.name = path.name
        self._identifier = self._required(IDENTIFIER, "Identifier")
        self._grade = self._required(GRADE, "Grade")
        self._maximum = self._required(MAXIMUM, "Maximum grade")
        self._comment = self.table.column(COMMENT)
        self.is_french = self.table.header[self._grade].strip().casefold() == "note"
        self.rows = [self._row(number, line) for number, line in enumerate(self.table.lines, start=2)]

    @property
    def has_comments(self) -> bool:
        return self._comment is not None

    def _required(self, names: set[str], english: str) -> int:
        column = self.table.column(names)
        if column is None:
            raise CourseError(
                f"{self.name} has no column '{english}' (in French: '{max(names - {english.casefold()})}'); "
                "give the file of Moodle's 'Download grading worksheet'"
            )
        return column

    def _row(self, number: int, line: list[str]) -> Row:
        def value(names: set[str]) -> str:
            column = self.table.column(names)
            return "" if column is None else line[column].strip()

        identifier = re.fullmatch(r"\D*(\d+)", line[self._identifier].strip())
        if identifier is None:
            raise CourseError(
                f"{self.name}, row {number}: the identifier '{line[self._identifier]}' is not one of Moodle's, "
                "such as 'Participant 12345'"
            )
        return Row(
            clues=Clues(int(identifier[1]), (value(NAME),), value(EMAIL), value(ID_NUMBER), value(USERNAME)),
            submitted=parse_date(value(SUBMITTED)),
            maximum=_number(line[self._maximum]),
            grade=line[self._grade].strip(),
            locked=value(LOCKED).casefold() in ("no", "non"),
        )

    def filled(self, fillings: dict[int, Filling]) -> bytes:
        """Return the worksheet with the grades and comments of `fillings`, by Moodle's number."""
        changes = {}
        for line, row in enumerate(self.rows):
            if filling := fillings.get(row.number):
                comment = {self._comment: filling.comment} if self.has_comments else {}
                changes[line] = {self._grade: self.written(filling.grade)} | comment
        return self.table.changed(changes)

    def written(self, grade: float) -> str:
        """Return a grade as this worksheet's language writes it."""
        return f"{grade:.2f}".replace(".", "," if self.is_french else ".")


def _number(text: str) -> float | None:
    try:
        return float(re.sub(r"\s", "", text).replace(",", "."))
    except ValueError:
        return None
