"""Write one page a student: marks, the reason of each lost point, what was repaired, and the notebook handed in.

The page shows the hand-in with the outputs its student saw, the grader's own reasons, and nothing that the graded run
printed: no encoding can carry a hidden line out.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from nbconvert import HTMLExporter

from instructor.course import Course
from instructor.grade import Result
from instructor.notebooks import read_notebook

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape(["html"])
)


def write_feedback(course: Course, result: Result) -> Path:
    """Write the page of one graded hand-in and return its path."""
    page = TEMPLATES.get_template("feedback.html").render(
        title=course.lab_metadata(result.lab)["title"],
        result=result,
        rows=[_row(cell) for cell in result.cells],
        notebook=_render_handin(course, result),
    )
    path = course.feedback(result.student, result.lab)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")
    return path


def _row(cell: dict) -> dict:
    question = cell["grade_id"].removeprefix("test_").removeprefix("written_")
    waiting = cell["score"] is None
    return {
        "question": question,
        "score": "à corriger" if waiting else french(cell["score"]),
        "max_score": french(cell["max_score"]),
        "reason": cell["reason"],
        "state": "waiting" if waiting else "full" if cell["score"] == cell["max_score"] else "lost",
    }


def french(number: float) -> str:
    """Write a mark as French readers do: at most two decimals, a comma."""
    return f"{number:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def _render_handin(course: Course, result: Result) -> str:
    """Return the notebook as it was handed in, as HTML without scripts, frames or event handlers."""
    notebook = read_notebook(course.submitted(result.student, result.lab))
    exporter = HTMLExporter(template_name="basic", sanitize_html=True)
    # Sanitising escapes the images that HTML outputs hold; a figure comes as PNG too, with its alternative text.
    exporter.config.NbConvertBase.display_data_priority = ["image/png", "text/html", "text/markdown", "text/plain"]
    body, _ = exporter.from_notebook_node(notebook)
    return body


TEMPLATES.filters["french"] = french
