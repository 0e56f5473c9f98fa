"""The notebooks that a kernel runs for one hand-in: its own world, and the corrected one.

In its own world, the notebook runs as it was handed in. In the corrected world, the lab's given cells stand in the
place of those that the student changed, and an answer that did not earn everything is followed, once it has been
judged, by the reference's: each question is judged on the student's answer, on top of right earlier ones.

A test cell is several executions: its visible half, then each of its criteria, alone.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Collection
from dataclasses import dataclass

from nbformat import NotebookNode

from helpers.by_hand import parse_cell
from instructor.grading.criteria import Criterion
from instructor.grading.names import bound_names, shared_names
from instructor.grading.released import Released, digest
from instructor.notebooks import (
    TODO_MARKER,
    find_cell,
    grade_id,
    in_a_function,
    is_autograded,
    is_solution,
    same_text,
    without_hidden_tests,
)

INTEGRITY = "integrity"
# Blanks within a line only: a text of blank lines would be searched once for each of them.
ENDS_KERNEL = re.compile(
    r"^[ \t]*(?:(?:exit|quit)[ \t]*(?:\([ \t]*\)|;)?[ \t]*$|%reset\b|globals\(\)\.clear\(\))", re.M
)
CHECK_INTEGRITY = "from helpers.criterion import show_integrity as __show__\n__show__()\ndel __show__"


@dataclass(frozen=True)
class Question:
    """A test cell, and the cells of the answer that it judges."""

    test: str
    answers: tuple[str, ...]


def questions(source: NotebookNode) -> list[Question]:
    """Return the questions marked by machine, in the order of the lab."""
    found, answers = [], []
    for cell in source.cells:
        if cell.cell_type == "code" and is_solution(cell):
            answers.append(grade_id(cell))
        elif is_autograded(cell):
            found.append(Question(grade_id(cell), tuple(answers)))
            answers = []
    return found


def reference_world(source: NotebookNode, criteria: dict[str, list[Criterion]]) -> NotebookNode:
    """Return the instructor's notebook as its kernel runs it, up to its last criterion."""
    cells: list[NotebookNode] = []
    for cell in source.cells:
        if is_autograded(cell):
            cells.append(run_visible(cell))
            cells += [criterion_cell(one, one.reference_code) for one in criteria[grade_id(cell)]]
            if grade_id(cell) == list(criteria)[-1]:
                break
        elif cell.cell_type == "code":
            cells.append(run_cell(cell, cell.source))
    return notebook_of(source, [*cells, _integrity()])


def own_world(repaired: NotebookNode, criteria: dict[str, list[Criterion]]) -> NotebookNode:
    """Return a hand-in as it runs by itself."""
    cells: list[NotebookNode] = []
    for cell in repaired.cells:
        if is_autograded(cell):
            cells.append(run_visible(cell))
            cells += [criterion_cell(one, one.code) for one in criteria[grade_id(cell)]]
        elif cell.cell_type == "code":
            cells.append(run_cell(cell, cell.source))
    return notebook_of(repaired, [*cells, _integrity()])


def corrected_world(
    repaired: NotebookNode,
    source: NotebookNode,
    wanted: dict[str, list[Criterion]],
    omitted: Collection[str],
) -> NotebookNode:
    """Return a hand-in on top of the lab's given cells and right earlier answers.

    Parameters
    ----------
    wanted
        The criteria to judge, by test cell: the answers of these questions, whose list may be empty, are followed by
        the reference's. Nothing runs behind the last criterion.
    omitted
        Keys of cells that ended a kernel.
    """
    answers = {grade_id(cell): cell for cell in repaired.cells if grade_id(cell)}
    own = _own_cells(repaired, {cell.id for cell in source.cells})
    restored, overwritten = shared_names(repaired, source)
    restoring = [_code(code, "restored-names", {"key": "restored names"}) for code in restored]
    cells = [run_cell(cell, cell.source) for cell in own.get(None, [])]
    corrected: list[NotebookNode] = []
    last = [name for name, criteria in wanted.items() if criteria][-1]
    for cell in source.cells:
        name = grade_id(cell)
        if is_autograded(cell):
            if name in wanted:
                cells += [*restoring, *(criterion_cell(one, one.code) for one in wanted[name]), *corrected]
            if name == last:
                break
            corrected = []
        elif cell.cell_type == "code" and is_solution(cell):
            cells.append(run_cell(cell, answers[name].source))
            corrected.append(run_cell(cell, TODO_MARKER.sub("", cell.source), "reference"))
        elif cell.cell_type == "code":
            cells += [*restoring, *_beside(overwritten.get(cell.id), run_cell(cell, cell.source, "given"))]
        cells += [run_cell(one, one.source) for one in own.get(cell.id, [])]
    kept = [cell for cell in cells if cell.metadata.course.key not in omitted]
    return notebook_of(repaired, [*kept, _integrity()])


