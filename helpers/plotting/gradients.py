"""Norms of gradients on a logarithmic scale: by epoch, by layer, by time step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullFormatter

from helpers.french import format_scientific
from helpers.plotting import display
from helpers.plotting.lines import legend_beside, plot_steps
from helpers.plotting.style import CYCLE, MARKERS, SEQUENTIAL, WIDTH, style
from helpers.plotting.values import curves_by_name


def gradient_norms(
    norms: Mapping[str, object] | Sequence[Mapping[str, float]],
    *,
    title: str = "Norme du gradient de chaque couche",
    first_epoch: int = 1,
    alt: str | None = None,
) -> None:
    """Draw the norm of each layer's gradient, epoch by epoch; the darkest curve is the first layer.

    Parameters
    ----------
    norms
        Layer (or parameter) → norms by epoch, in the order of the layers; or one dictionary layer → norm an epoch.
    title
        Title of the figure.
    first_epoch
        Number of the first value.
    alt
        Alternative text; by default it gives the first and the last norm of every layer.

    Raises
    ------
    ValueError
        There is nothing to draw, or a norm is negative.
    """
    curves = _checked(norms)
    shades = mpl.colormaps[SEQUENTIAL](np.linspace(0, 0.85, len(curves)))
    _draw(curves, shades, start=first_epoch, xlabel="Époque", title=title, alt=alt)


def gradient_by_layer(
    norms: Mapping[str, object],
    *,
    title: str = "Norme du gradient selon la couche",
    alt: str | None = None,
) -> None:
    """Compare how the gradient grows or fades from layer to layer under several settings.

    Parameters
    ----------
    norms
        Setting (an initialisation, a depth) → norms, from the layer nearest to the input to the output layer.
    title, alt
        Title; alternative text, by default with the first and the last norm of every setting.

    Raises
    ------
    ValueError
        There is nothing to draw, or a norm is negative.
    """
    _draw(_checked(norms), CYCLE, start=1, xlabel="Couche (1 : la plus proche de l'entrée)", title=title, alt=alt)


def gradient_by_time(
    norms: Mapping[str, object],
    *,
    title: str = "Norme du gradient de la perte par rapport à l'entrée de chaque pas",
    alt: str | None = None,
) -> None:
    """Compare what reaches each time step of the sequence when the error travels back, for several models.

    Parameters
    ----------
    norms
        Model → norms, from the first time step to the last, which is nearest to the loss.
    title, alt
        Title; alternative text, by default with the first and the last norm of every model.

    Raises
    ------
    ValueError
        There is nothing to draw, or a norm is negative.
    """
    _draw(_checked(norms), CYCLE, start=1, xlabel="Pas de temps", title=title, alt=alt)


def _checked(norms: object) -> dict[str, np.ndarray]:
    curves = curves_by_name(norms, "Gradients")
    for name, values in curves.items():
        if np.any(values < 0):
            raise ValueError(f"Gradients : « {name} » contient une valeur négative, ce n'est pas une norme.")
    return curves


def _draw(
    curves: Mapping[str, np.ndarray], colors: Sequence, *, start: int, xlabel: str, title: str, alt: str | None
) -> None:
    with style():
        figure = Figure(figsize=(WIDTH, max(4, 0.3 * len(curves))), layout="constrained")
        ax = figure.subplots()
        for index, (name, values) in enumerate(curves.items()):
            zeros = int(np.sum(values == 0))
            plot_steps(
                ax,
                np.where(values > 0, values, np.nan),  # a zero has no place on a logarithmic axis
                start,
                label=f"{name}\n(valeurs nulles : {zeros})" if zeros else name,
                color=colors[index % len(colors)],
                marker=MARKERS[index % len(MARKERS)],
            )
        if any(np.any(values > 0) for values in curves.values()):
            ax.set_yscale("log")
            # Over many decades matplotlib gives up the small ticks unless it is told how many it may draw.
            ax.yaxis.set_minor_locator(LogLocator(subs="all", numticks=12))
            ax.yaxis.set_minor_formatter(NullFormatter())
        ax.set(xlabel=xlabel, ylabel="Norme (échelle log)", title=title)
        legend_beside(ax)
    ends = {name: [format_scientific(values[index]) for index in (0, -1)] for name, values in curves.items()}
    described = ", ".join(f"{name} de {first} à {last}" for name, (first, last) in ends.items())
    display.show(figure, alt or f"{title}. Du premier au dernier point : {described}.")
