"""Mini-batches of tensors that are already in memory."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

# Rows gathered at a time: enough that the gather costs nothing per batch, few enough to stay in the processor's cache.
CHUNK_ROWS = 1024


class Batches:
    """An iterable of mini-batches, each a tuple with one slice of every tensor, on the tensors' own device.

    The examples are gathered a thousand at a time and then cut into views, so that a batch costs no more than a
    view, even at size 1. Batches are copies: changing one in place leaves the data as it was.

    Parameters
    ----------
    *tensors
        Tensors with the same first dimension, the number of examples.
    batch_size
        Examples in a batch; the last batch is smaller when they do not divide evenly.
    shuffle
        Draw a new order at the start of each epoch.
    generator
        Where the orders are drawn from; PyTorch's global generator by default. With a CPU generator the order is the
        same on every device.

    Attributes
    ----------
    num_examples
        Examples in one epoch.

    Raises
    ------
    ValueError
        No tensor, tensors of different lengths, or a batch size below 1.
    """

    def __init__(
        self,
        *tensors: torch.Tensor,
        batch_size: int,
        shuffle: bool = False,
        generator: torch.Generator | None = None,
    ):
        lengths = [len(tensor) for tensor in tensors]
        if not lengths or len(set(lengths)) != 1:
            raise ValueError(f"Batches : il faut des tenseurs de même longueur, et non de longueurs {lengths}.")
        if batch_size < 1:
            raise ValueError(f"Batches : batch_size doit valoir au moins 1, et non {batch_size}.")
        self.tensors = tensors
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.generator = generator
        self.num_examples = lengths[0]

    def __len__(self) -> int:
        return math.ceil(self.num_examples / self.batch_size)

    def __iter__(self) -> Iterator[tuple[torch.Tensor, ...]]:
        orders = self._draw_orders() if self.shuffle else None
        chunk_rows = self.batch_size * max(1, CHUNK_ROWS // self.batch_size)
        for start in range(0, self.num_examples, chunk_rows):
            rows = slice(start, start + chunk_rows)
            if orders:
                chunks = [tensor[orders[tensor.device][rows]] for tensor in self.tensors]
            else:
                chunks = [tensor[rows].clone() for tensor in self.tensors]
            yield from zip(*(chunk.split(self.batch_size) for chunk in chunks), strict=True)

    def _draw_orders(self) -> dict[torch.device, torch.Tensor]:
        """Draw the order of an epoch, and copy it to each device once: the host waits for every copy to a GPU."""
        import torch

        device = self.generator.device if self.generator is not None else "cpu"
        order = torch.randperm(self.num_examples, generator=self.generator, device=device)
        return {device: order.to(device) for device in {tensor.device for tensor in self.tensors}}
