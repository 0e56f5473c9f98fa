"""Of several files of one student, a blank one never wins; the latest does, or the fullest where no date tells."""

from datetime import datetime, timedelta

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from instructor.course import Course
from instructor.lms.archive import Member
from instructor.lms.choose import Candidate, Statement, choose
from instructor.notebooks import find_cell, to_text, write_notebook
from tests.instructor.grading.four_questions import RELEASE, SOURCE, student

NOW = datetime(2026, 11, 20, 12)
STUB = find_cell(RELEASE, "sol_mean").source
BLANK, WRONG = RELEASE, student(sol_mean="def mean(x):\n    return 0")
RIGHT, PARTIAL = student(), student(sol_mean=STUB)
SHOWS_ERRORS = student(sol_mean="def mean(x):\n    return 0")
find_cell(SHOWS_ERRORS, "test_mean").outputs = [new_output("error", ename="AssertionError", evalue="", traceback=[])]


def bare(notebook):
    cells = [NotebookNode(cell | {"metadata": NotebookNode(), "id": f"c{n}"}) for n, cell in enumerate(notebook.cells)]
    return new_notebook(cells=cells)


@pytest.fixture
def pick(tmp_path):
    """A function that chooses among files, name: (content, hours before now or None)."""
    course = Course(tmp_path)
    write_notebook(SOURCE, course.source("tiny"))
    write_notebook(RELEASE, course.release("tiny"))

    def pick(**files):
        candidates = []
        for name, (content, hours) in files.items():
            path = tmp_path / name
            path.write_bytes(content if isinstance(content, bytes) else to_text(content).encode())
            modified = None if hours is None else NOW - timedelta(hours=hours)
            candidates.append(Candidate(Member(name, path, modified), name))
        return choose(candidates, Statement(course, "tiny"), [])

    return lambda files: pick(**files)


@pytest.mark.parametrize("hours", [None, 0])
@pytest.mark.parametrize(
    ("kept", "left", "why"),
    [
        (("Copie de tiny.ipynb", bare(RIGHT)), ("tiny.ipynb", BLANK), "the only one with answers"),
        (("x.ipynb", PARTIAL), ("tiny.ipynb", BLANK), "the only one with answers"),
        (("x.ipynb", RIGHT), ("tiny.ipynb", PARTIAL), "the most answers"),
        (("tiny (1).ipynb", RIGHT), ("tiny.ipynb", WRONG), "no date tells: look at both"),
        (("tiny.ipynb", RIGHT), ("a.ipynb", WRONG), "no date tells: look at both"),
        (("a.ipynb", RIGHT), ("tiny.ipynb", SHOWS_ERRORS), "the fewest errors shown"),
        (("x.ipynb", RIGHT), ("tiny.ipynb", new_notebook(cells=[new_code_cell("1")])), "the only one with answers"),
        (("x.ipynb", RIGHT), ("tiny.ipynb", b"{ coupe"), "the only one with answers"),
    ],
)
def test_fullest_is_kept_where_no_date_tells(pick, kept, left, why, hours):
    for files in ((kept, left), (left, kept)):
        choice = pick({name: (content, hours) for name, content in files})
        assert (choice.candidate.inner, choice.why) == (kept[0], why)
        assert [str(other).partition(" (")[0] for other in choice.others][:1] == [left[0].partition(" (")[0]]


@pytest.mark.parametrize(("later", "earlier"), [(RIGHT, WRONG), (WRONG, RIGHT), (PARTIAL, RIGHT)])
def test_latest_of_several_that_hold_answers_is_kept(pick, later, earlier):
    choice = pick({"a.ipynb": (later, 1), "tiny.ipynb": (earlier, 30)})
    assert (choice.candidate.inner, choice.why) == ("a.ipynb", "the latest")


def test_reason_speaks_of_those_that_the_date_left(pick):
    choice = pick({"old.ipynb": (RIGHT, 24), "b.ipynb": (RIGHT, 0), "c.ipynb": (PARTIAL, 0)})
    assert (choice.candidate.inner, choice.why) == ("b.ipynb", "the most answers")


def test_blank_file_never_wins_however_late(pick):
    assert pick({"tiny.ipynb": (BLANK, 0), "old.ipynb": (PARTIAL, 99)}).candidate.inner == "old.ipynb"


def test_file_without_a_date_leaves_the_choice_to_the_answers(pick):
    assert pick({"tiny.ipynb": (PARTIAL, 0), "old.ipynb": (RIGHT, None)}).candidate.inner == "old.ipynb"


def test_file_alone_needs_no_word(pick):
    choice = pick({"tiny.ipynb": (RIGHT, 0)})
    assert (choice.others, choice.why, choice.num_answers) == ((), "", 2)
