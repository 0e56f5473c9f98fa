"""Put a hand-in back into the shape of its lab before it is graded.

Colab drops metadata, students copy, delete and reorder cells, and nbgrader stops at the first of these. The graded
notebook is rebuilt from the lab's: its graded cells in its order, filled with what the student wrote; tests always
come from the lab. Each difference is noted, for the teacher and for the student.
"""

from __future__ import annotations

import copy
from collections import defaultdict

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from rapidfuzz import fuzz

from instructor.notebooks import STUB, grade_id, is_autograded, is_solution

SIMILAR = 60


class HandInError(Exception):
    """A hand-in cannot be graded at all; the message says why, in English, for the teacher."""


def repair(handin: NotebookNode, source: NotebookNode, release: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """Return the notebook to grade and the list of what had to be repaired, in French.

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

    repairs: list[str] = []
    chosen = {name: _choose(name, handin, indices, original[name], repairs) for name, indices in _invert(found).items()}
    following = _own_cells_by_anchor(handin, found)
    order = [chosen[grade_id(cell)] for cell in asked if grade_id(cell) in chosen]
    if order != sorted(order):
        repairs.append("Les cellules n'étaient plus dans l'ordre du sujet : il a été rétabli.")

    graded = copy.deepcopy(source)
    graded.cells = [_plain(cell) for cell in following.get(None, [])]
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
                repairs.append(f"Cellule « {name} » : ses métadonnées, perdues, ont été rétablies.")
        else:
            restored.source = original[name].source
            repairs.append(f"Cellule « {name} » : supprimée du rendu, elle compte comme non traitée.")
        graded.cells.append(restored)
        graded.cells += [_plain(own) for own in following.get(name, [])]
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


def _choose(name: str, handin: NotebookNode, indices: list[int], original: NotebookNode, repairs: list[str]) -> int:
    """Return the index of the cell to keep among duplicates: the last one that differs from the statement."""
    if len(indices) > 1:
        repairs.append(f"Cellule « {name} » : présente {len(indices)} fois, la dernière version modifiée a été gardée.")
    edited = [index for index in indices if handin.cells[index].source.strip() != original.source.strip()]
    return (edited or indices)[-1]


def _own_cells_by_anchor(handin: NotebookNode, found: dict[int, str]) -> dict[str | None, list[NotebookNode]]:
    """Group the cells that answer no question behind the last cell above them that does."""
    following, anchor = defaultdict(list), None
    for index, cell in enumerate(handin.cells):
        if index in found:
            anchor = found[index]
        elif cell.cell_type in ("code", "markdown"):
            following[anchor].append(cell)
    return following


def _note_test(
    name: str, chosen: dict[str, int], handin: NotebookNode, original: NotebookNode, repairs: list[str]
) -> None:
    if name not in chosen:
        repairs.append(f"Cellule « {name} » : supprimée du rendu, elle a été remise.")
    elif handin.cells[chosen[name]].source.strip() != original.source.strip():
        repairs.append(f"Cellule « {name} » : modifiée, elle a été remplacée par celle du sujet.")


def _plain(cell: NotebookNode) -> NotebookNode:
    """Return a copy of a student's own cell without metadata, tags or attachments."""
    make = new_code_cell if cell.cell_type == "code" else new_markdown_cell
    return make(cell.source)
