"""The command `course publish`."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console

from instructor.course import Course

console = Console(highlight=False, soft_wrap=True)


def publish_command(
    folder: Path = typer.Argument(metavar="DIR"),
    with_solutions: list[str] = typer.Option(
        [], metavar="LAB", help="Also publish this lab's solution, once its deadline is over; may be repeated."
    ),
) -> None:
    """Write the student repository in DIR and commit it: notebooks, helpers, package file, front page, licences."""
    from instructor.labs.publish import publish

    publication = publish(Course.find(), folder, with_solutions)
    if not publication.changed:
        console.print(f"{folder} is up to date", markup=False)
        return
    console.print(f"committed {len(publication.changed)} files: {publication.message}", markup=False)
    console.print(f"look at it, then: git -C {folder} push", markup=False)
