"""Read a student's functions as syntax trees, to check that what must be written by hand is written by hand."""

from __future__ import annotations

import ast
import inspect
import sys
import types
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial, partialmethod
from itertools import islice

# A plain entry forbids a dotted name and all that it holds; ".x" forbids the attribute or keyword x of anything;
# ".getattr()", an attribute whose name is computed.
NO_AUTODIFF = (
    "torch.nn",
    "torch._C._nn",
    "torch.autograd",
    "torch.optim",
    "torch.func",
    "torch._functorch",
    "functorch",
    "torch.distributions",
    ".backward",
    ".requires_grad",
    ".requires_grad_",
    ".getattr()",
)
MOST_HELD = 1000  # elements of a container that are looked at
_HARMLESS = ("no_grad", "inference_mode")  # defined in torch.autograd, but they only switch it off


def forbidden_uses(
    *subjects: object, forbidden: Iterable[str] = NO_AUTODIFF, already_checked: Iterable[object] = ()
) -> list[str]:
    """Return the forbidden names that functions or classes use, in their own code or in helpers that they call.

    Aliases are resolved, whether imported in the function or elsewhere in the notebook (`import torch.nn as nn`,
    `from torch.nn import functional as F`), and so are names given as strings (`getattr(torch, "nn")`), layers, and
    what lists, dictionaries and partial functions hold.

    Parameters
    ----------
    subjects
        Functions or classes defined in the notebook.
    forbidden
        Dotted names (``"torch.nn"``: itself and all that it holds) or attributes (``".softmax"``: of anything).
    already_checked
        Functions or classes of the notebook that have their own check: calls to them are not followed.

    Returns
    -------
    Sorted names, such as ``["torch.nn.functional.softmax"]``; empty when all is written by hand. The first name of a
    chain is ``"?"`` where the function makes or receives it.

    Raises
    ------
    AssertionError
        The source of a function cannot be found.
    """
    forbidden = tuple(forbidden)
    modules = tuple(entry for entry in forbidden if not entry.startswith("."))
    seen = {id(subject) for subject in already_checked}
    waiting, names = list(subjects), set()
    while waiting:
        subject = waiting.pop()
        if id(subject) in seen:
            continue
        seen.add(id(subject))
        if _matches(_name_of(subject), modules):
            names.add(_name_of(subject))
            continue
        parts = _parts_of_class(subject) if isinstance(subject, type) else _names_used(_as_function(subject))
        for name, value in parts:
            if beside := next((v for v in (value, type(value)) if _is_defined_beside(v, subject)), None):
                waiting.append(beside)
            elif _matches(name, forbidden):
                names.add(name)
    return sorted(name for name in names if not any(other.startswith(f"{name}.") for other in names))


def assert_by_hand(
    *subjects: object, forbidden: Iterable[str] = NO_AUTODIFF, already_checked: Iterable[object] = ()
) -> None:
    """Raise an AssertionError that says, in French, which forbidden names are used; see `forbidden_uses`."""
    names = forbidden_uses(*subjects, forbidden=forbidden, already_checked=already_checked)
    if names:
        who = ", ".join(getattr(subject, "__name__", str(subject)) for subject in subjects)
        used = ", ".join(name.removeprefix("?.") for name in names)
        raise AssertionError(
            f"{who} : votre code utilise {used}, alors que cet exercice demande de tout écrire à la main. Remplacez "
            "cet appel par des opérations élémentaires sur les tenseurs (exp, log, sum, max, @…)."
        )


def _as_function(subject: object) -> types.FunctionType:
    is_made = getattr(subject, "__module__", None) in sys.stdlib_module_names  # such as what partialmethod makes
    if is_made or not isinstance(subject, types.FunctionType):
        raise AssertionError(f"{subject!r} : définissez cette fonction avec « def », son code doit pouvoir être lu.")
    return subject


def _parts_of_class(cls: type) -> Iterator[tuple[str, object]]:
    """Yield what a class is made of, with its name: bases, methods, what other attributes hold."""
    yield from ((_name_of(base), base) for base in cls.__bases__ if base is not object)
    for member in vars(cls).values():
        held = _held_by(getattr(member, "__func__", getattr(member, "fget", member)), cls)
        yield from ((_name_of(value), value) for value in held)


def _is_defined_beside(value: object, subject: object) -> bool:
    """Tell whether a value is a function or class of the subject's own notebook, whose code can be read too."""
    return isinstance(value, types.FunctionType | type) and value.__module__ == subject.__module__


