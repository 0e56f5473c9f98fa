import numpy as np
import pytest

from helpers import plotting

DRAWINGS = [plotting.gradient_norms, plotting.gradient_by_layer, plotting.gradient_by_time]


@pytest.mark.parametrize("draw", DRAWINGS)
def test_norms_are_drawn_on_a_logarithmic_scale(shown, draw):
    draw({"a": [1e-8, 1e-2], "b": np.array([0.5, 0.25])})
    figure, alt = shown[0]
    (ax,) = figure.axes
    assert ax.get_yscale() == "log"
    assert [line.get_ydata().tolist() for line in ax.lines] == [[1e-8, 1e-2], [0.5, 0.25]]
    assert (
        len({line.get_color() if isinstance(line.get_color(), str) else tuple(line.get_color()) for line in ax.lines})
        == 2
    )
    assert "a de 1,0e−08 à 1,0e−02" in alt


def test_one_dictionary_an_epoch_draws_one_curve_a_layer(shown):
    plotting.gradient_norms([{"l0": 0.1, "l1": 1.0}, {"l0": 0.2, "l1": 2.0}])
    lines = shown[0][0].axes[0].lines
    assert {line.get_label(): line.get_ydata().tolist() for line in lines} == {"l0": [0.1, 0.2], "l1": [1.0, 2.0]}


def test_vanished_gradients_are_counted_since_they_cannot_be_drawn(shown):
    plotting.gradient_by_layer({"petite": [0.0, 0.0, 0.1], "He": [1.0, 1.0, 1.0]})
    vanished, steady = shown[0][0].axes[0].lines
    assert vanished.get_label() == "petite\n(valeurs nulles : 2)" and steady.get_label() == "He"
    assert np.isnan(vanished.get_ydata()).tolist() == [True, True, False]


def test_all_zero_norms_are_still_drawn(shown):
    plotting.gradient_by_time({"RNN": [0.0, 0.0]})
    shown[0][0].canvas.draw()


@pytest.mark.parametrize("draw", DRAWINGS)
@pytest.mark.parametrize(
    ("norms", "message"),
    [({}, "vide"), ({"a": []}, "« a »"), ({"a": [[1.0]]}, "« a »"), ({"a": [-1.0]}, "négative"), (3.0, "dictionnaire")],
)
def test_what_is_no_norm_is_refused(draw, norms, message):
    with pytest.raises(ValueError, match=message):
        draw(norms)
