"""Grids of images with what they are and what a model said."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from helpers.french import format_percent
from helpers.plotting import display
from helpers.plotting.style import COLORS, WIDTH, style
from helpers.plotting.values import to_numpy


def image_grid(
    images: object,
    labels: object = None,
    predictions: object = None,
    *,
    class_names: Sequence[str] | None = None,
    columns: int = 6,
    title: str | None = None,
    alt: str | None = None,
) -> None:
    """Draw images side by side, with their labels and, where given, the predictions marked right or wrong.

    Parameters
    ----------
    images
        Shape (n, height, width), (n, 1 or 3, height, width) or (n, height, width, 1 or 3). Integers are taken as
        0…255 and floats as 0…1; an image that leaves this interval (because it was normalised) is stretched to it.
    labels, predictions
        Class numbers or texts, shape (n,). Predictions need labels.
    class_names
        Name of each class, where the labels are numbers.
    columns
        Images in a row.
    title, alt
        Title; alternative text, by default with the label and the prediction of every image.

    Raises
    ------
    ValueError
        A shape is not one of these, or there are not as many labels as images.
    """
    pictures = _pictures(images)
    true = _names(labels, class_names, len(pictures), "étiquettes")
    predicted = _names(predictions, class_names, len(pictures), "prédictions")
    if predicted is not None and true is None:
        raise ValueError("Images : des prédictions sans étiquettes ne se jugent pas. Donnez aussi `labels`.")
    if predicted is not None:
        right = [a == b for a, b in zip(true, predicted, strict=True)]
        captions = [f"✓ {p}" if ok else f"✗ {p}\nvrai : {t}" for t, p, ok in zip(true, predicted, right, strict=True)]
        colors = [COLORS["blue"] if ok else COLORS["orange"] for ok in right]
        described = ", ".join(
            p if ok else f"{p} au lieu de {t}" for t, p, ok in zip(true, predicted, right, strict=True)
        )
        described = f"{sum(right)} bien classées sur {len(right)} ; {described}"
    else:
        captions = true or [""] * len(pictures)
        colors = [COLORS["black"]] * len(pictures)
        described = ", ".join(captions) if true else f"{len(pictures)} images"
    figure = _draw(pictures, captions, colors, columns, title)
    display.show(figure, alt or f"{title or 'Images'} : {described}.")


def most_confident_errors(
    images: object,
    labels: object,
    probabilities: object,
    class_names: Sequence[str],
    *,
    count: int = 12,
    columns: int = 6,
    title: str = "Les erreurs commises avec le plus d'assurance",
    alt: str | None = None,
) -> None:
    """Draw the misclassified images to which the model gave the highest probability, the most confident first.

    Parameters
    ----------
    images
        As in `image_grid`.
    labels
        True class numbers, shape (n,).
    probabilities
        After the softmax, shape (n, number of classes).
    class_names
        Name of each class.
    count, columns
        Images at most, and images in a row.
    title, alt
        Title; alternative text, by default with the confusion and the confidence of every image.

    Raises
    ------
    ValueError
        The shapes do not agree, or rows of `probabilities` are not probabilities.
    """
    pictures, true, probs = to_numpy(images), to_numpy(labels), to_numpy(probabilities)
    expected = (len(pictures), len(class_names))
    if probs.shape != expected or true.shape != expected[:1]:
        raise ValueError(
            f"Erreurs : pour {expected[0]} images et {expected[1]} classes on attend des probabilités de forme "
            f"{expected} et des étiquettes de forme {expected[:1]} ; reçu {probs.shape} et {true.shape}."
        )
    if not (np.all(probs >= 0) and np.allclose(probs.sum(axis=1), 1, atol=1e-3)):
        raise ValueError("Erreurs : chaque ligne doit être une loi de probabilité. Le softmax a-t-il été oublié ?")
    predicted, confidence = probs.argmax(axis=1), probs.max(axis=1)
    wrong = np.flatnonzero(predicted != true)
    if not wrong.size:
        print(f"Aucune erreur sur {len(true)} exemples.")
        return
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:count]
    percents = [format_percent(confidence[i], 0) for i in worst]
    names = [(class_names[predicted[i]], class_names[true[i]]) for i in worst]
    captions = [f"{said} ({p})\nvrai : {real}" for (said, real), p in zip(names, percents, strict=True)]
    figure = _draw(_pictures(pictures[worst]), captions, [COLORS["black"]] * len(worst), columns, title)
    described = ", ".join(f"{said} au lieu de {real} à {p}" for (said, real), p in zip(names, percents, strict=True))
    display.show(figure, alt or f"{title} ({len(wrong)} erreurs sur {len(true)}) : {described}.")


def _draw(
    pictures: list[np.ndarray], captions: Sequence[str], colors: Sequence[str], columns: int, title: str | None
) -> Figure:
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    lines = max(caption.count("\n") + bool(caption) for caption in captions)
    cell = min(WIDTH / columns, 2.0)
    with style():
        height = rows * (cell + 0.2 * lines) + (0.4 if title else 0)
        figure = Figure(figsize=(cell * columns, height), layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).ravel()
        for ax in axes:
            ax.set_axis_off()
        for ax, picture, caption, color in zip(axes, pictures, captions, colors, strict=False):
            ax.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
            # Captions of equally many lines: the images of a row stay level.
            ax.set_title(caption + "\n " * (lines - 1 - caption.count("\n")), fontsize=11, color=color, pad=4)
        if title:
            figure.suptitle(title)
    return figure


def _pictures(images: object) -> list[np.ndarray]:
    """Return images as (height, width) or (height, width, 3) arrays of floats in 0…1."""
    array = to_numpy(images)
    # Three rows of pixels or three channels? Channels at the end win: that is what a picture read from a file has.
    if array.ndim == 4 and array.shape[1] in (1, 3) and array.shape[3] not in (1, 3):
        array = np.moveaxis(array, 1, -1)
    if array.ndim == 4 and array.shape[3] == 1:
        array = array[..., 0]
    if len(array) == 0 or not (array.ndim == 3 or (array.ndim == 4 and array.shape[3] == 3)):
        raise ValueError(
            f"Images : forme {array.shape} inattendue. On attend un lot non vide : (n, hauteur, largeur), "
            "(n, 3, hauteur, largeur) ou (n, hauteur, largeur, 3) ; pour une seule image, `image[None]`."
        )
    if array.dtype.kind in "iu":
        array = array / 255
    return [_in_unit_interval(picture.astype(float)) for picture in array]


def _in_unit_interval(picture: np.ndarray) -> np.ndarray:
    low, high = picture.min(), picture.max()
    return picture if low >= 0 and high <= 1 else (picture - low) / max(high - low, 1e-12)


def _names(values: object, class_names: Sequence[str] | None, count: int, what: str) -> list[str] | None:
    if values is None:
        return None
    array = to_numpy(values)
    if array.shape != (count,):
        raise ValueError(f"Images : {count} images, mais des {what} de forme {array.shape} ; il en faut une par image.")
    if class_names is None or array.dtype.kind not in "iu":
        return [str(value) for value in array]
    if array.min() < 0 or array.max() >= len(class_names):
        raise ValueError(f"Images : les {what} doivent être des entiers de 0 à {len(class_names) - 1}.")
    return [class_names[value] for value in array]
