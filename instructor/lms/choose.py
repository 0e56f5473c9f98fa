"""Choose, among the notebooks that one student handed in, the one that answers the lab."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from nbformat import NotebookNode

from instructor.course import Course
from instructor.grading.released import Released, read_released
from instructor.grading.repair import HandInError, Repair, repair
from instructor.lms.archive import Member
from instructor.notebooks import NotebookError, find_cell, grade_id, is_solution, parse_notebook, same_text

TOGETHER = timedelta(minutes=1)  # files written within it were uploaded at once, in no order that means anything
COPY = re.compile(r"\((\d+)\)")  # what a browser adds to the name of a later download


@dataclass(frozen=True)
class Candidate:
    """A notebook that a student handed in; `inner` is its path as the student named it."""

    member: Member
    inner: str


@dataclass
class Statement:
    """What a lab asks, read once for a whole class."""

    course: Course
    name: str

    @cached_property
    def source(self) -> NotebookNode:
        return self.course.read_source(self.name)

    @cached_property
    def release(self) -> NotebookNode:
        return self.course.read_release(self.name)

    @cached_property
    def released(self) -> Released:
        return read_released(self.course, self.name)

    def repair(self, notebook: NotebookNode) -> tuple[NotebookNode, list[Repair]] | None:
        """Return a notebook as it would be graded and what was repaired, None if it is not this lab's."""
        try:
            return repair(notebook, self.source, self.release, self.released)
        except HandInError:
            return None

    def num_answers(self, repaired: NotebookNode) -> int:
        """Return how many answers differ from the statement."""
        asked = [cell for cell in self.release.cells if is_solution(cell)]
        return sum(not same_text(find_cell(repaired, grade_id(cell)).source, cell.source) for cell in asked)


@dataclass(frozen=True)
class Choice:
    """The notebook kept for a student, and what a teacher should know of it.

    Parameters
    ----------
    candidate
        The notebook.
    repairs
        What grading will repair; None if the notebook is not this lab's.
    num_answers, num_failures
        How many answers it holds, and how many of its cells show an error.
    others, why
        The notebooks that were left, and why this one was kept; none and empty for one alone.
    unreadable
        Why it cannot be read at all; None if it can.
    likely_lab
        The other lab that it answers, if it is not this lab's.
    """

    candidate: Candidate
    repairs: list[Repair] | None = None
    num_answers: int = 0
    num_failures: int = 0
    others: tuple[Choice, ...] = ()
    why: str = ""
    unreadable: str | None = None
    likely_lab: str | None = None

    def __str__(self) -> str:
        """Say what it holds, for a teacher."""
        held = f"{self.num_answers} answers" if self.unreadable is None else "unreadable"
        return f"{self.candidate.inner} ({held})"


def choose(candidates: list[Candidate], lab: Statement, others: list[Statement]) -> Choice:
    """Return the notebook to keep: of those that answer the lab, the latest, or where no date tells the fullest.

    A notebook that cannot be read, or is another lab's, is kept where there is nothing better: grading says so.
    """
    read = [_read(candidate, lab) for candidate in candidates]
    answering = [choice for choice in read if choice.num_answers]
    latest = _latest(answering)
    kept = max(latest or read, key=lambda choice: _merit(choice, lab))
    left = [choice for choice in read if choice is not kept]
    kept = replace(kept, others=tuple(left), why=_why(kept, answering, latest) if left else "")
    if kept.repairs is None and kept.unreadable is None:
        notebook = parse_notebook(kept.candidate.member.content, "")
        likely = next((other.name for other in others if other.repair(notebook) is not None), None)
        return replace(kept, likely_lab=likely)
    return kept


def _read(candidate: Candidate, lab: Statement) -> Choice:
    """Return what a notebook holds; of several, no two are in memory at once."""
    try:
        notebook = parse_notebook(candidate.member.content, f"{lab.name}.ipynb")
    except NotebookError as error:
        return Choice(candidate, unreadable=str(error))
    repaired = lab.repair(notebook)
    if repaired is None:
        return Choice(candidate)
    failures = sum(any(output.output_type == "error" for output in cell.get("outputs", [])) for cell in notebook.cells)
    return Choice(candidate, repaired[1], lab.num_answers(repaired[0]), failures)


def _latest(choices: list[Choice]) -> list[Choice]:
    """Return those that were written last; all of them where one has no date."""
    moments = [choice.candidate.member.modified for choice in choices]
    if not all(moments):
        return choices
    last = max(moments, default=datetime.min)
    return [choice for choice, moment in zip(choices, moments, strict=True) if last - moment <= TOGETHER]


def _merit(choice: Choice, lab: Statement) -> tuple:
    name = choice.candidate.inner.split("/")[-1]
    copies = COPY.findall(name)
    return (
        choice.unreadable is None,
        choice.repairs is not None,
        choice.num_answers,
        -choice.num_failures,
        int(copies[-1]) if copies else 0,
        name.casefold() == f"{lab.name}.ipynb",
    )


def _why(kept: Choice, answering: list[Choice], latest: list[Choice]) -> str:
    if len(answering) < 2:
        return "the only one with answers" if answering else "none has answers"
    if len(latest) == 1:
        return "the latest"
    rivals = [choice for choice in latest if choice.candidate != kept.candidate]
    equals = [choice for choice in rivals if choice.num_answers == kept.num_answers]
    if not equals:
        return "the most answers"
    fewest = min(choice.num_failures for choice in equals)
    return "the fewest errors shown" if kept.num_failures < fewest else "no date tells: look at both"
