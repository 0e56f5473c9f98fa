"""Commands that face the learning platform: the class in, hand-ins in, marks out."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import typer

from instructor.cli.grading import Stale, say_outdated
from instructor.cli.writing import writes
from instructor.errors import CourseError
from instructor.terminal import console

if TYPE_CHECKING:
    from instructor.course import Course
    from instructor.lms.grades import Filled

roster_app = typer.Typer(no_args_is_help=True, help="The class: who is expected to hand in.")

LabName = typer.Argument(metavar="LAB")
FORMATS = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
Deadline = typer.Option(None, formats=FORMATS, help="Local time, kept in the gradebook for the late rule.")


def mount(app: typer.Typer) -> None:
    """Add these commands to `course`."""
    app.command("collect")(collect_command)
    app.command("deadline")(deadline_command)
    app.command("grades")(grades_command)
    app.add_typer(roster_app, name="roster")


@writes
def collect_command(
    lab: str = LabName,
    archive: Path = typer.Argument(metavar="MOODLE.ZIP"),
    worksheet: Path = typer.Option(None, metavar="CSV", help="Moodle's grading worksheet: who, and when."),
    deadline: datetime = Deadline,
) -> None:
    """Bring the hand-ins of Moodle's zip into submitted/, and say who handed in what."""
    from instructor.course import Course
    from instructor.lms.collect import collect
    from instructor.terminal import show_collection

    course = Course.find()
    course.select_labs([lab])
    show_collection(collect(course, lab, archive, worksheet, deadline))
    console.print(f"next: course grade {lab}")


@writes
def deadline_command(
    lab: str = LabName,
    date: datetime = typer.Argument(None, metavar="[DATE]", formats=FORMATS, help="Local time; none to be told it."),
    student: str = typer.Option(None, "--student", metavar="ID", help="An extension, for this student alone."),
) -> None:
    """Say when a lab is due, or give one student more time; without a date, show what is known."""
    from instructor.course import Course
    from instructor.gradebook.deadlines import change_deadline, read_deadlines
    from instructor.terminal import show_deadlines

    course = Course.find()
    course.select_labs([lab])
    taken_back = change_deadline(course, lab, date, student) if date else 0
    show_deadlines(lab, read_deadlines(course, lab), student)
    if taken_back:
        console.print(f"{taken_back} marks depend on it and were taken back; next: course grade {lab}")


@roster_app.command("import")
@writes
def roster_import_command(file: Path = typer.Argument(metavar="CSV")) -> None:
    """Bring the students of a CSV file into the gradebook: Moodle's participants, a worksheet, or your own list."""
    from instructor.course import Course
    from instructor.lms.class_list import import_roster

    students = import_roster(Course.find(), file)
    console.print(f"{len(students)} students imported, the first is {students[0].id} ({students[0].name})")


@roster_app.command("show")
def roster_show_command() -> None:
    """List the class."""
    from instructor.course import Course
    from instructor.gradebook.roster import read_roster

    for student in read_roster(Course.find()).students.values():
        console.print(f"{student.id}\t{student.name}\t{student.email}")


@writes
def grades_command(
    lab: str = LabName,
    moodle: Path = typer.Option(None, metavar="CSV", help="Moodle's grading worksheet, to be filled in a copy."),
    provisional: bool = typer.Option(False, help="Also fill grades that wait for written answers to be marked."),
    stale: bool = Stale,
) -> None:
    """Write the marks in grades/: a CSV file, nbgrader's export and, for Moodle, worksheet and feedback zip."""
    from instructor.course import Course
    from instructor.gradebook.nbgrader import kept_open
    from instructor.gradebook.results import UNTIMED
    from instructor.lms.grades import fill_worksheet, final_grades, write_csv, write_nbgrader_export
    from instructor.lms.moodle.feedback_zip import write_feedback_zip
    from instructor.lms.times import few
    from instructor.pages.feedback import feedback_page
    from instructor.terminal import tracked

    course = Course.find()
    course.select_labs([lab])
    say_outdated(course, [lab], stale)
    grades = final_grades(course, lab, tracked)
    folder = course.root / "grades" / lab
    # Everything that may be refused comes before the first file is written.
    filled = fill_worksheet(course, lab, grades, moodle, provisional) if moodle else None
    if filled and not filled.lines:
        raise CourseError(f"no line of {moodle.name} can be filled, so nothing was written: {_why(filled)}")
    with tempfile.TemporaryFile() as archive:  # a large class's pages take hundreds of MiB
        if filled:
            with kept_open(course):
                students = tracked(list(filled.lines), "writing pages")
                pages = ((filled.lines[student], feedback_page(course, grades[student])) for student in students)
                write_feedback_zip(archive, pages)
        _say_written(course, write_csv(course, lab, grades, folder / "grades.csv"), f"{len(grades)} grades")
        if untimed := [student for student, result in grades.items() if UNTIMED in result.flags]:
            console.print(f"when these handed in is not known, so no lateness was taken off: {', '.join(few(untimed))}")
        _say_written(course, write_nbgrader_export(course, lab, folder / "nbgrader.csv"), "as nbgrader exports them")
        if filled:
            _write_for_moodle(course, lab, filled, archive)


def _write_for_moodle(course: Course, lab: str, filled: Filled, archive: BinaryIO) -> None:
    """Write each student's page, the filled worksheet, and the zip of the pages in `archive`."""
    from instructor.files import write_whole
    from instructor.lms.moodle.feedback_zip import read_feedback_zip
    from instructor.pages.feedback import shows_right_answers
    from instructor.terminal import show_filling

    folder, with_answers = course.root / "grades" / lab, 0
    for student, page in zip(filled.lines, read_feedback_zip(archive, filled.lines.values()), strict=True):
        write_whole(course.hand_in(student, lab).feedback, page.encode("utf-8"))
        with_answers += shows_right_answers(page)
    show_filling(filled)
    sheet = write_whole(folder / f"filled-{filled.name}", filled.content)
    _say_written(course, sheet, f"{len(filled.lines)} lines filled; upload it first")
    archive.seek(0)
    path = write_whole(folder / "feedback.zip", archive.read())
    told = f", {with_answers} of them with the right answers" if with_answers else ""
    _say_written(course, path, f"{len(filled.lines)} pages{told}; upload it second")


def _why(filled: Filled) -> str:
    """Say in a line why nothing could be filled, and what to do where written answers wait."""
    from instructor.lms.grades import Reason
    from instructor.terminal import why_unfilled

    if waiting := sum(line.reason is Reason.waiting for line in filled.unfilled):
        return f"{waiting} hand-ins have written answers to mark; mark them in the formgrader, or say --provisional"
    return why_unfilled(filled.unfilled[0])


def _say_written(course: Course, path: Path, what: str) -> None:
    console.print(f"wrote {path.relative_to(course.root)} ({what})")
