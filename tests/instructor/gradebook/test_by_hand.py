"""What a teacher decides by hand: doubts that wait, marks over automatic ones, and what keeps them."""

import pytest

from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import TO_CONFIRM
from instructor.grading.class_run import Options, grade_class
from instructor.labs.build import build
from instructor.notebooks import find_cell, read_notebook, write_notebook
from tests.instructor.conftest import answered, hand_in

OPTIONS = Options(sandbox=False)
AGAIN = Options(sandbox=False, force=True)
DOUBTFUL = "    return float(eval('x.sum()') / len(x))"


@pytest.fixture
def by_hand(course):
    """The course, whose question must be answered by hand."""
    source = read_notebook(course.source("essai"))
    test = find_cell(source, "test_mean")
    test.source = test.source.replace("points=16", "points=10, by_hand=True").replace(
        "### END HIDDEN",
        '\n\n@criterion("un élément", points=6)\ndef one(rng):\n    return mean(rng.normal(size=1))\n### END HIDDEN',
    )
    write_notebook(source, course.source("essai"))
    build(course, ["essai"])
    return course


def decide(course, student: str, name: str, score: float) -> None:
    with open_gradebook(course) as gradebook:
        grade = gradebook.find_grade(name, "essai", "essai", student)
        grade.manual_score, grade.needs_manual_grade = score, False
        gradebook.db.commit()


def graded(course, options=OPTIONS):
    (result,) = grade_class(course, ["essai"], options=options)
    return result


def test_doubt_waits_for_the_teacher_with_the_line_and_is_never_zero_by_itself(by_hand):
    hand_in(by_hand, "ada", answered(by_hand, DOUBTFUL))
    result = graded(by_hand)
    cell = result.cells[0]
    assert (cell["score"], cell["pending"], result.pending) == (6, 10, 14)
    assert "eval('x.sum()')" in cell["detail"]
    with open_gradebook(by_hand) as gradebook:
        assert gradebook.find_grade("test_mean", "essai", "essai", "ada").needs_manual_grade


def test_what_a_teacher_decided_of_a_doubt_outlives_a_regrade(by_hand):
    hand_in(by_hand, "ada", answered(by_hand, DOUBTFUL))
    graded(by_hand)
    decide(by_hand, "ada", "test_mean", 12)
    for options in (OPTIONS, AGAIN):
        result = graded(by_hand, options)
        assert (result.cells[0]["score"], result.pending) == (12, 4)
        assert TO_CONFIRM not in result.flags


def test_mark_over_an_automatic_one_is_kept_while_the_answer_is_the_same(by_hand):
    notebook = answered(by_hand, "    return 2.0")
    hand_in(by_hand, "ada", notebook)
    assert graded(by_hand).score == 0
    decide(by_hand, "ada", "test_mean", 5)
    find_cell(notebook, "written_interpretation").source = "Autre chose."
    hand_in(by_hand, "ada", notebook)
    assert graded(by_hand).cells[0]["score"] == 5
    hand_in(by_hand, "ada", answered(by_hand, "    return 3.0"))
    result = graded(by_hand)
    assert result.cells[0]["score"] is None
    assert TO_CONFIRM in result.flags


def test_ready_made_answer_loses_the_criterion_and_is_told_the_name(by_hand):
    code = "    import torch\n    return float(torch.nn.functional.avg_pool1d(torch.tensor(x)[None], len(x)))"
    hand_in(by_hand, "ada", answered(by_hand, code))
    cell = graded(by_hand).cells[0]
    assert (cell["score"], cell["pending"]) == (6, 0)
    assert "sans torch.nn.functional.avg_pool1d" in cell["reason"]
