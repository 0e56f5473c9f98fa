"""Let a graded hand-in that names a GPU compute on the processor, and say so once.

`torch.cuda.is_available()` stays False: code that asks first chooses the processor by itself.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from contextlib import nullcontext
from types import ModuleType, SimpleNamespace

NO_GPU = "No GPU here: what the notebook sends to one is computed on the processor."
GPUS = ("cuda", "mps", "xpu")
METHODS = ("new_empty", "new_empty_strided", "new_full", "new_ones", "new_tensor", "new_zeros")
# What else is asked of a GPU, by its name in `torch.cuda`, and what it answers then.
ANSWERS = {
    "synchronize": None,
    "set_device": None,
    "reset_peak_memory_stats": None,
    "current_device": 0,
    "get_device_name": "CPU",
    "get_device_capability": (0, 0),
    "get_device_properties": SimpleNamespace(name="CPU", total_memory=0, major=0, minor=0, multi_processor_count=1),
    "memory_summary": "",
    "device": nullcontext(),
    "Event": SimpleNamespace(
        record=lambda *stream: None, synchronize=lambda: None, query=lambda: True, elapsed_time=lambda end: 0.0
    ),
}

said: list[str] = []


def install() -> None:
    """Change what PyTorch and Lightning, where they are imported, do with a GPU that is not there."""
    torch = sys.modules.get("torch")
    if torch is None or torch.cuda.is_available():
        return
    _replace_devices(torch)
    for name, answer in ANSWERS.items():
        setattr(torch.cuda, name, lambda *args, answer=answer, **options: answer)
    for name in [name for name in vars(torch.cuda) if name.endswith("Tensor") and hasattr(torch, name)]:
        setattr(torch.cuda, name, getattr(torch, name))
    if lightning := sys.modules.get("lightning.pytorch"):
        lightning.Trainer.__init__ = _training_here(lightning.Trainer.__init__)


def processor_for(value: object) -> object:
    """Return the processor for a value that names a GPU, in one of the ways that PyTorch takes; else the value."""
    number = isinstance(value, int) and not isinstance(value, bool)
    name = getattr(value, "type", value)
    if number or (isinstance(name, str) and name.partition(":")[0] in GPUS):
        if not said:
            said.append(NO_GPU)
            print(NO_GPU, file=sys.stderr)
        return "cpu"
    return value


def _replace_devices(torch: ModuleType) -> None:
    from torch.utils._device import DeviceContext, _device_constructors

    like = {getattr(torch, name) for name in dir(torch) if name.endswith("_like") and not name.startswith("_")}
    for function in _device_constructors() | like:
        if getattr(torch, function.__name__, None) is function:
            setattr(torch, function.__name__, _reaching(function))
    for name in METHODS:
        setattr(torch.Tensor, name, _reaching(getattr(torch.Tensor, name)))
    torch.Tensor.to = _reaching(torch.Tensor.to, place=1)
    torch.Tensor.cuda = lambda tensor, *args, **options: tensor.to("cuda")
    torch.Tensor.pin_memory = lambda tensor, *args: tensor
    torch.set_default_device = _reaching(torch.set_default_device, place=0)
    DeviceContext.__init__ = _reaching(DeviceContext.__init__, place=1)
    new = torch.Generator.__new__
    torch.Generator = type(
        "Generator", (torch.Generator,), {"__new__": lambda kind, device="cpu": new(kind, processor_for(device))}
    )
    # A file that names a GPU itself is left alone: to read it anywhere is what `map_location` is for.
    torch.load = _reaching(torch.load, place=1, name="map_location")


def _reaching(function: Callable, place: int | None = None, name: str = "device") -> Callable:
    """Return a function whose device, called `name` or argument number `place`, is one that can be reached."""

    @functools.wraps(function)
    def call(*args: object, **options: object) -> object:
        if name in options:
            options[name] = processor_for(options[name])
        if place is not None and len(args) > place:
            args = (*args[:place], processor_for(args[place]), *args[place + 1 :])
        return function(*args, **options)

    return call


def _training_here(init: Callable) -> Callable:
    """Return Lightning's constructor of a trainer, on the processor and in the precision that it can compute in."""

    @functools.wraps(init)
    def call(trainer: object, *args: object, **options: object) -> None:
        if options.get("accelerator") in ("gpu", *GPUS):
            processor_for("cuda")
            options |= {"accelerator": "cpu", "devices": 1}
        if str(options.get("precision")).startswith("16"):
            options["precision"] = "32-true"
        init(trainer, *args, **options)

    return call
