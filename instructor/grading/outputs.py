"""Keep of a cell's outputs what can be written, read and shown."""

from __future__ import annotations

import json

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbformat.validator import isvalid

from helpers.criterion import MIME_TYPE

MAX_TEXT = 100_000
# All that a cell writes.
MAX_TEXTS = 1_000_000
# All the figures of a cell, some fifty, or all that it publishes, twenty of the largest values.
MAX_CHARACTERS = 20_000_000
MAX_OUTPUTS = 1000
MAX_KINDS = 50  # of one output: each is validated for itself
MAX_DEPTH = 20


def size(output: NotebookNode) -> int:
    """Return about how many characters an output takes."""
    if output.output_type == "stream":
        return len(output.text)
    return len(json.dumps(output))


def shorten(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return well-formed outputs only, with the head and the tail of each text and of the whole, and what was cut said.

    However much a cell shows, it does not push what it publishes out: that is counted apart.
    """
    kept: list[NotebookNode] = []
    for output in outputs:
        if not _is_sound(output):
            continue
        if kept and output.output_type == kept[-1].output_type == "stream" and output.name == kept[-1].name:
            kept[-1].text += output.text
        else:
            kept.append(output)
    for output in kept:
        _shorten_texts(output)
    published = [output for output in kept if MIME_TYPE in output.get("data", {})]
    shown = [output for output in kept if MIME_TYPE not in output.get("data", {})]
    texts = [output for output in shown if _is_text(output)]
    for some, limit in ((texts, MAX_TEXTS), (shown, MAX_CHARACTERS), (published, MAX_CHARACTERS)):
        kept = _without_middle(kept, some, limit)
    return kept


def _without_middle(outputs: list[NotebookNode], some: list[NotebookNode], limit: int) -> list[NotebookNode]:
    """Return `outputs` without the middle of `some` of them, which then take about `limit` characters at most.

    The first error stays, whatever surrounds it: it costs the cell its points.
    """
    error = next((output for output in outputs if output.output_type == "error"), None)
    shown = {id(output) for output in outputs}
    kept = [output for output in some if output is not error and id(output) in shown]
    total, dropped = sum(map(size, kept)), set()
    while total > limit or len(kept) > MAX_OUTPUTS:
        middle = kept.pop(len(kept) // 2)
        total -= size(middle)
        dropped.add(id(middle))
    if not dropped:
        return outputs
    first = next(index for index, output in enumerate(outputs) if id(output) in dropped)
    note = new_output("stream", name="stdout", text=f"\n[... {len(dropped)} outputs cut ...]\n")
    return [*outputs[:first], note, *(output for output in outputs[first:] if id(output) not in dropped)]


def _is_text(output: NotebookNode) -> bool:
    return all(kind.startswith("text/") for kind in output.get("data", {}))


def _shorten_texts(output: NotebookNode) -> None:
    if output.output_type == "stream":
        output.text = _shorten_text(output.text)
    elif output.output_type == "error":
        output.ename, output.evalue = _shorten_text(output.ename), _shorten_text(output.evalue)
        output.traceback = _shorten_text("\n".join(output.traceback)).split("\n")
    elif isinstance(output.data.get("text/plain"), str):
        output.data["text/plain"] = _shorten_text(output.data["text/plain"])


def _shorten_text(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    half = MAX_TEXT // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters cut ...]\n{text[-half:]}"


def _is_sound(output: NotebookNode) -> bool:
    if len(output.get("data", ())) > MAX_KINDS:
        return False
    return _is_shallow(output, MAX_DEPTH) and isvalid(output, ref="output", version=4)


def _is_shallow(value: object, depth: int) -> bool:
    """Tell whether nothing is nested deeper than `depth`: what walks through a value would stop on it."""
    if isinstance(value, dict):
        return depth > 0 and all(_is_shallow(item, depth - 1) for item in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_is_shallow(item, depth - 1) for item in value)
    return True
