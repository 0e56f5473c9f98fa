"""Moodle's worksheet: two columns change, every other byte stays."""

import csv
import io
import unicodedata
from datetime import datetime

import pytest

from instructor.errors import CourseError
from instructor.lms.moodle.worksheet import Filling, Worksheet
from tests.instructor.lms.conftest import SHEETS, worksheet

CLASS = {11: ("Zoé, dite « Zo »", "zoe@ecole.fr"), 12: ("Bob", "bob@ecole.fr"), 13: ("Ana", "ana@ecole.fr")}
EXTENDED = datetime(2023, 11, 6, 23, 59)
FILLINGS = {11: Filling(14.5, 'Dit "bien", puis<br>rien'), 13: Filling(20, "Note : 20 / 20.")}


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(("language", "marks"), [("en", ["14.50", "20.00"]), ("fr", ["14,50", "20,00"])])
def test_grade_and_comment_are_filled_and_all_else_is_byte_for_byte(tmp_path, language, marks):
    path = worksheet(tmp_path / "sheet.csv", CLASS, language)
    before = path.read_bytes()
    after = Worksheet(path).filled(FILLINGS)
    assert path.read_bytes() == before
    rows, filled = cells(before), cells(after)
    assert [row[4] for row in filled[1:]] == [marks[0], "", marks[1]]
    assert [row[9] for row in filled[1:]] == ['Dit "bien", puis<br>rien', "", "Note : 20 / 20."]
    for row, new in zip(rows, filled, strict=True):
        assert [field for i, field in enumerate(row) if i not in (4, 9)] == [
            field for i, field in enumerate(new) if i not in (4, 9)
        ]
    lines, new_lines = before.split(b"\r\n"), after.split(b"\r\n")
    assert [lines[i] for i in (0, 2, 4)] == [new_lines[i] for i in (0, 2, 4)]


def test_changed_line_keeps_its_odd_quoting_which_csv_alone_would_not(tmp_path):
    path = worksheet(tmp_path / "sheet.csv", {11: ("Zoé", "zoe@ecole.fr")})
    header = path.read_bytes().split(b"\r\n")[0] + b"\r\n"
    # As a spreadsheet saves it: this text quoted, that one not, and a name with quotes and a line break in it.
    before, after = '"Participant 11","Z ""o""\r\né",zoe@ecole.fr,"Sub",', ',"20.00",Yes,a "date",-,'
    line = f'{before}{after}""\r\n\r\n'
    path.write_bytes(header + line.encode())
    filled = Worksheet(path).filled({11: Filling(14.5, "bien")})
    assert filled == header + f'{before}14.50{after}"bien"\r\n\r\n'.encode()
    values = next(csv.reader(io.StringIO(line, newline="")))
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC):
        text = io.StringIO()
        csv.writer(text, quoting=quoting).writerow(values)
        assert text.getvalue() != line.removesuffix("\r\n")


def test_byte_that_the_encoding_does_not_know_stays_as_it_is(tmp_path):
    path = worksheet(tmp_path / "sheet.csv", {11: ("Zoé", "zoe@ecole.fr")}, "fr")
    content = path.read_bytes().decode("utf-8-sig").encode("cp1252").replace(b"Zo\xe9", b"Zo\x8f")  # a Mac's e grave
    path.write_bytes(content)
    assert Worksheet(path).rows[0].name == "Zo\ufffd"
    assert Worksheet(path).filled({11: Filling(14.5, "bien")}) == content.replace(
        b',,"20,00"', b',"14,50","20,00"'
    ).replace(b"-,\r\n", b"-,bien\r\n")


def test_nothing_to_fill_gives_the_same_bytes(tmp_path):
    path = worksheet(tmp_path / "sheet.csv", CLASS, "fr")
    assert Worksheet(path).filled({}) == path.read_bytes()


def test_worksheet_saved_by_an_old_spreadsheet_keeps_its_separator_and_encoding(tmp_path):
    path = worksheet(tmp_path / "sheet.csv", {11: ("Zoé", "zoe@ecole.fr")}, "fr", maximum=20)
    text = path.read_bytes().decode("utf-8-sig").replace('"20,00"', "20.00").replace(",", ";").replace("20.00", "20,00")
    path.write_bytes(text.encode("cp1252"))
    after = Worksheet(path).filled({11: Filling(9.25, "Δ faux")}).decode("cp1252")
    assert ";9,25;20,00;" in after
    assert after.endswith('"&#916; faux"\r\n')
    assert Worksheet(path).rows[0].maximum == 20


def test_field_over_several_lines_stays_as_it_is(tmp_path):
    path = worksheet(tmp_path / "sheet.csv", CLASS)
    path.write_bytes(path.read_bytes().replace(b'"Bob"', b'"Bob\r\n""le grand"""'))
    sheet = Worksheet(path)
    assert [row.name for row in sheet.rows][1] == 'Bob\r\n"le grand"'
    assert b'"Bob\r\n""le grand"""' in sheet.filled(FILLINGS)


