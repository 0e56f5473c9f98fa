"""The lab on recurrent networks against the usual way, same sentences, same seeds: accuracy and seconds an epoch.

`COURSE_DATA=<folder> python -m bench.noun_verb [--models NAME...] [--seeds N...] [--epochs N]`. The usual models keep
the epoch that is best on validation, the lab's the last one. Seconds are processor time on one thread; they still grow
on a busy machine, so compare those of one quiet run.

`docs/results.md` holds what three seeds gave.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import io
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from helpers.datasets import load_glove, load_noun_verb
from instructor.labs.solutions import corrected
from instructor.notebooks import read_notebook

BATCH_SIZE = 64
NUM_EPOCHS = 10  # as in the notebook, for every model
NOTEBOOK = Path(__file__).parents[1] / "source" / "rnn_noun_verb" / "rnn_noun_verb.ipynb"
# The cells that the lab's two models need, in the order of the notebook.
CELLS = [
    "setup",
    "imports",
    "glove",
    "data",
    "vocabulary",
    "sol-preprocess",
    "sol-dataset",
    "batches",
    "naive",
    "sol-gru",
    "sol-train",
    "sol-advanced",
    "spelling",
    "best",
]


@dataclass(frozen=True)
class Run:
    """Accuracies between 0 and 1, and processor seconds of one epoch."""

    validation: float
    test: float
    seconds: float


class VectorsOnDemand:
    """Sentences as lists of word vectors, looked up word by word each time that they are asked for."""

    def __init__(self, sentences: list, vectors: dict[str, torch.Tensor], unknown: torch.Tensor):
        self.sentences, self.vectors, self.unknown = sentences, vectors, unknown

    def __len__(self) -> int:
        return len(self.sentences)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, int, float]:
        words = torch.zeros(0, len(self.unknown))
        for place, token in enumerate(self.sentences[row]):
            vector = self.vectors.get(token.form.lower(), self.unknown)
            words = torch.cat([words, vector[None]])
            if token.feats:
                index, label = place, float("VERB" in token.feats["POS"])
        return words, index, label


class UsualNetwork(nn.Module):
    """A bidirectional recurrent network; the states at the word are picked and joined one sentence at a time."""

    def __init__(self, layer: type[nn.RNNBase], hidden_size: int, num_layers: int):
        super().__init__()
        self.rnn = layer(50, hidden_size, num_layers, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(2 * hidden_size, 1)

    def forward(self, sentences: list[torch.Tensor], indices: list[int]) -> torch.Tensor:
        """Return one logit a sentence."""
        lengths = [len(sentence) for sentence in sentences]
        packed = pack_padded_sequence(pad_sequence(sentences, True), lengths, True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        at_word = torch.zeros(0, states.shape[2])
        for sentence, index in zip(states, indices, strict=True):
            at_word = torch.cat([at_word, sentence[index][None]])
        return self.linear(at_word).squeeze(1)


def train_usual(layer: type[nn.RNNBase], hidden_size: int, num_layers: int, seed: int, num_epochs: int) -> Run:
    """Train a usual network; the epoch is the one that is best on validation."""
    data, glove = load_noun_verb(), load_glove()
    forms = {token.form.lower() for part in (data.train, data.val, data.test) for s in part for token in s}
    vectors = {form: torch.from_numpy(glove[form].copy()) for form in forms if form in glove}
    unknown = torch.from_numpy(glove.vectors.mean(0))
    parts = [VectorsOnDemand(part, vectors, unknown) for part in (data.train, data.val, data.test)]
    torch.manual_seed(seed)
    network = UsualNetwork(layer, hidden_size, num_layers)
    optimizer = torch.optim.Adam(network.parameters())
    accuracies, seconds = [], []
    for _ in range(num_epochs):
        start = time.process_time()
        for rows in torch.randperm(len(parts[0])).split(BATCH_SIZE):
            sentences, indices, labels = zip(*(parts[0][row] for row in rows.tolist()), strict=True)
            loss = nn.functional.binary_cross_entropy_with_logits(network(sentences, indices), torch.tensor(labels))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        seconds.append(time.process_time() - start)
        accuracies.append([_accuracy(network, part) for part in parts[1:]])
    return Run(*max(accuracies, key=lambda pair: pair[0]), statistics.median(seconds))


@torch.no_grad()
def _accuracy(network: UsualNetwork, part: VectorsOnDemand) -> float:
    right = 0
    for rows in torch.arange(len(part)).split(256):
        sentences, indices, labels = zip(*(part[row] for row in rows.tolist()), strict=True)
        right += int(((network(sentences, indices) > 0) == (torch.tensor(labels) > 0)).sum())
    return right / len(part)


def train_lab(model_name: str, seed: int, num_epochs: int) -> Run:
    """Train a model of the lab as its notebook does; the epoch is the last, and its seconds count the validation."""
    names: dict[str, object] = {}
    for cell in corrected(read_notebook(NOTEBOOK)).cells:
        if cell.id in CELLS:
            exec(cell.source, names)
    torch.manual_seed(seed)
    model, batches = names[model_name](), names["batches"]
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        start = time.process_time()
        logger = names["fit"](model, batches["train"], batches["val"], num_epochs, "bench")
        seconds = (time.process_time() - start) / num_epochs
        validation = names["read_history"](logger.log_dir)[-1]["val_accuracy"]
    trainer = names["L"].Trainer(logger=False, **names["TRAINER_OPTIONS"])
    (measured,) = trainer.test(model, batches["test"], verbose=False)
    return Run(validation, measured["test_accuracy"], seconds)


MODELS: dict[str, Callable[[int, int], Run]] = {
    "usual GRU, 100": functools.partial(train_usual, nn.GRU, 100, 1),
    "usual LSTM, 2 x 200": functools.partial(train_usual, nn.LSTM, 200, 2),
    "lab, GRU, 100": functools.partial(train_lab, "RecurrentNeuralNetwork"),
    "lab, best": functools.partial(train_lab, "BetterNetwork"),
}


def main() -> None:
    """Train every model with every seed and print one line a run, then the means and the spreads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=list(MODELS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=NUM_EPOCHS)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    runs: dict[str, list[Run]] = {}
    for name in arguments.models:
        for seed in arguments.seeds:
            with contextlib.redirect_stdout(io.StringIO()):
                run = MODELS[name](seed, arguments.epochs)
            runs.setdefault(name, []).append(run)
            print(
                f"{name:22} seed {seed}  validation {run.validation:6.1%}  test {run.test:6.1%}  "
                f"{run.seconds:6.1f} s/epoch",
                flush=True,
            )
    for name, some in runs.items():
        if len(some) > 1:
            scores = [[run.validation for run in some], [run.test for run in some]]
            written = [f"{statistics.mean(part):6.1%} ± {statistics.stdev(part):.1%}" for part in scores]
            seconds = statistics.mean(run.seconds for run in some)
            print(f"{name:22} {len(some)} seeds  validation {written[0]}  test {written[1]}  {seconds:6.1f} s/epoch")


if __name__ == "__main__":
    main()
