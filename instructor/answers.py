"""Answers that students give, put in the place of a lab's TODO blocks to test how they are marked."""

import copy
import runpy
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

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
        Points lost by test cell; empty for a right answer in another style.
    blocks
        By solution cell, the text of its TODO block, or a list with one text per block (None keeps a block).
    """

    name: str
    why: str
    loses: dict[str, float] = field(default_factory=dict)
    blocks: dict[str, str | list[str | None]] = field(default_factory=dict)

    def apply(self, notebook: NotebookNode) -> NotebookNode:
        """Return a copy of the instructor's notebook with this answer in it."""
        notebook = copy.deepcopy(notebook)
        for grade_id, texts in self.blocks.items():
            cell = find_cell(notebook, grade_id)
            cell.source = replace_todo_blocks(cell.source, [texts] if isinstance(texts, str) else texts)
        return notebook


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
