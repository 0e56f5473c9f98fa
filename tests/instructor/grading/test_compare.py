"""What a published value is worth, without any kernel."""

import collections
import re

import numpy as np
import pytest
import torch

from helpers.criterion import CriterionError, encode
from instructor.grading.compare import Fate, compare_published
from instructor.grading.criteria import Criterion

PLAIN = Criterion("test_q", "q", "une valeur", 1.0, rtol=1e-4, atol=1e-6)
Pair = collections.namedtuple("Pair", "a b")


def fate(value, expected, criterion=PLAIN, labels=None):
    difference = compare_published(value, encode(expected), criterion, labels and encode(labels))
    return difference.fate if difference else Fate.EARNED


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.00001, 1.0),
        (1, 1.0),
        (True, 1),
        (np.float32(1), 1.0),
        (torch.tensor(1.0, requires_grad=True), 1.0),
        (np.ones((2, 3)), [[1, 1, 1], [1, 1, 1]]),
        ((1, 2), [1, 2]),
        (torch.tensor([1, 2]), (1.0, 2.0)),
        (torch.ones(2, dtype=torch.bfloat16), np.ones(2)),
        ([torch.ones(2), np.ones(2)], np.ones((2, 2))),
        (Pair(1, "x"), (1, "x")),
        ([np.ones(2), np.ones(3)], (np.ones(2), [1.0, 1.0, 1.0])),
        (range(3), [0, 1, 2]),
        (iter([1, 2]), [1, 2]),
        (map(abs, [-1, 2]), [1, 2]),
        ({"a": 1, "b": [2]}, {"b": (2.0,), "a": True}),
        ({(0.1, 1): 0.5}, {(0.1, 1.0): 0.5}),
        (collections.OrderedDict(a=1), {"a": 1}),
        (np.array(["a", "b"]), ["a", "b"]),
        ([], np.zeros(0)),
        (float("nan"), float("nan")),
        ("fizz", "fizz"),
        (None, None),
    ],
)
def test_value_is_compared_for_what_it_is_and_not_for_how_it_is_held(value, expected):
    assert fate(encode(value), expected) is Fate.EARNED


@pytest.mark.parametrize(
    ("value", "expected", "found", "told"),
    [
        (1.1, 1.0, Fate.VALUES, "1 of 1 number"),
        (float("nan"), 1.0, Fate.NOT_FINITE, "NaN"),
        (float("inf"), 1.0, Fate.NOT_FINITE, "infinite"),
        (None, 1.0, Fate.KIND, r"nothing \(None\) where a number"),
        ("1.0", 1.0, Fate.KIND, "a text where a number"),
        ([1], [1, 2], Fate.SHAPE, r"shape \(1,\) where \(2,\)"),
        ([1.0], 1.0, Fate.SHAPE, r"shape \(1,\) where \(\)"),
        (np.ones((3, 2)), np.ones((2, 3)), Fate.SHAPE, r"\(3, 2\) where \(2, 3\)"),
        ([np.ones(2), np.ones(4)], [np.ones(2), np.ones(3)], Fate.SHAPE, "element 1"),
        ({"a": 1}, {"b": 1}, Fate.VALUES, "other keys: a, b"),
        ("buzz", "fizz", Fate.VALUES, "'buzz' where 'fizz'"),
        (10**400, 1.0, Fate.NOT_FINITE, "infinite"),
    ],
)
def test_difference_says_what_differs(value, expected, found, told):
    difference = compare_published(encode(value), encode(expected), PLAIN)
    assert difference.fate is found
    assert re.search(told, difference.detail)


@pytest.mark.parametrize(
    "forged",
    [
        5,
        {"dtype": "float64", "shape": [1], "data": ["x"]},
        {"dtype": "float64", "shape": [2], "data": [1.0]},
        {"dtype": "int64", "shape": [1], "data": [[2]]},
        {"dtype": "int64", "shape": [1], "data": [10**400]},
        {"keys": [1], "values": []},
        {"keys": 3, "values": 3},
        {"value": 1.0},
    ],
)
def test_what_no_encoding_gives_is_not_earned(forged):
    assert fate(forged, 1.0) is Fate.NOT_PUBLISHED


def test_deep_value_is_not_earned():
    deep = []
    for _ in range(5000):
        deep = [deep]
    assert fate(deep, 1.0) is Fate.NOT_PUBLISHED


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (0.95, Fate.EARNED),
        (0.8, Fate.EARNED),
        (0.79, Fate.OUT_OF_BOUNDS),
        (float("nan"), Fate.NOT_FINITE),
        (float("inf"), Fate.NOT_FINITE),
        ("0.95", Fate.KIND),
        ([0.9], Fate.SHAPE),
    ],
)
def test_bound_is_the_criterions(value, found):
    bounded = Criterion("test_q", "q", "une part", 1.0, at_least=0.8)
    assert fate(encode(value), 0.99, bounded) is found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ([0, 1, 2, 3], Fate.EARNED),
        (torch.tensor([0, 1, 2, 0]), Fate.EARNED),
        ([0.0, 1.0, 2.0, 3.0], Fate.EARNED),
        ([0, 1, 0, 0], Fate.OUT_OF_BOUNDS),
        ([[0, 1, 2, 3]], Fate.SHAPE),
        ([0, 1, 2], Fate.SHAPE),
        (1.0, Fate.SHAPE),
    ],
)
def test_predictions_are_compared_with_the_references_labels(value, found):
    bounded = Criterion("test_q", "q", "une part", 1.0, at_least=0.75)
    assert fate(encode(value), [3, 3, 3, 3], bounded, labels=[0, 1, 2, 3]) is found


@pytest.mark.parametrize("value", [object(), 1j, np.zeros(60_000), {1, 2}, [0.0] * 60_000, float])
def test_value_that_cannot_travel_is_refused(value):
    with pytest.raises(CriterionError):
        encode(value)


def test_endless_list_is_refused():
    endless = []
    endless.append(endless)
    with pytest.raises((CriterionError, RecursionError)):
        encode(endless)
