"""Publish what a student's code computes, one criterion at a time, for the grader to judge outside of this process.

A criterion is a function of a random generator in the hidden half of a test cell. Its sentence and its points are for
the grader alone, which reads them in the instructor's notebook: what runs beside a student's code is the bare function.
Values travel as JSON, never as pickles.
"""

from __future__ import annotations

import math
import os
import random
import sys
import zlib
from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np
from IPython.display import publish_display_data

MIME_TYPE = "application/vnd.course.criterion+json"
MAX_NUMBERS = 50_000

Function = Callable[[np.random.Generator], object]


class CriterionError(Exception):
    """A value cannot be published, or nobody is there to judge it."""


def criterion(sentence: str, points: float, **options: object) -> Callable[[Function], Function]:
    """Try a criterion where its author runs the notebook: it must run, and give what can be published.

    Parameters
    ----------
    sentence
        What is asked, in French, as the feedback page says it.
    points
        What it is worth; the points of a cell's criteria sum to the cell's.
    options
        ``rtol`` and ``atol`` (1e-5 and 1e-8 unless given): how far a number may be from the reference's. ``at_least``
        and ``at_most``: bounds, for a number that need not equal the reference's. ``labels``: a function of the
        generator that gives the right classes; what the criterion returns are predictions then, and the bounds hold
        for the share that agrees. ``by_hand``: True, or a list of what the answer must do without
        (`helpers.by_hand`). The grader reads them; nothing is done with them here.

    Raises
    ------
    CriterionError
        The value cannot be published, or nbgrader runs this cell as it stands, without the course's configuration.
    """
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        raise CriterionError(
            f"« {sentence} » : personne ne juge ce critère. Lancez la correction avec le nbgrader_config.py du cours."
        )

    def attempt(function: Function) -> Function:
        encode(function(start(function.__name__)))
        return function

    return attempt


def run(function: Function, key: str, *, by_hand: bool = False, labels: Function | None = None) -> None:
    """Run a criterion on its own generator, and publish what it gives.

    Parameters
    ----------
    key
        Its name, with its cell's: what it draws depends on no other criterion.
    by_hand
        Also publish which ready-made operators ran (`helpers.recording`).
    labels
        In the reference run alone.
    """
    generator = start(key)
    if by_hand:
        from helpers.recording import Recording

        with Recording() as recording:
            value = function(generator)
        payload = {"value": encode(value), "ran": sorted(recording.names)}
    else:
        payload = {"value": encode(function(generator))}
    if labels is not None:
        payload["labels"] = encode(labels(start(key)))
    publish_display_data({MIME_TYPE: payload})


def show_integrity() -> None:
    """Publish what the functions that judge are made of here: the grader compares it with the reference's."""
    import hashlib

    codes = [function.__code__ for function in (run, start, encode, _encode, _encode_array, _number)]
    if recording := sys.modules.get("helpers.recording"):
        classes = (recording.Recording, recording._Operators, recording._Functions)
        codes += [value.__code__ for one in classes for value in vars(one).values() if hasattr(value, "__code__")]
    digest = hashlib.sha256(b"".join(code.co_code + repr(code.co_names).encode() for code in codes)).hexdigest()
    publish_display_data({MIME_TYPE: {"digest": digest, "publishes": publish_display_data.__module__}})


def start(key: str) -> np.random.Generator:
    """Return a fresh generator for a criterion, the same in every hand-in of a course; seed what else draws."""
    seed = [int(os.environ.get("COURSE_SEED", "0")), zlib.crc32(key.encode())]
    word = int(np.random.SeedSequence(seed).generate_state(1)[0])
    random.seed(word)
    np.random.seed(word)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(word)
    return np.random.default_rng(seed)


def encode(value: object) -> object:
    """Return `value` as JSON: what it holds, whichever container holds it.

    Numbers and arrays become ``{"dtype", "shape", "data"}``, non-finite numbers strings in `data`; texts and None stay;
    tuples, lists, ranges and iterators become lists, dictionaries ``{"keys", "values"}``.
    """
    return _encode(value, [MAX_NUMBERS])


def _encode(value: object, left: list[int]) -> object:
    left[0] -= 1
    if left[0] < 0:
        raise CriterionError(f"plus de {MAX_NUMBERS} valeurs à publier")
    if value is None or isinstance(value, str):
        return value
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        value = value.detach().cpu()
        value = (value.float() if value.dtype is torch.bfloat16 else value).resolve_conj().resolve_neg().numpy()
    if isinstance(value, bool | int | float) and not isinstance(value, np.generic):
        if isinstance(value, int) and abs(value) >= 2**63:  # as a number of any other size is compared
            value = float(value) if abs(value) < 2**1000 else math.inf if value > 0 else -math.inf
        return {"dtype": type(value).__name__, "shape": [], "data": [_number(value)]}
    if isinstance(value, dict):
        return {
            "keys": [_encode(key, left) for key in value],
            "values": [_encode(item, left) for item in value.values()],
        }
    if isinstance(value, list | tuple | range | Iterator) or type(value).__name__ in (
        "dict_keys",
        "dict_values",
        "map",
    ):
        return [_encode(item, left) for item in islice(value, MAX_NUMBERS)]
    if isinstance(value, np.generic | np.ndarray) or hasattr(value, "__array__"):
        return _encode_array(np.asarray(value), left)
    raise CriterionError(f"une valeur de type {type(value).__name__} ne peut pas être publiée")


def _encode_array(array: np.ndarray, left: list[int]) -> object:
    if array.dtype.kind in "OU":
        return _encode(array.tolist(), left)
    if array.dtype.kind not in "biuf":
        raise CriterionError(f"un tableau de dtype {array.dtype} ne peut pas être publié")
    left[0] -= array.size
    if left[0] < 0:
        raise CriterionError(f"plus de {MAX_NUMBERS} valeurs à publier")
    data = [_number(number) for number in array.ravel().tolist()]
    return {"dtype": str(array.dtype), "shape": list(array.shape), "data": data}


def _number(number: float) -> float | str:
    if isinstance(number, bool):
        return int(number)
    return number if math.isfinite(number) else str(float(number))
