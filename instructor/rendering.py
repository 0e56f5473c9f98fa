"""Turn a notebook into HTML that holds nothing active, to be shown in a page."""

from __future__ import annotations

import copy
import logging
import re
from functools import cache

import bleach
from bs4 import BeautifulSoup
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter

from instructor.mathml import with_formulas
from instructor.notebooks import without_hidden_tests

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
KINDS = ["text/html", "image/png", "image/jpeg", "text/markdown", "text/latex", "text/plain"]
NOT_DESCRIBED = "No description has been provided for this image"  # what nbconvert writes

# nbconvert warns of each picture without a description; nobody who writes feedback can add one.
_log = logging.getLogger("course.nbconvert")
_log.setLevel(logging.ERROR)


def render_notebook(notebook: NotebookNode) -> Markup:
    """Return a notebook as an HTML fragment whose headings begin at level 3.

    nbconvert renders it; what comes out goes through a list of allowed tags and attributes, so that scripts, frames,
    event handlers, styles and images fetched from elsewhere are gone whichever cell or output brought them. Formulas
    become MathML.
    """
    notebook = copy.deepcopy(notebook)
    notebook.metadata.pop("widgets", None)  # Colab saves them without the `state` that nbconvert looks up
    for cell in notebook.cells:
        cell.source = without_hidden_tests(cell.source)
        if cell.cell_type == "code":
            cell.outputs = [
                output for output in cell.outputs if "data" not in output or not output.data.keys().isdisjoint(KINDS)
            ]
            for output in cell.outputs:
                _shorten(output)
    body, _ = _exporter().from_notebook_node(notebook)
    return Markup(with_formulas(clean(body)))


@cache
def _exporter() -> HTMLExporter:
    exporter = HTMLExporter(template_name="basic", exclude_anchor_links=True, log=_log)
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
        if kind != "text/html" or len(PICTURE.sub("", output.data[kind])) > MAX_CHARACTERS:
            output.data[kind] = _beginning(output.data[kind])


def _beginning(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"{text[:MAX_CHARACTERS]}\n[… {len(text) - MAX_CHARACTERS} caractères de plus …]"
