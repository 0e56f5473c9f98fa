"""Check every lab against its contract (`source/README.md`), and that nothing leaks into what students get."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

from nbformat import NotebookNode

from instructor.course import Course
from instructor.errors import CourseError
from instructor.french import format_minutes
from instructor.grading.criteria import CriteriaError, read_criteria
from instructor.grading.execute import Policy
from instructor.grading.reference import load_lab
from instructor.kernels import WARM
from instructor.labs.answers import load_answers
from instructor.labs.build import drifted
from instructor.labs.check_cells import MARKER, check_cell, check_names
from instructor.labs.colab import BADGE_ID, SETUP_ID
from instructor.labs.needs import compare_extra
from instructor.labs.solutions import solutions_due, stale_solutions
from instructor.notebooks import (
    STUB,
    TODO_BLOCK,
    NotebookError,
    grade_id,
    is_autograded,
    is_graded,
    is_solution,
    points,
    read_notebook,
)

TOTAL_POINTS = 20
QUESTION_MINUTES = re.compile(r"^Difficulté\s[●○]+\s·\s(\d+)\smin", re.MULTILINE)
WIDTH = 88  # columns of a code cell that a student reads beside a text; `source/ruff.toml` lays the source out so


@dataclass(frozen=True)
class Finding:
    """One thing to mend: where, what, and how."""

    file: str
    cell: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}: {self.cell}: {self.what}; {self.mend}"


def check_labs(course: Course, labs: list[str], run: bool = True) -> list[Finding]:
    """Return everything that breaks the contract, lab by lab; with `run`, the references' own answers are judged too.

    Several labs are run side by side.
    """
    if len(labs) <= 1 or not run:
        return [finding for lab in labs for finding in _check_lab(course, lab, run)]
    with ProcessPoolExecutor(min(len(labs), os.cpu_count() or 1), mp_context=get_context("spawn")) as pool:
        return [finding for found in pool.map(_check_lab, repeat(course), labs, repeat(run)) for finding in found]


def _check_lab(course: Course, lab: str, run: bool) -> list[Finding]:
    file = f"source/{lab}/{lab}.ipynb"
    try:
        source = read_notebook(course.source(lab))
    except NotebookError as error:
        return [Finding(file, "notebook", str(error), "repair the file")]
    findings: list[Finding] = []
    for check in (_check_source, _check_extra, _check_criteria, *([_check_reference] if run else []), _check_generated):
        try:
            findings += check(course, lab, source)
        except Exception as error:  # whatever a check meets in a lab of an unforeseen shape
            what = str(error) if isinstance(error, CourseError) else f"{type(error).__name__}: {error}"
            findings.append(Finding(file, "notebook", what, "correct the cell or its metadata"))
    return findings


def _check_source(course: Course, lab: str, source: NotebookNode) -> Iterator[Finding]:
    file = f"source/{lab}/{lab}.ipynb"
    metadata = source.metadata.get("course", {})
    if not isinstance(metadata, dict) or not isinstance(metadata.get("cell_timeout", 0), int | float):
        yield Finding(file, "metadata", "course is no object, or its cell_timeout no number", "correct it")
        return
    for key in ("title", "extra", "minutes_t4", "minutes_cpu", "cell_timeout"):
        if key not in metadata:
            yield Finding(file, "metadata", f"course.{key} is missing", "add it to the notebook's metadata")
    total = sum(points(cell) for cell in source.cells if is_graded(cell))
    if total != TOTAL_POINTS:
        yield Finding(file, "notebook", f"points sum to {total:g}", f"make them sum to {TOTAL_POINTS}")
    for what, names in [
        ("cell id", _cell_ids(course.source(lab))),
        ("grade_id", [grade_id(cell) for cell in source.cells if grade_id(cell)]),
    ]:
        for name, count in Counter(names).items():
            if count > 1 or not name:
                yield Finding(file, name or "(none)", f"{what} used {count} times", "give each cell its own")
    yield from _check_hours(file, source, metadata.get("minutes_t4"))
    if not any(cell.get("id") == SETUP_ID for cell in source.cells):
        yield Finding(file, "notebook", "no set-up cell", f"give the set-up cell the id '{SETUP_ID}'")
    for cell in source.cells:
        yield from (
            Finding(file, _name(cell), what, mend) for what, mend in check_cell(cell, course.source(lab).parent)
        )
    yield from (Finding(file, _name(cell), what, mend) for cell, what, mend in check_names(source))


def _check_hours(file: str, source: NotebookNode, minutes: object) -> Iterator[Finding]:
    """What the title announces is the metadata's, and leaves time to read beside the questions."""
    text = "\n".join(cell.source for cell in source.cells if cell.cell_type == "markdown")
    if not isinstance(minutes, int) or not text:
        return
    told = format_minutes(minutes)
    # Spaces may be no-break ones, where the build put them.
    if not re.search(rf"\*\*Durée\*\* : {told}\b".replace(" ", r"\s"), text):
        yield Finding(file, "title", f"does not announce '**Durée** : {told}', course.minutes_t4", "make them agree")
    questions = sum(map(int, QUESTION_MINUTES.findall(text)))
    if questions > minutes:
        yield Finding(
            file,
            "metadata",
            f"course.minutes_t4 is {minutes}, the questions alone last {questions}",
            "count them again",
        )


def _check_extra(course: Course, lab: str, source: NotebookNode) -> Iterator[Finding]:
    file, extra = f"source/{lab}/{lab}.ipynb", source.metadata.get("course", {}).get("extra", "")
    lacking, useless = compare_extra(course, lab)
    for name in sorted(lacking):
        yield Finding(file, "metadata", f"imports {name}, which course.extra '{extra}' does not install", "correct it")
    for name in sorted(useless):
        yield Finding(file, "metadata", f"course.extra '{extra}' installs {name}, which is not imported", "correct it")


