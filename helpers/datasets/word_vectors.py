"""Words and their vectors, in memory or mapped from disk."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path

import numpy as np

from helpers.datasets.folders import replace_atomically


class WordVectors:
    """Words and their vectors, row by row.

    Parameters
    ----------
    words
        The vocabulary, most frequent word first, lower case.
    vectors
        float32, shape (number of words, dimension).

    Attributes
    ----------
    words, vectors
        As given. Vectors mapped from disk are read where they are used; changing them changes nothing on disk.
    index
        Row of each word, a dictionary.
    """

    def __init__(self, words: list[str], vectors: np.ndarray):
        self.words = words
        self.vectors = vectors

    @cached_property
    def index(self) -> dict[str, int]:
        return dict(zip(self.words, range(len(self)), strict=True))

    @property
    def dim(self) -> int:
        """Number of features of a vector."""
        return self.vectors.shape[1]

    def __len__(self) -> int:
        return len(self.vectors)

    def __contains__(self, word: str) -> bool:
        return self._find(word) is not None

    def __getitem__(self, word: str) -> np.ndarray:
        """Return the vector of `word`, float32 (dimension,); KeyError for an unknown word."""
        row = self._find(word)
        if row is None:
            raise KeyError(word)
        return self.vectors[row]

    def _find(self, word: str) -> int | None:
        return self.index.get(word)


class MappedWordVectors(WordVectors):
    """Word vectors whose words stay on disk too, until `words` or `index` is asked for.

    One word is found by bisection in a mapped table of 64-bit digests: nothing else is read.

    Parameters
    ----------
    words_file, table_file
        Written by `write_words`.
    vectors
        float32, shape (number of words, dimension), mapped.
    """

    def __init__(self, words_file: Path, table_file: Path, vectors: np.ndarray):
        self.vectors = vectors
        self._words_file = words_file
        self._digests, self._rows = np.load(table_file, mmap_mode="r").view(np.ndarray)

    @cached_property
    def words(self) -> list[str]:
        return self._words_file.read_text(encoding="utf-8").split("\n")

    def _find(self, word: str) -> int | None:
        digest = _digest(word)
        place = int(np.searchsorted(self._digests, digest))
        if place < len(self._digests) and self._digests[place] == digest:
            return int(self._rows[place])
        return None


def write_words(words: list[str], words_file: Path, table_file: Path) -> None:
    """Write the words, one a line, and the table that finds them: sorted digests and their rows, uint64 (2, n)."""
    digests = np.array([_digest(word) for word in words])
    order = digests.argsort()
    with replace_atomically(table_file) as partial, partial.open("wb") as file:
        np.save(file, np.stack([digests[order], order.astype(np.uint64)]))
    with replace_atomically(words_file) as partial:
        partial.write_text("\n".join(words), encoding="utf-8", newline="\n")


def _digest(word: str) -> np.uint64:
    # Python's own hash changes at every start. With 64 bits, two of 400,000 words meet once in two hundred million.
    return np.uint64(int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little"))
