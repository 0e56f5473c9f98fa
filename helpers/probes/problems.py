"""Small problems for an answer to work on, and what its network is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn

from helpers.datasets import Batches, read_conll
from helpers.probes.models import Batch


class Bare:
    """An iterable of batches, and nothing more: no length."""

    def __init__(self, batches: Iterable[Batch]) -> None:
        self._batches = batches

    def __iter__(self) -> Iterator[Batch]:
        return iter(self._batches)


def scripted_batches(batch_size: int, first: int = 0) -> Batches:
    """Return a loader of the ten examples of `ScriptedModel`, from number 0 for `train`, 10 for `val`."""
    numbers = torch.arange(first, first + 10.0)[:, None]
    return Batches(numbers, torch.eye(2)[torch.zeros(10, dtype=torch.long)], batch_size=batch_size)


@torch.no_grad()
def fill(model: nn.Module) -> nn.Module:
    """Give a model weights that depend only on their shapes, and that keep the scale of the signal; return it."""
    for parameter in model.parameters():
        if parameter.dim() == 1:
            parameter.fill_(0.1)
        else:
            generator = torch.Generator().manual_seed(parameter.numel())
            parameter.normal_(0, (2 / parameter[0].numel()) ** 0.5, generator=generator)
    return model


def cut(x: Tensor, y: Tensor, size: int) -> list[Batch]:
    """Return examples as a list of batches of `size`, the last one smaller."""
    return list(zip(x.split(size), y.split(size), strict=True))


def learning(model: nn.Module) -> list[str]:
    """Return the names of the parameters that learn, those of `fc` aside."""
    return [name for name, p in model.named_parameters() if p.requires_grad and not name.startswith("fc.")]


def convolutions(model: nn.Module) -> list[list[int]]:
    """Return channels in, channels out, window, stride and padding of every convolution of a model, in order."""
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d)]
    return [[one.in_channels, one.out_channels, one.kernel_size[0], one.stride[0], one.padding[0]] for one in layers]


@torch.no_grad()
def zeros_received(model: nn.Module, x: Tensor) -> list[float]:
    """Return the share of zeros in what each affine layer of a model receives."""
    shares = []

    def look(layer: nn.Module, received: tuple[Tensor]) -> None:
        shares.append((received[0] == 0).float().mean().item())

    hooks = [layer.register_forward_pre_hook(look) for layer in model.modules() if isinstance(layer, nn.Linear)]
    model(x)
    for hook in hooks:
        hook.remove()
    return shares


def make_sentence(words: Sequence[str], tags: Mapping[int, str]) -> list[object]:
    """Return a sentence as `read_conll` reads it; `tags` gives "VERB" or "NON-VERB" by place, from 0."""
    notes = {place: f"{tag}\t{tag}\tPOS={tag}|fPOS={tag}" for place, tag in tags.items()}
    blank = "_\t_\t_"
    rows = [f"{i + 1}\t{word}\t_\t{notes.get(i, blank)}\t-1\t_\t_\t_" for i, word in enumerate(words)]
    return read_conll("\n".join(rows) + "\n")[0]


def noisy_problem(seed: int) -> tuple[list[Batch], nn.Module]:
    """Return ten batches of eight of a problem of two classes that no model solves, and a small model for it."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(80, 4, generator=generator)
    y = (x[:, 0] + 0.5 * torch.randn(80, generator=generator) > 0).long()
    return cut(x, y, 8), fill(nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 2)))
