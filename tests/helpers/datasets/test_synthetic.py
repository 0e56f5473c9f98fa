"""What the stand-ins must be: learnt in seconds by the model of their lab, not by one that ignores what matters."""

import re

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torch.nn.functional import cross_entropy

from helpers.datasets import (
    Batches,
    load_cats_and_fish,
    load_fashion_mnist,
    load_glove,
    load_imdb,
    load_noun_verb,
    load_tweets,
)


@pytest.fixture(autouse=True)
def fast_and_seeded(fast_mode):
    torch.manual_seed(0)


def fit(model, train, test, *, lr, num_epochs, batch_size=64):
    """Train with Adam; each set is its inputs and, last, its labels. Return the test accuracy."""
    optimizer = torch.optim.Adam(model.parameters(), lr)
    for _ in range(num_epochs):
        for *inputs, labels in Batches(*train, batch_size=batch_size, shuffle=True):
            optimizer.zero_grad()
            cross_entropy(model(*inputs), labels).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
    model.eval()
    with torch.no_grad():
        return (model(*test[:-1]).argmax(1) == test[-1]).float().mean().item()


class Recurrent(nn.Module):
    """Word vectors, a GRU, and a linear layer on the state of the chosen word."""

    def __init__(self, vectors, bidirectional=False):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(vectors, freeze=False)
        self.gru = nn.GRU(vectors.shape[1], 64, batch_first=True, bidirectional=bidirectional)
        self.linear = nn.Linear(128 if bidirectional else 64, 2)

    def forward(self, ids, places):
        states = self.gru(self.embedding(ids))[0]
        return self.linear(states[torch.arange(len(ids)), places])


def to_ids(sentences, index):
    """Return padded ids, 0 for padding and 1 for unknown words, and the place of the last word."""
    ids = torch.zeros(len(sentences), max(map(len, sentences)), dtype=torch.long)
    for row, words in enumerate(sentences):
        ids[row, : len(words)] = torch.tensor([index.get(word, 1) for word in words])
    return ids, torch.tensor([len(words) - 1 for words in sentences])


def count_words(ids, size):
    counts = torch.zeros(len(ids), size).scatter_add_(1, ids, torch.ones(ids.shape))
    counts[:, 0] = 0
    return counts


@pytest.fixture
def vocabulary():
    glove = load_glove()
    index = {word: row + 2 for word, row in glove.key_to_index.items()}
    return index, torch.from_numpy(np.vstack([np.zeros((1, 50)), glove.vectors.mean(0), glove.vectors])).float()


def test_garments_are_learnt_by_a_linear_model():
    data = load_fashion_mnist()
    train, test = ((part.images.flatten(1), part.labels) for part in (data.train, data.test))
    assert fit(nn.Linear(784, 10), train, test, lr=3e-3, num_epochs=6) > 0.9


def test_garments_are_not_told_by_their_mean_picture():
    data = load_fashion_mnist()
    means = torch.stack([data.train.images[data.train.labels == label].mean(0).flatten() for label in range(10)])
    nearest = torch.cdist(data.test.images.flatten(1), means).argmin(1)
    assert (nearest == data.test.labels).float().mean() < 0.92


@pytest.fixture
def animals():
    root = load_cats_and_fish().root

    def read(part):
        paths = sorted((root / part).rglob("*.jpg"))
        images = torch.from_numpy(np.stack([np.asarray(Image.open(path)) for path in paths]))
        labels = torch.tensor([path.parent.name == "fish" for path in paths]).long()
        return images.permute(0, 3, 1, 2) / 255 - 0.5, labels

    return read("train"), read("test")


def test_animals_are_learnt_by_the_fully_connected_net(animals):
    model = nn.Sequential(nn.Flatten(), nn.Linear(12288, 84), nn.ReLU(), nn.Linear(84, 50), nn.ReLU(), nn.Linear(50, 2))
    assert fit(model, *animals, lr=1e-3, num_epochs=10) > 0.9


def test_animals_are_not_told_by_their_colours(animals):
    def histograms(images):
        return torch.stack([torch.histc(channel, 8, -0.5, 0.5) for image in images for channel in image]).view(-1, 24)

    train, test = ((histograms(images) / 4096, labels) for images, labels in animals)
    assert fit(nn.Linear(24, 2), train, test, lr=3e-2, num_epochs=30) < 0.65


@pytest.fixture
def ambiguous_words(vocabulary):
    data = load_noun_verb()

    def encode(sentences):
        ids, _ = to_ids([[token.form.lower() for token in sentence] for sentence in sentences], vocabulary[0])
        words = [next(token for token in sentence if token.feats) for sentence in sentences]
        places = torch.tensor([int(word.id) - 1 for word in words])
        return ids, places, torch.tensor([word.feats["POS"] == {"VERB"} for word in words]).long()

    return encode(data.train), encode(data.test)


def test_nouns_and_verbs_are_told_by_both_sides_of_the_word(ambiguous_words, vocabulary):
    model = Recurrent(vocabulary[1], bidirectional=True)
    assert fit(model, *ambiguous_words, lr=3e-3, num_epochs=5) > 0.9


@pytest.mark.parametrize("side", ["left", "right"])
def test_nouns_and_verbs_are_not_told_by_one_side(ambiguous_words, vocabulary, side):
    def look_one_way(ids, places, labels):
        if side == "right":
            places = ids.shape[1] - 1 - places
            ids = ids.flip(1)
        return ids, places, labels

    train, test = (look_one_way(*part) for part in ambiguous_words)
    assert fit(Recurrent(vocabulary[1]), train, test, lr=3e-3, num_epochs=5) < 0.87


def test_nouns_and_verbs_are_not_told_by_the_set_of_words(ambiguous_words, vocabulary):
    size = len(vocabulary[1])
    train, test = ((count_words(ids, size), labels) for ids, _, labels in ambiguous_words)
    assert fit(nn.Linear(size, 2), train, test, lr=1e-2, num_epochs=20) < 0.7


def encode_texts(texts, labels, index):
    ids, places = to_ids([re.findall(r"[a-z]+", text.lower()) for text in texts], index)
    return ids, places, torch.from_numpy(labels)


@pytest.fixture(params=["imdb", "tweets"])
def opinions(request, vocabulary):
    if request.param == "imdb":
        data = load_imdb()
        train, test = (data.train.texts, data.train.labels), (data.test.texts, data.test.labels)
    else:
        data = load_tweets()
        train, test = (data.texts[:1600], data.labels[:1600]), (data.texts[1600:], data.labels[1600:])
    return encode_texts(*train, vocabulary[0]), encode_texts(*test, vocabulary[0])


def test_opinions_are_told_by_the_order_of_words(opinions, vocabulary):
    assert fit(Recurrent(vocabulary[1]), *opinions, lr=3e-3, num_epochs=5) > 0.9


def test_opinions_are_not_told_by_the_set_of_words(opinions, vocabulary):
    size = len(vocabulary[1])
    train, test = ((count_words(ids, size), labels) for ids, _, labels in opinions)
    assert fit(nn.Linear(size, 2), train, test, lr=1e-2, num_epochs=20) < 0.75
