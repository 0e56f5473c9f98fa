"""Put a hand-in back into the shape of its lab before it is graded.

Colab drops metadata, students copy, delete and reorder cells, and nbgrader stops at the first of these. The graded
notebook is rebuilt from the lab's: its graded cells in its order, filled with what the student wrote; tests always
come from the lab. Cells that the lab gives keep their id, so that what became of them is known. Each difference is
noted, for the teacher and for the student.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from dataclasses import dataclass
from enum import Enum

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from rapidfuzz import fuzz

from instructor.notebooks import STUB, grade_id, is_autograded, is_solution, same_text

SIMILAR = 60


class HandInError(Exception):
    """A hand-in cannot be graded at all; the message says why, in English, for the teacher."""


class RepairKind(str, Enum):
    """What was done to a hand-in, or found in it."""

    ORDER = "order"
    METADATA = "metadata"
    LOST_ANSWER = "lost answer"
    LOST_TEST = "lost test"
    CHANGED_TEST = "changed test"
    COPIES = "copies"
    GIVEN = "given cells"
    ENDED_KERNEL = "ended the kernel"
    NO_GPU = "no GPU"


WORDS = {
    RepairKind.ORDER: "cells out of order",
    RepairKind.METADATA: "{cell} without its metadata",
    RepairKind.LOST_ANSWER: "{cell} missing: not answered",
    RepairKind.LOST_TEST: "{cell} missing",
    RepairKind.CHANGED_TEST: "{cell} is not the lab's",
    RepairKind.COPIES: "{cell} stands {count} times",
    RepairKind.GIVEN: "{count} given cells missing or changed",
    RepairKind.ENDED_KERNEL: "cell {cell} ends the kernel",
    RepairKind.NO_GPU: "asks for a GPU: computed on the processor",
}


@dataclass(frozen=True)
class Repair:
    """One repair: its kind, the `grade_id` or the number of the cell it concerns, and how many times it stood there."""

    kind: RepairKind
    cell: str = ""
    count: int = 0

    def __str__(self) -> str:
        """Say it for a teacher; students read `instructor.french`."""
        return WORDS[self.kind].format(cell=self.cell, count=self.count)


def repair(handin: NotebookNode, source: NotebookNode, release: NotebookNode) -> tuple[NotebookNode, list[Repair]]:
    """Return the notebook to grade and what had to be repaired.

    Parameters
    ----------
    handin
        What the student handed in.
    source, release
        The lab as its instructor wrote it, and as students get it.

    Raises
    ------
    HandInError
        Less than half of what the lab asks for is in the notebook: it is another lab's, or no lab's.
    """
    asked = [cell for cell in source.cells if grade_id(cell)]
    original = {grade_id(cell): cell for cell in release.cells if grade_id(cell)}
    found = _match(handin, asked, original)
    questions = [grade_id(cell) for cell in asked if is_solution(cell) and cell.cell_type == "code"]
    kept = sum(name in found.values() for name in questions)
    if 2 * kept < max(len(questions), 1):  # two labs may share a few names, such as sol_train
        how_many = (
            f"only {kept} of the {len(questions)} questions" if kept else "no cell of this notebook answers a question"
        )
        raise HandInError(f"{how_many} of the lab, in {len(handin.cells)} cells")

    repairs: list[Repair] = []
    chosen = {name: _choose(name, handin, indices, original[name], repairs) for name, indices in _invert(found).items()}
    given = _match_given(handin, found, source, release)
    following = _others_by_anchor(handin, found)
    order = [chosen[grade_id(cell)] for cell in asked if grade_id(cell) in chosen]
    if order != sorted(order):
        repairs.append(Repair(RepairKind.ORDER))

    graded = copy.deepcopy(source)
    graded.cells = [_plain(handin.cells[index], given.get(index)) for index in following.get(None, [])]
    for cell in asked:
        name = grade_id(cell)
        restored = copy.deepcopy(cell)
        restored.metadata = NotebookNode(nbgrader=copy.deepcopy(original[name].metadata["nbgrader"]))
        if is_autograded(cell):
            _note_test(name, chosen, handin, original[name], repairs)
        elif name in chosen:
            student = handin.cells[chosen[name]]
            restored.source = student.source
            if student.metadata.get("nbgrader", {}).get("grade_id") != name:
                repairs.append(Repair(RepairKind.METADATA, name))
        else:
            restored.source = original[name].source
            repairs.append(Repair(RepairKind.LOST_ANSWER, name))
        graded.cells.append(restored)
        graded.cells += [_plain(handin.cells[index], given.get(index)) for index in following.get(name, [])]
    return graded, repairs


def _match(handin: NotebookNode, asked: list[NotebookNode], original: dict[str, NotebookNode]) -> dict[int, str]:
    """Return, by index in the hand-in, the question that each cell answers: by `grade_id`, cell id, then likeness."""
    names_by_id = {cell.id: grade_id(cell) for cell in asked}
    found = {}
    for index, cell in enumerate(handin.cells):
        name = grade_id(cell)
        name = name if name in original else names_by_id.get(cell.get("id"))
        if name is not None:
            found[index] = name
    for name in (grade_id(cell) for cell in asked):
        if name in found.values():
            continue
        likeness = {
            index: _likeness(cell, original[name])
            for index, cell in enumerate(handin.cells)
            if index not in found and cell.cell_type == original[name].cell_type and cell.source.strip()
        }
        best = max(likeness, key=likeness.get, default=None)
        if best is not None and likeness[best] >= SIMILAR:
            found[best] = name
    return found


def _match_given(
    handin: NotebookNode, found: dict[int, str], source: NotebookNode, release: NotebookNode
) -> dict[int, str]:
    """Return, by index in the hand-in, the id of the lab's given code cell that each cell is: by id, text, likeness."""
    known = {cell.id for cell in source.cells}
    given = {
        cell.id: cell
        for cell in release.cells
        if cell.cell_type == "code" and not grade_id(cell) and cell.id in known and cell.source.strip()
    }
    left = [index for index, cell in enumerate(handin.cells) if index not in found and cell.cell_type == "code"]
    matched: dict[int, str] = {}
    for is_it in (
        lambda name, cell: cell.get("id") == name,
        lambda name, cell: same_text(cell.source, given[name].source),
        lambda name, cell: _likeness(cell, given[name]) >= SIMILAR,
    ):
        for name in [name for name in given if name not in matched.values()]:
            index = next((i for i in left if i not in matched and is_it(name, handin.cells[i])), None)
            if index is not None:
                matched[index] = name
    return matched


