"""Whatever a student wrote is found: in several cells, in another kind of cell, beside its place, without metadata."""

import copy

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from instructor.course import Course
from instructor.grading.match import code_of, is_prose
from instructor.grading.released import Released, keep_released, read_released
from instructor.grading.repair import RepairKind, repair
from instructor.grading.worlds import changed_by_student, changed_given_cells
from instructor.notebooks import find_cell, grade_id, write_notebook
from tests.instructor.grading.four_questions import PLACEHOLDER, RELEASE, RIGHT, SOURCE, STUB, student


def index_of(notebook, name):
    return next(index for index, cell in enumerate(notebook.cells) if grade_id(cell) == name)


def below(notebook, name, *cells):
    """Put cells below the one of that name."""
    place = index_of(notebook, name) + 1
    notebook.cells[place:place] = cells
    return notebook


def twin(notebook, name, source):
    """Return a copy of a cell with its metadata, as an editor makes it, with another text."""
    cell = copy.deepcopy(find_cell(notebook, name))
    cell.id, cell.source = "twin", source
    return cell


def bare(notebook):
    for number, cell in enumerate(notebook.cells):
        cell.metadata.clear()
        cell.id = f"c{number}"
    return notebook


def run_order(graded, upto="test_mean"):
    """Return the codes that run above a test."""
    return [cell.source for cell in graded.cells[: index_of(graded, upto)] if cell.cell_type == "code"][1:]


def kinds(repairs):
    return {(one.kind.value, one.cell) for one in repairs}


HALVES = ["def total(x):\n    return x.sum()", "def mean(x):\n    return total(x) / len(x)"]


@pytest.mark.parametrize("with_metadata", [True, False])
@pytest.mark.parametrize("halves", [HALVES, HALVES[::-1]])
def test_answer_split_in_two_cells_runs_in_order(with_metadata, halves):
    notebook = student(sol_mean=halves[0])
    second = twin(notebook, "sol_mean", halves[1]) if with_metadata else new_code_cell(halves[1])
    graded, _ = repair(below(notebook, "sol_mean", second), SOURCE, RELEASE)
    assert run_order(graded) == halves


def test_answer_split_below_its_test_runs_whole_above_it():
    notebook = student(sol_mean=find_cell(RELEASE, "sol_mean").source)
    pieces = [twin(notebook, "sol_mean", half) for half in HALVES]
    graded, _ = repair(below(notebook, "test_mean", *pieces), SOURCE, RELEASE)
    assert run_order(graded) == HALVES


@pytest.mark.parametrize("scratch", ["def mean(x):\n    return 0", "def mean(x):\n    # brouillon\n    pass", "mean("])
@pytest.mark.parametrize("place", ["sol_mean", "test_mean", "test_rate"])
@pytest.mark.parametrize("with_metadata", [True, False])
def test_scratch_copy_can_be_left_out_of_what_is_judged(scratch, place, with_metadata):
    notebook = student()
    copied = twin(notebook, "sol_mean", scratch) if with_metadata else new_code_cell(scratch)
    below(notebook, place, copied)
    graded, repairs = repair(notebook, SOURCE, RELEASE)
    count = next((one.count for one in repairs if one.kind is RepairKind.COPIES), 1)
    if run_order(graded)[-1] != RIGHT and count > 1:
        graded, _ = repair(notebook, SOURCE, RELEASE, without={"sol_mean": 1})
    assert run_order(graded)[-1] == RIGHT or (scratch == "mean(" and RIGHT in run_order(graded))


def test_corrected_version_below_a_wrong_one_is_judged():
    notebook = student(sol_mean="def mean(x):\n    return 0")
    graded, repairs = repair(below(notebook, "sol_mean", twin(notebook, "sol_mean", RIGHT)), SOURCE, RELEASE)
    assert find_cell(graded, "sol_mean").source == RIGHT
    assert ("copies", "sol_mean") in kinds(repairs)


@pytest.mark.parametrize("place", ["sol_mean", "test_mean", "test_rate"])
def test_same_answer_twice_runs_once_and_moves_nothing(place):
    notebook = student()
    graded, repairs = repair(below(notebook, place, twin(notebook, "sol_mean", RIGHT)), SOURCE, RELEASE)
    assert [cell.source for cell in graded.cells].count(RIGHT) == 1
    assert run_order(graded) == [RIGHT]
    assert kinds(repairs) == {("copies", "sol_mean")}


