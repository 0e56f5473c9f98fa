"""Find again, in a hand-in, the cells of its lab: by nbgrader's name, by id, by text, then by likeness.

Colab drops metadata, students copy, split and retype cells: whatever is written in a cell of any kind can be the answer
to a question, and several cells can be one answer.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from itertools import accumulate

from nbformat import NotebookNode
from rapidfuzz import fuzz

from helpers.by_hand import parse_cell
from instructor.grading.names import bound_names
from instructor.grading.released import Released, digest
from instructor.notebooks import STUB, cell_name, grade_id, is_autograded, is_solution, lines_of

SIMILAR = 60
MAX_PROSE = 20_000  # characters of a code cell that is read for prose
MAX_BESIDE = 20  # code cells beside a place that are read
DEFINITION = re.compile(r"^(?:async +def|def|class) +(\w+)", re.M)


class Match:
    """What the cells of a hand-in are, by index.

    Attributes
    ----------
    asked
        The `grade_id` of the question or test that a cell is, or is one of the copies of.
    given, texts
        The id of the lab's own code cell, or of its text, that a cell is.
    """

    def __init__(self, handin: NotebookNode, source: NotebookNode, release: NotebookNode, released: Released) -> None:
        self.cells, self.release, self.released = handin.cells, release, released
        self.order = [cell_name(cell) for cell in release.cells]
        self.lines = [set(map(str.strip, cell.source.splitlines())) for cell in self.cells]
        self.digests = [digest(cell.source) for cell in self.cells]
        self.asked: dict[int, str] = {}
        self.given: dict[int, str] = {}
        self.texts: dict[int, str] = {}
        known = {cell.id: grade_id(cell) for cell in source.cells}
        asked = [cell for cell in release.cells if grade_id(cell)]
        plain = [cell for cell in release.cells if not grade_id(cell) and cell.source.strip()]
        given = [cell for cell in plain if cell.cell_type == "code" and cell.id in known]
        texts = [cell for cell in plain if cell.cell_type != "code"]
        names = {grade_id(cell) for cell in asked}
        for index, cell in enumerate(self.cells):
            name = grade_id(cell) if grade_id(cell) in names else known.get(cell.id)
            if name is not None:
                self.asked[index] = name
        self._match_exactly(given, self.given)
        self._match_exactly(texts, self.texts)
        for cells, matched in ((asked, self.asked), (given, self.given), (texts, self.texts)):
            for cell in [cell for cell in cells if cell_name(cell) not in matched.values()]:
                self._match_by_likeness(cell, matched)
        self._match_versions([cell for cell in asked if cell.cell_type == "code" and is_solution(cell)])

    def name(self, index: int) -> str | None:
        """Return what the lab calls a cell, None for one of the student's own."""
        return self.asked.get(index) or self.given.get(index) or self.texts.get(index)

    def copies(self, name: str | None) -> list[int]:
        """Return where a question's cell stands, from the top down."""
        return sorted(index for index, found in self.asked.items() if found == name)

    def is_given(self, name: str, index: int) -> bool:
        """Tell whether a cell is as the lab gives it, or gave it once."""
        return self.released.holds(name, self.digests[index])

    def _own(self) -> list[int]:
        return [index for index in range(len(self.cells)) if self.name(index) is None]

    def _match_exactly(self, cells: list[NotebookNode], matched: dict[int, str]) -> None:
        """Match the lab's own cells, each with the first that has its id, or else its text."""
        own = [index for index in self._own() if self.cells[index].source.strip()]
        by_id = {self.cells[index].id: index for index in reversed(own)}
        by_text = {self.digests[index]: index for index in reversed(own)}
        for cell in (cell for cell in cells if cell.id in by_id):
            matched[by_id[cell.id]] = cell.id
        for cell in (cell for cell in cells if cell.id not in by_id):
            index = by_text.get(digest(cell.source))
            if index is not None and index not in matched:
                matched[index] = cell.id

    def _match_by_likeness(self, original: NotebookNode, matched: dict[int, str]) -> None:
        """Match the cell most like the lab's; what is as the lab gave it, in its place only: stubs are all alike."""
        name = cell_name(original)
        place, anchors = self._place(name), self._anchors()
        alike = {}
        for index in self._own():
            is_given = self.is_given(name, index)
            if self.cells[index].source.strip() and (anchors[index] in place or not is_given):
                alike[index] = 100 if is_given else self._likeness(index, original)
        best = max(alike, key=alike.get, default=None)
        if best is not None and alike[best] >= SIMILAR:
            matched[best] = name

    def _likeness(self, index: int, original: NotebookNode) -> float:
        """Return how much of the statement's cell is in this one, from 0 to 100.

        An answer can be much longer than its stub: what counts is the share of the given lines (signature, docstring)
        found again. Where the statement gives none, the letters are compared.
        """
        lines = map(str.strip, original.source.splitlines())
        given = {line for line in lines if len(line) > 12 and not STUB.match(line)}
        if original.cell_type == "code" and given:
            return 100 * len(given & self.lines[index]) / len(given)
        if self.cells[index].cell_type != original.cell_type:
            return 0
        return fuzz.ratio(self.cells[index].source, original.source, score_cutoff=SIMILAR)

    def _match_versions(self, questions: list[NotebookNode]) -> None:
        """Match every other cell that defines all that a question's stub does."""
        defined = {index: _defined(code_of(self.cells[index])) for index in self._own()}
        for cell in questions:
            if wanted := _defined(cell.source):
                for index in (index for index, names in defined.items() if wanted <= names):
                    if is_code(self.cells[index]):
                        self.asked.setdefault(index, grade_id(cell))

    def beside(self, original: NotebookNode, used: Collection[int]) -> list[int]:
        """Return the student's own cells that stand where a question is answered whose own cell says nothing.

        For code, those behind its place that bind a name of the stub's, or any where it binds none. For a written
        answer, all that is prose around its place; if its cell is gone, all that is `used` for no other answer.
        """
        place, anchors = self._place(grade_id(original)), self._anchors()
        own = self._own()
        near = [index for index in own if anchors[index] in place]
        codes = [index for index in near if self.cells[index].cell_type == "code"]
        near = sorted(set(near) - set(codes[MAX_BESIDE:]))
        if original.cell_type == "code":
            wanted = bound_names(original.source)
            binding = {index: bound_names(code_of(self.cells[index])) for index in near[:MAX_BESIDE]}
            return [index for index, names in binding.items() if names and (not wanted or names & wanted)]
        near = [index for index in near if is_prose(self.cells[index])]
        if near or self.copies(grade_id(original)):
            return near
        left = [index for index in own if index not in used and self.cells[index].cell_type != "code"]
        return [index for index in left if is_prose(self.cells[index])]

    def typed_above(self, name: str) -> str:
        """Return what a student added to the statement above an answer; empty where it is as the lab gave it."""
        place = self._place(name)
        index = next((index for index, text in self.texts.items() if text in place), None)
        if index is None or self.is_given(self.texts[index], index):
            return ""
        given = next(lines_of(cell.source) for cell in self.release.cells if cell.id == self.texts[index])
        return "\n".join(line for line in lines_of(self.cells[index].source) if line not in given).strip()

    def _place(self, name: str) -> set[str | None]:
        """Return the names of the cells of the lab behind which a cell is looked for: its own, and the one above."""
        here = {self.name(index) for index in range(len(self.cells))}
        above = next((other for other in reversed(self.order[: self.order.index(name)]) if other in here), None)
        return {name, above}

    def _anchors(self) -> list[str | None]:
        """Return, for each cell, the name of the last cell of the lab above it, or its own."""
        names = (self.name(index) for index in range(len(self.cells)))
        return list(accumulate(names, lambda last, name: name or last))


