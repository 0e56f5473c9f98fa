"""Gather what was graded of a lab, and write the report's page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode

from instructor.course import Course, HandIn
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.gradebook.deadlines import how_late
from instructor.gradebook.nbgrader import open_gradebook
from instructor.gradebook.results import UNTIMED, Result, graded_results
from instructor.gradebook.roster import read_roster
from instructor.grading.class_run import why_not_graded
from instructor.notebooks import grade_id, is_solution
from instructor.pages.feedback import TEMPLATES, question, question_titles, repaired
from instructor.pages.matters import find_matters, how_many_shown
from instructor.pages.plots import LOW, draw_items, draw_marks
from instructor.pages.similar import find_similar
from instructor.pages.statistics import Item, Loss, analyse_items, find_losses, summarise

MOST_LOSSES = 15


@dataclass(frozen=True)
class Kept:
    """What is kept of a graded notebook, as a whole class's are too large: the answers by cell, and what it took."""

    answers: dict[str, str]
    run_seconds: float


@dataclass(frozen=True)
class Row:
    """A line of the table of hand-ins; `run_seconds` is what its cells took while graded, `late` how late it came."""

    result: Result
    run_seconds: float
    late: str


def write_report(course: Course, lab: str, track: Callable[[list], Iterable] = iter) -> Path:
    """Write a lab's report and return its path; `track` shows how far it is. CourseError where nothing is graded."""
    results = graded_results(course, [lab], track)
    if not results:
        raise CourseError(f"no graded hand-in of the lab '{lab}'; run 'course grade {lab}' first")
    kept = {result.student: _keep(course.hand_in(result.student, lab)) for result in results}
    answers = {student: one.answers for student, one in kept.items()}
    summary, items = summarise(results), analyse_items(results)
    titles = question_titles(course, lab)
    names = [titles.get(question(item.grade_id), item.grade_id).removeprefix("Question ") for item in items]
    by_id = {item.grade_id: name for item, name in zip(items, names, strict=True)}
    matters = find_matters(results, by_id)
    graded = {result.student for result in results}
    page = TEMPLATES.get_template("report.html").render(
        lab=lab,
        title=course.lab_metadata(lab)["title"],
        summary=summary,
        pending=[result.student for result in results if result.pending],
        marks_plot=draw_marks([result.grade for result in results], summary),
        items_plot=draw_items(items, names),
        items=[(name, item, _remark(item)) for name, item in zip(names, items, strict=True)],
        matters=matters,
        shown=how_many_shown(matters),
        losses=[(loss, by_id[loss.grade_id], _example(loss, answers)) for loss in find_losses(results)[:MOST_LOSSES]],
        hand_ins=_hand_ins(course, lab, results, kept),
        repairs={result.student: [repaired(one, titles) for one in result.repairs] for result in results},
        not_graded={
            hand_in.student: why_not_graded(hand_in)
            for hand_in in course.hand_ins(lab)
            if hand_in.student not in graded
        },
        absent=sorted(set(read_roster(course).students) - set(course.students(lab))),
        pairs=find_similar(answers, course.read_release(lab)),
    )
    return write_whole(course.root / "reports" / f"{lab}.html", page.encode("utf-8"))


def _remark(item: Item) -> str:
    """Say what a teacher should look at in a question; the bounds are those usual in the field.

    (Ebel and Frisbie, Essentials of Educational Measurement, 5th edition, 1991, chapter 13.)
    """
    remarks = []
    if item.waiting:
        return f"{item.waiting} written answers wait for a mark"
    if item.success < 0.3:
        remarks.append("hard")
    if item.success > 0.9:
        remarks.append("easy")
    if item.discrimination is not None and item.discrimination < 0:
        remarks.append("the better hand-ins fail it more: check the statement and the test")
    elif item.discrimination is not None and item.discrimination < LOW:
        remarks.append("does not tell good hand-ins from others")
    return "; ".join(remarks)


def _keep(hand_in: HandIn) -> Kept:
    notebook = hand_in.read_autograded()
    answers = {grade_id(cell): cell.source for cell in notebook.cells if is_solution(cell)}
    return Kept(answers, _run_seconds(notebook))


def _example(loss: Loss, answers: dict[str, dict[str, str]]) -> str:
    """Return what the first student concerned wrote for the question, empty where no cell bears its name."""
    written, name = answers[loss.students[0]], question(loss.grade_id)
    return written.get(f"sol_{name}") or written.get(f"written_{name}", "")


def _hand_ins(course: Course, lab: str, results: list[Result], kept: dict[str, Kept]) -> list[Row]:
    with open_gradebook(course) as gradebook:
        late = {found.student.id: found.total_seconds_late for found in gradebook.assignment_submissions(lab)}
    told = {who: how_late(seconds) for who, seconds in late.items()}
    told |= {result.student: "not known" for result in results if UNTIMED in result.flags}
    return [Row(result, kept[result.student].run_seconds, told[result.student]) for result in results]


def _run_seconds(notebook: NotebookNode) -> float:
    """Return how long the cells ran in all, as nbclient noted it."""
    total = 0.0
    for cell in notebook.cells:
        times = cell.metadata.get("execution", {})
        if "iopub.execute_input" in times and "shell.execute_reply" in times:
            start, end = (datetime.fromisoformat(times[key]) for key in ("iopub.execute_input", "shell.execute_reply"))
            total += (end - start).total_seconds()
    return total