def _cell_ids(path: Path) -> list[str]:
    """Return the ids as they are in the file: nbformat replaces a repeated one while it reads."""
    return [cell.get("id", "") for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]]


def _check_criteria(course: Course, lab: str, source: NotebookNode) -> Iterator[Finding]:
    """Check that the criteria can be read, and that each is lost by a wrong answer."""
    file = f"source/{lab}/{lab}.ipynb"
    try:
        criteria = read_criteria(source)
    except CriteriaError as error:
        cell, _, told = str(error).partition(": ")
        what, _, mend = told.partition("; ")
        yield Finding(file, cell, what, mend)
        return
    if not course.answers(lab).is_file():
        yield Finding(
            f"tests/labs/{lab}/answers.py",
            "file",
            "missing",
            "write the wrong answers that students give, with their marks",
        )
        return
    known = {name: {one.name for one in of_cell} for name, of_cell in criteria.items()}
    for answer in load_answers(course.answers(lab)):
        for name, names in [*answer.loses.items(), *answer.waits.items()]:
            if unknown := sorted(set(names) - known.get(name, set())):
                yield Finding(
                    f"tests/labs/{lab}/answers.py", answer.name, f"{name} has no criterion '{unknown[0]}'", "correct it"
                )
    for key in criteria_without_culprit(course, lab):
        yield Finding(
            f"tests/labs/{lab}/answers.py", key, "lost by no wrong answer alone", "add the answer that fails this only"
        )


def _check_reference(course: Course, lab: str, source: NotebookNode) -> Iterator[Finding]:
    """Check that the instructor's answers earn every criterion."""
    if course.release(lab).is_file():
        try:
            load_lab(course, lab, Policy(seed=0, kernel_name=WARM))
        except CriteriaError:
            return  # found above
        except CourseError as error:
            what, _, mend = str(error).partition("; ")
            where = f"source/{lab}/{lab}.ipynb"
            yield Finding(where, "reference", what, mend or "correct the criterion, or the answer it judges")


def criteria_without_culprit(course: Course, lab: str) -> list[str]:
    """Return the criteria that no wrong answer fails without failing another one of its question."""
    alone = {
        f"{name}.{names[0]}"
        for answer in load_answers(course.answers(lab))
        for name, names in answer.loses.items()
        if len(names) == 1
    }
    criteria = read_criteria(course.read_source(lab))
    return [one.key for of_cell in criteria.values() for one in of_cell if one.key not in alone]


def _check_generated(course: Course, lab: str, source: NotebookNode) -> Iterator[Finding]:
    for path in drifted(course, [lab]):
        yield Finding(
            f"release/{path.parent.name}/{path.name}", "notebook", "differs from its source", "run course build"
        )
    if lab not in solutions_due(course):
        for path in stale_solutions(course, [lab]):
            yield Finding(f"solutions/{lab}/{path.name}", "notebook", "differs from its source", "run course solutions")
    for step, path, command in [
        ("release", course.release(lab), "run course build"),
        ("solutions", course.solution(lab), "run course solutions"),
    ]:
        if path.is_file():
            try:
                notebook = read_notebook(path)
            except NotebookError as error:
                yield Finding(f"{step}/{lab}/{lab}.ipynb", "notebook", str(error), command)
                return
            for cell in notebook.cells:
                if MARKER.search(cell.source):
                    yield Finding(f"{step}/{lab}/{lab}.ipynb", _name(cell), "marker left", "rebuild it from source")
    if course.release(lab).is_file():
        yield from _check_release(f"release/{lab}/{lab}.ipynb", course.read_release(lab), source)


def _check_release(file: str, release: NotebookNode, source: NotebookNode) -> Iterator[Finding]:
    if not any(cell.get("id") == BADGE_ID for cell in release.cells):
        yield Finding(file, "notebook", "no Colab badge", "run course build")
    codes = (cell for cell in release.cells if cell.cell_type == "code" and cell.get("id") != SETUP_ID)
    for cell in codes:
        width = WIDTH + 4 * is_autograded(cell)  # the build puts a test in a function
        if wide := next((line for line in cell.source.splitlines() if len(line) > width), ""):
            yield Finding(file, _name(cell), f"line wider than {width} columns: {wide.strip()}", "shorten it in source")
    visible = "\n".join(cell.source for cell in release.cells)
    stubs = {grade_id(cell): cell.source for cell in release.cells if is_solution(cell)}
    for cell in (cell for cell in source.cells if grade_id(cell) in stubs):
        stub = stubs[grade_id(cell)]
        extra = set(_lines(stub)) - set(_lines(cell.source))
        if cell.cell_type == "code" and extra:
            yield Finding(file, grade_id(cell), f"line not in the solution: {min(extra)}", "rebuild it from source")
        given = TODO_BLOCK.sub("", cell.source)
        for line in (line for block in TODO_BLOCK.finditer(cell.source) for line in _lines(block["body"])):
            if _is_telling(line) and line not in map(str.strip, given.splitlines()) and line in _lines(visible):
                yield Finding(file, grade_id(cell), f"solution line given away: {line}", "write it otherwise elsewhere")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not STUB.match(line)]


def _is_telling(line: str) -> bool:
    """Tell whether a solution line would help a student: not a comment, an import, nor the head of a block."""
    return len(line) > 24 and not line.startswith(("#", "import ", "from ")) and not line.endswith(":")


def _name(cell: NotebookNode) -> str:
    return grade_id(cell) or cell.get("id", "cell")
