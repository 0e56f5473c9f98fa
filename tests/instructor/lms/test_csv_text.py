"""CSV files on their way in and out."""

import csv
import io

import pytest

from instructor.errors import CourseError
from instructor.lms.csv_text import csv_text, read_table


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t=", "\r@", "  +", "\u00a0-", "＝", "\v=", "\x00=", "\u200b=", " \ufeff＋"]
)
def test_text_that_begins_as_a_formula_does_not(start):
    (row,) = csv.reader(io.StringIO(csv_text([["zoe", f"{start}1", 1]]), newline=""))
    assert (row[0], row[1][0], row[2]) == ("zoe", "'", "1")


def test_formula_behind_another_separator_does_not_run():
    assert csv_text([["a;=1", "a, -b"]]) == "a;'=1,\"a,' -b\"\n"


def test_numbers_stay_numbers_and_other_text_stays_text():
    assert csv_text([[-1.5, "jean-paul@ecole.fr", None, "a=b"]]) == "-1.5,jean-paul@ecole.fr,,a=b\n"


def test_line_break_in_a_value_does_not_make_a_line():
    assert csv_text([["a\r=1\n", "b"]]) == "a =1 ,b\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_cell_changes_and_nothing_else(tmp_path, end):
    text = end.join(["", "a;b;c", "", '1;"x;""y""";', "", ";2; é"])
    path = tmp_path / "t.csv"
    path.write_bytes(("\ufeff" + text).encode())
    table = read_table(path)
    assert table.lines == [["1", 'x;"y"', ""], ["", "2", " é"]]
    assert table.changed({}) == path.read_bytes()
    expected = text.replace('y""";', 'y""";"a ""b"""').replace(";2;", "9;2;")
    assert table.changed({0: {2: 'a "b"'}, 1: {0: "9"}}).decode("utf-8-sig") == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a,b\n1,2\n\n3,"4\n5,6\n', "t.csv, line 4: .* a quote never closed"),
        ('a,b\n"1"2,3\n', "t.csv, line 2: text behind a closing quote"),
        ("\n\n", "t.csv is empty"),
    ],
)
def test_damaged_file_is_one_clear_line(tmp_path, text, message):
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=message):
        read_table(tmp_path / "t.csv")
