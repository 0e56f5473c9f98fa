"""Marks on their way out: what each student gets, as a CSV file, in Moodle's worksheet, in nbgrader's export."""

from __future__ import annotations

import csv
import html
import io
from dataclasses import dataclass
from pathlib import Path

from nbgrader.plugins import CsvExportPlugin

from instructor.course import Course, CourseError
from instructor.feedback import french
from instructor.grade import Result, graded_results
from instructor.moodle.files import write_whole
from instructor.moodle.records import read_record
from instructor.moodle.roster import read_roster
from instructor.moodle.worksheet import Filling, Row, Worksheet
from instructor.nbgrader_app import open_gradebook


@dataclass(frozen=True)
class FinalGrade:
    """What a student gets for a lab: the points of the result, less those that lateness costs."""

    result: Result
    penalty: float = 0.0

    @property
    def grade(self) -> float:
        return round(max(0.0, self.result.score - self.penalty), 2)


@dataclass(frozen=True)
class Filled:
    """A filled worksheet: its bytes, whose lines were filled, and why the others were not."""

    content: bytes
    students: list[str]
    remarks: list[str]


def final_grades(course: Course, lab: str) -> dict[str, FinalGrade]:
    """Return the final grade of every graded hand-in, by student; CourseError if there is none, or one is too high."""
    with open_gradebook(course) as gradebook:
        submissions = gradebook.assignment_submissions(lab)
        penalties = {found.student_id: found.late_submission_penalty or 0.0 for found in submissions}
    grades = {}
    for result in graded_results(course, [lab]):
        grade = FinalGrade(result, penalties[result.student])
        if grade.grade > result.max_score:
            raise CourseError(
                f"{result.student} has {grade.grade:g} points of {result.max_score:g}: a mark given by hand is too "
                "high; correct it in the formgrader"
            )
        grades[result.student] = grade
    if not grades:
        raise CourseError(f"no graded hand-in of the lab '{lab}'; run 'course grade {lab}' first")
    return grades


def write_csv(course: Course, lab: str, grades: dict[str, FinalGrade], path: Path) -> Path:
    """Write one line a student of the class: points by question, penalty, grade; UTF-8 that spreadsheets recognise."""
    roster = read_roster(course)
    known = {hand_in.student: hand_in.name for hand_in in read_record(course, lab).values()}
    questions = [cell["grade_id"] for cell in next(iter(grades.values())).result.cells]
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


def _numbers(grade: FinalGrade | None, handed_in: bool) -> list:
    if grade is None:
        return ["not graded" if handed_in else "nothing handed in"]
    result = grade.result
    scores = ["" if cell["score"] is None else cell["score"] for cell in result.cells]
    status = "waits for a teacher" if result.pending else "graded"
    return [status, grade.grade, result.max_score, result.score, grade.penalty, result.pending, *scores]


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
    course: Course, lab: str, grades: dict[str, FinalGrade], path: Path, provisional: bool = False
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
    if not set(students.values()) & set(grades):
        raise CourseError(
            f"{worksheet.name} names nobody who handed in '{lab}': it is the worksheet of another assignment or course"
        )
    fillings, filled, remarks = {}, [], []
    for row in worksheet.rows:
        student = students[row.number]
        grade = grades.get(student)
        _check_maximum(worksheet, row, grade, lab)
        if grade is None:
            handed_in = student is not None and course.submitted(student, lab).is_file()
            remarks += [f"{student}: handed in, not graded; left as it is"] * handed_in
        elif grade.result.pending and not provisional:
            remarks.append(f"{student}: {grade.result.pending:g} points wait for a teacher; left as it is")
        elif row.locked:
            remarks.append(f"{student}: Moodle says that this grade cannot be changed; left as it is")
        else:
            fillings[row.number] = Filling(grade.grade, comment(grade))
            filled.append(student)
            if row.grade not in ("", "-", worksheet.written(grade.grade)):
                remarks.append(f"{student}: {worksheet.written(grade.grade)} replaces {row.grade}")
    missing = sorted(set(grades) - set(students.values()))
    remarks += [f"{student}: graded, but not in {worksheet.name}" for student in missing]
    if not worksheet.has_comments:
        remarks.append(f"{worksheet.name} has no comment column: enable feedback comments in the assignment's settings")
    return Filled(worksheet.filled(fillings), filled, remarks)


def _students(course: Course, lab: str, worksheet: Worksheet) -> dict[int, str | None]:
    """Return by number whose line it is: as collected from Moodle, else as the roster says."""
    record, roster = read_record(course, lab), read_roster(course)
    found = {row.number: roster.find(row.number, row.name, row) for row in worksheet.rows}
    return {number: record[number].student if number in record else link and link[0] for number, link in found.items()}


def _check_maximum(worksheet: Worksheet, row: Row, grade: FinalGrade | None, lab: str) -> None:
    if grade is not None and row.maximum != grade.result.max_score:
        raise CourseError(
            f"{worksheet.name} counts out of {row.maximum if row.maximum is not None else 'nothing'}, the lab '{lab}' "
            f"out of {grade.result.max_score:g}; set the assignment's maximum grade to {grade.result.max_score:g} in "
            "Moodle and download the worksheet again"
        )


def comment(grade: FinalGrade) -> str:
    """Return the comment that Moodle shows beside the grade, in French, as HTML on one line."""
    result = grade.result
    lines = [f"Note : {french(grade.grade)} / {french(result.max_score)}."]
    if result.pending:
        waiting = f"{french(result.pending)} sur {french(result.max_score)}"
        lines.append(f"Note provisoire : des réponses rédigées restent à corriger ({waiting}).")
    if grade.penalty:
        lines.append(f"Pénalité de retard : {french(grade.penalty)}.")
    for cell in result.cells:
        if cell["score"] is not None and cell["score"] < cell["max_score"]:
            question = cell["grade_id"].removeprefix("test_").removeprefix("written_")
            points = f"{french(cell['score'])} / {french(cell['max_score'])}"
            lines.append(f"{question} : {points}. {cell['reason']}".strip())
    lines.append("Le détail est dans le fichier joint feedback.html.")
    return "<br>".join(" ".join(html.escape(line, quote=False).split()) for line in lines)
