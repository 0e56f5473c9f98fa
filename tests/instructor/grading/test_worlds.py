"""A hand-in is judged on its answers: by itself, and on top of the lab's cells and of right earlier answers."""

import copy
from dataclasses import replace

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from instructor.grading.execute import Policy
from instructor.grading.hand_in import grade_hand_in
from instructor.grading.names import shared_names
from instructor.grading.reference import load_lab
from instructor.grading.repair import RepairKind
from instructor.grading.worlds import ends_kernel
from instructor.kernels import WARM
from instructor.labs.build import build
from instructor.notebooks import find_cell, read_notebook, to_text, write_notebook

IMPORTS = "import math\nimport numpy as np\n\nSCALE = 2.0\n\n\ndef twice(x):\n    return SCALE * x"
# What a later cell reads (`twice` is a criterion's, and stays), and what only this one does.
FIGURE = "place, width = np.arange(4), 3\nfor row in place:\n    width += row\n\n\ndef tick(x):\n    return x * width"
QUESTIONS = {
    # The second reads the first, the third both and a given cell.
    "mean": ("return float(x.sum() / len(x))", "x", "mean(rng.normal(size=7))"),
    "centred": ("return x - mean(x)", "x", "centred(rng.normal(size=7))"),
    "spread": ("return math.sqrt(float((centred(x) ** 2).mean()))", "x", "twice(spread(rng.normal(size=7)))"),
}
SECOND = """

@criterion("{name} : l'entrée n'a pas changé", points=2)
def untouched(rng):
    x = rng.normal(size=7)
    {name}(x)
    return x
"""


@pytest.fixture(scope="module")
def lab(pristine_course, tmp_path_factory):
    import shutil
    from pathlib import Path

    from instructor.course import Course

    course = Course(Path(shutil.copytree(pristine_course.root, tmp_path_factory.mktemp("worlds") / "course")))
    notebook = read_notebook(course.source("essai"))
    solution, test = (copy.deepcopy(find_cell(notebook, name)) for name in ("sol_mean", "test_mean"))
    cells = [cell for cell in notebook.cells if cell.id in ("title", "setup", "imports")]
    cells[-1].source = IMPORTS
    for name, (body, argument, call) in QUESTIONS.items():
        answer, judged = copy.deepcopy(solution), copy.deepcopy(test)
        answer.id, answer.metadata.nbgrader.grade_id = f"sol-{name}", f"sol_{name}"
        answer.source = f"def {name}({argument}):\n    ### BEGIN TODO\n    {body}\n    ### END TODO"
        judged.id, judged.metadata.nbgrader.grade_id = f"test-{name}", f"test_{name}"
        judged.metadata.nbgrader.points = 6
        judged.source = (
            f"probe = np.ones(2)\nassert {name}(probe) is not None, '{name} : rien'\n### BEGIN HIDDEN TESTS\n"
            "from helpers import criterion\n\n\n"
            f'@criterion("{name} : la valeur", points=4)\ndef value(rng):\n    return {call}\n'
            f"{SECOND.format(name=name)}### END HIDDEN TESTS"
        )
        cells += [answer, judged]
    figure = new_code_cell(FIGURE, id="figure")
    cells.insert(next(rank for rank, cell in enumerate(cells) if cell.id == "test-mean") + 1, figure)
    notebook.cells = [*cells, *(cell for cell in notebook.cells if cell.id == "written-interpretation")]
    notebook.metadata.course.cell_timeout = 5
    write_notebook(notebook, course.source("essai"))
    build(course, ["essai"])
    return load_lab(course, "essai", Policy(seed=3, kernel_name=WARM))


def answered(lab, **bodies: str) -> NotebookNode:
    """Return a hand-in, right but for the bodies given."""
    notebook = copy.deepcopy(lab.release)
    for name, (body, argument, _) in QUESTIONS.items():
        find_cell(notebook, f"sol_{name}").source = f"def {name}({argument}):\n    {bodies.get(name, body)}"
    return notebook


def graded(lab, notebook: NotebookNode) -> NotebookNode:
    return grade_hand_in(to_text(notebook).encode(), lab).metadata.course


def scores(course: NotebookNode) -> dict[str, float]:
    return {mark.grade_id.removeprefix("test_"): mark.score for mark in course.marks if mark.criteria}


def insert(notebook: NotebookNode, code: str, before: str) -> NotebookNode:
    index = next(number for number, cell in enumerate(notebook.cells) if cell.id == before)
    notebook.cells.insert(index, new_code_cell(code))
    return notebook


ALL = {"mean": 6, "centred": 6, "spread": 6}


