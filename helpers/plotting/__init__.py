"""Figures of results: each function draws, describes itself for those who cannot see it, and displays.

`show` displays any matplotlib figure with its alternative text; `style` draws one in the course's style.
"""

from helpers.plotting.curves import compare_curves, learning_curves
from helpers.plotting.display import show
from helpers.plotting.style import COLORS, style

__all__ = ["COLORS", "compare_curves", "learning_curves", "show", "style"]
