"""Point a teacher at code that reaches for the machinery under the tests, whatever mark it got."""

from __future__ import annotations

import ast
import re

from nbformat import NotebookNode

from instructor.notebooks import is_autograded

MODULES = {"IPython", "builtins", "ctypes", "gc", "inspect", "ipykernel", "signal", "socket", "subprocess", "sys", "os"}
# What tests are made of, imported from its package: `from numpy import testing`.
SUBMODULES = {"testing", "functional", "linalg", "random", "probe"}
HARMLESS = {("os", "path"), ("os", "listdir"), ("os", "makedirs"), ("sys", "version"), ("sys", "version_info")}
NAMES = {"get_ipython", "__builtins__", "__import__", "eval", "exec", "globals", "vars", "setattr", "delattr"}
NAMES |= {"probe", "probe_rng", "In", "_ih", "_i", "_ii", "_iii", "_oh"}
WORDS = ("COURSE_SEED", "NBGRADER", "vnd.course", "helpers.probe", "__eq__", "__class__", "__dict__", "sys.modules")


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
        tree = ast.parse(re.sub(r"^[ \t]*[%!].*$", "", code, flags=re.M))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return found
    modules = {
        (alias.asname or alias.name).split(".")[0]: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    modules |= {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in SUBMODULES
    }
    for node in ast.walk(tree):
        if reason := _reason(node, modules):
            found.append((node.lineno, reason))
    return found


def _reason(node: ast.AST, modules: dict[str, str]) -> str | None:
    """Say what is suspicious in a node; `modules` gives the full name of each module by the name it is used by."""
    if isinstance(node, ast.Name) and node.id in NAMES:
        return f"uses {node.id}"
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        path = _path(node)
        if path[0] in modules.keys() | {"np", "torch"} and path[:2] != ["torch", "backends"]:
            return f"replaces {'.'.join(path)}"
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module = modules.get(node.value.id, node.value.id).split(".")[0]
        if module in MODULES and (module, node.attr) not in HARMLESS:
            return f"uses {module}.{node.attr}"
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in MODULES:
        return f"imports from {node.module}"
    return None


def _path(node: ast.AST) -> list[str]:
    """Return the names of a dotted path; the first is empty if something else than a name begins it."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id if isinstance(node, ast.Name) else "", *reversed(names)]
