"""Turn a notebook into HTML that holds nothing active, to be shown in a page."""

from __future__ import annotations

import json
import logging
import re
from functools import cache, lru_cache

import bleach
import nbformat
from bs4 import BeautifulSoup
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from pygments.formatters import HtmlFormatter

from instructor.budget import MAX_SECONDS, Budget
from instructor.notebooks import without_hidden_tests
from instructor.pages.formulas import with_formulas

TAGS = bleach.ALLOWED_TAGS | {
    *("br", "caption", "dd", "del", "details", "div", "dl", "dt", "h3", "h4", "h5", "h6", "hr", "img", "kbd", "p"),
    *("pre", "span", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"),
}
ATTRIBUTES = {
    "*": ["class"],
    "img": ["alt", "width", "height"],
    "td": ["colspan", "rowspan"],
    "th": ["colspan", "rowspan", "scope"],
}
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*")
LINK = re.compile(r"(https?://|mailto:)")
MAX_CHARACTERS = 100_000
MAX_CACHED = 500_000  # characters of a part that is kept for the next student
KINDS = ["text/html", "image/png", "image/jpeg", "text/markdown", "text/latex", "text/plain"]
NOT_DESCRIBED = "No description has been provided for this image"  # what nbconvert writes

# nbconvert warns of each picture without a description; nobody who writes feedback can add one.
_log = logging.getLogger("course.nbconvert")
_log.setLevel(logging.ERROR)


def render_notebook(notebook: NotebookNode) -> Markup:
    """Return a notebook as an HTML fragment whose headings begin at level 3.

    nbconvert renders it; what comes out goes through a list of allowed tags and attributes, so that scripts, frames,
    event handlers, styles and images fetched from elsewhere are gone whichever cell or output brought them. Formulas
    become MathML. Cells are rendered one by one, for a class has most of them in common; nothing but them is looked at,
    neither the notebook's metadata nor theirs, which Colab and students write as they like. What cannot be rendered, or
    not in time, is shown as it was written.
    """
    parts, budget = [], Budget(MAX_SECONDS)
    for cell in notebook.cells:
        source = NotebookNode(
            cell_type=cell.cell_type, metadata={}, id="source", source=_cut(without_hidden_tests(cell.source))
        )
        if "attachments" in cell:
            source.attachments = cell.attachments
        parts.append(_render(source, budget))
        if cell.get("outputs"):
            outputs = _shown(cell.outputs)
            shown = NotebookNode(cell_type="code", metadata={}, id="outputs", source="", outputs=outputs)
            parts.append(_render(shown, budget))
    return Markup("").join(parts)


def _shown(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return a copy of what a page can show of the outputs, none too long."""
    shown = []
    for output in map(NotebookNode, outputs):
        if "data" in output:
            output.metadata = NotebookNode()
            output.data = NotebookNode({kind: output.data[kind] for kind in KINDS if kind in output.data})
            if not output.data:
                continue
        _shorten(output)
        shown.append(output)
    return shown


def _render(cell: NotebookNode, budget: Budget) -> Markup:
    """Return half of a cell, what is in it or what it gave: apart, a class has more of them in common."""
    try:
        with budget.spend():
            text = json.dumps(cell)
            return _render_cached(text) if len(text) <= MAX_CACHED else _render_cached.__wrapped__(text)
    except Exception:  # whatever nbconvert meets in what it does not foresee, such as an image that is not attached
        return Markup("<pre>{}</pre>").format(cell.source or "[sortie impossible à afficher]")


@lru_cache(maxsize=256)
def _render_cached(text: str) -> Markup:
    cell = nbformat.from_dict(json.loads(text))
    if cell.cell_type == "code":
        cell = NotebookNode({"outputs": [], "execution_count": None} | cell)
    notebook = new_notebook(cells=[cell], metadata={"language_info": {"name": "python", "pygments_lexer": "ipython3"}})
    body, _ = _exporter(exclude_input=not cell.source).from_notebook_node(notebook)
    return Markup(with_formulas(clean(body)))


@cache
def _exporter(exclude_input: bool) -> HTMLExporter:
    exporter = HTMLExporter(
        template_name="basic",
        exclude_anchor_links=True,
        exclude_input=exclude_input,
        log=_log,
        default_preprocessors=[],
    )
    exporter.config.NbConvertBase.display_data_priority = KINDS
    return exporter


def highlighting_css() -> str:
    """Return the style sheet of highlighted code, whose colours contrast 4.5 to 1 or better with white."""
    return HtmlFormatter(style="xcode").get_style_defs(".highlight")


def clean(body: str) -> Markup:
    """Return `body` with only the tags, attributes and addresses that a page may hold."""
    soup = BeautifulSoup(body, "html.parser")
    for element in soup(["script", "style", "template", "noscript"]):
        element.decompose()
    for level in range(6, 0, -1):
        for heading in soup(f"h{level}"):
            heading.name = f"h{min(level + 2, 6)}"
    for image in soup("img"):
        if image.get("alt") in (None, NOT_DESCRIBED):
            image["alt"] = "image sans description"
        if not PICTURE.fullmatch(image.get("src", "")):
            image.replace_with(f"[{image['alt']}]")
    return Markup(
        bleach.clean(str(soup), tags=TAGS, attributes=_allowed, protocols={"http", "https", "mailto", "data"})
    )


def _allowed(tag: str, name: str, value: str) -> bool:
    """Tell whether a tag may keep an attribute; bleach asks for each."""
    if (tag, name) == ("img", "src"):
        return PICTURE.fullmatch(value) is not None
    if (tag, name) == ("a", "href"):
        return LINK.match(value) is not None
    return name in ATTRIBUTES["*"] + ATTRIBUTES.get(tag, [])


def _shorten(output: NotebookNode) -> None:
    """Replace what nobody could read whole, and would make the page too heavy, by its beginning."""
    if output.output_type == "stream":
        output.text = _beginning(output.text)
    elif output.output_type == "error":
        output.traceback = [_beginning(line) for line in output.traceback]
    for kind in [kind for kind, value in output.get("data", {}).items() if kind.startswith("text/")]:
        output.data[kind] = (_cut if kind == "text/html" else _beginning)(output.data[kind])


def is_too_long(text: str) -> bool:
    """Tell whether a text is too long to be rendered, without the pictures that are written in it."""
    return len(text) > MAX_CHARACTERS and len(PICTURE.sub("", text)) > MAX_CHARACTERS


def _cut(text: str) -> str:
    return _beginning(text) if is_too_long(text) else text


def _beginning(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"{text[:MAX_CHARACTERS]}\n[… {len(text) - MAX_CHARACTERS} caractères de plus …]"
