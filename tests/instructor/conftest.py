"""A small course to test the instructor's tools on: the skeleton that `course new` writes."""

import shutil
from pathlib import Path

import pytest
from nbformat import NotebookNode

from instructor.course import Course
from instructor.labs.build import build
from instructor.labs.new import new_lab
from instructor.notebooks import find_cell, read_notebook, write_notebook

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def pristine_course(tmp_path_factory) -> Course:
    """A course with one lab, `essai`, as `course new` leaves it; tests must not write into it."""
    root = tmp_path_factory.mktemp("course")
    return make_course(root)


@pytest.fixture
def course(pristine_course, tmp_path) -> Course:
    """A copy of the small course, to write into."""
    return Course(Path(shutil.copytree(pristine_course.root, tmp_path / "course")))


@pytest.fixture
def public_course(course, monkeypatch) -> Course:
    """The small course with helpers, licences and a public address, ready to be published."""
    for variable in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(variable, "Prof")
    for variable in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(variable, "prof@ecole.fr")
    give_address(course)
    shutil.copytree(ROOT / "helpers", course.root / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("LICENSE", "LICENSE-CONTENT"):
        shutil.copy(ROOT / name, course.root / name)
    course = Course(course.root)
    build(course, course.labs)
    return course


def give_address(course: Course) -> None:
    pyproject = course.root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace("OWNER/deep-learning-labs", "ecole/tp"))


def make_course(root: Path) -> Course:
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root / name)
    (root / "source").mkdir()
    course = Course(root)
    mode = pytest.MonkeyPatch()
    mode.delenv("COURSE_MODE", raising=False)
    new_lab(course, "essai")
    mode.undo()
    return course


def hand_in(course: Course, student: str, notebook: NotebookNode) -> Path:
    path = course.hand_in(student, "essai").submitted
    write_notebook(notebook, path)
    return path


def replace_graded(course: Course, student: str, text: str) -> None:
    """Put a text in the place of a graded hand-in, which nbgrader has made read-only."""
    path = course.hand_in(student, "essai").autograded
    path.unlink()
    path.write_text(text, encoding="utf-8")


def answered(course: Course, code: str = "    return float(x.sum() / len(x))") -> NotebookNode:
    """Return the release with `code` as the body of the first question and a written answer."""
    notebook = read_notebook(course.release("essai"))
    cell = find_cell(notebook, "sol_mean")
    cell.source = "\n".join([*cell.source.splitlines()[:2], code])
    find_cell(notebook, "written_interpretation").source = "La moyenne est tirée vers zéro."
    return notebook
