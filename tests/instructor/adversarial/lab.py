"""The lab that the attacks are handed in for: two questions tested by machine, the second by two criteria."""

from __future__ import annotations

import copy
import json
import os
import socket
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from instructor.course import Course
from instructor.labs.build import build
from instructor.notebooks import find_cell, read_notebook, write_notebook
from tests.instructor.adversarial.attacks import ATTACKS

LAB = "essai"
CELL_TIMEOUT = 3
# What must never reach a student: it stands on a line of its own in the hidden tests.
CANARY = "canari_des_tests_masques"
ANSWER = '''def variance(x: np.ndarray) -> float:
    """Return the variance of `x`, of shape (n,)."""
    ### BEGIN TODO
    return float(((x - x.mean()) ** 2).mean())
    ### END TODO'''
TEST = f"""assert isinstance(variance(np.array([1.0, 3.0])), float), "variance : on attend un float"
### BEGIN HIDDEN TESTS
from helpers import criterion

{CANARY} = 1


@criterion("la variance d'un vecteur court", points=4)
def short_vector(rng):
    return variance(rng.normal(size=5))


@criterion("la variance d'un vecteur long", points=4)
def long_vector(rng):
    return variance(rng.normal(size=50))
### END HIDDEN TESTS"""


def add_second_question(course: Course) -> None:
    """Turn the skeleton that `course new` writes into the lab."""
    notebook = read_notebook(course.source(LAB))
    notebook.metadata.course.cell_timeout = CELL_TIMEOUT
    test = find_cell(notebook, "test_mean")
    test.source = test.source.replace("\n@criterion(", f"\n{CANARY} = 1\n\n\n@criterion(")
    index = notebook.cells.index(test) + 1
    notebook.cells[index:index] = [
        _graded_cell("sol_variance", ANSWER, find_cell(notebook, "sol_mean")),
        _graded_cell("test_variance", TEST, test, points=8),
    ]
    write_notebook(notebook, course.source(LAB))
    build(course, [LAB])


@contextmanager
def something_to_reach() -> Iterator[dict[str, str]]:
    """Open what the attacks try to reach on the machine; give what stands for it in their code."""
    marker = f"{uuid.uuid4().int % 10**9}.5"
    os.environ["COURSE_CANARY"] = f"canary-{uuid.uuid4().hex}"
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(f"\0{marker}")
        unix.listen()
        yield {"TCP_PORT": str(tcp.getsockname()[1]), "UNIX_NAME": marker, "MARKER": marker}
    del os.environ["COURSE_CANARY"]


def hand_in_attacks(course: Course, names: Iterable[str], words: dict[str, str]) -> None:
    """Write the hand-ins of the attacks, each under its own name, with what stands for each word in their code."""
    release = read_notebook(course.release(LAB))
    words = words | {"COURSE_ROOT": str(course.root.resolve())}
    for name in names:
        path = course.hand_in(name, LAB).submitted
        path.parent.mkdir(parents=True)
        text = json.dumps(ATTACKS[name].apply(release))
        for word, value in words.items():
            text = text.replace(word, value)
        path.write_text(text, encoding="utf-8")


def _graded_cell(name: str, source: str, like: NotebookNode, **options) -> NotebookNode:
    cell = new_code_cell(source, id=name.replace("_", "-"), metadata=copy.deepcopy(like.metadata))
    cell.metadata.nbgrader.update(grade_id=name, **options)
    return cell
