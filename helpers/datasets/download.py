"""Find a data set, downloading it the first time."""

from __future__ import annotations

from pathlib import Path

from helpers.datasets.folders import DataError, cache_folder, prepared_folder


def locate(name: str) -> Path:
    """Return the folder that holds the data set called `name`."""
    folder = prepared_folder() or cache_folder()
    if not folder.is_dir():
        raise DataError(f"{name} : aucune donnée dans « {folder} ». Indiquez COURSE_DATA ou COURSE_MODE=fast.")
    return folder
