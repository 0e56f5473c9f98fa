"""Compare what a hand-in's probes published with what the instructor's notebook published, and mark every cell.

Nothing here runs student code: both notebooks have been executed, and the values are plain JSON.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import asdict, dataclass, field

from nbformat import NotebookNode

from helpers.probe import MIME_TYPE
from instructor.french import NOT_ANSWERED
from instructor.grading.values import check_bounds, compare
from instructor.notebooks import (
    find_cell,
    grade_id,
    has_partial_credit,
    is_autograded,
    is_graded,
    points,
    without_hidden_tests,
)

# Longer messages are not searched for those of the visible tests, and details are cut.
MAX_MESSAGE = 2000


@dataclass(frozen=True)
class CellReference:
    """What a test cell must publish, and what it is worth."""

    points: float
    partial: bool
    probes: dict[str, dict]
    visible_messages: list[list[str]]


@dataclass(frozen=True)
class Reference:
    """The instructor's notebook, run: one entry per test cell, and the points of the cells marked by hand."""

    notebook: NotebookNode
    cells: dict[str, CellReference]
    manual: dict[str, float]


@dataclass(frozen=True)
class Mark:
    """The mark of one cell; `score` is None while a written answer waits for its teacher.

    `reason`, in French, is for the student and repeats nothing that the graded run printed; `detail` is for teachers.
    """

    grade_id: str
    score: float | None
    max_score: float
    reason: str = ""
    detail: str = ""
    probes: dict[str, bool] = field(default_factory=dict)

    as_dict = asdict


def make_reference(executed: NotebookNode) -> Reference:
    """Read the reference from the instructor's executed notebook; ValueError if one of its cells failed."""
    cells, manual = {}, {}
    for cell in executed.cells:
        error = _first_error(cell)
        if error is not None:
            raise ValueError(f"cell {grade_id(cell) or cell.id} raised {error.ename}: {error.evalue}")
        if is_autograded(cell):
            published = _published_probes(cell)
            names = [probe["name"] for probe in published]
            if not names or len(set(names)) < len(names):
                raise ValueError(f"cell {grade_id(cell)} must publish at least one probe, each name once: {names}")
            cells[grade_id(cell)] = CellReference(
                points=points(cell),
                partial=has_partial_credit(cell),
                probes={probe["name"]: probe for probe in published},
                visible_messages=_visible_messages(without_hidden_tests(cell.source)),
            )
        elif is_graded(cell):
            manual[grade_id(cell)] = points(cell)
    return Reference(notebook=executed, cells=cells, manual=manual)


def mark_notebook(executed: NotebookNode, reference: Reference) -> list[Mark]:
    """Mark every graded cell of an executed hand-in, in the order of the lab."""
    marks = [_mark_cell(name, find_cell(executed, name), wanted) for name, wanted in reference.cells.items()]
    marks += [Mark(name, None, value) for name, value in reference.manual.items()]
    order = [grade_id(cell) for cell in reference.notebook.cells]
    return sorted(marks, key=lambda mark: order.index(mark.grade_id))


def _mark_cell(name: str, cell: NotebookNode, wanted: CellReference) -> Mark:
    verdicts = _compare_probes(_published_probes(cell), wanted.probes)
    matched = {probe: problem is None for probe, problem in verdicts.items()}
    error = _first_error(cell)
    share = sum(matched.values()) / len(matched)
    if not wanted.partial and (error is not None or share < 1):
        share = 0.0
    if share == 1 and error is None:
        return Mark(name, wanted.points, wanted.points, probes=matched)
    return Mark(
        name,
        round(share * wanted.points, 4),
        wanted.points,
        reason=_reason(cell, error, matched, wanted),
        detail=_detail(cell, error, verdicts),
        probes=matched,
    )


