"""Rebuild a notebook from whatever holds its cells.

Editors write what the schema of the format refuses: cells without outputs, ids with a space, unknown keys.
Grading reads kinds, sources and the names that nbgrader gives; the rest is made what readers expect.
"""

from __future__ import annotations

import json
import re

from nbformat import NotebookNode, from_dict

MAX_DEPTH = 60  # of what is in metadata or an output: deeper, Python's own limit would end whoever reads it
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
RAN = {"outputs", "execution_count", "input", "prompt_number"}  # keys of a cell that holds code
KINDS = {"pyout": "execute_result", "pyerr": "error"}  # in version 3
MIME_TYPES = {"text": "text/plain", "html": "text/html", "latex": "text/latex", "svg": "image/svg+xml"}
MIME_TYPES |= {"png": "image/png", "jpeg": "image/jpeg"}
# A value of another type is left out, under these names which Jupyter gives a meaning to.
NOTEBOOK_METADATA = {"kernelspec": dict, "language_info": dict, "title": str, "authors": list, "orig_nbformat": int}
CELL_METADATA = {"tags": list, "name": str, "jupyter": dict, "execution": dict, "format": str}
CELL_METADATA |= {"collapsed": bool, "deletable": bool, "editable": bool, "nbgrader": dict}


def decode(content: bytes) -> tuple[str, bool]:
    """Return the text of a JSON file, and whether it is the UTF-8 that Jupyter writes.

    What is no UTF-8 is read as the code page of Windows, byte by byte: the rest of the file may well be.
    """
    encoding = json.detect_encoding(content)
    if not encoding.startswith("utf-8"):
        return content.decode(encoding, "replace"), False
    text = content.decode(encoding, "surrogateescape")
    mended = re.sub("[\udc80-\udcff]+", lambda found: _of_windows(found[0]), text)
    return mended, mended == text


def _of_windows(escaped: str) -> str:
    return escaped.encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def rebuild(content: object) -> NotebookNode | None:
    """Return the notebook that `content`, read from JSON, holds the cells of; None where it holds none."""
    if isinstance(content, dict) and isinstance(content.get("content"), dict):
        content = content["content"]  # as Jupyter's server hands a file over
    cells = _find_cells(content)
    if cells is None:
        return None
    metadata = content.get("metadata") if isinstance(content, dict) else {}
    notebook = NotebookNode(nbformat=4, nbformat_minor=5, metadata=_notebook_metadata(metadata), cells=[])
    taken: set[str] = set()
    for number, raw in enumerate(cells, start=1):
        cell = _cell(raw)
        cell.id = _free_id(cell.id, number, taken)
        notebook.cells.append(cell)
    return notebook


def _find_cells(content: object) -> list[dict] | None:
    """Return what describes the cells, of version 4 or of the worksheets of version 3; None where nothing does."""
    if isinstance(content, dict) and isinstance(content.get("worksheets"), list):
        sheets = [sheet for sheet in content["worksheets"] if isinstance(sheet, dict)]
        found = [cell for sheet in sheets for cell in sheet.get("cells") or []]
    else:
        found = content.get("cells") if isinstance(content, dict) else content
    if not isinstance(found, list):
        return None
    cells = [cell for cell in found if isinstance(cell, dict) and {"cell_type", "source", "input"} & cell.keys()]
    return cells if cells or (not found and isinstance(content, dict)) else None