def as_csv(rows: list[list[str]], separator: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def without_last_fields(rows):
    return as_csv([rows[0], *(row[:9] for row in rows[1:])]).encode()


def with_blank_lines(rows):
    return as_csv([*rows[:2], [], *rows[2:], [""] * 10, [" "] * 10]).encode() + b"\r\n\r\n"


def with_averages(rows):
    return as_csv([*rows, ["Moyenne", "", "", "", "12,5", "20", *[""] * 4]], ";").encode()


def with_a_line_for_the_separator(rows):
    return b"\xef\xbb\xbfsep=;\r\n" + as_csv(rows, ";").encode()


def in_utf_16(rows):
    return as_csv(rows, "\t").encode("utf-16")


def in_utf_16_of_another_order(rows):
    return ("\ufeff" + as_csv(rows, "\t")).encode("utf-16-be")


def with_odd_letters_in_the_header(rows):
    odd = [unicodedata.normalize("NFD", title).replace(" ", "\u00a0", 1) for title in rows[0]]
    return as_csv([odd, *rows[1:]]).encode()


def with_a_column_more(rows):
    return as_csv([rows[0], *([*row, "", ""] for row in rows[1:])]).encode()


ODD = [
    without_last_fields,
    with_blank_lines,
    with_averages,
    with_a_line_for_the_separator,
    in_utf_16,
    in_utf_16_of_another_order,
    with_odd_letters_in_the_header,
    with_a_column_more,
]


@pytest.mark.parametrize("language", SHEETS)
@pytest.mark.parametrize("odd", ODD)
def test_worksheet_as_a_spreadsheet_leaves_it_is_read_and_written_anew_and_says_so(tmp_path, language, odd):
    path = worksheet(tmp_path / "sheet.csv", CLASS, language)
    plain, rows = Worksheet(path), cells(path.read_bytes())
    path.write_bytes(odd(rows))
    sheet = Worksheet(path)
    assert sheet.rows == plain.rows
    assert sheet.is_french == plain.is_french
    assert (plain.oddities, len(sheet.oddities)) == ([], 1)
    content = sheet.filled(FILLINGS)
    assert cells(content) == cells(plain.filled(FILLINGS))
    path.write_bytes(content)
    assert Worksheet(path).oddities == []


def test_header_in_the_letters_of_a_mac_is_read(tmp_path):
    path = worksheet(tmp_path / "sheet.csv", {11: ("Zoé", "zoe@ecole.fr")}, "fr")
    content = path.read_bytes().decode("utf-8-sig").encode("mac_roman")
    path.write_bytes(content)
    (row,) = Worksheet(path).rows
    assert (row.name, row.submitted) == ("Zoé", datetime(2023, 11, 6, 23, 30))
    assert Worksheet(path).filled({}) == content


def test_date_that_is_not_understood_is_kept_as_it_stands(tmp_path):
    texts = {11: "06/11/2023 23:30", 12: "-", 13: "2023-11-06 23:30"}
    sheet = Worksheet(worksheet(tmp_path / "sheet.csv", CLASS, submitted=texts))
    assert [(row.submitted, row.submitted_text) for row in sheet.rows] == [
        (None, "06/11/2023 23:30"),
        (None, ""),
        (datetime(2023, 11, 6, 23, 30), ""),
    ]
    assert sheet.has_dates


@pytest.mark.parametrize(
    ("status", "found"),
    [
        ("Submitted for grading - Extension granted until: Monday, 6 November 2023, 11:59 PM", (EXTENDED, "")),
        ("Remis pour évaluation - Prolongation accordée jusqu'au&nbsp;: lundi 6 novembre 2023, 23:59", (EXTENDED, "")),
        ("Prolongation accordée jusqu’au\u00a0: lundi 6 novembre 2023, 23:59 - 2 jours de retard", (EXTENDED, "")),
        ("No submission\nExtension granted until: 6 Nov 2023, 23:59", (EXTENDED, "")),
        ("Extension granted until: lundi", (None, "lundi")),
        ("Submitted for grading - 1 day late", (None, "")),
    ],
)
def test_extension_is_read_where_moodle_writes_it(tmp_path, status, found):
    path = worksheet(tmp_path / "sheet.csv", {11: ("Zoé", "zoe@ecole.fr")})
    path.write_bytes(path.read_bytes().replace(b"Submitted for grading", status.encode()))
    (row,) = Worksheet(path).rows
    assert (row.extended, row.extended_text) == found


@pytest.mark.parametrize("identifier", ["Participant 11", "Participant11", "Participant\u00a011", "11"])
def test_identifiers_are_read_however_moodle_spaces_them(tmp_path, identifier):
    path = worksheet(tmp_path / "sheet.csv", {11: ("Zoé", "zoe@ecole.fr")})
    path.write_bytes(path.read_bytes().replace(b"Participant 11", identifier.encode()))
    assert Worksheet(path).rows[0].number == 11


@pytest.mark.parametrize("language", SHEETS)
@pytest.mark.parametrize("column", [0, 4, 5])
def test_missing_column_is_named(tmp_path, language, column):
    path = worksheet(tmp_path / "sheet.csv", CLASS, language)
    title = SHEETS[language][0].split(",")[column]
    path.write_bytes(path.read_bytes().replace(title.encode() + b",", b"X,", 1))
    english = SHEETS["en"][0].split(",")[column]
    with pytest.raises(CourseError, match=f"sheet.csv has no column '{english}'"):
        Worksheet(path)


def test_line_that_is_not_moodles_is_refused(tmp_path):
    path = worksheet(tmp_path / "sheet.csv", CLASS)
    path.write_bytes(path.read_bytes().replace(b"Participant 12", b"Bob"))
    with pytest.raises(CourseError, match="row 3: the identifier 'Bob' is not one of Moodle's"):
        Worksheet(path)