def left_blank(lab, *names: str, **bodies: str) -> NotebookNode:
    """Return a hand-in, right but for the bodies given, and some questions as the statement has them."""
    notebook = answered(lab, **bodies)
    for name in names:
        find_cell(notebook, f"sol_{name}").source = find_cell(lab.release, f"sol_{name}").source
    return notebook


@pytest.mark.parametrize(
    ("blank", "bodies", "runs", "earned"),
    [
        ([], {}, 1, {}),
        (["centred", "spread"], {}, 1, {"centred": 0, "spread": 0}),
        (["spread"], {"centred": "return x"}, 1, {"centred": 2, "spread": 0}),
        (["mean"], {}, 2, {"mean": 0}),
        (["mean", "spread"], {"centred": "return x + 1"}, 2, {"mean": 0, "centred": 2, "spread": 0}),
    ],
)
def test_second_run_is_for_what_it_can_change(lab, monkeypatch, blank, bodies, runs, earned):
    from instructor.grading import hand_in

    executed = []
    run = hand_in.run_notebook
    monkeypatch.setattr(hand_in, "run_notebook", lambda *given: executed.append(1) or run(*given))
    assert scores(graded(lab, left_blank(lab, *blank, **bodies))) == ALL | earned
    assert len(executed) == runs


def test_answer_in_a_cell_of_the_students_own_is_judged_on_right_earlier_ones(lab):
    notebook = insert(
        left_blank(lab, "spread", mean="return 1.0"), "def spread(x):\n    return centred(x).std()", "test-spread"
    )
    assert scores(graded(lab, notebook))["spread"] == 6


@pytest.mark.parametrize(
    ("bodies", "earned"),
    [
        ({"mean": "return 2.0"}, {"mean": 2}),
        ({"mean": "raise ValueError"}, {"mean": 0}),
        ({"mean": "x -= 1; return float(x.mean() + 1)"}, {"mean": 4}),
        ({"centred": "return x + mean(x)"}, {"centred": 2}),
        ({"mean": "return 2.0", "centred": "return x"}, {"mean": 2, "centred": 2}),
        ({"mean": "return 2.0", "spread": "return 1.0"}, {"mean": 2, "spread": 2}),
        (dict.fromkeys(QUESTIONS, "return None") | {"spread": "raise KeyError"}, dict(mean=2, centred=2, spread=0)),
    ],
)
def test_mistake_costs_its_own_criteria_only(lab, bodies, earned):
    assert scores(graded(lab, answered(lab, **bodies))) == ALL | earned


def test_page_is_told_on_top_of_what_a_question_was_judged(lab):
    course = graded(lab, answered(lab, mean="return 2.0"))
    centred = next(mark for mark in course.marks if mark.grade_id == "test_centred")
    told = {one.name: (one.fate, one.world, list(one.after)) for one in centred.criteria}
    assert told == {"value": ("earned", 2, ["test_mean"]), "untouched": ("earned", 1, [])}


@pytest.mark.parametrize(
    "imports",
    ["import pandas_not_there\n" + IMPORTS, IMPORTS.replace("2.0", "3.0"), "%matplotlib not_a_backend\n" + IMPORTS, ""],
    ids=["import that fails", "constant changed", "magic that fails", "emptied"],
)
def test_given_cell_that_was_changed_costs_nothing(lab, imports):
    notebook = answered(lab)
    next(cell for cell in notebook.cells if cell.id == "imports").source = imports
    course = graded(lab, notebook)
    assert scores(course) == ALL
    assert "given cells" in {one["kind"] for one in course.repairs} or imports.startswith("%")


def test_given_cell_deleted_or_moved_to_the_end_costs_nothing(lab):
    without = answered(lab)
    (imports,) = (cell for cell in without.cells if cell.id == "imports")
    without.cells.remove(imports)
    assert scores(graded(lab, without)) == ALL
    without.cells.append(imports)
    assert scores(graded(lab, without)) == ALL


@pytest.mark.parametrize("code", ["import os; os._exit(0)", "import os, signal; os.kill(os.getpid(), 9)", "%reset -f"])
def test_cell_that_ends_the_kernel_or_empties_it_costs_nothing(lab, code):
    course = graded(lab, insert(answered(lab), code, "sol-centred"))
    assert scores(course) == ALL


def test_answer_that_ends_the_kernel_costs_its_own_question(lab):
    course = graded(lab, answered(lab, centred="import os; os._exit(0)"))
    assert scores(course) == ALL | {"centred": 0}
    assert "ended the kernel" in {one.fate for mark in course.marks for one in mark.criteria}


def test_endless_answer_costs_its_own_criteria(lab):
    hasty = replace(lab, policy=replace(lab.policy, cell_timeout=2))
    course = graded(hasty, answered(lab, centred="while True: pass"))
    assert scores(course) == ALL | {"centred": 0}


