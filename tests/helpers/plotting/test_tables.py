import numpy as np
import pytest
from matplotlib.patches import Rectangle

from helpers import plotting

TABLE = {(0.1, 1): 0.5, (0.1, 20): 0.75, (0.01, 1): float("nan"), (0.01, 20): 0.9}
AXES = {"rows": "Taux", "columns": "Lot"}


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_every_cell_of_a_search_says_its_value_and_a_diverged_run_says_none(shown):
    plotting.heat_map(TABLE, **AXES)
    figure, alt = shown[0]
    ax = figure.axes[0]
    assert texts(ax) == ["50,0", "75,0", "—", "90,0"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["0,1", "0,01"]
    assert "au mieux 90,0\u202f% pour (0,01 ; 20)" in alt and "au pire 50,0\u202f% pour (0,1 ; 1)" in alt
    assert "sans valeur : 1" in alt


def test_best_cell_is_framed(shown):
    plotting.heat_map(TABLE, **AXES)
    (frame,) = [patch for patch in shown[0][0].axes[0].patches if isinstance(patch, Rectangle)]
    assert (frame.get_x(), frame.get_y()) == (0.5, 0.5)


def test_two_tables_share_one_scale(shown):
    plotting.heat_map({"SGD": {(1, 1): 0.2}, "Adam": {(1, 1): 0.8}}, **AXES, percent=False)
    figure, alt = shown[0]
    assert [ax.get_title() for ax in figure.axes[:2]] == ["SGD", "Adam"]
    assert {ax.images[0].get_clim() for ax in figure.axes[:2]} == {(0.2, 0.8)}
    assert "SGD : au mieux 0,200" in alt and "Adam : au mieux 0,800" in alt


def test_table_where_every_run_diverged_is_still_drawn(shown):
    plotting.heat_map({(1, 1): float("nan"), (1, 2): float("inf")}, **AXES)
    assert texts(shown[0][0].axes[0]) == ["—", "—"]
    assert "aucune valeur finie" in shown[0][1]


@pytest.mark.parametrize("table", [{}, {"SGD": {}}, {0.1: 0.5}, [[0.5]], {"SGD": {0.1: 0.5}}])
def test_table_of_another_shape_is_refused(table):
    with pytest.raises(ValueError, match="Carte de chaleur"):
        plotting.heat_map(table, **AXES)


def test_confusions_are_counted_from_true_row_to_predicted_column(shown):
    plotting.confusion_matrix([0, 0, 0, 1], np.array([0, 1, 1, 1]), ["chat", "poisson"])
    figure, alt = shown[0]
    assert texts(figure.axes[0]) == ["1", "2", "", "1"]
    np.testing.assert_allclose(figure.axes[0].images[0].get_array(), [[100 / 3, 200 / 3], [0, 100]])
    assert "50,0\u202f% des 4 exemples bien classés" in alt and "poisson au lieu de chat (2)" in alt


def test_perfect_classifier_has_no_confusion(shown):
    plotting.confusion_matrix([0, 1], [0, 1], ["chat", "poisson"])
    assert shown[0][1].endswith("les 2 exemples sont bien classés.")


@pytest.mark.parametrize(
    ("labels", "predictions", "message"),
    [
        ([0, 1], [0], "même longueur"),
        ([0, 1], [[0.2, 0.8], [0.9, 0.1]], "argmax"),
        ([0, 1], [0, 2], "entiers de 0 à 1"),
        ([0.0, 1.0], [0, 1], "entiers de 0 à 1"),
        ([], [], "même longueur"),
    ],
)
def test_classes_that_cannot_be_counted_are_refused(labels, predictions, message):
    with pytest.raises(ValueError, match=message):
        plotting.confusion_matrix(labels, predictions, ["chat", "poisson"])


def test_wrong_answers_are_marked_by_more_than_a_colour(shown):
    plotting.answer_grid(["1", "2", "buzz"], [True, True, False], columns=2)
    figure, alt = shown[0]
    assert texts(figure.axes[0]) == ["1", "2", "buzz ✗"]
    assert len({patch.get_facecolor() for patch in figure.axes[0].patches}) == 2
    assert "2 réponses justes sur 3" in alt and "buzz en position 3" in alt


def test_as_many_answers_as_verdicts_are_needed():
    with pytest.raises(ValueError, match="un booléen pour chacune"):
        plotting.answer_grid(["1", "2"], [True])
