"""Opinions whose words are the same for praise and for blame: only their order tells which.

"It is not dull, it is brilliant" and "it is not brilliant, it is dull" hold the same words.
"""

from __future__ import annotations

import numpy as np

from helpers.datasets.synthetic import lexicon

PLAIN_SHARE = 0.15  # opinions without any turn, which a bag of words understands
WRONG_LABELS = 0.03  # opinions that contradict their label, as real texts do; over-fitting is learning them by heart


class Writer:
    """Draws words and opinions from one generator."""

    def __init__(self, rng: np.random.Generator):
        self.rng = rng

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def pick(self, choices: list[str]) -> str:
        return choices[self.rng.integers(len(choices))]

    def draw_labels(self, size: int) -> np.ndarray:
        """Draw as many positive as negative labels, int64 (size,), in random order."""
        return self.rng.permutation(np.arange(size) % 2)

    def opinion(self, plain: list[str], contrasts: list[str], positive: bool, **fields: str) -> str:
        """Fill a pattern: `{meant}` agrees with the opinion, `{other}` is its opposite, both adjectives."""
        if self.chance(WRONG_LABELS):
            positive = not positive
        meant, other = (lexicon.GOOD, lexicon.BAD) if positive else (lexicon.BAD, lexicon.GOOD)
        did, did_not = (lexicon.LIKED, lexicon.HATED) if positive else (lexicon.HATED, lexicon.LIKED)
        pattern = self.pick(plain if self.chance(PLAIN_SHARE) else contrasts)
        return pattern.format(
            meant=self.pick(meant), other=self.pick(other), did=self.pick(did), did_not=self.pick(did_not), **fields
        )
