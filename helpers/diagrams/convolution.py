"""Where the window of a convolution stops along one side of an image."""

from __future__ import annotations

from helpers.diagrams._shapes import BLUE, GREY, ORANGE, box, canvas, label
from helpers.plotting import display
from helpers.plotting.style import WIDTH, style

MOST_CELLS = 18
CELL = 0.45


def convolution_positions(n: int, kernel: int, stride: int, padding: int) -> None:
    """Display a row of `n` pixels, its padding and every position that the window of a convolution takes.

    Parameters
    ----------
    n, kernel, stride, padding
        Pixels, width of the window, step between two positions, zeros added on each side.

    Raises
    ------
    ValueError
        The window does not fit, or the row is too long to be read.
    """
    length = n + 2 * padding
    if not 1 <= kernel <= length <= MOST_CELLS or stride < 1:
        raise ValueError(
            f"convolution_positions : il faut 1 ≤ kernel ≤ n + 2 × padding ≤ {MOST_CELLS} et stride ≥ 1 ; reçu "
            f"n = {n}, kernel = {kernel}, stride = {stride}, padding = {padding}."
        )
    starts = list(range(0, length - kernel + 1, stride))
    with style():
        figure, ax = canvas(WIDTH, 1.15 + CELL * len(starts))
        left, top = (WIDTH - CELL * length) / 2, 0.75 + CELL * len(starts)
        for i in range(length):
            is_padding = not padding <= i < padding + n
            text = "0" if is_padding else str(i - padding + 1)
            centre = (left + CELL * (i + 0.5), top)
            box(ax, centre, text, GREY if is_padding else BLUE, width=CELL, height=CELL, size=11)
        for row, start in enumerate(starts):
            centre = (left + CELL * (start + kernel / 2), top - CELL * (row + 1.1))
            text = f"position {row + 1}" if kernel >= 3 else str(row + 1)
            box(ax, centre, text, ORANGE, width=CELL * kernel, height=0.8 * CELL, size=11)
        moves = len(starts) - 1
        label(ax, (WIDTH / 2, 0.2), f"{moves} déplacements de {stride}, donc {moves} + 1 = {len(starts)} positions")
    display.show(
        figure,
        f"Une ligne de {n} pixels, entourée de {padding} zéro(s) de chaque côté. Une fenêtre de largeur {kernel} y "
        f"avance de {stride} en {stride} : après sa place de départ elle se déplace {moves} fois, et prend donc "
        f"{len(starts)} positions.",
    )
