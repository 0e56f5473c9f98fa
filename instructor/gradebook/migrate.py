"""Bring the gradebook to a lab whose questions changed after marks were given: what still exists is kept.

nbgrader refuses any question more or less once a hand-in is filed. A question that bears another name is recognised by
its cell, or named by the teacher; marks and comments go along. What goes with a question is said before.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import BaseCell, Comment, Grade, GradeCell, MissingEntry, Notebook, SolutionCell, SourceCell, TaskCell
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from rapidfuzz import fuzz

from instructor.course import Course
from instructor.errors import CourseError
from instructor.gradebook.by_hand import is_aside, is_decided, is_written, known_answers, remember
from instructor.gradebook.nbgrader import NbgraderError, generate_assignment, has_gradebook, open_gradebook
from instructor.notebooks import grade_id, points, read_notebook, without_hidden_tests

ALIKE = 80  # of 100: a test or a stub with a new name
KINDS = {
    GradeCell: is_grade,
    SolutionCell: is_solution,
    TaskCell: is_task,
    SourceCell: lambda cell: is_grade(cell) or is_solution(cell) or is_task(cell) or is_locked(cell),
}


@dataclass(frozen=True)
class Decided:
    """What a teacher gave by hand to one student's answer, a mark or else a comment."""

    student: str
    cell: str
    what: str
    is_mark: bool

    def __str__(self) -> str:
        return f"{self.student}: {self.cell}: {self.what}"

    def has_place_in(self, cell: NotebookNode) -> bool:
        """Tell whether a cell still takes it."""
        return _is_marked(cell) if self.is_mark else _is_commented(cell)


@dataclass(frozen=True)
class Plan:
    """What becomes of the cells that the gradebook knows; `dropped` and `reopened` were given by hand.

    `kept` counts what else was given by hand, `worth` holds the points of before and of now where they differ, and
    `other` the cells that begin or cease to be graded, or answered.
    """

    renamed: dict[str, str] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    worth: dict[str, tuple[float, float]] = field(default_factory=dict)
    dropped: list[Decided] = field(default_factory=list)
    reopened: list[Decided] = field(default_factory=list)
    kept: int = 0

    @property
    def is_needed(self) -> bool:
        """Whether nbgrader would refuse the lab as it is now."""
        return bool(self.renamed or self.added or self.removed or self.other)


def make_plan(course: Course, lab: str, renamings: list[str]) -> Plan:
    """Return what a migration would do; it only reads.

    Parameters
    ----------
    renamings
        `OLD=NEW` for a cell with a new name, `OLD=` for one that is in truth gone.
    """
    cells = _cells(course, lab)
    if not has_gradebook(course):
        return Plan()
    with open_gradebook(course) as gradebook, suppress(MissingEntry):
        notebook = gradebook.find_notebook(lab, lab)
        if not notebook.submissions:
            return Plan()
        known = {cell.name: cell for cell in notebook.source_cells}
        gone, new = [name for name in known if name not in cells], [name for name in cells if name not in known]
        found = _renamed(course, lab, {name: known[name] for name in gone}, {name: cells[name] for name in new})
        renamed = _said(renamings, found, gone, new)
        now = {name: cells[renamed.get(name, name)] for name in known if renamed.get(name, name) in cells}
        graded = {cell.name: cell for cell in (*notebook.grade_cells, *notebook.task_cells)}
        answered = {cell.name for cell in (*notebook.solution_cells, *notebook.task_cells)}
        worth = {
            name: (cell.max_score, points(now[name]))
            for name, cell in graded.items()
            if name in now and _is_marked(now[name]) and cell.max_score != points(now[name])
        }
        other = [
            name
            for name, cell in now.items()
            if (name in graded, name in answered) != (_is_marked(cell), _is_commented(cell))
        ]
        decided = list(_decided(notebook))
        dropped = [one for one in decided if not (one.cell in now and one.has_place_in(now[one.cell]))]
        reopened = [one for one in decided if one not in dropped and one.is_mark and one.cell in worth]
        added = [name for name in new if name not in renamed.values()]
        removed = [name for name in known if name not in now]
        return Plan(
            renamed, added, removed, other, worth, dropped, reopened, len(decided) - len(dropped) - len(reopened)
        )
    return Plan()


def _is_marked(cell: NotebookNode) -> bool:
    return is_grade(cell) or is_task(cell)


def _is_commented(cell: NotebookNode) -> bool:
    return is_solution(cell) or is_task(cell)


