"""Receive one file from one address: going on where it stopped, and saying in French why it cannot."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import requests
from tqdm import tqdm

TIMEOUT = (10, 30)  # seconds to connect, seconds without a byte
TRIES = 3
PAUSE = 1.0  # seconds between two of them
CHUNK = 1 << 16
PORTAL = (
    "le réseau a répondu par une page web : identifiez-vous sur le portail de ce réseau, dans un navigateur, puis "
    "relancez"
)
PROXY = "le proxy refuse ou ne répond pas : corrigez les variables HTTP_PROXY et HTTPS_PROXY, ou retirez-les"
CERTIFICATE = (
    "certificat refusé ou introuvable : vérifiez l'heure de la machine et la variable REQUESTS_CA_BUNDLE, qui doit "
    "nommer le certificat de votre réseau s'il en a un, et rien sinon"
)


class Refused(Exception):
    """The address did not give the file; the message is the reason, in French."""


class _Interrupted(Refused):
    """It might, if it were asked again."""


def receive(url: str, path: Path, *, show_progress: bool = False) -> None:
    """Complete the file at `path`, which may hold its beginning, from `url`.

    Raises
    ------
    Refused
        The rest cannot be had from there; what came is kept.
    OSError
        The file cannot be written.
    """
    for number in range(TRIES):
        try:
            with _asked(url, path.stat().st_size if path.exists() else 0) as response:
                _write(response, path, show_progress)
            return
        except _Interrupted:
            if number == TRIES - 1:
                raise
            time.sleep(PAUSE)


def is_web_page(path: Path) -> bool:
    """Tell whether a file is a page made for a person: no data set is."""
    with path.open("rb") as file:
        return file.read(100).lstrip().lower().startswith((b"<!doctype html", b"<html"))


@contextlib.contextmanager
def _asked(url: str, size: int) -> Iterator[requests.Response]:
    """Ask for what comes after the first `size` bytes."""
    # Compressed on its way, a file could not be gone on with in its middle.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={size}-"} if size else {})
    try:
        response = requests.get(url, headers=headers, stream=True, timeout=TIMEOUT)
    except OSError as error:  # those of requests are, and so is a certificate file that does not exist
        raise _explained(error) from error
    with response:
        if response.status_code in (200, 206) and "html" in response.headers.get("Content-Type", ""):
            raise Refused(PORTAL)
        if response.status_code == 407:
            raise Refused(PROXY)
        if response.status_code == 511:
            raise Refused(PORTAL)
        if response.status_code >= 400 and response.status_code != 416:
            kind = _Interrupted if response.status_code >= 500 or response.status_code == 429 else Refused
            raise kind(f"réponse {response.status_code} du serveur")
        yield response


def _write(response: requests.Response, path: Path, show_progress: bool) -> None:
    if response.status_code == 416:  # what is there already is no beginning of it
        path.unlink(missing_ok=True)
        raise _Interrupted("le début déjà reçu ne convient pas")
    goes_on = response.status_code == 206
    size = path.stat().st_size if goes_on else 0
    length = int(response.headers.get("Content-Length") or 0)
    with (
        path.open("ab" if goes_on else "wb") as file,
        tqdm(total=size + length or None, initial=size, unit="B", unit_scale=True, disable=not show_progress) as bar,
    ):
        for chunk in _chunks(response):
            file.write(chunk)
            bar.update(len(chunk))
    if path.stat().st_size < size + length:
        raise _Interrupted("connexion interrompue")


def _chunks(response: requests.Response) -> Iterator[bytes]:
    # What goes wrong while a chunk is written is the disk's affair: it is raised where it is not caught here.
    chunks = response.iter_content(CHUNK)
    while True:
        try:
            chunk = next(chunks)
        except StopIteration:
            return
        except OSError as error:
            raise _Interrupted("pas de réponse à temps" if _is_late(error) else "connexion interrompue") from error
        yield chunk


def _is_late(error: OSError) -> bool:
    return isinstance(error, requests.Timeout) or "timed out" in str(error)


def _explained(error: OSError) -> Refused:
    if isinstance(error, (requests.exceptions.ProxyError, requests.exceptions.InvalidProxyURL)) or "SOCKS" in str(
        error
    ):
        return Refused(PROXY)
    if isinstance(error, requests.exceptions.SSLError) or not isinstance(error, requests.RequestException):
        return Refused(CERTIFICATE)
    if isinstance(error, requests.TooManyRedirects):
        return Refused(PORTAL)
    if isinstance(error, requests.Timeout):
        return Refused("pas de réponse à temps")
    return Refused("connexion impossible")
