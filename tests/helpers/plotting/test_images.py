import numpy as np
import pytest

from helpers import plotting

NAMES = ["pull", "robe", "sac"]


def titles(figure):
    return [ax.get_title().strip() for ax in figure.axes if ax.images]


def pixels(figure):
    return [np.asarray(ax.images[0].get_array()) for ax in figure.axes if ax.images]


@pytest.mark.parametrize(
    ("shape", "drawn"),
    [
        ((2, 28, 20), (28, 20)),
        ((2, 1, 28, 20), (28, 20)),
        ((2, 28, 20, 1), (28, 20)),
        ((2, 3, 28, 20), (28, 20, 3)),
        ((2, 28, 20, 3), (28, 20, 3)),
    ],
)
def test_images_are_drawn_whatever_the_place_of_their_channels(shown, shape, drawn):
    plotting.image_grid(np.zeros(shape))
    assert [picture.shape for picture in pixels(shown[0][0])] == [drawn, drawn]


def test_bytes_are_brought_to_the_unit_interval_and_normalised_images_stretched_to_it(shown):
    plotting.image_grid(np.array([[[0, 51]]], dtype=np.uint8))
    plotting.image_grid(np.array([[[-2.0, 2.0, 0.0]]]))
    np.testing.assert_allclose(pixels(shown[0][0])[0], [[0, 0.2]])
    np.testing.assert_allclose(pixels(shown[1][0])[0], [[0, 1, 0.5]])


def test_predictions_are_marked_right_or_wrong_with_the_true_class(shown):
    torch = pytest.importorskip("torch")
    plotting.image_grid(torch.rand(3, 4, 4), torch.tensor([0, 1, 2]), [0, 2, 2], class_names=NAMES)
    figure, alt = shown[0]
    assert titles(figure) == ["✓ pull", "✗ sac\nvrai : robe", "✓ sac"]
    assert "2 bien classées sur 3" in alt and "sac au lieu de robe" in alt


def test_labels_alone_are_captions(shown):
    plotting.image_grid(np.zeros((2, 4, 4)), ["chat", "poisson"])
    assert titles(shown[0][0]) == ["chat", "poisson"]
    assert "chat, poisson" in shown[0][1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((28, 28)),), r"image\[None\]"),
        ((np.zeros((0, 28, 28)),), "lot non vide"),
        ((np.zeros((2, 4, 28, 28)),), "inattendue"),
        ((np.zeros((2, 4, 4)), [0]), "une par image"),
        ((np.zeros((2, 4, 4)), None, [0, 1]), "sans étiquettes"),
        ((np.zeros((2, 4, 4)), [0, 3]), "de 0 à 2"),
    ],
)
def test_images_or_labels_that_do_not_fit_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        plotting.image_grid(*arguments, class_names=NAMES)


def test_errors_come_most_confident_first_and_right_answers_not_at_all(shown):
    probabilities = np.array([[0.6, 0.4, 0.0], [0.1, 0.9, 0.0], [0.98, 0.01, 0.01], [0.0, 0.2, 0.8]])
    plotting.most_confident_errors(np.zeros((4, 5, 5)), [1, 0, 0, 1], probabilities, NAMES)
    figure, alt = shown[0]
    assert titles(figure) == [
        "robe (90\u202f%)\nvrai : pull",
        "sac (80\u202f%)\nvrai : robe",
        "pull (60\u202f%)\nvrai : robe",
    ]
    assert "3 erreurs sur 4" in alt


def test_only_the_number_of_errors_asked_for_is_drawn(shown):
    probabilities = np.tile([0.0, 1.0], (5, 1))
    plotting.most_confident_errors(np.zeros((5, 3, 8, 8)), [0] * 5, probabilities, ["chat", "poisson"], count=2)
    assert len(titles(shown[0][0])) == 2


def test_model_without_error_draws_nothing_and_says_so(shown, capsys):
    plotting.most_confident_errors(np.zeros((1, 5, 5)), [0], [[0.9, 0.1]], ["chat", "poisson"])
    assert not shown and "Aucune erreur sur 1" in capsys.readouterr().out


def test_logits_are_not_taken_for_probabilities():
    with pytest.raises(ValueError, match="softmax"):
        plotting.most_confident_errors(np.zeros((1, 5, 5)), [0], [[3.0, -2.0]], ["chat", "poisson"])


def test_probabilities_of_other_classes_are_refused():
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        plotting.most_confident_errors(np.zeros((2, 5, 5)), [0, 1], [[0.5, 0.5]] * 2, NAMES)
