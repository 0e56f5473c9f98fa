"""Keep what the grader compares with out of the student's kernel.

A probe may be replaced there by one that publishes its own bounds, or the labels that predictions are compared with. So
a hand-in's test cells are run without them: the grader reads them from the reference run alone.
"""

from __future__ import annotations

import ast
import copy
from functools import lru_cache

from nbformat import NotebookNode

from instructor.notebooks import find_cell, grade_id, is_autograded

EXPECTED = {"rtol", "atol", "at_least", "at_most", "labels"}


def without_expectations(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of a repaired hand-in whose probes do not say what is expected of them."""
    notebook = copy.deepcopy(notebook)
    for cell in filter(is_autograded, notebook.cells):
        cell.source = _strip(cell.source)
    return notebook


def restore_tests(executed: NotebookNode, repaired: NotebookNode) -> None:
    """Put the tests back as their author wrote them, for the teacher to read."""
    for cell in filter(is_autograded, executed.cells):
        cell.source = find_cell(repaired, grade_id(cell)).source


@lru_cache(maxsize=256)
def _strip(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "probe":
            node.keywords = [keyword for keyword in node.keywords if keyword.arg not in EXPECTED]
    return ast.unparse(tree)
