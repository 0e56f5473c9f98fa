"""Names that a student's cells and the lab's own both take, and what gives each its own back."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from functools import lru_cache
from keyword import iskeyword
from symtable import symtable

from nbformat import NotebookNode

from helpers.by_hand import parse_cell
from instructor.notebooks import grade_id, is_solution

# Python's own names, without those that a shell or its start adds, such as `exit`.
BUILT_IN = {
    name
    for name, value in vars(builtins).items()
    if not name.startswith("_") and not iskeyword(name) and type(value).__module__ == "builtins"
}


def shared_names(repaired: NotebookNode, source: NotebookNode) -> tuple[list[str], dict[str, set[str]]]:
    """Return what gives the lab its names back, and the student.

    First, code: the meaning of Python's own names, such as `sum`, and of what the lab's cells import, define or set to
    a constant for others, where a student's cell took them for something else. Then, by the id of a given cell of the
    lab, the student's own names that it binds for itself alone: an answer may call a helper `place`, which a figure
    then takes for a row of numbers, and neither is at fault. What a later cell of the lab reads, such as a model, stays
    the lab's.
    """
    known = {cell.id: cell for cell in source.cells}
    written = [
        cell.source
        for cell in repaired.cells
        if cell.cell_type == "code" and (cell.id not in known or is_solution(known[cell.id]))
    ]
    taken = set().union(*map(bound_names, written))
    overwritten = _overwritten(taken, source)
    return _restored(taken, source, overwritten), overwritten


def _restored(taken: set[str], source: NotebookNode, overwritten: dict[str, set[str]]) -> list[str]:
    native = {name for cell in source.cells if cell.cell_type == "code" for name in bound_names(cell.source)}
    if "*" in taken - native:  # `from numpy import *` takes nobody knows which
        taken = taken | native | BUILT_IN
    pythons = sorted((taken - native) & BUILT_IN)
    code = [f"from builtins import {', '.join(pythons)}"] if pythons else []
    for cell in source.cells:
        if cell.cell_type == "code" and not grade_id(cell):
            for node in parse_cell(cell.source)[0].body:
                if _binds_at_no_cost(node) and taken & names_bound_by(node) - overwritten.get(cell.id, set()):
                    code.append(ast.unparse(node))
    return code


def _overwritten(taken: set[str], source: NotebookNode) -> dict[str, set[str]]:
    private = taken - {name for cell in source.cells if is_solution(cell) for name in bound_names(cell.source)}
    found: dict[str, set[str]] = {}
    read: set[str] = set()
    for cell in reversed(source.cells if private else []):
        if cell.cell_type == "code" and not is_solution(cell):
            here, bound = read_names(cell.source), set() if grade_id(cell) else bound_names(cell.source)
            # A function of the cell that is called later reads its names then.
            if mine := private & bound - (read | here if bound & read else read):
                found[cell.id] = mine
            read |= here
    return found


def _binds_at_no_cost(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)


# A lab's own cells are asked for again with each hand-in, and IPython is slow to read one.
@lru_cache(maxsize=512)
def bound_names(source: str) -> frozenset[str]:
    """Return the names that a cell binds."""
    tree, _ = parse_cell(source)
    return frozenset().union(*map(names_bound_by, tree.body))


@lru_cache(maxsize=512)
def read_names(source: str) -> frozenset[str]:
    """Return the names that a cell reads before one of its statements binds them, or when its functions are called."""
    tree, _ = parse_cell(source)
    read, bound = set(), set()
    for node in tree.body:
        names = names_bound_by(node)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            read |= _referenced(node)
        elif isinstance(node, ast.Assign | ast.AugAssign):  # `x = f(x)` and `x += 1` read what a loop over x does not
            read |= (_referenced(node) | (names if isinstance(node, ast.AugAssign) else set())) - bound
        else:
            read |= _referenced(node) - bound - names
        bound |= names
    return frozenset(read)


def _referenced(node: ast.stmt) -> set[str]:
    """Return the globals that a statement reads, in its functions and comprehensions too."""
    module = symtable(ast.unparse(node), "cell", "exec")
    tables, read = module.get_children(), {one.get_name() for one in module.get_symbols() if one.is_referenced()}
    while tables:
        table = tables.pop()
        read |= {one.get_name() for one in table.get_symbols() if one.is_referenced() and one.is_global()}
        tables += table.get_children()
    return read


def names_bound_by(node: ast.AST) -> set[str]:
    """Return the names that a statement binds in its own scope, nested blocks included."""
    return set(_bindings(node))


def _bindings(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    for child in ast.iter_child_nodes(node):
        yield from _bindings(child)
