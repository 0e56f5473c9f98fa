"""Read and write notebooks, and find what nbgrader's metadata names in them."""

import ast
import io
import json
import re
import tokenize
import warnings
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from instructor.budget import has_more
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.rebuild import decode, rebuild

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
HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
BARE_STUB = re.compile(r"^[ \t]*raise NotImplementedError$", re.M)
STUB = re.compile(r"^\s*(raise NotImplementedError(\(.*\))?|# À VOUS : .*)$")


class NotebookError(CourseError):
    """A file is not a notebook that can be used; the message says why."""


def read_notebook(path: Path) -> NotebookNode:
    """Return the notebook at `path` as version 4; NotebookError if it is not one."""
    return parse_notebook(_read(path), path.name)


def read_handed_in(path: Path) -> bytes:
    """Return the file at `path`, of a student's folder; NotebookError where it, or that folder, leads elsewhere."""
    if any(place.is_symlink() for place in (path, path.parent, path.parent.parent)):
        raise NotebookError(f"{path.name}, or a folder that holds it, is a link: what it leads to was not handed in")
    return _read(path)


def _read(path: Path) -> bytes:
    try:
        if path.is_file():
            return path.read_bytes()
    except OSError as error:
        raise NotebookError(f"{path.name} cannot be read: {error.strerror}") from None
    raise NotebookError(f"no file {path.name}")


def parse_notebook(content: bytes, name: str) -> NotebookNode:
    """Return the notebook whose file holds `content`, rebuilt; NotebookError, naming the file `name`, if it is none."""
    if is_too_large(content):
        raise NotebookError(f"{name} is too large ({MAX_BYTES // 2**20} MB and {MAX_PARTS} lists and objects at most)")
    notebook = rebuild(_read_json(content, name))
    if notebook is None:
        raise NotebookError(f"{name} is not a valid Jupyter notebook (it holds no cells)")
    if len(notebook.cells) > MAX_CELLS:
        raise NotebookError(f"{name} is too large ({len(notebook.cells)} cells, {MAX_CELLS} at most)")
    return notebook


def why_rebuilt(content: bytes) -> str:
    """Say what in a file that `parse_notebook` reads is not as Jupyter writes it; empty if nothing is."""
    text, is_utf8 = decode(content)
    if not (is_utf8 and text.rstrip().endswith("}")):
        return "its text ends in something else" if is_utf8 else "its text is not UTF-8"
    value = _read_json(content, "the file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # missing cell ids
            nbformat.validate(value)
    except Exception as error:  # whatever nbformat meets in what is no notebook to it
        return (str(error).strip().splitlines() or ["its parts are not those of a notebook"])[0][:200]
    return ""


def _read_json(content: bytes, name: str) -> object:
    """Return the value at the beginning of a file; behind it, a disk may have left what was there before."""
    text = decode(content)[0].lstrip()
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text)
        if HALF_PAIR.search(text):
            value = json.loads(encodable(json.dumps(value, ensure_ascii=False)))
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"{name} is not JSON, or cut short ({error})") from None
    return value


def is_too_large(content: bytes) -> bool:
    """Tell whether a file is more than a notebook may be, in bytes or in memory once it is read."""
    if len(content) > MAX_BYTES:
        return True
    return has_more(decode(content)[0], "[{", MAX_PARTS)


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


def cell_name(cell: NotebookNode) -> str:
    """Return what a cell of a lab is known by: its `grade_id`, or its id."""
    return grade_id(cell) or cell.id


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
    return lines_of(one) == lines_of(other)


def lines_of(source: str) -> list[str]:
    """Return the lines of a source, without what editors add to them or take away."""
    return [line.rstrip() for line in source.strip().splitlines()]


def without_hidden_tests(source: str) -> str:
    """Return the text of a test cell as students see it."""
    return HIDDEN_BLOCK.sub("", source).strip("\n")


def in_a_function(code: str) -> str:
    """Return the visible half of a test as a function that is called: its names take the place of no student's own."""
    try:
        if not ast.parse(code).body:
            return code
    except SyntaxError:  # a magic, which only a cell's own lines may hold
        return code
    texts = _lines_inside_texts(code)
    lines = [
        f"    {line}" if line and number not in texts else line for number, line in enumerate(code.split("\n"), start=1)
    ]
    return "\n".join(["def __test__():", *lines, "", "", "__test__()"])


def _lines_inside_texts(code: str) -> set[int]:
    """Return the numbers of the lines that begin inside a text of several lines, which indenting would change."""
    inside: set[int] = set()
    opened: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        first, last = token.start[0], token.end[0]
        if tokenize.tok_name[token.type] == "FSTRING_START":  # since Python 3.12, a formatted text is several tokens
            opened.append(first)
        elif tokenize.tok_name[token.type] == "FSTRING_END":
            inside.update(range(opened.pop() + 1, last + 1))
        elif token.type == tokenize.STRING:
            inside.update(range(first + 1, last + 1))
    return inside
