"""A GPU that is none: tensors are CPU tensors whose storage says on which device they would be.

Within `PretendDevice`, what a program sees of PyTorch is a machine with one GPU, `cuda:0`: mixed devices, `.numpy()` of
a tensor on the GPU and generators of the wrong device raise what CUDA raises. Copies between host and device, and what
makes the host wait, are counted by place. What it cannot tell: speed, memory, what CUDA's own kernels round, and where
saved tensors were.
"""

from __future__ import annotations

import functools
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from unittest.mock import patch

import torch
from torch.overrides import TorchFunctionMode, resolve_name
from torch.utils._python_dispatch import TorchDispatchMode

from tests.pretend.driver import pretended_driver
from tests.pretend.storage import GPU, Move, is_gpu, on_gpu, place, tensors_in

TO_GPU, PINNED, TO_HOST, WAIT = "to the device", "to the device, pinned", "to the host", "waits"
MIXED = "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!"
NO_NUMPY = "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first."
LENGTHS = "'lengths' argument should be a 1D CPU int64 tensor, but got 1D cuda:0 Long tensor"
INDICES = "indices should be either on cpu or on the same device as the indexed tensor (cpu)"
EVALUATION = "cudnn RNN backward can only be called in training mode"

COPIES = {"copy_", "_to_copy", "_copy_from", "set_"}
# A tensor of no dimension may stay on the CPU in arithmetic, but not in these.
STRICT = {"cat", "stack", "mm", "addmm", "bmm", "baddbmm", "mv", "addmv", "dot", "index_select", "gather", "embedding"}
INDEXED = {"index", "index_put", "index_put_", "_index_put_impl_", "_unsafe_index"}
WAITING = {"_local_scalar_dense", "nonzero", "masked_select", "equal", "_unique2", "unique_consecutive", "bincount"}
PACKING = ("_pack_padded_sequence", "_pad_packed_sequence")
# These take the sizes of packed batches from the CPU; the last one only compares.
UNCHECKED = ("gru", "lstm", "rnn", *PACKING, "_has_compatible_shallow_copy_type")
RECURRENT = {"gru", "lstm", "rnn_tanh", "rnn_relu"}
FROM_DATA = {"tensor", "as_tensor", "asarray", "new_tensor"}
FACTORIES = {"zeros", "ones", "empty", "full", "rand", "randn", "randint", "randperm", "normal", "arange", "linspace"}
FACTORIES |= {"logspace", "eye", "scalar_tensor", "empty_strided", "from_numpy", "tril_indices", "triu_indices"}
FACTORIES |= FROM_DATA


