"""What is spent on a text that takes hours to render is bounded, and the text is shown all the same."""

import signal
import time

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from instructor import plugins, rendering
from instructor.budget import Budget, TooLongError
from instructor.plugins import SanitizeHandIn
from instructor.pages.html import render_notebook

# Each takes a library of the pages a time, or a memory, that grows with the square of its length.
BOMBS = {
    "tags_that_never_close": "<p><b class=i>" * 2000,
    "blocks_that_never_close": "<div>" * 8000,
    "brackets": "[" * 20_000,
    "links": "[a](" * 10_000,
    "formulas": "\\\\(" * 8000,
    "sections": "<![CDATA[" * 5000,
    "too_long": "mot " * 50_000,
}


def spin():
    while True:
        pass


def test_budget_interrupts_what_goes_on():
    budget = Budget(0.05)
    with pytest.raises(TooLongError), budget.spend():
        spin()
    with pytest.raises(TooLongError), budget.spend():
        pytest.fail("there is nothing left to spend")


def test_nothing_is_left_after_an_interruption_whatever_the_clock_says(monkeypatch):
    monkeypatch.setattr(time, "process_time", lambda: 0.0)
    budget = Budget(0.05)
    with pytest.raises(TooLongError), budget.spend():
        spin()
    assert budget.left == 0


def test_interruption_that_is_swallowed_comes_again():
    budget = Budget(0.05)
    with pytest.raises(TooLongError), budget.spend():
        try:
            spin()
        except TooLongError:
            spin()


def test_budget_leaves_quick_work_alone():
    budget = Budget(100)
    with budget.spend():
        pass
    assert 99 < budget.left <= 100
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_cells_after_a_bomb_are_shown(bomb, monkeypatch):
    monkeypatch.setattr(rendering, "MAX_SECONDS", 0.5)
    cells = [new_markdown_cell(bomb), new_markdown_cell("Un **mot**"), new_code_cell("x = 1")]
    text = BeautifulSoup(render_notebook(new_notebook(cells=cells)), "html.parser").get_text()
    assert "mot" in text
    assert "x = 1" in text


@pytest.mark.parametrize(
    "bomb", ["bombe", "mot " * 50_000, "![x](attachment:none)"], ids=["slow", "too_long", "broken"]
)
def test_formgrader_is_given_as_text_what_it_would_stop_at(bomb, monkeypatch):
    monkeypatch.setattr(plugins, "MAX_SECONDS", 0.2)
    monkeypatch.setattr(plugins, "markdown2html_mistune", lambda text: spin() if "bombe" in text else text)
    data = {"text/markdown": bomb, "text/plain": "x"}
    outputs = [new_output("stream", text="dit"), new_output("display_data", data=data)]
    cells = [new_markdown_cell("Un **mot**"), new_markdown_cell(bomb), new_code_cell("1", outputs=outputs)]
    given, _ = SanitizeHandIn().preprocess(new_notebook(cells=cells), {})
    assert given.cells[0].source == "Un **mot**"
    assert given.cells[1].source in (f"    {bomb}", "[x](attachment:none)")
    assert "bombe" not in str(given.cells[2])
    assert given.cells[2].outputs[0].text == "dit"


@pytest.mark.parametrize("mark", ["!", "\\"])
def test_text_of_nothing_but_marks_takes_no_square_of_its_length(mark):
    with Budget(5).spend():  # hours, were it the square
        assert plugins._without_active_markdown(mark * 1_000_000) == mark * 1_000_000
