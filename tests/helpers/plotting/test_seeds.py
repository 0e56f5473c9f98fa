import pytest

from helpers import plotting


def test_every_run_is_drawn_beside_its_mean_and_deviation(shown):
    plotting.compare_seeds({"sans": [0.70, 0.72, 0.74], "avec": [0.80, 0.80]}, ylabel="Exactitude")
    figure, alt = shown[0]
    (ax,) = figure.axes
    assert sorted(len(points.get_offsets()) for points in ax.collections if len(points.get_offsets()) > 1) == [2, 3]
    assert [text.get_text() for text in ax.texts] == ["72,0\n± 2,0", "80,0\n± 0,0"]
    assert "sans 72,0 ± 2,0\u202f% (3 essais), avec 80,0 ± 0,0\u202f% (2 essais)" in alt


def test_single_run_has_no_spread_and_is_refused():
    with pytest.raises(ValueError, match="« GRU » n'a qu'un essai"):
        plotting.compare_seeds({"LSTM": [0.8, 0.9], "GRU": [0.8]}, ylabel="Exactitude")
