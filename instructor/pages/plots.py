"""The report's figures, as SVG to be put into the page, each with a text that says what it shows."""

from __future__ import annotations

import io
import re

import matplotlib as mpl
import numpy as np
from markupsafe import Markup, escape
from matplotlib.figure import Figure

from instructor.pages.statistics import Item, Summary

BLUE, ORANGE, GREY = "#2a5d9c", "#b8500f", "#767676"
LOW = 0.2  # below it, a discrimination is remarked on
LONGEST = 34  # characters of a question's name beside its bar
STYLE = {
    "svg.fonttype": "none",  # text stays text: selectable, and read in the page's own font
    "svg.hashsalt": "report",  # the same figure is the same file
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw_marks(scores: list[float], summary: Summary) -> Markup:
    """Return the histogram of the marks."""
    bins = np.arange(0, np.ceil(max(summary.maximum, *scores)) + 2) - 0.5  # extra credit may pass the maximum
    counts, _ = np.histogram(scores, bins)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 2.8), layout="constrained")
        median = f"median {round(summary.quartiles[1], 1):g}"
        axes = figure.subplots()
        axes.bar(bins[:-1] + 0.5, counts, width=0.9, color=BLUE)
        axes.axvline(summary.quartiles[1], color=ORANGE, linestyle="--", label=median)
        axes.set(xlabel=f"Mark out of {summary.maximum:g}", ylabel="Hand-ins", xlim=(bins[0], bins[-1]))
        axes.set_xticks(np.arange(0, summary.maximum + 1, max(1, round(summary.maximum / 10))))
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.legend(frameon=False)
        told = ", ".join(f"{count} at {mark}" for mark, count in enumerate(counts) if count)
        return _svg(figure, f"Histogram of {summary.count} marks, rounded: {told}; {median}.")


def draw_items(items: list[Item], names: list[str]) -> Markup:
    """Return success and discrimination side by side, a row a question."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 1.0 + 0.36 * len(items)), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True)
        rows = np.arange(len(items))
        bars = left.barh(rows, [100 * (item.success or 0.0) for item in items], color=BLUE)
        shown = ["not marked yet" if item.success is None else f"{100 * item.success:.0f} %" for item in items]
        left.bar_label(bars, shown, padding=3, fontsize=9)
        left.set(xlabel="Points earned, % of the question's", xlim=(0, 100), xticks=range(0, 101, 20))
        left.set_yticks(rows, [_cut(name) for name in names])
        left.invert_yaxis()
        values = [np.nan if item.discrimination is None else item.discrimination for item in items]
        right.axvline(0, color=GREY, linewidth=1)
        right.axvline(LOW, color=GREY, linewidth=1, linestyle=":")
        right.scatter(values, rows, color=ORANGE, zorder=3)
        right.hlines(rows, 0, values, color=ORANGE)
        right.set(xlabel="Discrimination", xlim=(-1.05, 1.05), xticks=[-1, -0.5, 0, 0.5, 1])
        figure.get_layout_engine().set(wspace=0.06)
        right.tick_params(axis="y", length=0)
        told = ", ".join(
            f"{name} {share}{'' if item.discrimination is None else f' and {item.discrimination:.2f}'}"
            for name, share, item in zip(names, shown, items, strict=True)
        )
        return _svg(figure, f"Success of each question and, where it is known, its discrimination: {told}.")


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def _svg(figure: Figure, text: str) -> Markup:
    """Return the figure as an `svg` element that a screen reader announces with `text`."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    element = stream.getvalue()[stream.getvalue().index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.S)
    opening = Markup('<svg role="img" aria-label="{}" ').format(text)
    return opening + Markup(element.removeprefix("<svg ")) + Markup('<p class="told">{}</p>').format(escape(text))
