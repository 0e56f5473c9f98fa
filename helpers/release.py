"""Whether what is installed is what a notebook was made for. Its set-up cell asks, and has the rest installed."""

from __future__ import annotations

import hashlib
import importlib
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from helpers.machine import is_fast

FOLDER = Path(__file__).parent


def digest(folder: Path = FOLDER) -> str:
    """Return what tells this version of the helpers from any other: it is made of their text."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.py")}
    total = hashlib.sha256()
    for name in sorted(files):
        # git may have written the ends of lines as Windows does.
        total.update(f"{name}\n".encode() + files[name].read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return total.hexdigest()[:12]


def missing(wanted: str, needs: list[str]) -> str:
    """Say what a lab lacks here, in French; nothing where it lacks nothing.

    Parameters
    ----------
    wanted
        Digest of the helpers that its notebook was made with.
    needs
        Requirements of the libraries that it imports, such as `torch>=2.4`.
    """
    if is_fast():  # nothing is downloaded then
        return ""
    if getattr(sys.modules["helpers"], "RELEASE", "") != wanted:
        # The right ones may have been installed meanwhile: the next import reads them from the disk.
        for name in [name for name in sys.modules if name.partition(".")[0] == "helpers"]:
            del sys.modules[name]
        importlib.invalidate_caches()
        if digest() != wanted:
            return f"les outils du cours de « {FOLDER} » ne sont pas ceux de ce notebook"
    lacking = [need for need in needs if not _is_installed(need)]
    return f"il manque {', '.join(lacking)}" if lacking else ""


def _is_installed(need: str) -> bool:
    from packaging.requirements import Requirement

    requirement = Requirement(need)
    if requirement.marker and not requirement.marker.evaluate():
        return True
    try:
        return requirement.specifier.contains(version(requirement.name), prereleases=True)
    except PackageNotFoundError:
        return False
