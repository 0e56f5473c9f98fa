"""The Lightning plumbing of a binary classifier: a lab that uses it writes `__init__` and `forward`, nothing else."""

from __future__ import annotations

import csv
import logging
import time
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F
from tqdm.auto import tqdm

from helpers.french import format_decimal, format_percent
from helpers.torchvision_ops import declare_missing_operators

declare_missing_operators()

import lightning  # noqa: E402
from torchmetrics.classification import BinaryAccuracy  # noqa: E402

# Its import sets the level of its loggers: what silenced them before has no effect.
for name in ("lightning.pytorch", "lightning.fabric"):
    logging.getLogger(name).setLevel(logging.ERROR)

PARTS = ("train", "val", "test")
COLUMNS = {
    "train_loss": "perte (entr.)",
    "val_loss": "perte (val.)",
    "train_accuracy": "exactitude (entr.)",
    "val_accuracy": "exactitude (val.)",
}
# What a lab never wants: weights on disk, Lightning's own summary, and a second progress bar.
TRAINER_OPTIONS = {
    "devices": 1,
    "enable_checkpointing": False,
    "enable_model_summary": False,
    "enable_progress_bar": False,
    "num_sanity_val_steps": 0,
}


class WordClassifier(lightning.LightningModule):
    """A binary classifier of one word in its sentence; derive from it and write `forward`.

    A batch is `(ids, lengths, labels, indices)`; `forward(ids, lengths, indices)` returns one logit a sentence, shape
    (batch,). The three steps, the optimiser (Adam), the loss (binary cross-entropy on logits), the accuracy, the table
    after each epoch and the logs are here. Metrics are logged once an epoch, as `train_loss`, `val_accuracy`…

    Parameters
    ----------
    embedding
        Turns ids (batch, steps) into features (batch, steps, features); it becomes `self.embedding`. Frozen vectors may
        be shared by several models.
    learning_rate
        Step of Adam.
    """

    def __init__(self, embedding: nn.Module, learning_rate: float = 1e-3):
        super().__init__()
        self.learning_rate = learning_rate
        self.embedding = embedding
        # To check each batch, torchmetrics would read it back from the GPU four times.
        self.accuracies = nn.ModuleDict({f"{part}_accuracy": BinaryAccuracy(validate_args=False) for part in PARTS})

    def training_step(self, batch: tuple[torch.Tensor, ...], batch_idx: int) -> torch.Tensor:
        """Return the loss of a training batch."""
        return self._step("train", batch)

    def validation_step(self, batch: tuple[torch.Tensor, ...], batch_idx: int) -> None:
        """Log the loss and the accuracy of a validation batch."""
        self._step("val", batch)

    def test_step(self, batch: tuple[torch.Tensor, ...], batch_idx: int) -> None:
        """Log the loss and the accuracy of a test batch."""
        self._step("test", batch)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return Adam on the parameters that are trained."""
        return torch.optim.Adam((p for p in self.parameters() if p.requires_grad), lr=self.learning_rate)

    def on_fit_start(self) -> None:
        """Train in training mode a model that was evaluated before: Lightning leaves it as it is."""
        self.train()

    def on_train_start(self) -> None:
        """Open the progress bar and print the head of the table."""
        # Beside Lightning's own bar, drawn by rich, what tqdm writes in a kernel makes rich call itself forever.
        self._bar = tqdm(
            total=int(self.trainer.num_training_batches) * self.trainer.max_epochs,
            leave=False,
            disable=self.trainer.progress_bar_callback is not None,
        )
        print(" · ".join(["époque", *COLUMNS.values(), "   durée"]))

    def on_train_epoch_start(self) -> None:
        """Remember when the epoch starts."""
        self._started = time.perf_counter()

    def on_train_batch_end(self, *unused: object) -> None:
        """Move the progress bar."""
        self._bar.update()

    def on_train_epoch_end(self) -> None:
        """Print the epoch's line of the table."""
        seconds = time.perf_counter() - self._started
        # Before the first validation, or without one, there is nothing to write in its columns.
        values = {name: value.item() for name, value in self.trainer.callback_metrics.items()}
        cells = [_write(name, values.get(name)).rjust(len(title)) for name, title in COLUMNS.items()]
        print(" · ".join([f"{self.current_epoch + 1:6d}", *cells, f"{format_decimal(seconds, 1)} s".rjust(8)]))

    def on_train_end(self) -> None:
        """Close the progress bar, and forget it: a bar cannot be copied, and a model that trains again may be."""
        self._bar.close()
        del self._bar

    def _step(self, part: str, batch: tuple[torch.Tensor, ...]) -> torch.Tensor:
        ids, lengths, labels, indices = batch
        logits = self(ids, lengths, indices)
        if logits.shape != labels.shape:
            raise ValueError(
                f"forward rend des logits de forme {tuple(logits.shape)} pour {len(labels)} phrases : on attend un "
                f"logit par phrase, de forme {tuple(labels.shape)}."
            )
        loss = F.binary_cross_entropy_with_logits(logits, labels.float())
        accuracy = self.accuracies[f"{part}_accuracy"]
        # Given logits that all lie between 0 and 1, torchmetrics would take them for probabilities.
        accuracy(logits > 0, labels.long())
        options = {"on_step": False, "on_epoch": True, "batch_size": len(labels)}
        self.log(f"{part}_loss", loss, **options)
        self.log(f"{part}_accuracy", accuracy, **options)
        return loss


def read_history(log_dir: str | Path) -> list[dict[str, float]]:
    """Read the file `metrics.csv` of a `CSVLogger`, as `helpers.plotting.learning_curves` wants it.

    Parameters
    ----------
    log_dir
        The logger's folder, `logger.log_dir`.

    Returns
    -------
    One dictionary an epoch: `{"train_loss": …, "train_accuracy": …, "val_loss": …, "val_accuracy": …}`.

    Raises
    ------
    FileNotFoundError
        The folder holds no `metrics.csv`.
    """
    path = Path(log_dir) / "metrics.csv"
    if not path.is_file():
        raise FileNotFoundError(
            f"Journal : « {path} » n'existe pas ; il est écrit à la fin de l'entraînement, par un Trainer qui a reçu "
            "ce CSVLogger."
        )
    # Lightning writes the training and the validation of an epoch on two lines, and the test on another.
    epochs: dict[int, dict[str, float]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            values = {name: float(row[name]) for name in COLUMNS if row.get(name)}
            if values:
                epochs.setdefault(int(row["epoch"]), {}).update(values)
    return [epochs[number] for number in sorted(epochs)]


def _write(name: str, value: float | None) -> str:
    if value is None:
        return "—"
    return format_percent(value) if name.endswith("accuracy") else format_decimal(value, 3)
