"""Where tensors would be: their storages are told apart by an attribute `on_gpu`.

It is True, False, or None where PyTorch's C++ made a tensor by itself, which then belongs to the first tensor it meets.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch

GPU, CPU = torch.device("cuda", 0), torch.device("cpu")


def on_gpu(tensor: torch.Tensor) -> bool | None:
    """Tell where a tensor would be."""
    return getattr(tensor.untyped_storage(), "on_gpu", False)


def place(value: object, where: bool | None) -> object:
    """Say where tensors are, one or those of a structure, and return them."""
    for tensor in tensors_in((value,)):
        tensor.untyped_storage().on_gpu = where
    return value


def tensors_in(values: object) -> Iterator[torch.Tensor]:
    """Go through the tensors of nested lists and dictionaries."""
    for value in values.values() if isinstance(values, dict) else values:
        if isinstance(value, torch.Tensor):
            yield value
        elif isinstance(value, list | tuple | dict):
            yield from tensors_in(value)


def is_gpu(device: object) -> bool:
    return isinstance(device, int) or torch.device(device).type == "cuda"


class Move(torch.autograd.Function):
    """A copy to the other device, whose gradient travels back."""

    @staticmethod
    def forward(ctx, tensor: torch.Tensor, where: bool) -> torch.Tensor:
        return place(tensor.detach().clone(), where)

    @staticmethod
    def backward(ctx, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        return place(gradient.clone(), not on_gpu(gradient)), None
