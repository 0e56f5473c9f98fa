"""What a student's kernel is told of the expected results: nothing, whatever takes the place of `probe`."""

import pytest
from nbformat import NotebookNode

from instructor.grading.execute import Policy
from instructor.grading.hand_in import grade_hand_in, load_lab
from instructor.kernels import WARM
from instructor.labs.build import build
from instructor.notebooks import find_cell, read_notebook, to_text, write_notebook
from tests.instructor.conftest import answered

BOUNDED = """
x = probe_rng(1).normal(size=40)
probe("size", float(mean(x)), at_least=-0.9, at_most=0.9)
probe("classes", (x > mean(x)).astype(int), labels=(x > x.mean()).astype(int), at_least=0.9)
### END HIDDEN TESTS"""
# Publishes, in the place of the student's results, whatever the test says of the right ones.
FORGER = """    return 2.0

import helpers
publish = helpers.probe
def forge(name, value, *, at_least=None, at_most=None, labels=None, **tolerances):
    publish(name, labels if labels is not None else value if at_least is None else at_least + 1e-9)
helpers.probe = forge"""


@pytest.fixture(params=[(), ("partial-credit",)], ids=["whole credit", "partial credit"])
def bounded(course, request):
    source = read_notebook(course.source("essai"))
    test = find_cell(source, "test_mean")
    test.metadata["tags"] = list(request.param)
    start = test.source.index("\nprobe(")
    test.source = test.source[:start] + BOUNDED
    write_notebook(source, course.source("essai"))
    build(course, ["essai"])
    return course


def grade(course, body: str) -> NotebookNode:
    lab = load_lab(course, "essai", Policy(seed=1, kernel_name=WARM))
    return grade_hand_in(to_text(answered(course, body)).encode(), lab)


def test_right_answer_meets_the_bounds(bounded):
    assert grade(bounded, "    return float(x.sum() / len(x))").metadata.course.marks[0].score == 16


def test_bounds_and_labels_cannot_be_published_in_the_place_of_results(bounded):
    graded = grade(bounded, FORGER)
    assert graded.metadata.course.marks[0].score == 0
    assert graded.metadata.course.review


def test_teacher_reads_the_test_as_it_was_written(bounded):
    graded = grade(bounded, "    return 2.0")
    assert (
        find_cell(graded, "test_mean").source == find_cell(read_notebook(bounded.source("essai")), "test_mean").source
    )
