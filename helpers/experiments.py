"""Run a small experiment: the same training under several settings and seeds, and what its differences are worth."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from inspect import signature

import numpy as np

from helpers import plotting
from helpers.french import format_decimal, format_percent

Trials = dict[str, dict[int, float]]


def run_trials(run: Callable[..., float], settings: Mapping[str, Mapping[str, object]], seeds: Iterable[int]) -> Trials:
    """Run every setting with every seed, and print each result as it comes.

    Parameters
    ----------
    run
        Called as ``run(seed, **setting)``; it trains and returns a score, a share between 0 and 1.
    settings
        Name of a setting → keyword arguments of `run`. The first is the reference that the others are compared with.
    seeds
        The same for every setting.

    Returns
    -------
    Setting → seed → score.

    Raises
    ------
    ValueError
        Fewer than two settings or than three seeds, two equal settings, a seed given twice, or no number returned.
    """
    settings, seeds = dict(settings), list(seeds)
    if len(settings) < 2:
        raise ValueError("Expérience : il faut au moins deux réglages, la référence d'abord.")
    for name, setting in settings.items():
        if twin := next((other for other in settings if other != name and settings[other] == setting), None):
            raise ValueError(f"Expérience : « {name} » et « {twin} » sont le même réglage.")
    if len(seeds) < 3 or len(set(seeds)) < len(seeds):
        raise ValueError(f"Expérience : il faut au moins trois graines, toutes différentes ; reçu {seeds}.")
    trials: Trials = {name: {} for name in settings}
    # Seed by seed: where the notebook is stopped half-way, the settings have had the same ones.
    for seed in seeds:
        for name, setting in settings.items():
            start = time.perf_counter()
            score = run(seed, **setting)
            try:
                trials[name][seed] = float(score)
            except (TypeError, ValueError):
                raise ValueError(
                    f"Expérience : « {name} », graine {seed} : `{getattr(run, '__name__', 'run')}` doit rendre un "
                    f"nombre ; reçu {score!r}."
                ) from None
            seconds = format_decimal(time.perf_counter() - start, 1)
            print(f"graine {seed} · {name} : {format_percent(trials[name][seed])} · {seconds} s")
    return trials


def changed_arguments(
    run: Callable[..., float], reference: Mapping[str, object], setting: Mapping[str, object]
) -> list[str]:
    """Return the arguments of `run` that a setting changes; one that is left out has its default value."""
    defaults = {name: argument.default for name, argument in signature(run).parameters.items()}
    first, other = defaults | dict(reference), defaults | dict(setting)
    return [name for name in first | other if not _is_same(first.get(name), other.get(name))]


def _is_same(value: object, other: object) -> bool:
    with suppress(Exception):  # what cannot be compared, such as arrays of several numbers, is told by what it shows
        if bool(value == other):
            return True
    return repr(value) == repr(other)


def show_trials(trials: Mapping[str, Mapping[int, float]], ylabel: str = "Exactitude en validation") -> None:
    """Draw every trial, and print what each setting gains over the first one, seed by seed.

    The differences are paired: what a seed draws (weights, order of the batches) helps or harms both settings alike.
    Their standard error is s / √n, with s the standard deviation of the n differences. How often chance alone exceeds
    two of them, with so few seeds, is told by Student's distribution.

    Parameters
    ----------
    trials
        What `run_trials` returned.
    ylabel
        What the scores are.
    """
    plotting.compare_seeds({name: list(scores.values()) for name, scores in trials.items()}, ylabel=ylabel)
    (reference, base), *variants = trials.items()
    for name, scores in variants:
        gains = 100 * np.array([scores[seed] - base[seed] for seed in scores])
        mean, error = gains.mean(), gains.std(ddof=1) / math.sqrt(len(gains))
        verdict = "plus" if abs(mean) > 2 * error else "moins"
        print(
            f"« {name} » moins « {reference} », à graine égale : {format_decimal(mean, 2, '+')} point(s), erreur type "
            f"{format_decimal(error, 2)} : {verdict} de deux erreurs types."
        )
    count, chance = len(base), format_percent(_chance_beyond_two(len(base)), 0)
    print(f"Sans aucun effet, le hasard des graines dépasse deux erreurs types {chance} du temps avec {count} graines.")


def _chance_beyond_two(count: int) -> float:
    """Return the probability that |t| > 2, t being the mean of `count` normal numbers over its standard error."""
    degrees, t = count - 1, np.linspace(-2, 2, 2001)
    density = (1 + t**2 / degrees) ** (-(degrees + 1) / 2) / math.sqrt(degrees * math.pi)
    density *= math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2))
    return 1 - 4 * float((density[1:] + density[:-1]).mean()) / 2
