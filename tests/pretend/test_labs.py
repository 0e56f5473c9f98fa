"""Two light labs, as on a GPU that is none; `make pretend-gpu` runs them all."""

import json

import pytest

from tests.pretend.__main__ import row, run


@pytest.mark.parametrize("lab", ["bayes_net", "fizzbuzz"])
def test_lab_runs_as_on_a_gpu(lab):
    done = run(lab)
    assert done.returncode == 0, done.stderr[-2000:]
    assert row(lab, done.stdout).startswith(f"| {lab} | ")


def test_table_says_how_often_and_where():
    counts = [
        ["waits", "train, line 3", 9],
        ["to the device", "data, line 1", 2],
        ["to the host", "data, line 4", 1],
    ]
    figures = {"counts": counts, "megabytes": {"to the device": 1.25, "to the host": 0.01}}
    printed = "what the lab prints\n" + json.dumps(figures) + "\n"
    assert row("sentiment", printed) == (
        "| sentiment | 2 (1.2 MB) | 0 (0.0 MB) | 1 (0.0 MB) | 9 | train, line 3: 9 (waits) |"
    )
