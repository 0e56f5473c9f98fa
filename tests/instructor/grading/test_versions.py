"""An answer that stands several times is judged in each version while it loses points; the best one counts."""

from types import SimpleNamespace

import pytest
from nbformat import NotebookNode

from instructor.grading import hand_in
from instructor.notebooks import to_text
from tests.instructor.grading.four_questions import student


@pytest.fixture
def graded(monkeypatch):
    """A function that grades with these scores, by how many versions were left out, and tells what was run."""

    def graded(scores):
        runs = []

        def grade(handed_in, lab, without):
            left_out = without.get("sol_mean", 0)
            runs.append(left_out)
            marks = [NotebookNode(score=scores[left_out]), NotebookNode(score=None)]
            notebook = NotebookNode(metadata=NotebookNode(course=NotebookNode(marks=marks, repairs=[])))
            is_done = scores[left_out] == 8 or left_out + 1 == len(scores)
            return notebook, {} if is_done else {"sol_mean": left_out}

        monkeypatch.setattr(hand_in, "_grade", grade)
        notebook = hand_in.grade_hand_in(to_text(student()).encode(), SimpleNamespace())
        return notebook.metadata.course.marks[0].score, runs

    return graded


@pytest.mark.parametrize(
    ("scores", "best", "runs"),
    [
        ([8], 8, [0]),
        ([0, 8], 8, [0, 1]),
        ([4, 0], 4, [0, 1]),
        ([0, 8, 0], 8, [0, 1]),
        ([0, 0, 8], 8, [0, 1, 2]),
        ([0, 4, 2, 8], 4, [0, 1, 2]),  # one hand-in has not all the time of a class
    ],
)
def test_best_version_counts_and_tries_are_few(graded, scores, best, runs):
    assert graded(scores) == (best, runs)
