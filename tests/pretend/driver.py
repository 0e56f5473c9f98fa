"""What `torch.cuda`, `torch.Generator` and `torch.load` answer on a machine with one T4."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from unittest.mock import patch

import torch

from tests.pretend.storage import CPU, GPU, is_gpu, place


class Generator(torch.Generator):
    """A generator that says the device for which it was made."""

    def __new__(cls, device: object = "cpu"):
        return super().__new__(cls)

    def __init__(self, device: object = "cpu"):
        self.on_gpu = is_gpu(device)

    @property
    def device(self) -> torch.device:
        return GPU if self.on_gpu else CPU


@contextmanager
def pretended_driver(there: torch.Generator) -> Iterator[None]:
    """Answer so; `there` is the generator of the GPU."""
    card = SimpleNamespace(name="Tesla T4", total_memory=15 * 2**30, major=7, minor=5)
    load = torch.load

    def load_anywhere(file: object, map_location: object = None, **options: object) -> object:
        wants_gpu = isinstance(map_location, str | torch.device) and is_gpu(map_location)
        return place(load(file, map_location="cpu", **options), wants_gpu)

    answers = {
        "cuda.is_available": lambda: True,
        "cuda.device_count": lambda: 1,
        "cuda.set_device": lambda device: None,
        "cuda.empty_cache": lambda: None,
        "cuda.synchronize": lambda device=None: None,
        "cuda.get_device_properties": lambda device=None: card,
        "cuda.get_device_capability": lambda device=None: (card.major, card.minor),
        "cuda.manual_seed_all": lambda seed: there.manual_seed(seed + 1) and None,
        "cuda._lazy_init": lambda: None,
        "accelerator.is_available": lambda: True,
        "accelerator.current_accelerator": lambda check_available=False: GPU,
        "accelerator.current_stream": lambda device=None: SimpleNamespace(is_capturing=lambda: False),
        "accelerator.synchronize": lambda device=None: None,
        "backends.cudnn.is_acceptable": lambda tensor: False,
        "Generator": Generator,
        "load": load_anywhere,
    }
    with ExitStack() as stack:
        for name, answer in answers.items():
            stack.enter_context(patch(f"torch.{name}", answer))
        yield
