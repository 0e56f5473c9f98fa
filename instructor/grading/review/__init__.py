"""Point a teacher at code that reaches for the machinery under the tests, whatever mark it got.

A flag for a person to look at, not a wall: whoever builds names out of pieces passes unseen.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice

from nbformat import NotebookNode

from instructor.grading.review.cells import Finding, command_of, is_harmless, read_cells
from instructor.grading.review.names import (
    ARRAYS,
    ATTRIBUTES,
    HELD,
    LOOKED_UP,
    NAMES,
    NUMBERED,
    SETTINGS,
    TESTED,
    TRUSTING,
    WORDS,
)
from instructor.grading.review.trees import (
    DEFINITIONS,
    each_path_once,
    full_names,
    is_machinery,
    is_module_of_tests,
    is_naming,
    is_of_a_call,
    modules_named_in,
    names_bound_by,
    outside_functions,
    path_of,
)
from instructor.notebooks import is_autograded, is_solution, without_hidden_tests

MAX_FOUND = 100
# What is shown of a statement.
MAX_LINES = 20
MAX_LINE = 200


def suspicious(handin: NotebookNode, source: NotebookNode) -> list[str]:
    """Return what in the student's code touches IPython, `builtins`, imported modules or the grading, one line each.

    What the lab's own cells do is not held against the student.
    """
    protected, given = _of_lab(tuple(_kinds(source)))
    written = [cell.source for cell in handin.cells if cell.cell_type == "code" and not is_autograded(cell)]
    found = (finding for finding in _find(written, protected) if finding not in given)
    return list(islice(_each_once(f"{reason[:120]}: {text[:120]}" for reason, text in found), MAX_FOUND))


def _each_once(texts: Iterable[str]) -> Iterator[str]:
    seen = set()
    for text in texts:
        if text not in seen:
            seen.add(text)
            yield text


def _kinds(source: NotebookNode) -> Iterator[tuple[str, str]]:
    for cell in source.cells:
        if cell.cell_type == "code":
            yield "test" if is_autograded(cell) else "answer" if is_solution(cell) else "given", cell.source


@lru_cache(maxsize=16)
def _of_lab(cells: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], set[Finding]]:
    """Return what tests use and no student has to write, with the full name of what is imported; what the lab does.

    What a test defines for itself is its own, whatever a student gives the same name.
    """
    tests, answers, given = ([text for kind, text in cells if kind == one] for one in ("test", "answer", "given"))
    used = {node.id for tree, _ in read_cells(tests)[0] for node in ast.walk(tree) if isinstance(node, ast.Name)}
    bound = dict.fromkeys(dir(builtins), "") | _definitions(given)
    protected = {name: bound[name] for name in used & bound.keys() - _definitions(answers).keys()}
    return protected, set(_find((without_hidden_tests(text) for _, text in cells), protected))


def _definitions(cells: Iterable[str]) -> dict[str, str]:
    """Return what cells import, with its full name, and the functions and classes that they define."""
    nodes = [node for tree, _ in read_cells(cells)[0] for node in tree.body]
    kept = [node for node in nodes if isinstance(node, (*DEFINITIONS, ast.Import, ast.ImportFrom))]
    return {name: full for node in kept for name, full in names_bound_by(node).items()}


def _find(cells: Iterable[str], protected: dict[str, str]) -> Iterator[Finding]:
    """Give what is suspicious, and the text of the lines where it stands."""
    pieces, unread = read_cells(cells)
    yield from unread
    modules = modules_named_in(tree for tree, _ in pieces)
    for tree, lines in pieces:
        named = {id(node.value) for node in ast.walk(tree) if is_naming(node)}
        reasons = chain(
            ((node, _reason(node, modules, id(node) in named)) for node in each_path_once(tree, modules)),
            ((node, _redefinition(node, protected)) for node in outside_functions(tree)),
        )
        for node, reason in reasons:
            if reason:
                shown = lines[node.lineno - 1 : min(node.end_lineno, node.lineno + MAX_LINES)]
                yield reason, " ".join(" ".join(line[:MAX_LINE] for line in shown).split())


def _redefinition(node: ast.AST, protected: dict[str, str]) -> str | None:
    for name, full in names_bound_by(node).items():
        if name in protected and (not full or full != protected[name]):
            return f"redefines {name}, which tests use"
    return None


def _reason(node: ast.AST, modules: dict[str, set[str]], is_named: bool) -> str | None:
    """Say what is suspicious in a node.

    `modules` gives the full names of each module by the name it is used by; `is_named`, whether the node only gets
    another name, under which it is followed.
    """
    if command := command_of(node):
        return None if is_harmless(command) else f"runs {command[0]}{' '.join(command[1:])}"
    match node:
        case ast.ImportFrom(_, names):
            for alias, full in zip(names, names_bound_by(node).values(), strict=True):
                if is_machinery(full) or alias.name.strip("_") in HELD:
                    return f"imports {full}"
        case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name) if name in NAMES | ATTRIBUTES:
            return f"defines {name}"
        case ast.Constant(str() | bytes() as text):
            text = text if isinstance(text, str) else text.decode("latin-1")
            if found := [word for word in WORDS if word in text] + sorted(ATTRIBUTES & set(text.split("."))):
                return f"names {found[0]}"
        case ast.Call(_, _, keywords) if found := [option.arg for option in keywords if _is_trusting(option)]:
            return f"calls with {found[0]}"
        case ast.ClassDef(bases=bases) if found := ARRAYS & {
            full for base in bases for full in full_names(base, modules)
        }:
            return f"derives from {min(found)}"
        case ast.Call(ast.Name("getattr"), [owner, name, *_]) if not isinstance(name, ast.Constant):
            if any(is_module_of_tests(full) for full in full_names(owner, modules) - LOOKED_UP):
                return "computes a name"
        case ast.MatchClass(kwd_attrs=names) if found := sorted(ATTRIBUTES & set(names)):
            return f"uses {found[0]}"
    return _reason_of_path(node, modules, is_named)


def _is_trusting(option: ast.keyword) -> bool:
    return option.arg in TRUSTING and not (isinstance(option.value, ast.Constant) and option.value.value is False)


def _reason_of_path(node: ast.AST, modules: dict[str, set[str]], is_named: bool) -> str | None:
    names = path_of(node)
    stored = not isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    if stored and is_of_a_call(node):
        return "replaces a part of what a call gives"
    if names[0] in NAMES or NUMBERED.fullmatch(names[0]):
        return f"uses {names[0]}"
    for name in names:
        # An object may be asked for its class, and printed by it, but not given another.
        if (name in ATTRIBUTES and (stored or name != "__class__")) or (
            name is not names[0] and name.strip("_") in HELD
        ):
            return f"uses {name}"
    for full in full_names(node, modules):
        if is_machinery(full):
            return f"uses {full}"
        if stored and (full in TESTED or len(names) > 1) and not full.startswith(SETTINGS):
            return f"replaces {full}"
        if is_module_of_tests(full) and not (stored or is_named):
            return f"hands over {full}"
    return None
