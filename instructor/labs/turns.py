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
from instructor.grading.criteria import bound_names
from instructor.grading.judge import Verdict, judge_cell, read_source
from instructor.grading.reference import Lab
from instructor.grading.worlds import criterion_cell, notebook_of, run_cell
from instructor.notebooks import find_cell, grade_id, is_autograded, is_solution, without_hidden_tests

VISIBLE = "visible"
TURNS = 80  # in one notebook, whose time is bounded


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
    are judged in another.
    """
    found: dict[int, Judged] = {}
    order = [question.test for question in lab.reference.questions]
    waiting = sorted(range(len(variants)), key=lambda rank: order.index(variants[rank].test))
    while waiting:
        batches = [waiting[start : start + TURNS] for start in range(0, len(waiting), TURNS)]
        notebooks = [_take_turns(lab, {rank: variants[rank] for rank in batch}) for batch in batches]
        for batch, executed in zip(batches, run(notebooks), strict=True):
            found |= dict(_judge(lab, {rank: variants[rank] for rank in batch}, executed))
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
            for rank, variant in batch.items():
                if variant.test == name:
                    cells += _turn(lab, variant, rank, given)
            tests.discard(name)
            if not tests:
                break
        elif cell.cell_type == "code" and not is_autograded(cell):
            cells.append(run_cell(cell, cell.source))
            given += [] if is_solution(cell) else cells[-1:]
    return notebook_of(lab.source, cells)


def _turn(lab: Lab, variant: Variant, rank: int, given: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells of one turn, the right answer last."""
    question = next(one for one in lab.reference.questions if one.test == variant.test)
    texts = dict(variant.cells)
    solutions = [cell for cell in lab.source.cells if cell.cell_type == "code" and is_solution(cell)]
    places = [place for place, cell in enumerate(solutions) if grade_id(cell) in {*question.answers, *texts}]
    # Those between them too: they may add to a class that the first one defines.
    right = solutions[places[0] : places[-1] + 1]
    changed = set().union(*(_changed_in_place(cell.source) for cell in right))
    return [
        *_forget(right, [*given, *solutions[: places[0]]]),
        *(cell for cell in given if changed & bound_names(cell.source)),  # what answers before it left must not help
        *(run_cell(cell, texts.get(grade_id(cell), cell.source)) for cell in right),
        *(_as_students_see(lab, variant, rank, right[-1]) if variant.visible else []),
        *(criterion_cell(one, one.code, f"{rank}:{one.key}") for one in lab.reference.criteria[variant.test]),
        *(run_cell(cell, cell.source) for cell in right),
    ]


def _forget(right: list[NotebookNode], others: list[NotebookNode]) -> Iterator[NotebookNode]:
    """Yield a cell without which an answer that stops halfway would leave the right one's names to its criteria."""
    known = set().union(*(bound_names(cell.source) for cell in others))
    if names := sorted(set().union(*(bound_names(cell.source) for cell in right)) - known):
        yield run_cell(right[0], f"{' = '.join(names)} = None\ndel {', '.join(names)}")


def _as_students_see(lab: Lab, variant: Variant, rank: int, last: NotebookNode) -> Iterator[NotebookNode]:
    """Yield the given cells between an answer and its test, and the half of the test that students see."""
    sources = lab.source.cells
    end = next(place for place, cell in enumerate(sources) if grade_id(cell) == variant.test)
    for cell in sources[sources.index(last) + 1 : end]:
        if cell.cell_type == "code":
            yield run_cell(cell, cell.source)
    visible = run_cell(sources[end], without_hidden_tests(sources[end].source))
    visible.metadata.course.criterion = f"{rank}:{VISIBLE}"
    yield visible


def _changed_in_place(source: str) -> set[str]:
    """Return the names whose elements a cell sets, as in `answers["a"] = 1`."""
    return {
        node.value.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
    }


def _judge(lab: Lab, batch: dict[int, Variant], executed: NotebookNode) -> Iterator[tuple[int, Judged]]:
    """Yield what became of each answer, but of those behind the one that ended the kernel."""
    cells = {cell.metadata.course.get("criterion"): cell for cell in executed.cells}
    for number, (rank, variant) in enumerate(batch.items()):
        verdicts = {
            one.key: judge_cell(cells[f"{rank}:{one.key}"], one, lab.reference.published[one.key])
            for one in lab.reference.criteria[variant.test]
        }
        is_reached = any(verdict.fate is not Fate.NOT_REACHED for verdict in verdicts.values())
        if is_reached or number == 0:
            notebook = copy.deepcopy(lab.source)
            for name, text in variant.cells:
                find_cell(notebook, name).source = text
            final = {one.criterion.name: one for one in read_source(verdicts, notebook, lab).values()}
            shown = cells[f"{rank}:{VISIBLE}"].outputs if variant.visible else []
            errors = [f"{output.ename}: {output.evalue}" for output in shown if output.output_type == "error"]
            yield rank, Judged(final, "; ".join(errors))
