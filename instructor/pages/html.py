"""Turn a notebook into HTML that holds nothing active, to be shown in a page."""

from __future__ import annotations

import json
import logging
import re
from functools import cache, lru_cache

import nbformat
import nh3
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from pygments.formatters import HtmlFormatter
from pygments.token import STANDARD_TYPES

from instructor.budget import MAX_SECONDS, Budget
from instructor.notebooks import without_hidden_tests
from instructor.pages.formulas import with_formulas

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl", "dt", "em", "hr"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "i", "img", "kbd", "li", "ol", "p", "pre", "span", "strong", "sub"),
    *("summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
}
REMOVED = {"noscript", "script", "style", "template"}  # with what is in them
ATTRIBUTES = {
    "a": {"href"},
    "img": {"alt", "height", "src", "width"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
# A page's own classes would let a hand-in draw a mark that looks like the page's.
CLASSES = {"div": {"highlight", "output_subarea", "text_cell_render"}, "span": {*STANDARD_TYPES.values()} - {""}}
CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=REMOVED,
    attributes=ATTRIBUTES,
    allowed_classes=CLASSES,
    url_schemes={"http", "https", "mailto", "data"},
    url_relative="deny",
    link_rel=None,
)
# What is no tag of ours is text before a parser sees it: svg, math and forms, whose rules an attack needs, never begin,
# and a tag without an end would take all that follows.
NO_TAG = re.compile(rf"<(?!!--|/?(?:{'|'.join(TAGS | REMOVED)})(?:[ \t\n\f\r/][^<>]*)?>)", re.IGNORECASE)
# A paragraph takes up all that the one before left open, but only three alike: without attributes, all are alike.
CARRIED_OVER = re.compile(r"<(b|code|em|i|strong)[ \t\n\f\r/][^>]*", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\r\n]*")
# In what nh3 returns, a value stands in double quotes and holds neither these nor angle brackets.
OTHER_LINK = re.compile(r'<a (?!href="(?:https?://|mailto:)[^"]*">)[^>]*>')
IMAGE = re.compile(r"<img\b[^>]*>")
ATTRIBUTE = re.compile(r' (\w+)="([^"]*)"')
HEADING = re.compile(r"(?<=[</]h)[1-6](?=>)")
# No signal interrupts nh3, and what is nested takes it the square of its depth: four seconds for as much as this.
MAX_TAGS = 30_000
MAX_BODY = 500_000
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
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        log=_log,
        default_preprocessors=[],
    )
    exporter.config.NbConvertBase.display_data_priority = KINDS
    return exporter


def highlighting_css() -> str:
    """Return the style sheet of highlighted code, whose colours contrast 4.5 to 1 or better with white."""
    return HtmlFormatter(style="xcode").get_style_defs(".highlight")


def clean(body: str) -> Markup:
    """Return `body` with only the tags, attributes and addresses that a page may hold.

    Raises
    ------
    ValueError
        It is too long or has too many tags, at first or once what is carried over has been written out.
    """
    # As one word: the lines of a picture, written outside its quotes, would be as many attributes.
    body = PICTURE.sub(lambda picture: "".join(picture[0].split()), body)
    body = CARRIED_OVER.sub(r"<\1", NO_TAG.sub("&lt;", body))
    cleaned = _bounded(CLEANER.clean(_bounded(body)))
    cleaned = IMAGE.sub(_image, OTHER_LINK.sub("<a>", cleaned))
    return Markup(HEADING.sub(lambda level: str(min(int(level[0]) + 2, 6)), cleaned))


def _bounded(body: str) -> str:
    if body.count("<") > MAX_TAGS or is_too_long(body, MAX_BODY):
        raise ValueError(f"more than {MAX_TAGS} tags or {MAX_BODY} characters")
    return body


def _image(tag: re.Match) -> str:
    """Return a picture with a description, or the description alone of one that is not in the page."""
    attributes = dict(ATTRIBUTE.findall(tag[0]))
    if attributes.get("alt") in (None, NOT_DESCRIBED):
        attributes["alt"] = "image sans description"
    if not PICTURE.fullmatch(attributes.get("src", "")):
        return f"[{attributes['alt']}]"
    return "".join(["<img", *(f' {name}="{value}"' for name, value in attributes.items()), ">"])


def _shorten(output: NotebookNode) -> None:
    """Replace what nobody could read whole, and would make the page too heavy, by its beginning."""
    if output.output_type == "stream":
        output.text = _beginning(output.text)
    elif output.output_type == "error":
        output.traceback = [_beginning(line) for line in output.traceback]
    for kind in [kind for kind, value in output.get("data", {}).items() if kind.startswith("text/")]:
        output.data[kind] = (_cut if kind == "text/html" else _beginning)(output.data[kind])


def is_too_long(text: str, limit: int = MAX_CHARACTERS) -> bool:
    """Tell whether a text is too long to be rendered, without the pictures that are written in it."""
    return len(text) > limit and len(PICTURE.sub("", text)) > limit


def _cut(text: str) -> str:
    return _beginning(text) if is_too_long(text) else text


def _beginning(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"{text[:MAX_CHARACTERS]}\n[… {len(text) - MAX_CHARACTERS} caractères de plus …]"
