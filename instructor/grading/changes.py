"""What a regrade changed in the marks of one hand-in, question by question, and why."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass

from nbgrader.api import Grade, MissingEntry

from instructor.course import HandIn
from instructor.gradebook.by_hand import Answers, known_answers
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import Result
from instructor.grading.fingerprint import changed_parts, filed_fingerprint

LATENESS = "lateness"


@dataclass(frozen=True)
class Standing:
    """What the gradebook held of a hand-in: marks by question (None for one that waits), and what they were given to.

    `fingerprint` is that of what was graded, empty where it is gone.
    """

    scores: dict[str, float | None]
    answers: Answers
    fingerprint: dict[str, str]


def read_standing(hand_in: HandIn) -> Standing:
    """Return what the gradebook holds, before it is written anew."""
    answers, fingerprint = known_answers(hand_in), filed_fingerprint(hand_in.autograded)
    try:
        with open_gradebook(hand_in.course) as gradebook:
            filed = gradebook.find_submission_notebook(hand_in.lab, hand_in.lab, hand_in.student)
            scores = {grade.name: _score(grade) for grade in filed.grades}
            if filed.late_submission_penalty:
                scores[LATENESS] = -filed.late_submission_penalty
    except MissingEntry:
        return Standing({}, answers, fingerprint)
    return Standing(scores, answers, fingerprint)


def _score(grade: Grade) -> float | None:
    waits = grade.needs_manual_grade and (grade.manual_score is not None or grade.auto_score is None)
    return None if waits else grade.score


def last_changes(hand_in: HandIn) -> list[dict]:
    """Return what the last regrade changed, none where there was none."""
    with suppress(OSError, ValueError):
        return json.loads(hand_in.changes.read_bytes())
    return []


def find_changes(before: Standing, after: Standing, result: Result) -> list[dict]:
    """Return one entry a question whose mark, or whose maximum, is another; none for what was never graded."""
    parts = changed_parts(before.fingerprint, after.fingerprint) if before.fingerprint else []
    maxima = {cell["grade_id"]: cell["max_score"] for cell in result.cells}
    changes = []
    for name in [*maxima, LATENESS] if before.answers else []:
        old, new = before.answers.get(name), after.answers.get(name)
        one = {"cell": name, "before": before.scores.get(name), "after": after.scores.get(name)}
        one |= {"max_before": old and old[1], "max_after": maxima.get(name)}
        if (one["before"], one["max_before"]) == (one["after"], one["max_after"]):
            continue
        if name == LATENESS:
            reasons = [part for part in parts if part in ("how late it came", "nbgrader_config.py")]
        elif old is None:
            reasons = ["the questions"]
        else:
            reasons = ["its answer"] * (old[0] != new[0]) + ["its points"] * (old[1] != new[1]) or [
                "the rest of the hand-in" if part == "the hand-in" else part for part in parts
            ]
        changes.append(one | {"reason": ", ".join(reasons)})
    return changes
