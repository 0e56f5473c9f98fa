"""Write one page a student: marks, the reason of each lost point, what was repaired, and the notebook handed in.

The page shows the hand-in with the outputs its student saw, the grader's own reasons, what a teacher wrote, and nothing
that the graded run printed: no encoding can carry a hidden line out.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from nbformat import NotebookNode

from instructor.course import Course, HandIn
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.french import chosen_in_words, french, judged_after, points_in_words, repair_in_words, visible_in_words
from instructor.gradebook.deadlines import refuse_before_deadline
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import Result
from instructor.labs.colab import BADGE_ID
from instructor.labs.solutions import corrected
from instructor.notebooks import NotebookError, headings, is_solution, parse_notebook, read_handed_in
from instructor.pages.html import highlighting_css, render_notebook

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


RIGHT_ANSWERS = '<h2 id="right-answers">'  # what students wrote is shown without its ids


def write_feedback(course: Course, result: Result, with_solutions: bool | None = None) -> Path:
    """Write the page of one graded hand-in and return its path; `feedback_page` says what is in it."""
    page = feedback_page(course, result, with_solutions)
    return write_whole(course.hand_in(result.student, result.lab).feedback, page.encode("utf-8"))


def feedback_page(course: Course, result: Result, with_solutions: bool | None = None) -> str:
    """Return the page of one graded hand-in.

    Parameters
    ----------
    with_solutions
        Whether it also shows the right answers; None for as the page of before did.

    Raises
    ------
    CourseError
        Right answers are asked for while the deadline that the gradebook knows is not over, or what was graded is not
        in `submitted/` any more.
    """
    comments, titles = read_comments(course, result), question_titles(course, result.lab)
    return TEMPLATES.get_template("feedback.html").render(
        title=course.lab_metadata(result.lab)["title"],
        result=result,
        rows=[_row(cell, titles, comments) for cell in result.cells],
        first_failure=result.first_failure,
        failing=_titled(result.first_failure, titles),
        other_comments={titles.get(name, name): text for name, text in comments.items()},
        repairs=[repaired(repair, titles) for repair in result.repairs],
        chosen=_chosen(course.hand_in(result.student, result.lab)),
        notebook=render_notebook(_handed_in(course, result)),
        solutions=_right_answers(course, result, with_solutions),
        highlighting=highlighting_css(),
    )


def _handed_in(course: Course, result: Result) -> NotebookNode:
    """Return the notebook handed in, without the badge that opens the statement on Colab."""
    try:
        path = course.hand_in(result.student, result.lab).submitted
        notebook = parse_notebook(read_handed_in(path), path.name)
    except NotebookError as error:
        raise CourseError(
            f"what {result.student} handed in for '{result.lab}' changed since it was graded ({error}); "
            f"run 'course grade {result.lab}'"
        ) from None
    notebook.cells = [cell for cell in notebook.cells if cell.get("id") != BADGE_ID]
    return notebook


def _chosen(hand_in: HandIn) -> str:
    """Say which of several files was graded; empty where there was one."""
    with suppress(OSError, ValueError):
        names = json.loads(hand_in.choice.read_bytes())
        return chosen_in_words(names["kept"], names["left"])
    return ""


def shows_right_answers(page: str) -> bool:
    """Tell whether a feedback page holds the right answers."""
    return RIGHT_ANSWERS in page


def _right_answers(course: Course, result: Result, wanted: bool | None) -> Markup | None:
    """Return the right answers as a page shows them, None where it does not."""
    before = course.hand_in(result.student, result.lab).feedback
    if wanted is None and before.is_file():
        wanted = shows_right_answers(before.read_text(encoding="utf-8"))
    if not wanted:
        return None
    refuse_right_answers(course, result.lab)
    return render_notebook(right_answers(course, result.lab))


def refuse_right_answers(course: Course, lab: str) -> None:
    """Raise CourseError while the deadline that the gradebook knows is not over."""
    refuse_before_deadline(course, lab, f"'course feedback {lab} --without-solutions' leaves them out")


def read_comments(course: Course, result: Result) -> dict[str, str]:
    """Return what a teacher wrote in the formgrader about a hand-in, by question."""
    with open_gradebook(course) as gradebook:
        notebook = gradebook.find_submission_notebook(result.lab, result.lab, result.student)
        written = [(question(comment.name), comment.manual_comment) for comment in notebook.comments]
    comments: dict[str, str] = {}
    for name, text in written:
        if text and text.strip():
            comments[name] = "\n".join(filter(None, [comments.get(name), text.strip()]))
    return comments


def question(name: str) -> str:
    """Return the question that a cell belongs to, from its `grade_id`."""
    for prefix in ("test_", "written_", "sol_"):
        name = name.removeprefix(prefix)
    return name


def question_titles(course: Course, lab: str) -> dict[str, str]:
    """Return by question the heading that students read above it, as in "Question 2 · La loi jointe"."""
    return {question(name): title for name, title in headings(course.read_source(lab)).items() if title}


def _titled(failure: dict | None, titles: dict[str, str]) -> str:
    return titles.get(question(failure["question"]), "") if failure else ""


def repaired(repair: dict, titles: dict[str, str]) -> str:
    """Name a cell by its question: the names that nbgrader gives are nowhere to be seen on Colab."""
    name = question(repair["cell"])
    return repair_in_words(repair["kind"], titles.get(name, name), repair["count"])


def right_answers(course: Course, lab: str) -> NotebookNode:
    """Return the lab's answers as its instructor wrote them, alone in a notebook."""
    source = course.read_source(lab)
    answers = corrected(source)
    answers.cells = [cell for cell, model in zip(answers.cells, source.cells, strict=True) if is_solution(model)]
    return answers


