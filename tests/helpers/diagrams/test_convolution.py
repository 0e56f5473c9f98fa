import pytest

from helpers import diagrams


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize(
    ("arguments", "positions"), [((7, 3, 2, 1), 4), ((7, 3, 1, 0), 5), ((8, 3, 2, 0), 3), ((3, 3, 1, 0), 1)]
)
def test_every_position_of_the_window_is_drawn(shown, arguments, positions):
    diagrams.convolution_positions(*arguments)
    figure, alt = shown[0]
    assert [text for text in texts(figure) if text.startswith("position ")] == [
        f"position {k + 1}" for k in range(positions)
    ]
    assert f"prend donc {positions} positions" in alt


def test_padding_is_drawn_as_zeros(shown):
    diagrams.convolution_positions(5, 3, 1, 2)
    assert texts(shown[0][0])[:9] == ["0", "0", "1", "2", "3", "4", "5", "0", "0"]


@pytest.mark.parametrize("arguments", [(3, 5, 1, 0), (30, 3, 1, 0), (7, 3, 0, 0)])
def test_what_cannot_be_drawn_is_refused(arguments):
    with pytest.raises(ValueError, match="kernel"):
        diagrams.convolution_positions(*arguments)
