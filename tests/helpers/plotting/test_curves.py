import numpy as np
import pytest

from helpers import plotting

HISTORY = {
    "epoch": [0, 1, 2],
    "train_loss": [2.0, 1.0, 0.5],
    "val_loss": [2.1, 1.2, 0.9],
    "train_accuracy": [0.1, 0.6, 0.8],
    "val_accuracy": [0.1, 0.5, 0.7],
}


def lines(ax):
    return {line.get_label(): line for line in ax.lines}


def test_one_panel_a_metric_with_training_and_validation_in_each(shown):
    plotting.learning_curves(HISTORY)
    figure, alt = shown[0]
    assert [ax.get_ylabel() for ax in figure.axes] == ["Perte", "Exactitude"]
    for ax in figure.axes:
        assert list(lines(ax)) == ["entraînement", "validation"]
    np.testing.assert_allclose(lines(figure.axes[1])["validation"].get_ydata(), HISTORY["val_accuracy"])
    assert "entraînement de 2,000 à 0,500" in alt and "validation de 0,100 à 0,700" in alt


def test_one_dictionary_an_epoch_draws_the_same(shown):
    plotting.learning_curves(HISTORY)
    plotting.learning_curves([{key: values[i] for key, values in HISTORY.items()} for i in range(3)])
    assert shown[0][1] == shown[1][1]


def test_metric_missing_at_some_epochs_is_a_gap(shown):
    plotting.learning_curves([{"loss": 1.0}, {"loss": 0.5, "val_loss": 0.7}])
    figure, _ = shown[0]
    assert np.isnan(lines(figure.axes[0])["validation"].get_ydata()).tolist() == [True, False]


def test_initial_model_is_epoch_zero(shown):
    plotting.learning_curves({"loss": [3.0, 2.0]}, first_epoch=0)
    assert shown[0][0].axes[0].lines[0].get_xdata().tolist() == [0, 1]


def test_tensors_with_gradients_are_drawn(shown):
    torch = pytest.importorskip("torch")
    loss = torch.tensor([2.0, 1.0], requires_grad=True)
    plotting.learning_curves({"loss": loss, "val_loss": list(loss)})
    for line in shown[0][0].axes[0].lines:
        assert line.get_ydata().tolist() == [2.0, 1.0]


def test_axes_use_the_decimal_comma(shown):
    plotting.learning_curves({"loss": [0.1, 0.9]})
    figure, alt = shown[0]
    plotting.show(figure, alt)
    labels = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert "0,5" in labels and not any("." in label for label in labels)


def test_models_are_compared_in_one_panel_and_told_apart_without_colour(shown):
    plotting.compare_curves({"RNN": [0.5, 0.6], "LSTM": [0.5, 0.7, 0.8]}, ylabel="Exactitude")
    figure, alt = shown[0]
    (ax,) = figure.axes
    assert [len(line.get_xdata()) for line in ax.lines] == [2, 3]
    assert len({line.get_marker() for line in ax.lines}) == 2
    assert "LSTM de 0,500 à 0,800" in alt


def test_given_alternative_text_replaces_the_generated_one(shown):
    plotting.compare_curves({"a": [1, 2]}, ylabel="Perte", alt="Ma description.")
    assert shown[0][1] == "Ma description."


@pytest.mark.parametrize(
    ("history", "message"),
    [
        ({}, "vide"),
        ({"epoch": [1]}, "que les numéros"),
        ([1.0, 0.5], "dictionnaire"),
        ({"loss": []}, "« loss »"),
        ({"loss": [[1.0], [2.0]]}, r"\(2, 1\)"),
        ({"loss": ["un"]}, "« loss »"),
        ({"loss": [[1.0], [2.0, 3.0]]}, "pas tous la même forme"),
    ],
)
def test_history_that_cannot_be_drawn_is_refused(history, message):
    with pytest.raises(ValueError, match=message):
        plotting.learning_curves(history)
