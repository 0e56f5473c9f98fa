"""Read, in the source of a notebook, what an answer calls that its question asks to write by hand.

The grader goes by what ran while it judged (`helpers.recording`); what is read here says which line it was, tells what
no recording can see, and in the notebook reminds a student in time. Nothing here looks at how code is written: a class,
a partial function, a decorator or a method of any name is read through, and what cannot be read is no evidence.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager

# What "by hand" excludes unless a criterion says otherwise. A dotted entry stands for all that it holds, "autograd" for
# every way of letting PyTorch compute a derivative, another word for the operators whose names begin with it.
BY_HAND = ("autograd", "torch.nn", "torch.optim", "torch.distributions")
AUTOGRAD = ("torch.autograd", "torch.func", "functorch", "torch._functorch")
ELSEWHERE = ("scipy.special", "sklearn", "jax", "tensorflow", "keras", "autograd")  # where no recording sees it run
HARMLESS = {"no_grad", "enable_grad", "inference_mode", "set_grad_enabled", "Parameter", "set_detect_anomaly"}
# What could run beside a recording, or be made to: a person looks at the line.
DOUBTFUL = {
    "threading",
    "concurrent",
    "multiprocessing",
    "subprocess",
    "ctypes",
    "_thread",
    "torch.jit",
    "torch.compile",
}
DOUBTFUL |= {
    "torch._C",
    "torch._dynamo",
    "torch.overrides",
    "torch.utils._python_dispatch",
    "torch.utils.cpp_extension",
}
DOUBTFUL |= {
    "helpers.recording",
    "helpers.criterion",
    "sys.modules",
    "builtins",
    "eval",
    "exec",
    "compile",
    "__import__",
}
DOUBTFUL |= {"importlib", "gc.get_objects", "sys._getframe", "inspect.currentframe", "inspect.stack"}
TRANSFORMED = re.compile(r"[%!?]|\s[,;/]")
MAX_LENGTH, MAX_WORK = 100_000, 400_000
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Use:
    """A forbidden or doubtful name, and the line that calls it."""

    name: str
    line: str
    certain: bool


def is_forbidden(name: str, forbidden: Iterable[str]) -> bool:
    """Tell whether what ran, or a dotted name, is among what an answer must do without."""
    last = name.rpartition(".")[2]
    if last in HARMLESS:
        return False
    for entry in forbidden:
        if entry == "autograd":
            found = name == "autograd" or _is_in(name, AUTOGRAD)
        elif "." in entry:
            found = _is_in(name, [entry])
        else:
            found = last.strip("_").startswith(entry)
        if found:
            return True
    return False


def find_uses(
    answer: Sequence[str], others: Sequence[str] = (), forbidden: Collection[str] = BY_HAND, stop: Collection[str] = ()
) -> list[Use]:
    """Return what the cells of an answer call, themselves or through what the notebook defines for them.

    Parameters
    ----------
    answer, others
        Sources of the cells that answer the question, and of the student's other cells.
    forbidden
        What must be done without (`is_forbidden`).
    stop
        Names that other questions define, which are judged there.
    """
    notebook = _Notebook([*others, *answer])
    uses: dict[tuple[str, str], Use] = {}
    seen: set[int] = set()
    waiting: list[tuple[ast.AST, list[str]]] = [
        (node, lines) for tree, lines in map(parse_cell, answer) for node in tree.body
    ]
    while waiting:
        node, lines = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        for name, at, is_called in _names_in(node, notebook):
            root = name.partition(".")[0]  # empty for what the function itself names
            if root not in stop:
                waiting += notebook.definitions.get(root, ())
            is_of_library = root in notebook.packages
            if not is_of_library and (root in notebook.defined or name.rpartition(".")[2] in notebook.defined):
                continue
            found = is_forbidden(name, forbidden) or ("autograd" in forbidden and _is_in(name, ELSEWHERE))
            if (found and is_called) or _is_in(name, DOUBTFUL):
                line = lines[at.lineno - 1].strip()[:200] if at.lineno <= len(lines) else ""
                # The method of an object may be anybody's: what ran says more.
                uses.setdefault((name, line), Use(name, line, certain=found and is_of_library))
    return sorted(uses.values(), key=lambda use: (not use.certain, use.name, use.line))


def remind_by_hand(*names: str, forbidden: Collection[str] = BY_HAND) -> None:
    """Print a reminder where the functions of these names call what their question asks to write by hand."""
    from IPython import get_ipython

    shell = get_ipython()
    # What was run again and again is read once, where it ran last.
    cells = list(dict.fromkeys(reversed(shell.user_ns.get("In", []))))[::-1] if shell else []
    defining = [cell for cell in cells if any(f"def {name}(" in cell or f"class {name}" in cell for name in names)]
    uses = [use for use in find_uses(defining[-len(names) :], cells, forbidden) if use.certain]
    for use in uses:
        print(
            f"Rappel : cette question demande d'écrire le calcul à la main, et votre code appelle {use.name}, ligne "
            f"« {use.line} ». Remplacez cet appel par des opérations élémentaires : il ne compterait pas."
        )


class _Notebook:
    """What the cells of a notebook define and import; the last of several definitions of a name counts.

    `defined` holds the names of all functions, methods and classes, `packages` what imported names come from.
    """

    def __init__(self, cells: Sequence[str]) -> None:
        self.definitions: dict[str, list[tuple[ast.AST, list[str]]]] = {}
        self.imported: dict[str, str] = {}
        self.defined: set[str] = set()
        for tree, lines in map(parse_cell, cells):
            for node in ast.walk(tree):
                self.imported |= _imports(node)
                if isinstance(node, DEFINITIONS):
                    self.defined.add(node.name)
            for node in tree.body:
                for name in _bound(node):
                    self.definitions[name] = [(node, lines)]
        self.packages = {full.partition(".")[0] for full in self.imported.values()}


# A lab's own cells are read again with each hand-in. A tree takes some fifty times its text.
@lru_cache(maxsize=128)
def parse_cell(source: str) -> tuple[ast.Module, list[str]]:
    """Return a cell as Python reads it, magics made calls, and its lines; nothing where it cannot be read, or not soon.

    IPython takes the length of a cell times the number of places that it may have to transform.
    """
    if len(source) > MAX_LENGTH:
        return ast.Module([], []), []
    try:
        is_long = len(source) * (1 + len(TRANSFORMED.findall(source))) > MAX_WORK
        text = source if is_long else TransformerManager().transform_cell(source)
        return ast.parse(text), text.split("\n")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], []), []


def _imports(node: ast.AST) -> dict[str, str]:
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    if isinstance(node, ast.Import):
        names = [(alias.asname, alias.name) for alias in node.names]
        return {asname or name.partition(".")[0]: name if asname else name.partition(".")[0] for asname, name in names}
    return {}


def _bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement at the top of a cell defines, those of attributes (`Model.step = step`) too."""
    if isinstance(node, DEFINITIONS):
        yield node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))
    elif isinstance(node, ast.For | ast.While | ast.If | ast.With | ast.Try):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)


