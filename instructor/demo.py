"""Make a demo class, to see grading at work without a student: a course of two labs in `demo/`, and their hand-ins."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator

from nbformat import NotebookNode

from instructor.answers import Answer, load_answers
from instructor.build import build
from instructor.course import Course
from instructor.notebooks import find_cell, grade_id, is_autograded, is_solution, read_notebook, to_text

LABS = ["bayes_net", "fizzbuzz"]


def make_demo(course: Course) -> Course:
    """Write `demo/`, a course with its own gradebook, and return it; what is graded already stays graded."""
    demo = Course(course.root / "demo")
    demo.root.mkdir(exist_ok=True)
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(course.root / name, demo.root / name)
    for lab in LABS:
        shutil.copytree(course.source(lab).parent, demo.source(lab).parent, dirs_exist_ok=True)
    build(demo, LABS)
    for lab in LABS:
        for student, text in _hand_ins(course, demo, lab):
            path = demo.submitted(student, lab)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return demo


def _hand_ins(course: Course, demo: Course, lab: str) -> Iterator[tuple[str, str]]:
    """Yield (student, text of the file handed in): what a real class hands in, in ten students."""
    source = read_notebook(course.source(lab))
    release = read_notebook(demo.release(lab))
    solution = read_notebook(course.solution(lab))
    mistakes = [answer for answer in load_answers(course.answers(lab)) if answer.loses]

    def write(change: Callable[[NotebookNode], None] = lambda notebook: None, answer: Answer | None = None) -> str:
        notebook = _fill(release, answer.apply(source) if answer else source, solution)
        change(notebook)
        return to_text(notebook)

    yield "alix", write()
    yield "basile", to_text(release)
    for student, answer in zip(["chloe", "driss", "emma"], mistakes, strict=False):
        yield student, write(answer=answer)
    yield "farid", write(_save_on_colab)
    yield "gabrielle", write(_duplicate_and_delete)
    yield "hugo", write(_loop_for_ever)
    yield "ines", write()[:2000]
    yield "jules", to_text(read_notebook(demo.release(LABS[LABS.index(lab) - 1])))


def _fill(release: NotebookNode, answered: NotebookNode, solution: NotebookNode) -> NotebookNode:
    """Return the release with the answers of `answered`, and the solution's outputs where the code is the same."""
    notebook = copy.deepcopy(release)
    shown = {cell.source: cell.outputs for cell in solution.cells if cell.cell_type == "code"}
    for cell in notebook.cells:
        if is_solution(cell):
            lines = find_cell(answered, grade_id(cell)).source.splitlines()
            cell.source = "\n".join(line for line in lines if line.strip() not in ("### BEGIN TODO", "### END TODO"))
        if cell.cell_type == "code":
            cell.outputs = copy.deepcopy(shown.get(cell.source, []))
    return notebook


def _save_on_colab(notebook: NotebookNode) -> None:
    """Do what Colab does on saving: its own metadata in every cell, widget state without states."""
    for number, cell in enumerate(notebook.cells):
        cell.metadata["id"] = f"colab{number}"
        cell.metadata["colab"] = {"base_uri": "https://localhost:8080/"}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}


def _duplicate_and_delete(notebook: NotebookNode) -> None:
    """Copy the first answer, as with Ctrl-C and Ctrl-V, and delete the last test."""
    first = next(index for index, cell in enumerate(notebook.cells) if is_solution(cell))
    twin = copy.deepcopy(notebook.cells[first])
    twin.id = "copied-cell"
    notebook.cells.insert(first + 1, twin)
    last = max(index for index, cell in enumerate(notebook.cells) if is_autograded(cell))
    del notebook.cells[last]


def _loop_for_ever(notebook: NotebookNode) -> None:
    """Put an endless loop in front of the last test's answer."""
    last = [cell for cell in notebook.cells if is_solution(cell) and cell.cell_type == "code"][-1]
    last.source = "while True:\n    pass\n" + last.source
