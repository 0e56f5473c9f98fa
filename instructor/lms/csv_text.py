"""CSV files as teachers have them, in any usual separator and encoding, and those that are given to them.

The standard library's `csv` reads the values and writes whole files. It does not tell how a field was written, and a
spreadsheet quotes fields that need no quotes: to change a worksheet's cell and no other byte of its line, `RAW_FIELD`
finds the fields as they stand in the line that `csv` has read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from instructor.errors import CourseError

BOM = "\ufeff"
RAW_FIELD = r'(?:^|{0})((?:"[^"]*")+|[^{0}]*)'
UNDECODED = re.compile("[\udc80-\udcff]")  # a byte that the encoding does not know, kept for when it is written again
FORMULA = re.compile(r"(^|[,;])(?=\s*[=+\-@＝＋－＠])")  # some spreadsheets take full-width signs too


@dataclass(frozen=True)
class Table:
    """A CSV file: how it is written, its header, the values of its lines, and its text.

    `records` holds the text of the header and of each line, with its line ends and the blank lines behind it.
    """

    name: str
    encoding: str
    separator: str
    header: list[str]
    lines: list[list[str]]
    records: list[str]

    def column(self, names: set[str]) -> int | None:
        """Return the index of the first column that bears one of `names`, written in lower case."""
        return next((index for index, title in enumerate(self.header) if title.strip().casefold() in names), None)

    def changed(self, changes: dict[int, dict[int, str]]) -> bytes:
        """Return the file with other values in some cells, by line and column; every other byte is as it was."""
        records = list(self.records)
        for line, values in changes.items():
            records[line + 1] = self._change(records[line + 1], values)
        return "".join(records).encode(self.encoding, "surrogateescape")

    def _change(self, record: str, values: dict[int, str]) -> str:
        text = record.rstrip("\r\n")
        fields = re.findall(RAW_FIELD.format(self.separator), text)
        for column, value in values.items():
            # A comment is HTML: what an old encoding cannot hold travels as a character reference.
            written = value.encode(self.encoding, "xmlcharrefreplace").decode(self.encoding)
            # Moodle quotes what holds a blank, too; and what was quoted remains so.
            if fields[column].startswith('"') or re.search(rf'[{self.separator}"\s]', written):
                written = '"' + written.replace('"', '""') + '"'
            fields[column] = written
        return self.separator.join(fields) + record[len(text) :]


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
        text, encoding = content.decode("cp1252", "surrogateescape"), "cp1252"
    first_line = text.removeprefix(BOM).lstrip("\r\n").splitlines()[:1]
    if not first_line:
        raise CourseError(f"{path.name} is empty")
    separator = max(",;\t", key=first_line[0].count)
    rows, records = _read_records(path.name, text, separator)
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(rows[0]):
            raise CourseError(f"{path.name}, row {number}: {len(row)} fields where the header has {len(rows[0])}")
    return Table(path.name, encoding, separator, rows[0], rows[1:], records)


def _read_records(name: str, text: str, separator: str) -> tuple[list[list[str]], list[str]]:
    """Return the values of each row, and its text; blank lines go with the row before them."""
    lines = list(io.StringIO(text.removeprefix(BOM), newline=""))  # as csv wants them: with the line ends they have
    reader = csv.reader(lines, delimiter=separator, strict=True)
    rows, records, start = [], [BOM * text.startswith(BOM)], 0
    try:
        for row in reader:
            if row and rows:
                records.append("")
            if row:
                rows.append([UNDECODED.sub("\ufffd", value) for value in row])
            records[-1] += "".join(lines[start : reader.line_num])
            start = reader.line_num
    except csv.Error as error:
        raise CourseError(
            f"{name}, line {start + 1}: text behind a closing quote, or a quote never closed ({error}); the file is "
            "damaged: download or export it again"
        ) from None
    return rows, records


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV, numbers as they are, and no text that a spreadsheet would run as a formula."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([map(_harmless, row) for row in rows])
    return text.getvalue()


def _harmless(value: object) -> object:
    """Put an apostrophe where a cell that begins as a formula would, in a spreadsheet that splits at , or at ;.

    A line break would begin another line, as csv does not quote those that end none of its own.
    """
    return FORMULA.sub(r"\1'", re.sub(r"[\t\r\n]", " ", value)) if isinstance(value, str) else value
