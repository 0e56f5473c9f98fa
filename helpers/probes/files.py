"""Tiny files: images, weights, and weights that run code."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from unittest.mock import patch

import torch
from PIL import Image
from torch import Tensor, nn


def write_tiny_folder(root: str | Path, counts: Mapping[str, int]) -> Path:
    """Write, for each part, `counts[part]` images a class, each of a colour of its own; return the folder."""
    for place, (part, count) in enumerate(counts.items()):
        for label, name in enumerate(("cat", "fish")):
            folder = Path(root, part, name)
            folder.mkdir(parents=True)
            for i in range(count):
                Image.new("RGB", (4, 4), (50 * place, 100 * label, i)).save(folder / f"{i:02d}.png")
    return Path(root)


def colours(loader: object) -> list[list[list[int]]]:
    """Return the colour of every image of such a folder that a loader gives, batch by batch."""
    return [images[:, :, 0, 0].mul(255).round().int().tolist() for images, _ in loader]


class _Trap:
    """An object that makes a folder when pickle reads it: any other code could run as well."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def runs_code(load: Callable[[nn.Module, Path, torch.device], object]) -> bool:
    """Tell whether a function that reads weights runs the code that a file holds."""
    unsafe = {"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"}  # the default before PyTorch 2.6
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, unsafe):
        path, sprung = Path(folder, "trap.pt"), Path(folder, "sprung")
        torch.save(_Trap(sprung), path)
        with suppress(Exception):  # it is refused, or what it holds are no weights
            load(nn.Linear(1, 1), path, torch.device("cpu"))
        return sprung.exists()


def write_as_from_gpu(state: Mapping[str, Tensor], path: Path) -> None:
    """Write weights as if they came from a GPU that is not here."""
    torch.save(dict(state), path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            # The name of the device, after its length.
            archive.writestr(name, part.replace(b"\3\0\0\0cpu", b"\7\0\0\0cuda:99"))
