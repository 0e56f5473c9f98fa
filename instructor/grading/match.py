"""Find again, in a hand-in, the cells of its lab: by nbgrader's name, by id, by text, then by likeness.

Colab drops metadata, students copy, split and retype cells: whatever is written in a cell of any kind can be the answer
to a question, and several cells can be one answer.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import accumulate

from nbformat import NotebookNode
from rapidfuzz import fuzz

from helpers.by_hand import parse_cell
from instructor.grading.criteria import bound_names
from instructor.grading.released import UNKNOWN, Released
from instructor.notebooks import STUB, cell_name, grade_id, is_autograded, is_solution, lines_of, same_text

SIMILAR = 60
MAX_PROSE = 20_000  # characters of a code cell that is read for prose


@dataclass
class Match:
    """What the cells of a hand-in are, by index.

    Attributes
    ----------
    asked
        The `grade_id` of the question or test that a cell is, or is one of the copies of.
    given, texts
        The id of the lab's own code cell, or of its text, that a cell is.
    """

    asked: dict[int, str] = field(default_factory=dict)
    given: dict[int, str] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)

    def name(self, index: int) -> str | None:
        """Return what the lab calls a cell, None for one of the student's own."""
        return self.asked.get(index) or self.given.get(index) or self.texts.get(index)

    def copies(self, name: str) -> list[int]:
        """Return where a question's cell stands, from the top down."""
        return sorted(index for index, found in self.asked.items() if found == name)


def match_cells(
    handin: NotebookNode, source: NotebookNode, release: NotebookNode, released: Released = UNKNOWN
) -> Match:
    """Return what each cell of a hand-in is; what is the student's own is nothing."""
    order = [cell_name(cell) for cell in release.cells]
    known = {cell.id for cell in source.cells}
    asked = {grade_id(cell): cell for cell in release.cells if grade_id(cell)}
    plain = [cell for cell in release.cells if not grade_id(cell) and cell.source.strip()]
    given = [cell for cell in plain if cell.cell_type == "code" and cell.id in known]
    texts = [cell for cell in plain if cell.cell_type != "code"]
    found = Match()
    by_id = {cell.id: grade_id(cell) for cell in source.cells if grade_id(cell)}
    for index, cell in enumerate(handin.cells):
        name = grade_id(cell) if grade_id(cell) in asked else by_id.get(cell.id)
        if name is not None:
            found.asked[index] = name
    for cells, matched in ((given, found.given), (texts, found.texts)):
        _match_exactly(handin, found, cells, matched)
    for cells, matched in ((list(asked.values()), found.asked), (given, found.given), (texts, found.texts)):
        for cell in [cell for cell in cells if cell_name(cell) not in matched.values()]:
            _match_by_likeness(handin, found, cell, matched, order, released)
    _match_versions(handin, found, asked)
    return found


def _unmatched(handin: NotebookNode, found: Match) -> dict[int, NotebookNode]:
    return {index: cell for index, cell in enumerate(handin.cells) if found.name(index) is None and cell.source.strip()}


def _match_exactly(handin: NotebookNode, found: Match, cells: list[NotebookNode], matched: dict[int, str]) -> None:
    """Match the lab's own cells, each with the first that has its id, or else its text."""
    for key in (lambda cell: cell.id, lambda cell: "\n".join(lines_of(cell.source))):
        first: dict[str, int] = {}
        for index, cell in _unmatched(handin, found).items():
            first.setdefault(key(cell), index)
        for cell in cells:
            if cell.id not in matched.values() and key(cell) in first:
                matched[first.pop(key(cell))] = cell.id


def _match_by_likeness(
    handin: NotebookNode,
    found: Match,
    original: NotebookNode,
    matched: dict[int, str],
    order: list[str],
    released: Released,
) -> None:
    """Match the cell most like the lab's; what is as the lab gave it, in its place only: stubs are all alike."""
    name = cell_name(original)
    place = _place(handin, found, name, order)
    anchors = _anchors(handin, found)
    alike = {}
    for index, cell in _unmatched(handin, found).items():
        is_given = same_text(cell.source, original.source) or released.holds(name, cell.source)
        if anchors[index] in place or not is_given:
            alike[index] = 100 if is_given else likeness(cell, original)
    best = max(alike, key=alike.get, default=None)
    if best is not None and alike[best] >= SIMILAR:
        matched[best] = name


def _match_versions(handin: NotebookNode, found: Match, asked: dict[str, NotebookNode]) -> None:
    """Match every other cell that defines all that a question's stub does."""
    defined = {index: _defined(code_of(cell)) for index, cell in _unmatched(handin, found).items()}
    for name, original in asked.items():
        if original.cell_type == "code" and is_solution(original) and (wanted := _defined(original.source)):
            for index in [index for index, names in defined.items() if wanted <= names]:
                found.asked.setdefault(index, name)


