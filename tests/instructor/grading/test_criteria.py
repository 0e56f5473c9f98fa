"""What a published value is worth, without any kernel."""

import re

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.probe import MIME_TYPE, ProbeError, _encode
from instructor.grading.criteria import make_reference, mark_notebook
from instructor.grading.values import compare

NBGRADER = {"grade": True, "solution": False, "locked": True, "grade_id": "test_q", "points": 4, "schema_version": 3}
VISIBLE = 'assert x == 1, "q : on attend 1"\nassert y, f"q : forme {y.shape} inattendue"\n'


def encoded(value):
    return _encode(value, "name")


def payload(name="a", value=1.0, **options):
    return {"name": name, "value": encoded(value), **({"rtol": 1e-4, "atol": 1e-6} | options)}


def executed(*payloads, error=None, tags=(), execution_count=1):
    outputs = [new_output("display_data", data={MIME_TYPE: probe}) for probe in payloads]
    if error:
        outputs.append(new_output("error", ename=error[0], evalue=error[1], traceback=[]))
    cell = new_code_cell(VISIBLE, outputs=outputs, execution_count=execution_count)
    cell.metadata = type(cell.metadata)(nbgrader=NBGRADER, tags=list(tags))
    return new_notebook(cells=[cell])


def mark(reference, handin):
    return mark_notebook(handin, make_reference(reference))[0]


@pytest.mark.parametrize(
    ("value", "expected", "problem"),
    [
        (1.00001, 1.0, None),
        (1.1, 1.0, "differ"),
        (1, 1.0, None),
        (True, 1.0, "boolean where number was expected"),
        (float("nan"), 1.0, "NaN"),
        (float("nan"), float("nan"), None),
        (float("inf"), 1.0, "differ"),
        (None, 1.0, r"nothing \(None\)"),
        ("1.0", 1.0, "string where number"),
        ([1, 2], [1, 2], None),
        ([1], [1, 2], "1 elements where 2"),
        ([1, 3], [1, 2], "element 1"),
        (np.ones((2, 3)), np.ones((2, 3)), None),
        (np.ones((3, 2)), np.ones((2, 3)), r"shape \[3, 2\]"),
        (np.ones(3, dtype=int), np.ones(3), "array of integers where array of floats"),
        (np.ones(3, dtype="float32"), np.ones(3), None),
        ([1.0, 1.0], np.ones(2), "list where array of floats"),
        (np.float64(1.0), 1.0, None),
        ("fizz", "fizz", None),
        ("buzz", "fizz", "'buzz' where 'fizz'"),
    ],
)
def test_comparison_says_what_differs(value, expected, problem):
    found = compare(encoded(value), encoded(expected), rtol=1e-4, atol=1e-6)
    assert found is None if problem is None else re.search(problem, found or "")


def test_matching_probe_earns_the_points():
    assert mark(executed(payload()), executed(payload())).score == 4


@pytest.mark.parametrize(
    ("handin", "detail"),
    [
        (executed(), "not published"),
        (executed(payload(), payload()), "published 2 times"),
        (executed(payload(), payload("bonus")), "bonus: not asked for"),
        (executed(payload(value=2.0)), "differ"),
        (executed({"name": "a", "value": {"dtype": "float64", "shape": [1], "data": ["x"]}}), "array of floats where"),
        (executed({"name": "a"}), "nothing"),
        (executed({"value": 1.0}), "not published"),
        (executed("1.0"), "not published"),
        (executed(execution_count=None), "not executed"),
        (executed(payload(), error=("ValueError", "x")), "ValueError: x"),
    ],
)
def test_anything_else_earns_nothing_and_says_why(handin, detail):
    earned = mark(executed(payload()), handin)
    assert earned.score == 0
    assert detail in earned.detail
    assert earned.reason


@pytest.mark.parametrize(
    ("value", "score"), [(0.95, 4), (0.8, 4), (0.79, 0), (float("nan"), 0), ("0.95", 0), (True, 0)]
)
def test_bound_is_the_references_and_not_the_students(value, score):
    bounded = {"name": "a", "value": 0.99, "at_least": 0.8, "at_most": None}
    handin = {"name": "a", "value": encoded(value), "at_least": -1.0}
    assert mark(executed(bounded), executed(handin)).score == score


