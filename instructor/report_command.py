"""The command `course report`."""

from __future__ import annotations

import typer
from rich.console import Console

from instructor.course import Course

console = Console(highlight=False, soft_wrap=True)


def report_command(lab: str = typer.Argument(metavar="LAB")) -> None:
    """Write reports/LAB.html: marks, questions, commonest mistakes, hand-ins to review, hand-ins that are alike."""
    from instructor.pages.report import write_report

    course = Course.find()
    course.select_labs([lab])
    console.print(f"wrote {write_report(course, lab).relative_to(course.root)}")
