"""What a teacher decided by hand stands while the answer is the same, whatever caused the regrade."""

import shutil

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from instructor.cli.regrade import show_regrade
from instructor.course import Course
from instructor.gradebook.by_hand import ASIDE, read_answers
from instructor.gradebook.deadlines import grade_again
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import TO_CONFIRM, graded_results
from instructor.notebooks import read_notebook, write_notebook
from tests.instructor.kernelless import LAB, WRONG, comment, copy_of, decide, grade, graded_course, hand_in


@pytest.fixture(scope="module")
def marked(tmp_path_factory) -> Course:
    """Blaise is wrong, was given 5 points and an extra one for it, 3 for what he wrote, and a comment on each."""
    course = graded_course(tmp_path_factory.mktemp("marked") / "course", {"blaise": WRONG})
    decide(course, "blaise", "test_mean", 5, 1)
    decide(course, "blaise", "written_interpretation", 3)
    comment(course, "blaise", "sol_mean", "Presque.")
    comment(course, "blaise", "written_interpretation", "Bien dit.")
    return course


@pytest.fixture
def course(marked, tmp_path, monkeypatch) -> Course:
    return copy_of(marked, tmp_path, monkeypatch)


def taken_back(course: Course) -> None:
    """Do what `course collect` does for a new deadline."""
    grade_again(course.hand_in("blaise", LAB))


def deleted(course: Course) -> None:
    shutil.rmtree(course.root / "autograded")


def graded_by_an_earlier_version(course: Course) -> None:
    shutil.rmtree(course.root / ".course" / "answers")


def saved_on_windows(course: Course) -> None:
    path = course.hand_in("blaise", LAB).submitted
    path.write_text(path.read_text(encoding="utf-8").replace("\\n", "  \\r\\n"), encoding="utf-8")


def other_cells_changed(course: Course) -> None:
    notebook = read_notebook(course.hand_in("blaise", LAB).submitted)
    notebook.cells.append(new_code_cell("print('autre chose')"))
    write_notebook(notebook, course.hand_in("blaise", LAB).submitted)


@pytest.mark.parametrize(
    "cause", [taken_back, deleted, graded_by_an_earlier_version, saved_on_windows, other_cells_changed]
)
def test_decision_stands_whatever_caused_the_regrade(course, cause, capsys):
    cause(course)
    result = grade(course, force=True)["blaise"]
    assert (result.score, result.pending, TO_CONFIRM in result.flags) == (9, 0, False)
    assert comment(course, "blaise", "sol_mean") == "Presque."
    assert comment(course, "blaise", "written_interpretation") == "Bien dit."
    show_regrade([result])
    assert "4 marks and comments given by hand are kept" in capsys.readouterr().out


def test_decision_about_another_answer_waits_and_is_listed_and_the_other_question_s_stands(course, capsys):
    hand_in(course, "blaise", "    return 3.0")
    result = grade(course)["blaise"]
    assert [(cell["score"], cell["pending"]) for cell in result.cells] == [(None, 17), (3, 0)]
    assert comment(course, "blaise", "sol_mean") is None
    with open_gradebook(course) as gradebook:
        assert gradebook.find_comment("sol_mean", LAB, LAB, "blaise").auto_comment == f"{ASIDE}Presque."
        assert gradebook.find_grade("test_mean", LAB, LAB, "blaise").manual_score == 5
    show_regrade([result])
    told = capsys.readouterr().out
    assert "blaise: test_mean 5 +1, given by hand, waits for you" in told
    assert "blaise: comment on sol_mean, given by hand, is off the student's page" in told
    assert "2 marks and comments given by hand are kept" in told
    # Nothing of it is lost by one more regrade, and what is decided again stands.
    assert grade(course, force=True)["blaise"].by_hand == result.by_hand
    decide(course, "blaise", "test_mean", 7)
    comment(course, "blaise", "sol_mean", "Mieux.")
    again = grade(course, force=True)["blaise"]
    assert (again.score, TO_CONFIRM in again.flags) == (10, False)
    assert comment(course, "blaise", "sol_mean") == "Mieux."


def test_extra_credit_alone_stands_and_waits_as_a_mark_does(course):
    hand_in(course, "ada")
    grade(course, "ada")
    decide(course, "ada", "test_mean", extra=2)
    (ada, _) = graded_results(course, [LAB])
    assert (ada.score, ada.cells[0]["extra"]) == (18, 2)
    assert grade(course, "ada", force=True)["ada"].score == 18
    decide(course, "ada", "written_interpretation", extra=1)  # which waits for its mark, and for nothing else
    assert TO_CONFIRM not in graded_results(course, [LAB])[0].flags
    hand_in(course, "ada", "    return float(x.sum() / len(x)) + 0")
    ada = grade(course, "ada")["ada"]
    assert (ada.cells[0]["score"], ada.cells[0]["pending"], TO_CONFIRM in ada.flags) == (16, 2, True)


def cell(source: str, name: str, points: float | None = None, *, solution: bool = False) -> NotebookNode:
    metadata = {"grade_id": name, "grade": points is not None, "solution": solution, "points": points}
    made = new_markdown_cell if name.startswith("written") else new_code_cell
    return made(source, metadata={"nbgrader": metadata})


def lab(answer: str = "a = 1") -> NotebookNode:
    return new_notebook(
        cells=[
            cell(answer, "sol_a", solution=True),
            cell("", "test_a", 1),
            cell("", "test_a_again", 1),
            cell("b = 1", "sol_b", solution=True),
            cell("text", "written", 1, solution=True),
            cell("", "test_b", 1),
        ]
    )


def changed(answer: str) -> set[str]:
    before, after = read_answers(lab()), read_answers(lab(answer))
    return {name for name in before if before[name] != after[name]}


def test_every_test_of_an_answer_judges_it_and_no_other():
    assert changed("a = 2") == {"sol_a", "test_a", "test_a_again"}


@pytest.mark.parametrize("saved", ["a = 1\n", "a = 1  ", "\r\na = 1\r\n"])
def test_answer_is_the_same_however_it_is_saved(saved):
    assert changed(saved) == set()
