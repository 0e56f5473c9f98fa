"""The triangle, for every lab: the reference earns everything, the untouched release nothing, a mistake its own points.

The answers of `tests/labs/<lab>/answers.py` share notebooks (`group_answers`): a mistake cannot touch another question.
One worker tests a whole lab, because its reference is run once a process (`--dist loadgroup`).
"""

from functools import cache
from pathlib import Path

import pytest
from nbformat import NotebookNode

from instructor.course import Course
from instructor.grading.compare import Fate
from instructor.grading.execute import Policy
from instructor.grading.hand_in import grade_hand_in
from instructor.grading.reference import load_lab
from instructor.grading.worlds import questions
from instructor.kernels import SANDBOXED, WARM
from instructor.kernels.sandbox import sandbox_available
from instructor.labs.answers import Answer, group_answers, load_answers
from instructor.labs.check import criteria_without_culprit
from instructor.notebooks import is_autograded, points, read_notebook, to_text

COURSE = Course(Path(__file__).resolve().parents[2])
POLICY = Policy(seed=20_240_917, kernel_name=SANDBOXED if sandbox_available()[0] else WARM)
LABS = [pytest.param(lab, id=lab, marks=pytest.mark.xdist_group(lab)) for lab in COURSE.labs]
GROUPS = {
    lab: group_answers(load_answers(COURSE.answers(lab)), read_notebook(COURSE.source(lab))) for lab in COURSE.labs
}
TESTED = {
    lab: {question.test: set(question.answers) for question in questions(read_notebook(COURSE.source(lab)))}
    for lab in COURSE.labs
}
ANSWERS = [
    pytest.param(lab, group, answer, id=f"{lab}-{answer.name}", marks=pytest.mark.xdist_group(lab))
    for lab, groups in GROUPS.items()
    for group, answers in enumerate(groups)
    for answer in answers
]


def grade(lab: str, notebook: NotebookNode) -> NotebookNode:
    return grade_hand_in(to_text(notebook).encode(), load_lab(COURSE, lab, POLICY))


def by_fate(graded: NotebookNode, *fates: str) -> dict[str, list[str]]:
    """Return by test cell the criteria that had one of these fates, sorted."""
    found = {
        mark.grade_id: sorted(one.name for one in mark.criteria if one.fate in fates)
        for mark in graded.metadata.course.marks
    }
    return {name: criteria for name, criteria in found.items() if criteria}


LOST = sorted({fate.value for fate in Fate} - {"earned", "doubtful"})


def lost(graded: NotebookNode) -> dict[str, list[str]]:
    return by_fate(graded, *LOST)


def details(graded: NotebookNode) -> dict[str, str]:
    return {mark.grade_id: f"{mark.detail} / {mark.visible}" for mark in graded.metadata.course.marks if mark.detail}


@pytest.mark.parametrize("lab", LABS)
def test_instructors_notebook_earns_every_autograded_point(lab):
    source = read_notebook(COURSE.source(lab))
    graded = grade(lab, source)
    assert (lost(graded), by_fate(graded, "doubtful")) == ({}, {}), details(graded)
    assert [mark.grade_id for mark in graded.metadata.course.marks if mark.visible or mark.hole] == []
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


def grade_answers(lab: str, answers: list[Answer]) -> tuple[dict, dict, dict[str, str]]:
    """Grade answers in one notebook; return the criteria lost, those that wait for a teacher, and why."""
    notebook = read_notebook(COURSE.source(lab))
    for answer in answers:
        notebook = answer.apply(notebook)
    graded = grade(lab, up_to_the_last_test(notebook))
    return lost(graded), by_fate(graded, "doubtful"), details(graded)


def as_lists(criteria: dict) -> dict[str, list[str]]:
    return {name: sorted(names) for name, names in criteria.items() if names}


@cache
def graded_group(lab: str, group: int) -> tuple[dict, dict, dict[str, str]]:
    return grade_answers(lab, GROUPS[lab][group])


@pytest.mark.parametrize(("lab", "group", "answer"), ANSWERS)
def test_answer_loses_exactly_its_criteria(lab, group, answer: Answer):
    tests = {name for name, cells in TESTED[lab].items() if cells & answer.answered}
    for given, expected in zip(graded_group(lab, group)[:2], (answer.loses, answer.waits), strict=True):
        why = graded_group(lab, group)[2]
        assert {name: names for name, names in given.items() if name in tests} == as_lists(expected), why
        strangers = given.keys() - {name for other in GROUPS[lab][group] for name in touched(lab, other)}
        assert not strangers, (f"questions that no answer of the group touches lose points: {strangers}", why)


def touched(lab: str, answer: Answer) -> set[str]:
    return {name for name, cells in TESTED[lab].items() if cells & answer.answered}


@pytest.mark.parametrize("lab", LABS)
def test_every_criterion_is_lost_by_some_answer_alone(lab):
    assert criteria_without_culprit(COURSE, lab) == []