@pytest.mark.parametrize("code", ["sum = 0; len = 3; float = None", "np = 5", "twice = 3; SCALE = 0"])
def test_name_that_was_taken_for_something_else_costs_nothing(lab, code):
    notebook = insert(answered(lab, mean="return np.mean(x).item()"), code, "test-mean")
    assert scores(graded(lab, notebook))["mean"] == 6
    last = insert(answered(lab), code, "test-spread")
    assert scores(graded(lab, last)) == ALL


@pytest.mark.parametrize("name", ["place", "row", "width", "tick", "probe"])
def test_helper_whose_name_a_given_cell_or_a_visible_test_takes_costs_nothing(lab, name):
    notebook = answered(lab)
    helper = f"def {name}(x):\n    return x.sum() / len(x)\n\n\n"
    find_cell(notebook, "sol_mean").source = f"{helper}def mean(x):\n    return float({name}(x))"
    find_cell(notebook, "sol_centred").source = f"def centred(x):\n    return x - {name}(x)"
    assert scores(graded(lab, notebook)) == ALL


def test_names_that_a_star_import_took_cost_nothing(lab):
    # Behind an answer it would take the answer's own name, as its student sees.
    assert scores(graded(lab, insert(answered(lab), "from torch import *", "sol-mean"))) == ALL


@pytest.mark.parametrize(
    "code", ["max: int = 0", "for max in []: pass", "import math as max", "(max := 1)", "from numpy import *"]
)
def test_python_s_names_are_restored_however_they_were_taken(lab, code):
    given_back, _ = shared_names(insert(answered(lab), code, "sol-mean"), lab.source)
    (restored,) = [one for one in given_back if "max" in one]
    names: dict = {"max": 0}
    exec(restored, names)
    assert names["max"] is max


def test_first_failing_cell_is_named_whether_it_costs_or_not(lab):
    notebook = insert(answered(lab), "import seaborn_not_there", "sol-mean")
    course = graded(lab, notebook)
    failure = course.first_failure
    assert scores(course) == ALL
    assert (failure.error, failure.line) == ("ModuleNotFoundError", "import seaborn_not_there")
    assert notebook.cells[failure.number - 1].source == "import seaborn_not_there"


STUDENTS_MACHINE = """
%matplotlib tk
from google.colab import drive
drive.mount("/content/drive")
from torch.utils.tensorboard import SummaryWriter
import torch
weights = torch.ones(2, device="cuda")
""".strip()


def test_line_that_needs_the_students_machine_costs_nothing_and_a_gpu_is_spoken_of(lab):
    notebook = answered(lab)
    imports = next(cell for cell in notebook.cells if cell.id == "imports")
    imports.source = f"{STUDENTS_MACHINE}\n{imports.source}"
    course = graded(lab, notebook)
    assert (scores(course), course.first_failure) == (ALL, None)
    assert [one.kind for one in course.repairs] == [RepairKind.NO_GPU]


def test_visible_failure_stops_nothing_and_is_a_hole_where_every_criterion_passes(lab):
    notebook = answered(lab, mean="return None if len(x) == 2 else float(x.mean())")
    mark = next(mark for mark in graded(lab, notebook).marks if mark.grade_id == "test_mean")
    assert (mark.score, mark.hole, mark.visible) == (6, True, "mean : rien")


def test_reference_answer_enters_after_the_students_was_judged(lab):
    # A cell of the student's own that looks for the right answer in the history finds only its own.
    own = "def mean(x):\n    return float(eval(In[-1].split('return ')[1].splitlines()[0]) if 'sum' in In[-1] else 0)"
    notebook = answered(lab)
    find_cell(notebook, "sol_mean").source = own
    assert scores(graded(lab, notebook))["mean"] <= 2


def test_untouched_question_is_said_to_be_and_no_other(lab):
    notebook = left_blank(lab, "mean", spread="raise NotImplementedError")
    fates = {mark.grade_id: {one.fate for one in mark.criteria} for mark in graded(lab, notebook).marks}
    assert fates["test_mean"] == {"not answered"}
    assert fates["test_centred"] == {"earned"}
    assert fates["test_spread"] == {"raised"}


@pytest.mark.parametrize("code", ["exit", "exit()", "  quit( ) ", "quit;", "%reset -f", "x = 1\nglobals().clear()"])
def test_cell_that_leaves_the_kernel_is_known_by_its_text(code):
    assert ends_kernel(code)


@pytest.mark.parametrize(
    "code", ["exit_code = 1", "print('exit()')", "model.exit()", "# quit", "\n" * 1_000_000, " " * 10**6]
)
def test_other_cells_are_not_and_are_read_once(code):
    assert not ends_kernel(code)