def _row(cell: dict, titles: dict[str, str], comments: dict[str, str]) -> dict:
    """Return one line of the table of marks; the comment shown there is taken out of `comments`."""
    waiting = cell["score"] is None
    by_teacher = not waiting and round(cell["score"] - cell["extra"], 4) != _earned(cell)
    lost = not waiting and cell["score"] + cell["pending"] < cell["max_score"]
    name = question(cell["grade_id"])
    # A teacher's mark over an automatic one needs no line of the machine's to explain it.
    criteria = [] if by_teacher else cell["criteria"]
    untouched = bool(criteria) and all(one["fate"] == "not answered" for one in criteria)
    lines = [] if untouched else [_criterion(one, titles) for one in criteria]
    after = lines[0]["after"] if len(lines) > 1 and len({line["after"] for line in lines}) == 1 else ""
    return {
        "question": titles.get(name, name),
        "score": "à corriger" if waiting else french(cell["score"]),
        "max_score": french(cell["max_score"]),
        "criteria": [line | {"after": ""} for line in lines] if after else lines,
        "after": after,
        "reason": cell["reason"] if lost and (untouched or not cell["criteria"]) else "",
        "visible": visible_in_words(cell["visible"]) if lost and not untouched else "",
        "comment": comments.pop(name, ""),
        "state": "waiting" if waiting or cell["pending"] else "lost" if lost else "full",
    }


def _earned(cell: dict) -> float:
    """Return what the machine gave for a cell; for a written answer, whatever it has."""
    if not cell["criteria"]:
        return round(cell["score"] - cell["extra"], 4)
    return round(sum(one["points"] for one in cell["criteria"] if one["fate"] == "earned"), 4)


def _criterion(one: dict, titles: dict[str, str]) -> dict:
    """Return one line a criterion: whether it is earned, its sentence, and what went wrong."""
    state = {"earned": "full", "doubtful": "waiting"}.get(one["fate"], "lost")
    mark = {"full": "acquis", "waiting": "à vérifier", "lost": "perdu"}[state]
    return {
        "state": state,
        "mark": mark,
        "sentence": one["sentence"],
        "points": points_in_words(one["points"]),
        "reason": one["reason"],
        "after": judged_after([titles.get(question(name), name) for name in one["after"]], one["world"]),
    }


TEMPLATES.filters["french"] = french