def test_untouched_copy_of_the_stub_undoes_no_answer():
    notebook = student()
    below(notebook, "sol_mean", twin(notebook, "sol_mean", find_cell(RELEASE, "sol_mean").source))
    graded, _ = repair(notebook, SOURCE, RELEASE)
    assert run_order(graded) == [RIGHT]


@pytest.mark.parametrize(("name", "answer"), [("sol_mean", "mean = lambda x: x.mean()"), ("sol_rate", "rate = 0.5")])
@pytest.mark.parametrize("is_kept", [True, False])
def test_answer_in_a_new_cell_beside_the_stub_is_the_answer(name, answer, is_kept):
    notebook = student(**{name: find_cell(RELEASE, name).source})
    below(notebook, name, new_code_cell(answer))
    if not is_kept:
        del notebook.cells[index_of(notebook, name)]
    graded, repairs = repair(notebook, SOURCE, RELEASE)
    assert find_cell(graded, name).source == answer
    assert ("parts", name) in kinds(repairs)


@pytest.mark.parametrize("make", [new_markdown_cell, new_raw_cell])
@pytest.mark.parametrize("text", [RIGHT, f"```python\n{RIGHT}\n```"])
@pytest.mark.parametrize("metadata", [True, False])
def test_code_typed_as_text_is_code(make, text, metadata):
    notebook = student()
    place = index_of(notebook, "sol_mean")
    notebook.cells[place] = make(text, id="x", metadata=notebook.cells[place].metadata if metadata else {})
    graded, repairs = repair(notebook, SOURCE, RELEASE)
    assert run_order(graded) == [RIGHT]
    assert ("kind of cell", "sol_mean") in kinds(repairs)


def test_text_that_quotes_code_is_no_version_of_it():
    notebook = below(student(), "sol_mean", new_markdown_cell(f"J'ai d'abord écrit :\n\n```python\n{HALVES[1]}\n```"))
    graded, repairs = repair(notebook, SOURCE, RELEASE)
    assert (run_order(graded), repairs) == ([RIGHT], [])


def test_given_code_typed_as_text_runs():
    notebook = student()
    notebook.cells[0] = new_markdown_cell(notebook.cells[0].source, id="imports")
    graded, _ = repair(notebook, SOURCE, RELEASE)
    assert (graded.cells[0].cell_type, graded.cells[0].id) == ("code", "imports")


def written(notebook):
    graded, repairs = repair(notebook, SOURCE, RELEASE)
    return find_cell(graded, "written_sense").source, find_cell(graded, "written_cause").source, kinds(repairs)


def test_written_answer_split_over_cells_is_put_together():
    notebook = student(written_sense="Elle baisse,")
    sense, cause, told = written(
        below(notebook, "written_sense", new_markdown_cell("vers zéro."), new_raw_cell("Oui."))
    )
    assert sense == "Elle baisse,\n\nvers zéro.\n\nOui."
    assert cause == PLACEHOLDER
    assert ("parts", "written_sense") in told


def test_halves_of_a_written_answer_that_both_kept_its_metadata_are_put_together():
    notebook = student(written_sense="Elle baisse,")
    below(notebook, "written_sense", twin(notebook, "written_sense", "vers zéro."))
    assert written(notebook)[0] == "Elle baisse,\n\nvers zéro."


@pytest.mark.parametrize("make", [new_markdown_cell, new_raw_cell, new_code_cell])
@pytest.mark.parametrize("is_kept", [True, False])
def test_written_answer_in_a_new_cell_waits_for_a_teacher(make, is_kept):
    notebook = below(student(), "written_sense", make("Elle est tirée vers zéro."))
    if not is_kept:
        del notebook.cells[index_of(notebook, "written_sense")]
    sense, cause, told = written(notebook)
    assert (sense, cause) == ("Elle est tirée vers zéro.", PLACEHOLDER)
    assert ("lost answer", "written_sense") not in told


def test_written_answers_without_any_metadata_are_matched_by_place():
    sense, cause, told = written(bare(student(written_sense="Elle baisse.", written_cause="Car n compte les zéros.")))
    assert (sense, cause) == ("Elle baisse.", "Car n compte les zéros.")
    assert not any(kind == "lost answer" for kind, _ in told)


def test_written_answer_moved_to_the_end_without_its_metadata_waits_for_a_teacher():
    notebook = student(written_cause="Car n compte les zéros.")
    del notebook.cells[index_of(notebook, "written_sense")]
    notebook.cells.append(new_markdown_cell("Réponse 3 : elle baisse."))
    assert "elle baisse" in written(notebook)[0]


