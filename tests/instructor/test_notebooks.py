"""What is read as a notebook, and why the rest is not."""

import json

import pytest

from instructor.notebooks import (
    MAX_CELLS,
    MAX_PARTS,
    NotebookError,
    in_a_function,
    parse_notebook,
    without_hidden_tests,
)

CELL = {"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None, "source": "x"}


def content(cells=(CELL,), **options) -> bytes:
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)} | options
    return json.dumps(notebook).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_notebook_is_read_in_any_encoding_of_json(encoding):
    assert parse_notebook(content().decode().encode(encoding), "a.ipynb").cells[0].source == "x"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (b"", "not JSON"),
        (b"\x1f\x8b", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"null", "holds no cells"),
        (b"[1]", "holds no cells"),
        (b'{"cells": "x"}', "holds no cells"),
        (b'{"cells": [null, "x"]}', "holds no cells"),
        (b'{"rows": [{"source": "x"}]}', "holds no cells"),
        (content(metadata={"x": [{}] * MAX_PARTS}), "too large"),
        (content([CELL] * (MAX_CELLS + 1)), "too large"),
    ],
)
def test_anything_else_is_refused_in_a_line(given, reason):
    with pytest.raises(NotebookError, match=reason) as caught:
        parse_notebook(given, "a.ipynb")
    assert str(caught.value).startswith("a.ipynb is ")
    assert len(str(caught.value)) < 300
    assert not {"'NoneType' object", "local variable"} & set(str(caught.value).split("("))


def test_brackets_in_a_text_are_no_parts():
    text = 'x = "[' + "[{" * MAX_PARTS + '"'
    assert parse_notebook(content([CELL | {"source": text}]), "a.ipynb").cells[0].source == text


def test_notebook_of_a_version_to_come_is_read_where_it_is_like_ours():
    assert parse_notebook(content(nbformat_minor=7), "a.ipynb").nbformat_minor == 5


def test_hidden_tests_are_cut_out():
    source = "assert x\n### BEGIN HIDDEN TESTS\nprobe(1)\n### END HIDDEN TESTS\nassert y"
    assert without_hidden_tests(source) == "assert x\nassert y"


def test_blocks_that_never_end_are_read_once_and_stay():
    text = "### BEGIN HIDDEN TESTS\n" * 30_000 + "x = 1"
    assert without_hidden_tests(text) == text


TEXTS = """
text = '''one
  two'''
number = 3
told = f'''{number}
  {number + 1}'''

if number:
    seen.append((text, told))
""".strip()


def test_visible_test_in_a_function_does_the_same_and_binds_nothing_of_its_own():
    names: dict = {"seen": [], "text": "a student's"}
    exec(in_a_function(TEXTS), names)
    assert names["seen"] == [("one\n  two", "3\n  4")]
    assert names["text"] == "a student's" and not {"number", "told"} & names.keys()


@pytest.mark.parametrize("code", ["", "# nothing to see", "%time x = 1"])
def test_what_cannot_be_a_function_stays_as_it_is(code):
    assert in_a_function(code) == code
