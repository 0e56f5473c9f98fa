"""What the visible tests watch answers with: it must catch what it is there for, and nothing else."""

import os

import pytest
import torch
from torch import nn

from helpers.datasets import Batches
from helpers.probes import (
    Bare,
    Elsewhere,
    Growing,
    Movable,
    Placed,
    Scripted,
    Spy,
    cut,
    elsewhere,
    fill,
    imposed,
    make_sentence,
    noisy_problem,
    placed_loss,
    runs_code,
    same,
    snapshot,
    sweep_of,
    watch_images,
    watch_lessons,
    watch_reading,
    watch_training,
    write_as_from_gpu,
)


def safe(model, path, device):
    model.load_state_dict(torch.load(path, map_location=device, weights_only=True))
    return model


def unsafe(model, path, device):
    model.load_state_dict(torch.load(path, map_location=device, weights_only=False))
    return model


def left_to_the_version(model, path, device):
    model.load_state_dict(torch.load(path, map_location=device))
    return model


@pytest.mark.parametrize(("load", "expected"), [(safe, False), (unsafe, True), (left_to_the_version, True)])
def test_file_that_holds_code_runs_it_unless_it_is_refused(load, expected, monkeypatch):
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "0")
    assert runs_code(load) is expected
    assert os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] == "0"


def test_weights_from_a_gpu_are_read_where_they_are_moved(tmp_path):
    model, path = nn.Linear(2, 3), tmp_path / "weights.pt"
    write_as_from_gpu(model.state_dict(), path)
    with pytest.raises(RuntimeError, match="CUDA"):
        torch.load(path, weights_only=True)
    assert torch.equal(safe(nn.Linear(2, 3), path, torch.device("cpu")).weight, model.weight)


def test_snapshot_tells_what_a_step_a_rate_and_a_mode_change():
    batches, model = noisy_problem(0)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    before = snapshot(model, optimizer)
    assert same(before.tensors, snapshot(model, optimizer).tensors)
    assert (before.rates, before.modes) == ([0.1], [True] * 5)
    optimizer.param_groups[0]["lr"] = 0.2
    model.eval()
    assert snapshot(model, optimizer)[1:] == ([0.2], [False] * 5)
    nn.functional.cross_entropy(model(batches[0][0]), batches[0][1]).backward()
    optimizer.step()
    assert not same(before.tensors, snapshot(model, optimizer).tensors)


def test_growing_gives_once_more_of_its_input_at_each_pass():
    growing = Growing()
    with torch.no_grad():
        assert growing(torch.tensor(3.0)) == 3
    assert growing(torch.tensor(3.0)) == 6 and growing.gradients == [False, True]


def test_models_note_their_mode_and_the_gradients():
    spy, scripted = Spy(torch.eye(2)).eval(), Scripted([[1.0, 3.0], [0.0, 2.0]])
    with torch.no_grad():
        assert spy(torch.eye(2)).tolist() == [[1, 0], [0, 1]]
        assert scripted(torch.tensor([[1.0]])).tolist() == [[0, -2]]
    assert (spy.calls, scripted.gradients) == ([[False, False]], [False])


def test_filled_weights_depend_on_shapes_only():
    one, other = (fill(nn.Linear(4, 3)) for _ in range(2))
    assert torch.equal(one.weight, other.weight)
    assert one.bias.tolist() == pytest.approx([0.1] * 3)


def test_batches_end_with_what_is_left_and_may_have_no_length():
    batches = cut(torch.arange(5.0), torch.arange(5), 2)
    assert [len(x) for x, _ in Bare(batches)] == [2, 2, 1]
    with pytest.raises(TypeError):
        len(Bare(batches))


def test_sentence_has_features_where_it_is_annotated():
    sentence = make_sentence(["The", "plans", "failed", "."], {1: "NON-VERB", 2: "VERB"})
    assert [token.form for token in sentence] == ["The", "plans", "failed", "."]
    assert [dict(token.feats).get("POS") for token in sentence] == [None, {"NON-VERB"}, {"VERB"}, None]


class Reader(nn.Module):
    """A recurrent network in two calls, its own way."""

    def __init__(self):
        super().__init__()
        self.table, self.layer = nn.Embedding(9, 3), nn.GRU(3, 4, num_layers=2, batch_first=True)
        self.dropout, self.output = nn.Dropout(0.25), nn.Linear(4, 1)

    def forward(self, numbers):
        return self.output(self.dropout(self.layer(self.table(input=numbers))[0][:, -1]))


def test_reading_is_watched_pass_by_pass_and_step_by_step():
    model, ids, labels = Reader(), torch.tensor([[1, 2, 3], [4, 5, 0]]), torch.tensor([[1.0], [0.0]])
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

    def train_once_and_measure():
        nn.functional.binary_cross_entropy_with_logits(model.train()(ids), labels).backward()
        optimizer.step()
        with torch.no_grad():
            model(ids)  # in training mode, and nothing is learnt from it
            return model.eval()(ids[:1])

    measured, passes, steps = watch_reading(train_once_and_measure)
    assert [one.training for one in passes] == [True, True, False]
    assert torch.equal(passes[2].ids, ids[:1]) and torch.equal(passes[2].logits, measured.flatten())
    assert (passes[0].layer, passes[0].dropout) == (model.layer, 0.25)
    assert torch.equal(passes[2].table, model.table.weight) and not torch.equal(passes[0].table, model.table.weight)
    assert not torch.equal(passes[0].weights, passes[2].weights)
    (step,) = steps
    assert (step.optimizer, step.rates) == ("Adam", {0.01}) and step.learnt is passes[0]
    expected = (step.learnt.logits.sigmoid() - labels.flatten()).mean().item()
    assert step.bias_gradients == [pytest.approx(expected, abs=1e-6)]
    assert watch_reading(lambda: model.output(torch.ones(1, 4)))[1:] == ([], [])  # no words were read


