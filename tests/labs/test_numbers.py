"""What a lab prints has one decimal comma, as French readers write numbers."""

import ast

import pytest

from instructor.course import Course
from tests.instructor.conftest import ROOT

COURSE = Course(ROOT)


def numbers_with_a_point(code: str) -> list[str]:
    """Return what is formatted with a decimal point that nothing replaces."""
    tree = ast.parse("\n".join("pass" if line.lstrip().startswith(("%", "!")) else line for line in code.splitlines()))
    mended = [
        node.func.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "replace"
    ]
    replaced = {id(node) for whole in mended for node in ast.walk(whole)}
    return [
        ast.unparse(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.FormattedValue)
        and node.format_spec is not None
        and id(node) not in replaced
        and ast.unparse(node.format_spec).rstrip("'\"")[-1] in "fgeG%"
    ]


@pytest.mark.parametrize("lab", COURSE.labs)
def test_numbers_are_printed_with_a_comma(lab):
    cells = [cell for cell in COURSE.read_release(lab).cells if cell.cell_type == "code" and cell.id != "setup"]
    assert {cell.id: found for cell in cells if (found := numbers_with_a_point(cell.source))} == {}


@pytest.mark.parametrize("code", ['print(f"{x:.1%}")', 'f"{x:>8.2f}"', 'f"{x:g}"', 'f"{y:+.1e}"'])
def test_a_point_is_seen(code):
    assert numbers_with_a_point(code)