def _likeness(cell: NotebookNode, original: NotebookNode) -> float:
    """Return how much of the statement's cell is in this one, from 0 to 100.

    An answer can be much longer than its stub: what counts is the share of the given lines (signature, docstring) found
    again. Where the statement gives none, the letters are compared.
    """
    given = {line for line in map(str.strip, original.source.splitlines()) if len(line) > 12 and not STUB.match(line)}
    if original.cell_type == "code" and given:
        return 100 * len(given & set(map(str.strip, cell.source.splitlines()))) / len(given)
    return fuzz.ratio(cell.source, original.source, score_cutoff=SIMILAR)


def _invert(found: dict[int, str]) -> dict[str, list[int]]:
    indices = defaultdict(list)
    for index in sorted(found):
        indices[found[index]].append(index)
    return indices


def _choose(name: str, handin: NotebookNode, indices: list[int], original: NotebookNode, repairs: list[Repair]) -> int:
    """Return the index of the cell to keep among duplicates: the last one that differs from the statement."""
    if len(indices) > 1:
        repairs.append(Repair(RepairKind.COPIES, name, len(indices)))
    edited = [index for index in indices if not same_text(handin.cells[index].source, original.source)]
    return (edited or indices)[-1]


def _others_by_anchor(handin: NotebookNode, found: dict[int, str]) -> dict[str | None, list[int]]:
    """Group the cells that answer no question behind the last cell above them that does."""
    following, anchor = defaultdict(list), None
    for index, cell in enumerate(handin.cells):
        if index in found:
            anchor = found[index]
        elif cell.cell_type in ("code", "markdown"):
            following[anchor].append(index)
    return following


def _note_test(
    name: str, chosen: dict[str, int], handin: NotebookNode, original: NotebookNode, repairs: list[Repair]
) -> None:
    if name not in chosen:
        repairs.append(Repair(RepairKind.LOST_TEST, name))
    elif not same_text(handin.cells[chosen[name]].source, original.source):
        repairs.append(Repair(RepairKind.CHANGED_TEST, name))


def _plain(cell: NotebookNode, given: str | None) -> NotebookNode:
    """Return a copy of a cell that answers no question, without metadata, tags or attachments."""
    made = (new_code_cell if cell.cell_type == "code" else new_markdown_cell)(cell.source)
    if given is not None:
        made.id = given
    return made