def _cell(raw: dict) -> NotebookNode:
    kind = str(raw.get("cell_type")).lower()
    metadata = _checked(raw.get("metadata"), CELL_METADATA)
    if not isinstance(metadata.get("nbgrader", {"grade_id": ""}).get("grade_id"), str):
        del metadata["nbgrader"]  # nbgrader never writes this, and nothing that reads it expects it
    if "tags" in metadata:
        metadata["tags"] = list(dict.fromkeys(tag for tag in metadata["tags"] if isinstance(tag, str)))
    source = _text(raw.get("source", raw.get("input")))
    cell = NotebookNode(cell_type=kind, id=raw.get("id", metadata.get("id")), metadata=from_dict(metadata))
    if kind == "code" or (kind not in ("markdown", "raw", "heading", "html") and RAN & raw.keys()):
        cell.update(cell_type="code", source=source, execution_count=_count(raw.get("execution_count")))
        outputs = raw.get("outputs")
        cell.outputs = [one for raw in outputs if (one := _output(raw))] if isinstance(outputs, list) else []
    elif kind == "heading":
        cell.update(cell_type="markdown", source=f"{'#' * (_count(raw.get('level')) or 1)} {source}")
    else:
        cell.update(cell_type="raw" if kind == "raw" else "markdown", source=source)
        attached = {name: _bundle(data) for name, data in _dict(raw.get("attachments")).items()}
        if attached:
            cell.attachments = from_dict(attached)
    return cell


def _free_id(wanted: object, number: int, taken: set[str]) -> str:
    """Return an id that no cell above has: the one in the file where that is one."""
    free = wanted if isinstance(wanted, str) and ID.fullmatch(wanted) else f"cell-{number}"
    while free in taken:
        free = f"{free[:50]}-{number}"
    taken.add(free)
    return free


def _output(raw: object) -> NotebookNode | None:
    """Return what a cell showed, None for what is no output."""
    raw = _dict(raw)
    kind = KINDS.get(str(raw.get("output_type")), raw.get("output_type"))
    output = NotebookNode(output_type=kind)
    if kind == "stream":
        name = "stderr" if "stderr" in (raw.get("name"), raw.get("stream")) else "stdout"
        return NotebookNode(output, name=name, text=_text(raw.get("text")))
    if kind == "error":
        lines = raw.get("traceback") if isinstance(raw.get("traceback"), list) else []
        output.update(ename=_text(raw.get("ename")), evalue=_text(raw.get("evalue")), traceback=list(map(_text, lines)))
        return output
    if kind not in ("display_data", "execute_result"):
        return None
    data = raw["data"] if "data" in raw else {MIME_TYPES[key]: raw[key] for key in MIME_TYPES.keys() & raw.keys()}
    output.update(data=from_dict(_bundle(data)), metadata=from_dict(_bounded(_dict(raw.get("metadata")))))
    if kind == "execute_result":
        output.execution_count = _count(raw.get("execution_count", raw.get("prompt_number")))
    return output


def _bundle(data: object) -> dict:
    """Return what is shown, by type: text, or any value for the types of JSON."""
    return {
        kind: _bounded(value) if kind.endswith("json") else _text(value)
        for kind, value in _dict(data).items()
        if kind.endswith("json") or isinstance(value, str | list)
    }


def _text(value: object) -> str:
    r"""Return a text, whole or in lines, however its lines end; some editors write no "\n" at the end of a line."""
    if isinstance(value, list):
        lines = [line for line in value if isinstance(line, str)]
        value = ("" if any(line.endswith(("\n", "\r")) for line in lines) else "\n").join(lines)
    return "" if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n")


def _notebook_metadata(raw: object) -> NotebookNode:
    metadata = _checked(raw, NOTEBOOK_METADATA)
    for key in ("kernelspec", "language_info"):
        if key in metadata and not isinstance(metadata[key].get("name"), str):
            del metadata[key]
    if "kernelspec" in metadata:
        kernel = metadata["kernelspec"]
        kernel["display_name"] = _text(kernel.get("display_name", kernel["name"]))
    return from_dict(metadata)


def _checked(raw: object, types: dict[str, type]) -> dict:
    return {key: _bounded(value) for key, value in _dict(raw).items() if isinstance(value, types.get(key, object))}


def _bounded(value: object, left: int = MAX_DEPTH) -> object:
    """Return a value of JSON without what is nested too deep in it."""
    if isinstance(value, dict):
        return {key: _bounded(one, left - 1) for key, one in value.items()} if left else {}
    if isinstance(value, list):
        return [_bounded(one, left - 1) for one in value] if left else []
    return value


def _dict(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
