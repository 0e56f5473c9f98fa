"""What several runs of the same training say: every run, their mean and their spread."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from helpers.french import NARROW_SPACE, format_decimal
from helpers.plotting import display
from helpers.plotting.style import COLORS, WIDTH, style
from helpers.plotting.values import curves_by_name


def compare_seeds(
    runs: Mapping[str, object],
    *,
    ylabel: str,
    percent: bool = True,
    title: str | None = None,
    alt: str | None = None,
) -> None:
    """Draw one point a run, and the mean of each condition with an error bar of one standard deviation.

    Parameters
    ----------
    runs
        Condition (a model, an augmentation) → results, one a seed, at least two.
    ylabel
        What is compared, such as « Exactitude de test ».
    percent
        The results are shares, to be written as percentages with one decimal; otherwise they are written with three.
    title, alt
        Title; alternative text, by default with the mean and the deviation of every condition.

    Raises
    ------
    ValueError
        There is nothing to draw, or a condition has a single run.
    """
    results = curves_by_name(runs, "Comparaison de graines")
    for name, values in results.items():
        if values.size < 2:
            raise ValueError(f"Comparaison de graines : « {name} » n'a qu'un essai ; il en faut au moins deux.")
    scale, digits, unit = (100, 1, f"{NARROW_SPACE}%") if percent else (1, 3, "")
    described = []
    with style():
        figure = Figure(figsize=(min(WIDTH, 2.5 + 1.3 * len(results)), 4))
        ax = figure.subplots()
        for x, (name, values) in enumerate(results.items()):
            # The seeds are a sample of those that could have been drawn, hence n - 1.
            mean, deviation = scale * values.mean(), scale * values.std(ddof=1)
            ax.scatter(np.full(values.size, x), scale * values, color=COLORS["sky"], zorder=2)
            ax.errorbar(x + 0.15, mean, yerr=deviation, color=COLORS["blue"], marker="D", capsize=5, zorder=3)
            mean_text, deviation_text = format_decimal(mean, digits), format_decimal(deviation, digits)
            text = f"{mean_text}\n± {deviation_text}"
            ax.annotate(text, (x + 0.15, mean), (9, 0), textcoords="offset points", va="center", fontsize=11)
            described.append(f"{name} {mean_text} ± {deviation_text}{unit} ({values.size} essais)")
        ax.set_xticks(range(len(results)), list(results))
        ax.set(xlim=(-0.5, len(results) - 0.2), ylabel=f"{ylabel} (%)" if percent else ylabel, title=title or "")
        ax.grid(axis="x", visible=False)
    display.show(figure, alt or f"{title or ylabel}, moyenne et écart-type selon la graine : {', '.join(described)}.")
