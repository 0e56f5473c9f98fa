"""Right answers in cells and files of other shapes are right: graded from bytes to marks, in this process's own Python.

Nothing here needs what a kernel confines; what it runs is our own.
"""

import copy
import json
import sys
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from instructor.grading import hand_in, reference
from instructor.grading.execute import Policy
from instructor.grading.hand_in import grade_hand_in
from instructor.grading.reference import Lab, make_reference
from instructor.grading.released import Released
from instructor.notebooks import TODO_BLOCK, find_cell, grade_id, read_notebook, to_text, without_hidden_tests

TEMPLATE = Path(hand_in.__file__).parents[1] / "templates" / "lab.ipynb"
STUB = "    # À VOUS : effacez la ligne ci-dessous et écrivez votre code à sa place.\n    raise NotImplementedError"
PLACEHOLDER = "*Effacez cette ligne et rédigez votre réponse ici.*"
RIGHT = '''def mean(x: np.ndarray) -> float:
    """Renvoie la moyenne de `x`, de forme (n,)."""
    return float(x.sum() / len(x))'''
WRONG = RIGHT.replace("float(x.sum() / len(x))", "2.0")
SPLIT = ["def total(x):\n    return x.sum()", RIGHT.replace("x.sum()", "total(x)")]


def run_here(notebook: NotebookNode, policy: Policy) -> NotebookNode:
    """Run a notebook without a kernel."""
    executed, shell = copy.deepcopy(notebook), InteractiveShell.instance()
    shell.reset()
    for number, cell in enumerate(executed.cells, start=1):
        with capture_output() as captured:
            result = shell.run_cell(cell.source)
        cell.execution_count = number
        cell.outputs = [new_output("display_data", data=dict(one.data)) for one in captured.outputs if one.data]
        if error := result.error_before_exec or result.error_in_exec:
            cell.outputs.append(new_output("error", ename=type(error).__name__, evalue=str(error), traceback=[]))
    executed.metadata["course"] = NotebookNode(executed.metadata.get("course", {}), stopped_at="", ran_out=False)
    return executed


@pytest.fixture(scope="module")
def lab():
    """The lab that `course new` writes."""
    source = read_notebook(TEMPLATE)
    release = copy.deepcopy(source)
    for cell in release.cells:
        cell.source = TODO_BLOCK.sub(STUB if cell.cell_type == "code" else PLACEHOLDER, cell.source)
        cell.source = without_hidden_tests(cell.source)
    patch = pytest.MonkeyPatch()
    # IPython puts its own module there, of which no process can be spawned.
    patch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    patch.setattr(reference, "run_notebook", run_here)
    patch.setattr(hand_in, "run_notebook", run_here)
    policy = Policy(seed=1)
    for name, value in policy.environment().items():
        patch.setenv(name, value)
    yield Lab(source, release, make_reference(source, policy), policy, Released().also(release))
    InteractiveShell.clear_instance()
    patch.undo()


def index_of(notebook, name):
    return next(index for index, cell in enumerate(notebook.cells) if grade_id(cell) == name)


def answered(lab, code=RIGHT):
    notebook = copy.deepcopy(lab.release)
    find_cell(notebook, "sol_mean").source = code
    find_cell(notebook, "written_interpretation").source = "Elle est tirée vers zéro."
    return notebook


def insert(notebook, name, cell, offset=1):
    notebook.cells.insert(index_of(notebook, name) + offset, cell)
    return notebook


def twin(notebook, source):
    cell = copy.deepcopy(find_cell(notebook, "sol_mean"))
    cell.id, cell.source = "twin", source
    return cell


def plain(lab):
    return answered(lab)


def split_in_two(lab):
    return insert(answered(lab, SPLIT[0]), "sol_mean", new_code_cell(SPLIT[1]))


def split_with_metadata(lab):
    notebook = answered(lab, SPLIT[0])
    return insert(notebook, "sol_mean", twin(notebook, SPLIT[1]))


