"""Computational graphs of the models that are differentiated by hand: values go forward, gradients come back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from helpers.diagrams._shapes import BLUE, GREEN, GREY, ORANGE, arrow, box, canvas, label
from helpers.plotting import display
from helpers.plotting.style import WIDTH, style


class Step(NamedTuple):
    """One operation of the chain: what it is, its second input (parameters or labels) and its result."""

    operation: str
    second_input: str
    is_learned: bool
    result: str


def logistic_regression_graph() -> None:
    """Display multinomial logistic regression as a chain of three operations, with the gradients that come back."""
    steps = [
        Step("produit\nmatriciel", "W", True, "z"),
        Step("softmax", "", False, r"\hat{y}"),
        Step("entropie\ncroisée", "y", False, "L"),
    ]
    with style():
        figure = _draw_chain(r"\tilde{x}", steps)
    display.show(
        figure,
        "Graphe de calcul de la régression logistique. Vers l'avant : l'entrée augmentée x tilde et les poids W "
        "donnent les logits z ; le softmax donne les probabilités y chapeau ; l'entropie croisée les compare "
        "aux étiquettes y et donne la perte L. Vers l'arrière : le gradient de L par rapport à y chapeau, puis à z, "
        "puis à W.",
    )


def mlp_graph(n_hidden_layers: int = 2) -> None:
    """Display the forward and backward passes of a multilayer perceptron with ReLU and softmax.

    Parameters
    ----------
    n_hidden_layers
        One or two: more would not be readable.

    Raises
    ------
    ValueError
        `n_hidden_layers` is neither 1 nor 2.
    """
    if n_hidden_layers not in (1, 2):
        raise ValueError(f"mlp_graph : {n_hidden_layers} couches cachées ne se dessinent pas ; choisissez 1 ou 2.")
    last = n_hidden_layers + 1
    steps = []
    for layer in range(1, last + 1):
        steps.append(Step("affine", rf"W_{layer},\,b_{layer}", True, f"a_{layer}"))
        if layer < last:
            steps.append(Step("ReLU", "", False, f"h_{layer}"))
    steps.append(Step("softmax,\nentropie\ncroisée", "y", False, "L"))
    with style():
        figure = _draw_chain("x", steps)
    chain = ", ".join(f"couche affine {k} (poids W_{k}, biais b_{k}) puis ReLU" for k in range(1, last))
    display.show(
        figure,
        f"Graphe de calcul d'un perceptron à {n_hidden_layers} couche{'s' if n_hidden_layers > 1 else ''} "
        f"cachée{'s' if n_hidden_layers > 1 else ''}. Vers l'avant : x, {chain}, couche affine {last}, puis softmax et "
        "entropie croisée avec les étiquettes y, qui donnent la perte L. Vers l'arrière, le gradient de L parcourt la "
        "même chaîne en sens inverse et, à chaque couche affine, donne aussi le gradient par rapport à W et b.",
    )


def _draw_chain(source: str, steps: Sequence[Step]):
    """Draw operations in a row: values above in blue, gradients below in orange and dashed."""
    pitch = (WIDTH - 1.1) / len(steps)
    width, y = 0.63 * pitch, 2.35
    figure, ax = canvas(WIDTH, 4.05)
    box(ax, (0.3, y), f"${source}$", GREY, width=0.5)
    previous_edge, value = 0.55, source
    for index, step in enumerate(steps):
        x = 0.55 + (index + 1) * pitch - width / 2
        left, middle = x - width / 2, (previous_edge + x - width / 2) / 2
        arrow(ax, [(previous_edge, y + 0.16), (left, y + 0.16)], BLUE)
        if index:
            arrow(ax, [(left, y - 0.16), (previous_edge, y - 0.16)], ORANGE, dashed=True)
            label(ax, (middle, y + 0.4), f"${value}$", size=14)
            label(ax, (middle, y - 0.55), _gradient(value), ORANGE, size=17)
        if step.second_input:
            color = GREEN if step.is_learned else GREY
            box(ax, (x, y + 1.4), f"${step.second_input}$", color, width=min(0.95, 0.98 * pitch), height=0.5)
            arrow(ax, [(x, y + 1.15), (x, y + 0.45)], color)
        if step.is_learned:
            arrow(ax, [(x, y - 0.45), (x, y - 1.05)], ORANGE, dashed=True)
            for number, parameter in enumerate(parameters := step.second_input.split(r",\,")):
                shift = (number - (len(parameters) - 1) / 2) * 0.55
                label(ax, (x + shift, y - 1.38), _gradient(parameter), ORANGE, size=17)
        box(ax, (x, y), step.operation, BLUE, width=width, height=0.9)
        previous_edge, value = x + width / 2, step.result
    arrow(ax, [(previous_edge, y), (previous_edge + 0.25, y)], BLUE)
    label(ax, (previous_edge + 0.4, y), f"${value}$", size=15)
    for x, text, color in ((1.6, "valeurs, vers l'avant", BLUE), (5.0, "gradients, vers l'arrière", ORANGE)):
        ends = [(x, 0.2), (x + 0.6, 0.2)]
        arrow(ax, ends if color == BLUE else ends[::-1], color, dashed=color == ORANGE)
        label(ax, (x + 0.75, 0.2), text, color, align="left")
    return figure


def _gradient(value: str) -> str:
    return rf"$\frac{{\partial L}}{{\partial {value}}}$"
