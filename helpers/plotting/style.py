"""Colours and sizes of every figure of the course, without touching matplotlib's global settings."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType

import matplotlib as mpl

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
LIGHT_BLUE = "#E5F2FA"  # behind a black text
CYCLE = tuple(COLORS[name] for name in ("blue", "orange", "green", "pink", "amber", "sky", "black"))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
SEQUENTIAL = "cividis"  # perceptually uniform, made for colour-blind readers
WIDTH = 9.0  # inches: 900 px on the page, the width of a Colab cell

_RC = {
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
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
    # From the eighth on, lines are dashed.
    "axes.prop_cycle": mpl.cycler(linestyle=["-", "--"]) * mpl.cycler(color=CYCLE, marker=MARKERS),
    "lines.linewidth": 2,
    "lines.markersize": 5,
    "image.cmap": SEQUENTIAL,
}


def style() -> AbstractContextManager:
    """Return a context in which matplotlib draws in the course's style; the settings come back at its end."""
    return mpl.rc_context(_RC)
