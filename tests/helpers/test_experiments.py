import re

import numpy as np
import pytest

from helpers import experiments
from helpers.experiments import changed_arguments, run_trials, show_trials


def train(seed, gain=0.0, noise=0.0):
    return 0.7 + 0.01 * seed + gain + noise * (-1) ** seed


def test_every_setting_has_every_seed_and_its_own_arguments(capsys):
    trials = run_trials(train, {"sans": {}, "avec": {"gain": 0.1}}, (0, 1, 4))
    assert trials["sans"] == pytest.approx({0: 0.70, 1: 0.71, 4: 0.74})
    assert trials["avec"] == pytest.approx({0: 0.80, 1: 0.81, 4: 0.84})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert re.fullmatch(r"graine 0 · avec : 80,0\u202f% · \d+,\d s", lines[1])


@pytest.mark.parametrize(
    ("settings", "seeds", "reason"),
    [
        ({"seul": {}}, (0, 1, 2), "au moins deux réglages"),
        ({"a": {}, "b": {"gain": 1}, "c": {"gain": 1}}, (0, 1, 2), "« b » et « c » sont le même réglage"),
        ({"a": {}, "b": {"gain": 1}}, (0, 1), r"trois graines, toutes différentes ; reçu \[0, 1\]"),
        ({"a": {}, "b": {"gain": 1}}, (0, 1, 1), "toutes différentes"),
    ],
)
def test_what_compares_nothing_is_refused_before_any_training(settings, seeds, reason):
    def never(seed, **setting):
        raise AssertionError("trained")

    with pytest.raises(ValueError, match=reason):
        run_trials(never, settings, seeds)


def test_result_that_is_no_number_is_named():
    def trial(seed, gain=0):
        print(seed)  # and returns nothing

    with pytest.raises(ValueError, match="« a », graine 0 : `trial` doit rendre un nombre ; reçu None"):
        run_trials(trial, {"a": {}, "b": {"gain": 1}}, range(3))


def test_differences_are_taken_seed_by_seed(shown, capsys):
    show_trials(run_trials(train, {"sans": {}, "avec": {"gain": 0.1}, "bruit": {"noise": 0.1}}, range(4)))
    steady, noisy, chance = capsys.readouterr().out.splitlines()[-3:]
    assert (
        steady
        == "« avec » moins « sans », à graine égale : +10,00 point(s), erreur type 0,00 : plus de deux erreurs types."
    )
    assert "+0,00 point(s), erreur type 5,77 : moins de deux erreurs types" in noisy
    assert "dépasse deux erreurs types 14\N{NARROW NO-BREAK SPACE}% du temps avec 4 graines" in chance
    assert "Exactitude en validation" in shown[0][1]


# Student's tables: of one degree of freedom, 1 - 2 atan(2) / π; of two, 1 - 2 / √6.
@pytest.mark.parametrize(("count", "chance"), [(2, 0.2952), (3, 0.1835), (5, 0.1161), (300, 0.0464), (9000, 0.0455)])
def test_chance_alone_exceeds_two_standard_errors_as_often_as_student_says(count, chance):
    assert experiments._chance_beyond_two(count) == pytest.approx(chance, abs=1e-4)


@pytest.mark.parametrize(
    ("reference", "setting", "changed"),
    [
        ({}, {"gain": 0.1}, ["gain"]),
        ({"gain": 0.0}, {"noise": 0.2}, ["noise"]),  # said or left out, a default is the same
        ({"gain": 0.1}, {}, ["gain"]),
        ({}, {"gain": 0.1, "noise": 1}, ["gain", "noise"]),
        ({"gain": 1}, {"gain": 1.0}, []),
        ({"widths": np.arange(3)}, {"widths": np.arange(3)}, []),
        ({"widths": np.arange(3)}, {"widths": np.arange(4)}, ["widths"]),
    ],
)
def test_what_a_setting_changes_is_told_with_defaults(reference, setting, changed):
    assert changed_arguments(train, reference, setting) == changed