def test_written_answer_typed_into_the_statement_waits_for_a_teacher():
    notebook = student()
    card = next(cell for cell in notebook.cells if cell.id == "card-sense")
    card.source += "\n\nElle baisse."
    assert written(notebook)[:2] == ("Elle baisse.", PLACEHOLDER)


def test_what_was_deleted_and_written_nowhere_is_said_to_be_missing():
    notebook = student()
    del notebook.cells[index_of(notebook, "written_sense")]
    sense, _, told = written(notebook)
    assert (sense, told) == (PLACEHOLDER, {("lost answer", "written_sense")})


def test_code_of_a_student_is_no_written_answer():
    assert written(below(student(), "written_sense", new_code_cell("mean(np.zeros(3)) + 1")))[0] == PLACEHOLDER


@pytest.mark.parametrize(
    "edit", [lambda text: text.replace("\n", "\r\n"), lambda text: text.replace("\n", "  \n") + "\n\n"]
)
def test_ends_of_lines_change_no_cell(edit):
    notebook = student()
    for cell in notebook.cells:
        cell.source = edit(cell.source)
    graded, repairs = repair(notebook, SOURCE, RELEASE)
    assert repairs == []
    assert find_cell(graded, "written_sense").source == PLACEHOLDER


@pytest.mark.parametrize("is_bare", [True, False])
def test_who_has_an_earlier_release_has_changed_nothing(is_bare, tmp_path):
    course = Course(tmp_path)
    write_notebook(RELEASE, course.release("essai"))
    keep_released(course, "essai")
    source, release = copy.deepcopy(SOURCE), copy.deepcopy(RELEASE)
    for notebook in (source, release):
        find_cell(notebook, "test_mean").source = "assert mean(np.ones(3)) == 1, 'moyenne'"
        notebook.cells[0].source = "import numpy as np  # la bibliothèque"
    find_cell(release, "sol_rate").source = f"# rate, entre 0 et 1\n{STUB}"
    find_cell(release, "written_sense").source = "*Une phrase.*"
    write_notebook(release, course.release("essai"))
    known = read_released(course, "essai")
    notebook = student(sol_rate=find_cell(RELEASE, "sol_rate").source)
    notebook = bare(notebook) if is_bare else notebook
    graded, repairs = repair(notebook, source, release, known)
    assert {one.kind for one in repairs} <= {RepairKind.METADATA}
    assert find_cell(graded, "sol_rate").source == find_cell(release, "sol_rate").source
    assert find_cell(graded, "written_sense").source == "*Une phrase.*"
    changed = changed_given_cells(graded, source, release)
    assert (changed, changed_by_student(changed, graded, release, known)) == (["imports"], [])
    if not is_bare:
        find_cell(notebook, "test_mean").source = "assert True"
        assert ("changed test", "test_mean") in kinds(repair(notebook, source, release, known)[1])


def test_who_has_an_earlier_release_has_moved_and_lost_nothing():
    earlier = copy.deepcopy(RELEASE)
    earlier.cells = [*earlier.cells[:1], *earlier.cells[4:7], *earlier.cells[1:4], *earlier.cells[9:]]
    notebook = student()
    notebook.cells = [find_by_id(notebook, cell.id) for cell in earlier.cells]
    told = kinds(repair(notebook, SOURCE, RELEASE)[1])
    assert told == {("order", ""), ("lost answer", "written_sense")}
    assert repair(notebook, SOURCE, RELEASE, Released().also(earlier))[1] == []
    del notebook.cells[index_of(notebook, "test_mean")]
    told = kinds(repair(notebook, SOURCE, RELEASE, Released().also(earlier))[1])
    assert told == {("lost test", "test_mean")}


def find_by_id(notebook, wanted):
    return next(cell for cell in notebook.cells if cell.id == wanted)


@pytest.mark.parametrize("answered", ["written_sense", "written_cause"])
def test_placeholder_of_one_question_is_not_taken_for_anothers(answered):
    sense, cause, told = written(bare(student(**{answered: "Car n compte les zéros."})))
    assert {"written_sense": sense, "written_cause": cause}[answered] == "Car n compte les zéros."
    assert PLACEHOLDER in (sense, cause)
    assert {kind for kind, _ in told} <= {"metadata", "parts"}


def test_fences_and_prose():
    assert code_of(new_markdown_cell("~~~py\nx = 1\n~~~")) == "x = 1"
    assert code_of(new_code_cell("```\nx\n```")) == "```\nx\n```"
    assert not is_prose(new_code_cell("%matplotlib inline"))
    assert is_prose(new_code_cell("# La moyenne baisse."))
    assert not is_prose(new_code_cell("x = 1"))
