"""The generated release, and what `course check` finds."""

import ast
import re

import nbformat
import pytest

from instructor.course import Course
from instructor.errors import CourseError
from instructor.labs.build import build, drifted
from instructor.labs.check import check_labs
from instructor.labs.solutions import solutions_due, stale_solutions
from instructor.notebooks import find_cell, is_autograded, read_notebook, to_text, write_notebook


def edit(path, change):
    notebook = read_notebook(path)
    change(notebook)
    write_notebook(notebook, path)


def findings(course: Course) -> list[str]:
    return [str(finding) for finding in check_labs(course, course.labs)]


def test_skeleton_of_a_new_lab_passes_every_check(pristine_course):
    assert findings(pristine_course) == []


def test_answer_that_its_own_criterion_refuses_is_found_by_running_alone(course):
    def break_answer(notebook):
        find_cell(notebook, "sol_mean").source = find_cell(notebook, "sol_mean").source.replace("x.sum()", "x.total()")

    edit(course.source("essai"), break_answer)
    assert any("reference" in one for one in findings(course))
    assert not any("reference" in str(one) for one in check_labs(course, course.labs, run=False))


def test_release_holds_no_solution_no_hidden_test_no_output(pristine_course):
    text = to_text(read_notebook(pristine_course.release("essai")))
    for absent in ("x.sum()", "TODO", "criterion", "HIDDEN", "Barème"):
        assert absent not in text
    notebook = read_notebook(pristine_course.release("essai"))
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert "raise NotImplementedError" in find_cell(notebook, "sol_mean").source
    assert not any(cell.get("outputs") for cell in notebook.cells)


def test_release_opens_on_colab_from_the_one_address(course):
    pyproject = course.root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("OWNER/deep-learning-labs", "ecole/tp"))
    assert drifted(course, ["essai"]) == [course.release("essai")]
    build(Course(course.root), ["essai"])
    text = to_text(read_notebook(course.release("essai")))
    assert "colab.research.google.com/github/ecole/tp/blob/main/release/essai/essai.ipynb" in text
    assert "https://github.com/ecole/tp/archive/refs/tags/helpers-" in text


def test_visible_tests_are_folded_and_named_after_their_question(course):
    released = read_notebook(course.release("essai"))
    tests = [cell for cell in released.cells if is_autograded(cell)]
    assert tests
    for cell in tests:
        title, _, text = cell.source.partition("\n")
        assert re.fullmatch(r"# @title Question \d+( [a-z])? : le test", title)
        (function, call) = ast.parse(text).body  # whose names take nobody's place
        assert (function.name, ast.unparse(call)) == ("__test__", "__test__()")
        assert cell.metadata.cellView == "form" and cell.metadata.jupyter.source_hidden
    assert not any("jupyter" in cell.metadata for cell in released.cells if cell.id != "setup" and cell not in tests)


def test_building_twice_gives_the_same_bytes_and_touches_no_gradebook(course):
    before = course.release("essai").read_bytes()
    assert build(course, ["essai"]) == []
    course.release("essai").unlink()
    assert build(course, ["essai"]) == [course.release("essai")]
    assert course.release("essai").read_bytes() == before
    assert not (course.root / "gradebook.db").exists()


def test_drift_names_the_edited_file_and_the_orphan(course):
    edit(course.release("essai"), lambda notebook: notebook.cells.pop())
    orphan = course.release("disparu")
    orphan.parent.mkdir()
    orphan.write_text("{}")
    assert drifted(course, ["essai"]) == [orphan, course.release("essai")]


def test_solution_keeps_outputs_and_drops_markers_and_hidden_tests(pristine_course):
    solution = read_notebook(pristine_course.solution("essai"))
    text = to_text(solution)
    assert "x.sum()" in text
    assert "TODO" not in text
    assert "criterion" not in text
    assert any(cell.get("outputs") for cell in solution.cells)


def test_solution_drifts_when_the_source_changes(course):
    assert stale_solutions(course, ["essai"]) == []
    edit(course.source("essai"), retitle)
    assert stale_solutions(course, ["essai"]) == [course.solution("essai")]


def retitle(notebook):
    notebook.cells[0].source = notebook.cells[0].source.replace("# ", "# Autre titre, ", 1)


def test_solution_that_is_due_is_no_finding(course):
    edit(course.source("essai"), retitle)
    build(course, ["essai"])
    assert findings(course) == ["solutions/essai/essai.ipynb: notebook: differs from its source; run course solutions"]
    (course.root / "solutions" / "due.txt").write_text("essai\n", encoding="utf-8")
    assert findings(course) == []
    assert solutions_due(course) == ["essai"]


def set_source(name, text):
    def change(notebook):
        cell = find_cell(notebook, name)
        cell.source = text(cell.source) if callable(text) else text

    return change


def add_output(notebook):
    find_cell(notebook, "sol_mean").outputs = [nbformat.v4.new_output("stream", text="1")]


def append_cell(text, kind=nbformat.v4.new_markdown_cell):
    return lambda notebook: notebook.cells.append(kind(text, id="ajout"))


def read_what_a_test_binds(notebook):
    set_source("test_mean", lambda source: f"probe = 1\n{source}")(notebook)
    append_cell("print(probe)", nbformat.v4.new_code_cell)(notebook)


