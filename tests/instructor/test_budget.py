"""What is spent on a text that takes hours to render is bounded, and the text is shown all the same.

JSON that is too large is seen before it is read.
"""

import json
import signal
import time

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from instructor import budget
from instructor.budget import MAX_VALUES, TOO_LARGE, Budget, TooLongError, has_more, read_message
from instructor.pages import html, sanitize
from instructor.pages.html import render_notebook
from instructor.plugins import SanitizeHandIn

# Each takes a library of the pages a time, or a memory, that grows with the square of its length.
BOMBS = {
    "tags_that_never_close": "<p><b class=i>" * 2000,
    "tags_that_differ": "".join(f"<p><b class={number}>" for number in range(5000)),
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
    monkeypatch.setattr(html, "MAX_SECONDS", 0.5)
    cells = [new_markdown_cell(bomb), new_markdown_cell("Un **mot**"), new_code_cell("x = 1")]
    text = BeautifulSoup(render_notebook(new_notebook(cells=cells)), "html.parser").get_text()
    assert "mot" in text
    assert "x = 1" in text


@pytest.mark.parametrize(
    "bomb", ["bombe", "mot " * 50_000, "![x](attachment:none)"], ids=["slow", "too_long", "broken"]
)
def test_formgrader_is_given_as_text_what_it_would_stop_at(bomb, monkeypatch):
    monkeypatch.setattr(sanitize, "MAX_SECONDS", 0.2)
    monkeypatch.setattr(sanitize, "markdown2html_mistune", lambda text: spin() if "bombe" in text else text)
    data = {"text/markdown": bomb, "text/plain": "x"}
    outputs = [new_output("stream", text="dit"), new_output("display_data", data=data)]
    cells = [new_markdown_cell("Un **mot**"), new_markdown_cell(bomb), new_code_cell("1", outputs=outputs)]
    given, _ = SanitizeHandIn().preprocess(new_notebook(cells=cells), {})
    assert given.cells[0].source == "Un **mot**"
    assert given.cells[1].source in (f"    {bomb}", "[x](attachment:none)")
    assert "bombe" not in str(given.cells[2])
    assert given.cells[2].outputs[0].text == "dit"
    assert [dict(output.data) for output in given.cells[2].outputs[1:] if "data" in output] in (
        [{"text/plain": "x"}],
        [{"text/plain": "x", "text/markdown": "[x](attachment:none)"}],
    )


@pytest.mark.parametrize("text", [r"\hr<!-- -->ef{x}", r"\&#104;ref{x}", "&#92;href{x}", "&#33;[href](http://x)"])
@pytest.mark.parametrize("kind", ["text/markdown", "text/html"])
def test_formgrader_is_given_nothing_active_that_comments_or_entities_hide(text, kind):
    output = new_output("display_data", data={kind: text})
    given, _ = SanitizeHandIn().preprocess(
        new_notebook(cells=[new_markdown_cell(text), new_code_cell("1", outputs=[output])]), {}
    )
    for shown in (given.cells[0].source, given.cells[1].outputs[0].data[kind]):
        assert "href" in shown
        assert not set(shown) & {"\\", "!", "&"}


def test_text_after_one_that_is_too_long_is_rendered():
    cells = [new_markdown_cell("mot " * 50_000), new_markdown_cell("Un **mot**")]
    given, _ = SanitizeHandIn().preprocess(new_notebook(cells=cells), {})
    assert [cell.source[:10] for cell in given.cells] == ["    mot mo", "Un **mot**"]


@pytest.mark.parametrize("mark", ["!", "\\"])
def test_text_of_nothing_but_marks_takes_no_square_of_its_length(mark):
    with Budget(5).spend():  # hours, were it the square
        assert sanitize._without_active_markdown(mark * 1_000_000) == mark * 1_000_000


@pytest.mark.parametrize("text", ['"[[["', '"\\"[[["', '"\\\\\\"[[["', '["[[", "\\\\", "["]', "[[1, 2]]"])
def test_marks_in_strings_do_not_count(text):
    json.loads(text)
    assert not has_more(text, "[", 2)


@pytest.mark.parametrize("text", ["[[[1]]]", '["\\\\", [[]]]', '["\\"", [["["]]]', "[[["])
def test_marks_outside_strings_count(text):
    assert has_more(text, "[", 2)


def test_strings_count_where_there_are_far_too_many():
    assert has_more("[" + '"",' * 10 + '""]', ",", 2)


def test_message_is_read_as_it_was_sent():
    content = {"text": "é [{,", "data": [1.5, None]}
    assert read_message(json.dumps(content, ensure_ascii=False).encode()) == content


@pytest.mark.parametrize("heavy", [[[]] * MAX_VALUES, [0] * MAX_VALUES, [""] * 10 * MAX_VALUES])
def test_message_that_would_take_too_much_memory_is_replaced(heavy):
    assert read_message(json.dumps({"data": heavy}).encode()) == TOO_LARGE


def test_long_message_is_replaced(monkeypatch):
    monkeypatch.setattr(budget, "MAX_JSON", 100)
    assert read_message(json.dumps("x" * 100).encode()) == TOO_LARGE
    assert read_message(json.dumps("x" * 98).encode()) == "x" * 98
