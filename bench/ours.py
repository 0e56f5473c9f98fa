"""The same work as the course does it, and the least that it could cost: reading the same bytes with NumPy."""

from __future__ import annotations

import time
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
    return time_epoch(batches, len(batches))


def fashion_mnist_floor() -> float:
    """Copy the training images once."""
    images = np.ones((60_000, 28, 28), dtype=np.float32)
    copy = np.empty_like(images)
    np.copyto(copy, images)
    start = time.perf_counter()
    np.copyto(copy, images)
    return time.perf_counter() - start


def glove() -> float:
    """Map the vectors and look words up, after the first use."""
    start = time.perf_counter()
    vectors = load_glove()
    for word in ("king", "queen", "man", "woman"):
        vectors[word].sum()
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
    return time_epoch(batches, len(batches))


def noun_verb_epoch(batch_size: int) -> float:
    """Pad the ids of a batch in one array, move it once, and look its vectors up at once."""
    glove, sentences = load_glove(), load_noun_verb().train
    unknown = len(glove)
    ids = [np.array([glove.index.get(token.form.lower(), unknown) for token in sentence]) for sentence in sentences]
    words = [next((n, token) for n, token in enumerate(sentence) if token.feats) for sentence in sentences]
    places = torch.tensor([place for place, _ in words])
    labels = torch.tensor([float(word.feats["POS"] == {"VERB"}) for _, word in words])
    lengths = np.array([len(row) for row in ids])
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    vectors = torch.from_numpy(np.vstack([glove.vectors, glove.vectors.mean(0, keepdims=True)])).to(device)

    def batches():
        order = np.random.default_rng(0).permutation(len(ids))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            padded = np.full((len(rows), lengths[rows].max()), unknown)
            for line, row in zip(padded, rows, strict=True):
                line[: lengths[row]] = ids[row]
            inputs = torch.nn.functional.embedding(torch.from_numpy(padded).to(device), vectors)
            yield inputs, places[rows].to(device), labels[rows].to(device)

    return time_epoch(batches(), -(-len(ids) // batch_size))
