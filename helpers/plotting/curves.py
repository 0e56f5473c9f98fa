"""Curves that follow a training, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from helpers.french import format_decimal
from helpers.plotting import display
from helpers.plotting.lines import legend_beside, plot_steps
from helpers.plotting.style import WIDTH, style
from helpers.plotting.values import curves_by_name

SPLITS = {"train": "entraînement", "val": "validation", "valid": "validation", "test": "test"}
METRICS = {"loss": "Perte", "accuracy": "Exactitude", "acc": "Exactitude"}


def learning_curves(
    history: Mapping[str, object] | Sequence[Mapping[str, float]],
    *,
    first_epoch: int = 1,
    title: str | None = None,
    alt: str | None = None,
) -> None:
    """Draw one panel a metric, with the training and the validation curve in each.

    Parameters
    ----------
    history
        Values by epoch, as lists (`{"train_loss": [...], "val_loss": [...], "val_accuracy": [...]}`) or as one
        dictionary an epoch. What precedes the first underscore (`train`, `val`, `valid`, `test`) names the curve, the
        rest names the metric; a key without such a prefix is a training curve. The key `epoch` is left out.
    first_epoch
        Number of the first value: 0 where the initial model was evaluated.
    title
        Title above the panels.
    alt
        Alternative text; by default it gives the first and the last value of every curve.

    Raises
    ------
    ValueError
        There is nothing to draw, or a curve is not one number an epoch.
    """
    panels = _panels(curves_by_name(history))
    count = len(panels)
    with style():
        figure = Figure(figsize=(WIDTH if count > 1 else 0.7 * WIDTH, 3.6 * ((count + 1) // 2)), layout="constrained")
        axes = figure.subplots((count + 1) // 2, min(count, 2), squeeze=False).ravel()
        for ax, (metric, curves) in zip(axes, panels.items(), strict=False):
            _draw(ax, curves, first_epoch, METRICS.get(metric, metric))
        for ax in axes[count:]:
            ax.set_axis_off()
        if title:
            figure.suptitle(title)
    described = " ; ".join(
        f"{METRICS.get(metric, metric).lower()}, {_describe(curves)}" for metric, curves in panels.items()
    )
    display.show(figure, alt or f"Courbes d'apprentissage{f' ({title})' if title else ''} : {described}.")


def compare_curves(
    curves: Mapping[str, object],
    *,
    ylabel: str,
    first_epoch: int = 1,
    title: str | None = None,
    alt: str | None = None,
) -> None:
    """Draw the same quantity for several models in one panel.

    Parameters
    ----------
    curves
        Name of the model → its values, one an epoch; lengths may differ.
    ylabel
        What is compared, such as « Exactitude en validation ».
    first_epoch, title, alt
        As in `learning_curves`.

    Raises
    ------
    ValueError
        There is nothing to draw, or a curve is not one number an epoch.
    """
    checked = curves_by_name(curves)
    with style():
        figure = Figure(figsize=(WIDTH, 4), layout="constrained")
        ax = figure.subplots()
        _draw(ax, checked, first_epoch, ylabel)
        legend_beside(ax)
        if title:
            ax.set_title(title)
    display.show(figure, alt or f"{title or 'Comparaison'} : {ylabel.lower()} par époque, {_describe(checked)}.")


def _panels(curves: Mapping[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Group curves by metric: {"train_loss": a, "val_loss": b} gives {"loss": {"entraînement": a, "validation": b}}."""
    panels: dict[str, dict[str, np.ndarray]] = {}
    for name, values in curves.items():
        if name == "epoch":
            continue
        split, _, metric = name.partition("_")
        if split not in SPLITS or not metric:
            split, metric = "train", name
        panels.setdefault(metric, {})[SPLITS[split]] = values
    if not panels:
        raise ValueError("Courbes : l'historique ne contient que les numéros d'époque, il n'y a rien à tracer.")
    return panels


def _draw(ax, curves: Mapping[str, np.ndarray], first_epoch: int, ylabel: str) -> None:
    for name, values in curves.items():
        plot_steps(ax, values, first_epoch, label=name)
    ax.set(xlabel="Époque", ylabel=ylabel)
    if len(curves) > 1:
        ax.legend()


def _describe(curves: Mapping[str, np.ndarray]) -> str:
    ends = {name: [format_decimal(values[index], 3) for index in (0, -1)] for name, values in curves.items()}
    return ", ".join(f"{name} de {first} à {last}" for name, (first, last) in ends.items())
