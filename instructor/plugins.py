"""nbgrader's side of everything: all that `nbgrader_config.py` names, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TextIO

from nbconvert.exporters import Exporter, NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook, SubmittedNotebook
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.plugins import BasePlugin, ExportPlugin
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor, SaveAutoGrades
from nbgrader.utils import determine_grade
from traitlets import Bool, Float, Unicode, default
from traitlets.config import Config

from instructor.course import Course, HandIn
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.gradebook.by_hand import is_aside, is_decided, known_answers, read_answers, remember, set_aside
from instructor.gradebook.deadlines import read_deadlines
from instructor.gradebook.nbgrader import open_gradebook, read_timestamp
from instructor.gradebook.results import read_result
from instructor.grading.hand_in import execute_for_gradebook
from instructor.grading.repair import repair
from instructor.labs.colab import prepare_release
from instructor.lms.csv_text import csv_text
from instructor.lms.grades import nbgrader_rows
from instructor.notebooks import (
    TODO_BLOCK,
    grade_id,
    is_graded,
    is_solution,
    parse_notebook,
    read_handed_in,
    read_notebook,
)
from instructor.pages.feedback import feedback_page
from instructor.pages.sanitize import sanitize

HEADING = "**Pour l'enseignant : réponse attendue et barème**"
DAY = 24 * 60 * 60


def _hand_in(resources: dict) -> HandIn:
    """Return the hand-in that nbgrader is at work on."""
    return Course.find().hand_in(resources["nbgrader"]["student"], resources["nbgrader"]["assignment"])


class PrepareRelease(NbGraderPreprocessor):
    """Make the student's copy open on Colab: badge, set-up cell, metadata."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        course = Course.find()
        return prepare_release(nb, course, resources["nbgrader"]["assignment"]), resources


class _Alone(Exporter):
    """Let a converter of nbgrader write on the course while no command of it does, and no command meanwhile."""

    alone = Bool(True, help="False where the course's own command converts.").tag(config=True)

    def __init__(self, config: Config | None = None, **options: object) -> None:
        super().__init__(config, **options)
        if self.alone and isinstance(self.parent, BaseConverter):
            self.parent.convert_notebooks = partial(_convert_alone, self.parent, self.parent.convert_notebooks)


def _convert_alone(converter: BaseConverter, convert: Callable[[], None]) -> None:
    try:
        with Course.find().alone():
            convert()
    except CourseError as error:
        converter.log.error(error)
        raise NbGraderException(str(error)) from None


class HandInExporter(_Alone, NotebookExporter):
    """Read hand-ins as the rest of the course does: in any encoding of JSON, and with care.

    What nbconvert reads itself may hold what no file can, and metadata of any kind.
    """

    def from_file(self, file_stream: TextIO, resources: dict | None = None, **options: object) -> tuple[str, dict]:
        path = Path(file_stream.name)
        return self.from_notebook_node(parse_notebook(read_handed_in(path), path.name), resources, **options)


class RepairHandIn(NbGraderPreprocessor):
    """Rebuild the hand-in from its lab, so that nbgrader finds what it expects."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        course, lab = Course.find(), resources["nbgrader"]["assignment"]
        nb, _ = repair(nb, course.read_source(lab), course.read_release(lab))
        return nb, resources


class ExecuteHandIn(NbGraderPreprocessor):
    """Execute under the grading policy, or take what `course grade` has executed already."""

    executed = Unicode("", help="Path of the executed and marked notebook.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        if self.executed:
            return read_notebook(Path(self.executed)), resources
        return execute_for_gradebook(_hand_in(resources)), resources


class SaveMarks(SaveAutoGrades):
    """Write the marks into the gradebook, ask about doubts, and let what a teacher decided stand.

    nbgrader asks to look again at each mark given by hand, and knows of whole cells only. Each cell is one commit:
    whenever a run is killed, the next one finds what it needs.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        hand_in = _hand_in(resources)
        self.doubtful = {mark["grade_id"] for mark in nb.metadata.course.marks if mark["pending"]}
        self.before, self.answers = known_answers(hand_in), read_answers(nb)
        nb, resources = super().preprocess(nb, resources)
        remember(hand_in, self.answers)
        hand_in.changes.unlink(missing_ok=True)  # of an earlier regrade
        return nb, resources

    def _add_score(self, cell: NotebookNode, resources: dict) -> None:
        name = grade_id(cell)
        grade = self.gradebook.find_grade(name, self.notebook_id, self.assignment_id, self.student_id)
        grade.auto_score, _ = determine_grade(cell, self.log)
        if is_decided(grade):
            grade.needs_manual_grade = grade.needs_manual_grade or self.before.get(name) != self.answers.get(name)
        else:
            grade.needs_manual_grade = grade.auto_score is None or name in self.doubtful
        self.gradebook.db.commit()

    def _add_comment(self, cell: NotebookNode, resources: dict) -> None:
        name = grade_id(cell)
        comment = self.gradebook.find_comment(name, self.notebook_id, self.assignment_id, self.student_id)
        before, now = (answers.get(name, [None])[0] for answers in (self.before, self.answers))
        if before not in (None, now):
            set_aside(comment)
        if is_aside(comment):
            self.gradebook.db.commit()
        else:
            super()._add_comment(cell, resources)


