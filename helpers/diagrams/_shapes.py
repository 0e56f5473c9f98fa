"""Boxes, discs and arrows that the diagrams are made of; one unit is one inch, 100 px on the page."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle
from matplotlib.path import Path

from helpers.plotting.style import COLORS, LIGHT_BLUE

Point = tuple[float, float]
BLUE, ORANGE, GREEN = COLORS["blue"], COLORS["orange"], COLORS["green"]
GREY = "#767676"
FAINT = "#C4C4C4"
TINTS = {BLUE: LIGHT_BLUE, ORANGE: "#FBE9DD", GREEN: "#DFF3EC", GREY: "#F2F2F2", FAINT: "#FAFAFA"}


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """Return an empty drawing of `width` by `height` inches, origin at the bottom left."""
    # The course's style lays figures out by itself, which would move the axes away from one unit an inch.
    figure = Figure(figsize=(width, height), layout="none")
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.set_axis_off()
    return figure, ax


def box(
    ax: Axes,
    centre: Point,
    text: str,
    color: str = BLUE,
    *,
    width: float = 0.8,
    height: float = 0.55,
    size: float = 12,
) -> None:
    """Draw a rounded box around a text."""
    # Matplotlib adds the padding, which makes the rounded corners, outside of the rectangle.
    corner = (centre[0] - width / 2 + 0.06, centre[1] - height / 2 + 0.06)
    ax.add_patch(
        FancyBboxPatch(
            corner,
            width - 0.12,
            height - 0.12,
            boxstyle="round,pad=0.06",
            facecolor=TINTS[color],
            edgecolor=color,
            linewidth=1.8,
            zorder=3,
        )
    )
    label(ax, centre, text, FAINT if color == FAINT else "black", size=size)


def rectangle(ax: Axes, corner: Point, width: float, height: float, color: str, *, dotted: bool = False) -> None:
    """Draw a plain rectangle from its bottom left corner: a bar, or a cell of a table."""
    line = ":" if dotted else "-"
    ax.add_patch(Rectangle(corner, width, height, facecolor=TINTS[color], edgecolor=color, linestyle=line))


def disc(
    ax: Axes, centre: Point, text: str, color: str = GREY, *, radius: float = 0.2, text_color: str = "black"
) -> None:
    """Draw a disc around a symbol; one whose text is white is filled with its colour."""
    face = color if text_color == "white" else "white"
    ax.add_patch(Circle(centre, radius, facecolor=face, edgecolor=color, linewidth=1.8, zorder=3))
    label(ax, centre, text, text_color, size=15)


def arrow(
    ax: Axes,
    points: Sequence[Point],
    color: str = GREY,
    *,
    dashed: bool = False,
    bridge: bool = False,
    width: float = 1.8,
) -> None:
    """Draw a broken line through `points`, with a head at its end; a bridge interrupts the lines that it crosses."""
    if bridge:
        ax.plot(*zip(*points, strict=True), color="white", linewidth=8, marker="", solid_capstyle="butt", zorder=2)
    ax.add_patch(
        FancyArrowPatch(
            path=Path(points),
            arrowstyle="-|>",
            mutation_scale=14,
            linewidth=width,
            linestyle=(0, (4, 2)) if dashed else "-",
            color=color,
            joinstyle="miter",
            capstyle="butt",
            zorder=2,
        )
    )


def dot(ax: Axes, point: Point, color: str) -> None:
    """Mark a place where a line branches."""
    ax.add_patch(Circle(point, 0.05, color=color, zorder=2))


def fit(word: str, width: float, size: float = 12) -> str:
    """Cut a word that is wider than `width` inches (a character takes about 0.62 of its size)."""
    most = int(width * 72 / (0.62 * size))
    return word if len(word) <= most else f"{word[: most - 1]}…"


def label(ax: Axes, centre: Point, text: str, color: str = "black", *, size: float = 12, align: str = "center") -> None:
    """Write a text (mathtext between dollars)."""
    ax.text(*centre, text, ha=align, va="center", fontsize=size, color=color, zorder=4, linespacing=1.25)