def _cells(course: Course, lab: str) -> dict[str, NotebookNode]:
    """Return the cells that nbgrader would file of the lab as it is now, by name."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            generate_assignment(course, lab, Path(folder), gradebook=False)
        except NbgraderError as error:
            raise CourseError(f"nbgrader cannot read source/{lab}/: {error}; run 'course check {lab}'") from None
        built = read_notebook(Path(folder) / lab / f"{lab}.ipynb")
    return {grade_id(cell): cell for cell in built.cells if KINDS[SourceCell](cell)}


def _renamed(course: Course, lab: str, gone: dict[str, SourceCell], new: dict[str, NotebookNode]) -> dict[str, str]:
    """Return the new name of each cell that is known by its id, or of code that is like one other alone."""
    if not (gone and new):
        return {}
    ids, found = {}, {}
    for hand_in in course.hand_ins(lab):
        if hand_in.autograded.is_file():
            ids = {grade_id(cell): cell.id for cell in hand_in.read_autograded().cells}
            break
    for name in gone:
        if same := [other for other, cell in new.items() if name in ids and cell.id == ids[name]]:
            found[name] = same[0]
    for name, before in gone.items():
        text = without_hidden_tests(before.source or "")
        alike = [
            other
            for other, cell in new.items()
            if cell.cell_type == before.cell_type == "code" and fuzz.ratio(text, cell.source) >= ALIKE
        ]
        if name not in found and len(alike) == 1 and alike[0] not in found.values():
            found[name] = alike[0]
    return found


def _said(renamings: list[str], found: dict[str, str], gone: list[str], new: list[str]) -> dict[str, str]:
    """Return the renamings, those of the teacher before those that were found."""
    renamed = dict(found)
    for one in renamings:
        old, _, name = one.partition("=")
        if old not in gone or (name and name not in new) or "=" not in one:
            names = (", ".join(cells) or "none" for cells in (gone, new))
            raise CourseError("--rename {} is not OLD=NEW: gone are {}, new are {}".format(one, *names))
        renamed = {key: value for key, value in renamed.items() if key != old and value != name}
        renamed |= {old: name} if name else {}
    return renamed


def _decided(notebook: Notebook) -> Iterator[Decided]:
    for filed in notebook.submissions:
        for grade in filed.grades:
            if is_decided(grade):
                extra = f", {grade.extra_credit:g} of extra credit" if grade.extra_credit else ""
                score = "no mark" if grade.manual_score is None else f"{grade.manual_score:g}"
                yield Decided(filed.student.id, grade.name, f"{score} of {grade.max_score:g}{extra}", is_mark=True)
        for comment in filed.comments:
            if is_written(comment) or is_aside(comment):
                said = (comment.manual_comment or comment.auto_comment).strip()
                yield Decided(filed.student.id, comment.name, f"'{said}'", is_mark=False)


def migrate(course: Course, lab: str, plan: Plan) -> None:
    """Do what a plan says, whole or not at all, then have nbgrader file the lab as it is now."""
    cells = _cells(course, lab)
    with open_gradebook(course) as gradebook:
        notebook = gradebook.find_notebook(lab, lab)
        for filed in notebook.submissions:
            hand_in = course.hand_in(filed.student.id, lab)
            answers = known_answers(hand_in)
            if answers and plan.renamed:
                news = {name: answers[old] for old, name in plan.renamed.items() if old in answers}
                remember(hand_in, answers | news)
        for kind, is_it in KINDS.items():
            wanted = {name for name, cell in cells.items() if is_it(cell)}
            for cell in gradebook.db.query(kind).filter(kind.notebook_id == notebook.id).all():
                cell.name = plan.renamed.get(cell.name, cell.name)
                if cell.name in wanted:
                    wanted.remove(cell.name)
                    continue
                for row in [*cell.grades, *cell.comments] if isinstance(cell, BaseCell) else []:
                    gradebook.db.delete(row)
                gradebook.db.delete(cell)
            gradebook.db.flush()
            for name in wanted:
                _add(gradebook.db, kind, notebook, cells[name])
        gradebook.db.commit()
    with tempfile.TemporaryDirectory() as folder:
        generate_assignment(course, lab, Path(folder), gradebook=True)


def _add(db: object, kind: type, notebook: Notebook, cell: NotebookNode) -> None:
    """Add a cell, and to each hand-in what nbgrader keeps of it; the values come when it is filed and graded."""
    worth = {"max_score": points(cell)} if kind in (GradeCell, TaskCell) else {}
    shape = {} if kind is SolutionCell else {"cell_type": cell.cell_type}
    added = kind(name=grade_id(cell), notebook_id=notebook.id, **worth, **shape)
    db.add(added)
    db.flush()
    for filed in notebook.submissions:
        if kind in (GradeCell, TaskCell):
            db.add(Grade(cell_id=added.id, notebook_id=filed.id))
        if kind in (SolutionCell, TaskCell):
            db.add(Comment(cell_id=added.id, notebook_id=filed.id))
