"""Change one thing at a time in a lab's right answers, and see which changes keep every point.

Each change that survives is a hole in the criteria, or a right answer. Libraries of mutation testing change files and
run a test-suite for each; here an answer is text in a notebook, and changes take turns in one kernel.
"""

from __future__ import annotations

import ast
import copy
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context

from nbformat import NotebookNode

from instructor.course import Course
from instructor.grading.compare import Fate
from instructor.grading.execute import Policy, run_notebook
from instructor.grading.names import names_bound_by
from instructor.grading.reference import load_lab
from instructor.grading.worlds import questions
from instructor.kernels import WARM
from instructor.labs.answers import load_answers
from instructor.labs.turns import Variant, judge_variants
from instructor.notebooks import TODO_BLOCK, find_cell

SWAPS: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
TWINS = [("train", "val"), ("val", "train"), ("max", "min"), ("min", "max"), ("eval", "train"), ("argmax", "argmin")]
CHOSEN = {"settings", "seeds"}  # of an open question: most other numbers are as right
# What shows progress, or speeds up a copy to a GPU: no value depends on it. `strict` of zip only checks.
IDLE_ARGUMENTS = {"desc", "disable", "non_blocking", "pin_memory"}
CELL_TIMEOUT = 30  # seconds: many a change makes an endless loop


@dataclass(frozen=True)
class Mutant:
    """An answer with one change: the solution cell, what was changed, and the text of the cell."""

    test: str
    cell: str
    change: str
    source: str


def make_mutants(source: NotebookNode) -> list[Mutant]:
    """Return every mutant of a lab's answers, in its order; only what stands in TODO blocks is changed."""
    mutants = []
    for question in questions(source):
        for name in question.answers:
            text = find_cell(source, name).source
            seen = {_plain(text)}
            for change, changed in _mutate(text):
                if _plain(changed) not in seen:
                    seen.add(_plain(changed))
                    mutants.append(Mutant(question.test, name, change, changed))
    return mutants


def _plain(text: str) -> str:
    return ast.dump(ast.parse(text))


def _mutate(text: str) -> Iterator[tuple[str, str]]:
    """Yield each change with its line, and the cell's text once it is made."""
    inside = set()
    for block in TODO_BLOCK.finditer(text):
        first = text.count("\n", 0, block.start("body")) + 1
        inside |= set(range(first, first + block["body"].count("\n")))
    tree = ast.parse(text)
    places = [node for node in ast.walk(tree) if getattr(node, "lineno", None) in inside]
    spared = _spared(tree)
    for rank, node in enumerate(places):
        for label, edit in _edits(node) if id(node) not in spared else ():
            changed = copy.deepcopy(tree)
            twin = [other for other in ast.walk(changed) if getattr(other, "lineno", None) in inside][rank]
            if edit(twin, changed):
                line = text.split("\n")[node.lineno - 1].strip()
                yield f"{label}: {line}", ast.unparse(ast.fix_missing_locations(changed))


def _spared(tree: ast.Module) -> set[int]:
    """Return the identities of what is left alone: a student's own numbers, arguments that no value depends on."""
    chosen = [node for node in tree.body if isinstance(node, ast.Assign) and CHOSEN & names_bound_by(node)]
    numbers = (part for node in chosen for part in ast.walk(node) if isinstance(part, ast.Constant))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    idle = (keyword.value for call in calls for keyword in call.keywords if _is_idle(call, keyword))
    return {
        *(id(part) for part in numbers if not isinstance(part.value, bool)),
        *(id(part) for value in idle for part in ast.walk(value)),
    }


def _edits(node: ast.AST) -> Iterator[tuple[str, object]]:
    """Yield what can be changed in a node: a label, and a function of a copy of it and of its tree."""
    yield from _operator_edits(node)
    yield from _constant_edits(node)
    yield from _call_edits(node)
    yield from _name_edits(node)
    if isinstance(node, ast.stmt) and not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Return | ast.Import):
        yield "statement removed", lambda twin, tree: _replace(tree, twin, ast.Pass())
    if isinstance(node, ast.If):
        yield "condition always true", lambda twin, tree: _set(twin, "test", ast.Constant(True))


