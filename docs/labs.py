"""What the site says of a lab: its released notebook as a page, with a card, and a line of the table for teachers."""

from __future__ import annotations

import copy
import html
import re

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from helpers.datasets.registry import DATASETS, Dataset
from instructor.course import Course
from instructor.labs.colab import BADGE_ID, BRANCH, badge
from instructor.notebooks import is_graded

TITLE_ID = "title"


def page(course: Course, lab: str) -> NotebookNode:
    """Return the released notebook with a card under its opening, and what it shows before any answer."""
    notebook = copy.deepcopy(course.read_release(lab))
    notebook.cells = [cell for cell in notebook.cells if cell.id != BADGE_ID]
    opening = next(index for index, cell in enumerate(notebook.cells) if cell.id == TITLE_ID)
    notebook.cells.insert(opening + 1, new_markdown_cell(card(course, lab), id="card"))
    if not any(is_restricted(dataset) for dataset in datasets(course, lab)):
        show_first_outputs(notebook, course.read_notebook(course.solution(lab), f"run 'course solutions {lab}'"))
    return notebook


def show_first_outputs(notebook: NotebookNode, solution: NotebookNode) -> None:
    """Take from the corrected lab what the given cells before the first gap show.

    They show the same to whoever opens the lab, before any answer: this gives nothing away.
    """
    outputs = {cell.source: cell.outputs for cell in solution.cells if cell.cell_type == "code"}
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            return
        if cell.cell_type == "code":
            cell.outputs = copy.deepcopy(outputs.get(cell.source, []))


def card(course: Course, lab: str) -> str:
    """Return, in French, where to open the lab, its data with their terms, and what it reaches on them."""
    lines = [
        f"{colab_link(course, lab)} · [Le notebook]({course.repository}/blob/{BRANCH}/release/{lab}/{lab}.ipynb)",
        "",
    ]
    for dataset in datasets(course, lab):
        terms = f'<span lang="en">{html.escape(dataset.licence)}. {html.escape(dataset.citation)}.</span>'
        lines.append(f"* **Données** : {dataset.title}, {dataset.megabytes:.0f} Mo, à ces conditions : {terms}")
    if not datasets(course, lab):
        lines.append("* **Données** : aucune à télécharger.")
    if rows := results(course, lab):
        table = ["| modèle | validation | test |", "|---|---:|---:|", *("| " + " | ".join(row) + " |" for row in rows)]
        lines += ["* **Résultats du corrigé**, exactitude en % sur les vraies données :", "", '<div lang="en">', ""]
        lines += [*table, "", "</div>", "", '<a href="../results.html" hreflang="en">Comment ils sont mesurés</a>']
    return "\n".join([":::{admonition} Avant de commencer", *lines, ":::"])


def table(course: Course) -> str:
    """Return, in English, a line for each lab: what it asks for, and what it takes."""
    lines = ["| lab | questions | hours, T4 / CPU | data and their terms |", "|---|---:|---|---|"]
    for lab in course.labs:
        metadata = course.lab_metadata(lab)
        questions = sum(map(is_graded, course.read_release(lab).cells))
        hours = " / ".join(f"{metadata[f'minutes_{device}'] / 60:.1f}" for device in ("t4", "cpu"))
        data = "; ".join(f"{one.title}, {one.megabytes:.0f} MB: {one.licence}" for one in datasets(course, lab))
        link = f'<a href="fr/{lab}.html" hreflang="fr" lang="fr">{html.escape(metadata["title"])}</a>'
        lines.append(f"| {link} | {questions} | {hours} | {data or 'none'} |")
    return "\n".join(lines)


def datasets(course: Course, lab: str) -> list[Dataset]:
    """Return the data sets whose loaders the lab calls."""
    code = "\n".join(cell.source for cell in course.read_release(lab).cells if cell.cell_type == "code")
    # The vectors of dimension 50 are those that `load_glove` takes unless told otherwise.
    return [one for one in DATASETS.values() if f"load_{one.name.removesuffix('_50')}(" in code]


def is_restricted(dataset: Dataset) -> bool:
    """Tell whether the terms keep what a page shows of the data, such as photographs, from being published."""
    return "research" in dataset.licence


def results(course: Course, lab: str) -> list[list[str]]:
    """Return the lines of the first table of `docs/results.md` that are the lab's: model, validation, test."""
    first = (course.root / "docs" / "results.md").read_text(encoding="utf-8").partition("\n\n* ")[0]
    found, current = [], ""
    for line in first.splitlines():
        if line.startswith("|"):
            name, *row = (cell.strip() for cell in line.split("|")[1:-1])
            current = name or current
            found += [row] if current == lab else []
    return found


def colab_link(course: Course, lab: str) -> str:
    """Return the link of the badge as words: its image would be fetched from another host."""
    return re.sub(r"!\[(.+?)\]\(.+?\)", r"\1", badge(course.repository, lab))
