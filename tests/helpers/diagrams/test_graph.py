"""The drawing of the exam network says the same thing to those who see it and to those who do not."""

import subprocess
import sys

import matplotlib.colors as mcolors
import pytest
from matplotlib.patches import Circle, FancyArrowPatch

from helpers import diagrams


def arrows(figure):
    return [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]


def test_five_nodes_and_four_arrows_are_drawn(shown):
    diagrams.bayes_net()
    figure, alt = shown[0]
    assert sum(isinstance(patch, Circle) for patch in figure.axes[0].patches) == 5
    assert {text.get_text() for text in figure.axes[0].texts} >= set("SDRGL")
    assert len(arrows(figure)) == 4
    assert all(f"{start} vers {end}" in alt for start, end in ("SR", "SG", "DG", "GL"))
    assert "coup" not in alt


@pytest.mark.parametrize(("variable", "cut"), [("S", []), ("R", ["S vers R"]), ("G", ["S vers G", "D vers G"])])
def test_intervention_cuts_the_arrows_that_enter_the_variable_and_no_other(shown, variable, cut):
    diagrams.bayes_net(do=variable)
    figure, alt = shown[0]
    assert sum(arrow.get_linestyle() != "-" for arrow in arrows(figure)) == len(cut)
    kept, _, removed = alt.partition("est fixée de l'extérieur")
    assert all(arrow in removed and arrow not in kept for arrow in cut)
    assert removed.count(" vers ") == len(cut)


def test_variable_that_is_set_stands_out(shown):
    diagrams.bayes_net(do="G")
    circles = [patch for patch in shown[0][0].axes[0].patches if isinstance(patch, Circle)]
    filled = [mcolors.to_hex(circle.get_facecolor()) for circle in circles]
    assert sum(color != "#ffffff" for color in filled) == 1


def test_unknown_variable_is_refused_by_name():
    with pytest.raises(ValueError, match="« X » n'est pas une variable du réseau ; choisissez parmi S, D, R, G, L"):
        diagrams.bayes_net(do="X")


def test_pytorch_is_not_imported():
    code = "import sys; from helpers import diagrams; diagrams.bayes_net(); sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
