"""Where data sets live: a prepared folder named by `COURSE_DATA`, or the user's own cache."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from helpers.errors import StudentError

REASONS = {
    "le disque est plein, ou votre quota atteint : libérez de la place, puis relancez": (errno.ENOSPC, errno.EDQUOT),
    "il est à quelqu'un d'autre, ou en lecture seule : corrigez ses droits, ou prenez-en un autre en exécutant dans "
    "une cellule « %env XDG_CACHE_HOME=dossier »": (errno.EACCES, errno.EPERM, errno.EROFS),
}


class DataError(StudentError):
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
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        what = "ne peut pas être lu" if folder.is_dir() else "n'existe pas"
        raise DataError(f"COURSE_DATA : le dossier « {folder} » {what}. Corrigez le chemin ou retirez COURSE_DATA.")
    return folder


def cache_folder() -> Path:
    """Return the user's folder for what is downloaded or derived; it may not exist yet."""
    return Path(platformdirs.user_cache_dir("deep-learning-labs"))


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Write below a folder; what the system refuses becomes a DataError.

    Raises
    ------
    DataError
        The disk is full, the folder another's, or not to be written.
    """
    try:
        yield
    except OSError as error:
        reason = next((words for words, codes in REASONS.items() if error.errno in codes), str(error))
        raise DataError(f"Impossible d'écrire dans « {folder} » : {reason}.") from error


def make_folder(path: Path) -> Path:
    """Create a folder if need be and return it."""
    path.mkdir(parents=True, exist_ok=True)
    return path
