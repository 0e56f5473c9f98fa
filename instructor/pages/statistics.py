"""What the marks of a class say of each question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from instructor.gradebook.results import Result

FEW = 5  # below this many marks, a correlation says nothing


@dataclass(frozen=True)
class Summary:
    """The marks of a class, out of `maximum`, lateness taken off; written answers that wait count for nothing yet."""

    count: int
    maximum: float
    mean: float
    deviation: float
    quartiles: tuple[float, float, float]


@dataclass(frozen=True)
class Item:
    """A question, as the class answered it.

    Parameters
    ----------
    points
        What the question is worth.
    marked, waiting
        Hand-ins with a mark for it, and those whose written answer waits for one.
    success
        Mean share of the points, from 0 to 1; the lower, the harder. None while a written answer waits: those who wrote
        nothing have their 0 already, and alone would make any question hard.
    full, none
        Hand-ins that earned all of its points, and none of them.
    discrimination
        Correlation between the question's points and those of all the other questions: what low marks overall and low
        marks here have in common. None where all hand-ins earned the same, or there are too few of them.
        (Corrected item-total correlation: Henrysson, Psychometrika 28, 1963, https://doi.org/10.1007/BF02289618)
    """

    grade_id: str
    points: float
    marked: int
    waiting: int
    success: float | None
    full: int
    none: int
    discrimination: float | None


@dataclass(frozen=True)
class Loss:
    """Points lost for one reason at one criterion, by the students named; `detail` is what the first one's run said."""

    grade_id: str
    sentence: str
    reason: str
    students: list[str]
    points: float
    detail: str


def summarise(results: list[Result]) -> Summary:
    """Return the summary of at least one graded hand-in."""
    scores = np.array([result.grade for result in results])
    quartiles = tuple(float(value) for value in np.quantile(scores, [0.25, 0.5, 0.75]))
    return Summary(len(scores), results[0].max_score, float(scores.mean()), float(scores.std()), quartiles)


def analyse_items(results: list[Result]) -> list[Item]:
    """Return the questions in the order of the lab."""
    return [_analyse(rank, results) for rank in range(len(results[0].cells))]


def _analyse(rank: int, results: list[Result]) -> Item:
    marked = [result for result in results if result.cells[rank]["score"] is not None]
    cell = results[0].cells[rank]
    scores = np.array([result.cells[rank]["score"] for result in marked], dtype=float)
    others = np.array([result.score for result in marked], dtype=float) - scores
    waiting = len(results) - len(marked)
    # Extra credit is no more than success.
    success = np.minimum(scores, cell["max_score"]).sum() / (cell["max_score"] * len(marked)) if marked else 0.0
    return Item(
        grade_id=cell["grade_id"],
        points=cell["max_score"],
        marked=len(marked),
        waiting=waiting,
        success=None if waiting else float(success),
        full=int((scores >= cell["max_score"]).sum()),
        none=int((scores == 0).sum()),
        discrimination=None if waiting else _correlation(scores, others),
    )


def _correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    if len(a) < FEW or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def find_losses(results: list[Result]) -> list[Loss]:
    """Return why points were lost, criterion by criterion, what cost the class most first."""
    lost = defaultdict(list)
    for result in results:
        for cell in result.cells:
            for key, points, detail in _losses_of(cell):
                lost[key].append((result.student, points, detail))
    losses = [
        Loss(*key, [student for student, _, _ in cases], sum(points for _, points, _ in cases), cases[0][2])
        for key, cases in lost.items()
    ]
    return sorted(losses, key=lambda loss: -loss.points)


def _losses_of(cell: dict) -> Iterator[tuple[tuple[str, str, str], float, str]]:
    """Yield what a cell lost: the question, the criterion and the reason, then points and detail."""
    if cell["score"] is None or cell["score"] + cell["pending"] >= cell["max_score"]:
        return
    criteria = [one for one in cell["criteria"] if one["fate"] not in ("earned", "doubtful")]
    missing = cell["max_score"] - cell["score"] - cell["pending"]
    if not criteria or round(sum(one["points"] for one in criteria) - missing, 4):
        reason = "" if cell["criteria"] else cell["reason"]
        yield (cell["grade_id"], "", reason or "marked by hand"), missing, cell["detail"]
        return
    if all(one["fate"] == "not answered" for one in criteria):
        yield (cell["grade_id"], "", cell["reason"]), missing, cell["detail"]
        return
    for one in criteria:
        yield (cell["grade_id"], one["sentence"], one["reason"]), one["points"], one["detail"]
