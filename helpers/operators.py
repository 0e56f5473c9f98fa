"""See which ready-made PyTorch operators a piece of code runs, under whatever name it calls them."""

from __future__ import annotations

from collections.abc import Callable

from torch.utils._python_dispatch import TorchDispatchMode

# Beginnings of the names that PyTorch gives to the operators (ATen) that an exercise may ask to write by hand.
READY_MADE = ("softmax", "log_softmax", "nll_loss", "cross_entropy", "fused_")


class RecordReadyMade(TorchDispatchMode):
    """Context in which `names` collects the ready-made operators that run, such as ``"_softmax"``.

    `torch.softmax`, a layer, a distribution or a private function: all of them end in the same few operators. See
    "Extending PyTorch with __torch_dispatch__", https://docs.pytorch.org/docs/stable/notes/extending.html.
    """

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def __torch_dispatch__(self, func: Callable, types: tuple, args: tuple = (), kwargs: dict | None = None) -> object:
        """Run the operator, and note its name."""
        name = func.overloadpacket.__name__
        if name.strip("_").startswith(READY_MADE):
            self.names.add(name)
        return func(*args, **(kwargs or {}))
