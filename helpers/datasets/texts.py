"""What the text loaders return: texts and their labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class TextSet:
    """Texts and their classes, in the same order.

    Parameters
    ----------
    texts
        As written by their authors.
    labels
        int64, shape (n,): 0 negative, 1 positive.
    """

    texts: list[str]
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)
