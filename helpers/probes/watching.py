"""Follow a training from outside: what it read, what it learnt from, what it answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_pre_hook

from helpers.datasets import Batches


class Snapshot(NamedTuple):
    """What a sweep must give back: tensors of model and optimizer, rates of the groups, modes of the layers."""

    tensors: list[Tensor]
    rates: list[float]
    modes: list[bool]


def snapshot(model: nn.Module, optimizer: torch.optim.Optimizer) -> Snapshot:
    """Return what a model and an optimizer are made of, copied."""
    states = optimizer.state_dict()["state"].values()
    memory = [value for state in states for value in state.values() if value is not None]
    tensors = [torch.as_tensor(value).clone().float() for value in [*model.state_dict().values(), *memory]]
    rates = [group["lr"] for group in optimizer.param_groups]
    return Snapshot(tensors, rates, [layer.training for layer in model.modules()])


def same(before: list[Tensor], after: list[Tensor]) -> bool:
    """Tell whether two lists of tensors are equal."""
    return len(before) == len(after) and all(map(torch.equal, before, after))


def sweep_of(
    find_lr: Callable[..., tuple[list[float], list[float]]], values: list[float]
) -> tuple[list[float], list[float], list[float]]:
    """Return the rates and the losses that a sweep keeps where the losses of the batches are these values.

    Then those of the losses that it went back from.
    """
    model, passed = nn.Linear(2, 2), []
    batches = [(torch.ones(3, 2), torch.full((3,), float(value))) for value in values]

    def loss_fn(logits: Tensor, labels: Tensor) -> Tensor:
        loss = 0 * logits.sum() + labels.mean()
        if loss.requires_grad:
            loss.register_hook(lambda _: passed.append(labels[0].item()))
        return loss

    lrs, losses = find_lr(model, loss_fn, torch.optim.SGD(model.parameters(), lr=0.1), batches, 1e-4, 1e-2)
    return lrs, losses, passed


class Lot(NamedTuple):
    """What a network was given in one pass."""

    size: int
    num_parameters: int
    learns: bool
    """Whether it was in training mode, with gradients."""


def watch_images(run: Callable[[], object]) -> tuple[object, list[Lot]]:
    """Call `run`; return its result, and what each network that has parameters was given: batches of images."""
    lots, inside = [], []

    def enter(module: nn.Module, inputs: tuple) -> None:
        is_images = bool(inputs) and torch.is_tensor(inputs[0]) and inputs[0].dim() == 4
        count = sum(one.numel() for one in module.parameters()) if is_images and not inside else 0
        if count:
            inside.append(module)
            lots.append(Lot(len(inputs[0]), count, module.training and torch.is_grad_enabled()))

    def leave(module: nn.Module, *_: object) -> None:
        if inside[-1:] == [module]:
            inside.pop()

    hooks = [
        nn.modules.module.register_module_forward_pre_hook(enter),
        nn.modules.module.register_module_forward_hook(leave, always_call=True),
    ]
    try:
        return run(), lots
    finally:
        for hook in hooks:
            hook.remove()


class Pass(NamedTuple):
    """What a recurrent network read, what it answered, and what it was then."""

    ids: Tensor
    """Numbers of words, of shape (n, steps)."""
    logits: Tensor
    """Of shape (n,)."""
    training: bool
    """Whether it was in training mode."""
    table: Tensor
    """A copy of its vectors of words, of shape (words, size)."""
    layer: nn.RNNBase
    weights: Tensor
    """A copy of the first parameter of its recurrent layer."""
    dropout: float


class Step(NamedTuple):
    """A step of an optimizer, and the pass that it learns from."""

    optimizer: str
    rates: set[float]
    bias_gradients: list[float]
    """Those of parameters of one number: the mean of σ(z) - y over a batch, where they are the bias of logits z."""
    learnt: Pass


def watch_reading(run: Callable[[], object]) -> tuple[object, list[Pass], list[Step]]:
    """Call `run`; return its result, every pass of a network of words, and every step.

    A pass goes through an embedding, a recurrent layer, a dropout and an affine layer, however they are called. A step
    learns from the last pass in training mode.
    """
    passes, steps, parts = [], [], {}

    def note(layer: nn.Module, args: tuple, kwargs: Mapping[str, object], output: object) -> None:
        if isinstance(layer, nn.Embedding):
            parts.update(
                ids=next(iter((*args, *kwargs.values()))).detach().clone(), table=layer.weight.detach().clone()
            )
            parts["training"] = layer.training
        elif isinstance(layer, nn.RNNBase):
            parts.update(layer=layer, weights=next(layer.parameters()).detach().clone())
        elif isinstance(layer, nn.Dropout):
            parts["dropout"] = layer.p
        elif isinstance(layer, nn.Linear) and len(parts) == len(Pass._fields) - 1:
            passes.append(Pass(logits=output.detach().flatten(), **parts))
            parts.clear()

    def note_step(optimizer: torch.optim.Optimizer, args: object, kwargs: object) -> None:
        groups = optimizer.param_groups
        of_one = [one.grad for group in groups for one in group["params"] if one.numel() == 1 and one.grad is not None]
        learnt = next((one for one in reversed(passes) if one.training), None)
        if learnt is not None:
            gradients = [gradient.item() for gradient in of_one]
            steps.append(Step(type(optimizer).__name__, {group["lr"] for group in groups}, gradients, learnt))

    hooks = [
        nn.modules.module.register_module_forward_hook(note, with_kwargs=True),
        register_optimizer_step_pre_hook(note_step),
    ]
    try:
        return run(), passes, steps
    finally:
        for hook in hooks:
            hook.remove()


class Training(NamedTuple):
    """What a run did to a network written by hand, and the score that it returned."""

    score: object
    widths: set[tuple[int, ...]]
    """Widths of the layers of every network that went back through a batch."""
    start: list[Tensor]
    """Parameters of the first of these networks."""
    end: list[Tensor]
    """Parameters of the last one."""
    batches: list[Tensor]
    """Every batch given by the loader that such a network went back through, in order."""
    updates: list[tuple[str, float]]
    """Name and rate of every update."""


def imposed(epochs: int, val: Batches) -> float:
    """Return the share of `val` that networks get right in `watch_training` after this many epochs: 1 is the best."""
    shares = 0.3, 0.8, 0.7, 0.6, 0.5, 0.4
    return round(shares[min(epochs, len(shares) - 1)] * val.num_examples) / val.num_examples


def watch_training(run: Callable[[], object], network: type, batches: Batches, val: Batches) -> Training:
    """Call `run`, which trains a network of this class on `batches`; tell what it did.

    Whatever the network has learnt, its answers on the examples of `val` are `imposed`: the first of them are right,
    as many as the epoch says. So the score tells which of them were read, and when.
    """
    labels = val.tensors[1]
    places = {row: place for place, row in enumerate(_rows(val.tensors[0]))}
    given, trained, networks, widths, updates, nested = set(), [], [], set(), [], []
    last: list[Tensor] = []
    kept = {name: getattr(network, name) for name in dir(network) if name.endswith("_update")}
    forward, backward, iterate = network.forward, network.backward, Batches.__iter__

    def read(self: Batches) -> Iterator[tuple[Tensor, ...]]:
        for batch in iterate(self):
            if self is batches:
                given.add(hash(b"".join(_rows(batch[0]))))
            yield batch

    def answer(self: object, x: Tensor, *args: object, **kwargs: object) -> Tensor:
        y_pred, last[:] = forward(self, x, *args, **kwargs), [x.clone()]
        asked = [places.get(row) for row in _rows(x)]
        if None in asked:
            return y_pred
        wrong = torch.tensor(asked) >= imposed(len(trained) // len(batches), val) * val.num_examples - 0.5
        classes = (labels[asked].argmax(1).cpu() + wrong.long()) % labels.shape[1]
        return (0.01 + 0.9 * torch.eye(labels.shape[1])[classes]).to(y_pred)

    def go_back(self: object, *args: object, **kwargs: object) -> object:
        numbers = [p.detach().clone() for p in [*self.params, *self.bias]]
        widths.add(tuple(len(W) for W in self.params))
        networks[1:] = [numbers]  # the first one, and the last
        if last and hash(b"".join(_rows(last[0]))) in given and not (trained and torch.equal(trained[-1], last[0])):
            trained.append(last[0])
        return backward(self, *args, **kwargs)

    def noted(name: str) -> Callable[..., object]:
        def update(self: object, lr: float, *args: object, **kwargs: object) -> object:
            if not nested:  # an update that calls another one is one update
                updates.append((name, lr))
            nested.append(name)
            try:
                return kept[name](self, lr, *args, **kwargs)
            finally:
                nested.pop()

        return update

    spies = {"forward": answer, "backward": go_back} | {name: noted(name) for name in kept}
    with patch.multiple(network, **spies), patch.object(Batches, "__iter__", read):
        score = run()
    start, end = (networks[0], networks[-1]) if networks else ([], [])
    return Training(score, widths, start, end, trained, updates)


def _rows(x: Tensor) -> list[bytes]:
    return [row.tobytes() for row in x.detach().float().cpu().numpy()]


class Lesson(NamedTuple):
    """A pass of a model in training mode, with gradients: the model, and each text it read, without its padding."""

    model: nn.Module
    texts: list[tuple[int, ...]]


def watch_lessons(run: Callable[[], object], kind: type[nn.Module]) -> tuple[object, list[Lesson], int]:
    """Call `run`; return its result, every training pass of models of a class, and the number of steps made.

    The first argument of these models is of shape (n, steps), and 0 is the number of the padding.
    """
    lessons, steps = [], []

    def note(model: nn.Module, args: tuple, kwargs: Mapping[str, object], output: object) -> None:
        if isinstance(model, kind) and model.training and torch.is_grad_enabled():
            ids = next(iter((*args, *kwargs.values())))
            lessons.append(Lesson(model, [tuple(filter(None, text)) for text in ids.tolist()]))

    hooks = [
        nn.modules.module.register_module_forward_hook(note, with_kwargs=True),
        register_optimizer_step_pre_hook(lambda *_: steps.append(1)),
    ]
    try:
        return run(), lessons, len(steps)
    finally:
        for hook in hooks:
            hook.remove()