def _defined(source: str) -> set[str]:
    """Return the functions and classes that a cell defines."""
    if "def " not in source and "class " not in source:
        return set()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in parse_cell(source)[0].body if isinstance(node, kinds)}


def likeness(cell: NotebookNode, original: NotebookNode) -> float:
    """Return how much of the statement's cell is in this one, from 0 to 100.

    An answer can be much longer than its stub: what counts is the share of the given lines (signature, docstring) found
    again. Where the statement gives none, the letters are compared.
    """
    given = {line for line in map(str.strip, original.source.splitlines()) if len(line) > 12 and not STUB.match(line)}
    if original.cell_type == "code" and given:
        return 100 * len(given & set(map(str.strip, cell.source.splitlines()))) / len(given)
    if cell.cell_type != original.cell_type:
        return 0
    return fuzz.ratio(cell.source, original.source, score_cutoff=SIMILAR)


def code_of(cell: NotebookNode) -> str:
    """Return the code in a cell of any kind, without the fence that Markdown wants around it."""
    lines = cell.source.strip().split("\n")
    is_fenced = len(lines) > 1 and lines[0].startswith(("```", "~~~")) and lines[-1].strip() == lines[0][:3]
    return "\n".join(lines[1:-1]) if is_fenced and cell.cell_type != "code" else cell.source


def is_prose(cell: NotebookNode) -> bool:
    """Tell whether a cell holds text to be read: any but a code cell, or a code cell that Python finds no code in."""
    if cell.cell_type != "code":
        return bool(cell.source.strip())
    is_short = 0 < len(cell.source.strip()) <= MAX_PROSE
    if not is_short or cell.source.lstrip().startswith(("%", "!", "?")):
        return False
    body = parse_cell(cell.source)[0].body
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.Name) for node in body)


def answers_beside(
    handin: NotebookNode, found: Match, name: str, release: NotebookNode, used: Collection[int]
) -> list[int]:
    """Return the student's own cells that stand where a question whose cell is the statement's, or lost, is answered.

    For code, those between its place and the next cell of the lab that bind a name of the stub's, or any where it binds
    none. For a written answer, all that is prose around its place; if the cell itself is gone, all that is `used` for
    no other answer.
    """
    place = _place(handin, found, name, [cell_name(cell) for cell in release.cells])
    own = [index for index in range(len(handin.cells)) if found.name(index) is None]
    anchors = _anchors(handin, found)
    near = [index for index in own if anchors[index] in place]
    original = next(cell for cell in release.cells if grade_id(cell) == name)
    if original.cell_type == "code":
        wanted = bound_names(original.source)
        binding = {index: bound_names(code_of(handin.cells[index])) for index in near}
        return [index for index, names in binding.items() if names and (not wanted or names & wanted)]
    near = [index for index in near if is_prose(handin.cells[index])]
    if near or found.copies(name):
        return near
    left = [index for index in own if index not in used and handin.cells[index].cell_type != "code"]
    return [index for index in left if is_prose(handin.cells[index])]


def typed_above(handin: NotebookNode, found: Match, name: str, release: NotebookNode, released: Released) -> str:
    """Return what a student added to the statement above a written answer; empty where it is as the lab gave it."""
    place = _place(handin, found, name, [cell_name(cell) for cell in release.cells])
    index = next((index for index, text in found.texts.items() if text in place), None)
    if index is None or released.holds(found.texts[index], handin.cells[index].source):
        return ""
    given = next(lines_of(cell.source) for cell in release.cells if cell.id == found.texts[index])
    return "\n".join(line for line in lines_of(handin.cells[index].source) if line not in given).strip()


def _place(handin: NotebookNode, found: Match, name: str, order: list[str]) -> set[str | None]:
    """Return the names of the cells of the lab behind which a cell is looked for: its own, and the one above it."""
    here = {found.name(index) for index in range(len(handin.cells))}
    above = next((other for other in reversed(order[: order.index(name)]) if other in here), None)
    return {name, above}


def _anchors(handin: NotebookNode, found: Match) -> list[str | None]:
    """Return, for each cell, the name of the last cell of the lab above it, or its own."""
    return list(accumulate((found.name(index) for index in range(len(handin.cells))), lambda last, name: name or last))


def test_of(name: str, release: NotebookNode) -> str | None:
    """Return the test that judges the answer `name`: the next one below it."""
    order = [grade_id(cell) for cell in release.cells]
    below = release.cells[order.index(name) :]
    return next((grade_id(cell) for cell in below if is_autograded(cell)), None)
