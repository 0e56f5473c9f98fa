"""The same reading of a review for both sides of the comparison."""

from __future__ import annotations

import re
from collections import Counter

MAX_LENGTH = 200
MAX_WORDS = 10_000
_NOT_A_WORD = re.compile(r"[^a-z0-9\s]")


def tokenize(text: str) -> list[str]:
    """Split a review into lower-case words without punctuation."""
    return _NOT_A_WORD.sub("", text.lower()).split()


def make_vocabulary(texts: list[str]) -> dict[str, int]:
    """Number the most frequent words from 2; 0 is for padding, 1 for the others."""
    counts = Counter(word for text in texts for word in tokenize(text))
    return {word: row for row, (word, _) in enumerate(counts.most_common(MAX_WORDS - 2), start=2)}
