"""The command `course migrate`: bring the marks to a lab whose questions changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from instructor.cli.writing import writes
from instructor.terminal import as_text, console

if TYPE_CHECKING:
    from instructor.gradebook.migrate import Plan


def mount(app: typer.Typer) -> None:
    """Add this command to `course`."""
    app.command("migrate")(migrate_command)


@writes
def migrate_command(
    lab: str = typer.Argument(metavar="LAB"),
    rename: list[str] = typer.Option(
        [], metavar="OLD=NEW", help="A cell with a new name, 'OLD=' for one that has none; may be repeated."
    ),
    apply: bool = typer.Option(False, "--apply", help="Do it; otherwise it is only shown."),
) -> None:
    """Bring the gradebook to a lab whose questions were added, removed, renamed or split after marks were given."""
    from instructor.course import Course
    from instructor.files import write_whole
    from instructor.gradebook.migrate import make_plan, migrate

    course = Course.find()
    course.select_labs([lab])
    plan = make_plan(course, lab, rename)
    lines = list(_told(plan))
    for line in lines:
        console.print(as_text(line))
    if not plan.is_needed:
        console.print(f"the gradebook has the questions of source/{lab}/; there is nothing to migrate")
    elif not apply:
        console.print(f"nothing was changed: 'course migrate {lab} --apply' does it, with the same --rename if any")
    else:
        if plan.dropped:
            file = course.root / "grades" / lab / f"dropped-{datetime.now():%Y-%m-%d-%H%M%S}.txt"
            write_whole(file, "".join(f"{line}\n" for line in lines).encode())
            console.print(f"what was given by hand and goes stands in {file.relative_to(course.root)}")
        migrate(course, lab, plan)
        console.print(f"done; next: course build {lab}, course grade {lab}")


def _told(plan: Plan) -> Iterator[str]:
    """Say what a plan would do, a line a cell and a decision."""
    for old, new in plan.renamed.items():
        yield f"{old} is called {new} now: its marks and comments go along"
    for name in plan.added:
        yield f"{name} is new: every hand-in gets it when it is graded"
    for name in plan.removed:
        yield f"{name} goes, with its marks and comments"
    for name in plan.other:
        yield f"{name} is graded, or answered, in another way: what that leaves no place for goes"
    for old, (before, now) in plan.worth.items():
        yield f"{plan.renamed.get(old, old)} is worth {now:g} instead of {before:g}: marks by hand wait for you again"
    for what, decided in (("is dropped", plan.dropped), ("waits for you again", plan.reopened)):
        for one in decided:
            yield f"given by hand, {what}: {one}"
    if plan.dropped and plan.added:
        yield "if a cell that goes is a new one under another name, say --rename OLD=NEW, and this is kept"
    if plan.kept:
        yield f"{plan.kept} other marks and comments given by hand are kept"
