"""nbgrader's plug-in points: the preprocessors that `nbgrader_config.py` puts in its pipelines."""

from __future__ import annotations

import re
from pathlib import Path

from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from instructor.colab import prepare_release
from instructor.course import Course
from instructor.grading import execute_for_gradebook
from instructor.notebooks import read_notebook
from instructor.repair import repair

MARKDOWN_IMAGE = re.compile(r"!+(?=\[)")
# What MathJax turns into links, styles and attributes.
ACTIVE_TEX = re.compile(r"\\+(?=(href|url|style|class|cssId|data|require|bbox|mmlToken|html\w*)\b)")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


class PrepareRelease(NbGraderPreprocessor):
    """Make the student's copy open on Colab: badge, set-up cell, metadata."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        course = Course.find()
        return prepare_release(nb, course, resources["nbgrader"]["assignment"]), resources


class RepairHandIn(NbGraderPreprocessor):
    """Rebuild the hand-in from its lab, so that nbgrader finds what it expects."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        course, lab = Course.find(), resources["nbgrader"]["assignment"]
        # What nbgrader has read itself may hold what no file can, and metadata of any kind: read it again, with care.
        nb = read_notebook(course.submitted(resources["nbgrader"]["student"], lab))
        nb, _ = repair(nb, course.read_source(lab), course.read_release(lab))
        return nb, resources


class ExecuteHandIn(NbGraderPreprocessor):
    """Execute under the grading policy, or take what `course grade` has executed already."""

    executed = Unicode("", help="Path of the executed and marked notebook.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        if self.executed:
            return read_notebook(Path(self.executed)), resources
        course, lab = Course.find(), resources["nbgrader"]["assignment"]
        student = resources["nbgrader"]["student"]
        return execute_for_gradebook(course, lab, student), resources


class SanitizeHandIn(SanitizeHTML):
    """Take active content out of what the formgrader shows on the teacher's own Jupyter origin.

    HTML goes through nbconvert's sanitiser, other active types go away, and so do images fetched from elsewhere: in
    Markdown, however they are written, they become links.
    """

    enabled = True
    safe_output_keys = {"text/plain", "image/png", "image/jpeg"}

    def preprocess_cell(self, cell: NotebookNode, resources: dict, index: int) -> tuple[NotebookNode, dict]:
        for output in cell.get("outputs", []):
            if "data" in output:
                # The page holds pictures, their sizes and their descriptions as they are written here.
                output.metadata = NotebookNode()
                for kind in [kind for kind in output.data if kind.startswith("image/")]:
                    if not BASE64.fullmatch("".join(output.data[kind])):
                        del output.data[kind]
        return super().preprocess_cell(cell, resources, index)

    def sanitize_html_tags(self, html_str: str) -> str:
        return super().sanitize_html_tags(ACTIVE_TEX.sub("", MARKDOWN_IMAGE.sub("", html_str)))
