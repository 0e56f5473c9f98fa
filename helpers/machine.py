"""Prepare the machine for a lab: seeds, device, quiet libraries."""

from __future__ import annotations

import logging
import os
import random
import sys
import warnings
from typing import TYPE_CHECKING

import numpy as np

from helpers.errors import StudentError
from helpers.torchvision_ops import declare_missing_operators

if TYPE_CHECKING:
    import torch


def setup(seed: int = 0, *, numpy_only: bool = False) -> torch.device | None:
    """Seed every generator, silence noisy libraries, say in one line what the machine is.

    With the same seed, versions and number of threads, a CPU gives the same numbers twice. A GPU has a generator of its
    own, seeded here too. What a lab draws on the CPU (initial weights, splits, orders of `Batches`) is the same with
    both; what is drawn on the GPU (dropout) is not what a CPU draws. Two runs on one GPU agree to a few digits only:
    some of its kernels add in an order that changes. Seconds are never the same.

    Parameters
    ----------
    seed
        Seed of Python's, NumPy's and PyTorch's generators.
    numpy_only
        The lab uses NumPy alone: PyTorch is not imported.

    Returns
    -------
    The GPU if there is one, else the CPU; None for a NumPy-only lab.
    """
    is_fast()  # a word that it does not know is better said now
    # Without ipywidgets, tqdm draws its bars as text, and says so in red.
    warnings.filterwarnings("ignore", message="IProgress not found")
    random.seed(seed)
    np.random.seed(seed)
    if numpy_only:
        print(f"NumPy {np.__version__} · ce TP n'a pas besoin de GPU")
        return None

    import torch

    # Before the lab imports torchvision, or a library that does.
    declare_missing_operators()
    torch.manual_seed(seed)
    _silence_libraries()
    device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")  # with the index that a tensor's device has
    print(_describe(device))
    return device


def is_fast() -> bool:
    """Tell whether `COURSE_MODE=fast` asks for synthetic data and short trainings (tests, grading, demo).

    Raises
    ------
    StudentError
        `COURSE_MODE` is something else.
    """
    mode = os.environ.get("COURSE_MODE", "").strip().strip("\"'").lower()
    if mode not in ("", "fast"):
        raise StudentError(
            f"COURSE_MODE={mode} ne veut rien dire. Pour des données synthétiques, exécutez dans une cellule « %env "
            "COURSE_MODE=fast » ; pour les vraies, retirez COURSE_MODE et redémarrez le noyau. Puis relancez."
        )
    return mode == "fast"


def _describe(device: torch.device) -> str:
    import torch

    version = ".".join(torch.__version__.split(".")[:2])
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        return f"PyTorch {version} · GPU : {properties.name} ({round(properties.total_memory / 2**30)} Go)"
    line = f"PyTorch {version} · CPU, fils de calcul : {torch.get_num_threads()}"
    if "google.colab" in sys.modules:
        line += " · si ce TP gagne à un GPU : menu Exécution › Modifier le type d'exécution › GPU T4, puis relancez"
    return line


def _silence_libraries() -> None:
    for name in ("lightning.pytorch", "lightning.fabric", "pytorch_lightning"):
        logging.getLogger(name).setLevel(logging.ERROR)
    # Advice of Lightning about choices that the labs make on purpose, and what its own code draws from PyTorch.
    for message in (
        ".*does not have many workers.*",
        ".*log_every_n_steps.*",
        ".*GPU available but not used.*",
        ".*LeafSpec.*is deprecated.*",
        # gensim protects its vectors, which labs read and never write.
        ".*NumPy array is not writable.*",
    ):
        warnings.filterwarnings("ignore", message=message)
