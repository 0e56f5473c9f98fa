"""What a teacher should look at in a class: what the run shows first, then the points at stake.

Code that only names what could do harm is folded: many write it out of habit, and nobody has the time to read it all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from instructor.gradebook.results import TOO_HIGH, Result

MOST_SHOWN = 10  # a teacher of three hundred looks at ten; the rest is folded


@dataclass(frozen=True)
class Matter:
    """One thing to look at: whose, what, the points that it may give or take, and the lines that say more."""

    student: str
    what: str
    stake: float
    lines: tuple[str, ...]
    rank: int = 1  # 0 for what the run shows of the grading itself, 2 for what is folded


def find_matters(results: list[Result], names: dict[str, str]) -> list[Matter]:
    """Return what to look at: by rank, then most points at stake first.

    Parameters
    ----------
    names
        What each question is called, by `grade_id`.
    """
    matters = [matter for result in results for matter in _of(result, names)]
    return sorted(matters, key=lambda matter: (matter.rank, -matter.stake, matter.student))


def how_many_shown(matters: list[Matter]) -> int:
    """Return how many of the ranked matters are shown, the others being folded."""
    return min(MOST_SHOWN, sum(matter.rank < 2 for matter in matters))


def _of(result: Result, names: dict[str, str]) -> Iterator[Matter]:
    for cell in result.cells:
        name = names[cell["grade_id"]]
        doubtful = [one for one in cell["criteria"] if one["fate"] == "doubtful"]
        if doubtful and cell["pending"]:
            lines = tuple(dict.fromkeys(one["detail"] for one in doubtful))
            yield Matter(result.student, f"{name}: written by hand? A mark waits for you", cell["pending"], lines)
        if cell["hole"]:
            what = f"{name}: the visible test fails and every criterion passes; the mark stands"
            yield Matter(result.student, what, cell["max_score"], (cell["visible"] or "an exception",))
    if TOO_HIGH in result.flags:
        what = "a mark given by hand is above what its question is worth: correct it, or give the rest as extra credit"
        yield Matter(result.student, what, result.max_score, ())
    for one in result.by_hand:
        if not one["stands"]:
            line = one["comment"] or f"{one['score'] or 0:g} points, {one['extra'] or 0:g} of extra credit"
            what = f"{one['cell']}: decided by hand before the answer changed; decide again"
            yield Matter(result.student, what, one["score"] or 0.0, (line,))
    earned = sum(cell["score"] or 0.0 for cell in result.cells if cell["criteria"])
    if result.tampered:
        yield Matter(result.student, "the grading was tampered with", earned, (result.tampered,), rank=0)
    if result.review:
        yield Matter(result.student, "code that reaches for what is under the tests", earned, tuple(result.review))
    if result.mentions:
        yield Matter(result.student, "code that is often innocent", earned, tuple(result.mentions), rank=2)
    if result.first_failure:
        failure = result.first_failure
        lost = sum(
            cell["max_score"] - cell["score"] - cell["pending"] for cell in result.cells if cell["score"] is not None
        )
        if lost:
            where = names.get(failure["question"].replace("sol_", "test_"), f"cell {failure['number']}")
            line = f"{failure['error']}: {failure['detail']} ({failure['line']})"
            yield Matter(result.student, f"the notebook first fails at {where}", lost, (line,))
