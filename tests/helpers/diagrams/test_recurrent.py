import matplotlib.colors as mcolors
import pytest
from matplotlib.patches import FancyBboxPatch, Rectangle

from helpers import diagrams
from helpers.diagrams import _shapes


def boxes(figure, color):
    patches = [patch for patch in figure.axes[0].patches if isinstance(patch, FancyBboxPatch)]
    return [patch for patch in patches if mcolors.to_hex(patch.get_edgecolor()).upper() == color]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_gated_unit_names_its_gates_and_its_state(shown):
    diagrams.gru_cell()
    figure, alt = shown[0]
    assert {"$x_t$", "$h_{t-1}$", "$h_t$", "$z_t$", "$r_t$", "$n_t$"} <= set(texts(figure))
    assert "z_t fois h_{t-1}" in alt and "(1 - z_t) fois n_t" in alt


def test_bidirectional_layer_has_two_states_and_one_output_a_word(shown):
    diagrams.bidirectional_layer(["Je", "cours", "vite"])
    figure, alt = shown[0]
    for color in (_shapes.BLUE, _shapes.ORANGE, _shapes.GREEN):
        assert len(boxes(figure, color)) == 3
    assert "« Je cours vite »" in alt


@pytest.mark.parametrize(("index", "forward", "backward"), [(0, 1, 4), (2, 3, 2), (3, 4, 1)])
def test_states_at_a_word_light_only_what_they_have_read(shown, index, forward, backward):
    diagrams.states_at_word(["Il", "faut", "marcher", "vite"], index)
    figure, _ = shown[0]
    assert len(boxes(figure, _shapes.BLUE)) == forward
    assert len(boxes(figure, _shapes.ORANGE)) == backward
    assert len(boxes(figure, _shapes.GREEN)) == 1


def test_states_at_a_word_are_described_by_what_they_have_read(shown):
    diagrams.states_at_word(["Il", "faut", "marcher", "vite"], 2)
    assert "a lu « Il faut marcher »" in shown[0][1] and "« marcher vite »" in shown[0][1]


def test_padded_batch_is_a_rectangle_and_packed_batch_has_the_words_only(shown):
    sentences = [["a", "b"], ["c", "d", "e", "f"], ["g"]]
    diagrams.padding_and_packing(sentences)
    figure, alt = shown[0]
    cells = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    assert len(cells) == 3 * 4 + 7
    assert texts(figure).count("<pad>") == 5
    assert "longueurs 2, 4 et 1" in alt and "lit 3, 2, 1 et 1 phrases" in alt


def test_packing_reads_as_many_sentences_as_pytorch(shown):
    torch = pytest.importorskip("torch")
    sentences = [["a", "b"], ["c", "d", "e", "f"], ["g"]]
    packed = torch.nn.utils.rnn.pack_sequence([torch.zeros(len(words)) for words in sentences], enforce_sorted=False)
    diagrams.padding_and_packing(sentences)
    drawn = texts(shown[0][0])
    assert drawn[drawn.index("phrases lues à ce pas") - 4 : -1] == [str(size) for size in packed.batch_sizes.tolist()]


def test_each_word_receives_the_factor_to_the_power_of_its_distance(shown):
    diagrams.vanishing_gradient(0.4, 4)
    figure, alt = shown[0]
    bars = [patch.get_height() for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    assert bars == pytest.approx([0.064, 0.16, 0.4, 1])
    assert "0,06 ; 0,16 ; 0,40 ; 1,00" in alt


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: diagrams.bidirectional_layer("une phrase"), "liste de 2 à 8 mots"),
        (lambda: diagrams.bidirectional_layer(["un"]), "liste de 2 à 8 mots"),
        (lambda: diagrams.bidirectional_layer(["un"] * 9), "liste de 2 à 8 mots"),
        (lambda: diagrams.states_at_word(["un", "deux"], 2), "entre 0 et 1"),
        (lambda: diagrams.padding_and_packing([["un"]]), "2 à 6 phrases"),
        (lambda: diagrams.padding_and_packing([["un"], []]), "1 à 8 mots"),
        (lambda: diagrams.padding_and_packing(["une phrase", "deux"]), "liste de mots"),
        (lambda: diagrams.vanishing_gradient(1.5), "entre 0 et 1"),
        (lambda: diagrams.vanishing_gradient(0.5, 9), "3 à 8 pas"),
    ],
)
def test_sentences_that_do_not_fit_are_refused(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
