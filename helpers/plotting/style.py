"""Colours, sizes and text of every figure of the course, without touching matplotlib's global settings."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType

import matplotlib as mpl
import numpy as np

# Okabe & Ito, "Color Universal Design" (2008): eight colours told apart with every common colour blindness.
COLORS: Mapping[str, str] = MappingProxyType(
    {
        "blue": "#0072B2",
        "orange": "#D55E00",
        "green": "#009E73",
        "pink": "#CC79A7",
        "amber": "#E69F00",
        "sky": "#56B4E9",
        "yellow": "#F0E442",
        "black": "#000000",
    }
)
CYCLE = tuple(COLORS[name] for name in ("blue", "orange", "green", "pink", "amber", "sky", "black"))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
SEQUENTIAL = "cividis"  # perceptually uniform, made for colour-blind readers
WIDTH = 9.0  # inches: 900 px on the page, the width of a Colab cell

_RC = {
    "figure.facecolor": "white",
    "font.size": 12,
    "axes.titlesize": 13,
    "axes.labelsize": 12,
    "xtick.labelsize": 11,
    "ytick.labelsize": 11,
    "legend.fontsize": 11,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#DDDDDD",
    "axes.prop_cycle": mpl.cycler(color=CYCLE, marker=MARKERS),
    "lines.linewidth": 2,
    "lines.markersize": 5,
    "image.cmap": SEQUENTIAL,
}


def style() -> AbstractContextManager:
    """Return a context in which matplotlib draws in the course's style; the settings come back at its end."""
    return mpl.rc_context(_RC)


def to_numpy(values: object) -> np.ndarray:
    """Return an array, a tensor (on any device, with or without gradient) or a list of them as a NumPy array.

    Raises
    ------
    ValueError
        The items of a list have different shapes.
    """
    if isinstance(values, list | tuple):
        values = [_detach(value) for value in values]
    try:
        return np.asarray(_detach(values))
    except ValueError as error:
        raise ValueError("Figure : les éléments de la liste n'ont pas tous la même forme.") from error


def _detach(values: object) -> object:
    return values.detach().cpu().numpy() if hasattr(values, "detach") else values


def decimal_comma(value: float, position: object = None) -> str:
    """Format a tick of an axis the French way: 0.5 becomes « 0,5 »."""
    return f"{value:g}".replace(".", ",")


def french(number: float, digits: int = 2) -> str:
    """Write a number with a decimal comma: 0.5 becomes « 0,50 »."""
    return f"{number:.{digits}f}".replace(".", ",")
