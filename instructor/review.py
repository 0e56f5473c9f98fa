"""Point a teacher at code that reaches for the machinery under the tests, whatever mark it got."""

from __future__ import annotations

import ast
import re

from nbformat import NotebookNode

from instructor.notebooks import is_autograded

MODULES = {"IPython", "builtins", "ctypes", "gc", "inspect", "ipykernel", "signal", "socket", "subprocess", "sys", "os"}
HARMLESS = {("os", "path"), ("os", "listdir"), ("os", "makedirs"), ("sys", "version"), ("sys", "version_info")}
NAMES = {"get_ipython", "__builtins__", "__import__", "eval", "exec", "globals", "setattr", "probe", "probe_rng"}
WORDS = ("COURSE_SEED", "NBGRADER", "helpers.probe", "__eq__", "__class__", "_ih", "sys.modules")


def suspicious(handin: NotebookNode, source: NotebookNode) -> list[str]:
    """Return what in the student's code touches IPython, `builtins`, imported modules or the grading, one line each.

    What the lab's own cells do is not held against the student.
    """
    given = {line.strip() for cell in source.cells for line in cell.source.splitlines()}
    found = []
    for cell in handin.cells:
        if cell.cell_type != "code" or is_autograded(cell):
            continue
        for number, reason in _find(cell.source):
            line = cell.source.splitlines()[number - 1].strip()
            if line not in given:
                found.append(f"{reason}: {line[:120]}")
    return list(dict.fromkeys(found))


def _find(code: str) -> list[tuple[int, str]]:
    found = [
        (number, "names the grading or the machinery under Python")
        for number, line in enumerate(code.splitlines(), start=1)
        if any(word in line for word in WORDS)
    ]
    try:
        tree = ast.parse(re.sub(r"^\s*[%!].*$", "", code, flags=re.M))
    except (SyntaxError, ValueError, RecursionError):
        return found
    modules = {
        alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    for node in ast.walk(tree):
        if reason := _reason(node, modules):
            found.append((node.lineno, reason))
    return found


def _reason(node: ast.AST, modules: set[str]) -> str | None:
    if isinstance(node, ast.Name) and node.id in NAMES:
        return f"uses {node.id}"
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        if isinstance(node.ctx, ast.Store) and node.value.id in modules | {"np", "torch"}:
            return f"replaces {node.value.id}.{node.attr}"
        if node.value.id in MODULES and (node.value.id, node.attr) not in HARMLESS:
            return f"uses {node.value.id}.{node.attr}"
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
        return f"imports from {node.module}"
    return None
