"""Commands that give marks, and tell them: grade, feedback, report, and the demo of them all."""

from __future__ import annotations

import json
import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from instructor.cli.labs import Labs
from instructor.cli.regrade import show_changes, show_regrade
from instructor.cli.writing import writes
from instructor.errors import CourseError
from instructor.stopping import Stopped
from instructor.terminal import console

if TYPE_CHECKING:
    from instructor.course import Course
    from instructor.gradebook.results import Result
    from instructor.grading.class_run import Options


Stale = typer.Option(False, "--stale", help="Go on with marks given before the lab, its points or the seed changed.")


class Sandbox(str, Enum):
    """Where hand-ins run."""

    auto = "auto"
    none = "none"


def mount(app: typer.Typer) -> None:
    """Add these commands to `course`."""
    app.command("grade")(grade_command)
    app.command("feedback")(feedback_command)
    app.command("report")(report_command)

    @app.command("demo")
    @writes
    def demo_command() -> None:
        """Play a class of ten students in demo/, from Moodle's zip to the marks, and say what to open next."""
        from instructor.course import Course
        from instructor.demo import play

        play(Course.find(), app, console)


@writes
def grade_command(
    labs: list[str] = Labs,
    student: list[str] = typer.Option([], metavar="ID", help="Only this student; may be repeated."),
    json_file: Path = typer.Option(None, "--json", metavar="FILE", help="Also write every mark and reason as JSON."),
    workers: int = typer.Option(os.cpu_count(), min=1, help="Hand-ins executed at the same time."),
    scheduler: str = typer.Option(None, metavar="ADDRESS", help="Dask scheduler of an existing cluster."),
    sandbox: Sandbox = typer.Option(Sandbox.auto, help="'none' runs hand-ins with your own rights."),
    force: bool = typer.Option(False, help="Run again what did not change."),
    new_seed: bool = typer.Option(False, help="Draw the criteria's data anew, and run every hand-in again."),
    diff: bool = typer.Option(False, "--diff", help="Say which marks the last regrade changed, and why."),
) -> None:
    """Grade the hand-ins of submitted/: repair, execute, judge, save in the gradebook."""
    from instructor.course import Course
    from instructor.grading.class_run import Options

    course = Course.find()
    if json_file:
        _refuse_unwritable(json_file)
    options = Options(workers, scheduler, sandbox is Sandbox.auto, force, new_seed)
    labs = course.select_labs(labs)
    for path in course.misplaced():
        console.print(f"not graded: submitted/{path} is not <student>/<lab>/<lab>.ipynb, or cannot be read")
    results, executed = _grade(course, labs, options, student)
    # First the file: whatever happens to the terminal, the marks are there.
    if json_file:
        text = json.dumps([result.as_dict() for result in results], ensure_ascii=False, indent=1)
        json_file.write_text(f"{text}\n", encoding="utf-8", errors="replace")
    _show_marks(labs, results)
    if again := sum(result.again for result in results):
        console.print(
            f"{again} hand-ins graded before were graded again: they, the lab, the grader, its seed or the environment "
            "changed since"
        )
    show_regrade(executed)
    if diff:
        show_changes(results)
    if any(result.status == "failed" for result in results):
        raise typer.Exit(1)


@writes
def feedback_command(
    labs: list[str] = Labs,
    with_solutions: bool = typer.Option(
        None,
        "--with-solutions/--without-solutions",
        help="Also show the right answers, once the deadline is over; as the pages of before did unless said.",
    ),
    stale: bool = Stale,
) -> None:
    """Write one page a student in feedback/: marks, reasons, and the notebook handed in."""
    from instructor.course import Course
    from instructor.gradebook.nbgrader import kept_open
    from instructor.gradebook.results import TOO_HIGH, graded_results
    from instructor.pages.feedback import refuse_right_answers, write_feedback
    from instructor.terminal import TOO_HIGH_TOLD, as_text, tracked

    course = Course.find()
    labs = course.select_labs(labs)
    say_outdated(course, labs, stale)
    results = graded_results(course, labs, tracked)
    if not results:
        raise CourseError("no graded hand-in; run 'course grade' first")
    for lab in {result.lab for result in results} if with_solutions else ():
        refuse_right_answers(course, lab)
    right = [result for result in results if TOO_HIGH not in result.flags]
    for result in results:
        if result not in right:
            console.print(as_text(f"{result.student}: no page for {result.lab}: {TOO_HIGH_TOLD}"))
    with kept_open(course):
        pages = [write_feedback(course, result, with_solutions) for result in tracked(right, "writing pages")]
    first = f", the first is {pages[0].relative_to(course.root)}" if pages else ""
    console.print(f"wrote {len(pages)} pages in feedback/{first}")


@writes
def report_command(lab: str = typer.Argument(metavar="LAB"), stale: bool = Stale) -> None:
    """Write reports/LAB.html: marks, questions, commonest mistakes, hand-ins to review, hand-ins that are alike."""
    from instructor.course import Course
    from instructor.pages.report import write_report
    from instructor.terminal import tracked

    course = Course.find()
    course.select_labs([lab])
    say_outdated(course, [lab], stale)
    console.print(f"wrote {write_report(course, lab, tracked).relative_to(course.root)}")


def say_outdated(course: Course, labs: list[str], stale: bool) -> None:
    """Say whose marks are not of today's lab, where `stale` lets them go; CourseError where it does not."""
    from instructor.grading.fingerprint import tell_outdated
    from instructor.terminal import as_text

    if told := tell_outdated(course, labs, stale):
        console.print(as_text(f"{told}; written as they are"))


def _refuse_unwritable(file: Path) -> None:
    """Raise CourseError, before anything is run, where a file could not be written at the end."""
    if not file.parent.is_dir():
        raise CourseError(f"cannot write {file}: there is no folder {file.parent}; make it, or name another")
    if file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK):
        raise CourseError(f"cannot write {file}: it is a folder, or nothing that you may write; name another")


def _grade(course: Course, labs: list[str], options: Options, students: list[str]) -> tuple[list[Result], list[Result]]:
    """Return all results, and those of the hand-ins that this run has executed."""
    from instructor.grading.class_run import grade_class
    from instructor.terminal import grading_progress

    executed = []
    try:
        with grading_progress() as progress:

            def tell(result: Result, total: int, now: bool) -> None:
                executed.extend([result] * now)
                progress(result, total, now)

            return grade_class(course, labs, students, options, tell), executed
    except Stopped:
        show_regrade(executed)
        console.print("interrupted; what was graded is kept: run the same command again to go on")
        raise


def _show_marks(labs: list[str], results: list[Result]) -> None:
    from instructor.terminal import marks_table

    for lab in labs:
        if of_lab := [result for result in results if result.lab == lab]:
            console.print(marks_table(lab, of_lab))