def test_lessons_are_the_passes_of_a_class_in_training_mode_with_gradients():
    model, ids = Reader(), torch.tensor([[3, 1, 0], [2, 0, 0]])
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def train_once():
        model.train()(ids).sum().backward()
        optimizer.step()
        with torch.no_grad():
            model(ids)
        model.eval()(ids)
        return "done"

    assert watch_lessons(train_once, Reader) == ("done", [(model, [(3, 1), (2,)])], 1)
    assert watch_lessons(train_once, nn.LSTM)[1:] == ([], 1)
    assert not nn.modules.module._global_forward_hooks


def test_what_an_answer_raises_leaves_nothing_watched():
    model, noted = Reader(), []
    with pytest.raises(ZeroDivisionError):
        watch_reading(lambda: noted.append(model(torch.ones(1, 2, dtype=int))) or 1 / 0)
    assert not nn.modules.module._global_forward_hooks


def test_what_was_not_moved_is_refused():
    model, [(x, y)] = Placed(nn.Linear(3, 2)), elsewhere([(torch.ones(4, 3), torch.zeros(4, dtype=torch.long))])
    with pytest.raises(RuntimeError, match="images"):
        model(x[:2])
    logits = model(x.to("cpu"))
    with pytest.raises(RuntimeError, match="étiquettes"):
        placed_loss(logits, y)
    assert placed_loss(logits, y.to("cpu")).item() == placed_loss(logits.cpu(), y).item()
    assert not isinstance(x.to("cpu"), Elsewhere)


def test_a_move_is_noted_even_to_the_same_place():
    model = Movable(nn.Linear(3, 2))
    assert not model.moved
    assert model.to(torch.device("cpu")) is model and model.moved


def test_sweep_tells_the_losses_that_it_went_back_from():
    def sweep(model, loss_fn, optimizer, batches, first, last):
        losses = [loss_fn(model(x), y) for x, y in batches]
        losses[0].backward()
        return [first, last], [loss.item() for loss in losses]

    assert sweep_of(sweep, [2, 3]) == ([1e-4, 1e-2], [2, 3], [2])


def test_images_are_watched_pass_by_pass():
    network = nn.Sequential(nn.Conv2d(3, 2, 1), nn.Flatten(), nn.Dropout())

    def run():
        network(torch.zeros(5, 3, 2, 2))
        with torch.no_grad():
            network(torch.zeros(4, 3, 2, 2))
        nn.Flatten()(torch.zeros(6, 3, 2, 2))
        return network.eval()(torch.zeros(3, 3, 2, 2)).shape

    assert watch_images(run) == ((3, 8), [(5, 8, True), (4, 8, False), (3, 8, False)])


class Affine:
    """A network of one layer, by hand."""

    def __init__(self):
        self.params, self.bias = [torch.randn(2, 3)], [torch.zeros(1, 2)]

    def forward(self, x):
        self.x = x
        return torch.softmax(x @ self.params[0].T + self.bias[0], dim=1)

    def backward(self, y, y_pred):
        return [(y_pred - y).T @ self.x], [(y_pred - y).sum(0, keepdim=True)]

    def sgd_update(self, lr, grads):
        for parameter, gradient in zip(self.params + self.bias, [*grads[0], *grads[1]], strict=True):
            parameter.sub_(lr * gradient)

    def twice_update(self, lr, grads):
        self.sgd_update(2 * lr, grads)


def test_training_is_watched_and_its_answers_in_validation_imposed():
    x, y = torch.randn(20, 3), torch.eye(2)[torch.arange(20) % 2]
    batches, val = Batches(x, y, batch_size=5, shuffle=True), Batches(torch.randn(10, 3), y[:10], batch_size=4)

    def run():
        model, scores = Affine(), []
        for _ in range(3):
            for x, y in batches:
                model.twice_update(0.1, model.backward(y, model.forward(x)))
            model.backward(y[:1], model.forward(x[:1]))  # of no batch
            right = [(model.forward(x).argmax(1) == y.argmax(1)).sum() for x, y in val]
            scores.append(sum(right).item() / 10)
        return scores

    kept = dict(vars(Affine))
    seen = watch_training(run, Affine, batches, val)
    assert seen.score == [imposed(k, val) for k in (1, 2, 3)] == [0.8, 0.7, 0.6]
    assert (seen.widths, len(seen.batches)) == ({(2,)}, 12)
    assert seen.updates == [("twice_update", 0.1)] * 12
    assert not torch.equal(seen.start[0], seen.end[0])
    assert dict(vars(Affine)) == kept
