"""Display a figure together with its alternative text."""

from __future__ import annotations

import base64
import html
import io

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter
from PIL import Image

from helpers.french import decimal_comma

_PIXELS_PER_INCH = 100  # on the page
_SHARPNESS = 1.5  # pixels of the image per pixel of the page: still sharp on a dense screen
_COLORS_OF_A_DRAWING = 1 << 14  # at most; photographs have more


class _DescribedImage:
    """A PNG whose description a screen reader finds.

    Colab and JupyterLab ignore the `alt` in the metadata of `image/png`, but keep the one of an `<img>` in HTML.
    `image/png` goes along for what shows no HTML from a notebook: sanitised pages, LaTeX.
    """

    def __init__(self, png: bytes, alt: str):
        self.data = base64.b64encode(png).decode()
        self.width = round(int.from_bytes(png[16:20], "big") / _SHARPNESS)  # the header of a PNG holds its width
        self.alt = alt

    def __repr__(self) -> str:
        return f"[Figure : {self.alt}]"

    def _repr_html_(self) -> str:
        source = f"data:image/png;base64,{self.data}"
        alt = html.escape(self.alt)
        return f'<img alt="{alt}" width="{self.width}" style="max-width: 100%" src="{source}">'

    def _repr_png_(self) -> tuple[str, dict]:
        return self.data, {"alt": self.alt, "width": self.width}


def show(figure: Figure, alt: str) -> None:
    """Display `figure` as an image with an alternative text, and close it; its ticks have a decimal comma.

    Outside a notebook the alternative text is printed in place of the image.

    Parameters
    ----------
    figure
        Made with or without pyplot.
    alt
        What a reader who cannot see the figure must know: the kind of figure and what it shows.

    Raises
    ------
    TypeError
        `figure` is not a matplotlib figure.
    ValueError
        `alt` is empty.
    """
    if not isinstance(figure, Figure):
        raise TypeError(
            f"show : on attend une figure matplotlib, pas {type(figure).__name__}. "
            "Passez la figure (par exemple `ax.figure`), et non le tracé."
        )
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(
            "show : le texte de remplacement `alt` est vide. Décrivez en une phrase ce que montre la figure."
        )
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            if type(axis.get_major_formatter()) is ScalarFormatter:
                axis.set_major_formatter(decimal_comma)
    png = _render(figure)
    plt.close(figure)
    display(_DescribedImage(png, " ".join(alt.split())))


def _render(figure: Figure) -> bytes:
    """Return the figure as a PNG, with a palette unless it holds photographs: a third of the size in the notebook."""
    drawn, compressed = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=_PIXELS_PER_INCH * _SHARPNESS, bbox_inches="tight", pad_inches=0.05)
    image = Image.open(drawn).convert("RGB")
    if image.getcolors(_COLORS_OF_A_DRAWING):
        image = image.quantize(256)
    image.save(compressed, format="png")
    return compressed.getvalue()
