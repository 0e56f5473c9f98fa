"""The triangle, for every lab: the reference earns everything, the untouched release nothing, a mistake its own points.

The answers of `tests/labs/<lab>/answers.py` share notebooks in which what each of them costs is seen all the same
(`group_answers`): one notebook for each would take more than twice as long. Where a shared notebook is not marked as
expected, each of its answers is graded alone. One worker tests a whole lab, because its reference is run once a process
(`--dist loadgroup`).
"""

import warnings
from functools import cache
from pathlib import Path

import pytest
from nbformat import NotebookNode

from instructor.course import Course
from instructor.grading.execute import Policy
from instructor.grading.hand_in import grade_hand_in, load_lab
from instructor.kernels import SANDBOXED, WARM
from instructor.kernels.sandbox import sandbox_available
from instructor.labs.answers import Answer, group_answers, load_answers
from instructor.notebooks import is_autograded, points, read_notebook, to_text

COURSE = Course(Path(__file__).resolve().parents[2])
POLICY = Policy(seed=20_240_917, kernel_name=SANDBOXED if sandbox_available()[0] else WARM)
LABS = [pytest.param(lab, id=lab, marks=pytest.mark.xdist_group(lab)) for lab in COURSE.labs]
GROUPS = {
    lab: group_answers(load_answers(COURSE.answers(lab)), read_notebook(COURSE.source(lab))) for lab in COURSE.labs
}
ANSWERS = [
    pytest.param(lab, group, answer, id=f"{lab}-{answer.name}", marks=pytest.mark.xdist_group(lab))
    for lab, groups in GROUPS.items()
    for group, answers in enumerate(groups)
    for answer in answers
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
    assert lost_points(graded) == {}, details(graded)
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


def grade_answers(lab: str, answers: list[Answer]) -> tuple[dict[str, float], dict[str, str]]:
    """Grade answers in one notebook; return the points lost by test cell, and why."""
    notebook = read_notebook(COURSE.source(lab))
    for answer in answers:
        notebook = answer.apply(notebook)
    graded = grade(lab, up_to_the_last_test(notebook))
    return lost_points(graded), details(graded)


@cache
def is_as_expected(lab: str, group: int) -> bool:
    """Tell whether a group of answers loses, in one notebook, what its answers must lose, and nothing else."""
    answers = GROUPS[lab][group]
    lost, why = grade_answers(lab, answers)
    expected = {name: points for answer in answers for name, points in answer.loses.items()}
    if lost != pytest.approx(expected):
        names = ", ".join(answer.name for answer in answers)
        warnings.warn(f"{lab}: each graded alone, because together they lose {lost} ({why}): {names}", stacklevel=1)
        return False
    return True


@pytest.mark.parametrize(("lab", "group", "answer"), ANSWERS)
def test_answer_loses_exactly_its_points(lab, group, answer: Answer):
    if len(GROUPS[lab][group]) > 1 and is_as_expected(lab, group):
        return
    lost, why = grade_answers(lab, [answer])
    assert lost == pytest.approx(answer.loses), why


@pytest.mark.parametrize("lab", LABS)
def test_every_test_cell_is_failed_by_some_answer(lab):
    tested = set(load_lab(COURSE, lab, POLICY).reference.cells)
    assert tested == {name for group in GROUPS[lab] for answer in group for name in answer.loses}
