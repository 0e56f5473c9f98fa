"""Read the criteria of a lab's hidden halves, and write the code that a kernel runs for each.

A criterion is judged alone: its code is the body of a function, which reads the student's names and binds none of them.
It brings its own Python and its own imports, so that a student's `sum = 0` is no fault of the answer under it. Of the
decorator, nothing enters a student's kernel: sentence, points, tolerances and labels stay with the grader.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass

from nbformat import NotebookNode

from helpers.by_hand import BY_HAND, parse_cell
from instructor.grading.names import names_bound_by
from instructor.notebooks import HIDDEN_BLOCK, grade_id, is_autograded, is_solution, without_hidden_tests

NUMBERS = ("rtol", "atol", "at_least", "at_most")
OPTIONS = (*NUMBERS, "by_hand", "labels")


class CriteriaError(ValueError):
    """A hidden half cannot be read; the message says what, and the way out."""


@dataclass(frozen=True)
class Criterion:
    """One thing that a question asks for, and the code that finds what a kernel makes of it.

    Attributes
    ----------
    cell, name
        The `grade_id` of its test cell, and its function's name.
    sentence, points
        What a student reads, and what it is worth.
    by_hand
        What the answer must do without (`helpers.by_hand`); empty where that is no matter.
    code
        What runs beside a student's answer.
    reference_code
        What runs beside the instructor's: the same, with the labels.
    """

    cell: str
    name: str
    sentence: str
    points: float
    rtol: float = 1e-5
    atol: float = 1e-8
    at_least: float | None = None
    at_most: float | None = None
    by_hand: tuple[str, ...] = ()
    code: str = ""
    reference_code: str = ""

    @property
    def key(self) -> str:
        return f"{self.cell}.{self.name}"


def read_criteria(source: NotebookNode) -> dict[str, list[Criterion]]:
    """Return the criteria of each test cell of an instructor's notebook; CriteriaError if one cannot be read."""
    given = _Given(source)
    return {grade_id(cell): _read_cell(cell, given) for cell in source.cells if is_autograded(cell)}


def hidden_tree(cell: NotebookNode) -> ast.Module:
    """Return the hidden half of a test cell, its blocks one after another."""
    body = "\n".join(block["body"] for block in HIDDEN_BLOCK.finditer(cell.source))
    try:
        return ast.parse(body)
    except SyntaxError as error:
        raise CriteriaError(f"{grade_id(cell)}: its hidden half is no Python ({error.msg}); correct it") from None


class _Given:
    """What the lab's own cells import, by name, and the names that a student may bind."""

    def __init__(self, source: NotebookNode) -> None:
        self.imports: dict[str, str] = {}
        self.bound: set[str] = set()
        for cell in source.cells:
            if cell.cell_type == "code" and not is_autograded(cell):
                self._read(cell)

    def _read(self, cell: NotebookNode) -> None:
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # a magic, which binds nothing that a criterion reads
            return
        for node in tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom) and not is_solution(cell):
                for alias in node.names:
                    self.imports[alias.asname or alias.name.partition(".")[0]] = ast.unparse(_one(node, alias))
            else:
                self.bound |= names_bound_by(node)