def _names_in(node: ast.AST, notebook: _Notebook) -> Iterator[tuple[str, ast.expr, bool]]:
    """Yield each dotted name of a statement with its imports resolved, where it stands, and whether it is called."""
    called = {id(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
    local = _local_names(node)
    skipped = {id(inner) for part in ast.walk(node) for note in _annotations(part) for inner in ast.walk(note)}
    for part in ast.walk(node):
        if isinstance(part, ast.Name | ast.Attribute) and id(part) not in skipped:
            if isinstance(part, ast.Attribute):
                skipped.add(id(part.value))
            name = _dotted(part, notebook.imported, local)
            if name:
                yield name, part, id(part) in called
        elif isinstance(part, ast.Call) and (name := _looked_up(part, notebook.imported, local)):
            yield name, part, True


def _local_names(node: ast.AST) -> set[str]:
    """Return the names that the functions of a statement take or assign: they hide the notebook's."""
    functions = [one for one in ast.walk(node) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
    parts = [part for function in functions for part in ast.walk(function)]
    local = {part.arg for part in parts if isinstance(part, ast.arg)}
    return local | {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def _annotations(node: ast.AST) -> Iterator[ast.AST]:
    yield from (note for note in (getattr(node, "annotation", None), getattr(node, "returns", None)) if note)


def _looked_up(call: ast.Call, imported: dict[str, str], local: set[str]) -> str:
    """Return the name in `getattr(torch, "softmax")`, empty for any other call."""
    match call:
        case ast.Call(ast.Name("getattr"), [owner, ast.Constant(str(name)), *_]):
            return f"{_dotted(owner, imported, local)}.{name}"
    return ""


def _dotted(node: ast.AST, imported: dict[str, str], local: set[str]) -> str:
    """Return a dotted name, its first part resolved, or left out where it is local; empty for what is no name."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    root = "" if node.id in local else imported.get(node.id, node.id)
    return ".".join([root, *reversed(parts)])


def _is_in(name: str, packages: Iterable[str]) -> bool:
    return any(f"{name}.".startswith(f"{package}.") for package in packages)