def _reason(cell: NotebookNode, error: NotebookNode | None, matched: dict[str, bool], wanted: CellReference) -> str:
    """Say in French why points were lost, in words that hold nothing the graded run could have chosen."""
    if error is not None:
        return _reason_of_error(error, wanted)
    if cell.execution_count is None:
        return "Cette cellule n'a pas été exécutée : le noyau s'est arrêté plus haut."
    wrong = [name for name, fine in matched.items() if name in wanted.probes and not fine]
    if not wrong:
        return "Cette cellule a publié des résultats qui ne lui étaient pas demandés."
    names = ", ".join(f"« {name} »" for name in wrong)
    return f"Sur d'autres données que celles du sujet, le résultat n'est pas celui attendu : {names}."


def _reason_of_error(error: NotebookNode, wanted: CellReference) -> str:
    if error.ename == "AssertionError" and len(error.evalue) <= MAX_MESSAGE:
        for parts in wanted.visible_messages:
            if _is_made_of(error.evalue, parts):
                return "…".join(parts)
    if error.ename == "NotImplementedError":
        return NOT_ANSWERED
    if error.ename == "CellTimeoutError":
        return "L'exécution a été interrompue : elle durait trop longtemps (boucle sans fin ?)."
    if error.ename == "DeadKernelError":
        return "Le noyau s'est arrêté pendant cette cellule."
    if error.ename == "NameError":
        return "Votre code a levé une exception NameError : un nom manque, sans doute parce qu'une cellule a échoué."
    if isinstance(getattr(builtins, error.ename, None), type):
        return f"Votre code a levé une exception {error.ename}."
    return "Votre code a levé une exception."


def _detail(cell: NotebookNode, error: NotebookNode | None, verdicts: dict[str, str | None]) -> str:
    lines = [f"{error.ename}: {error.evalue}"[:500]] if error is not None else []
    if error is None and cell.execution_count is None:
        lines.append("the cell was not executed")
    lines += [f"probe {name}: {problem}" for name, problem in verdicts.items() if problem]
    return "; ".join(lines)[:MAX_MESSAGE]


def _first_error(cell: NotebookNode) -> NotebookNode | None:
    return next((output for output in cell.get("outputs", []) if output.output_type == "error"), None)


def _published_probes(cell: NotebookNode) -> list[dict]:
    """Return the payloads that the cell published, those that are not even an object with a name left out."""
    payloads = [output.data.get(MIME_TYPE) for output in cell.outputs if output.output_type == "display_data"]
    return [probe for probe in payloads if isinstance(probe, dict) and isinstance(probe.get("name"), str)]


def _compare_probes(published: list[dict], wanted: dict[str, dict]) -> dict[str, str | None]:
    """Return, by probe name, what is wrong with it, or None; the first probe that nobody asked for is listed too."""
    verdicts: dict[str, str | None] = {}
    for name, expected in wanted.items():
        values = [probe.get("value") for probe in published if probe["name"] == name]
        if len(values) != 1:
            verdicts[name] = "not published" if not values else f"published {len(values)} times"
        elif "rtol" in expected:
            verdicts[name] = compare(values[0], expected["value"], expected["rtol"], expected["atol"])
        else:
            verdicts[name] = check_bounds(values[0], expected)
    extra = next((probe["name"] for probe in published if probe["name"] not in wanted), None)
    if extra is not None:
        verdicts[extra[:80]] = "not asked for"
    return verdicts


def _visible_messages(source: str) -> list[list[str]]:
    """Return the messages of the visible `assert`s, each as its constant parts, in order.

    What an f-string inserts between them was chosen by the graded run: a student reads an ellipsis.
    """
    messages = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Assert(msg=ast.Constant(str(text))):
                messages.append([text])
            case ast.Assert(msg=ast.JoinedStr(values)):
                parts = [""]
                for value in values:
                    if isinstance(value, ast.Constant):
                        parts[-1] += value.value
                    else:
                        parts.append("")
                messages.append(parts)
    return [parts for parts in messages if any(parts)]


def _is_made_of(text: str, parts: list[str]) -> bool:
    """Tell whether a text holds the parts in order, from its beginning to its end, with anything between them."""
    first, *others = parts
    if not others:
        return text == first
    place, end = len(first), len(text) - len(others[-1])
    if place > end or not (text.startswith(first) and text.endswith(others[-1])):
        return False
    for part in others[:-1]:
        place = text.find(part, place, end) + len(part)
        if place < len(part):
            return False
    return True
