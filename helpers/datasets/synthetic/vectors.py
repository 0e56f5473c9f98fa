"""Word vectors with the regularities that the labs use: analogies, groups of related words, opposite tones."""

from __future__ import annotations

import numpy as np

from helpers.datasets.synthetic import lexicon

# Words of a group share a direction; what else they share is added by the features below.
GROUPS = [
    lexicon.AMBIGUOUS,
    lexicon.ADJECTIVES,
    lexicon.OWNERS,
    lexicon.GUESTS,
    lexicon.THINGS,
    lexicon.TIMES,
    lexicon.PLACES,
    lexicon.FAILURES,
    lexicon.GOOD,
    lexicon.BAD,
    lexicon.LIKED,
    lexicon.HATED,
    lexicon.ASPECTS,
    lexicon.SUBJECTS,
    lexicon.CRITICS,
]


def make_word_vectors(dim: int, seed: int = 0) -> tuple[list[str], np.ndarray]:
    """Build a small vocabulary and its vectors.

    Parameters
    ----------
    dim
        Number of features.
    seed
        The same seed and dimension give the same vectors.

    Returns
    -------
    The words, and their vectors, float32 (number of words, dim), in the same order.
    """
    rng = np.random.default_rng([seed, dim])
    vectors: dict[str, np.ndarray] = {word: rng.normal(size=dim) for word in lexicon.FUNCTION_WORDS}
    for pairs in (lexicon.GENDER_PAIRS, lexicon.COMPARATIVES, lexicon.COUNTRIES):
        vectors |= _make_pairs(pairs, rng, dim)
    for group in GROUPS:
        centre = rng.normal(size=dim)
        for word in group:
            # A word of two groups stays in the first.
            vectors.setdefault(word, centre + 0.6 * rng.normal(size=dim))
    for word in lexicon.NARRATIVE:
        vectors.setdefault(word, rng.normal(size=dim))
    _separate_tones(vectors, rng, dim)
    return list(vectors), 0.6 * np.stack(list(vectors.values())).astype(np.float32)


def _make_pairs(pairs: dict[str, str], rng: np.random.Generator, dim: int) -> dict[str, np.ndarray]:
    """Give the two words of each pair a common vector, and all the pairs one common difference."""
    kind, difference = rng.normal(size=dim), rng.normal(size=dim)
    vectors = {}
    for first, second in pairs.items():
        common = 0.5 * kind + rng.normal(size=dim)
        vectors[first] = common - 0.5 * difference + 0.15 * rng.normal(size=dim)
        vectors[second] = common + 0.5 * difference + 0.15 * rng.normal(size=dim)
    return vectors


def _separate_tones(vectors: dict[str, np.ndarray], rng: np.random.Generator, dim: int) -> None:
    """Put praise on one side of a direction and blame on the other, near each other as in vectors learnt from text."""
    tone, opinion = 0.7 * rng.normal(size=dim), 0.7 * rng.normal(size=dim)
    for words, sign in ((lexicon.GOOD + lexicon.LIKED, 1), (lexicon.BAD + lexicon.HATED, -1)):
        for word in words:
            vectors[word] = vectors[word] + sign * tone + opinion
