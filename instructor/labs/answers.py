"""Answers that students give, put in the place of a lab's TODO blocks to test how they are marked."""

import ast
import copy
import runpy
import symtable
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from instructor.notebooks import TODO_BLOCK, find_cell, grade_id, is_autograded, is_solution, points


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
        for name, texts in self.blocks.items():
            cell = find_cell(notebook, name)
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


def group_answers(answers: list[Answer], notebook: NotebookNode) -> list[list[Answer]]:
    """Share the answers among as few notebooks as may be, in which what each of them costs is still seen.

    Two answers stay apart if they change one cell or lose points in one, if what one of them spoils may be a cell that
    the other loses whole (it would not show), if one of them loses points in several, or if only one of them is right.
    """
    readers = tests_that_read(notebook)

    def may_spoil(answer: Answer) -> set[str]:
        return set(answer.loses).union(*(readers[name] for name in answer.blocks))

    def lost_whole(answer: Answer) -> set[str]:
        return {name for name, lost in answer.loses.items() if lost >= points(find_cell(notebook, name))}

    def stay_apart(one: Answer, other: Answer) -> bool:
        shared = one.blocks.keys() & other.blocks.keys() or one.loses.keys() & other.loses.keys()
        hidden = may_spoil(one) & lost_whole(other) or may_spoil(other) & lost_whole(one)
        kinds = {min(len(answer.loses), 2) for answer in (one, other)}
        return bool(shared or hidden) or kinds not in ({0}, {1})

    groups: list[list[Answer]] = []
    # Those that may spoil most find a place while there is room.
    for answer in sorted(answers, key=lambda answer: -len(may_spoil(answer))):
        free = (group for group in groups if not any(stay_apart(answer, other) for other in group))
        group = next(free, None)
        if group is None:
            groups.append([answer])
        else:
            group.append(answer)
    return groups


def tests_that_read(notebook: NotebookNode) -> dict[str, set[str]]:
    """Return, by solution cell, the test cells that read a name given by it, or by a cell that reads such a name."""
    cells = [(cell, *_given_and_read(cell.source)) for cell in notebook.cells if cell.cell_type == "code"]
    readers = {}
    for number, (solution, given, _) in enumerate(cells):
        if is_solution(solution):
            found, spoilt = set(), set(given)
            for cell, gives, reads in cells[number + 1 :]:
                if reads & spoilt:
                    spoilt |= gives
                    found |= {grade_id(cell)} if is_autograded(cell) else set()
                else:
                    spoilt -= gives
            readers[grade_id(solution)] = found
    return readers


def _given_and_read(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell gives to those behind it, and those that it takes from the ones before it.

    A method put into a class (`Model.forward = forward`) is known by its name alone.
    """
    top = symtable.symtable(source, "<cell>", "exec")
    tables = [top]
    for table in tables:
        tables += table.get_children()
    given = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    read = {
        symbol.get_name()
        for table in tables
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (table is top or symbol.is_global())
    }
    attributes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
    methods = {node.attr for node in attributes if isinstance(node.ctx, ast.Store) and _is_class(node.value)}
    called = {node.attr for node in attributes if isinstance(node.ctx, ast.Load)}
    return given | methods, read - given | called


def _is_class(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id[0].isupper()
