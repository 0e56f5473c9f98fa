"""Where data sets live: a prepared folder named by `COURSE_DATA`, or the user's own cache."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pooch


class DataError(RuntimeError):
    """A data set that cannot be had or is not what it should be; the message says what to do."""


def prepared_folder() -> Path | None:
    """Return the folder named by `COURSE_DATA`, None when it is not set.

    Raises
    ------
    DataError
        `COURSE_DATA` names a folder that does not exist.
    """
    name = os.environ.get("COURSE_DATA")
    if not name:
        return None
    folder = Path(name).expanduser()
    if not folder.is_dir():
        raise DataError(
            f"COURSE_DATA : le dossier « {folder} » n'existe pas. Corrigez le chemin ou retirez COURSE_DATA."
        )
    return folder


def cache_folder() -> Path:
    """Return the user's folder for what is downloaded or derived; it may not exist yet."""
    return Path(pooch.os_cache("deep-learning-labs"))


def make_folder(path: Path) -> Path:
    """Create a folder if need be and return it.

    Raises
    ------
    DataError
        It cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"Impossible d'écrire dans « {path} » ({error}). Libérez ou corrigez ce dossier.") from error
    return path


@contextmanager
def replace_atomically(path: Path) -> Iterator[Path]:
    """Give the path of a new file to write; rename it to `path` when the block succeeds, remove it when it fails."""
    make_folder(path.parent)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
