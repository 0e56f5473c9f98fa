"""Probes publish, and fail closed."""

import sys

import numpy as np
import pytest

from helpers.probe import MIME_TYPE, ProbeError, probe, probe_rng


@pytest.fixture
def published(monkeypatch):
    """Collect what is published; no grading by default."""
    messages = []
    monkeypatch.setattr(sys.modules["helpers.probe"], "publish_display_data", messages.append)
    for name in ("COURSE_SEED", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(name, raising=False)
    return messages


def test_grading_run_gets_the_value_and_the_tolerances(published, monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "1")
    probe("mean", np.array([1.0, np.nan]), rtol=1e-3)
    value = {"dtype": "float64", "shape": [2], "data": [1.0, "nan"]}
    assert published == [{MIME_TYPE: {"name": "mean", "value": value, "rtol": 1e-3, "atol": 1e-6}}]


def test_bound_replaces_the_tolerances(published, monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "1")
    probe("accuracy", 0.9, at_least=0.8)
    assert published == [{MIME_TYPE: {"name": "accuracy", "value": 0.9, "at_least": 0.8, "at_most": None}}]


def test_labels_travel_beside_the_predictions(published, monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "1")
    probe("classes", np.array([0, 2]), labels=np.array([0, 1]), at_least=0.5)
    right = {"dtype": "int64", "shape": [2], "data": [0, 1]}
    assert published[0][MIME_TYPE]["labels"] == right


def test_torch_tensor_travels_as_an_array(published, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setenv("COURSE_SEED", "1")
    probe("loss", torch.tensor(2.0, requires_grad=True))
    assert published[0][MIME_TYPE]["value"] == {"dtype": "float32", "shape": [], "data": [2.0]}


def test_outside_grading_nothing_is_published_but_the_value_is_checked(published):
    probe("mean", 1.0)
    with pytest.raises(ProbeError):
        probe("mean", object())
    assert published == []


def test_grading_without_a_verifier_raises(published, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(ProbeError, match="personne ne la vérifie"):
        probe("mean", 1.0)


def test_draws_depend_on_the_seed_and_on_nothing_else(monkeypatch):
    monkeypatch.setenv("COURSE_SEED", "1")
    first = probe_rng().normal(size=3)
    np.random.seed(7)
    assert np.array_equal(probe_rng().normal(size=3), first)
    assert not np.array_equal(probe_rng(1).normal(size=3), first)
    monkeypatch.setenv("COURSE_SEED", "2")
    assert not np.array_equal(probe_rng().normal(size=3), first)