def changed_given_cells(repaired: NotebookNode, source: NotebookNode, release: NotebookNode) -> list[str]:
    """Return the ids of the lab's given cells that the hand-in changed, lost or moved."""
    given = [cell for cell in release.cells if cell.cell_type == "code" and not grade_id(cell)]
    known = {cell.id for cell in source.cells}
    here = {cell.id: cell for cell in repaired.cells if cell.id in known}
    order = [cell.id for cell in repaired.cells if cell.id in known]
    place = {name: number for number, name in enumerate(cell.id for cell in source.cells)}
    moved = {later for earlier, later in zip(order, order[1:], strict=False) if place[earlier] > place[later]}
    return [
        cell.id
        for cell in given
        if cell.id in known
        and (cell.id not in here or cell.id in moved or not same_text(here[cell.id].source, cell.source))
    ]


def unanswered(repaired: NotebookNode, source: NotebookNode, release: NotebookNode) -> list[Question]:
    """Return the questions left as the statement has them, whose names no cell of the student's own speaks of."""
    known = {cell.id for cell in source.cells}
    own = [cell.source for cell in repaired.cells if cell.cell_type == "code" and cell.id not in known]
    spoken_of = set().union(*map(bound_names, own))
    spoken_of |= {node.id for text in own for node in ast.walk(parse_cell(text)[0]) if isinstance(node, ast.Name)}

    def is_blank(name: str) -> bool:
        text = find_cell(release, name).source
        return same_text(find_cell(repaired, name).source, text) and not spoken_of & bound_names(text)

    asked = [question for question in questions(source) if question.answers]
    return [question for question in asked if all(map(is_blank, question.answers))]


def changed_by_student(
    changed: list[str], repaired: NotebookNode, release: NotebookNode, released: Released
) -> list[str]:
    """Return those of the changed given cells that are in no earlier release either."""
    now = {cell.id: cell.source for cell in release.cells}
    here = {cell.id: cell.source for cell in repaired.cells}
    return [
        name
        for name in changed
        if (name not in here and not released.lacked(name))
        or (name in here and (same_text(here[name], now[name]) or not released.holds(name, digest(here[name]))))
    ]


def ends_kernel(source: str) -> bool:
    """Tell whether a cell plainly leaves the kernel, or empties it: what follows then fails in its place."""
    return ENDS_KERNEL.search(source) is not None


def _own_cells(repaired: NotebookNode, known: Collection[str]) -> dict[str | None, list[NotebookNode]]:
    """Group the student's own code cells behind the last cell of the lab above them."""
    following: dict[str | None, list[NotebookNode]] = {}
    anchor = None
    for cell in repaired.cells:
        if cell.id in known:
            anchor = cell.id
        elif cell.cell_type == "code" and not ends_kernel(cell.source):
            following.setdefault(anchor, []).append(cell)
    return following


def _beside(names: set[str] | None, cell: NotebookNode) -> list[NotebookNode]:
    """Return a given cell between what keeps the student's names, and what gives them back."""
    if not names:
        return [cell]
    keep = f"__kept__ = {{name: globals()[name] for name in {sorted(names)} if name in globals()}}"
    give_back = "globals().update(__kept__)\ndel __kept__"
    return [
        _code(keep, "restored-names", {"key": "kept names"}),
        cell,
        _code(give_back, "restored-names", {"key": "kept names"}),
    ]


def criterion_cell(criterion: Criterion, code: str, key: str = "") -> NotebookNode:
    """Return the cell that runs a criterion, found again by its key, or by another one."""
    key = key or criterion.key
    return _code(code, "criterion", {"criterion": key, "key": key})


def _integrity() -> NotebookNode:
    return _code(CHECK_INTEGRITY, INTEGRITY, {"criterion": INTEGRITY, "key": INTEGRITY})


def run_cell(cell: NotebookNode, code: str, role: str = "") -> NotebookNode:
    """Return a code cell as it is run, under the id by which its outputs are found again.

    `role` tells a cell of the lab from the student's of the same id: what ends a kernel is known by both.
    """
    made = _code(code, cell.id, {"key": f"{role} {cell.id}".strip()})
    if "nbgrader" in cell.metadata:
        made.metadata["nbgrader"] = cell.metadata["nbgrader"]
    return made


def run_visible(test: NotebookNode) -> NotebookNode:
    """Return the visible half of a test cell as it is run, and as students run it."""
    return run_cell(test, in_a_function(without_hidden_tests(test.source)))


def _code(code: str, name: str, course: dict) -> NotebookNode:
    """Return a cell that is run and never written to a file: nothing validates it."""
    metadata = NotebookNode(course=NotebookNode(course))
    return NotebookNode(cell_type="code", id=name, metadata=metadata, source=code, outputs=[], execution_count=None)


def notebook_of(like: NotebookNode, cells: list[NotebookNode]) -> NotebookNode:
    """Return a notebook of these cells, with the metadata of another."""
    notebook = copy.copy(like)
    notebook.metadata = copy.deepcopy(like.metadata)
    notebook.cells = cells
    return notebook
