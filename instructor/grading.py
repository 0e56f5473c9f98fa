"""Grade one hand-in: repair, execute, verify. The same code serves `course grade` and nbgrader's own commands."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

import helpers
import instructor
from helpers.probe import MIME_TYPE
from instructor.course import Course, CourseError
from instructor.execute import Policy, run_notebook
from instructor.notebooks import find_cell, read_notebook
from instructor.repair import repair
from instructor.verify import Mark, Reference, make_reference, mark_notebook


@dataclass(frozen=True)
class GradedNotebook:
    """A hand-in after grading: the executed notebook, its marks, and what had to be repaired."""

    notebook: NotebookNode
    marks: list[Mark]
    repairs: list[str]


@cache
def default_policy() -> Policy:
    """Return this process's policy, with a seed that no student can know."""
    return Policy(seed=secrets.randbelow(2**32))


@cache
def reference_run(source: Path, policy: Policy) -> Reference:
    """Run the instructor's notebook under `policy`, once a process."""
    try:
        return make_reference(run_notebook(read_notebook(source), policy))
    except ValueError as error:
        raise CourseError(f"the instructor's notebook {source.name} cannot serve as reference: {error}") from None


def grade_notebook(handin: NotebookNode, course: Course, lab: str, policy: Policy) -> GradedNotebook:
    """Grade a hand-in of `lab`; HandInError if it is not one."""
    source = read_notebook(course.source(lab))
    repaired, repairs = repair(handin, source, read_notebook(course.release(lab)))
    executed = run_notebook(repaired, policy)
    marks = mark_notebook(executed, reference_run(course.source(lab), policy))
    return GradedNotebook(executed, marks, repairs)


def fingerprint(course: Course, lab: str, student: str) -> str:
    """Return a digest of everything that a mark depends on: the hand-in, the lab, the helpers and the grader."""
    files = [
        course.submitted(student, lab),
        course.source(lab),
        course.release(lab),
        course.root / "nbgrader_config.py",
    ]
    for package in (helpers, instructor):
        files += sorted(Path(package.__file__).parent.rglob("*.py"))
    digest = hashlib.sha256()
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def write_marks_for_nbgrader(notebook: NotebookNode, marks: list[Mark]) -> None:
    """Leave in each test cell the one output from which nbgrader reads the mark we gave, and nothing it misreads.

    nbgrader gives 0 for an error or a line on stderr, and the value of the last expression when there is one.
    """
    for mark in marks:
        if mark.score is None:
            continue
        cell = find_cell(notebook, mark.grade_id)
        cell.outputs = [_harmless(output) for output in cell.outputs if MIME_TYPE not in output.get("data", {})]
        if mark.score == 0:
            cell.outputs.append(new_output("error", ename="CourseMark", evalue=mark.detail, traceback=[mark.detail]))
        elif mark.score < mark.max_score:
            cell.outputs.append(new_output("stream", name="stdout", text=mark.detail))
            cell.outputs.append(new_output("execute_result", data={"text/plain": repr(mark.score)}))


def _harmless(output: NotebookNode) -> NotebookNode:
    if output.output_type == "stream":
        return new_output("stream", name="stdout", text=output.text)
    if output.output_type == "error":
        return new_output("stream", name="stdout", text="\n".join(output.traceback))
    if output.output_type == "execute_result":
        return new_output("display_data", data=output.data)
    return output
