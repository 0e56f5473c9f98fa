"""Find hand-ins whose answers are alike: what students wrote in the TODO blocks, compared by copydetect.

Winnowing of fingerprints, blind to the names of variables: Schleimer, Wilkerson and Aiken, SIGMOD 2003,
https://doi.org/10.1145/872757.872770. Two right answers to a short question are alike without a copy; the report puts
them side by side and judges nothing.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest

import numpy as np
from copydetect import CodeFingerprint, compare_files
from markupsafe import Markup, escape
from nbformat import NotebookNode

from instructor.notebooks import grade_id, is_graded, is_solution

SHORTEST = 15  # characters in a row, names of variables counted as one, that must be equal
CERTAIN = 20  # equal passages this long are always found
ALIKE = 0.7
LONGEST = 50_000  # characters of a hand-in that are compared
MOST_PAIRS = 30


@dataclass(frozen=True)
class Pair:
    """Two hand-ins: the share of each that is in the other, and their answers with the common passages marked."""

    students: tuple[str, str]
    shares: tuple[float, float]
    answers: tuple[Markup, Markup]


def find_similar(answers: dict[str, dict[str, str]], release: NotebookNode) -> list[Pair]:
    """Return the pairs of hand-ins of which one is mostly in the other, most alike first.

    `answers` holds, by student, the text of each solution cell by its name.
    """
    asked = [cell for cell in release.cells if is_solution(cell) and not is_graded(cell)]
    statement = _fingerprint("\n".join(cell.source for cell in asked))
    boilerplate = np.array(sorted(statement.hashes))
    prints = {student: _fingerprint(_own_lines(own, asked), boilerplate) for student, own in answers.items()}
    best = nsmallest(MOST_PAIRS, _alike(prints), key=lambda found: (-sum(found[1]), found[0]))
    return [
        Pair(
            students,
            shares,
            tuple(_mark(prints[one].raw_code, found) for one, found in zip(students, slices, strict=True)),
        )
        for students, shares, slices in best
    ]


def _alike(
    prints: dict[str, CodeFingerprint],
) -> Iterator[tuple[tuple[str, str], tuple[float, float], list[np.ndarray]]]:
    """Yield the students of each pair that is alike, the shares in common, and where they are."""
    for pair in _closest(prints):
        _, shares, slices = compare_files(*(prints[student] for student in pair))
        if max(shares) >= ALIKE:
            yield pair, (min(1.0, shares[0]), min(1.0, shares[1])), slices


def _closest(prints: dict[str, CodeFingerprint]) -> Iterator[tuple[str, str]]:
    """Yield each student with those behind, in alphabetical order, who share most fingerprints, as many as are shown.

    To compare all would take the square of the class.
    """
    students = sorted(student for student, found in prints.items() if found.hashes)
    sizes = np.array([len(prints[student].hashes) for student in students])
    holders = defaultdict(list)
    for rank, student in enumerate(students):
        for value in prints[student].hashes:
            holders[value].append(rank)
    ranks = {value: np.array(found) for value, found in holders.items()}
    for rank, student in enumerate(students):
        shared = np.bincount(np.concatenate([ranks[value] for value in prints[student].hashes]))[rank + 1 :]
        behind = np.arange(rank + 1, rank + 1 + len(shared))
        first, second = shared / sizes[rank], shared / sizes[behind]
        # As they are shown: those that are alike, by what they have in common.
        for place in np.lexsort((-(first + second), np.maximum(first, second) < ALIKE))[:MOST_PAIRS]:
            if shared[place]:
                yield student, students[behind[place]]


def _own_lines(own: dict[str, str], asked: list[NotebookNode]) -> str:
    """Return what a student wrote in the TODO blocks: each answer without the lines that the statement gave."""
    parts = []
    for cell in asked:
        given = set(cell.source.splitlines())
        lines = [line for line in own[grade_id(cell)].splitlines() if line.strip()]
        lines = [line for line in lines if line not in given]
        parts += [f"# {grade_id(cell).removeprefix('sol_')}", *lines] if lines else []
    return "\n".join(parts)[:LONGEST] + "\n"


def _fingerprint(code: str, boilerplate: np.ndarray | None = None) -> CodeFingerprint:
    return CodeFingerprint(
        "answers.py",
        k=SHORTEST,
        win_size=CERTAIN - SHORTEST + 1,
        boilerplate=boilerplate,
        language="python",
        fp=io.StringIO(code),
    )


def _mark(code: str, slices: np.ndarray) -> Markup:
    """Return the code as HTML, the passages between the bounds in `slices`, of shape (2, passages), marked."""
    pieces, end = [], 0
    for start, stop in sorted(zip(*slices.astype(int).tolist(), strict=True)):
        if stop > end:
            begin = max(start, end)
            pieces += [escape(code[end:begin]), Markup("<mark>"), escape(code[begin:stop]), Markup("</mark>")]
            end = stop
    return Markup("").join([*pieces, escape(code[end:])])
