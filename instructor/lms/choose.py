"""Choose, among the notebooks that one student handed in, the one that answers the lab."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from nbformat import NotebookNode

from instructor.course import Course
from instructor.grading.repair import HandInError, repair
from instructor.lms.archive import Member
from instructor.notebooks import NotebookError, grade_id, is_solution, parse_notebook


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

    def repairs(self, notebook: NotebookNode) -> list[str] | None:
        """Return what grading would repair, None if the notebook is not this lab's."""
        try:
            return repair(notebook, self.source, self.release)[1]
        except HandInError:
            return None

    def num_answers(self, notebook: NotebookNode) -> int:
        """Return how many answers of the notebook differ from the statement."""
        asked = {grade_id(cell): cell.source.strip() for cell in self.release.cells if is_solution(cell)}
        return sum(grade_id(cell) in asked and cell.source.strip() != asked[grade_id(cell)] for cell in notebook.cells)


@dataclass(frozen=True)
class Choice:
    """The notebook kept for a student, and what a teacher should know of it.

    Parameters
    ----------
    candidate, num_candidates
        The notebook, and among how many it was chosen.
    repairs
        What grading will repair; None if the notebook is not this lab's.
    unreadable
        Why it cannot be read at all; None if it can.
    likely_lab
        The other lab that it answers, if it is not this lab's.
    """

    candidate: Candidate
    num_candidates: int
    repairs: list[str] | None = None
    unreadable: str | None = None
    likely_lab: str | None = None


def choose(candidates: list[Candidate], lab: Statement, others: list[Statement]) -> Choice:
    """Return the notebook to keep: of this lab first, then the one with the most answers, then the best named.

    A notebook that cannot be read, or is another lab's, is kept where there is nothing better: grading says so.
    """
    read = [_read(candidate.member.content, f"{lab.name}.ipynb") for candidate in candidates]

    def merit(rank: int) -> tuple:
        candidate, notebook = candidates[rank], read[rank]
        if isinstance(notebook, NotebookError):
            return (0, 0, _is_named(candidate, lab))
        of_lab = lab.repairs(notebook) is not None
        return (1 + of_lab, lab.num_answers(notebook), _is_named(candidate, lab))

    rank = max(range(len(candidates)), key=merit)
    notebook, kept = read[rank], Choice(candidates[rank], len(candidates))
    if isinstance(notebook, NotebookError):
        return replace(kept, unreadable=str(notebook))
    repairs = lab.repairs(notebook)
    if repairs is None:
        likely = next((other.name for other in others if other.repairs(notebook) is not None), None)
        return replace(kept, likely_lab=likely)
    return replace(kept, repairs=repairs)


def _read(content: bytes, name: str) -> NotebookNode | NotebookError:
    try:
        return parse_notebook(content, name)
    except NotebookError as error:
        return error


def _is_named(candidate: Candidate, lab: Statement) -> bool:
    """Tell whether the file bears the lab's name, as in `lab.ipynb`, not `lab (1).ipynb`."""
    return candidate.inner.split("/")[-1].casefold() == f"{lab.name}.ipynb"
