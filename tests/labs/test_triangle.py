"""The triangle, for every lab: the reference earns everything, the untouched release nothing, a mistake its own points.

One more run is graded for each answer of `tests/labs/<lab>/answers.py`. Each half of a lab's answers shares one worker,
hence one reference run (`--dist loadgroup`): whole labs would leave the other workers idle at the end.
"""

from pathlib import Path

import pytest
from nbformat import NotebookNode

from instructor.answers import Answer, load_answers
from instructor.course import Course
from instructor.execute import Policy
from instructor.grading import grade_hand_in, load_lab
from instructor.kernels import SANDBOXED, WARM
from instructor.kernels.sandbox import sandbox_available
from instructor.notebooks import is_autograded, points, read_notebook, to_text

COURSE = Course(Path(__file__).resolve().parents[2])
POLICY = Policy(seed=20_240_917, kernel_name=SANDBOXED if sandbox_available()[0] else WARM)
LABS = [pytest.param(lab, id=lab, marks=pytest.mark.xdist_group(f"{lab}-0")) for lab in COURSE.labs]
ANSWERS = [
    pytest.param(lab, answer, id=f"{lab}-{answer.name}", marks=pytest.mark.xdist_group(f"{lab}-{number % 2}"))
    for lab in COURSE.labs
    for number, answer in enumerate(load_answers(COURSE.answers(lab)))
]


def grade(lab: str, notebook: NotebookNode) -> NotebookNode:
    return grade_hand_in(to_text(notebook).encode(), load_lab(COURSE, lab, POLICY))


def lost_points(graded: NotebookNode) -> dict[str, float]:
    """Return the points lost by test cell, none listed where none was lost."""
    return {
        mark.grade_id: mark.max_score - mark.score
        for mark in graded.metadata.course.marks
        if mark.score is not None and mark.score < mark.max_score
    }


def details(graded: NotebookNode) -> dict[str, str]:
    return {mark.grade_id: mark.detail for mark in graded.metadata.course.marks if mark.detail}


@pytest.mark.parametrize("lab", LABS)
def test_instructors_notebook_earns_every_autograded_point(lab):
    source = read_notebook(COURSE.source(lab))
    graded = grade(lab, source)
    assert lost_points(graded) == {}, {
        mark.grade_id: mark.detail for mark in graded.metadata.course.marks if mark.detail
    }
    assert sum(mark.score or 0 for mark in graded.metadata.course.marks) == sum(
        map(points, filter(is_autograded, source.cells))
    )


@pytest.mark.parametrize("lab", LABS)
def test_untouched_release_earns_nothing_and_only_says_what_is_missing(lab):
    graded = grade(lab, read_notebook(COURSE.release(lab)))
    assert graded.metadata.course.repairs == []
    assert {mark.grade_id: mark.score for mark in graded.metadata.course.marks if mark.score} == {}
    errors = [
        (cell.id, output.ename, output.evalue)
        for cell in graded.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error" and output.ename != "CourseMark"
    ]
    assert [error for error in errors if error[1] not in ("NotImplementedError", "NameError")] == []
    assert "NotImplementedError" in {ename for _, ename, _ in errors}


def up_to_the_last_test(notebook: NotebookNode) -> NotebookNode:
    """Empty the code cells after the last test: they cannot change a mark, and cost up to half of the time."""
    last = max(number for number, cell in enumerate(notebook.cells) if is_autograded(cell))
    for cell in notebook.cells[last + 1 :]:
        if cell.cell_type == "code":
            cell.source = ""
    return notebook


@pytest.mark.parametrize(("lab", "answer"), ANSWERS)
def test_answer_loses_exactly_its_points(lab, answer: Answer):
    graded = grade(lab, up_to_the_last_test(answer.apply(read_notebook(COURSE.source(lab)))))
    assert lost_points(graded) == pytest.approx(answer.loses), details(graded)


@pytest.mark.parametrize("lab", LABS)
def test_every_test_cell_is_failed_by_some_answer(lab):
    tested = set(load_lab(COURSE, lab, POLICY).reference.cells)
    assert tested == {name for answer in load_answers(COURSE.answers(lab)) for name in answer.loses}