@pytest.mark.parametrize(
    ("value", "score"),
    [
        (np.array([0, 1, 2, 3]), 4),
        (np.array([0, 1, 2, 0]), 4),
        (np.array([0, 1, 0, 0]), 0),
        (np.array([[0, 1, 2, 3]]), 0),
        (np.array([0, 1, 2]), 0),
        (np.array([0.0, 1.0, 2.0, 3.0]), 0),
        (1.0, 0),
        ({"dtype": "int64", "shape": [4], "data": [0, 1, 2]}, 0),
        ({"dtype": "int64", "shape": [4], "data": [0, 1, [2], 10**400]}, 0),
    ],
)
def test_predictions_are_compared_with_the_references_labels_by_the_grader(value, score):
    labels = encoded(np.arange(4))
    bounded = {"name": "a", "value": labels, "labels": labels, "at_least": 0.75, "at_most": None}
    forged = value if isinstance(value, dict) else encoded(value)
    handin = {"name": "a", "value": forged, "labels": forged, "at_least": 0.0}
    assert mark(executed(bounded), executed(handin)).score == score


@pytest.mark.parametrize(("value", "score"), [(0.5, 4), (0.2, 4), (float("-inf"), 0), (float("nan"), 0)])
def test_bound_on_one_side_is_no_bound_for_infinity(value, score):
    bounded = {"name": "a", "value": 0.4, "at_least": None, "at_most": 0.5}
    assert mark(executed(bounded), executed(bounded | {"value": encoded(value)})).score == score


def test_tolerance_is_the_references_and_not_the_students():
    assert mark(executed(payload()), executed(payload(value=2.0, rtol=1e9))).score == 0


def test_partial_credit_is_the_share_of_matching_probes():
    reference = executed(*[payload(name) for name in "abcd"], tags=["partial-credit"])
    assert mark(reference, executed(payload("a"), payload("b"), payload("c", 2.0))).score == 2
    assert mark(reference, executed(payload("a"), error=("KeyError", "b"))).score == 1


def test_student_cannot_ask_for_partial_credit():
    reference = executed(payload("a"), payload("b"))
    assert mark(reference, executed(payload("a"), tags=["partial-credit"])).score == 0


def test_reason_is_the_visible_message_and_not_what_was_inserted_into_it():
    reference = executed(payload())
    assert mark(reference, executed(error=("AssertionError", "q : on attend 1"))).reason == "q : on attend 1"
    secret = executed(error=("AssertionError", "q : forme aGlkZGVu inattendue"))
    assert mark(reference, secret).reason == "q : forme … inattendue"
    forged = executed(error=("AssertionError", "hidden line: probe('a', 1)"))
    assert mark(reference, forged).reason == "Votre code a levé une exception AssertionError."
    assert mark(reference, executed(error=("SecretLine", "x"))).reason == "Votre code a levé une exception."


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("de 1 à 2, puis 3 fin", True),
        ("de à à à, puis , à, puis  fin fin", True),
        ("de 1 à 2, puis 3", False),
        ("1 à 2, puis 3 fin", False),
        ("de à, puis  fin", False),
        ("de " + "à , puis " * 200, False),
    ],
)
def test_message_with_values_is_recognised_whatever_they_are(said, told):
    source = 'assert x, f"de {x} à {y}, puis {z} fin"'
    reference, handin = executed(payload()), executed(payload(), error=("AssertionError", said))
    reference.cells[0].source = source
    assert (mark(reference, handin).reason == "de … à …, puis … fin") is told


def test_reference_that_fails_or_repeats_a_probe_is_refused():
    with pytest.raises(ValueError, match="raised ValueError"):
        make_reference(executed(payload(), error=("ValueError", "x")))
    with pytest.raises(ValueError, match="each name once"):
        make_reference(executed(payload(), payload()))


@pytest.mark.parametrize("value", [object(), {"a": 1}, np.array(["a"]), 1j, np.zeros(60_000)])
def test_value_that_cannot_travel_is_refused_by_name(value):
    with pytest.raises(ProbeError, match="« name »"):
        encoded(value)
