"""What of a hidden half a student's kernel is given, and what stays with the grader."""

import ast

import pytest

from instructor.grading.criteria import CriteriaError, read_criteria
from instructor.notebooks import find_cell, read_notebook

HIDDEN = """assert True
### BEGIN HIDDEN TESTS
from helpers import criterion

SHARED = 3


def fixture(rng):
    return sorted(rng.normal(size=SHARED))


@criterion("une phrase secrète", points=10, rtol=1e-3, by_hand=True)
def first(rng):
    return mean(np.array(fixture(rng)))


@criterion("une part", points=6, at_least=0.9, labels=lambda rng: rng.integers(4, size=10_007))
def second(rng):
    return list(range(10_007))
### END HIDDEN TESTS"""


@pytest.fixture
def source(pristine_course):
    notebook = read_notebook(pristine_course.source("essai"))
    find_cell(notebook, "test_mean").source = HIDDEN
    return notebook


@pytest.fixture
def criteria(source):
    return read_criteria(source)["test_mean"]


def test_sentence_points_and_options_are_read(criteria):
    first, second = criteria
    assert (first.sentence, first.points, first.rtol) == ("une phrase secrète", 10, 1e-3)
    assert "autograd" in first.by_hand
    assert (second.at_least, second.at_most, second.by_hand) == (0.9, None, ())


def test_kernel_is_given_neither_sentence_nor_bound_nor_labels_nor_another_criterion(criteria):
    first, second = criteria
    for absent in ("secrète", "1e-3", "0.001", "points", "second", "10_007", "10007"):
        assert absent not in first.code
    for absent in ("0.9", "labels", "integers", "une part"):
        assert absent not in second.code
    assert "labels=lambda rng: rng.integers" in second.reference_code


def test_code_binds_nothing_and_brings_its_own_python(criteria):
    namespace = {"mean": len, "sum": 0, "sorted": 0, "np": 0}
    calls = []
    code = criteria[0].code.replace("from helpers.criterion import run as __run__", "__run__ = record")
    exec(code, namespace | {"record": lambda function, key, **options: calls.append((function, key, options))}, {})
    ((function, key, options),) = calls
    assert (function.__name__, key, options) == ("first", "test_mean.first", {"by_hand": True})
    before = set(namespace)
    namespace["record"] = lambda function, key, **options: None
    exec(code, namespace)
    assert set(namespace) - before <= {"record", "__builtins__"}


def test_module_that_a_student_replaced_is_imported_again(criteria):
    assert "import numpy as np" in criteria[0].code
    assert "from builtins import sorted" in criteria[0].code


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("points=10", "points=9", "are worth 15 points in all, the cell 16"),
        ("points=10", "points=POINTS", "plain literals"),
        ("rtol=1e-3", "**BOUNDS", "unknown option"),
        ("rtol=1e-3", "tolerance=1", "unknown option tolerance"),
        ("une part", "une phrase secrète", "two criteria have the sentence"),
        ("def second", "def first", "two criteria have the name"),
        ("def second(rng)", "def second()", "one parameter"),
        ("at_least=0.9, ", "", "labels need a bound"),
        ('"une part", ', "", "plain literals"),
        ("points=6", "points=0", "points above 0"),
        ("SHARED = 3", "SHARED = ", "no Python"),
    ],
)
def test_what_cannot_be_read_is_said_with_the_way_out(source, old, new, told):
    cell = find_cell(source, "test_mean")
    cell.source = cell.source.replace(old, new)
    with pytest.raises(CriteriaError, match=told):
        read_criteria(source)


def test_generated_code_is_python(criteria):
    for one in criteria:
        ast.parse(one.code)
        ast.parse(one.reference_code)
