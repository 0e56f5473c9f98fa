"""Marks on their way out: what each student gets, as a CSV file, in Moodle's worksheet, in nbgrader's export."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from nbgrader.api import Grade, Gradebook, SubmittedNotebook
from sqlalchemy import func

from instructor.course import Course
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.french import french
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import TOO_HIGH, Result, graded_results
from instructor.gradebook.roster import read_roster
from instructor.lms.csv_text import csv_text
from instructor.lms.moodle.worksheet import Filling, Row, Worksheet
from instructor.lms.records import read_record
from instructor.pages.feedback import question, question_titles


class Reason(Enum):
    """Why a grade did not go into the worksheet."""

    not_graded = auto()
    waiting = auto()  # written answers wait for a teacher
    locked = auto()  # Moodle says that the grade cannot be changed
    not_listed = auto()
    too_high = auto()  # a mark given by hand is above what its question is worth


@dataclass(frozen=True)
class Unfilled:
    """A student whose line is left as it is; `points` are those that wait for a teacher."""

    student: str
    reason: Reason
    points: float = 0.0


@dataclass(frozen=True)
class Replaced:
    """A grade that takes the place of another, both as the worksheet writes them."""

    student: str
    before: str
    after: str


@dataclass(frozen=True)
class Filled:
    """A filled worksheet: its bytes, the lines filled by student, and what to know of them and of the others.

    `capped` holds, by student, the grades above what Moodle takes, which has the maximum instead; `oddities` is what
    kept the worksheet from being filled byte for byte.
    """

    name: str
    content: bytes
    lines: dict[str, Row]
    replaced: list[Replaced]
    capped: dict[str, float]
    unfilled: list[Unfilled]
    has_comments: bool
    oddities: list[str]


def final_grades(course: Course, lab: str, track: Callable[[list], Iterable] = iter) -> dict[str, Result]:
    """Return every graded hand-in, by student; CourseError if there is none. `track` shows how far it is."""
    grades = {result.student: result for result in graded_results(course, [lab], track)}
    if not grades:
        raise CourseError(f"no graded hand-in of the lab '{lab}'; run 'course grade {lab}' first")
    return grades


def write_csv(course: Course, lab: str, grades: dict[str, Result], path: Path) -> Path:
    """Write one line a student of the class: points by question, penalty, grade; UTF-8 that spreadsheets recognise."""
    roster = read_roster(course)
    known = {hand_in.student: hand_in.name for hand_in in read_record(course, lab).values()}
    questions = [cell["grade_id"] for cell in next(iter(grades.values())).cells]
    header = ["student", "name", "email", "status", "grade", "maximum", "points", "late_penalty", "waiting", *questions]
    rows, handed_in = [header], set(course.students(lab))
    for student in sorted({*roster.students, *handed_in, *grades}):
        entry = roster.students.get(student)
        name = entry.name if entry else known.get(student, "")
        numbers = _numbers(grades.get(student), student in handed_in)
        row = [student, name, entry.email if entry else "", *numbers]
        rows.append(row + [""] * (len(header) - len(row)))
    return write_whole(path, csv_text(rows).encode("utf-8-sig"))


def _numbers(result: Result | None, handed_in: bool) -> list:
    if result is None:
        return ["not graded" if handed_in else "nothing handed in"]
    scores = ["" if cell["score"] is None else cell["score"] for cell in result.cells]
    status = "waits for a teacher" if result.pending else "graded"
    if TOO_HIGH in result.flags:
        status = "a mark given by hand is too high"
    return [status, result.grade, result.max_score, result.score, result.penalty, result.pending, *scores]


def write_nbgrader_export(course: Course, lab: str, path: Path) -> Path:
    """Write what `nbgrader export --assignment` writes.

    nbgrader's own exporter quotes nothing: a name with a comma would move its student's marks to the next column.
    """
    with open_gradebook(course) as gradebook:
        return write_whole(path, csv_text(nbgrader_rows(gradebook, [lab])).encode())


def nbgrader_rows(gradebook: Gradebook, labs: list[str], students: list[str] | None = None) -> Iterator[list]:
    """Give the header and the rows of nbgrader's export, of `students` only if given."""
    header = "assignment,duedate,timestamp,student_id,last_name,first_name,email"
    yield [*header.split(","), "raw_score", "late_submission_penalty", "score", "max_score"]
    # nbgrader asks for each sum by itself, and looks through the whole class for it.
    notebooks = gradebook.db.query(SubmittedNotebook.assignment_id, func.coalesce(func.sum(Grade.score), 0.0))
    scores = dict(notebooks.join(Grade).group_by(SubmittedNotebook.assignment_id).all())
    for assignment in map(gradebook.find_assignment, labs):
        submissions = {found.student_id: found for found in gradebook.assignment_submissions(assignment.name)}
        for student in gradebook.students:
            if students and student.id not in students:
                continue
            moment, score, penalty = None, 0.0, 0.0
            if submission := submissions.get(student.id):
                moment, score = submission.timestamp, scores.get(submission.id, 0.0)
                penalty = submission.late_submission_penalty or 0.0
            identity = [student.id, student.last_name, student.first_name, student.email]
            marks = [score, penalty, max(0.0, score - penalty), assignment.max_score]
            yield [assignment.name, assignment.duedate, moment, *identity, *marks]


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
    fillings, lines, replaced, capped, unfilled = {}, {}, [], {}, []
    for row in worksheet.rows:
        student = students[row.number]
        result = grades.get(student)
        _check_maximum(worksheet, row, result, lab)
        if result is None:
            if student is not None and course.hand_in(student, lab).submitted.is_file():
                unfilled.append(Unfilled(student, Reason.not_graded))
        elif TOO_HIGH in result.flags:
            unfilled.append(Unfilled(student, Reason.too_high))
        elif result.pending and not provisional:
            unfilled.append(Unfilled(student, Reason.waiting, result.pending))
        elif row.locked:
            unfilled.append(Unfilled(student, Reason.locked))
        else:
            grade = min(result.grade, row.maximum)
            if grade < result.grade:
                capped[student] = result.grade
            fillings[row.number] = Filling(grade, comment(result, titles))
            lines[student] = row
            written = worksheet.written(grade)
            if row.grade not in ("", "-", written):
                replaced.append(Replaced(student, row.grade, written))
    unfilled += [Unfilled(student, Reason.not_listed) for student in sorted(set(grades) - set(students.values()))]
    content, has_comments = worksheet.filled(fillings), worksheet.has_comments
    return Filled(worksheet.name, content, lines, replaced, capped, unfilled, has_comments, worksheet.oddities)


