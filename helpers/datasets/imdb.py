"""IMDB: 50,000 film reviews, positive or negative (Maas and others, 2011)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from helpers.datasets.download import locate
from helpers.datasets.folders import DataError
from helpers.datasets.synthetic.reviews import write_reviews
from helpers.datasets.texts import TextSet
from helpers.french import format_count
from helpers.machine import is_fast

FAST_SIZES = {"train": 1600, "test": 400}


@dataclass(frozen=True)
class Imdb:
    """The two parts of IMDB, half negative and half positive each. Real reviews come with all negatives first."""

    train: TextSet
    test: TextSet


def load_imdb() -> Imdb:
    """Load IMDB: 25,000 training and 25,000 test reviews.

    Returns
    -------
    The two parts; with `COURSE_MODE=fast`, short reviews written by code.

    Raises
    ------
    DataError
        The files cannot be had or are damaged.
    """
    if is_fast():
        parts = {part: TextSet(*write_reviews(size, seed)) for seed, (part, size) in enumerate(FAST_SIZES.items())}
        origin = "données synthétiques, COURSE_MODE=fast"
    else:
        folder = locate("imdb") / "imdb" / "plain_text"
        parts = {part: read_part(folder / f"{part}-00000-of-00001.parquet") for part in FAST_SIZES}
        origin = f"dossier {folder}"
    data = Imdb(**parts)
    print(
        f"IMDB : {format_count(len(data.train))} critiques d'entraînement, {format_count(len(data.test))} de test "
        f"({origin})"
    )
    return data


def read_part(path: Path) -> TextSet:
    """Read one parquet file with the columns `text` and `label`."""
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(path, columns=["text", "label"])
    except (OSError, pyarrow.ArrowException) as error:
        raise DataError(f"IMDB : « {path} » est illisible ({error}). Supprimez ce fichier et relancez.") from error
    return TextSet(table["text"].to_pylist(), table["label"].to_numpy().astype(np.int64))
