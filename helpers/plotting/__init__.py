"""Figures of results: each function draws, describes itself for those who cannot see it, and displays.

`show` displays any matplotlib figure with its alternative text and a decimal comma; `style` draws one in the course's
style.
"""

from helpers.plotting.curves import compare_curves, learning_curves
from helpers.plotting.display import show
from helpers.plotting.gradients import gradient_by_layer, gradient_by_time, gradient_norms
from helpers.plotting.images import image_grid, most_confident_errors
from helpers.plotting.seeds import compare_seeds
from helpers.plotting.style import COLORS, style
from helpers.plotting.tables import answer_grid, confusion_matrix, heat_map

__all__ = [
    "COLORS",
    "answer_grid",
    "compare_curves",
    "compare_seeds",
    "confusion_matrix",
    "gradient_by_layer",
    "gradient_by_time",
    "gradient_norms",
    "heat_map",
    "image_grid",
    "learning_curves",
    "most_confident_errors",
    "show",
    "style",
]
