"""Cats and fish: four classes of Tiny ImageNet (Stanford CS231n, after Deng and others, 2009) sorted into two."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from helpers.datasets.download import locate
from helpers.datasets.folders import DataError, make_folder, writing
from helpers.datasets.synthetic.animals import write_animals
from helpers.french import format_count
from helpers.machine import is_fast

PARTS = ("train", "val", "test")
CLASSES = ("cat", "fish")
WORDNET_IDS = {"cat": ("n02123045", "n02123394", "n02124075"), "fish": ("n01443537",)}
IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png"}
# Images a class. Only 500 fish are there for training and test, so cats are as few: 50 % is what chance gives.
SIZES = {"train": 400, "val": 50, "test": 100}
FAST_SIZES = {"train": 160, "val": 40, "test": 40}


@dataclass(frozen=True)
class CatsAndFish:
    """A folder `train|val|test/{cat,fish}/` of images that all decode.

    Parameters
    ----------
    root
        The folder, ready for torchvision's `ImageFolder`: label 0 for cat, 1 for fish.
    damaged
        Images that were found damaged and left out.
    counts
        Number of images by part and class: `counts["train"]["cat"]`.
    """

    root: Path
    damaged: list[Path]
    counts: dict[str, dict[str, int]]


def load_cats_and_fish(root: str | Path | None = None) -> CatsAndFish:
    """Prepare a folder of cats and fish.

    Parameters
    ----------
    root
        A folder `train|val|test/{cat,fish}/` of your own images; by default, 64 x 64 photographs of Tiny ImageNet, as
        many cats (tabby, Persian, Egyptian) as goldfish, test taken from the training images by a fixed draw.

    Returns
    -------
    The folder to read, the damaged images and the counts. With damaged images the folder is a copy without them; with
    `COURSE_MODE=fast` and no `root`, drawings made by code.

    Raises
    ------
    DataError
        The images cannot be had, or `root` has not the expected folders.
    """
    if root is not None:
        folder = _check_layout(Path(root).expanduser())
        data, origin = _leave_damaged_out(folder), f"dossier {folder}"
    elif is_fast():
        folder = _make_temporary_folder()
        write_animals(folder, FAST_SIZES)
        data, origin = _leave_damaged_out(folder), "données synthétiques, COURSE_MODE=fast"
    else:
        source = locate("cats_and_fish") / "tiny-imagenet-200"
        data, origin = _leave_damaged_out(_sort_classes(source)), f"dossier {source}"
    _print_summary(data, origin)
    return data


def list_images(folder: Path) -> list[Path]:
    """Return the image files of a folder in a fixed order, which glob alone does not promise."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)


def decodes(path: Path) -> bool:
    """Tell whether an image file decodes to its last pixel."""
    try:
        with Image.open(path) as image:
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
    return True


def _check_layout(root: Path) -> Path:
    for part in PARTS:
        for name in CLASSES:
            if not (root / part / name).is_dir():
                raise DataError(
                    f"Chats et poissons : le dossier « {root / part / name} » manque ; on attend "
                    f"train, val et test, avec cat et fish dans chacun."
                )
    return root


def _leave_damaged_out(root: Path) -> CatsAndFish:
    """Return `root` itself when every image decodes, else a copy of those that do."""
    kept = {part: {name: list_images(root / part / name) for name in CLASSES} for part in PARTS}
    images = [path for names in kept.values() for paths in names.values() for path in paths]
    damaged = [path for path in images if not decodes(path)]
    if damaged:
        left_out = set(damaged)
        kept = {
            part: {name: [path for path in paths if path not in left_out] for name, paths in names.items()}
            for part, names in kept.items()
        }
        root = _make_temporary_folder()
        for part, names in kept.items():
            for name, paths in names.items():
                _copy(paths, root / part / name)
    counts = {part: {name: len(paths) for name, paths in names.items()} for part, names in kept.items()}
    return CatsAndFish(root, damaged, counts)


def _sort_classes(source: Path) -> Path:
    """Copy the images that the course uses into a folder of the course's layout."""
    target = _make_temporary_folder()
    for name, images in _choose_images(source).items():
        for part, paths in images.items():
            _copy(paths, target / part / name)
    return target


def _choose_images(source: Path) -> dict[str, dict[str, list[Path]]]:
    """Draw the images of each part and class, the same on every machine, as even as can be among the kinds of cat."""
    rng = np.random.default_rng(231)
    annotations = (source / "val" / "val_annotations.txt").read_text(encoding="utf-8").splitlines()
    wordnet_id_of = dict(line.split("\t")[:2] for line in annotations)
    chosen = {}
    for name, wordnet_ids in WORDNET_IDS.items():
        training = [_shuffled(list_images(source / "train" / key / "images"), rng) for key in wordnet_ids]
        validation = [
            _shuffled([path for path in list_images(source / "val" / "images") if wordnet_id_of[path.name] == key], rng)
            for key in wordnet_ids
        ]
        mixed = _interleave(training)[: SIZES["train"] + SIZES["test"]]
        chosen[name] = {
            "train": mixed[: SIZES["train"]],
            "test": mixed[SIZES["train"] :],
            "val": _interleave(validation)[: SIZES["val"]],
        }
    return chosen


def _shuffled(paths: list[Path], rng: np.random.Generator) -> list[Path]:
    return [paths[row] for row in rng.permutation(len(paths))]


def _interleave(lists: list[list[Path]]) -> list[Path]:
    # Strict: Tiny ImageNet holds as many images of every class, and a shorter list would drop images unseen.
    return [path for paths in zip(*lists, strict=True) for path in paths]


def _copy(paths: list[Path], folder: Path) -> None:
    with writing(folder):
        make_folder(folder)
        for path in paths:
            shutil.copyfile(path, folder / path.name)


def _make_temporary_folder() -> Path:
    """Make a folder that disappears with the session."""
    with writing(Path(tempfile.gettempdir())):
        folder = Path(tempfile.mkdtemp(prefix="cats_and_fish."))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _print_summary(data: CatsAndFish, origin: str) -> None:
    names = {"train": "d'entraînement", "val": "de validation", "test": "de test"}
    totals = {part: sum(data.counts[part].values()) for part in PARTS}
    cats, fish = (sum(data.counts[part][name] for part in PARTS) for name in CLASSES)
    sizes = ", ".join(f"{format_count(totals[part])} {names[part]}" for part in PARTS)
    uneven = f"{format_count(cats)} chats, {format_count(fish)} poissons"
    balance = "autant de chats que de poissons" if cats == fish else uneven
    damaged = f"{len(data.damaged)} endommagées et laissées de côté" if data.damaged else "aucune endommagée"
    print(f"Chats et poissons : images {sizes} ; {balance}, {damaged} ({origin})")
    for path in data.damaged:
        print(f"  endommagée : {path}")
