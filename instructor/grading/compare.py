"""Compare what a hand-in published with what the instructor's notebook did: for what it is, not for how it is held.

Values are JSON, as `helpers.criterion.encode` writes it. A list, a tuple, an array or a tensor of the same numbers are
the same; an integer, a float and a boolean of the same value too. A criterion that asks for a dtype publishes it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from instructor.grading.criteria import Criterion


class Fate(str, Enum):
    """What became of a criterion."""

    EARNED = "earned"
    DOUBTFUL = "doubtful"  # right, but a teacher must say whether it was written by hand
    READY_MADE = "ready-made"
    VALUES = "wrong values"
    SHAPE = "wrong shape"
    KIND = "another kind of value"
    NOT_FINITE = "not finite"
    OUT_OF_BOUNDS = "out of bounds"
    RAISED = "raised"
    TOO_LONG = "too long"
    KILLED = "ended the kernel"
    NOT_REACHED = "not reached"
    NOT_PUBLISHED = "not published"
    NOT_ANSWERED = "not answered"


@dataclass(frozen=True)
class Difference:
    """How a value differs: the kind of it, the facts that a student may be told, and all of it for the teacher."""

    fate: Fate
    facts: tuple[str, ...] = ()
    detail: str = ""


def compare(value: object, expected: object, criterion: Criterion, labels: object = None) -> Difference | None:
    """Return how a published value differs from what the criterion asks, or None."""
    value, expected = _plain(value), _plain(expected)
    if labels is not None:
        return _compare_share(value, _plain(labels), criterion)
    if criterion.at_least is not None or criterion.at_most is not None:
        return _compare_bounds(value, expected, criterion)
    return _compare(value, expected, criterion.rtol, criterion.atol)


class _Array:
    """Numbers in their shape."""

    def __init__(self, numbers: np.ndarray) -> None:
        self.numbers = numbers

    def __str__(self) -> str:
        return f"an array of shape {self.numbers.shape}" if self.numbers.ndim else "a number"


class _Malformed(Exception):
    """What was published stands for nothing."""


def _plain(value: object, depth: int = 0) -> object:
    """Return what the JSON stands for: an `_Array`, a text, None, a list of these, or a dictionary."""
    if depth > 20:
        raise _Malformed
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        items = [_plain(item, depth + 1) for item in value]
        if items and all(isinstance(item, _Array) for item in items):
            shapes = {item.numbers.shape for item in items}
            if len(shapes) == 1:
                return _Array(np.stack([item.numbers for item in items]))
        return items or _Array(np.zeros(0))
    if isinstance(value, dict) and set(value) == {"keys", "values"}:
        keys, values = value["keys"], value["values"]
        if isinstance(keys, list) and isinstance(values, list) and len(keys) == len(values):
            return {str(_key(key)): _plain(item, depth + 1) for key, item in zip(keys, values, strict=True)}
    if isinstance(value, dict) and set(value) == {"dtype", "shape", "data"}:
        try:
            numbers = np.array(value["data"], dtype=float)
            if numbers.ndim == 1:
                return _Array(numbers.reshape([int(size) for size in value["shape"]]))
        except (TypeError, ValueError, OverflowError):
            raise _Malformed from None
    raise _Malformed


def _key(key: object) -> object:
    if isinstance(key, dict) and key.get("shape") == []:
        return float(key["data"][0])
    return tuple(map(_key, key)) if isinstance(key, list) else key


def _compare(value: object, expected: object, rtol: float, atol: float) -> Difference | None:
    if isinstance(value, _Array) and isinstance(expected, _Array):
        return _compare_numbers(value.numbers, expected.numbers, rtol, atol)
    if isinstance(value, list) and isinstance(expected, list):
        if len(value) != len(expected):
            return _shapes((len(value),), (len(expected),))
        return _first(enumerate(zip(value, expected, strict=True)), rtol, atol)
    if isinstance(value, dict) and isinstance(expected, dict):
        if value.keys() != expected.keys():
            different = sorted(value.keys() ^ expected.keys())
            return Difference(Fate.VALUES, detail=f"other keys: {', '.join(different)[:200]}")
        return _first(((key, (value[key], expected[key])) for key in expected), rtol, atol)
    if type(value) is not type(expected):
        if isinstance(value, list | _Array) and isinstance(expected, list | _Array):
            return _shapes(_shape(value), _shape(expected))
        return Difference(Fate.KIND, detail=f"{_name(value)} where {_name(expected)} was expected")
    if value != expected:
        return Difference(Fate.VALUES, detail=f"{str(value)[:80]!r} where {str(expected)[:80]!r} was expected")
    return None


def _first(pairs: object, rtol: float, atol: float) -> Difference | None:
    for place, (value, expected) in pairs:
        if difference := _compare(value, expected, rtol, atol):
            return Difference(difference.fate, difference.facts, f"element {place}: {difference.detail}")
    return None


def _shape(value: object) -> tuple:
    return value.numbers.shape if isinstance(value, _Array) else (len(value),)


def _name(value: object) -> str:
    if isinstance(value, _Array):
        return str(value)
    return {type(None): "nothing (None)", str: "a text", list: "a list", dict: "a dictionary"}[type(value)]


def _shapes(shape: tuple, expected: tuple) -> Difference:
    facts = (str(tuple(shape)), str(tuple(expected)))
    return Difference(Fate.SHAPE, facts, f"shape {facts[0]} where {facts[1]} was expected")


def _compare_numbers(values: np.ndarray, expected: np.ndarray, rtol: float, atol: float) -> Difference | None:
    if values.shape != expected.shape:
        return _shapes(values.shape, expected.shape)
    if not np.isfinite(values).all() and np.isfinite(expected).all():
        return Difference(Fate.NOT_FINITE, detail="NaN or infinite")
    wrong = np.flatnonzero(~np.isclose(values, expected, rtol=rtol, atol=atol, equal_nan=True))
    if not wrong.size:
        return None
    got, want = values.flat[wrong[0]], expected.flat[wrong[0]]
    told = f"{wrong.size} of {values.size} number(s) differ, first {got:.6g} where {want:.6g} was expected"
    return Difference(Fate.VALUES, detail=told)


def _compare_share(value: object, labels: object, criterion: Criterion) -> Difference | None:
    """Compare the share of right predictions with its bounds."""
    if not (isinstance(value, _Array) and isinstance(labels, _Array)):
        return _compare(value, labels, 0, 0)
    if value.numbers.shape != labels.numbers.shape:
        return _shapes(value.numbers.shape, labels.numbers.shape)
    share = float(np.mean(value.numbers == labels.numbers))
    return _out_of_bounds(share, criterion, f"a share of {share:.4g} agrees: ")


def _compare_bounds(value: object, expected: object, criterion: Criterion) -> Difference | None:
    if not (isinstance(value, _Array) and isinstance(expected, _Array)):
        return _compare(value, expected, 0, 0)
    if value.numbers.shape != expected.numbers.shape:
        return _shapes(value.numbers.shape, expected.numbers.shape)
    if not np.isfinite(value.numbers).all():
        return Difference(Fate.NOT_FINITE, detail="NaN or infinite")
    ends = (float(value.numbers.min()), float(value.numbers.max())) if value.numbers.size else ()
    return next(filter(None, (_out_of_bounds(number, criterion) for number in ends)), None)


def _out_of_bounds(number: float, criterion: Criterion, before: str = "") -> Difference | None:
    at_least = -math.inf if criterion.at_least is None else criterion.at_least
    at_most = math.inf if criterion.at_most is None else criterion.at_most
    if at_least <= number <= at_most:
        return None
    return Difference(Fate.OUT_OF_BOUNDS, detail=f"{before}{number:.6g} is not between {at_least:g} and {at_most:g}")


MALFORMED = Difference(Fate.NOT_PUBLISHED, detail="what was published cannot be read")


def compare_published(
    value: object, expected: object, criterion: Criterion, labels: object = None
) -> Difference | None:
    """Compare as `compare`, whatever a forged message holds."""
    try:
        return compare(value, expected, criterion, labels)
    except (_Malformed, RecursionError, TypeError, ValueError, OverflowError, KeyError, IndexError, AttributeError):
        return MALFORMED
