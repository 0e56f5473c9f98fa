"""Write one page a student: marks, the reason of each lost point, what was repaired, and the notebook handed in.

The page shows the hand-in with the outputs its student saw, the grader's own reasons, what a teacher wrote, and nothing
that the graded run printed: no encoding can carry a hidden line out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from nbformat import NotebookNode

from instructor.course import Course, CourseError
from instructor.grade import Result
from instructor.moodle.dates import to_local
from instructor.nbgrader_app import open_gradebook
from instructor.notebooks import is_solution, read_notebook
from instructor.rendering import highlighting_css, render_notebook
from instructor.solutions import corrected

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Teacher:
    """What the gradebook holds beside marks: comments by question, and the points that lateness costs."""

    comments: dict[str, str]
    penalty: float


def write_feedback(course: Course, result: Result, with_solutions: bool = False) -> Path:
    """Write the page of one graded hand-in and return its path.

    `with_solutions` adds the right answers; CourseError while the deadline that the gradebook knows is not over.
    """
    if with_solutions:
        _refuse_before_deadline(course, result.lab)
    teacher = read_teacher(course, result)
    comments = dict(teacher.comments)
    page = TEMPLATES.get_template("feedback.html").render(
        title=course.lab_metadata(result.lab)["title"],
        result=result,
        penalty=teacher.penalty,
        grade=max(0.0, result.score - teacher.penalty),
        rows=[_row(cell, comments) for cell in result.cells],
        other_comments=comments,
        notebook=render_notebook(read_notebook(course.submitted(result.student, result.lab))),
        solutions=render_notebook(right_answers(course, result.lab)) if with_solutions else None,
        highlighting=highlighting_css(),
    )
    path = course.feedback(result.student, result.lab)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path


def read_teacher(course: Course, result: Result) -> Teacher:
    """Return what a teacher wrote in the formgrader about a hand-in, and its late penalty."""
    with open_gradebook(course) as gradebook:
        notebook = gradebook.find_submission_notebook(result.lab, result.lab, result.student)
        written = [(question(comment.name), comment.manual_comment) for comment in notebook.comments]
        penalty = notebook.late_submission_penalty or 0.0
    comments: dict[str, str] = {}
    for name, text in written:
        if text and text.strip():
            comments[name] = "\n".join(filter(None, [comments.get(name), text.strip()]))
    return Teacher(comments, penalty)


def question(name: str) -> str:
    """Return the question that a cell belongs to, from its `grade_id`."""
    for prefix in ("test_", "written_", "sol_"):
        name = name.removeprefix(prefix)
    return name


def right_answers(course: Course, lab: str) -> NotebookNode:
    """Return the lab's answers as its instructor wrote them, alone in a notebook."""
    source = read_notebook(course.source(lab))
    answers = corrected(source)
    answers.cells = [cell for cell, model in zip(answers.cells, source.cells, strict=True) if is_solution(model)]
    return answers


def _refuse_before_deadline(course: Course, lab: str) -> None:
    with open_gradebook(course) as gradebook:
        deadline = gradebook.find_assignment(lab).duedate
    if deadline is not None and to_local(deadline) > datetime.now():
        raise CourseError(
            f"the deadline of '{lab}' is {to_local(deadline):%Y-%m-%d %H:%M}: its answers may be shown afterwards; "
            "leave out --with-solutions until then"
        )


def _row(cell: dict, comments: dict[str, str]) -> dict:
    """Return one line of the table of marks; the comment shown there is taken out of `comments`."""
    waiting = cell["score"] is None
    lost = not waiting and cell["score"] < cell["max_score"]
    name = question(cell["grade_id"])
    return {
        "question": name,
        "score": "à corriger" if waiting else french(cell["score"]),
        "max_score": french(cell["max_score"]),
        "reason": cell["reason"] if lost else "",
        "comment": comments.pop(name, ""),
        "state": "waiting" if waiting else "lost" if lost else "full",
    }


def french(number: float) -> str:
    """Write a mark as French readers do: at most two decimals, a comma."""
    return f"{number:.2f}".rstrip("0").rstrip(".").replace(".", ",")


TEMPLATES.filters["french"] = french
