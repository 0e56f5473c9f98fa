"""Sphinx's configuration of both sites: English for teachers and maintainers, French (`-t fr`) for students."""

import html
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from docutils import nodes
from sphinx.errors import ExtensionError

from instructor.course import Course
from instructor.pages.formulas import with_formulas

FRENCH = tags.has("fr")  # noqa: F821 - Sphinx defines it
REPOSITORY = Course(Path(__file__).parents[1]).repository

project = "Travaux pratiques d'apprentissage profond" if FRENCH else "Deep learning labs"
language = "fr" if FRENCH else "en"
extensions = ["myst_nb"]
exclude_patterns = ["README.md", "labs_table.md"]  # included in pages
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"
highlight_language = "none"
suppress_warnings = ["myst.header"]  # a page may include another's section

html_theme = "sphinx_book_theme"
html_title = project
html_use_index = False
html_copy_source = False
html_show_sphinx = False
html_copyright = ""
html_show_copyright = False
html_permalinks_icon = "#"
templates_path = [str(Path(__file__).with_name("templates"))]
html_static_path = [str(Path(__file__).with_name("site.css"))]
html_css_files = ["site.css"]
html_sidebars = {
    "**": ["masthead.html", "search-button-field.html", "sbt-sidebar-nav.html"],
}
html_context = {"french": FRENCH, "repository": REPOSITORY}
html_theme_options = {
    "logo": {"text": project},
    "use_download_button": False,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def visit_math(translator, node):
    """Write a formula as MathML, which needs neither a script nor another host."""
    dollars = "$$" if isinstance(node, nodes.math_block) else "$"
    written = f"{dollars}{html.escape(node.astext().strip(), quote=False)}{dollars}"
    drawn = with_formulas(written)
    if drawn == written:
        raise ExtensionError(f"a formula cannot be drawn: {node.astext()}")
    translator.body.append(f'<div class="formula" tabindex="0">{drawn}</div>' if dollars == "$$" else drawn)
    raise nodes.SkipNode


def setup(app):
    """Register the formulas, which Sphinx would otherwise leave to MathJax."""
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math, None))


html_math_renderer = "mathml"
