"""Find a data set, downloading it the first time: checked before use, never half written, one process at a time."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from helpers.datasets.folders import DataError, cache_folder, make_folder, prepared_folder, writing
from helpers.datasets.receive import PORTAL, Refused, is_web_page, receive
from helpers.datasets.registry import DATASETS, Dataset, Resource
from helpers.french import format_short

# Smaller files come before a progress bar could be read.
MEGABYTES_WITH_BAR = 1


def locate(name: str) -> Path:
    """Return the data folder that holds the data set called `name`.

    That is the folder of `COURSE_DATA` when it is set, which is never written to; else the user's cache, completed
    by a download.

    Raises
    ------
    DataError
        The prepared folder lacks the data set, or nothing can be downloaded.
    """
    dataset = DATASETS[name]
    prepared = prepared_folder()
    if prepared is None:
        folder = cache_folder()
        fetch(dataset, folder)
        return folder
    missing = dataset.missing_from(prepared)
    if missing:
        raise DataError(
            f"{dataset.title} : « {missing[0]} » manque dans le dossier COURSE_DATA « {prepared} ». Demandez-le à "
            "votre enseignant, ou retirez COURSE_DATA pour télécharger."
        )
    return prepared


def fetch(dataset: Dataset, folder: Path) -> None:
    """Download what `folder` lacks of a data set.

    Raises
    ------
    DataError
        No source gives a file with the right checksum, or the folder cannot be written.
    """
    with writing(folder):
        if all(resource.is_in(folder) for resource in dataset.resources):
            return
        with _lock(dataset, folder):
            for resource in dataset.resources:
                # Looked at again: another process may have made it while this one waited.
                if not resource.is_in(folder):
                    _fetch_resource(dataset, resource, folder)


def checksum(path: Path, algorithm: str) -> str:
    """Return the checksum of a file: `md5`, `sha256`, or `git` for its identifier in git."""
    if algorithm == "git":
        digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    else:
        digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def matches(path: Path, expected: str) -> bool:
    """Tell whether a file has the checksum written as in the registry, `algorithm:digest`."""
    algorithm, _, digest = expected.partition(":")
    return checksum(path, algorithm) == digest


@contextlib.contextmanager
def _lock(dataset: Dataset, folder: Path) -> Iterator[None]:
    """Keep other processes from working on the same data set; the system frees the lock of one that dies."""
    from filelock import FileLock, Timeout

    lock = FileLock(make_folder(folder) / f".{dataset.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print(f"{dataset.title} : un autre programme est en train de le télécharger, on attend qu'il ait fini.")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _fetch_resource(dataset: Dataset, resource: Resource, folder: Path) -> None:
    # The lock is held, so what is still there was left by a process that died.
    prefix = f".{dataset.name}.part-"
    for leftover in folder.glob(f"{prefix}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    # Named after what it will be, and kept until it is unpacked: the next call goes on where this one stops.
    source = folder / f".{dataset.name}-{resource.checksum[-8:]}.download"
    _download(dataset, resource, source)
    staging = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
    try:
        resource.unpack(source, staging)
        for path in resource.makes:
            _move(staging / path, folder / path)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    source.unlink()


def _move(source: Path, target: Path) -> None:
    """Give a finished file or folder its final name, in one step."""
    # A folder that is not empty cannot be replaced in one step, and it has this name only if it was finished.
    if target.is_dir():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)


def _download(dataset: Dataset, resource: Resource, path: Path) -> None:
    """Download from the first source that gives the right content."""
    if path.exists() and matches(path, resource.checksum):
        return
    print(f"{dataset.title} : téléchargement de « {resource.makes[0]} » ({format_short(resource.megabytes)} Mo)")
    failures = []
    for url in resource.urls:
        reason = _ask(url, path, resource)
        if not reason:
            return
        failures.append(f"  - {url} : {reason}\n")
    raise DataError(
        f"{dataset.title} : le téléchargement a échoué.\n{''.join(failures)}"
        "Vérifiez la connexion et relancez la cellule : ce qui est déjà reçu est gardé. Sans réseau, exécutez dans une "
        "cellule « %env COURSE_DATA=dossier », où le dossier est celui que donne votre enseignant, ou « %env "
        "COURSE_MODE=fast », qui demande des données synthétiques ; puis relancez."
    )


def _ask(url: str, path: Path, resource: Resource) -> str:
    """Have one source complete a file; return why it did not, in French, nothing where it did."""
    goes_on = path.exists()
    try:
        receive(url, path, show_progress=resource.megabytes >= MEGABYTES_WITH_BAR)
    except Refused as refusal:
        return str(refusal)
    if matches(path, resource.checksum):
        return ""
    reason = PORTAL if is_web_page(path) else "somme de contrôle inattendue, le fichier reçu est incomplet ou modifié"
    path.unlink()
    # The beginning may have come from elsewhere than the rest.
    return _ask(url, path, resource) if goes_on else reason
