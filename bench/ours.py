"""The same work as the course does it, and the least that it could cost: reading the same bytes with NumPy."""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path

import numpy as np
import torch

from bench.measure import time_epoch
from bench.texts import MAX_LENGTH, make_vocabulary, tokenize
from helpers.datasets import Batches, load_fashion_mnist, load_glove, load_imdb, load_noun_verb


def fashion_mnist_epoch(batch_size: int) -> float:
    """Cut the tensors into shuffled batches."""
    train = load_fashion_mnist().train
    batches = Batches(train.images, train.labels, batch_size=batch_size, shuffle=True)
    return time_epoch(lambda: batches, len(batches))


def fashion_mnist_floor() -> float:
    """Copy the training images once."""
    images = np.ones((60_000, 28, 28), dtype=np.float32)
    copy = np.empty_like(images)
    np.copyto(copy, images)
    start = time.perf_counter()
    np.copyto(copy, images)
    return time.perf_counter() - start


def glove() -> float:
    """Map the vectors, build the dictionary of all the words and look some up, after the first use."""
    start = time.perf_counter()
    vectors = load_glove()
    for word in ("king", "queen", "man", "woman"):
        vectors[word].sum()
    return time.perf_counter() - start


def gensim_import() -> float:
    """Import what holds the vectors, which every use of gensim pays once a process."""
    start = time.perf_counter()
    import_module("gensim.models")
    return time.perf_counter() - start


def glove_floor(path: Path) -> float:
    """Read the bytes of the vectors from the disk's cache."""
    start = time.perf_counter()
    np.load(path)
    return time.perf_counter() - start


def encode_reviews(texts: list[str], vocabulary: dict[str, int]) -> torch.Tensor:
    """Encode every review once, int64 (n, MAX_LENGTH)."""
    ids = np.zeros((len(texts), MAX_LENGTH), dtype=np.int64)
    for row, text in enumerate(texts):
        words = tokenize(text)[:MAX_LENGTH]
        ids[row, : len(words)] = [vocabulary.get(word, 1) for word in words]
    return torch.from_numpy(ids)


def imdb_encoding() -> float:
    """Encode the 25,000 training reviews, vocabulary aside."""
    train = load_imdb().train
    vocabulary = make_vocabulary(train.texts)
    start = time.perf_counter()
    encode_reviews(train.texts, vocabulary)
    return time.perf_counter() - start


def imdb_epoch(batch_size: int) -> float:
    """Cut the encoded reviews into shuffled batches."""
    train = load_imdb().train
    ids = encode_reviews(train.texts, make_vocabulary(train.texts))
    batches = Batches(ids, torch.from_numpy(train.labels), batch_size=batch_size, shuffle=True)
    return time_epoch(lambda: batches, len(batches))


def noun_verb_epoch(batch_size: int) -> float:
    """Pad the ids of all the sentences once, move them once, and look the vectors of a batch up at once."""
    glove, sentences = load_glove(), load_noun_verb().train
    unknown = len(glove)
    ids = np.full((len(sentences), max(map(len, sentences))), unknown)
    places, labels = np.empty(len(sentences), dtype=np.int64), np.empty(len(sentences), dtype=np.float32)
    for row, sentence in enumerate(sentences):
        for column, token in enumerate(sentence):
            ids[row, column] = glove.key_to_index.get(token.form.lower(), unknown)
            if token.feats:
                places[row], labels[row] = column, token.feats["POS"] == {"VERB"}
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    vectors = torch.from_numpy(np.vstack([glove.vectors, glove.vectors.mean(0, keepdims=True)])).to(device)
    tensors = [torch.from_numpy(array).to(device) for array in (ids, places, labels)]
    batches = Batches(*tensors, batch_size=batch_size, shuffle=True)

    def epoch():
        for inputs, *others in batches:
            yield torch.nn.functional.embedding(inputs, vectors), *others

    return time_epoch(epoch, len(batches))
