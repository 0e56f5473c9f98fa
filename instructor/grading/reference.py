"""What right answers publish: the instructor's notebook, run with the course's seed."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from functools import cache

from nbformat import NotebookNode

from helpers.criterion import MIME_TYPE
from instructor.course import Course
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.grading.criteria import Criterion, read_criteria
from instructor.grading.execute import Policy, run_notebook
from instructor.grading.released import UNKNOWN, Released, read_released
from instructor.grading.worlds import INTEGRITY, Question, questions, reference_world
from instructor.notebooks import grade_id, is_autograded, is_graded, points


@dataclass(frozen=True)
class Reference:
    """What each criterion must publish, in the order of the lab, and the points of the cells marked by hand.

    `seconds` is how long the notebook took, by the clock.
    """

    questions: list[Question]
    criteria: dict[str, list[Criterion]]
    published: dict[str, dict]
    manual: dict[str, float]
    integrity: object
    seconds: float


@dataclass(frozen=True)
class Lab:
    """What grading needs to know of a lab. It holds no path, so that it can travel to another machine."""

    source: NotebookNode
    release: NotebookNode
    reference: Reference
    policy: Policy
    released: Released = UNKNOWN


def course_seed(course: Course, *, new: bool = False) -> int:
    """Return the seed of the course's criteria, drawn once and kept where only its teacher reads.

    The same for the class, for late hand-ins and for a regrade; `new` draws another.
    """
    path = course.root / ".course" / "seed"
    if new or not path.is_file():
        write_whole(path, f"{secrets.randbelow(2**32)}\n".encode(), mode=0o600)
    try:
        return int(path.read_text(encoding="utf-8"))
    except ValueError:
        raise CourseError(
            f"{path.relative_to(course.root)} holds no number; run 'course grade --new-seed', which draws another and "
            "grades every hand-in again"
        ) from None


def load_lab(course: Course, name: str, policy: Policy) -> Lab:
    """Read a lab and run its reference, once as long as it stays the same; CourseError if it cannot be graded."""
    if not course.release(name).is_file():
        raise CourseError(f"release/{name}/ does not exist; run 'course build {name}' first")
    return _load_lab(course, name, policy, course.source(name).read_bytes(), course.release(name).read_bytes())


@cache
def _load_lab(course: Course, name: str, policy: Policy, *_contents: bytes) -> Lab:
    source = course.read_source(name)
    try:
        reference = make_reference(source, policy)
    except ValueError as error:
        raise CourseError(f"source/{name}/{name}.ipynb cannot serve as reference: {error}") from None
    except Exception as error:  # whatever Jupyter meets before a kernel runs
        cause = error.__context__ if isinstance(error, AssertionError) and error.__context__ else error
        raise CourseError(
            f"no kernel starts ({type(cause).__name__}: {cause}); run 'make setup', and 'course grade' again"
        ) from error
    return Lab(source, course.read_release(name), reference, policy, read_released(course, name))


def make_reference(source: NotebookNode, policy: Policy) -> Reference:
    """Run the instructor's notebook; ValueError, naming the cell, if one of its cells or criteria fails."""
    criteria = read_criteria(source)
    began = time.monotonic()
    executed = run_notebook(reference_world(source, criteria), policy)
    seconds = time.monotonic() - began
    published, integrity = {}, None
    for cell in executed.cells:
        key = cell.metadata.get("course", {}).get("criterion")
        error = next((output for output in cell.get("outputs", []) if output.output_type == "error"), None)
        if error is not None:
            what = f"criterion {key}" if key else f"cell {grade_id(cell) or cell.id}"
            raise ValueError(f"{what} raised {error.ename}: {error.evalue}; correct it, or the answer it judges")
        if key == INTEGRITY:
            integrity = payloads(cell)
        elif key:
            found = payloads(cell)
            if len(found) != 1:
                raise ValueError(f"criterion {key} published {len(found)} values; let it return one")
            published[key] = found[0]
    manual = {grade_id(cell): points(cell) for cell in source.cells if is_graded(cell) and not is_autograded(cell)}
    return Reference(questions(source), criteria, published, manual, integrity, seconds)


def payloads(cell: NotebookNode) -> list[dict]:
    """Return what a cell published for the grader."""
    found = [output.data.get(MIME_TYPE) for output in cell.get("outputs", []) if output.output_type == "display_data"]
    return [payload for payload in found if isinstance(payload, dict)]
