"""CSV files as teachers have them: any usual separator and encoding, and every field's place in the text.

The standard library reads fields but not where they stand, and a worksheet must keep every byte that is not changed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from instructor.errors import CourseError

BOM = "\ufeff"


@dataclass(frozen=True)
class Field:
    """A field's value, and where it stands in the text, quotes included."""

    value: str
    start: int
    end: int
    quoted: bool


@dataclass(frozen=True)
class Table:
    """A CSV file: its text, how it is written, its header and its lines."""

    name: str
    text: str
    encoding: str
    separator: str
    header: list[str]
    lines: list[list[Field]]

    def column(self, names: set[str]) -> int | None:
        """Return the index of the first column that bears one of `names`, written in lower case."""
        return next((index for index, title in enumerate(self.header) if title.strip().casefold() in names), None)


def read_table(path: Path) -> Table:
    """Return the CSV file at `path`; CourseError if it cannot be one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CourseError(f"{path} cannot be read ({error.strerror}); give the path of a CSV file") from None
    if b"\0" in content:
        raise CourseError(f"{path.name} is not a CSV file in UTF-8 (a spreadsheet, perhaps?): export it as CSV")
    try:
        text, encoding = content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = content.decode("cp1252", "replace"), "cp1252"
    first_line = text.removeprefix(BOM).splitlines()[:1]
    if not first_line:
        raise CourseError(f"{path.name} is empty")
    separator = max(",;\t", key=first_line[0].count)
    rows = _split(path.name, text, separator)
    header = [field.value for field in rows[0]]
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            raise CourseError(f"{path.name}, row {number}: {len(row)} fields where the header has {len(header)}")
    return Table(path.name, text, encoding, separator, header, rows[1:])


def _split(name: str, text: str, separator: str) -> list[list[Field]]:
    """Split the text into rows of fields, blank lines left out."""
    pattern = re.compile(rf'"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>[^{separator}\r\n]*)')
    rows, row, position = [], [], len(BOM) if text.startswith(BOM) else 0
    while True:
        match = pattern.match(text, position)
        quoted = match["quoted"] is not None
        value = match["quoted"].replace('""', '"') if quoted else match["plain"]
        row.append(Field(value, match.start(), match.end(), quoted))
        position = match.end()
        if position < len(text) and text[position] == separator:
            position += 1
            continue
        if position < len(text) and text[position] not in "\r\n":
            line = text.count("\n", 0, position) + 1
            raise CourseError(f"{name}, line {line}: text behind a closing quote; the file is damaged")
        if len(row) > 1 or row[0].value:
            rows.append(row)
        row = []
        while position < len(text) and text[position] in "\r\n":
            position += 1
        if position == len(text):
            return rows
