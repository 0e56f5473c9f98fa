"""A figure is displayed once, with a text for those who cannot see it, and leaves nothing behind."""

import base64
import io
import subprocess
import sys
from html.parser import HTMLParser

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatterSciNotation
from PIL import Image

from helpers import plotting
from helpers.plotting import display

ALT = 'Perte < 0,5 & exactitude "finale"'


@pytest.fixture
def displayed(monkeypatch):
    calls = []
    monkeypatch.setattr(display, "display", calls.append)
    return calls


def image_attributes(html):
    found = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))
    parser.feed(html)
    ((tag, attributes),) = found
    assert tag == "img"
    return attributes


def test_image_carries_its_alternative_text_whatever_its_characters(displayed):
    plotting.show(Figure(), ALT)
    (shown,) = displayed
    assert image_attributes(shown._repr_html_())["alt"] == ALT
    assert ALT in repr(shown)


def test_image_is_a_png_wider_than_what_the_page_shows(displayed):
    plotting.show(Figure(figsize=(9, 4)), ALT)
    attributes = image_attributes(displayed[0]._repr_html_())
    kind, _, data = attributes["src"].partition(",")
    pixels = plt.imread(io.BytesIO(base64.b64decode(data)), format="png")
    assert kind == "data:image/png;base64"
    assert pixels.shape[1] == pytest.approx(1.5 * int(attributes["width"]), abs=2)


def test_page_that_shows_no_html_gets_the_same_image_and_text(displayed):
    plotting.show(Figure(), ALT)
    data, metadata = displayed[0]._repr_png_()
    assert image_attributes(displayed[0]._repr_html_())["src"].endswith(data)
    assert metadata["alt"] == ALT


def test_photographs_keep_their_colours(displayed):
    figure = Figure()
    pixels = np.random.default_rng(0).integers(0, 256, (200, 200, 3))
    figure.figimage(pixels / 255)
    plotting.show(figure, ALT)
    image = Image.open(io.BytesIO(base64.b64decode(displayed[0].data)))
    assert image.mode == "RGB" and len(image.getcolors(1 << 20)) > 10_000


def test_pyplot_figure_is_closed(displayed):
    figure, ax = plt.subplots()
    ax.plot([1, 2])
    plotting.show(figure, ALT)
    assert not plt.fignum_exists(figure.number)


@pytest.mark.parametrize("alt", ["", "  \n", None])
def test_missing_alternative_text_is_refused(alt):
    with pytest.raises(ValueError, match="texte de remplacement"):
        plotting.show(Figure(), alt)


def test_axes_in_place_of_the_figure_are_refused_with_the_way_out():
    with pytest.raises(TypeError, match=r"`ax\.figure`"):
        plotting.show(Figure().subplots(), ALT)


def test_outside_a_notebook_the_text_is_printed_and_pytorch_stays_out():
    code = (
        "import sys; from matplotlib.figure import Figure; from helpers.plotting import show;"
        "show(Figure(), 'une courbe'); sys.exit('torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "une courbe" in run.stdout


def test_style_leaves_the_settings_of_matplotlib_as_they_were(shown):
    before = dict(mpl.rcParams)
    with plotting.style():
        assert dict(mpl.rcParams) != before
    plotting.learning_curves({"loss": [1.0, 0.5]})
    assert dict(mpl.rcParams) == before


def test_ticks_have_a_decimal_comma(displayed):
    figure = Figure()
    linear, logarithmic = figure.subplots(2)
    linear.plot([0.0, 0.5, 1.0])
    logarithmic.semilogy([1.0, 10.0])
    plotting.show(figure, ALT)
    ticks = [label.get_text() for axis in (linear.xaxis, linear.yaxis) for label in axis.get_ticklabels()]
    assert any("," in tick for tick in ticks) and not any("." in tick for tick in ticks)
    assert isinstance(logarithmic.yaxis.get_major_formatter(), LogFormatterSciNotation)


def test_no_two_of_fourteen_lines_are_alike():
    with plotting.style():
        ax = Figure().subplots()
        lines = [ax.plot([0, 1])[0] for _ in range(14)]
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 14