def _students(course: Course, lab: str, worksheet: Worksheet) -> dict[int, str | None]:
    """Return by number whose line it is: as collected from Moodle, else as the roster says of nobody else's."""
    record, roster = read_record(course, lab), read_roster(course)
    collected = {hand_in.student for hand_in in record.values()}
    found: dict[int, str | None] = {}
    for row in worksheet.rows:
        link = None if row.number in record else roster.find(row.clues)
        named = link[0] if link and link[0] not in collected else None
        found[row.number] = record[row.number].student if row.number in record else named
    return found


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
    if result.grade > result.max_score:
        lines = [f"{lines[0]} Moodle n'en montre que {french(result.max_score)}."]
    if result.pending:
        waiting = f"{french(result.pending)} sur {french(result.max_score)}"
        lines.append(f"Note provisoire : des réponses rédigées restent à corriger ({waiting}).")
    if result.penalty:
        lines.append(f"Pénalité de retard : {french(result.penalty)}.")
    for cell in result.cells:
        if cell["score"] is not None and cell["score"] != cell["max_score"]:
            points = f"{french(cell['score'])} / {french(cell['max_score'])}"
            name = question(cell["grade_id"])
            lines.append(f"{titles.get(name, name)} : {points}. {cell['reason']}".strip())
    lines.append("Le détail est dans le fichier joint feedback.html.")
    return "<br>".join(" ".join(html.escape(line, quote=False).split()) for line in lines)
