"""What a piece of code binds, and the dotted paths that it is made of."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from instructor.grading.review.cells import command_of
from instructor.grading.review.names import AS_SUCH, HARMLESS, MACHINERY, TESTED

# `x = x.a; x = x.b; ...` doubles what `x` may mean each time.
MAX_MEANINGS = 16
MAX_NAMES = 8
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def names_bound_by(node: ast.AST) -> dict[str, str]:
    """Return the names that a node gives a meaning to, each with the full name of what was imported."""
    match node:
        case ast.Name(name, ast.Store() | ast.Del()) | ast.FunctionDef(name) | ast.AsyncFunctionDef(name):
            return {name: ""}
        case ast.ClassDef(name) | ast.ExceptHandler(name=str(name)):
            return {name: ""}
        case ast.MatchAs(name=str(name)) | ast.MatchStar(str(name)) | ast.MatchMapping(rest=str(name)):
            return {name: ""}
        case ast.Global(names):
            return dict.fromkeys(names, "")
        case ast.Import(names):
            full = {alias.asname or alias.name.split(".")[0]: alias for alias in names}
            return {name: alias.name if alias.asname else name for name, alias in full.items()}
        case ast.ImportFrom(module, names):
            return {alias.asname or alias.name: f"{module}.{alias.name}" for alias in names}
    return {}


def is_naming(node: ast.AST) -> bool:
    """Tell whether a node is an assignment to plain names."""
    return isinstance(node, ast.Assign) and all(isinstance(target, ast.Name) for target in node.targets)


def modules_named_in(trees: Iterable[ast.Module]) -> dict[str, set[str]]:
    """Return the full names of what each name stands for: a module, a part of what tests are made of, an alias."""
    modules = {"np": {"numpy"}} | {name: {name} for name in ("builtins", "helpers", "os", "sys", "torch")}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name, full in names_bound_by(node).items():
                    if isinstance(node, ast.Import) or full.split(".")[0] in TESTED or is_machinery(full):
                        _add_meanings(modules, name, {full})
            elif is_naming(node) and (full := full_names(node.value, modules)):
                for target in node.targets:
                    _add_meanings(modules, target.id, full)
    return modules


def _add_meanings(modules: dict[str, set[str]], name: str, full: set[str]) -> None:
    meanings = modules.setdefault(name, set())
    meanings.update(sorted(full)[: MAX_MEANINGS - len(meanings)])


def _owner(node: ast.AST) -> ast.AST | None:
    """Return what an attribute is taken from; `getattr(x, "y")` is read as `x.y`."""
    match node:
        case ast.Attribute(owner) | ast.Call(ast.Name("getattr" | "hasattr"), [owner, _, *_]):
            return owner
    return None


def _steps(node: ast.AST) -> list[ast.AST]:
    """Return the nodes of a dotted path, from its last name to its first."""
    steps = [node]
    while owner := _owner(steps[-1]):
        steps.append(owner)
    return steps


def path_of(node: ast.AST) -> list[str]:
    """Return the names of a dotted path, with a question mark for what is no name."""
    names = []
    for step in reversed(_steps(node)):
        match step:
            case ast.Name(name) | ast.Attribute(_, name):
                names.append(name)
            case ast.Call(ast.Name("getattr" | "hasattr"), [_, ast.Constant(str(name)), *_]):
                names.append(name)
            case ast.Call(ast.Name(name)):
                names.append(f"{name}()")
            case _:
                names.append("?")
    return names


def is_of_a_call(node: ast.AST) -> bool:
    """Tell whether a dotted path begins at what a call gives, as in `type(x).name`."""
    first = _steps(node)[-1]
    return isinstance(node, ast.Attribute) and isinstance(first, ast.Call) and not isinstance(first.func, ast.Attribute)


def full_names(node: ast.AST, modules: dict[str, set[str]]) -> set[str]:
    first, *others = path_of(node)
    return {".".join([full, *others][:MAX_NAMES]) for full in modules.get(first, ())}


def is_machinery(full: str) -> bool:
    names = full.split(".")[:4]
    beginnings = {".".join(names[:count]) for count in range(1, len(names) + 1)}
    return bool(beginnings & MACHINERY) and not beginnings & HARMLESS and full not in AS_SUCH


@lru_cache(maxsize=1000)
def is_module_of_tests(full: str) -> bool:
    """Tell whether a dotted name is that of a module that tests are made of, without importing it."""
    top, *parts = full.split(".")
    if top not in TESTED:
        return False
    paths = [Path(place, *parts) for place in find_spec(top).submodule_search_locations]
    return any(path.is_dir() or path.with_suffix(".py").is_file() for path in paths)


def each_path_once(tree: ast.Module, modules: dict[str, set[str]]) -> Iterator[ast.AST]:
    """Walk the tree, with each dotted path and each IPython line as a whole.

    An object of the student's own may be given attributes, a name or a module be looked for, by what could do worse.
    """
    covered = set()
    for node in ast.walk(tree):
        if id(node) in covered:
            continue
        yield node
        match node:
            case ast.Call(ast.Name("setattr" | "delattr" | "vars") as function, [owner, *_]):
                if isinstance(_steps(owner)[-1], ast.Name) and not full_names(owner, modules):
                    covered.add(id(function))
            case ast.Compare(_, [ast.In() | ast.NotIn()], [ast.Call(ast.Name("globals" | "locals") as function)]):
                covered.add(id(function))
            case ast.Compare(_, [ast.In() | ast.NotIn()], [ast.Attribute(ast.Name("sys"), "modules") as found]):
                covered.update(map(id, _steps(found)))
            case ast.Subscript(ast.Attribute(ast.Name("os") as module, "environ") as variables, _, ast.Store()):
                covered.update(map(id, (module, variables)))
            case _:
                covered.update(map(id, ast.walk(node) if command_of(node) else _steps(node)))


def outside_functions(tree: ast.Module) -> Iterator[ast.AST]:
    """Walk what binds the names that tests read: the cell outside functions and classes, and each `global`."""
    waiting: list[ast.AST] = [tree]
    for node in waiting:
        yield node
        if not isinstance(node, DEFINITIONS):
            waiting += ast.iter_child_nodes(node)
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Global))