def _operator_edits(node: ast.AST) -> Iterator[tuple[str, object]]:
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp) and type(node.op) in SWAPS:
        yield "operator", lambda twin, tree: _set(twin, "op", SWAPS[type(twin.op)]())
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        yield "comparison", lambda twin, tree: _set(twin, "ops", [SWAPS[type(twin.ops[0])](), *twin.ops[1:]])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield "sign or not", lambda twin, tree: _replace(tree, twin, twin.operand)


def _constant_edits(node: ast.AST) -> Iterator[tuple[str, object]]:
    value = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
    if isinstance(value, bool):
        yield "constant", lambda twin, tree: _set(twin, "value", not twin.value)
    elif isinstance(value, int | float):
        yield "constant", lambda twin, tree: _set(twin, "value", twin.value + 1)
        if value:
            yield "constant", lambda twin, tree: _set(twin, "value", type(twin.value)(0))


def _call_edits(node: ast.AST) -> Iterator[tuple[str, object]]:
    if isinstance(node, ast.Call):
        for rank, keyword in enumerate(node.keywords):
            if not _is_idle(node, keyword):
                yield f"argument {keyword.arg} dropped", lambda twin, tree, rank=rank: twin.keywords.pop(rank)
        if len(node.args) > 1:
            yield "last argument dropped", lambda twin, tree: twin.args.pop()
        if isinstance(node.func, ast.Attribute):
            yield "call dropped", lambda twin, tree: _replace(tree, twin, twin.func.value)


def _is_idle(call: ast.Call, keyword: ast.keyword) -> bool:
    is_zip = isinstance(call.func, ast.Name) and call.func.id == "zip"
    return keyword.arg in IDLE_ARGUMENTS or (is_zip and keyword.arg == "strict")


def _name_edits(node: ast.AST) -> Iterator[tuple[str, object]]:
    for old, new in TWINS:
        if isinstance(node, ast.Attribute) and node.attr == old:
            yield f"{old} -> {new}", lambda twin, tree, new=new: _set(twin, "attr", new)
        if isinstance(node, ast.Name) and old in node.id.split("_"):
            swapped = "_".join(new if part == old else part for part in node.id.split("_"))
            yield f"{node.id} -> {swapped}", lambda twin, tree, swapped=swapped: _set(twin, "id", swapped)


def _set(node: ast.AST, field: str, value: object) -> bool:
    setattr(node, field, value)
    return True


def _replace(tree: ast.AST, node: ast.AST, other: ast.AST) -> bool:
    """Put another node in the place of one, wherever it stands."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, field, other)
                return True
            if isinstance(value, list) and any(item is node for item in value):
                value[[item is node for item in value].index(True)] = other
                return True
    return False


def survivors(course: Course, lab: str, mutants: list[Mutant], *, workers: int) -> list[Mutant]:
    """Return the mutants that keep every point of their question, each on top of right earlier answers."""
    policy = Policy(seed=0, kernel_name=WARM, cell_timeout=CELL_TIMEOUT)
    loaded = load_lab(course, lab, policy)
    variants = [Variant(mutant.test, ((mutant.cell, mutant.source),)) for mutant in mutants]
    end_at_once = {"initializer": signal.signal, "initargs": (signal.SIGINT, signal.SIG_DFL)}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), **end_at_once) as pool:
        judged = judge_variants(loaded, variants, lambda notebooks: pool.map(run_notebook, notebooks, repeat(policy)))
    return [
        mutant
        for mutant, one in zip(mutants, judged, strict=True)
        if all(verdict.fate is Fate.EARNED for verdict in one.verdicts.values())
    ]


def explained(course: Course, lab: str, source: NotebookNode, mutants: list[Mutant]) -> list[Mutant]:
    """Return the mutants that `answers.py` holds as right answers, or as one edit of a right answer."""
    right = set()
    for answer in load_answers(course.answers(lab)):
        if not answer.loses and not answer.waits:
            for one in (answer, *answer.each_edit()):
                changed = one.apply(source)
                right |= {(name, _plain(find_cell(changed, name).source)) for name in one.answered}
    return [mutant for mutant in mutants if (mutant.cell, _plain(mutant.source)) in right]
