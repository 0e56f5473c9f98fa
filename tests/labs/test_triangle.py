"""The triangle, for every lab: the reference earns everything, the untouched release nothing, a mistake its own points.

Answers to one question take turns in few kernels (`instructor.labs.turns`). One hand-in a lab makes as many mistakes as
there are questions, and whole hand-ins in other styles are graded as students' are. One worker tests a whole lab,
because its reference is run once a process (`--dist loadgroup`).
"""

from functools import cache
from pathlib import Path

import pytest
from nbformat import NotebookNode

from instructor.course import Course
from instructor.grading.compare import Fate
from instructor.grading.execute import Policy, run_notebook
from instructor.grading.hand_in import grade_hand_in
from instructor.grading.judge import Verdict
from instructor.grading.reference import load_lab
from instructor.grading.worlds import questions
from instructor.kernels import SANDBOXED, WARM
from instructor.kernels.sandbox import sandbox_available
from instructor.labs.answers import Answer, group_answers, load_answers
from instructor.labs.check import criteria_without_culprit
from instructor.labs.turns import Variant, judge_variants
from instructor.notebooks import find_cell, is_autograded, points, read_notebook, to_text

COURSE = Course(Path(__file__).resolve().parents[2])
POLICY = Policy(seed=20_240_917, kernel_name=SANDBOXED if sandbox_available()[0] else WARM)
LABS = [pytest.param(lab, id=lab, marks=pytest.mark.xdist_group(lab)) for lab in COURSE.labs]
TESTED = {
    lab: {question.test: set(question.answers) for question in questions(read_notebook(COURSE.source(lab)))}
    for lab in COURSE.labs
}
ANSWERS = {lab: load_answers(COURSE.answers(lab)) for lab in COURSE.labs}


def touched(lab: str, answer: Answer) -> list[str]:
    """Return the test cells whose answers this one changes."""
    return [name for name, cells in TESTED[lab].items() if cells & answer.answered]


ONE_QUESTION = {lab: [one for one in answers if len(touched(lab, one)) == 1] for lab, answers in ANSWERS.items()}
GROUPS = {
    lab: [
        *([one] for one in answers if len(touched(lab, one)) > 1),
        # As many mistakes as there are questions, in one hand-in.
        *group_answers([one for one in ONE_QUESTION[lab] if one.loses], read_notebook(COURSE.source(lab)))[:1],
    ]
    for lab, answers in ANSWERS.items()
}


def marked(lab: str, name: str, *values: object) -> object:
    return pytest.param(lab, *values, id=f"{lab}-{name}", marks=pytest.mark.xdist_group(lab))


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


def up_to_the_last_test(notebook: NotebookNode) -> NotebookNode:
    """Empty the code cells after the last test: they cannot change a mark, and cost up to half of the time."""
    last = max(number for number, cell in enumerate(notebook.cells) if is_autograded(cell))
    for cell in notebook.cells[last + 1 :]:
        if cell.cell_type == "code":
            cell.source = ""
    return notebook


@pytest.mark.parametrize("lab", LABS)
def test_instructors_notebook_earns_every_autograded_point(lab):
    source = up_to_the_last_test(read_notebook(COURSE.source(lab)))
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


def grade_answers(lab: str, answers: list[Answer]) -> NotebookNode:
    """Grade answers in one notebook."""
    notebook = read_notebook(COURSE.source(lab))
    for answer in answers:
        notebook = answer.apply(notebook)
    return grade(lab, up_to_the_last_test(notebook))


def as_lists(criteria: dict) -> dict[str, list[str]]:
    return {name: sorted(names) for name, names in criteria.items() if names}


@cache
def judged(lab: str) -> dict[str, dict[str, Verdict]]:
    """Return by answer what became of the criteria of its question."""
    source, variants = read_notebook(COURSE.source(lab)), []
    for answer in ONE_QUESTION[lab]:
        changed = answer.apply(source)
        cells = tuple((name, find_cell(changed, name).source) for name in sorted(answer.answered))
        variants.append(Variant(touched(lab, answer)[0], cells))
    verdicts = judge_variants(load_lab(COURSE, lab, POLICY), variants, lambda notebooks: map(run, notebooks))
    return dict(zip([answer.name for answer in ONE_QUESTION[lab]], verdicts, strict=True))


def run(notebook: NotebookNode) -> NotebookNode:
    return run_notebook(notebook, POLICY)


@pytest.mark.parametrize(
    ("lab", "answer"), [marked(lab, one.name, one) for lab in COURSE.labs for one in ONE_QUESTION[lab]]
)
def test_answer_loses_exactly_its_criteria(lab, answer: Answer):
    verdicts = judged(lab)[answer.name]
    (test,) = touched(lab, answer)
    why = {name: (one.fate.value, one.detail) for name, one in verdicts.items() if one.fate is not Fate.EARNED}
    given = {name for name, one in verdicts.items() if not one.is_right}
    assert {test: sorted(given)} == {test: sorted(answer.loses.get(test, ()))}, why
    assert set(answer.loses) <= {test}
    doubtful = {name for name, one in verdicts.items() if one.fate is Fate.DOUBTFUL}
    assert doubtful == set(answer.waits.get(test, ())), why


@pytest.mark.parametrize(
    ("lab", "answers"), [marked(lab, group[0].name, group) for lab in COURSE.labs for group in GROUPS[lab]]
)
def test_hand_in_of_several_answers_loses_what_each_of_them_does(lab, answers: list[Answer]):
    graded = grade_answers(lab, answers)
    expected = {name: set(names) for answer in answers for name, names in answer.loses.items()}
    if len(answers) > 1:
        # Two mistakes may make up for one another in the hand-in's own world: a model that never moves is its own copy.
        for mark in graded.metadata.course.marks:
            expected.get(mark.grade_id, set()).difference_update(
                one.name for one in mark.criteria if one.fate == "earned" and one.world == 1
            )
    assert lost(graded) == as_lists(expected), details(graded)
    waits = {name: names for answer in answers for name, names in answer.waits.items()}
    assert by_fate(graded, "doubtful") == as_lists(waits), details(graded)


@pytest.mark.parametrize("lab", LABS)
def test_every_criterion_is_lost_by_some_answer_alone(lab):
    assert criteria_without_culprit(COURSE, lab) == []