OTHER = """

@criterion("autre chose", points=8)
def other(rng):
    return mean(rng.normal(size=3))
### END HIDDEN"""
TWICE = OTHER.replace("autre chose", "la moyenne d'un vecteur quelconque")
DEFECTS = {
    "points": (lambda nb: find_cell(nb, "test_mean").metadata.nbgrader.update(points=3), "points sum to 7"),
    "output": (add_output, "output saved in source"),
    "no criterion": (set_source("test_mean", "assert True"), "no criterion in a hidden block"),
    "points of criteria": (
        set_source("test_mean", lambda s: s.replace("points=16", "points=15")),
        "its criteria are worth 15 points in all, the cell 16; make them equal",
    ),
    "unknown option": (
        set_source("test_mean", lambda s: s.replace("points=16", "points=16, tolerance=1")),
        "criterion 'any_vector': unknown option tolerance",
    ),
    "computed option": (
        set_source("test_mean", lambda s: s.replace("points=16", "points=16, **BOUNDS")),
        "criterion 'any_vector': unknown option",
    ),
    "sentence twice": (
        set_source("test_mean", lambda s: s.replace("points=16", "points=8").replace("### END HIDDEN", TWICE)),
        "two criteria have the sentence 'la moyenne d'un vecteur quelconque'",
    ),
    "criterion that raises": (
        set_source("test_mean", lambda s: s.replace("rng.normal(size=7)", "rng.normal(size=7), 1, 2")),
        "criterion test_mean.any_vector raised TypeError",
    ),
    "criterion without a culprit": (
        set_source("test_mean", lambda s: s.replace("points=16", "points=8").replace("### END HIDDEN", OTHER)),
        "test_mean.other: lost by no wrong answer alone",
    ),
    "bare expression": (set_source("test_mean", lambda s: s + "\n16"), "ends in a bare expression"),
    "visible criterion": (
        set_source("test_mean", lambda s: '@criterion("x", points=1)\ndef f(rng): ...\n' + s),
        "criterion in the visible part",
    ),
    "name of a visible test": (read_what_a_test_binds, "ajout: reads 'probe', which only a visible test binds"),
    "no TODO": (set_source("sol_mean", "mean = np.mean"), "no TODO block"),
    "other family": (append_cell("### BEGIN SOLUTION\n### END SOLUTION"), "nbgrader's own family"),
    "grade_id": (lambda nb: find_cell(nb, "sol_mean").metadata.nbgrader.update(grade_id="mean"), "start it with sol_"),
    "absolute path": (append_cell("x = '/home/prof/x'", nbformat.v4.new_code_cell), "absolute path /home/p"),
    "dead link": (append_cell("[voir](figure.png)"), "dead relative link figure.png"),
    "points of another kind": (
        lambda nb: find_cell(nb, "test_mean").metadata.nbgrader.update(points="a"),
        "to float: 'a'",
    ),
    "no points": (lambda nb: find_cell(nb, "test_mean").metadata.nbgrader.pop("points"), "KeyError: 'points'"),
    "empty test": (set_source("test_mean", ""), "no criterion in a hidden block"),
    "no Python": (set_source("test_mean", lambda s: s + "\nif"), "SyntaxError"),
    "open block": (
        set_source("test_mean", lambda s: s.replace("### END HIDDEN TESTS", "")),
        "nbgrader cannot generate",
    ),
    "timeout": (lambda nb: nb.metadata.course.update(cell_timeout="long"), "its cell_timeout no number"),
    "no object": (lambda nb: nb.metadata.update(course=[]), "course is no object"),
    "metadata": (lambda nb: nb.metadata.course.pop("minutes_t4"), "course.minutes_t4 is missing"),
    "another duration": (lambda nb: nb.metadata.course.update(minutes_t4=75), "announce '**Durée** : 1 h 15'"),
    "too short": (
        lambda nb: nb.cells[3].update(source=nb.cells[3].source.replace("15 min", "55 min")),
        "course.minutes_t4 is 60, the questions alone last 65",
    ),
    "given away": (append_cell("return float(x.sum() / len(x))", nbformat.v4.new_code_cell), "given away"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_check_finds_the_defect(course, defect):
    change, expected = DEFECTS[defect]
    edit(course.source("essai"), change)
    if defect == "given away":
        build(course, ["essai"])
    assert expected in "\n".join(findings(course))


def test_check_finds_a_cell_id_used_twice(course):
    text = course.source("essai").read_text(encoding="utf-8")
    course.source("essai").write_text(text.replace('"id": "imports"', '"id": "title"'), encoding="utf-8")
    assert "title: cell id used 2 times" in "\n".join(findings(course))


def test_check_asks_for_wrong_answers_that_fail_every_test_cell(course):
    answers = course.answers("essai")
    answers.write_text(answers.read_text().replace("loses={", "loses={} and {"))
    assert "test_mean.any_vector: lost by no wrong answer alone" in "\n".join(findings(course))
    answers.unlink()
    assert "answers.py: file: missing" in "\n".join(findings(course))


def test_check_finds_a_marker_left_in_the_release(course):
    edit(course.release("essai"), append_cell("### BEGIN TODO"))
    assert "marker left" in "\n".join(findings(course))


@pytest.mark.parametrize("step", ["release", "solutions"])
def test_check_names_the_generated_file_that_cannot_be_read(course, step):
    (course.root / step / "essai" / "essai.ipynb").write_text("{", encoding="utf-8")
    assert f"{step}/essai/essai.ipynb: notebook: essai.ipynb is not JSON" in "\n".join(findings(course))


def test_notebook_nbgrader_cannot_convert_is_one_clear_error(course):
    edit(course.source("essai"), set_source("sol_mean", "### BEGIN TODO"))
    with pytest.raises(CourseError, match="nbgrader cannot generate the lab 'essai': .*no end solution"):
        build(course, ["essai"])
