"""Judge the criteria of one hand-in, from what its worlds published.

Nothing here runs student code: the values are plain JSON, and the hand-in's own text is read, never imported.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nbformat import NotebookNode

from helpers.by_hand import Use, find_uses, is_forbidden
from instructor.grading.compare import Difference, Fate, compare_published
from instructor.grading.criteria import Criterion
from instructor.grading.names import bound_names
from instructor.grading.reference import Lab, payloads
from instructor.grading.worlds import Question
from instructor.notebooks import find_cell, grade_id, is_autograded, is_solution, same_text

EXCEPTIONS = {
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, Exception)
}
MAX_DETAIL = 2000


@dataclass(frozen=True)
class Verdict:
    """What became of one criterion.

    Attributes
    ----------
    facts
        What a student may be told: the two shapes, the type of an exception, names that were to be done without.
    detail
        What happened, for the teacher.
    world
        1 for the notebook as it was handed in, 2 for the corrected world.
    """

    criterion: Criterion
    fate: Fate
    facts: tuple[str, ...] = ()
    detail: str = ""
    world: int = 1

    @property
    def is_right(self) -> bool:
        return self.fate in (Fate.EARNED, Fate.DOUBTFUL)


def judge(executed: NotebookNode, wanted: dict[str, list[Criterion]], lab: Lab, world: int) -> dict[str, Verdict]:
    """Return the verdict of each wanted criterion, by key, from one executed world."""
    cells = {cell.metadata.get("course", {}).get("criterion"): cell for cell in executed.cells}
    return {
        one.key: replace(judge_cell(cells.get(one.key), one, lab.reference.published[one.key]), world=world)
        for criteria in wanted.values()
        for one in criteria
    }


def better(verdicts: dict[str, Verdict], others: dict[str, Verdict]) -> dict[str, Verdict]:
    """Return the verdicts of two worlds as one: a criterion counts where it passes once.

    Where it passes in none, the corrected world says what is wrong with the answer itself; but the type of an exception
    is told from the student's own world only.
    """
    kept = dict(verdicts)
    for key, other in others.items():
        before = kept[key]
        if before.is_right or other.fate is Fate.NOT_REACHED:
            continue
        if other.fate is not Fate.RAISED:
            kept[key] = other
        elif before.fate is not Fate.RAISED:
            kept[key] = replace(other, facts=())
    return kept


def read_source(
    verdicts: dict[str, Verdict], repaired: NotebookNode, lab: Lab, tampered: str = ""
) -> dict[str, Verdict]:
    """Return the verdicts once the text of the hand-in was read too, for what must be written by hand.

    What is called by name on the path of an answer costs the criterion; what is doubtful waits for a teacher.
    """
    read = dict(verdicts)
    for question in lab.reference.questions:
        by_hand = [one for one in lab.reference.criteria[question.test] if one.by_hand and one.key in verdicts]
        uses: dict[tuple[str, ...], list[Use]] = {}
        for criterion in (one for one in by_hand if verdicts[one.key].is_right):
            if criterion.by_hand not in uses:
                uses[criterion.by_hand] = _uses_of(question, criterion.by_hand, repaired, lab)
            read[criterion.key] = _with_uses(verdicts[criterion.key], uses[criterion.by_hand], tampered)
    return read


def _uses_of(question: Question, forbidden: tuple[str, ...], repaired: NotebookNode, lab: Lab) -> list[Use]:
    """Return what the answer to a question calls, through the student's own cells but not through other answers."""
    known = {cell.id: cell.source for cell in lab.source.cells}
    codes = [cell for cell in repaired.cells if cell.cell_type == "code" and not is_autograded(cell)]
    given = [cell.source for cell in lab.source.cells if cell.cell_type == "code" and not grade_id(cell)]
    others = [cell.source for cell in codes if is_solution(cell) and grade_id(cell) not in question.answers]
    own = [cell.source for cell in codes if not grade_id(cell) and not same_text(cell.source, known.get(cell.id, ""))]
    stop = set().union(*map(bound_names, [*given, *others])) - set().union(*map(bound_names, own))
    answer = [find_cell(repaired, name).source for name in question.answers]
    return find_uses(answer, [*given, *others, *own], forbidden, stop)


