"""Marks on their way out: what each student gets, as a CSV file, in Moodle's worksheet, in nbgrader's export."""

from __future__ import annotations

import csv
import html
import io
from dataclasses import dataclass
from pathlib import Path

from nbgrader.plugins import CsvExportPlugin

from instructor.course import Course
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import Result, graded_results
from instructor.gradebook.roster import read_roster
from instructor.lms.moodle.worksheet import Filling, Row, Worksheet
from instructor.lms.records import read_record
from instructor.pages.feedback import french, question, question_titles


@dataclass(frozen=True)
class Filled:
    """A filled worksheet: its bytes, the lines filled by student, and what to know of them and of the others."""

    content: bytes
    lines: dict[str, Row]
    remarks: list[str]


def final_grades(course: Course, lab: str) -> dict[str, Result]:
    """Return every graded hand-in, by student; CourseError if there is none, or a mark is too high."""
    grades = {result.student: result for result in graded_results(course, [lab])}
    if not grades:
        raise CourseError(f"no graded hand-in of the lab '{lab}'; run 'course grade {lab}' first")
    return grades


def write_csv(course: Course, lab: str, grades: dict[str, Result], path: Path) -> Path:
    """Write one line a student of the class: points by question, penalty, grade; UTF-8 that spreadsheets recognise."""
    roster = read_roster(course)
    known = {hand_in.student: hand_in.name for hand_in in read_record(course, lab).values()}
    questions = [cell["grade_id"] for cell in next(iter(grades.values())).cells]
    header = ["student", "name", "email", "status", "grade", "maximum", "points", "late_penalty", "waiting", *questions]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for student in sorted({*roster.students, *course.students(lab), *grades}):
        entry = roster.students.get(student)
        name = entry.name if entry else known.get(student, "")
        identity = [_as_text(field) for field in (student, name, entry.email if entry else "")]
        row = [*identity, *_numbers(grades.get(student), student in course.students(lab))]
        writer.writerow(row + [""] * (len(header) - len(row)))
    return write_whole(path, text.getvalue().encode("utf-8-sig"))


def _numbers(result: Result | None, handed_in: bool) -> list:
    if result is None:
        return ["not graded" if handed_in else "nothing handed in"]
    scores = ["" if cell["score"] is None else cell["score"] for cell in result.cells]
    status = "waits for a teacher" if result.pending else "graded"
    return [status, result.grade, result.max_score, result.score, result.penalty, result.pending, *scores]


def _as_text(value: str) -> str:
    """Keep a spreadsheet from running a name that begins as a formula does."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@")) else value


def write_nbgrader_export(course: Course, lab: str, path: Path) -> Path:
    """Write what `nbgrader export --assignment` writes."""
    partial = path.with_name(f".{path.name}.partial")
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_gradebook(course) as gradebook:
        CsvExportPlugin(to=str(partial), assignment=[lab]).export(gradebook)
    partial.replace(path)
    return path


def fill_worksheet(
    course: Course, lab: str, grades: dict[str, Result], path: Path, provisional: bool = False
) -> Filled:
    """Return the teacher's worksheet with grades and comments in it; the file itself is only read.

    Parameters
    ----------
    provisional
        Also fill the grades to which written answers, not yet marked by hand, may still add.

    Raises
    ------
    CourseError
        The worksheet is another assignment's or another course's, or counts out of another maximum than the lab.
    """
    worksheet = Worksheet(path)
    students = _students(course, lab, worksheet)
    # Moodle numbers the participants of each assignment anew: the same people have other numbers in another.
    collected = read_record(course, lab)
    if not set(students.values()) & set(grades) or (collected and not collected.keys() & students.keys()):
        raise CourseError(
            f"{worksheet.name} names nobody who handed in '{lab}': it is the worksheet of another assignment or course"
        )
    titles = question_titles(course, lab)
    fillings, lines, remarks = {}, {}, []
    for row in worksheet.rows:
        student = students[row.number]
        result = grades.get(student)
        _check_maximum(worksheet, row, result, lab)
        if result is None:
            handed_in = student is not None and course.hand_in(student, lab).submitted.is_file()
            remarks += [f"{student}: handed in, not graded; left as it is"] * handed_in
        elif result.pending and not provisional:
            remarks.append(f"{student}: {result.pending:g} points wait for a teacher; left as it is")
        elif row.locked:
            remarks.append(f"{student}: Moodle says that this grade cannot be changed; left as it is")
        else:
            fillings[row.number] = Filling(result.grade, comment(result, titles))
            lines[student] = row
            if row.grade not in ("", "-", worksheet.written(result.grade)):
                remarks.append(f"{student}: {worksheet.written(result.grade)} replaces {row.grade}")
    if not lines:
        raise CourseError(f"no line of {worksheet.name} can be filled, so nothing was written: {_summary(remarks)}")
    missing = sorted(set(grades) - set(students.values()))
    remarks += [f"{student}: graded, but not in {worksheet.name}" for student in missing]
    if not worksheet.has_comments:
        remarks.append(f"{worksheet.name} has no comment column: enable feedback comments in the assignment's settings")
    return Filled(worksheet.filled(fillings), lines, remarks)


def _summary(remarks: list[str]) -> str:
    """Say in a line why nothing could be filled, and what to do where written answers wait."""
    waiting = sum("wait for a teacher" in remark for remark in remarks)
    if waiting:
        return f"{waiting} hand-ins have written answers to mark; mark them in the formgrader, or say --provisional"
    return remarks[0]


def _students(course: Course, lab: str, worksheet: Worksheet) -> dict[int, str | None]:
    """Return by number whose line it is: as collected from Moodle, else as the roster says."""
    record, roster = read_record(course, lab), read_roster(course)
    found = {row.number: roster.find(row.clues) for row in worksheet.rows}
    return {number: record[number].student if number in record else link and link[0] for number, link in found.items()}


def _check_maximum(worksheet: Worksheet, row: Row, result: Result | None, lab: str) -> None:
    if result is not None and row.maximum != result.max_score:
        raise CourseError(
            f"{worksheet.name} counts out of {row.maximum if row.maximum is not None else 'nothing'}, the lab '{lab}' "
            f"out of {result.max_score:g}; set the assignment's maximum grade to {result.max_score:g} in "
            "Moodle and download the worksheet again"
        )


def comment(result: Result, titles: dict[str, str]) -> str:
    """Return the comment that Moodle shows beside the grade, in French, as HTML on one line."""
    lines = [f"Note : {french(result.grade)} / {french(result.max_score)}."]
    if result.pending:
        waiting = f"{french(result.pending)} sur {french(result.max_score)}"
        lines.append(f"Note provisoire : des réponses rédigées restent à corriger ({waiting}).")
    if result.penalty:
        lines.append(f"Pénalité de retard : {french(result.penalty)}.")
    for cell in result.cells:
        if cell["score"] is not None and cell["score"] < cell["max_score"]:
            points = f"{french(cell['score'])} / {french(cell['max_score'])}"
            name = question(cell["grade_id"])
            lines.append(f"{titles.get(name, name)} : {points}. {cell['reason']}".strip())
    lines.append("Le détail est dans le fichier joint feedback.html.")
    return "<br>".join(" ".join(html.escape(line, quote=False).split()) for line in lines)
