"""One change at a time in the right answers, and which of them keep every point."""

import ast

import pytest
from nbformat.v4 import new_output

from instructor.grading.compare import Fate
from instructor.grading.execute import Policy, run_notebook
from instructor.grading.reference import load_lab
from instructor.kernels import WARM
from instructor.labs.answers import Answer
from instructor.labs.build import build
from instructor.labs.mutate import explained, make_mutants, survivors
from instructor.labs.turns import Variant, judge_variants
from instructor.notebooks import find_cell, read_notebook, write_notebook

BODY = """
    total = 0.0
    for value in x[0:]:
        if value != 0 and not total < 0:
            total += value
        else:
            total = total + value
    return float(total / max(len(x), 1))
"""


@pytest.fixture
def lab(course):
    """The course, whose answer holds something of everything that can be changed."""
    source = read_notebook(course.source("essai"))
    cell = find_cell(source, "sol_mean")
    head, _, rest = cell.source.partition("### BEGIN TODO\n")
    cell.source = f"{head}### BEGIN TODO{BODY}    {rest[rest.index('### END TODO') :]}"
    write_notebook(source, course.source("essai"))
    build(course, ["essai"])
    return course


def test_changes_are_small_valid_and_within_the_answer(lab):
    source = read_notebook(lab.source("essai"))
    mutants = make_mutants(source)
    kinds = {mutant.change.partition(":")[0] for mutant in mutants}
    assert {"operator", "comparison", "constant", "sign or not", "statement removed"} <= kinds
    assert {"last argument dropped", "max -> min", "condition always true"} <= kinds
    assert len({ast.dump(ast.parse(mutant.source)) for mutant in mutants}) == len(mutants)
    for mutant in mutants:
        assert mutant.source.startswith("def mean(x: np.ndarray) -> float:")


def test_numbers_that_are_the_students_choice_are_no_mistakes(lab):
    source = read_notebook(lab.source("essai"))
    chosen = "settings = {'a': {'grey': True}, 'b': {'rate': 0.1}}\nseeds = [1, 2, 3]\nsize = 4"
    find_cell(source, "sol_mean").source = f"### BEGIN TODO\n{chosen}\n### END TODO"
    assert [mutant.change for mutant in make_mutants(source)] == [
        "statement removed: settings = {'a': {'grey': True}, 'b': {'rate': 0.1}}",
        "statement removed: seeds = [1, 2, 3]",
        "statement removed: size = 4",
        "constant: size = 4",
        "constant: size = 4",
        "constant: settings = {'a': {'grey': True}, 'b': {'rate': 0.1}}",
    ]


def test_arguments_that_no_value_depends_on_are_left_alone(lab):
    source = read_notebook(lab.source("essai"))
    copied = "x.to(device, non_blocking=True), zip(x, x, strict=True), model.load(x, strict=True)"
    find_cell(source, "sol_mean").source = f"### BEGIN TODO\n{copied}\n### END TODO"
    changes = sorted({mutant.change.partition(":")[0] for mutant in make_mutants(source)})
    assert changes == [
        "argument strict dropped",
        "call dropped",
        "constant",
        "last argument dropped",
        "statement removed",
    ]
    assert all("strict=True), model" in mutant.source for mutant in make_mutants(source) if "zip(x, x" in mutant.source)


def test_change_that_keeps_every_point_survives_unless_it_is_explained(lab):
    source = read_notebook(lab.source("essai"))
    mutants = make_mutants(source)
    alive = survivors(lab, "essai", mutants, workers=1)
    told = {mutant.change for mutant in alive}
    # The branches do the same, so that whatever the condition says is right: no criterion can tell.
    assert "condition always true: if value != 0 and not total < 0:" in told
    assert not {"statement removed: total = 0.0", "max -> min: return float(total / max(len(x), 1))"} & told
    answers = lab.answers("essai")
    right = next(mutant for mutant in alive if mutant.change.startswith("condition always true"))
    for told in (
        f"cells={{'sol_mean': {right.source!r}}}",
        "edits={'sol_mean': [('value != 0 and not total < 0', 'True'), ('= 0.0', '= float(0)')]}",
    ):
        answer = f"Answer('either', 'Both branches add.', {told})"
        answers.write_text(f"from instructor.labs.answers import Answer\n\nANSWERS = [{answer}]\n", encoding="utf-8")
        assert explained(lab, "essai", source, alive) == [right]


@pytest.mark.parametrize(("passage", "times"), [("value", 4), ("median", 0)])
def test_edit_names_one_passage(lab, passage, times):
    answer = Answer("vague", "Quotes what is there never or often.", edits={"sol_mean": [(passage, "x")]})
    with pytest.raises(ValueError, match=f"vague: '{passage}' stands {times} times in sol_mean"):
        answer.apply(read_notebook(lab.source("essai")))


def test_answer_that_stops_halfway_has_no_name_of_the_right_one(course):
    policy = Policy(seed=0, kernel_name=WARM)
    variant = Variant("test_mean", (("sol_mean", "raise ValueError"),))
    (judged,) = judge_variants(
        load_lab(course, "essai", policy), [variant], lambda notebooks: [run_notebook(one, policy) for one in notebooks]
    )
    assert {verdict.fate for verdict in judged.verdicts.values()} == {Fate.RAISED}


def test_answer_that_runs_when_time_is_up_is_judged_again(course):
    policy = Policy(seed=0, kernel_name=WARM)
    runs = []

    def run(notebooks):
        for notebook in notebooks:
            executed = run_notebook(notebook, policy)
            if not runs:  # time was up in the second of two turns
                executed.metadata.course.ran_out = True
                last = next(
                    cell for cell in executed.cells if str(cell.metadata.course.get("criterion")).startswith("1:")
                )
                last.outputs = [new_output("error", ename="CellTimeoutError", evalue="", traceback=[])]
            runs.append(len(executed.cells))
            yield executed

    right = find_cell(read_notebook(course.source("essai")), "sol_mean").source
    judged = judge_variants(load_lab(course, "essai", policy), [Variant("test_mean", (("sol_mean", right),))] * 2, run)
    assert {verdict.fate for one in judged for verdict in one.verdicts.values()} == {Fate.EARNED}
    assert len(runs) == 2
