"""The graph of the exam network, as it is or after an intervention."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch

from helpers.plotting import display
from helpers.plotting.style import COLORS, style

# Letter: (centre of the disc, meaning, place of the meaning relative to the disc).
NODES = {
    "S": ((1.5, 3.0), "préparation\nsérieuse", "left"),
    "D": ((4.5, 3.0), "difficultés juste\navant l'examen", "right"),
    "R": ((0.0, 1.5), "entretien\nréussi", "left"),
    "G": ((3.0, 1.5), "note", "right"),
    "L": ((3.0, 0.0), "tableau\nd'honneur", "right"),
}
EDGES = (("S", "R"), ("S", "G"), ("D", "G"), ("G", "L"))
RADIUS = 0.38
GREY = "#999999"


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
        figure = Figure(figsize=(7.2, 4.2))
        ax = figure.subplots()
        for start, end in EDGES:
            _draw_arrow(ax, NODES[start][0], NODES[end][0], cut=end == do)
        for letter, (centre, meaning, side) in NODES.items():
            _draw_node(ax, letter, centre, meaning, side, is_set=letter == do)
        ax.set(xlim=(-1.9, 6.9), ylim=(-0.55, 3.6), aspect="equal")
        ax.set_axis_off()
    display.show(figure, _describe(do))


def _draw_node(ax, letter: str, centre: tuple[float, float], meaning: str, side: str, *, is_set: bool) -> None:
    color = COLORS["orange"] if is_set else COLORS["blue"]
    ax.add_patch(
        Circle(centre, RADIUS, facecolor=color if is_set else "white", edgecolor=color, linewidth=2.5, zorder=2)
    )
    ax.text(*centre, letter, ha="center", va="center", fontsize=17, color="white" if is_set else color, zorder=3)
    offset = RADIUS + 0.12
    x = centre[0] + (offset if side == "right" else -offset)
    text = f"{meaning}\nfixée : do({letter})" if is_set else meaning
    ax.text(x, centre[1], text, ha="left" if side == "right" else "right", va="center", fontsize=12)


def _draw_arrow(ax, start: tuple[float, float], end: tuple[float, float], *, cut: bool) -> None:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = (dx**2 + dy**2) ** 0.5
    ux, uy = dx / length * (RADIUS + 0.06), dy / length * (RADIUS + 0.06)
    color = GREY if cut else "black"
    ax.add_patch(
        FancyArrowPatch(
            (start[0] + ux, start[1] + uy),
            (end[0] - ux, end[1] - uy),
            arrowstyle="-|>",
            mutation_scale=18,
            linewidth=1.8,
            linestyle="--" if cut else "-",
            color=color,
            shrinkA=0,
            shrinkB=0,
            zorder=1,
        )
    )
    if cut:
        middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        ax.text(*middle, "✕", ha="center", va="center", fontsize=20, color=COLORS["orange"], zorder=3)


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
