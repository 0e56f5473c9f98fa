"""Read and write notebooks, and find what nbgrader's metadata names in them."""

import json
import re
import warnings
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from instructor.budget import has_more
from instructor.errors import CourseError
from instructor.files import write_whole

TODO_BLOCK = re.compile(r"^(?P<indent>[ \t]*)### BEGIN TODO\n(?P<body>.*?)^[ \t]*### END TODO$", re.M | re.S)
# No block holds the beginning of another: a text of many beginnings is read once, not once for each.
HIDDEN_BLOCK = re.compile(
    r"\n?^[ \t]*### BEGIN HIDDEN TESTS\n(?P<body>(?:(?![ \t]*### BEGIN)[^\n]*\n)*?)[ \t]*### END HIDDEN TESTS$", re.M
)
TODO_MARKER = re.compile(r"^[ \t]*### (BEGIN|END) TODO\n?", re.M)
HEADING = re.compile(r"^#{2,4} +(.+?) *$", re.M)
MAX_BYTES = 50 * 2**20
MAX_PARTS = 500_000  # each takes half a kilobyte of memory, however short it is
MAX_CELLS = 2000
BARE_STUB = re.compile(r"^[ \t]*raise NotImplementedError$", re.M)
STUB = re.compile(r"^\s*(raise NotImplementedError(\(.*\))?|# À VOUS : .*)$")


class NotebookError(CourseError):
    """A file is not a notebook that can be used; the message says why."""


def read_notebook(path: Path) -> NotebookNode:
    """Return the notebook at `path` as version 4; NotebookError if it is not one."""
    try:
        return parse_notebook(path.read_bytes(), path.name)
    except FileNotFoundError:
        raise NotebookError(f"no file {path.name}") from None
    except OSError as error:
        raise NotebookError(f"{path.name} cannot be read: {error.strerror}") from None


def parse_notebook(content: bytes, name: str) -> NotebookNode:
    """Return the notebook whose file holds `content`; NotebookError, naming the file `name`, if it is none."""
    if is_too_large(content):
        raise NotebookError(f"{name} is too large ({MAX_BYTES // 2**20} MB and {MAX_PARTS} lists and objects at most)")
    try:
        content = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"{name} is not JSON ({error})") from None
    if not isinstance(content, dict):
        raise NotebookError(f"{name} is not a valid Jupyter notebook (it holds a {type(content).__name__}, no object)")
    cells = content.get("cells")
    if isinstance(cells, list) and len(cells) > MAX_CELLS:
        raise NotebookError(f"{name} is too large ({len(cells)} cells, {MAX_CELLS} at most)")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbformat warns of what it mends itself, such as missing cell ids
            notebook = nbformat.reads(encodable(json.dumps(content, ensure_ascii=False)), as_version=4)
            # Of a version to come, nbformat accepts cells and outputs of any shape, which nothing that follows reads.
            notebook.nbformat_minor = min(notebook.nbformat_minor, nbformat.v4.nbformat_minor)
            nbformat.validate(notebook)
    except Exception as error:  # nbformat raises whatever its migrations meet
        known = isinstance(error, nbformat.ValidationError) and str(error).strip()
        reason = known.splitlines()[0][:200] if known else "its parts are not those of a notebook"
        raise NotebookError(f"{name} is not a valid Jupyter notebook ({reason})") from None
    for cell in notebook.cells:
        metadata = cell.metadata.get("nbgrader", {"grade_id": ""})
        if not (isinstance(metadata, dict) and isinstance(metadata.get("grade_id"), str)):
            del cell.metadata["nbgrader"]  # nbgrader never writes this, and nothing that reads it expects it
    return notebook


def is_too_large(content: bytes) -> bool:
    """Tell whether a file is more than a notebook may be, in bytes or in memory once it is read."""
    if len(content) > MAX_BYTES:
        return True
    return has_more(content.decode(json.detect_encoding(content), errors="replace"), "[{", MAX_PARTS)


def encodable(text: str) -> str:
    """Return `text` with a question mark for each half of a surrogate pair: JSON may hold one, a file may not."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write `notebook` at `path`, whole or not at all."""
    write_whole(path, to_text(notebook).encode("utf-8"))


def to_text(notebook: NotebookNode) -> str:
    """Return the notebook as it is written to disk."""
    return encodable(nbformat.writes(notebook)) + "\n"


def grade_id(cell: NotebookNode) -> str | None:
    """Return the cell's nbgrader identifier, None for a cell that nbgrader does not know."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def find_cell(notebook: NotebookNode, wanted: str) -> NotebookNode:
    """Return the cell whose `grade_id` is `wanted`; KeyError if there is none."""
    for cell in notebook.cells:
        if grade_id(cell) == wanted:
            return cell
    raise KeyError(wanted)


def headings(notebook: NotebookNode) -> dict[str, str]:
    """Return, by `grade_id`, the heading under which each cell stands: what a reader knows it by."""
    found, last = {}, ""
    for cell in notebook.cells:
        if grade_id(cell) is not None:
            found[grade_id(cell)] = last
        elif cell.cell_type == "markdown":
            last = next(reversed(HEADING.findall(cell.source)), last)
    return found


def is_graded(cell: NotebookNode) -> bool:
    """Tell whether the cell earns points, by machine or by hand."""
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def is_solution(cell: NotebookNode) -> bool:
    """Tell whether the cell holds what a student writes."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def is_autograded(cell: NotebookNode) -> bool:
    """Tell whether the cell is a test cell, marked by machine."""
    return is_graded(cell) and not is_solution(cell) and cell.cell_type == "code"


def points(cell: NotebookNode) -> float:
    """Return the points of a graded cell."""
    return float(cell.metadata["nbgrader"]["points"])


def same_text(one: str, other: str) -> bool:
    """Tell whether two sources are the same, whatever editor ended their lines."""
    return _lines(one) == _lines(other)


def _lines(source: str) -> list[str]:
    return [line.rstrip() for line in source.strip().splitlines()]


def without_hidden_tests(source: str) -> str:
    """Return the text of a test cell as students see it."""
    return HIDDEN_BLOCK.sub("", source).strip("\n")
