"""Values that the functions of this package accept, as NumPy arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np


def to_numpy(values: object) -> np.ndarray:
    """Return an array, a tensor (on any device, with or without gradient) or a list of them as a NumPy array.

    Raises
    ------
    ValueError
        The items of a list have different shapes.
    """
    if isinstance(values, list | tuple):
        values = [_detach(value) for value in values]
    try:
        return np.asarray(_detach(values))
    except ValueError as error:
        raise ValueError("Figure : les éléments de la liste n'ont pas tous la même forme.") from error


def _detach(values: object) -> object:
    return values.detach().cpu().numpy() if hasattr(values, "detach") else values


def curves_by_name(history: object, what: str = "Courbes") -> dict[str, np.ndarray]:
    """Return each curve of a history as floats, one an epoch (or a step).

    Parameters
    ----------
    history
        Name → values, or one dictionary name → value an epoch; a value missing at an epoch becomes NaN.
    what
        Beginning of the error messages.

    Raises
    ------
    ValueError
        There is no curve, or one is not a list of numbers.
    """
    if isinstance(history, Sequence) and history and all(isinstance(epoch, Mapping) for epoch in history):
        names = dict.fromkeys(name for epoch in history for name in epoch)
        history = {name: [epoch.get(name, np.nan) for epoch in history] for name in names}
    if not isinstance(history, Mapping):
        raise ValueError(
            f"{what} : on attend un dictionnaire nom → valeurs, ou une liste d'un dictionnaire par époque ; "
            f"reçu {type(history).__name__}."
        )
    if not history:
        raise ValueError(f"{what} : rien à tracer, le dictionnaire est vide. L'entraînement a-t-il été lancé ?")
    curves = {str(name): to_numpy(values) for name, values in history.items()}
    for name, values in curves.items():
        if values.ndim != 1 or values.size == 0 or values.dtype.kind not in "iuf":
            raise ValueError(
                f"{what} : « {name} » doit contenir un nombre par point ; reçu un tableau de forme {values.shape} "
                f"et de type {values.dtype}. Ajoutez une valeur (`.item()` pour un tenseur) à la fois."
            )
    return {name: values.astype(float) for name, values in curves.items()}