class SanitizeHandIn(NbGraderPreprocessor):
    """Take active content out of what the formgrader shows on the teacher's own Jupyter origin.

    HTML goes through the sanitiser of the students' pages, other active types go away, and so do images fetched from
    elsewhere: in Markdown, however they are written, they become links. A text that takes too long, here or when the
    page will be rendered, is shown as it was written, and so are the outputs of the cell, as text.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        sanitize(nb)
        return nb, resources


class ShowRubric(NbGraderPreprocessor):
    """Put the model answer and its rubric below each written answer of a graded hand-in.

    They come from `source/`, where they stand in the TODO block that the release does without. Only the teacher reads
    what is graded: pages for students are made from what was handed in.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        lab = resources["nbgrader"]["assignment"]
        source = Course.find().read_source(lab)
        rubrics = {
            grade_id(cell): "\n\n".join(block["body"].strip() for block in TODO_BLOCK.finditer(cell.source))
            for cell in source.cells
            if is_graded(cell) and is_solution(cell)
        }
        cells = []
        for cell in nb.cells:
            cells.append(cell)
            if rubric := rubrics.get(grade_id(cell)):
                cells.append(new_markdown_cell(f"{HEADING}\n\n{rubric}", id=f"rubric-{cell.id}"[:64]))
        nb.cells = cells
        return nb, resources


class FeedbackPage(_Alone):
    """Give nbgrader's own command and the formgrader's button the page of `course feedback`.

    nbgrader's page would show students the hidden tests, what the graded run printed, and the rubric.
    """

    @default("file_extension")
    def _html(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: NotebookNode, resources: dict | None = None, **kw: object) -> tuple[str, dict]:
        _, resources = super().from_notebook_node(nb, resources, **kw)
        hand_in = _hand_in(resources)
        return feedback_page(hand_in.course, read_result(hand_in)), resources


class PointsPerDay(BasePlugin):
    """Take points off for each day begun after the deadline, once the time of grace is over.

    nbgrader calls it for each late hand-in and keeps the penalty in its gradebook.
    """

    points_per_day = Float(0.0, min=0, help="Points taken off for each day begun.").tag(config=True)
    grace_minutes = Float(0.0, min=0, help="A hand-in this late is still on time.").tag(config=True)

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        if total_seconds_late <= 60 * self.grace_minutes:
            return None
        return self.points_per_day * math.ceil(total_seconds_late / DAY)


class ExportGrades(ExportPlugin):
    """Write what `nbgrader export` writes, quoted where it must be, and no text that a spreadsheet would run."""

    def export(self, gradebook: Gradebook) -> None:
        labs = self.assignment or [assignment.name for assignment in gradebook.assignments]
        rows = nbgrader_rows(gradebook, list(map(str, labs)), list(map(str, self.student)))
        write_whole(Path(self.to or "grades.csv"), csv_text(rows).encode())


class KeepLatePenalties(AssignLatePenalties):
    """Write the whole penalty down, however few points there are yet.

    nbgrader cuts it to what is earned while written answers still wait for a teacher, and never looks again: a hand-in
    with nothing but a good written answer would pay nothing. Whoever reads it takes off no more than was earned.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Tell nbgrader of this student's extension, and forget a time that nobody vouches for any more."""
        hand_in = _hand_in(resources)
        deadlines = read_deadlines(hand_in.course, hand_in.lab)
        with open_gradebook(hand_in.course) as gradebook:
            submission = gradebook.find_submission(hand_in.lab, hand_in.student)
            submission.timestamp = read_timestamp(hand_in.timestamp)
            due = deadlines.of(hand_in.student)
            if due != deadlines.common:
                submission.extension = due - deadlines.common
            gradebook.db.commit()
        return super().preprocess(nb, resources)

    def _check_late_penalty(self, notebook: SubmittedNotebook, penalty: float) -> float:
        return max(0.0, penalty)
