"""Publish what a student's code computed, for the grader to compare in its own process.

A probe compares nothing and holds no expected value: it sends `(name, value)` out of the kernel as JSON. The
instructor's notebook is run with the same seed, publishes the same names, and the grader compares the two.
"""

import math
import os
import sys

import numpy as np
from IPython.display import publish_display_data

MIME_TYPE = "application/vnd.course.probe+json"
MAX_NUMBERS = 50_000


class ProbeError(TypeError):
    """A value that cannot be published, or a probe that nobody would verify."""


def probe(
    name: str,
    value: object,
    *,
    rtol: float = 1e-4,
    atol: float = 1e-6,
    at_least: float | None = None,
    at_most: float | None = None,
    labels: object = None,
) -> None:
    """Publish `value` under `name` for the grader; outside grading, only check that it can be published.

    The grader takes the tolerances and the bounds from the instructor's run, never from the student's.

    Parameters
    ----------
    name
        Unique within the graded cell.
    value
        A number, string, boolean, None, NumPy array, PyTorch tensor, or nested lists and tuples of them.
    rtol, atol
        The value must satisfy ``|value - reference| <= atol + rtol * |reference|`` element by element.
    at_least, at_most
        Bounds, for a number that need not equal the reference (an accuracy, a loss).
    labels
        The right classes, where `value` holds predicted ones: the bounds then hold for the share of `value` that equals
        the labels of the instructor's run, counted by the grader: what an object answers to ``==`` proves nothing.

    Raises
    ------
    ProbeError
        The value is of another type or too large, or nbgrader runs without the verifying preprocessor.
    """
    payload = {"name": name, "value": _encode(value, name)}
    if at_least is None and at_most is None:
        payload |= {"rtol": rtol, "atol": atol}
    else:
        payload |= {"at_least": at_least, "at_most": at_most}
        if labels is not None:
            payload["labels"] = _encode(labels, name)
    if "COURSE_SEED" in os.environ:
        publish_display_data({MIME_TYPE: payload})
    elif os.environ.get("NBGRADER_EXECUTION") == "autograde":
        raise ProbeError(
            f"Sonde « {name} » : personne ne la vérifie. Lancez la correction avec le nbgrader_config.py du cours."
        )


def probe_rng(stream: int = 0) -> np.random.Generator:
    """Return a generator to draw probe inputs with: the same for every hand-in of one grading run.

    Every call starts afresh from the run's seed, so that what one question draws never depends on another.

    Parameters
    ----------
    stream
        Number of an independent stream, where one cell needs several.
    """
    return np.random.default_rng([int(os.environ.get("COURSE_SEED", "0")), stream])


def _encode(value: object, name: str) -> object:
    """Return `value` as JSON: scalars as they are, arrays as {dtype, shape, data}, non-finite floats as strings."""
    if "torch" in sys.modules and isinstance(value, sys.modules["torch"].Tensor):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return _encode_float(value)
    if isinstance(value, np.ndarray):
        return _encode_array(value, name)
    if isinstance(value, list | tuple):
        return [_encode(item, name) for item in value]
    raise ProbeError(f"Sonde « {name} » : une valeur de type {type(value).__name__} ne peut pas être publiée.")


def _encode_float(value: float) -> float | str:
    return float(value) if math.isfinite(value) else str(float(value))


def _encode_array(array: np.ndarray, name: str) -> dict:
    if array.dtype.kind not in "biuf":
        raise ProbeError(f"Sonde « {name} » : un tableau de dtype {array.dtype} ne peut pas être publié.")
    if array.size > MAX_NUMBERS:
        raise ProbeError(f"Sonde « {name} » : {array.size} nombres, c'est plus que la limite de {MAX_NUMBERS}.")
    data = array.ravel().tolist()
    if array.dtype.kind == "f":
        data = [_encode_float(number) for number in data]
    return {"dtype": str(array.dtype), "shape": list(array.shape), "data": data}
