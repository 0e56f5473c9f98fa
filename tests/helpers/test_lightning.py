"""The Lightning plumbing: what it learns, prints and logs, on a model of one layer."""

import pytest
import torch
from torch import nn

from helpers.lightning import TRAINER_OPTIONS, WordClassifier, read_history  # before lightning: it prepares its import

# isort: split
import lightning
from lightning.pytorch.callbacks import EMAWeightAveraging
from lightning.pytorch.loggers import CSVLogger
from torch.utils.data import DataLoader


class LinearAtWord(WordClassifier):
    """One linear layer on the vector of the word."""

    def __init__(self, embedding, **options):
        super().__init__(embedding, **options)
        self.linear = nn.Linear(embedding.embedding_dim, 1)

    def forward(self, ids, lengths, indices):
        return self.linear(self.embedding(ids[torch.arange(len(ids)), indices])).squeeze(1)


class AlwaysThreeQuarters(WordClassifier):
    """A logit of 0.75 for every sentence: a verb, since it is above 0."""

    def __init__(self, embedding):
        super().__init__(embedding)
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, ids, lengths, indices):
        return 0.75 + 0 * self.unused.expand(len(ids))


def examples(size):
    """The word's id is 1 for a verb and 2 otherwise, one sentence in four is a verb."""
    labels = torch.arange(size) % 4 == 0
    ids = torch.stack([torch.zeros(size).long(), 2 - labels.long(), torch.zeros(size).long()], dim=1)
    return list(zip(ids, torch.full((size,), 3), labels.float(), torch.ones(size).long(), strict=True))


@pytest.fixture
def embedding():
    return nn.Embedding.from_pretrained(torch.eye(3))


@pytest.fixture
def fit(tmp_path):
    def run(model, num_epochs=3, validate=True):
        logger = CSVLogger(tmp_path, name="test")
        trainer = lightning.Trainer(max_epochs=num_epochs, logger=logger, accelerator="cpu", **TRAINER_OPTIONS)
        trainer.fit(model, DataLoader(examples(32), 8), DataLoader(examples(16), 8) if validate else None)
        return trainer, logger

    return run


@pytest.mark.filterwarnings("ignore")
class TestTraining:
    def test_model_that_can_learn_does(self, fit, embedding):
        _, logger = fit(LinearAtWord(embedding, learning_rate=0.3), 6)
        history = read_history(logger.log_dir)
        assert history[-1]["val_loss"] < history[0]["val_loss"] / 2
        assert history[-1]["val_accuracy"] == 1

    def test_history_has_the_four_metrics_of_each_epoch(self, fit, embedding):
        history = read_history(fit(LinearAtWord(embedding), 3)[1].log_dir)
        assert [sorted(epoch) for epoch in history] == [
            ["train_accuracy", "train_loss", "val_accuracy", "val_loss"]
        ] * 3

    def test_history_leaves_the_test_out(self, fit, embedding):
        model = LinearAtWord(embedding)
        trainer, logger = fit(model, 2)
        trainer.test(model, DataLoader(examples(16), 8), verbose=False)
        assert len(read_history(logger.log_dir)) == 2

    def test_average_of_the_weights_is_kept_and_the_model_can_train_again(self, fit, embedding):
        class Averaged(LinearAtWord):
            def configure_callbacks(self):
                return [EMAWeightAveraging(decay=0.999, use_buffers=False)]

        model = Averaged(embedding, learning_rate=0.3)
        for _ in range(2):
            before = model.linear.weight.clone()
            fit(model, 1)
            # Four steps of 0.3 move a weight by about 1; their average has hardly left the first of them.
            assert 0 < (model.linear.weight - before).abs().max() < 0.5

    def test_positive_logits_below_one_are_verbs(self, fit, embedding):
        model = AlwaysThreeQuarters(embedding)
        trainer, _ = fit(model, 1)
        (measured,) = trainer.test(model, DataLoader(examples(16), 8), verbose=False)
        assert measured["test_accuracy"] == pytest.approx(0.25)

    def test_table_has_a_line_an_epoch_with_decimal_commas(self, fit, embedding, capsys):
        fit(AlwaysThreeQuarters(embedding), 2)
        head, *lines = capsys.readouterr().out.strip().splitlines()
        assert "exactitude (val.)" in head
        assert [line.split("·")[0].strip() for line in lines] == ["1", "2"]
        assert all(line.split("·")[4].strip() == "25,0\u202f%" for line in lines)

    def test_table_of_a_training_without_validation(self, fit, embedding, capsys):
        fit(LinearAtWord(embedding), 1, validate=False)
        assert capsys.readouterr().out.strip().splitlines()[-1].split("·")[2].strip() == "—"

    def test_model_evaluated_before_is_trained_in_training_mode(self, fit, embedding):
        modes = []

        class Watched(LinearAtWord):
            def training_step(self, batch, batch_idx):
                modes.append(self.training and self.linear.training)
                return super().training_step(batch, batch_idx)

        fit(Watched(embedding).eval(), 1)
        assert modes == [True] * 4

    def test_frozen_vectors_stay_as_they_are(self, fit, embedding):
        fit(LinearAtWord(embedding))
        assert torch.equal(embedding.weight, torch.eye(3))

    def test_column_of_logits_is_refused_with_its_shape(self, fit, embedding):
        class Column(LinearAtWord):
            def forward(self, *batch):
                return super().forward(*batch)[:, None]

        with pytest.raises(ValueError, match=r"forme \(8, 1\) pour 8 phrases"):
            fit(Column(embedding))


def test_missing_log_says_who_writes_it(tmp_path):
    with pytest.raises(FileNotFoundError, match="CSVLogger"):
        read_history(tmp_path)
