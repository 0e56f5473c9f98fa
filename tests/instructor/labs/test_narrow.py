"""Test cells are laid out for a narrow window, and mean what they meant."""

import ast

import pytest

from instructor.course import Course
from instructor.errors import CourseError
from instructor.labs.narrow import WIDTH, narrow
from instructor.notebooks import is_autograded, without_hidden_tests
from tests.instructor.conftest import ROOT

LONG = {
    "message": f'assert f(1) == 2, "{"un mot " * 30}"',
    "values": 'assert x == 1, f"' + "la valeur {x['a b c d e f']} et {y!r:>10} " * 8 + '"',
    "braces": 'assert x, f"' + "{{accolades à lire}} " * 12 + '{x}"',
    "escapes": r"""assert x, "une ligne\n et \"des guillemets\", puis \N{NARROW NO-BREAK SPACE} """
    + "encore " * 15
    + '"',
    "print": f'if x:\n    for y in x:\n        print("a", f"{"un mot " * 20}{{y}}")',
    "raised": f'try:\n    f()\nexcept ValueError:\n    raise AssertionError("{"un mot " * 20}")',
    "assigned": f'message = "{"un mot " * 20}"\ntold = {{"a": "{"un mot " * 20}"}}',
    "comment": f"x = 1\n# {'un mot ' * 30}\ny = 2",
    "call": f"f({', '.join(f'argument_{number}={number}' for number in range(20))})",
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_no_line_is_wider_and_the_meaning_is_the_same(text):
    (narrowed,) = narrow([text])
    assert max(map(len, narrowed.splitlines())) <= WIDTH
    assert ast.dump(ast.parse(narrowed)) == ast.dump(ast.parse(text))
    assert narrow([narrowed]) == [narrowed]


def test_a_word_that_fits_nowhere_is_left_whole():
    text = f'x = "{"a" * 100}"'
    assert ast.dump(ast.parse(narrow([text])[0])) == ast.dump(ast.parse(text))


def test_what_is_no_python_is_an_error_of_one_line():
    with pytest.raises(CourseError, match="ruff cannot format a test cell"):
        narrow(["assert ("])


def test_every_test_cell_of_the_labs_means_what_it_meant():
    course = Course(ROOT)
    for lab in course.labs:
        released = {cell.id: cell.source for cell in course.read_release(lab).cells}
        for cell in filter(is_autograded, course.read_source(lab).cells):
            visible = ast.dump(ast.parse(without_hidden_tests(cell.source)))
            assert ast.dump(ast.parse(released[cell.id])) == visible
            assert max(map(len, released[cell.id].splitlines())) <= WIDTH
