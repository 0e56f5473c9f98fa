"""A torchvision model with its ImageNet weights, wherever they can be had; never random weights in silence."""

from __future__ import annotations

import contextlib
import io
import pickle
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.datasets.download import checksum
from helpers.datasets.folders import prepared_folder
from helpers.machine import is_fast
from helpers.torchvision_ops import declare_missing_operators

if TYPE_CHECKING:
    from torch import nn

PATIENCE = 15  # seconds without an answer after which a network that swallows everything counts as none
FOLDER = "torchvision"  # below COURSE_DATA


@dataclass(frozen=True)
class Pretrained:
    """A model, and whether its weights were learned.

    Parameters
    ----------
    model
        The torchvision model, on the CPU, in training mode.
    is_pretrained
        False where no weights could be had: they are random.
    note
        What the titles of figures must say of the weights: « poids ImageNet » or « poids aléatoires ».
    """

    model: nn.Module
    is_pretrained: bool
    note: str


def load_pretrained(name: str = "resnet18") -> Pretrained:
    """Return a torchvision model with ImageNet weights, or with random ones after having said so.

    Torchvision's source is tried first (or what it downloaded before), then the file of the same name in the folder
    `torchvision` of `COURSE_DATA`. With `COURSE_MODE=fast` nothing is tried.

    Parameters
    ----------
    name
        Name of the model in `torchvision.models`.
    """
    declare_missing_operators()
    from torchvision import models

    weights = models.get_model_weights(name).DEFAULT
    if is_fast():
        return _random(name, ["COURSE_MODE=fast : rien n'est téléchargé"])
    failures = []
    for read in (_read_from_torchvision, _read_from_prepared_folder):
        try:
            state, origin = read(weights)
            model = models.get_model(name)
            model.load_state_dict(state)
        except (OSError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
            failures.append(str(error))
        else:
            print(f"{name} : poids appris sur ImageNet ({origin}).")
            return Pretrained(model, True, "poids ImageNet")
    return _random(name, failures)


def _read_from_torchvision(weights) -> tuple[dict, str]:
    # torch.hub takes no time-out: by itself it would wait for ever.
    previous = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # torch.hub prints where it writes on this machine
            return weights.get_state_dict(progress=False, check_hash=True), "torchvision"
    except (OSError, RuntimeError) as error:
        raise OSError(f"torchvision : {weights.url} n'a pas pu être lu ({error})") from error
    finally:
        socket.setdefaulttimeout(previous)


def _read_from_prepared_folder(weights) -> tuple[dict, str]:
    import torch

    folder = prepared_folder()
    file = Path(weights.url).name
    if folder is None:
        raise OSError(f"COURSE_DATA : non défini ; on y chercherait {FOLDER}/{file}")
    path = folder / FOLDER / file
    if not path.is_file():
        raise OSError(f"COURSE_DATA : le fichier « {path} » n'existe pas")
    if not _matches_name(path):
        raise OSError(f"COURSE_DATA : « {path} » est incomplet ou modifié (somme de contrôle inattendue)")
    return torch.load(path, map_location="cpu", weights_only=True), f"COURSE_DATA/{FOLDER}/{file}"


def _matches_name(path: Path) -> bool:
    """Tell whether the checksum begins as torchvision writes it in the name of the file: resnet18-f37072fd.pth."""
    return checksum(path, "sha256").startswith(path.stem.rpartition("-")[2])


def _random(name: str, failures: list[str]) -> Pretrained:
    from torchvision import models

    print(f"{name} : les poids appris sur ImageNet manquent.")
    for failure in failures:
        print(f"  - {failure}")
    print(
        "Ce modèle part donc de poids ALÉATOIRES : il n'apporte aucune connaissance, et les chiffres qui suivent sont "
        "bien plus bas que ceux d'un vrai transfert."
    )
    return Pretrained(models.get_model(name), False, "poids aléatoires")
