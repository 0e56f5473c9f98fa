"""What every diagram must satisfy: nothing outside, no text over another, a description."""

import itertools
import warnings

import matplotlib as mpl
import pytest

from helpers import diagrams

DRAWINGS = {
    "bayes_net": diagrams.bayes_net,
    "bayes_net_do": lambda: diagrams.bayes_net("D"),
    "convolution": lambda: diagrams.convolution_positions(7, 3, 2, 1),
    "convolution_long": lambda: diagrams.convolution_positions(16, 2, 1, 1),
    "gru_cell": diagrams.gru_cell,
    "bidirectional": diagrams.bidirectional_layer,
    "bidirectional_long": lambda: diagrams.bidirectional_layer(["anticonstitutionnellement"] * 8),
    "states_at_first_word": lambda: diagrams.states_at_word(index=0),
    "states_at_last_word": lambda: diagrams.states_at_word(["extraordinairement"] * 8, 7),
    "padding": diagrams.padding_and_packing,
    "padding_long": lambda: diagrams.padding_and_packing([["extraordinairement"] * n for n in (8, 1, 5, 3, 2, 8)]),
    "vanishing_gradient": diagrams.vanishing_gradient,
    "vanishing_gradient_long": lambda: diagrams.vanishing_gradient(0.9, 8),
    "logistic_regression": diagrams.logistic_regression_graph,
    "mlp_1": lambda: diagrams.mlp_graph(1),
    "mlp_2": lambda: diagrams.mlp_graph(2),
}


@pytest.fixture(params=DRAWINGS)
def figure(request, shown):
    before = dict(mpl.rcParams)
    DRAWINGS[request.param]()
    assert dict(mpl.rcParams) == before
    ((drawn, alt),) = shown
    assert len(alt) > 80
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn.canvas.draw()
    return drawn


def test_texts_stay_inside_and_apart(figure):
    frame = figure.bbox
    extents = [(text.get_text(), text.get_window_extent()) for text in figure.axes[0].texts]
    for text, box in extents:
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1, text
    for (first, a), (second, b) in itertools.combinations(extents, 2):
        assert not a.overlaps(b), f"{first} over {second}"


def test_texts_are_large_enough_and_the_drawing_fits_the_page(figure):
    assert figure.get_figwidth() <= 9
    assert min(text.get_fontsize() for text in figure.axes[0].texts) >= 11


def test_shapes_stay_inside(figure):
    frame = figure.bbox.padded(1)
    for patch in figure.axes[0].patches:
        box = patch.get_window_extent()
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1, patch
