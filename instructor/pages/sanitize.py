"""What the formgrader shows of a hand-in, without what would act on the teacher's own Jupyter."""

from __future__ import annotations

import re
import textwrap
from functools import lru_cache

from nbconvert.filters import markdown2html_mistune
from nbformat import NotebookNode

from instructor.budget import MAX_SECONDS, Budget
from instructor.pages.html import clean, is_too_long

# Both are looked for from the first of several marks only: a text of nothing else would take the square of its length.
MARKDOWN_IMAGE = re.compile(r"(?<!!)!+(?=\[)")
# What MathJax turns into links, styles and attributes.
ACTIVE_TEX = re.compile(r"(?<!\\)\\+(?=(href|url|style|class|cssId|data|require|bbox|mmlToken|html\w*)\b)")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
MAX_CACHED = 20_000  # characters of a text that is kept for the next student


def sanitize(notebook: NotebookNode) -> None:
    """Take active content out of a notebook; what takes too long is shown as it was written, its outputs as text."""
    budget = Budget(MAX_SECONDS)
    for cell in notebook.cells:
        try:
            with budget.spend():
                _sanitize(cell)
        except Exception:  # too long, or whatever the page would stop at
            if cell.cell_type == "code":
                cell.outputs = [output for output in map(_as_text, cell.outputs) if output.get("data", True)]
            else:
                cell.source = textwrap.indent(_without_active_markdown(cell.source), "    ", lambda line: True)


def _as_text(output: NotebookNode) -> NotebookNode:
    if "data" in output:
        text = output.data.get("text/plain")
        output.metadata = NotebookNode()
        output.data = NotebookNode({"text/plain": text} if isinstance(text, str) else {})
    return output


def _sanitize(cell: NotebookNode) -> None:
    if cell.cell_type != "code":
        cell.source = _clean_markdown(cell.source)
        return
    for output in cell.outputs:
        if "data" in output:
            # The page holds pictures, their sizes and their descriptions as they are written here.
            output.metadata = NotebookNode()
            output.data = NotebookNode(_clean_data(output.data))
    cell.outputs = [output for output in cell.outputs if output.get("data", True)]


def _clean_data(data: dict) -> dict:
    """Return what can be shown of an output, by its type."""
    cleaned = {kind: clean_one(data[kind]) for kind, clean_one in CLEANED_BY.items() if kind in data}
    return {kind: value for kind, value in cleaned.items() if value}


def _clean_picture(text: str) -> str:
    return text if BASE64.fullmatch(text) else ""


def _clean_markdown(text: str) -> str:
    if is_too_long(text):
        raise ValueError("too long to be rendered")
    return _clean_cached(text) if len(text) <= MAX_CACHED else _clean_cached.__wrapped__(text)


@lru_cache(maxsize=1000)
def _clean_cached(text: str) -> str:
    """Sanitise, and render as the page will: what cannot be rendered, or not in time, would stop the page."""
    cleaned = _clean_html(text)
    markdown2html_mistune(cleaned)
    return cleaned


def _clean_html(text: str) -> str:
    """Sanitise first: entities and comments, which hide what is active, are gone from what that returns."""
    return _without_active_markdown(str(clean(text)))


def _without_active_markdown(text: str) -> str:
    return ACTIVE_TEX.sub("", MARKDOWN_IMAGE.sub("", text))


CLEANED_BY = {
    "text/plain": str,
    "text/html": _clean_html,
    "text/markdown": _clean_markdown,
    "image/png": _clean_picture,
    "image/jpeg": _clean_picture,
}
