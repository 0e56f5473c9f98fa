"""Numbers as French readers write them."""

import ast
from pathlib import Path

import pytest

import helpers
from helpers import french

PACKAGE = Path(helpers.__file__).parent


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (french.format_decimal(0.5), "0,50"),
        (french.format_decimal(-1234.5678, 1), "\N{MINUS SIGN}1234,6"),
        (french.format_percent(0.8642), "86,4\u202f%"),
        (french.format_percent(0.5, 0), "50\u202f%"),
        (french.format_count(25000), "25\u202f000"),
        (french.format_count(999), "999"),
        (french.format_short(0.5), "0,5"),
        (french.format_short(0.0333333, 3), "0,0333"),
        (french.format_scientific(1.23e-4), "1,2e\N{MINUS SIGN}04"),
        (french.format_scientific(float("inf"), 0), "∞"),
        (french.decimal_comma(0.25, 3), "0,25"),
    ],
)
def test_numbers_are_written_the_french_way(written, expected):
    assert written == expected


def test_no_other_module_of_helpers_formats_a_number():
    """A format such as `:.1f` writes a decimal point, and « % » wants a narrow no-break space."""
    files = [path for path in PACKAGE.rglob("*.py") if path.name != "french.py"]
    assert files
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
                assert ast.unparse(node.format_spec).rstrip("'\"")[-1] not in "fgeG%,", f"{path}:{node.lineno}"


@pytest.mark.parametrize(
    ("numbers", "texts"),
    [
        ((0.5, 2 / 3, 3), ("0,500", "0,667")),
        ((0.667, 2 / 3, 3), ("0,6670", "0,6667")),
        ((0.4839, 0.483871, 4), ("0,48390", "0,48387")),
        ((1.0000004, 1, 4), ("1,0000004", "1,0000000")),
        ((float("nan"), 1, 2), ("nan", "1,00")),
        ((2.0, 2.0, 2), ("2,00", "2,00")),
        ((float("nan"), float("nan"), 2), ("nan", "nan")),
    ],
)
def test_two_numbers_are_written_apart(numbers, texts):
    assert french.format_apart(*numbers) == texts