class PretendDevice:
    """Context in which PyTorch has one GPU.

    Attributes
    ----------
    counts
        How often (kind, place) happened; a kind is TO_GPU, PINNED (a copy for which nobody waits), TO_HOST or
        WAIT, a place a line of a cell or of `helpers`.
    megabytes
        What was copied, by kind.
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.megabytes: Counter[str] = Counter()
        self.generator = torch.Generator()
        self.making: bool | None = None  # where a factory that Python called makes its tensor
        self.is_counting = True

    def __enter__(self) -> PretendDevice:
        self._stack = ExitStack()
        for context in (pretended_driver(self.generator), _Operators(self), _Functions(self)):
            self._stack.enter_context(context)
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def count(self, kind: str, tensor: torch.Tensor | None = None) -> None:
        """Count a copy of a tensor, or a wait."""
        if self.is_counting:
            self.counts[kind, _place_in_the_lab()] += 1
            self.megabytes[kind] += 0 if tensor is None else tensor.nbytes / 1e6

    def move(self, tensor: torch.Tensor, where: bool, non_blocking: bool = False) -> torch.Tensor:
        """Copy a tensor to the other device; one that is there already is returned as it is."""
        if bool(on_gpu(tensor)) == where:
            return tensor
        is_pinned = non_blocking and getattr(tensor.untyped_storage(), "page_locked", False)
        self.count((PINNED if is_pinned else TO_GPU) if where else TO_HOST, tensor)
        return Move.apply(tensor, where)

    def draw(self, func: Callable, args: tuple, kwargs: dict) -> object:
        """Run what draws with the device's own generator in the place of the host's."""
        host = torch.default_generator.get_state()
        torch.default_generator.set_state(self.generator.get_state())
        try:
            return func(*args, **kwargs)
        finally:
            self.generator.set_state(torch.default_generator.get_state())
            torch.default_generator.set_state(host)


class _Functions(TorchFunctionMode):
    """What Python asks of a tensor: where it is, to be moved, read or made."""

    def __init__(self, device: PretendDevice) -> None:
        super().__init__()
        self.device = device

    def __torch_function__(self, func: Callable, types: tuple, args: tuple = (), kwargs: dict | None = None) -> object:
        kwargs, name = dict(kwargs or {}), _name(func)
        first = args[0] if args and isinstance(args[0], torch.Tensor) else None
        if first is not None and (answer := getattr(self, f"answer_{name.strip('_')}", None)):
            return answer(func, *args, **kwargs)
        if name in FACTORIES or "device" in kwargs or name.startswith("new_"):
            return self._make(func, name, args, kwargs)
        _check_generator(kwargs, first is not None and bool(on_gpu(first)))
        result = func(*args, **kwargs)
        if name in RECURRENT and on_gpu(args[0]):
            _refuse_backward_in_evaluation(args, result)
        return result

    def answer_device(self, func: Callable, tensor: torch.Tensor) -> torch.device:
        return GPU if on_gpu(tensor) else func(tensor)

    def answer_is_cuda(self, func: Callable, tensor: torch.Tensor) -> bool:
        return bool(on_gpu(tensor))

    def answer_is_cpu(self, func: Callable, tensor: torch.Tensor) -> bool:
        return not on_gpu(tensor)

    def answer_get_device(self, func: Callable, tensor: torch.Tensor) -> int:
        return 0 if on_gpu(tensor) else -1

    def answer_cpu(self, func: Callable, tensor: torch.Tensor, *_: object, **__: object) -> torch.Tensor:
        return self.device.move(tensor, False)

    def answer_cuda(self, func: Callable, tensor: torch.Tensor, *_: object, **__: object) -> torch.Tensor:
        return self.device.move(tensor, True)

    def answer_to(self, func: Callable, tensor: torch.Tensor, *args: object, **kwargs: object) -> torch.Tensor:
        where, copy = on_gpu(tensor), kwargs.pop("copy", False)
        if isinstance(other := kwargs.pop("other", args[0] if args else None), torch.Tensor):
            where, args = on_gpu(other), (other.dtype, *args[1:])
        wanted, dtype, non_blocking, memory_format = torch._C._nn._parse_to(*args, **kwargs)
        moved = self.device.move(tensor, bool(where) if wanted is None else is_gpu(wanted), non_blocking)
        options = {} if memory_format is None else {"memory_format": memory_format}
        return moved.to(dtype or moved.dtype, copy=copy and moved is tensor, **options)

    def answer_pin_memory(self, func: Callable, tensor: torch.Tensor, *_: object) -> torch.Tensor:
        pinned = tensor.clone()
        pinned.untyped_storage().page_locked = True
        return pinned

    def answer_numpy(self, func: Callable, tensor: torch.Tensor, *args: object, **kwargs: object) -> object:
        if on_gpu(tensor):
            raise TypeError(NO_NUMPY)
        return func(tensor, *args, **kwargs)

    answer_array = answer_numpy

    def answer_tolist(self, func: Callable, tensor: torch.Tensor, **kwargs: object) -> object:
        if on_gpu(tensor):
            self.device.count(WAIT)
        with patch.object(self.device, "is_counting", False):
            return func(tensor, **kwargs)

    answer_repr = answer_tolist

    def answer_deepcopy(self, func: Callable, tensor: torch.Tensor, *args: object) -> torch.Tensor:
        with patch.object(self.device, "is_counting", False):
            return place(func(tensor, *args), on_gpu(tensor))

    def _make(self, func: Callable, name: str, args: tuple, kwargs: dict) -> object:
        sources, wanted = list(tensors_in(args)), kwargs.pop("device", None)
        is_tensor = bool(sources) and isinstance(args[0], torch.Tensor)
        where = is_tensor and name not in FACTORIES - FROM_DATA and bool(on_gpu(sources[0]))
        where = where if wanted is None else is_gpu(wanted)
        _check_generator(kwargs, where)
        if name in ("as_tensor", "asarray") and is_tensor:
            return self.device.move(func(*args, **kwargs), where)
        with patch.object(self.device, "making", where):
            result = place(func(*args, **kwargs), where)
        if where and name in FROM_DATA and not is_tensor:
            self.device.count(TO_GPU, result)
        return result


class _Operators(TorchDispatchMode):
    """What PyTorch then runs, backward passes and optimizers included."""

    def __init__(self, device: PretendDevice) -> None:
        super().__init__()
        self.device = device

    def __torch_dispatch__(self, func: Callable, types: tuple, args: tuple = (), kwargs: dict | None = None) -> object:
        kwargs, name = kwargs or {}, func.overloadpacket.__name__
        tensors = list(tensors_in((args, kwargs)))
        where = self._where(name, args, tensors)
        if where is False:
            return func(*args, **kwargs)
        if where and name in WAITING:
            self.device.count(WAIT)
        draws = where and torch.Tag.nondeterministic_seeded in func.tags and kwargs.get("generator") is None
        result = self.device.draw(func, args, kwargs) if draws else func(*args, **kwargs)
        known = {tensor.untyped_storage()._cdata for tensor in tensors}
        place([one for one in tensors_in((result,)) if one.untyped_storage()._cdata not in known], where)
        if name in PACKING:  # the sizes of batches, the lengths
            place(result[1], False)
        return result

    def _where(self, name: str, args: tuple, tensors: list[torch.Tensor]) -> bool | None:
        """Return where the result is, or raise what CUDA raises."""
        places = [on_gpu(tensor) for tensor in tensors]
        if True not in places:
            return (False if False in places else None) if tensors else self.device.making
        if name in COPIES and places[0] is not None:
            if len(set(map(bool, places[:2]))) == 2:
                self.device.count(TO_GPU if places[0] else TO_HOST, tensors[1])
            return places[0]
        place([tensor for tensor, where in zip(tensors, places, strict=True) if where is None], True)
        on_cpu = [tensor for tensor, where in zip(tensors, places, strict=True) if where is False]
        if name == "_pack_padded_sequence":
            _refuse(bool(places[1]), LENGTHS)
        elif name in INDEXED:
            self._check_indices(args, on_cpu)
        elif name.startswith("_foreach"):
            lists = [one for one in args if isinstance(one, list | tuple) and isinstance(one[0], torch.Tensor)]
            for together in zip(*lists, strict=False):
                _refuse(len({on_gpu(tensor) for tensor in together if tensor.dim()}) > 1, MIXED)
        elif not name.startswith(UNCHECKED):
            is_strict = name in STRICT or (name[0] != "_" and name[-1] == "_" and places[0] is False)
            _refuse(any(tensor.dim() or is_strict for tensor in on_cpu), MIXED)
        return True

    def _check_indices(self, args: tuple, on_cpu: list[torch.Tensor]) -> None:
        """Let a tensor of the GPU be indexed from the CPU, which copies the indices."""
        _refuse(not on_gpu(args[0]), INDICES)
        indices = list(tensors_in((args[1],)))
        for tensor in on_cpu:
            if any(tensor is index for index in indices):
                self.device.count(TO_GPU, tensor)
            else:
                _refuse(tensor.dim() > 0, MIXED)
        if any(index.dtype == torch.bool and on_gpu(index) for index in indices):
            self.device.count(WAIT)


@functools.cache
def _name(func: Callable) -> str:
    """Return the name of a function of PyTorch, that of the property for what reads one."""
    parts = (resolve_name(func) or getattr(func, "__qualname__", "")).split(".")
    return parts[-2] if parts[-1] == "__get__" else parts[-1]


def _refuse(condition: bool, message: str) -> None:
    if condition:
        raise RuntimeError(message)


def _check_generator(options: dict, where: bool) -> None:
    generator = options.get("generator")
    wanted, found = ("cuda", "cpu") if where else ("cpu", "cuda")
    message = f"Expected a '{wanted}' device type for generator but found '{found}'"
    _refuse(generator is not None and getattr(generator, "on_gpu", False) != where, message)


def _refuse_backward_in_evaluation(args: tuple, result: tuple[torch.Tensor, ...]) -> None:
    is_packed = isinstance(args[1], torch.Tensor) and args[1].dtype == torch.int64
    is_training = args[6 + is_packed]
    for tensor in result:
        if tensor.requires_grad and not is_training:
            tensor.register_hook(lambda gradient: _refuse(True, EVALUATION))


def _place_in_the_lab() -> str:
    """Return the line of the cell that is running, and the innermost line of `helpers` under it."""
    frame, helper = sys._getframe(2), ""
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("cell "):
            return f"{name.removeprefix('cell ')}, line {frame.f_lineno}{helper}"
        if not helper and "/helpers/" in name:
            helper = f" ({name.rpartition('/helpers/')[2]}:{frame.f_lineno})"
        frame = frame.f_back
    return helper.strip(" ()") or "elsewhere"
