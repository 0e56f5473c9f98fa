import pytest
from matplotlib.patches import FancyArrowPatch

from helpers import diagrams


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def backward_arrows(figure):
    patches = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyArrowPatch)]
    return [patch for patch in patches if patch.get_linestyle() not in ("-", "solid")]


@pytest.mark.parametrize(("hidden", "values"), [(1, ["a_1", "h_1", "a_2"]), (2, ["a_1", "h_1", "a_2", "h_2", "a_3"])])
def test_every_value_of_the_forward_pass_has_its_gradient(shown, hidden, values):
    diagrams.mlp_graph(hidden)
    figure, _ = shown[0]
    parameters = [f"{name}_{layer}" for layer in range(1, hidden + 2) for name in "Wb"]
    for value in values:
        assert f"${value}$" in texts(figure)
    for name in values + parameters:
        assert rf"$\frac{{\partial L}}{{\partial {name}}}$" in texts(figure)
    in_the_legend = 1
    assert len(backward_arrows(figure)) == len(values) + len(parameters) // 2 + in_the_legend


def test_logistic_regression_goes_back_to_its_weights_and_not_to_its_input(shown):
    diagrams.logistic_regression_graph()
    figure, alt = shown[0]
    assert sum(r"\partial L" in text for text in texts(figure)) == 3
    assert r"$\frac{\partial L}{\partial W}$" in texts(figure)
    assert "logits z" in alt and "Vers l'arrière" in alt


@pytest.mark.parametrize("hidden", [0, 3, -1])
def test_depth_that_would_not_be_readable_is_refused(hidden):
    with pytest.raises(ValueError, match="choisissez 1 ou 2"):
        diagrams.mlp_graph(hidden)
