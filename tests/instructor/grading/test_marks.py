"""What a student is told of a visible test that failed: its author's words, and nothing that the run chose."""

import pytest
from nbformat.v4 import new_code_cell, new_output

from instructor.grading.marks import _visible_message

CELL = new_code_cell("""
assert shape == (3, 2), f"table : forme {shape} au lieu de (3, 2) ; quel axe vient d'abord ?"
assert total == 1, f"somme {total}"
assert total == 1, "la somme vaut 1, par float(…)"
""")


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("table : forme (2, 3) au lieu de (3, 2) ; quel axe vient d'abord ?", "quel axe vient d'abord ?"),
        ("somme 12", "somme […]"),
        ("la somme vaut 1, par float(…)", "la somme vaut 1, par float(…)"),
        ("what the student's own code says", ""),
    ],
)
def test_message_is_told_without_what_the_run_chose(raised, told):
    assert _visible_message(new_output("error", ename="AssertionError", evalue=raised, traceback=[]), CELL) == told
