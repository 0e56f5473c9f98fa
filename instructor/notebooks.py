"""Read and write notebooks, and find what nbgrader's metadata names in them."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode


def read_notebook(path: Path) -> NotebookNode:
    """Return the notebook at `path` as version 4."""
    return nbformat.read(path, as_version=4)


def grade_id(cell: NotebookNode) -> str | None:
    """Return the cell's nbgrader identifier, None for a cell that nbgrader does not know."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def find_cell(notebook: NotebookNode, wanted: str) -> NotebookNode:
    """Return the cell whose `grade_id` is `wanted`; KeyError if there is none."""
    for cell in notebook.cells:
        if grade_id(cell) == wanted:
            return cell
    raise KeyError(wanted)