def _defined(source: str) -> set[str]:
    """Return the functions and classes that a cell defines, finished or not."""
    return set(DEFINITION.findall(source))


def code_of(cell: NotebookNode) -> str:
    """Return the code in a cell of any kind, without the fence that Markdown wants around it."""
    lines = cell.source.strip().split("\n")
    is_fenced = len(lines) > 1 and lines[0].startswith(("```", "~~~")) and lines[-1].strip() == lines[0][:3]
    return "\n".join(lines[1:-1]) if is_fenced and cell.cell_type != "code" else cell.source


def is_code(cell: NotebookNode) -> bool:
    """Tell whether a cell is code, of whatever kind: a text that only quotes some is none."""
    return cell.cell_type == "code" or bool(parse_cell(code_of(cell))[0].body)


def is_prose(cell: NotebookNode) -> bool:
    """Tell whether a cell holds text to be read: any but a code cell, or a code cell that Python finds no code in."""
    if cell.cell_type != "code":
        return bool(cell.source.strip())
    is_short = 0 < len(cell.source.strip()) <= MAX_PROSE
    if not is_short or cell.source.lstrip().startswith(("%", "!", "?")):
        return False
    body = parse_cell(cell.source)[0].body
    return all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.Name) for node in body)


def test_of(name: str, release: NotebookNode) -> str | None:
    """Return the test that judges the answer `name`: the next one below it."""
    order = [grade_id(cell) for cell in release.cells]
    below = release.cells[order.index(name) :]
    return next((grade_id(cell) for cell in below if is_autograded(cell)), None)