def _one(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    if isinstance(node, ast.Import):
        return ast.Import([alias])
    return ast.ImportFrom(node.module, [alias], node.level)


def _read_cell(cell: NotebookNode, given: _Given) -> list[Criterion]:
    name = grade_id(cell)
    body = hidden_tree(cell).body
    functions = [node for node in body if _decorator(node)]
    if not functions:
        raise CriteriaError(f"{name}: no criterion in a hidden block; write a function under @criterion(…)")
    shared = [node for node in body if not _decorator(node) and not _imports_criterion(node)]
    shared = [*_lent_by_visible_half(cell, body), *shared]
    criteria = [_read_criterion(name, function, shared, given) for function in functions]
    for what, values in (("sentence", [c.sentence for c in criteria]), ("name", [c.name for c in criteria])):
        if twice := next((value for value in values if values.count(value) > 1), None):
            raise CriteriaError(f"{name}: two criteria have the {what} '{twice}'; give each its own")
    total, points = sum(c.points for c in criteria), float(cell.metadata["nbgrader"]["points"])
    if abs(total - points) > 1e-6:
        raise CriteriaError(
            f"{name}: its criteria are worth {total:g} points in all, the cell {points:g}; make them equal"
        )
    return criteria


def _lent_by_visible_half(cell: NotebookNode, hidden: list[ast.stmt]) -> list[ast.stmt]:
    """Return what the visible half defines and imports, if the hidden one reads it: it does not always run before."""
    tree, _ = parse_cell(without_hidden_tests(cell.source))
    kinds = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    defined = [node for node in tree.body if isinstance(node, kinds)]
    read = {part.id for node in hidden for part in ast.walk(node) if isinstance(part, ast.Name)}
    return defined if read & set().union(*map(names_bound_by, defined)) else []


def _decorator(node: ast.stmt) -> ast.Call | None:
    for decorator in getattr(node, "decorator_list", ()):
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", None) == "criterion":
            return decorator
    return None


def _imports_criterion(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.ImportFrom) and node.module == "helpers" and {a.name for a in node.names} == {"criterion"}
    )


def _read_criterion(cell: str, function: ast.FunctionDef, shared: list[ast.stmt], given: _Given) -> Criterion:
    where, decorator = f"{cell}: criterion '{function.name}'", _decorator(function)
    options = {keyword.arg: keyword.value for keyword in decorator.keywords}
    points = options.pop("points", None)
    if unknown := [str(option) for option in options if option not in OPTIONS]:
        raise CriteriaError(f"{where}: unknown option {unknown[0]}; the options are points, {', '.join(OPTIONS)}")
    labels = options.pop("labels", None)
    if len(function.args.args) != 1:
        raise CriteriaError(f"{where}: give its function one parameter, the generator (rng)")
    try:
        (sentence,) = map(ast.literal_eval, decorator.args)
        values = {option: ast.literal_eval(value) for option, value in options.items()}
        values["points"] = float(ast.literal_eval(points))
    except (ValueError, TypeError):
        raise CriteriaError(f"{where}: write its sentence, points and options as plain literals, points=…") from None
    by_hand = values.pop("by_hand", False)
    if not (isinstance(sentence, str) and sentence.strip() and values["points"] > 0):
        raise CriteriaError(f"{where}: it needs a sentence and points above 0")
    if labels is not None and not {"at_least", "at_most"} & values.keys():
        raise CriteriaError(f"{where}: labels need a bound on the share that agrees, at_least=…")
    bare = ast.FunctionDef(function.name, function.args, function.body, [], None, None, type_params=[])
    return Criterion(
        cell,
        function.name,
        sentence,
        **values,
        by_hand=BY_HAND if by_hand is True else tuple(by_hand or ()),
        code=_code(f"{cell}.{function.name}", [*shared, bare], given, by_hand=bool(by_hand)),
        reference_code=_code(f"{cell}.{function.name}", [*shared, bare], given, by_hand=bool(by_hand), labels=labels),
    )


def _code(key: str, body: list[ast.stmt], given: _Given, *, by_hand: bool, labels: ast.expr | None = None) -> str:
    tree = ast.fix_missing_locations(ast.Module([*body, *([ast.Expr(labels)] if labels else [])], []))
    bound = set().union(*(names_bound_by(node) for node in ast.walk(tree)))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)} - bound
    lines = [given.imports[name] for name in sorted(used & given.imports.keys())]
    if native := sorted((used & set(dir(builtins))) - given.imports.keys() - given.bound):
        lines.insert(0, f"from builtins import {', '.join(native)}")
    lines += [ast.unparse(ast.fix_missing_locations(node)) for node in body]
    options = "".join([f", by_hand={by_hand}" * by_hand, f", labels={ast.unparse(labels)}" if labels else ""])
    lines += ["from helpers.criterion import run as __run__", f"__run__({body[-1].name}, {key!r}{options})"]
    indented = "\n".join(f"    {line}" if line else "" for text in lines for line in text.split("\n"))
    return f"def __criterion__():\n{indented}\n\n\ntry:\n    __criterion__()\nfinally:\n    del __criterion__"
