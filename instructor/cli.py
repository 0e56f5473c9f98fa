"""The command `course`: everything an instructor does, one verb each."""

from __future__ import annotations

import json
import os
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

try:
    import typer
    from rich.console import Console
except ModuleNotFoundError as error:
    sys.exit(f"course: {error.name} is missing; install the instructor's tools: pip install -e '.[instructor]'")

from instructor import data
from instructor.course import Course, CourseError
from instructor.moodle import commands as moodle
from instructor.publish_command import publish_command
from instructor.report_command import report_command

if TYPE_CHECKING:
    from instructor.grade import Options, Result

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Build, check, grade and publish the labs.")
console = Console(highlight=False, soft_wrap=True)

Labs = typer.Argument(None, metavar="[LAB]...", help="Labs; all of them unless named.", show_default=False)


class Sandbox(str, Enum):
    """Where hand-ins run."""

    auto = "auto"
    none = "none"


@app.command("build")
def build_command(
    labs: list[str] = Labs, check: bool = typer.Option(False, help="Write nothing; fail if a file has drifted.")
) -> None:
    """Generate the students' notebooks in release/ from source/."""
    from instructor.build import build, drifted

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


@app.command("check")
def check_command(labs: list[str] = Labs) -> None:
    """Check the labs against their contract, and that nothing leaks into what students get."""
    from instructor.check import check_labs

    course = Course.find()
    labs = course.select_labs(labs)
    findings = check_labs(course, labs)
    for finding in findings:
        console.print(str(finding), markup=False)
    console.print(f"{len(labs)} labs checked, {len(findings)} findings")
    if findings:
        raise typer.Exit(1)


@app.command("solutions")
def solutions_command(
    labs: list[str] = Labs, check: bool = typer.Option(False, help="Run nothing; fail if code or text has drifted.")
) -> None:
    """Generate the corrected labs in solutions/, executed on the data that COURSE_DATA and COURSE_MODE give."""
    from instructor.solutions import stale_solutions, write_solution

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


@app.command("new")
def new_command(lab: str = typer.Argument(metavar="LAB")) -> None:
    """Write the skeleton of a new lab, which passes every check."""
    from instructor.new import new_lab

    course = Course.find()
    for path in new_lab(course, lab):
        console.print(f"wrote {path.relative_to(course.root)}")
    console.print(f"edit it, then run: course build, course solutions {lab}, course check")


@app.command("grade")
def grade_command(
    labs: list[str] = Labs,
    student: list[str] = typer.Option([], metavar="ID", help="Only this student; may be repeated."),
    json_file: Path = typer.Option(None, "--json", metavar="FILE", help="Also write every mark and reason as JSON."),
    workers: int = typer.Option(os.cpu_count(), min=1, help="Hand-ins executed at the same time."),
    scheduler: str = typer.Option(None, metavar="ADDRESS", help="Dask scheduler of an existing cluster."),
    sandbox: Sandbox = typer.Option(Sandbox.auto, help="'none' runs hand-ins with your own rights."),
    force: bool = typer.Option(False, help="Run again what did not change."),
) -> None:
    """Grade the hand-ins of submitted/: repair, execute, verify, save in the gradebook."""
    from instructor.grade import Options

    course = Course.find()
    options = Options(workers, scheduler, sandbox is Sandbox.auto, force)
    results = _grade_and_show(course, course.select_labs(labs), options, student)
    if json_file:
        text = json.dumps([result.as_dict() for result in results], ensure_ascii=False, indent=1)
        json_file.write_text(text + "\n", encoding="utf-8")


@app.command("feedback")
def feedback_command(
    labs: list[str] = Labs,
    with_solutions: bool = typer.Option(
        None,
        "--with-solutions/--without-solutions",
        help="Also show the right answers, once the deadline is over; as the pages of before did unless said.",
    ),
) -> None:
    """Write one page a student in feedback/: marks, reasons, and the notebook handed in."""
    from instructor.feedback import refuse_before_deadline, write_feedback
    from instructor.grade import graded_results

    course = Course.find()
    results = graded_results(course, course.select_labs(labs))
    if not results:
        raise CourseError("no graded hand-in; run 'course grade' first")
    for lab in {result.lab for result in results} if with_solutions else ():
        refuse_before_deadline(course, lab)
    pages = [write_feedback(course, result, with_solutions) for result in results]
    console.print(f"wrote {len(pages)} pages in feedback/, the first is {pages[0].relative_to(course.root)}")


@app.command("demo")
def demo_command() -> None:
    """Play a class of ten students in demo/, from Moodle's zip to the marks, and say what to open next."""
    from instructor.demo import play

    play(Course.find(), app, console)


moodle.mount(app)
app.command("publish")(publish_command)
app.command("report")(report_command)
app.add_typer(data.app, name="data")


def _grade_and_show(
    course: Course, labs: list[str], options: Options, students: list[str] | None = None
) -> list[Result]:
    from instructor.grade import grade_class
    from instructor.tables import grading_progress, marks_table

    with grading_progress(console) as tell:
        results = grade_class(course, labs, students, options, tell)
    for lab in labs:
        if of_lab := [result for result in results if result.lab == lab]:
            console.print(marks_table(lab, of_lab))
    return results


def main() -> None:
    """Run the command; a user's mistake is one line and exit status 2."""
    try:
        app()
    except CourseError as error:
        console.print(f"course: {error}", style="red", markup=False)
        sys.exit(2)
