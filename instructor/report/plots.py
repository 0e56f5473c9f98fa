"""The report's figures, as SVG to be put into the page, each with a text that says what it shows."""

from __future__ import annotations

import io
import re

import matplotlib as mpl
import numpy as np
from markupsafe import Markup, escape
from matplotlib.figure import Figure

from instructor.report.statistics import Item, Summary

BLUE, ORANGE, GREY = "#2a5d9c", "#b8500f", "#767676"
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
    bins = np.arange(0, np.ceil(summary.maximum) + 2) - 0.5
    counts, _ = np.histogram(scores, bins)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 2.8), layout="constrained")
        axes = figure.subplots()
        axes.bar(bins[:-1] + 0.5, counts, width=0.9, color=BLUE)
        axes.axvline(summary.quartiles[1], color=ORANGE, linestyle="--", label=f"median {summary.quartiles[1]:g}")
        axes.set(xlabel=f"Mark out of {summary.maximum:g}", ylabel="Hand-ins", xlim=(bins[0], bins[-1]))
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.legend(frameon=False)
        told = ", ".join(f"{count} at {mark}" for mark, count in enumerate(counts) if count)
        return _svg(figure, f"Histogram of {summary.count} marks, rounded: {told}; median {summary.quartiles[1]:g}.")


def draw_success(items: list[Item], names: list[str]) -> Markup:
    """Return the mean share of the points earned at each question."""
    shown = [(name, item) for name, item in zip(names, items, strict=True) if item.success is not None]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 0.8 + 0.36 * len(shown)), layout="constrained")
        axes = figure.subplots()
        bars = axes.barh([name for name, _ in shown], [100 * item.success for _, item in shown], color=BLUE)
        axes.bar_label(bars, fmt="{:.0f} %", padding=3)
        axes.set(xlabel="Points earned, % of the question's", xlim=(0, 110), xticks=range(0, 101, 20))
        axes.invert_yaxis()
        told = ", ".join(f"{name} {100 * item.success:.0f} %" for name, item in shown)
        return _svg(figure, f"Bars: share of the points earned at each question: {told}.")


def draw_items(items: list[Item], names: list[str]) -> Markup:
    """Return difficulty against discrimination, one labelled point a question; nothing where none is known."""
    shown = [(name, item) for name, item in zip(names, items, strict=True) if item.discrimination is not None]
    if not shown:
        return Markup("")
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(8, 4), layout="constrained")
        axes = figure.subplots()
        axes.axhline(0.2, color=GREY, linewidth=1, linestyle=":")
        axes.scatter([100 * item.success for _, item in shown], [item.discrimination for _, item in shown], color=BLUE)
        for name, item in shown:
            axes.annotate(
                name, (100 * item.success, item.discrimination), xytext=(5, 5), textcoords="offset points", fontsize=9
            )
        axes.set(xlabel="Success, %", ylabel="Discrimination", xlim=(-2, 115), ylim=(-1.05, 1.15))
        told = ", ".join(f"{name} {100 * item.success:.0f} % and {item.discrimination:.2f}" for name, item in shown)
        return _svg(figure, f"Success against discrimination of each question: {told}.")


def _svg(figure: Figure, text: str) -> Markup:
    """Return the figure as an `svg` element that a screen reader announces with `text`."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    element = stream.getvalue()[stream.getvalue().index("<svg") :]
    element = re.sub(r"<metadata>.*?</metadata>", "", element, flags=re.S)
    opening = Markup('<svg role="img" aria-label="{}" ').format(text)
    return opening + Markup(element.removeprefix("<svg ")) + Markup('<p class="told">{}</p>').format(escape(text))
