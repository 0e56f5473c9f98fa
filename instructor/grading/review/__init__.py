"""Point a teacher at code that reaches for the machinery under the tests, whatever mark it got.

A flag for a person to look at, not a wall: whoever builds names out of pieces passes unseen. What no habit explains
tells of an attempt; what could do harm, and is written every day without any, is only mentioned.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import chain

from nbformat import NotebookNode

from instructor.grading.review.cells import Finding, command_of, is_harmless, read_cells
from instructor.grading.review.names import (
    ARRAYS,
    ASKED_OF_SHELL,
    ATTRIBUTES,
    COMFORT,
    HELD,
    LOOKED_UP,
    NAMES,
    NUMBERED,
    SETTINGS,
    TELLING,
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
OF_MACHINERY = ("of get_ipython()", "of type()")
NUMBERED_INPUT = re.compile(r"_i\d+")
# What is shown of a statement.
MAX_LINES = 20
MAX_LINE = 200


def suspicious(handin: NotebookNode, source: NotebookNode) -> tuple[list[str], list[str]]:
    """Return what in the student's code tells of an attempt, and what else touches IPython, modules or the grading.

    One line each. What the lab's own cells do is not held against the student.
    """
    protected, given, known = _of_lab(tuple(_kinds(source)))
    written = [cell.source for cell in handin.cells if cell.cell_type == "code" and not is_autograded(cell)]
    telling: dict[str, None] = {}
    mentioned: dict[str, None] = {}
    for reason, text in _find(written, protected, known):
        kept = telling if is_telling(reason) else mentioned
        if (reason, text) not in given and len(kept) < MAX_FOUND:
            kept[f"{reason[:120]}: {text[:120]}"] = None
    return list(telling), list(mentioned)


def is_telling(reason: str) -> bool:
    """Tell whether nothing but an attempt explains what was found; a reason is a verb, and what it is about."""
    verb, _, about = reason.partition(" ")
    if verb == "replaces":
        return about.endswith(OF_MACHINERY) or (about.split(".")[0] in TESTED and about not in COMFORT)
    names = about.split(".")
    beginnings = {".".join(names[:count]) for count in range(1, len(names) + 1)}
    return (
        verb == "derives"
        or about.startswith(("get_ipython().", "too "))
        or bool(TELLING & (beginnings | set(names)))
        or (verb == "runs" and any(word in about for word in WORDS))
        or any(NUMBERED_INPUT.fullmatch(name) for name in names)
    )


def _kinds(source: NotebookNode) -> Iterator[tuple[str, str]]:
    for cell in source.cells:
        if cell.cell_type == "code":
            yield "test" if is_autograded(cell) else "answer" if is_solution(cell) else "given", cell.source


@lru_cache(maxsize=16)
def _of_lab(cells: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], set[Finding], Collection[str]]:
    """Return what tests use and no student has to write, with the full name of what is imported; what the lab does.

    Also the texts of its cells. What a test defines for itself is its own, whatever a student gives the same name.
    """
    tests, answers, given = ([text for kind, text in cells if kind == one] for one in ("test", "answer", "given"))
    used = {node.id for tree, *_ in read_cells(tests)[0] for node in ast.walk(tree) if isinstance(node, ast.Name)}
    bound = dict.fromkeys(dir(builtins), "") | _definitions(given)
    protected = {name: bound[name] for name in used & bound.keys() - _definitions(answers).keys()}
    known = dict.fromkeys(without_hidden_tests(text) for _, text in cells)
    return protected, set(_find(known, protected)), known


def _definitions(cells: Iterable[str]) -> dict[str, str]:
    """Return what cells import, with its full name, and the functions and classes that they define."""
    nodes = [node for tree, *_ in read_cells(cells)[0] for node in tree.body]
    kept = [node for node in nodes if isinstance(node, (*DEFINITIONS, ast.Import, ast.ImportFrom))]
    return {name: full for node in kept for name, full in names_bound_by(node).items()}


def _find(cells: Iterable[str], protected: dict[str, str], known: Collection[str] = frozenset()) -> Iterator[Finding]:
    """Give what is suspicious, and the text of the lines where it stands; what is known is only read for its names."""
    pieces, unread = read_cells(cells)
    yield from unread
    modules = modules_named_in(tree for tree, *_ in pieces)
    for tree, lines, code in pieces:
        if code in known:
            continue
        named = {id(node.value) for node in ast.walk(tree) if is_naming(node)}
        reasons = chain(
            ((node, _reasons(node, modules, id(node) in named)) for node in each_path_once(tree, modules)),
            ((node, _redefinitions(node, protected)) for node in outside_functions(tree)),
        )
        for node, found in reasons:
            if reason := max(found, key=is_telling, default=None):  # the first of those that say most
                shown = lines[node.lineno - 1 : min(node.end_lineno, node.lineno + MAX_LINES)]
                yield reason, " ".join(" ".join(line[:MAX_LINE] for line in shown).split())


def _redefinitions(node: ast.AST, protected: dict[str, str]) -> Iterator[str]:
    for name, full in names_bound_by(node).items():
        if name in protected and (not full or full != protected[name]):
            yield f"redefines {name}, which tests use"


def _reasons(node: ast.AST, modules: dict[str, set[str]], is_named: bool) -> Iterator[str]:
    """Say what is suspicious in a node.

    `modules` gives the full names of each module by the name it is used by; `is_named`, whether the node only gets
    another name, under which it is followed.
    """
    if command := command_of(node):
        if not is_harmless(command):
            yield f"runs {command[0]}{' '.join(command[1:])}"
        return
    match node:
        case ast.ImportFrom(_, names):
            for alias, full in zip(names, names_bound_by(node).values(), strict=True):
                if is_machinery(full) or alias.name.strip("_") in HELD:
                    yield f"imports {full}"
        case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name) if name in NAMES | ATTRIBUTES:
            yield f"defines {name}"
        case ast.Constant(str() | bytes() as text):
            text = text if isinstance(text, str) else text.decode("latin-1")
            found = [word for word in WORDS if word in text] + sorted(ATTRIBUTES & set(text.split(".")))
            yield from (f"names {word}" for word in found)
        case ast.ClassDef(bases=bases):
            yield from (f"derives from {full}" for base in bases for full in sorted(ARRAYS & full_names(base, modules)))
        case ast.Call():
            yield from _reasons_of_call(node, modules)
        case ast.MatchClass(kwd_attrs=names):
            yield from (f"uses {name}" for name in sorted(ATTRIBUTES & set(names)))
    yield from _reasons_of_path(node, modules, is_named)


def _reasons_of_call(node: ast.Call, modules: dict[str, set[str]]) -> Iterator[str]:
    yield from (f"calls with {option.arg}" for option in node.keywords if _is_trusting(option))
    match node:
        case ast.Call(ast.Name("getattr"), [owner, name, *_]) if not isinstance(name, ast.Constant):
            if any(is_module_of_tests(full) for full in full_names(owner, modules) - LOOKED_UP):
                yield "computes a name"
        case ast.Call(ast.Name("setattr" | "delattr"), [owner, name, *_]):
            part = name.value if isinstance(name, ast.Constant) else "?"
            yield from (f"replaces {full}.{part}" for full in full_names(owner, modules) if is_module_of_tests(full))


def _is_trusting(option: ast.keyword) -> bool:
    return option.arg in TRUSTING and not (isinstance(option.value, ast.Constant) and option.value.value is False)


def _reasons_of_path(node: ast.AST, modules: dict[str, set[str]], is_named: bool) -> Iterator[str]:
    names = path_of(node)
    stored = not isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    if stored and is_of_a_call(node):
        yield f"replaces a part of {names[0]}"
    if names[0] == "get_ipython()" and len(names) > 1 and names[1] not in ASKED_OF_SHELL:
        yield f"uses {names[0]}.{names[1]}"
    if names[0] in NAMES or NUMBERED.fullmatch(names[0]):
        yield f"uses {names[0]}"
    for name in names:
        # An object may be asked for its class, and printed by it, but not given another.
        if (name in ATTRIBUTES and (stored or name != "__class__")) or (
            name is not names[0] and name.strip("_") in HELD
        ):
            yield f"uses {name}"
    for full in full_names(node, modules):
        if is_machinery(full):
            yield f"uses {full}"
        if stored and (full in TESTED or len(names) > 1) and not full.startswith(SETTINGS):
            yield f"replaces {full}"
        if is_module_of_tests(full) and not (stored or is_named):
            yield f"hands over {full}"
