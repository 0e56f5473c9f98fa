"""The checks of a lab's cells, one by one: what breaks the contract, and how to mend it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from instructor.grading.names import bound_names, read_names
from instructor.notebooks import TODO_BLOCK, grade_id, is_autograded, is_graded, is_solution, without_hidden_tests

MARKER = re.compile(r"(BEGIN|END) (TODO|SOLUTION|HIDDEN TESTS|MARK SCHEME)")
ABSOLUTE_PATH = re.compile(r"(?<![\w.~/:])/(?:home|Users|root|content|tmp|work|mnt|var|srv)/\w|\b[A-Z]:\\\\")
LINK = re.compile(
    r"\]\((?!https?://|mailto:|#|data:)([^)\s]+)\)|(?:src|href)=[\"'](?!https?://|mailto:|#|data:)([^\"']+)"
)


def check_cell(cell: NotebookNode, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a cell of a notebook that is in this folder, and what to do."""
    if cell.get("outputs"):
        yield "output saved in source", "clear all outputs"
    if "SOLUTION" in cell.source and MARKER.search(cell.source):
        yield "marker of nbgrader's own family", "use ### BEGIN TODO and ### END TODO"
    if match := ABSOLUTE_PATH.search(cell.source):
        yield f"absolute path {match[0]}", "use a path relative to the notebook, or a loader of helpers"
    for link in (a or b for a, b in LINK.findall(cell.source) if cell.cell_type == "markdown"):
        if not (folder / link).exists():
            yield f"dead relative link {link}", "link to an address, or draw the figure by code"
    if is_autograded(cell):
        yield from _check_test_cell(cell)
    elif is_solution(cell):
        prefix = "written_" if is_graded(cell) else "sol_"
        if not str(grade_id(cell)).startswith(prefix):
            yield f"grade_id '{grade_id(cell)}'", f"start it with {prefix}"
        if not TODO_BLOCK.search(cell.source):
            yield "no TODO block", "put the answer between ### BEGIN TODO and ### END TODO"
    elif MARKER.search(cell.source):
        yield "marker outside a solution or test cell", "move it, or give the cell its nbgrader metadata"


def _check_test_cell(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    if not str(grade_id(cell)).startswith("test_"):
        yield f"grade_id '{grade_id(cell)}'", "start it with test_"
    if re.search(r"@criterion\b", without_hidden_tests(cell.source)):
        yield "criterion in the visible part", "move it between ### BEGIN HIDDEN TESTS and ### END HIDDEN TESTS"
    if "partial-credit" in cell.metadata.get("tags", []):
        yield "tag partial-credit", "remove it: each criterion has points of its own"
    if _ends_in_bare_expression(cell.source):
        yield "ends in a bare expression", "assign it or drop it: nbgrader would read it as the mark"


def _ends_in_bare_expression(code: str) -> bool:
    """Tell whether the cell shows a value; calls that return None do not."""
    last = next(reversed(ast.parse(code).body), None)
    if not isinstance(last, ast.Expr):
        return False
    called = last.value.func if isinstance(last.value, ast.Call) else None
    return not (isinstance(called, ast.Name) and re.match(r"(print|assert_\w+|remind_\w+)$", called.id))


def check_names(source: NotebookNode) -> Iterator[tuple[NotebookNode, str, str]]:
    """Yield each cell that reads what only a visible test binds, which is a function in what students get."""
    given: set[str] = set()
    of_tests: set[str] = set()
    for cell in source.cells:
        if cell.cell_type == "code":
            code = without_hidden_tests(cell.source)
            bound = bound_names(code)
            for name in sorted(read_names(code) & of_tests - given - bound):
                yield cell, f"reads '{name}', which only a visible test binds", "bind it in a given cell, or here"
            (of_tests if is_autograded(cell) else given).update(bound)
