"""Commands that make the labs: new, build, solutions, check, publish."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from instructor.cli.writing import writes
from instructor.terminal import console

Labs = typer.Argument(None, metavar="[LAB]...", help="Labs; all of them unless named.", show_default=False)


def mount(app: typer.Typer) -> None:
    """Add these commands to `course`."""
    app.command("build")(build_command)
    app.command("check")(check_command)
    app.command("solutions")(solutions_command)
    app.command("new")(new_command)
    app.command("mutate")(mutate_command)
    app.command("publish")(publish_command)


@writes
def build_command(
    labs: list[str] = Labs, check: bool = typer.Option(False, help="Write nothing; fail if a file has drifted.")
) -> None:
    """Generate the students' notebooks in release/ from source/."""
    from instructor.course import Course
    from instructor.labs.build import build, drifted

    course = Course.find()
    labs = course.select_labs(labs)
    if check:
        stale = drifted(course, labs)
        for path in stale:
            console.print(f"{path.relative_to(course.root)}: differs from its source; run 'course build'")
        if stale:
            raise typer.Exit(1)
        console.print(f"release/ is up to date ({len(labs)} labs)")
        return
    changed = build(course, labs)
    for path in changed:
        console.print(f"wrote {path.relative_to(course.root)}")
    console.print(f"{len(labs)} labs built, {len(changed)} changed")


def check_command(
    labs: list[str] = Labs, run: bool = typer.Option(True, help="Judge the instructor's own answers too.")
) -> None:
    """Check the labs against their contract, and that nothing leaks into what students get."""
    from instructor.course import Course
    from instructor.labs.check import check_labs

    course = Course.find()
    labs = course.select_labs(labs)
    findings = check_labs(course, labs, run)
    for finding in findings:
        console.print(str(finding))
    console.print(f"{len(labs)} labs checked, {len(findings)} findings")
    if findings:
        raise typer.Exit(1)


@writes
def solutions_command(
    labs: list[str] = Labs, check: bool = typer.Option(False, help="Run nothing; fail if code or text has drifted.")
) -> None:
    """Generate the corrected labs in solutions/, executed on the data that COURSE_DATA and COURSE_MODE give."""
    from instructor.course import Course
    from instructor.labs.solutions import stale_solutions, write_solution

    course = Course.find()
    labs = course.select_labs(labs)
    if check:
        stale = stale_solutions(course, labs)
        for path in stale:
            console.print(f"{path.relative_to(course.root)}: differs from its source; run 'course solutions'")
        if stale:
            raise typer.Exit(1)
        console.print(f"solutions/ is up to date ({len(labs)} labs)")
        return
    for lab in labs:
        console.print(f"wrote {write_solution(course, lab).relative_to(course.root)}")


@writes
def new_command(lab: str = typer.Argument(metavar="LAB")) -> None:
    """Write the skeleton of a new lab, which passes every check."""
    from instructor.course import Course
    from instructor.labs.new import new_lab

    course = Course.find()
    for path in new_lab(course, lab):
        console.print(f"wrote {path.relative_to(course.root)}")
    console.print(f"edit it, then run: course build, course solutions {lab}, course check")


def mutate_command(
    lab: str = typer.Argument(metavar="LAB"),
    workers: int = typer.Option(os.cpu_count(), min=1, help="Notebooks executed at the same time."),
) -> None:
    """Change one thing at a time in the lab's right answers, and list the changes that keep every point."""
    from instructor.course import Course
    from instructor.labs.mutate import explained, make_mutants, survivors

    course = Course.find()
    course.select_labs([lab])
    source = course.read_source(lab)
    mutants = make_mutants(source)
    right = explained(course, lab, source, mutants)
    alive = survivors(course, lab, [mutant for mutant in mutants if mutant not in right], workers=workers)
    for mutant in alive:
        console.print(f"{mutant.cell}: {mutant.change}")
    killed = len(mutants) - len(alive) - len(right)
    console.print(
        f"{lab}: {len(mutants)} mutants, {killed} lose points, {len(right)} are right answers of answers.py, "
        f"{len(alive)} keep every point without a reason"
    )
    if alive:
        raise typer.Exit(1)


def publish_command(
    folder: Path = typer.Argument(metavar="DIR"),
    with_solutions: list[str] = typer.Option(
        [], metavar="LAB", help="Also publish this lab's solution, once its deadline is over; may be repeated."
    ),
) -> None:
    """Write the student repository in DIR and commit it: notebooks, helpers, package file, front page, licences."""
    from instructor.course import Course
    from instructor.labs.publish import publish

    publication = publish(Course.find(), folder, with_solutions)
    if not publication.changed:
        console.print(f"{folder} is up to date")
        return
    console.print(f"committed {len(publication.changed)} files: {publication.message}")
    console.print(f"look at it, then: git -C {folder} push --follow-tags")
