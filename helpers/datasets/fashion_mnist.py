"""Fashion-MNIST: 70,000 greyscale pictures of clothes, ten classes (Xiao, Rasul and Vollgraf, 2017)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from helpers.datasets.download import locate
from helpers.datasets.folders import DataError
from helpers.datasets.synthetic.garments import draw_garments
from helpers.french import format_count
from helpers.machine import is_fast

if TYPE_CHECKING:
    import torch

CLASS_NAMES = ["T-shirt", "Pantalon", "Pull", "Robe", "Manteau", "Sandale", "Chemise", "Basket", "Sac", "Bottine"]
IDX_IMAGES, IDX_LABELS = 0x0803, 0x0801  # 8 stands for bytes, then the number of dimensions
FAST_SIZES = {"train": 2000, "test": 500}


@dataclass(frozen=True)
class ImageSet:
    """Pictures and their classes.

    Parameters
    ----------
    images
        float32, shape (n, 28, 28), values in [0, 1].
    labels
        int64, shape (n,), values from 0 to 9.
    """

    images: torch.Tensor
    labels: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class FashionMNIST:
    """The two parts of Fashion-MNIST and the French names of its classes, in the order of the labels."""

    train: ImageSet
    test: ImageSet
    class_names: list[str]


def load_fashion_mnist(device: torch.device | str | None = None) -> FashionMNIST:
    """Load Fashion-MNIST into memory: 60,000 training and 10,000 test images.

    Parameters
    ----------
    device
        Where the tensors live; the CPU by default.

    Returns
    -------
    The two parts; with `COURSE_MODE=fast`, 2,000 and 500 drawings made by code.

    Raises
    ------
    DataError
        The files cannot be had or are damaged.
    """
    if is_fast():
        parts = {part: draw_garments(size, seed) for seed, (part, size) in enumerate(FAST_SIZES.items())}
        origin = "données synthétiques, COURSE_MODE=fast"
    else:
        folder = locate("fashion_mnist")
        parts = {"train": read_part(folder, "train"), "test": read_part(folder, "t10k")}
        origin = f"dossier {folder}"
    sets = {part: _to_image_set(images, labels, device) for part, (images, labels) in parts.items()}
    print(
        f"Fashion-MNIST : {format_count(len(sets['train']))} images d'entraînement, "
        f"{format_count(len(sets['test']))} de test ({origin})"
    )
    return FashionMNIST(**sets, class_names=list(CLASS_NAMES))


def read_part(folder: Path, prefix: str) -> tuple[np.ndarray, np.ndarray]:
    """Read the images, uint8 (n, 28, 28), and the labels, uint8 (n,), of `train` or `t10k` from their IDX files."""
    raw = folder / "FashionMNIST" / "raw"
    images = _read_idx(raw / f"{prefix}-images-idx3-ubyte", IDX_IMAGES)
    labels = _read_idx(raw / f"{prefix}-labels-idx1-ubyte", IDX_LABELS)
    return images, labels


def _read_idx(path: Path, magic: int) -> np.ndarray:
    """Read an IDX file of bytes: magic number and dimensions as big-endian int32, then the values."""
    content = np.fromfile(path, dtype=np.uint8)
    num_dimensions = magic % 256
    header = content[: 4 * (1 + num_dimensions)].view(">i4")
    values = content[header.nbytes :]
    if header.size != 1 + num_dimensions or header[0] != magic or values.size != np.prod(header[1:]):
        raise DataError(f"Fashion-MNIST : le fichier « {path} » est incomplet. Supprimez-le et relancez la cellule.")
    return values.reshape(header[1:])


def _to_image_set(images: np.ndarray, labels: np.ndarray, device: torch.device | str | None) -> ImageSet:
    import torch

    # The bytes are moved before they become floats: a quarter of the traffic to a GPU.
    pixels = torch.from_numpy(images).to(device or "cpu")
    return ImageSet(pixels.float().div_(255), torch.from_numpy(labels).to(device or "cpu").long())
