"""nbgrader's plug-in points: the preprocessors that `nbgrader_config.py` puts in its pipelines."""

from __future__ import annotations

from dataclasses import asdict

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from instructor.colab import prepare_release
from instructor.course import Course
from instructor.execute import run_notebook
from instructor.grading import default_policy, fingerprint, reference_run, write_marks_for_nbgrader
from instructor.notebooks import read_notebook
from instructor.repair import repair
from instructor.verify import mark_notebook


class PrepareRelease(NbGraderPreprocessor):
    """Make the student's copy open on Colab: badge, set-up cell, metadata."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        course = Course.find()
        return prepare_release(nb, course, resources["nbgrader"]["assignment"]), resources


class RepairHandIn(NbGraderPreprocessor):
    """Rebuild the hand-in from its lab, so that nbgrader finds what it expects."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        course, lab = Course.find(), resources["nbgrader"]["assignment"]
        nb, repairs = repair(nb, read_notebook(course.source(lab)), read_notebook(course.release(lab)))
        nb.metadata["course"]["repairs"] = repairs
        return nb, resources


class ExecuteHandIn(NbGraderPreprocessor):
    """Execute under the grading policy, in an empty folder, with the seed of this run."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        return run_notebook(nb, default_policy()), resources


class VerifyProbes(NbGraderPreprocessor):
    """Decide the marks from the probes, in this process, and hand them to SaveAutoGrades."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        course, lab = Course.find(), resources["nbgrader"]["assignment"]
        marks = mark_notebook(nb, reference_run(course.source(lab), default_policy()))
        write_marks_for_nbgrader(nb, marks)
        nb.metadata["course"]["marks"] = [asdict(mark) for mark in marks]
        nb.metadata["course"]["fingerprint"] = fingerprint(course, lab, resources["nbgrader"]["student"])
        return nb, resources