def _with_uses(verdict: Verdict, uses: Sequence[Use], tampered: str) -> Verdict:
    if certain := [use for use in uses if use.certain]:
        names = tuple(sorted({use.name for use in certain}))
        return replace(verdict, fate=Fate.READY_MADE, facts=names, detail=_shown(certain))
    if doubtful := list(uses):
        return replace(verdict, fate=Fate.DOUBTFUL, detail=_shown(doubtful))
    if tampered:
        return replace(verdict, fate=Fate.DOUBTFUL, detail=tampered)
    return verdict


def _shown(uses: Sequence[Use]) -> str:
    return "; ".join(f"{use.name}: {use.line}" for use in uses)[:MAX_DETAIL]


def judge_cell(cell: NotebookNode | None, criterion: Criterion, expected: dict) -> Verdict:
    """Return what became of one criterion, from the cell that ran it."""
    if cell is None or cell.execution_count is None and not cell.outputs:
        return Verdict(criterion, Fate.NOT_REACHED, detail="the kernel had stopped before it")
    error = next((output for output in cell.outputs if output.output_type == "error"), None)
    if error is not None:
        return _of_error(criterion, error)
    published = payloads(cell)
    if len(published) != 1:
        return Verdict(criterion, Fate.NOT_PUBLISHED, detail=f"published {len(published)} times")
    ran = [str(name)[:200] for name in published[0].get("ran", ())] if criterion.by_hand else []
    # What the criterion itself runs, to make its data, is nobody's answer.
    theirs = set(ran).difference(expected.get("ran", ()))
    difference = compare_published(published[0].get("value"), expected["value"], criterion, expected.get("labels"))
    if difference is not None:
        return _differs(criterion, difference)
    if used := sorted(name for name in theirs if is_forbidden(name, criterion.by_hand)):
        return Verdict(criterion, Fate.READY_MADE, tuple(used), f"ran {', '.join(used)}"[:MAX_DETAIL])
    if criterion.by_hand and expected.get("ran") and not ran:
        return Verdict(criterion, Fate.DOUBTFUL, detail="nothing was recorded while it ran, and the answer is right")
    return Verdict(criterion, Fate.EARNED)


def _differs(criterion: Criterion, difference: Difference) -> Verdict:
    return Verdict(criterion, difference.fate, difference.facts, difference.detail)


def _of_error(criterion: Criterion, error: NotebookNode) -> Verdict:
    detail = f"{error.ename}: {error.evalue}"[:MAX_DETAIL]
    if error.ename == "CellTimeoutError":
        return Verdict(criterion, Fate.TOO_LONG, detail=detail)
    if error.ename == "DeadKernelError":
        return Verdict(criterion, Fate.KILLED, detail=detail)
    if error.ename == "CriterionError":
        return Verdict(criterion, Fate.KIND, detail=detail)
    # A class of the student's own may bear any name.
    return Verdict(criterion, Fate.RAISED, (error.ename,) if error.ename in EXCEPTIONS else (), detail)


def faulty_questions(verdicts: dict[str, Verdict], questions: Sequence[Question]) -> list[Question]:
    """Return the questions that did not earn everything, in the order of the lab."""
    lost = {verdict.criterion.cell for verdict in verdicts.values() if not verdict.is_right}
    return [question for question in questions if question.test in lost]


def visible_failures(executed: NotebookNode) -> dict[str, NotebookNode]:
    """Return the first error of each visible half that failed, by test cell."""
    failures = {}
    for cell in executed.cells:
        if is_autograded(cell):
            error = next((output for output in cell.outputs if output.output_type == "error"), None)
            if error is not None:
                failures[grade_id(cell)] = error
    return failures
