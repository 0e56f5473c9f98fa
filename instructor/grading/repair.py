"""Put a hand-in back into the shape of its lab before it is graded.

Colab drops metadata, students copy, split, delete and reorder cells, and nbgrader stops at the first of these. The
graded notebook is rebuilt from the lab's: its graded cells in its order, filled with what the student wrote; tests
always come from the lab. Nothing that a student wrote is left out: several versions of an answer run in the order in
which they stand, and the parts of a written one are put together. Cells that the lab gives keep their id, so that what
became of them is known. Each difference is noted, for the teacher and for the student.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from instructor.grading.match import Match, code_of, test_of
from instructor.grading.released import UNKNOWN, Released
from instructor.notebooks import grade_id, is_autograded, is_solution


class HandInError(Exception):
    """A hand-in cannot be graded at all; the message says why, in English, for the teacher."""


class RepairKind(str, Enum):
    """What was done to a hand-in, or found in it."""

    FILE = "file"
    ORDER = "order"
    METADATA = "metadata"
    LOST_ANSWER = "lost answer"
    LOST_TEST = "lost test"
    CHANGED_TEST = "changed test"
    COPIES = "copies"
    PARTS = "parts"
    KIND = "kind of cell"
    GIVEN = "given cells"
    ENDED_KERNEL = "ended the kernel"
    NO_GPU = "no GPU"


WORDS = {
    RepairKind.FILE: "the file was rebuilt around its cells ({cell})",
    RepairKind.ORDER: "cells out of order",
    RepairKind.METADATA: "{cell} without its metadata",
    RepairKind.LOST_ANSWER: "{cell} missing: not answered",
    RepairKind.LOST_TEST: "{cell} missing",
    RepairKind.CHANGED_TEST: "{cell} is not the lab's",
    RepairKind.COPIES: "{cell} stands {count} times",
    RepairKind.PARTS: "{cell} was found in {count} cells around its place, and put together",
    RepairKind.KIND: "{cell} was typed in another kind of cell",
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


def repair(
    handin: NotebookNode,
    source: NotebookNode,
    release: NotebookNode,
    released: Released = UNKNOWN,
    without: Mapping[str, int] = MappingProxyType({}),
) -> tuple[NotebookNode, list[Repair]]:
    """Return the notebook to grade and what had to be repaired.

    Parameters
    ----------
    handin
        What the student handed in.
    source, release
        The lab as its instructor wrote it, and as students get it.
    released
        Earlier versions of what students got.
    without
        By question, how many of the last versions of its answer to leave out.

    Raises
    ------
    HandInError
        Less than half of what the lab asks for is in the notebook: it is another lab's, or no lab's.
    """
    asked = [cell for cell in source.cells if grade_id(cell)]
    found = Match(handin, source, release, released.also(release))
    questions = [grade_id(cell) for cell in asked if is_solution(cell) and cell.cell_type == "code"]
    kept = sum(name in found.asked.values() for name in questions)
    if 2 * kept < max(len(questions), 1):  # two labs may share a few names, such as sol_train
        how_many = (
            f"only {kept} of the {len(questions)} questions" if kept else "no cell of this notebook answers a question"
        )
        raise HandInError(f"{how_many} of the lab, in {len(handin.cells)} cells")
    return _Repair(handin, source, release, found, without).make()


class _Repair:
    """One hand-in on its way: what its cells are, which have found their place, and what is told of it."""

    def __init__(
        self,
        handin: NotebookNode,
        source: NotebookNode,
        release: NotebookNode,
        found: Match,
        without: Mapping[str, int],
    ) -> None:
        self.cells, self.source, self.release = handin.cells, source, release
        self.found, self.without = found, without
        self.original = {grade_id(cell): cell for cell in release.cells if grade_id(cell)}
        self.used: set[int] = set()  # cells that are in an answer, or are no version of it to be run
        self.chosen: dict[str, int] = {}
        self.ahead: dict[str, list[int]] = {}  # what an answer found below its test needs to have run
        self.repairs: list[Repair] = []

    def make(self) -> tuple[NotebookNode, list[Repair]]:
        asked = [cell for cell in self.source.cells if grade_id(cell)]
        sources = {grade_id(cell): self._fill(cell) for cell in asked}
        if not self.found.released.ordered(sorted(self.chosen, key=self.chosen.get)):
            self.repairs.insert(0, Repair(RepairKind.ORDER))
        following = self._others_by_anchor()
        graded = copy.deepcopy(self.source)
        graded.cells = list(map(self._plain, following.get(None, [])))
        for cell in asked:
            name = grade_id(cell)
            restored = copy.deepcopy(cell)
            restored.metadata = NotebookNode(nbgrader=copy.deepcopy(self.original[name].metadata["nbgrader"]))
            restored.source = sources[name]
            graded.cells += [
                *map(self._plain, self.ahead.get(name, [])),
                restored,
                *map(self._plain, following.get(name, [])),
            ]
        return graded, self.repairs

    def _fill(self, cell: NotebookNode) -> str:
        """Return what a cell of the lab holds once the student's answer is in it."""
        name = grade_id(cell)
        indices = self.found.copies(name)
        edited = [index for index in indices if self._is_edited(name, index)]
        if is_autograded(cell):
            self.used.update(indices)
            self._note_test(name, indices, edited)
            return cell.source
        looks_beside = cell.cell_type != "code" or not edited  # code that is beside runs where it stands
        beside = self.found.beside(self.original[name], self.used) if looks_beside else []
        self.used.update(set(indices) - set(edited))
        if not (edited or beside):
            return self._fill_untouched(cell, indices)
        if cell.cell_type == "code":
            return self._fill_code(name, indices, edited or beside)
        return self._fill_text(name, indices, sorted({*edited, *beside}))

    def _is_edited(self, name: str, index: int) -> bool:
        return bool(self.cells[index].source.strip()) and not self.found.is_given(name, index)

    def _fill_untouched(self, cell: NotebookNode, indices: list[int]) -> str:
        name = grade_id(cell)
        typed = self.found.typed_above(name)
        if typed and cell.cell_type != "code":
            self.repairs.append(Repair(RepairKind.PARTS, name, 1))
            return typed
        if indices:
            self.chosen[name] = indices[-1]
            self._note_metadata(name)
        elif not self._is_new(name):
            self.repairs.append(Repair(RepairKind.LOST_ANSWER, name))
        return self.original[name].source

    def _fill_code(self, name: str, indices: list[int], versions: list[int]) -> str:
        """Return the version that the test judges, the last above it; the others run where they stand."""
        left = versions[: max(1, len(versions) - self.without.get(name, 0))]
        test = next(iter(self.found.copies(test_of(name, self.release))), len(self.cells))
        above = [index for index in left if index < test]
        run = sorted({self.cells[index].source.strip(): index for index in above or left}.values())
        self.chosen[name] = index = run[-1]
        self.ahead[name] = [] if above else run[:-1]
        again = [one for one in left if self.cells[one].source.strip() == self.cells[index].source.strip()]
        self.used.update({*again, *self.ahead[name]}, set(versions) - set(left), set(above or left) - set(run))
        if index not in indices:
            self.repairs.append(Repair(RepairKind.PARTS, name, len(versions)))
        elif len(versions) > 1:
            self.repairs.append(Repair(RepairKind.COPIES, name, len(versions)))
        else:
            self._note_metadata(name)
        if self.cells[index].cell_type != "code":
            self.repairs.append(Repair(RepairKind.KIND, name))
        return code_of(self.cells[index])

    def _fill_text(self, name: str, indices: list[int], parts: list[int]) -> str:
        """Return a written answer, its parts put together in the order in which they stand."""
        self.used.update(parts)
        self.chosen[name] = parts[0]
        if len(parts) > 1 or parts[0] not in indices:
            self.repairs.append(Repair(RepairKind.PARTS, name, len(parts)))
        else:
            self._note_metadata(name)
        return "\n\n".join(dict.fromkeys(self.cells[index].source.strip("\n") for index in parts))

    def _is_new(self, name: str) -> bool:
        """Tell whether the release that a student worked on may have done without a cell."""
        return self.found.released.lacked(name, set(self.found.asked.values()))

    def _note_metadata(self, name: str) -> None:
        if grade_id(self.cells[self.chosen[name]]) != name:
            self.repairs.append(Repair(RepairKind.METADATA, name))

    def _note_test(self, name: str, indices: list[int], edited: list[int]) -> None:
        if indices:
            self.chosen[name] = (edited or indices)[-1]
        if len(indices) > 1:
            self.repairs.append(Repair(RepairKind.COPIES, name, len(indices)))
        if edited:
            self.repairs.append(Repair(RepairKind.CHANGED_TEST, name))
        elif not (indices or self._is_new(name)):
            self.repairs.append(Repair(RepairKind.LOST_TEST, name))

    def _others_by_anchor(self) -> dict[str | None, list[int]]:
        """Group the cells that are in no answer behind the last cell above them that is."""
        following, anchor = defaultdict(list), None
        answers = {index: name for name, index in self.chosen.items()}
        for index in range(len(self.cells)):
            if index in answers:
                anchor = answers[index]
            elif index not in self.used:
                following[anchor].append(index)
        return following

    def _plain(self, index: int) -> NotebookNode:
        """Return a copy of a cell that answers no question, without metadata, tags or attachments."""
        cell, given = self.cells[index], self.found.given.get(index)
        if given is not None:
            return new_code_cell(code_of(cell), id=given)
        is_code = cell.cell_type == "code" and index not in self.found.texts
        return (new_code_cell if is_code else new_markdown_cell)(cell.source)
