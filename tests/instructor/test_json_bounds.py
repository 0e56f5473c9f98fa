"""What is too large is seen before it is read."""

import json

import pytest

from instructor import json_bounds
from instructor.budget import MAX_VALUES, TOO_LARGE, has_more, read_message


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
    monkeypatch.setattr(json_bounds, "MAX_MESSAGE", 100)
    assert read_message(json.dumps("x" * 100).encode()) == TOO_LARGE
    assert read_message(json.dumps("x" * 98).encode()) == "x" * 98
