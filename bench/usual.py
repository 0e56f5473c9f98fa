"""The usual recipes: a loader over PIL images, word vectors as a dictionary of tensors, texts encoded on demand."""

from __future__ import annotations

import os
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

from bench.measure import time_epoch
from bench.texts import MAX_LENGTH, make_vocabulary, tokenize
from helpers.datasets import load_glove, load_imdb, load_noun_verb
from helpers.torchvision_ops import declare_missing_operators


def fashion_mnist_epoch(batch_size: int, num_workers: int) -> float:
    """Decode, convert and collate one image at a time, in `num_workers` processes."""
    declare_missing_operators()
    from torchvision.datasets import FashionMNIST
    from torchvision.transforms import ToTensor

    data = FashionMNIST(os.environ["COURSE_DATA"], train=True, transform=ToTensor())
    warnings.filterwarnings("ignore", message=".*worker processes in total.*")
    # Forked workers, as in a notebook on Linux; the measuring process itself was spawned.
    context = "fork" if num_workers else None
    loader = DataLoader(
        data, batch_size=batch_size, shuffle=True, num_workers=num_workers, multiprocessing_context=context
    )
    return time_epoch(lambda: loader, len(loader))


def glove_text(path: Path) -> float:
    """Parse the text line by line into a dictionary of tensors, then look words up."""
    start = time.perf_counter()
    vectors = {}
    with path.open(encoding="utf-8") as file:
        for line in file:
            word, *numbers = line.split()
            vectors[word] = torch.tensor([float(number) for number in numbers])
    for word in ("king", "queen", "man", "woman"):
        vectors[word].sum()
    return time.perf_counter() - start


class ReviewsOnDemand(Dataset):
    """Reviews tokenised and encoded each time that they are asked for."""

    def __init__(self):
        self.data = load_imdb().train
        self.vocabulary = make_vocabulary(self.data.texts)

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, int]:
        ids = [self.vocabulary.get(word, 1) for word in tokenize(self.data.texts[row])][:MAX_LENGTH]
        ids += [0] * (MAX_LENGTH - len(ids))
        return torch.tensor(ids), int(self.data.labels[row])


def imdb_epoch(batch_size: int) -> float:
    """Encode every review again during the epoch."""
    loader = DataLoader(ReviewsOnDemand(), batch_size=batch_size, shuffle=True)
    return time_epoch(lambda: loader, len(loader))


def noun_verb_epoch(batch_size: int) -> float:
    """Look up, concatenate and move the vectors one sentence at a time, from a dictionary of tensors."""
    glove, sentences = load_glove(), load_noun_verb().train
    words = {token.form.lower() for sentence in sentences for token in sentence}
    vectors = {word: torch.from_numpy(glove[word].copy()) for word in words if word in glove}
    unknown = torch.from_numpy(glove.vectors.mean(0))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    def batches():
        order = np.random.default_rng(0).permutation(len(sentences))
        for start in range(0, len(order), batch_size):
            rows, places, labels = [], [], []
            for number in order[start : start + batch_size]:
                tokens = list(sentences[number])
                rows.append(torch.stack([vectors.get(token.form.lower(), unknown) for token in tokens]).to(device))
                place = next(place for place, token in enumerate(tokens) if token.feats)
                places.append(torch.tensor([place]).to(device))
                labels.append(torch.tensor([float(tokens[place].feats["POS"] == {"VERB"})]).to(device))
            yield pad_sequence(rows, batch_first=True), torch.cat(places), torch.cat(labels)

    return time_epoch(batches, -(-len(sentences) // batch_size))
