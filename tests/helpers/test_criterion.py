"""What runs beside a student's code: a value published for each criterion, drawn as in every other hand-in."""

import random
import sys

import numpy as np
import pytest
import torch

from helpers import criterion
from helpers.criterion import MIME_TYPE, CriterionError, run, start


@pytest.fixture
def published(monkeypatch):
    messages = []
    monkeypatch.setattr(sys.modules["helpers.criterion"], "publish_display_data", messages.append)
    return messages


def test_generator_depends_on_the_course_and_on_the_criterion_alone(monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "1")
    draw = start("test_q.a").normal(size=3)
    assert np.array_equal(draw, start("test_q.a").normal(size=3))
    assert not np.array_equal(draw, start("test_q.b").normal(size=3))
    monkeypatch.setenv("COURSE_SEED", "2")
    assert not np.array_equal(draw, start("test_q.a").normal(size=3))


def test_what_else_draws_is_seeded_too():
    def draw():
        start("test_q.a")
        return random.random(), np.random.rand(), torch.rand(1).item()

    assert draw() == draw()


def test_value_is_published_without_sentence_or_points(published):
    run(lambda rng: 1.5, "test_q.a")
    assert published == [{MIME_TYPE: {"value": {"dtype": "float", "shape": [], "data": [1.5]}}}]


def test_labels_are_drawn_on_a_fresh_generator(published):
    run(lambda rng: rng.integers(10, size=4), "test_q.a", labels=lambda rng: rng.integers(10, size=4))
    payload = published[0][MIME_TYPE]
    assert payload["labels"] == payload["value"]


def test_what_ran_is_published_where_it_must_be_written_by_hand(published):
    x = torch.randn(2, 3)
    run(lambda rng: torch.softmax(x, dim=1), "test_q.a", by_hand=True)
    assert "aten._softmax" in published[0][MIME_TYPE]["ran"]


def test_author_tries_a_criterion_by_running_the_notebook():
    assert criterion("une phrase", points=1)(abs.__class__ and (lambda rng: 1)) is not None
    with pytest.raises(CriterionError, match="ne peut pas être publiée"):
        criterion("une phrase", points=1)(lambda rng: object())


def test_nobody_judges_under_nbgrader_as_it_comes(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(CriterionError, match="personne ne juge ce critère"):
        criterion("une phrase", points=1)
