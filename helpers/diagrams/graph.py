"""The graph of the exam network, as it is or after an intervention."""

from __future__ import annotations

import math

from matplotlib.axes import Axes

from helpers.diagrams._shapes import BLUE, GREY, ORANGE, Point, arrow, canvas, disc, label
from helpers.plotting import display
from helpers.plotting.style import style

# Letter: (centre of the disc, meaning, place of the meaning relative to the disc).
NODES = {
    "S": ((2.72, 2.84), "préparation\nsérieuse", "left"),
    "D": ((5.12, 2.84), "difficultés juste\navant l'examen", "right"),
    "R": ((1.52, 1.64), "entretien\nréussi", "left"),
    "G": ((3.92, 1.64), "note", "right"),
    "L": ((3.92, 0.44), "tableau\nd'honneur", "right"),
}
EDGES = (("S", "R"), ("S", "G"), ("D", "G"), ("G", "L"))
RADIUS = 0.3


def bayes_net(do: str | None = None) -> None:
    """Display the five variables of the exam network and its arrows.

    Parameters
    ----------
    do
        Letter of a variable set from outside: the arrows that enter it are drawn as cut.

    Raises
    ------
    ValueError
        `do` is not one of the five letters.
    """
    if do is not None and do not in NODES:
        raise ValueError(
            f"bayes_net : « {do} » n'est pas une variable du réseau ; choisissez parmi {', '.join(NODES)}."
        )
    with style():
        figure, ax = canvas(7.05, 3.4)
        for start, end in EDGES:
            _draw_arrow(ax, NODES[start][0], NODES[end][0], cut=end == do)
        for letter, (centre, meaning, side) in NODES.items():
            _draw_node(ax, letter, centre, meaning, side, is_set=letter == do)
    display.show(figure, _describe(do))


def _draw_node(ax: Axes, letter: str, centre: Point, meaning: str, side: str, *, is_set: bool) -> None:
    color = ORANGE if is_set else BLUE
    disc(ax, centre, letter, color, radius=RADIUS, text_color="white" if is_set else color)
    offset = RADIUS + 0.1
    beside = centre[0] + (offset if side == "right" else -offset), centre[1]
    text = f"{meaning}\nfixée : do({letter})" if is_set else meaning
    label(ax, beside, text, align="left" if side == "right" else "right")


def _draw_arrow(ax: Axes, start: Point, end: Point, *, cut: bool) -> None:
    """Draw an arrow from the edge of a disc to the edge of another."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    share = (RADIUS + 0.05) / math.hypot(dx, dy)
    ends = [(start[0] + share * dx, start[1] + share * dy), (end[0] - share * dx, end[1] - share * dy)]
    arrow(ax, ends, GREY if cut else "black", dashed=cut)
    if cut:
        label(ax, ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2), "✕", ORANGE, size=20)


def _describe(do: str | None) -> str:
    kept = ", ".join(f"{start} vers {end}" for start, end in EDGES if end != do)
    meanings = ", ".join(f"{letter} ({meaning.replace(chr(10), ' ')})" for letter, (_, meaning, _) in NODES.items())
    text = f"Graphe du réseau bayésien de l'examen. Variables : {meanings}. Flèches : {kept}."
    if do is None:
        return text
    cut = ", ".join(f"{start} vers {end}" for start, end in EDGES if end == do)
    return f"{text} {do} est fixée de l'extérieur ; " + (
        f"flèches coupées : {cut}." if cut else "aucune flèche n'y entrait."
    )
