"""CSV files as teachers have them, in any usual separator and encoding, and those that are given to them.

The standard library's `csv` reads the values and writes whole files. It does not tell how a field was written, and a
spreadsheet quotes fields that need no quotes: to change a worksheet's cell and no other byte of its line, `RAW_FIELD`
finds the fields as they stand in the line that `csv` has read.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from instructor.errors import CourseError

BOM = "\ufeff"
UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
SEPARATOR_LINE = re.compile(r"\s*sep=(.)\s*?(?:\r\n|\r|\n)", re.IGNORECASE)  # which some spreadsheets obey
FRENCH = set("àâäçèéêëîïôöùûüÿœæÀÂÇÈÉÊËÎÏÔÙÛŒÆ’«»°– \u00a0")
RAW_FIELD = r'(?:^|{0})((?:"[^"]*")+|[^{0}]*)'
UNDECODED = re.compile("[\udc80-\udcff]")  # a byte that the encoding does not know, kept for when it is written again
# Some spreadsheets take full-width signs too, and leave out what is not seen before any.
FORMULA = re.compile(r"(^|[,;])(?=[\s\0-\x1f\x7f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*[=+\-@＝＋－＠])")


@dataclass(frozen=True)
class Table:
    """A CSV file: how it is written, its header, the values of its lines, and its text.

    `records` holds the text of the header and of each line, with its line ends and the blank lines behind it.
    `oddities` says what a spreadsheet made of the file: one that has some is written anew where it is changed.
    """

    name: str
    encoding: str
    separator: str
    header: list[str]
    lines: list[list[str]]
    records: list[str]
    oddities: list[str] = field(default_factory=list)

    def column(self, names: set[str]) -> int | None:
        """Return the index of the first column that bears one of `names`, in lower case and with plain apostrophes."""
        return next((index for index, title in enumerate(self.header) if _key(title) in names), None)

    def changed(self, changes: dict[int, dict[int, str]], without: Collection[int] = ()) -> bytes:
        """Return the file with other values in some cells, by line and column; every other byte is as it was.

        A file with oddities, or lines to do without, is written anew: in UTF-8 with commas, as Moodle writes its own.
        """
        if self.oddities or without:
            return self._anew(changes, without)
        records = list(self.records)
        for line, values in changes.items():
            records[line + 1] = self._change(records[line + 1], values)
        return "".join(records).encode(self.encoding, "surrogateescape")

    def _anew(self, changes: dict[int, dict[int, str]], without: Collection[int]) -> bytes:
        rows = [self.header]
        for number, line in enumerate(self.lines):
            if number not in without:
                rows.append([changes.get(number, {}).get(column, value) for column, value in enumerate(line)])
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        return text.getvalue().encode("utf-8-sig")

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
    text, encoding = _decode(path.name, content)
    told = SEPARATOR_LINE.match(text.removeprefix(BOM))
    text = text.removeprefix(BOM)[told.end() :] if told else text
    first_line = _first_line(text)
    if not first_line:
        raise CourseError(f"{path.name} is empty")
    separator = told[1] if told else max(",;\t", key=first_line.count)
    rows, records = _read_records(path.name, text, separator)
    header, oddities = [_tidy(title) for title in rows[0]], dict.fromkeys(["a line sep="] * bool(told))
    oddities |= dict.fromkeys(["in UTF-16"] * encoding.startswith("utf-16"))
    if header != [title.strip() for title in rows[0]]:
        oddities["odd blanks or accents in the header"] = None
    lines = []
    for number, row in enumerate(rows[1:], start=2):
        extra = row[len(header) :]
        if any(extra):
            raise CourseError(f"{path.name}, row {number}: {len(row)} fields where the header has {len(header)}")
        if not any(value.strip() for value in row):
            oddities["lines without a value"] = None
            continue
        if len(row) != len(header):
            oddities["empty fields left out or added at the end of lines"] = None
        lines.append(row[: len(header)] + [""] * (len(header) - len(row)))
    return Table(path.name, encoding, separator, header if oddities else rows[0], lines, records, list(oddities))


def _decode(name: str, content: bytes) -> tuple[str, str]:
    """Return the text of a file and its encoding: by its mark, or what makes French of the header."""
    encoding = UTF_16.get(content[:2])
    if encoding is None and b"\0" in content:
        raise CourseError(f"{name} is not a CSV file in UTF-8 (a spreadsheet, perhaps?): export it as CSV")
    try:
        return content.decode(encoding or "utf-8"), encoding or "utf-8"
    except UnicodeDecodeError:
        if encoding:
            raise CourseError(f"{name} is damaged, or no text in UTF-16: export it as CSV again") from None
    for encoding in ("cp1252", "mac_roman"):
        text = content.decode(encoding, "surrogateescape")
        if all(letter.isascii() or letter in FRENCH for letter in _first_line(text)):
            return text, encoding
    return content.decode("cp1252", "surrogateescape"), "cp1252"


def _first_line(text: str) -> str:
    return next(iter(text.removeprefix(BOM).lstrip("\r\n").splitlines()), "")


def _tidy(title: str) -> str:
    """Return a column's title with the letters and blanks that Moodle writes."""
    return " ".join(unicodedata.normalize("NFKC", title).split())


def _key(title: str) -> str:
    return _tidy(title).casefold().replace("’", "'")


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
