"""Display a figure together with its alternative text."""

from __future__ import annotations

import base64
import html
import io

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure

_PIXELS_PER_INCH = 100  # on the page
_SHARPNESS = 1.5  # pixels of the image per pixel of the page: still sharp on a dense screen


class _DescribedImage:
    """A PNG whose description a screen reader finds.

    An `<img>` in HTML is used, and not `image/png` with an `alt` in its metadata, because Colab and JupyterLab
    ignore that metadata while both, like nbconvert, keep the attribute.
    """

    def __init__(self, png: bytes, alt: str):
        self.png = png
        self.alt = alt

    def __repr__(self) -> str:
        return f"[Figure : {self.alt}]"

    def _repr_html_(self) -> str:
        width = int.from_bytes(self.png[16:20], "big")  # in the PNG header
        return (
            f'<img alt="{html.escape(self.alt)}" width="{round(width / _SHARPNESS)}" style="max-width: 100%" '
            f'src="data:image/png;base64,{base64.b64encode(self.png).decode()}">'
        )


def show(figure: Figure, alt: str) -> None:
    """Display `figure` as an image with an alternative text, and close it.

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
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=_PIXELS_PER_INCH * _SHARPNESS, bbox_inches="tight", pad_inches=0.05)
    plt.close(figure)
    display(_DescribedImage(buffer.getvalue(), " ".join(alt.split())))