def scratch_below(lab):
    notebook = answered(lab)
    return insert(notebook, "sol_mean", twin(notebook, WRONG))


def scratch_without_metadata(lab):
    return insert(answered(lab), "sol_mean", new_code_cell(WRONG))


def scratch_below_the_test(lab):
    notebook = answered(lab)
    return insert(notebook, "test_mean", twin(notebook, WRONG))


def corrected_below(lab):
    notebook = answered(lab, WRONG)
    return insert(notebook, "sol_mean", twin(notebook, RIGHT))


def in_a_new_cell(lab):
    return insert(answered(lab, find_cell(lab.release, "sol_mean").source), "sol_mean", new_code_cell(RIGHT))


def typed_as_text(lab):
    notebook = answered(lab)
    place = index_of(notebook, "sol_mean")
    notebook.cells[place] = new_markdown_cell(f"```python\n{RIGHT}\n```")
    return notebook


def imports_typed_as_text(lab):
    notebook = answered(lab)
    place = next(index for index, cell in enumerate(notebook.cells) if cell.id == "imports")
    notebook.cells[place] = new_markdown_cell(notebook.cells[place].source, id="imports")
    return notebook


def written_below_its_placeholder(lab):
    notebook = answered(lab)
    find_cell(notebook, "written_interpretation").source = PLACEHOLDER
    return insert(notebook, "written_interpretation", new_markdown_cell("Elle est tirée vers zéro."))


def bare(lab):
    notebook = answered(lab)
    for number, cell in enumerate(notebook.cells):
        cell.metadata.clear()
        cell.id = f"c{number}"
    return notebook


def as_it_is(text):
    return text.encode()


def without_outputs(text):
    content = json.loads(text)
    for cell in content["cells"]:
        cell.pop("outputs", None)
        cell.pop("execution_count", None)
    return json.dumps(content).encode()


def of_windows(text):
    return text.replace("ȳ", "y").replace("\\n", "\\r\\n").encode("cp1252", "replace") + b"\0" * 64


SHAPES = [plain, split_in_two, split_with_metadata, scratch_below, scratch_without_metadata, scratch_below_the_test]
SHAPES += [corrected_below, in_a_new_cell, typed_as_text, imports_typed_as_text, written_below_its_placeholder, bare]


@pytest.mark.parametrize(
    ("shape", "save"), [*((shape, as_it_is) for shape in SHAPES), (bare, without_outputs), (split_in_two, of_windows)]
)
def test_right_answer_in_another_shape_is_right(lab, shape, save):
    graded = grade_hand_in(save(to_text(shape(lab))), lab)
    scores = {mark.grade_id: mark.score for mark in graded.metadata.course.marks}
    assert scores == {"test_mean": 16, "written_interpretation": None}
    assert find_cell(graded, "written_interpretation").source == "Elle est tirée vers zéro."
    kinds = {one.kind for one in graded.metadata.course.repairs}
    assert ("file" in kinds) == (save is not as_it_is)
    assert kinds <= {"file", "copies", "parts", "kind of cell", "metadata"}


@pytest.mark.parametrize("versions", [[WRONG], [WRONG, WRONG.replace("2.0", "3.0")], [RIGHT.replace("len(x)", "2")]])
def test_wrong_answer_earns_nothing_in_however_many_versions(lab, versions):
    notebook = answered(lab, versions[0])
    for version in versions[1:]:
        insert(notebook, "sol_mean", twin(notebook, version))
    graded = grade_hand_in(to_text(notebook).encode(), lab)
    assert graded.metadata.course.marks[0].score == 0


def test_blank_notebook_earns_nothing_and_nobody_is_asked(lab):
    graded = grade_hand_in(to_text(lab.release).encode(), lab)
    assert graded.metadata.course.marks[0].score == 0
    assert graded.metadata.course.marks[0].criteria[0].fate == "not answered"
    assert find_cell(graded, "written_interpretation").source == PLACEHOLDER
    assert graded.metadata.course.repairs == []
