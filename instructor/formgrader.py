"""What nbgrader's formgrader needs of the course: a rubric beside each written answer, and pages fit for students."""

from __future__ import annotations

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import default

from instructor.course import Course
from instructor.pages.feedback import feedback_page
from instructor.grading.class_run import read_result
from instructor.notebooks import TODO_BLOCK, grade_id, is_graded, is_solution

HEADING = "**Pour l'enseignant : réponse attendue et barème**"


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


class FeedbackPage(Exporter):
    """Give nbgrader's own command and the formgrader's button the page of `course feedback`.

    nbgrader's page would show students the hidden tests, what the graded run printed, and the rubric.
    """

    @default("file_extension")
    def _html(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: NotebookNode, resources: dict | None = None, **kw: object) -> tuple[str, dict]:
        _, resources = super().from_notebook_node(nb, resources, **kw)
        which = resources["nbgrader"]
        course = Course.find()
        page = feedback_page(course, read_result(course, which["assignment"], which["student"]))
        return page, resources