def _names_used(function: types.FunctionType) -> Iterator[tuple[str, object]]:
    """Yield each name that a function uses, dotted and resolved, with its value where it is a plain global."""
    tree = _parse(function)
    local = _local_names(tree, function)
    scope = _scope_of(function)
    if hasattr(function, "__wrapped__"):
        yield _name_of(function.__wrapped__), function.__wrapped__
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in local:
            held = _held_by(scope[node.id], function) if node.id in scope else ()
            yield from ((_name_of(value), value) for value in held)
        elif isinstance(node, ast.Name | ast.Attribute):
            yield _dotted(node, local, function), None
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((name, None) for name in _imported(node).values())
        elif isinstance(node, ast.Call):
            yield from ((f"?.{keyword.arg}", None) for keyword in node.keywords)
            yield from ((name, None) for name in _name_given_as_string(node, local, function))


def _name_given_as_string(call: ast.Call, local: dict[str, str], function: types.FunctionType) -> Iterator[str]:
    """Yield the name in `getattr(torch, "nn")` or `import_module("torch.nn")`; ``"?.getattr()"`` if it is computed."""
    called, strings = _dotted(call.func, local, function), [a.value for a in call.args if isinstance(a, ast.Constant)]
    if called.endswith(("getattr", "attrgetter", "methodcaller")):
        owner = _dotted(call.args[0], local, function) if called.endswith("getattr") and call.args else "?"
        yield f"{owner}.{strings[0]}" if strings else "?.getattr()"
    elif called.endswith(("import_module", "__import__")) and strings:
        yield str(strings[0])


def _scope_of(function: types.FunctionType) -> Mapping[str, object]:
    """Return the values of the names that a function does not define: those it was made with, and the notebook's."""
    made_with = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # nothing in it yet
            made_with[name] = cell.cell_contents
    return ChainMap(made_with, function.__globals__)


def _held_by(value: object, subject: object, depth: int = 3) -> Iterator[object]:
    """Yield the value, or what a container, a partial function or an object of the notebook's own classes holds."""
    if isinstance(value, partial | partialmethod):
        yield from _held_by(value.func, subject, depth)
    elif isinstance(value, dict | list | tuple | set):
        held = value.values() if isinstance(value, dict) else value
        for element in islice(held, MOST_HELD if depth else 0):
            yield from _held_by(element, subject, depth - 1)
    else:
        yield value
        if _is_defined_beside(type(value), subject):
            yield from _held_by(getattr(value, "__dict__", {}), subject, depth)


def _parse(function: types.FunctionType) -> ast.AST:
    try:
        source = inspect.getsource(function.__code__)
    except (OSError, TypeError) as error:
        raise AssertionError(
            f"{function.__name__} : le code de cette fonction est introuvable. Exécutez de nouveau la cellule qui "
            "la définit."
        ) from error
    # A method's source is indented: `if True:` gives it a parent, whatever its multi-line strings look like.
    return ast.parse(f"if True:\n{source}" if source[0].isspace() else source)


def _local_names(tree: ast.AST, function: types.FunctionType) -> dict[str, str]:
    """Return what the function's own names stand for: an imported or assigned name, or ``"?"``."""
    local = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            local[node.arg] = "?"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            local.setdefault(node.id, "?")
        elif isinstance(node, ast.Import | ast.ImportFrom):
            local |= _imported(node, top_level=True)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name | ast.Attribute):
            value = _dotted(node.value, local, function)
            local |= {target.id: value for target in node.targets if isinstance(target, ast.Name)}
    return local


def _imported(node: ast.Import | ast.ImportFrom, *, top_level: bool = False) -> dict[str, str]:
    """Return the names that an import binds, with what each stands for (`import a.b` binds `a` at top level)."""
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    bound = {alias.asname or alias.name: alias.name for alias in node.names}
    return {n.split(".")[0]: (v if n != v else v.split(".")[0]) for n, v in bound.items()} if top_level else bound


def _dotted(node: ast.AST, local: dict[str, str], function: types.FunctionType) -> str:
    """Return the dotted name of a chain of attributes, its first name resolved; ``"?"`` for any other expression."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, local, function)}.{node.attr}"
    if not isinstance(node, ast.Name):
        return "?"
    if node.id in local:
        return local[node.id]
    scope = _scope_of(function)
    return _name_of(scope[node.id]) if node.id in scope else node.id


def _name_of(value: object) -> str:
    """Return the name that a module, function or class has where it is defined; of another value, of its class."""
    if isinstance(value, types.ModuleType):
        return value.__name__
    value = value if hasattr(value, "__name__") else type(value)
    return f"{getattr(value, '__module__', None) or '?'}.{value.__name__}"


def _matches(name: str, forbidden: tuple[str, ...]) -> bool:
    attributes = name.split(".")[1:]
    if attributes and attributes[-1] in _HARMLESS:
        return False
    attributes += [attribute.strip("_") for attribute in attributes]  # torch._softmax
    return any(
        entry[1:] in attributes if entry.startswith(".") else f"{name}.".startswith(f"{entry}.") for entry in forbidden
    )
