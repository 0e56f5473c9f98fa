"""See what a piece of PyTorch code runs that is ready-made: operators, automatic differentiation, layers, optimizers.

Under whatever name it is called, and wherever it was kept: what runs is seen where PyTorch runs it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import torch
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_pre_hook
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils._python_dispatch import TorchDispatchMode

AUTOGRAD = "autograd"
DIFFERENTIATE = ("make_dual", "unpack_dual", "grad", "backward", "vjp", "jvp")


class Recording:
    """Context in which `names` collects what runs.

    Names of functions (``"torch.nn.functional.linear"``), of operators (``"aten._softmax"``), of layers and optimizers
    (``"torch.nn.Linear"``, ``"torch.optim.SGD"``), and ``"autograd"`` where PyTorch computes a derivative: an
    operator runs in a backward pass, within a transform of `torch.func`, or on a dual number. A tensor that merely
    requires its gradient is none.
    See "Extending PyTorch", https://docs.pytorch.org/docs/stable/notes/extending.html.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __enter__(self) -> Recording:
        self._stack = ExitStack()
        for hook in (
            register_optimizer_step_pre_hook(
                lambda optimizer, args, kwargs: self._note_class("torch.optim", optimizer)
            ),
            register_module_forward_pre_hook(lambda module, args: self._note_class("torch.nn", module)),
        ):
            self._stack.callback(hook.remove)
        self._stack.enter_context(_Operators(self.names))
        self._stack.enter_context(_Functions(self.names))
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def _note_class(self, package: str, one: object) -> None:
        """Note a ready-made layer or optimizer, not a class that the notebook derives from them."""
        if type(one).__module__.startswith(package):
            self.names.add(f"{package}.{type(one).__name__}")


def _note_level(names: set[str]) -> None:
    if torch._C._functorch.peek_interpreter_stack() is not None:
        names.add(AUTOGRAD)


class _Operators(TorchDispatchMode):
    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self.names = names

    def __torch_dispatch__(self, func: Callable, types: tuple, args: tuple = (), kwargs: dict | None = None) -> object:
        name = func.overloadpacket.__name__
        self.names.add(f"aten.{name}")
        _note_level(self.names)
        if name.strip("_") in DIFFERENTIATE or torch._C._current_autograd_node() is not None:
            self.names.add(AUTOGRAD)
        return func(*args, **(kwargs or {}))


class _Functions(TorchFunctionMode):
    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self.names = names

    def __torch_function__(self, func: Callable, types: tuple, args: tuple = (), kwargs: dict | None = None) -> object:
        name = resolve_name(func) or getattr(func, "__qualname__", "")
        last = name.rpartition(".")[2]
        if last.endswith("_") and getattr(torch, last, None) is func:  # torch.relu_ is torch.nn.functional.relu_
            name = f"torch.{last}"
        self.names.add(name)
        _note_level(self.names)
        if last.strip("_") in DIFFERENTIATE:
            self.names.add(AUTOGRAD)
        return func(*args, **(kwargs or {}))
