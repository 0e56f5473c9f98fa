"""The mark of each cell, and why points were lost, from the verdicts on its criteria."""

from __future__ import annotations

import ast
import re
from dataclasses import asdict, dataclass, field

from nbformat import NotebookNode

from instructor.french import HOLE, in_words
from instructor.grading.compare import Fate
from instructor.grading.judge import MAX_DETAIL, Verdict, faulty_questions, visible_failures
from instructor.grading.reference import Lab
from instructor.grading.worlds import unanswered
from instructor.notebooks import find_cell, grade_id, without_hidden_tests


@dataclass(frozen=True)
class Judged:
    """A criterion as it is kept: `fate` is the word of a `Fate`, `after` the test cells whose right answers it had.

    `reason`, in French, is for the student and repeats nothing that the graded run printed; `detail` is for teachers.
    """

    name: str
    sentence: str
    points: float
    fate: str
    reason: str = ""
    detail: str = ""
    world: int = 1
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """The mark of one cell; `score` is None while a written answer waits for its teacher.

    `score` counts what is earned, `pending` what a teacher must decide. `visible` is the message of the visible half
    where that fails, `hole` whether it does although every criterion passes in the same world.
    """

    grade_id: str
    score: float | None
    max_score: float
    pending: float = 0.0
    reason: str = ""
    detail: str = ""
    visible: str = ""
    hole: bool = False
    criteria: tuple[Judged, ...] = field(default_factory=tuple)


def make_marks(executed: NotebookNode, verdicts: dict[str, Verdict], repaired: NotebookNode, lab: Lab) -> list[Mark]:
    """Return the mark of every graded cell, in the order of the lab.

    Parameters
    ----------
    executed
        The hand-in's own world, run.
    verdicts
        What was judged, by criterion.
    """
    untouched = {question.test for question in unanswered(repaired, lab.source, lab.release)}
    failures = visible_failures(executed)
    order = [grade_id(cell) for cell in lab.source.cells]
    faulty = [question.test for question in faulty_questions(verdicts, lab.reference.questions)]
    marks = {name: Mark(name, None, value) for name, value in lab.reference.manual.items()}
    for name, criteria in lab.reference.criteria.items():
        before = tuple(other for other in faulty if order.index(other) < order.index(name))
        judged = [_keep(verdicts[one.key], name in untouched, before) for one in criteria]
        visible = _visible_message(failures.get(name), find_cell(lab.source, name))
        passed_alone = all(verdicts[one.key].is_right and verdicts[one.key].world == 1 for one in criteria)
        marks[name] = _make_mark(name, judged, visible, hole=name in failures and passed_alone)
    return sorted(marks.values(), key=lambda mark: order.index(mark.grade_id))


def _keep(verdict: Verdict, is_untouched: bool, before: tuple[str, ...]) -> Judged:
    one = verdict.criterion
    if is_untouched and not verdict.is_right:
        return Judged(one.name, one.sentence, one.points, Fate.NOT_ANSWERED.value, in_words(Fate.NOT_ANSWERED), "stub")
    return Judged(
        one.name,
        one.sentence,
        one.points,
        verdict.fate.value,
        in_words(verdict.fate, verdict.facts),
        verdict.detail,
        verdict.world,
        before if verdict.world == 2 else (),
    )


def _make_mark(name: str, judged: list[Judged], visible: str, *, hole: bool) -> Mark:
    total = round(sum(one.points for one in judged), 4)
    score = round(sum(one.points for one in judged if one.fate == Fate.EARNED.value), 4)
    pending = round(sum(one.points for one in judged if one.fate == Fate.DOUBTFUL.value), 4)
    lost = [one for one in judged if one.fate != Fate.EARNED.value]
    return Mark(
        name,
        score,
        total,
        pending,
        reason=_told(lost),
        detail="; ".join(f"{one.name}: {one.detail or one.fate}" for one in lost)[:MAX_DETAIL],
        visible=visible,
        hole=hole,
        criteria=tuple(judged),
    )


def _told(lost: list[Judged]) -> str:
    """Say in one line what was lost; once, where a whole answer is missing."""
    if lost and all(one.fate == Fate.NOT_ANSWERED.value for one in lost):
        return in_words(Fate.NOT_ANSWERED).capitalize()
    return " ".join(f"{one.sentence[:1].upper()}{one.sentence[1:]} : {one.reason}" for one in lost)


def _visible_message(error: NotebookNode | None, cell: NotebookNode) -> str:
    """Return the message of the visible assert that failed, as its author wrote it; empty where none did.

    What an f-string inserts was chosen by the graded run, and is not told: of such a message, the clauses that hold
    nothing of it, or else all of them with a mark in its place.
    """
    if error is None or error.ename != "AssertionError" or len(error.evalue) > MAX_DETAIL:
        return ""
    for parts in _messages(without_hidden_tests(cell.source)):
        if _is_made_of(error.evalue, parts):
            message = HOLE.join(parts)
            whole = [clause for clause in re.split(r"(?<=[;.?!]) +", message) if HOLE not in clause]
            return " ".join(whole).rstrip(" ;") or message
    return ""


def _messages(source: str) -> list[list[str]]:
    """Return the messages of the `assert`s, each as its constant parts, in order."""
    messages = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Assert(msg=ast.Constant(str(text))):
                messages.append([text])
            case ast.Assert(msg=ast.JoinedStr(values)):
                parts = [""]
                for value in values:
                    if isinstance(value, ast.Constant):
                        parts[-1] += value.value
                    else:
                        parts.append("")
                messages.append(parts)
    return [parts for parts in messages if any(parts)]


def _is_made_of(text: str, parts: list[str]) -> bool:
    """Tell whether a text holds the parts in order, from its beginning to its end, with anything between them."""
    first, *others = parts
    if not others:
        return text == first
    place, end = len(first), len(text) - len(others[-1])
    if place > end or not (text.startswith(first) and text.endswith(others[-1])):
        return False
    for part in others[:-1]:
        place = text.find(part, place, end) + len(part)
        if place < len(part):
            return False
    return True


def as_data(mark: Mark) -> NotebookNode:
    """Return a mark as a notebook's metadata keeps it."""
    return NotebookNode({**asdict(mark), "criteria": [NotebookNode(asdict(one)) for one in mark.criteria]})
