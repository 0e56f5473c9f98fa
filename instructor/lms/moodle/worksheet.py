"""Moodle's grading worksheet: read whose line is whose, fill the grade and comment columns, keep every other byte."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from instructor.errors import CourseError
from instructor.gradebook.roster import Clues
from instructor.lms.csv_text import read_table
from instructor.lms.moodle.dates import is_blank, parse_date

IDENTIFIER = {"identifier", "identifiant"}
NAME = {"full name", "nom complet"}
EMAIL = {"email address", "adresse de courriel", "adresse e-mail"}
ID_NUMBER = {"id number", "numéro d'identification"}
USERNAME = {"username", "nom d'utilisateur"}
GRADE = {"grade", "note"}
MAXIMUM = {"maximum grade", "note maximale"}
LOCKED = {"grade can be changed", "la note peut être modifiée"}
STATUS = {"status", "statut"}
GROUP = {"group", "groupe"}
SUBMITTED = {"last modified (submission)", "dernière modification (travail remis)"}
COMMENT = {"feedback comments", "feedback par commentaires"}
YEAR = re.compile(r"\b20\d\d\b")
EXTENSION = re.compile(
    r"(?:extension|prolongation)\b[^\n]*?(?:until|jusqu.au)(?:&nbsp;|[\s:])*(?P<date>[^\n]*?)(?:\s-\s|\n|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Row:
    """One student's line; `clues` says whose it is.

    Of a date, what stands there is kept where it is not understood. `extended` is the end of an extension, `group` that
    of whoever hands in together.
    """

    clues: Clues
    submitted: datetime | None
    submitted_text: str
    extended: datetime | None
    extended_text: str
    group: str
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
        self.has_dates = self.table.column(SUBMITTED) is not None
        self.has_statuses = self.table.column(STATUS) is not None
        rows = {number: self._row(number + 2, line) for number, line in enumerate(self.table.lines)}
        self._lines = {number: row for number, row in rows.items() if row is not None}
        self._without = sorted(rows.keys() - self._lines.keys())
        self.rows = list(self._lines.values())

    @property
    def oddities(self) -> list[str]:
        """What makes the file another than Moodle's own; empty where it is filled byte for byte."""
        return self.table.oddities + [f"row {number + 2}, which is no student's" for number in self._without]

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

    def _row(self, number: int, line: list[str]) -> Row | None:
        """Return a student's line; None for one that is nobody's, as that of the averages."""

        def value(names: set[str]) -> str:
            column = self.table.column(names)
            return "" if column is None else line[column].strip()

        identifier = re.fullmatch(r"\D*(\d+)", line[self._identifier].strip())
        about_a_student = (EMAIL, ID_NUMBER, USERNAME, STATUS, SUBMITTED)
        if identifier is None and not any(map(value, about_a_student)):
            return None
        if identifier is None:
            raise CourseError(
                f"{self.name}, row {number}: the identifier '{line[self._identifier]}' is not one of Moodle's, "
                "such as 'Participant 12345'"
            )
        return Row(
            clues=Clues(int(identifier[1]), (value(NAME),), value(EMAIL), value(ID_NUMBER), value(USERNAME)),
            **_dates(value(SUBMITTED), value(STATUS)),
            group=value(GROUP),
            maximum=_number(line[self._maximum]),
            grade=line[self._grade].strip(),
            locked=value(LOCKED).casefold() in ("no", "non"),
        )

    def filled(self, fillings: dict[int, Filling]) -> bytes:
        """Return the worksheet with the grades and comments of `fillings`, by Moodle's number."""
        changes = {}
        for line, row in self._lines.items():
            if filling := fillings.get(row.number):
                comment = {self._comment: filling.comment} if self.has_comments else {}
                changes[line] = {self._grade: self.written(filling.grade)} | comment
        return self.table.changed(changes, self._without)

    def written(self, grade: float) -> str:
        """Return a grade as this worksheet's language writes it."""
        return f"{grade:.2f}".replace(".", "," if self.is_french else ".")


def _dates(submitted: str, status: str) -> dict:
    extension = EXTENSION.search(status)
    texts = {"submitted": submitted, "extended": extension["date"].strip() if extension else ""}
    read = {name: parse_date(text) for name, text in texts.items()}
    if extension is None and YEAR.search(status):
        texts["extended"] = status  # of another language
    kept = {f"{name}_text": "" if read[name] or is_blank(text) else text for name, text in texts.items()}
    return read | kept


def _number(text: str) -> float | None:
    try:
        return float(re.sub(r"\s", "", text).replace(",", "."))
    except ValueError:
        return None
