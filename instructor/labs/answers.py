"""Answers that students give, put in the place of a lab's TODO blocks to test how they are marked."""

from __future__ import annotations

import copy
import runpy
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from instructor.grading.worlds import questions
from instructor.notebooks import TODO_BLOCK, find_cell


@dataclass(frozen=True)
class Answer:
    """One student's answer: which TODO blocks differ from the instructor's, and what that must cost.

    Parameters
    ----------
    name
        Short identifier, shown by pytest.
    why
        The mistake in one sentence; for a right answer, what is written differently.
    loses
        By test cell, the names of the criteria that are lost, exactly; empty for a right answer in another style.
    waits
        By test cell, the names of the criteria that wait for a teacher.
    blocks
        By solution cell, the text of its TODO block, or a list with one text per block (None keeps a block).
    cells
        By solution cell, the whole text of the cell, for an answer that also changes what is given around its block.
    edits
        By solution cell, pairs of a passage of the instructor's answer and what stands there instead. In a right
        answer each of them is right alone too.
    """

    name: str
    why: str
    loses: dict[str, Sequence[str]] = field(default_factory=dict)
    waits: dict[str, Sequence[str]] = field(default_factory=dict)
    blocks: dict[str, str | list[str | None]] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    edits: dict[str, Sequence[tuple[str, str]]] = field(default_factory=dict)

    def apply(self, notebook: NotebookNode) -> NotebookNode:
        """Return a copy of the instructor's notebook with this answer in it."""
        notebook = copy.deepcopy(notebook)
        for name, texts in self.blocks.items():
            cell = find_cell(notebook, name)
            cell.source = replace_todo_blocks(cell.source, [texts] if isinstance(texts, str) else texts)
        for name, text in self.cells.items():
            find_cell(notebook, name).source = textwrap.dedent(text).strip("\n")
        for name, pairs in self.edits.items():
            cell = find_cell(notebook, name)
            for passage, text in pairs:
                if (times := cell.source.count(passage)) != 1:
                    raise ValueError(f"{self.name}: {passage!r} stands {times} times in {name}: quote more of it")
                cell.source = cell.source.replace(passage, text)
        return notebook

    @property
    def answered(self) -> set[str]:
        """The solution cells that it changes."""
        return {*self.blocks, *self.cells, *self.edits}

    def each_edit(self) -> Iterator[Answer]:
        """Yield an answer for each of its edits, made alone."""
        for name, pairs in self.edits.items():
            for pair in pairs:
                yield Answer(self.name, self.why, edits={name: [pair]})


def replace_todo_blocks(source: str, texts: list[str | None]) -> str:
    """Return `source` with the body of each TODO block replaced by the text at the same rank."""
    blocks = list(TODO_BLOCK.finditer(source))
    if len(blocks) != len(texts):
        raise ValueError(f"{len(texts)} replacement(s) for {len(blocks)} TODO block(s) in:\n{source}")
    for block, text in reversed(list(zip(blocks, texts, strict=True))):
        if text is not None:
            body = textwrap.indent(textwrap.dedent(text).strip("\n"), block["indent"])
            source = source[: block.start()] + body + source[block.end() :]
    return source


def load_answers(path: Path) -> list[Answer]:
    """Return the `ANSWERS` of a lab's `answers.py`, none where the file is missing (`course check` says so)."""
    if not path.is_file():
        return []
    return runpy.run_path(str(path))["ANSWERS"]


def group_answers(answers: list[Answer], notebook: NotebookNode) -> list[list[Answer]]:
    """Share the answers among as few notebooks as may be: those of different questions cannot touch one another.

    Right answers keep to themselves: together they run once, where a wrong one has its notebook run twice.
    """
    of = {name: question.test for question in questions(notebook) for name in question.answers}
    groups: list[tuple[bool, set[str], list[Answer]]] = []
    for answer in sorted(answers, key=lambda answer: -len(answer.answered)):
        is_right = not (answer.loses or answer.waits)
        touched = {of.get(name, name) for name in answer.answered}
        for right, taken, group in groups:
            if right == is_right and not taken & touched:
                taken.update(touched)
                group.append(answer)
                break
        else:
            groups.append((is_right, touched, [answer]))
    return [group for _, _, group in groups]
