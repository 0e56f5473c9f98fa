"""The triangle, for every lab: the reference earns everything, the untouched release nothing, a mistake its own points.

Answers take turns in few kernels (`instructor.labs.turns`), question by question, and right ones pass the visible tests
too. Of each lab, a hand-in that makes as many mistakes as there are questions, and those whose mistakes span questions,
are graded as students' are. One worker tests a lab, because its reference is run once a process (`--dist loadgroup`).
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path

import pytest
from nbformat import NotebookNode

from instructor.course import Course
from instructor.grading.compare import Fate
from instructor.grading.execute import Policy, run_notebook
from instructor.grading.hand_in import grade_hand_in
from instructor.grading.reference import load_lab
from instructor.grading.worlds import questions
from instructor.kernels import SANDBOXED, WARM
from instructor.kernels.sandbox import sandbox_available
from instructor.labs.answers import Answer, group_answers, load_answers
from instructor.labs.check import criteria_without_culprit
from instructor.labs.turns import Judged, Variant, judge_variants
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


def is_right(answer: Answer) -> bool:
    return not (answer.loses or answer.waits)


IN_TURNS = {
    lab: [one for one in answers if is_right(one) or len(touched(lab, one)) == 1] for lab, answers in ANSWERS.items()
}
WHOLE = {
    lab: [
        *([one] for one in answers if one not in IN_TURNS[lab]),
        # As many mistakes as there are questions, in one hand-in.
        *group_answers([one for one in IN_TURNS[lab] if one.loses], read_notebook(COURSE.source(lab)))[:1],
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


def variants(lab: str, answer: Answer) -> Iterator[Variant]:
    """Yield what takes its turn at each question of an answer: its cells up to there."""
    changed, cells = answer.apply(read_notebook(COURSE.source(lab))), []
    for test, names in TESTED[lab].items():
        cells += [(name, find_cell(changed, name).source) for name in sorted(names & answer.answered)]
        if names & answer.answered:
            yield Variant(test, tuple(cells), visible=is_right(answer))


@cache
def judged(lab: str) -> dict[str, dict[str, Judged]]:
    """Return what became of each answer, by test cell."""
    asked = [(answer.name, variant) for answer in IN_TURNS[lab] for variant in variants(lab, answer)]
    loaded = load_lab(COURSE, lab, POLICY)
    with ThreadPoolExecutor(max_workers=2) as pool:  # a lab may be tested alone, on two cores
        became = judge_variants(loaded, [variant for _, variant in asked], partial(pool.map, run))
    found: dict[str, dict[str, Judged]] = {}
    for (name, variant), one in zip(asked, became, strict=True):
        found.setdefault(name, {})[variant.test] = one
    return found


def run(notebook: NotebookNode) -> NotebookNode:
    return run_notebook(notebook, POLICY)


@pytest.mark.parametrize(
    ("lab", "answer"), [marked(lab, one.name, one) for lab in COURSE.labs for one in IN_TURNS[lab]]
)
def test_answer_loses_exactly_its_criteria(lab, answer: Answer):
    loses, waits, why = {}, {}, {}
    for test, became in judged(lab)[answer.name].items():
        verdicts = became.verdicts
        loses[test] = [name for name, one in verdicts.items() if not one.is_right]
        waits[test] = [name for name, one in verdicts.items() if one.fate is Fate.DOUBTFUL]
        why |= {name: (one.fate.value, one.detail) for name, one in verdicts.items() if one.fate is not Fate.EARNED}
        assert became.visible == ""
    assert as_lists(loses) == as_lists(answer.loses), why
    assert as_lists(waits) == as_lists(answer.waits), why


@pytest.mark.parametrize(
    ("lab", "answers"), [marked(lab, group[0].name, group) for lab in COURSE.labs for group in WHOLE[lab]]
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
