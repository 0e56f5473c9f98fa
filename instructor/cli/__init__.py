"""The command `course`: everything an instructor does, one verb each."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from enum import Enum
from functools import wraps
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
from instructor.cli import publish_command
from instructor.cli import report_command

if TYPE_CHECKING:
    from instructor.grading.class_run import Options, Result

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Build, check, grade and publish the labs.")
console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)

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


@app.command("check")
def check_command(labs: list[str] = Labs) -> None:
    """Check the labs against their contract, and that nothing leaks into what students get."""
    from instructor.labs.check import check_labs

    course = Course.find()
    labs = course.select_labs(labs)
    findings = check_labs(course, labs)
    for finding in findings:
        console.print(str(finding))
    console.print(f"{len(labs)} labs checked, {len(findings)} findings")
    if findings:
        raise typer.Exit(1)


@app.command("solutions")
def solutions_command(
    labs: list[str] = Labs, check: bool = typer.Option(False, help="Run nothing; fail if code or text has drifted.")
) -> None:
    """Generate the corrected labs in solutions/, executed on the data that COURSE_DATA and COURSE_MODE give."""
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


@app.command("new")
def new_command(lab: str = typer.Argument(metavar="LAB")) -> None:
    """Write the skeleton of a new lab, which passes every check."""
    from instructor.labs.new import new_lab

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
    from instructor.grading.class_run import Options

    course = Course.find()
    if json_file:
        _refuse_unwritable(json_file)
    options = Options(workers, scheduler, sandbox is Sandbox.auto, force)
    labs = course.select_labs(labs)
    for path in course.misplaced():
        console.print(f"not graded: submitted/{path} is not <student>/<lab>/<lab>.ipynb, or cannot be read")
    results = _grade(course, labs, options, student)
    # First the file: whatever happens to the terminal, the marks are there.
    if json_file:
        text = json.dumps([result.as_dict() for result in results], ensure_ascii=False, indent=1)
        json_file.write_text(f"{text}\n", encoding="utf-8", errors="replace")
    _show_marks(labs, results)
    if any(result.status == "failed" for result in results):
        raise typer.Exit(1)


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
    from instructor.pages.feedback import refuse_before_deadline, write_feedback
    from instructor.grading.class_run import graded_results

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


def _alone(command: Callable[..., None]) -> Callable[..., None]:
    """Return the command, run while no other that writes is at work on the course."""

    @wraps(command)
    def run(*arguments: object, **options: object) -> None:
        with Course.find().alone():
            command(*arguments, **options)

    return run


for registered in [*app.registered_commands, *moodle.roster_app.registered_commands]:
    if registered.name in ("grade", "feedback", "collect", "grades", "import"):
        registered.callback = _alone(registered.callback)


def _refuse_unwritable(file: Path) -> None:
    """Raise CourseError, before anything is run, where a file could not be written at the end."""
    if not file.parent.is_dir():
        raise CourseError(f"cannot write {file}: there is no folder {file.parent}; make it, or name another")
    if file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK):
        raise CourseError(f"cannot write {file}: it is a folder, or nothing that you may write; name another")


def _grade(course: Course, labs: list[str], options: Options, students: list[str]) -> list[Result]:
    from instructor.grading.class_run import grade_class
    from instructor.terminal import stopping_between_hand_ins
    from instructor.terminal import grading_progress

    try:
        with grading_progress(console) as progress, stopping_between_hand_ins(progress, console.print) as tell:
            return grade_class(course, labs, students, options, tell)
    except KeyboardInterrupt:
        console.print("interrupted; what was graded is kept: run the same command again to go on")
        raise typer.Exit(130) from None


def _show_marks(labs: list[str], results: list[Result]) -> None:
    from instructor.terminal import marks_table

    for lab in labs:
        if of_lab := [result for result in results if result.lab == lab]:
            console.print(marks_table(lab, of_lab))


def main() -> None:
    """Run the command; a user's mistake is one line and exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # a terminal may not know every character
    # nbgrader's gradebook writes there, with a traceback, what it raises too.
    logging.getLogger("tornado.application").disabled = True
    try:
        app()
    except CourseError as error:
        console.print(f"course: {error}", style="red")
        sys.exit(2)
    except OSError as error:
        if error.filename is None:
            raise
        console.print(f"course: {error.filename}: {error.strerror}; see who owns it, or make room", style="red")
        sys.exit(2)
