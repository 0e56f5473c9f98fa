"""Judge many answers of a lab in few kernels: answers of one question take turns, the right answer between them.

Each is judged on top of right earlier answers, as in the corrected world of a hand-in, at a fraction of its cost.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from instructor.grading.compare import Fate
from instructor.grading.judge import Verdict, judge_cell, read_source
from instructor.grading.names import bound_names
from instructor.grading.reference import Lab
from instructor.grading.worlds import criterion_cell, notebook_of, run_cell, run_visible
from instructor.notebooks import find_cell, grade_id, is_autograded, is_solution

VISIBLE = "visible"
TURNS = 120  # in one notebook, whose time is bounded


@dataclass(frozen=True)
class Variant:
    """An answer to one question: the text of the solution cells that differ from the instructor's.

    Cells of earlier questions may be among them, for what the answer uses of its own. `visible` has the half of the
    test that students see run too, as a right answer must pass it.
    """

    test: str
    cells: tuple[tuple[str, str], ...]
    visible: bool = False


@dataclass(frozen=True)
class Judged:
    """The verdicts on the criteria of an answer's question, by their names, and what students would see raised."""

    verdicts: dict[str, Verdict]
    visible: str


Run = Callable[[list[NotebookNode]], Iterable[NotebookNode]]


def judge_variants(lab: Lab, variants: list[Variant], run: Run) -> list[Judged]:
    """Return what became of each answer.

    `run` executes notebooks and gives them back in their order. What ends a kernel loses points, and those behind it
    are judged in another, as is the one that runs when a notebook's time is up.
    """
    found: dict[int, Judged] = {}
    order = [question.test for question in lab.reference.questions]
    waiting = sorted(range(len(variants)), key=lambda rank: order.index(variants[rank].test))
    while waiting:
        batches = [waiting[start : start + TURNS] for start in range(0, len(waiting), TURNS)]
        # Open questions come last and take longest: begun first, nothing else waits for them.
        batches.reverse()
        notebooks = [_take_turns(lab, {rank: variants[rank] for rank in batch}) for batch in batches]
        for batch, executed in zip(batches, run(notebooks), strict=True):
            found |= _judge(lab, {rank: variants[rank] for rank in batch}, executed)
        waiting = [rank for rank in waiting if rank not in found]
    return [found[rank] for rank in range(len(variants))]


def _take_turns(lab: Lab, batch: dict[int, Variant]) -> NotebookNode:
    """Return a notebook that runs the lab and, at each test cell, the criteria on each answer to it in turn."""
    tests = {variant.test for variant in batch.values()}
    cells: list[NotebookNode] = []
    given: list[NotebookNode] = []
    for cell in lab.source.cells:
        name = grade_id(cell)
        if name in tests:
            cells += _turns(lab, name, {rank: one for rank, one in batch.items() if one.test == name}, given)
            tests.discard(name)
            if not tests:
                break
        elif cell.cell_type == "code" and not is_autograded(cell):
            cells.append(run_cell(cell, cell.source))
            given += [] if is_solution(cell) else cells[-1:]
    return notebook_of(lab.source, cells)


def _turns(lab: Lab, test: str, batch: dict[int, Variant], given: list[NotebookNode]) -> Iterator[NotebookNode]:
    """Yield the cells of every turn at one question, and the right answer behind the last."""
    question = next(one for one in lab.reference.questions if one.test == test)
    solutions = [cell for cell in lab.source.cells if cell.cell_type == "code" and is_solution(cell)]
    changed: list[NotebookNode] = []  # by the turn before
    for rank, variant in batch.items():
        texts = dict(variant.cells)
        places = [place for place, cell in enumerate(solutions) if grade_id(cell) in {*question.answers, *texts}]
        # Those between them too: they may add to a class that the first one defines.
        answered = solutions[places[0] : places[-1] + 1]
        yield from (run_cell(cell, cell.source) for cell in changed if cell not in answered)
        yield from _forget(answered, [*given, *solutions[: places[0]]])
        elements = set().union(*(_changed_in_place(cell.source) for cell in answered))
        # What answers before it left must not help.
        yield from (cell for cell in given if elements & bound_names(cell.source))
        yield from (run_cell(cell, texts.get(grade_id(cell), cell.source)) for cell in answered)
        if variant.visible:
            yield from _as_students_see(lab, test, rank, answered[-1])
        yield from (criterion_cell(one, one.code, f"{rank}:{one.key}") for one in lab.reference.criteria[test])
        changed = answered
    yield from (run_cell(cell, cell.source) for cell in changed)


def _forget(answered: list[NotebookNode], others: list[NotebookNode]) -> Iterator[NotebookNode]:
    """Yield a cell without which an answer that stops halfway would leave the right one's names to its criteria."""
    known = set().union(*(bound_names(cell.source) for cell in others))
    if names := sorted(set().union(*(bound_names(cell.source) for cell in answered)) - known):
        yield run_cell(answered[0], f"{' = '.join(names)} = None\ndel {', '.join(names)}")


def _as_students_see(lab: Lab, test: str, rank: int, last: NotebookNode) -> Iterator[NotebookNode]:
    """Yield the given cells between an answer and its test, and the half of the test that students see."""
    sources = lab.source.cells
    end = next(place for place, cell in enumerate(sources) if grade_id(cell) == test)
    for cell in sources[sources.index(last) + 1 : end]:
        if cell.cell_type == "code":
            yield run_cell(cell, cell.source)
    visible = run_visible(sources[end])
    visible.metadata.course.criterion = f"{rank}:{VISIBLE}"
    yield visible


def _changed_in_place(source: str) -> set[str]:
    """Return the names whose elements a cell sets, as in `answers["a"] = 1`."""
    return {
        node.value.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
    }


def _judge(lab: Lab, batch: dict[int, Variant], executed: NotebookNode) -> dict[int, Judged]:
    """Return what became of each answer, but of those behind the one that ended the kernel."""
    cells = {cell.metadata.course.get("criterion"): cell for cell in executed.cells}
    judged: dict[int, Judged] = {}
    for rank, variant in batch.items():
        verdicts = {
            one.key: judge_cell(cells[f"{rank}:{one.key}"], one, lab.reference.published[one.key])
            for one in lab.reference.criteria[variant.test]
        }
        is_reached = any(verdict.fate is not Fate.NOT_REACHED for verdict in verdicts.values())
        if is_reached or not judged:
            notebook = copy.deepcopy(lab.source)
            for name, text in variant.cells:
                find_cell(notebook, name).source = text
            final = {one.criterion.name: one for one in read_source(verdicts, notebook, lab).values()}
            shown = cells[f"{rank}:{VISIBLE}"].outputs if variant.visible else []
            errors = [f"{output.ename}: {output.evalue}" for output in shown if output.output_type == "error"]
            judged[rank] = Judged(final, "; ".join(errors))
    if executed.metadata.course.ran_out and len(judged) > 1:
        judged.popitem()  # answers before it took its time
    return judged
