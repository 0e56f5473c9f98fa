"""Compare two values as probes encode them: plain JSON, whatever a hand-in put there."""

from __future__ import annotations

import math
import re

import numpy as np


def compare(value: object, expected: object, rtol: float, atol: float) -> str | None:
    """Return how `value` differs from `expected` beyond the tolerances, or None; both are as probes encode them."""
    kind, expected_kind = _kind(value), _kind(expected)
    if kind != expected_kind:
        return f"{kind} where {expected_kind} was expected"
    if kind == "list":
        if len(value) != len(expected):
            return f"{len(value)} elements where {len(expected)} were expected"
        problems = (compare(*pair, rtol, atol) for pair in zip(value, expected, strict=True))
        return next((f"element {i}: {problem}" for i, problem in enumerate(problems) if problem), None)
    if kind == "number":
        return _compare_numbers([value], [expected], rtol, atol)
    if kind.startswith("array"):
        if value["shape"] != expected["shape"]:
            return f"shape {value['shape']} where {expected['shape']} was expected"
        return _compare_numbers(value["data"], expected["data"], rtol, atol)
    return None if value == expected else f"{str(value)[:80]!r} where {str(expected)[:80]!r} was expected"


def _kind(value: object) -> str:
    """Name what the JSON stands for: number, array of integers..., or why it stands for nothing."""
    if value is None:
        return "nothing (None)"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float) or value in ("nan", "inf", "-inf"):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "list"
    if isinstance(value, dict) and set(value) == {"dtype", "shape", "data"} and isinstance(value["data"], list):
        family = re.match(r"bool|u?int|float", str(value["dtype"]))
        if family is not None:
            return "array of " + {"bool": "booleans", "float": "floats"}.get(family[0], "integers")
    return "malformed value"


def _compare_numbers(data: list, expected_data: list, rtol: float, atol: float) -> str | None:
    try:
        values, expected = np.array(data, dtype=float), np.array(expected_data, dtype=float)
    except (TypeError, ValueError, OverflowError):
        return "malformed numbers"
    if values.shape != expected.shape:
        return f"{values.size} numbers where {expected.size} were expected"
    if np.isnan(values).any() and not np.isnan(expected).any():
        return "NaN"
    wrong = np.flatnonzero(~np.isclose(values, expected, rtol=rtol, atol=atol, equal_nan=True))
    if not wrong.size:
        return None
    got, want = values[wrong[0]], expected[wrong[0]]
    return f"{wrong.size} of {values.size} number(s) differ, first {got:.6g} where {want:.6g} was expected"


def check_bounds(value: object, expected: dict) -> str | None:
    """Return how a number, or the share of right predictions, is out of the bounds of the reference, or None."""
    if "labels" in expected:
        labels = expected["labels"]
        if _kind(value) != _kind(labels):
            return f"{_kind(value)} where {_kind(labels)} was expected"
        if value["shape"] != labels["shape"] or len(value["data"]) != len(labels["data"]):
            return f"shape {value['shape']} where {labels['shape']} was expected"
        right = sum(
            _compare_numbers([got], [want], 0, 0) is None
            for got, want in zip(value["data"], labels["data"], strict=True)
        )
        value = right / max(len(labels["data"]), 1)
    return _out_of_bounds(value, expected.get("at_least"), expected.get("at_most"))


def _out_of_bounds(value: object, at_least: float | None, at_most: float | None) -> str | None:
    if _kind(value) != "number":
        return f"{_kind(value)} where a number was expected"
    try:
        number = float(value)
    except OverflowError:
        return "a number too large to compare"
    if not math.isfinite(number):
        return f"{number} where a finite number was expected"
    if at_least is not None and not number >= at_least:
        return f"{number:.6g} is below {at_least:g}"
    if at_most is not None and not number <= at_most:
        return f"{number:.6g} is above {at_most:g}"
    return None
