"""A curve over numbered steps, as every figure of this package draws it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator


def plot_steps(ax: Axes, values: np.ndarray, start: int, **line: object) -> None:
    """Draw one value a step, the first at `start`, with no more than some fifteen markers."""
    ax.plot(np.arange(len(values)) + start, values, markevery=max(1, len(values) // 15), **line)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def legend_beside(ax: Axes) -> None:
    """Put the legend to the right of the axes, where it hides no curve."""
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
