"""Read a zip that students filled: every notebook in it, within limits, and what was left out with the reason.

Nothing is extracted: notebooks are read into memory, and no path of the archive ever becomes a path on disk.
"""

from __future__ import annotations

import contextlib
import io
import re
import stat
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from instructor.errors import CourseError
from instructor.notebooks import MAX_BYTES

MAX_CLASS_FILES, MAX_CLASS_BYTES = 20_000, 4 * 2**30
MAX_INNER_FILES, MAX_INNER_BYTES = 2_000, 200 * 2**20  # of a zip inside the zip
MAX_DEPTH = 2  # the teacher's own zip of zips, or the zip that a student handed in

NOTEBOOK = re.compile(r"\.ipynb(\.txt|\.json)?$", re.I)  # some browsers add an extension
OF_THE_SYSTEM = re.compile(r"(^|/)(__MACOSX/|\.ipynb_checkpoints/|\.DS_Store$|\._|Thumbs\.db$|desktop\.ini$)", re.I)
UTF8_FLAG, ENCRYPTED_FLAG = 0x800, 0x1
UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


@dataclass(frozen=True)
class Member:
    """A notebook found in the archive; a path inside an inner zip goes on behind the zip's own."""

    path: str
    content: bytes


@dataclass(frozen=True)
class LeftOut:
    """Something of the archive that was not understood or is refused, and why."""

    path: str
    reason: str


@dataclass
class Archive:
    """What a zip holds that matters here."""

    notebooks: list[Member] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


@dataclass
class _Budget:
    """How much may still be read; one for the whole archive, and one for each zip inside."""

    files: int
    bytes: int

    def spend(self, files: int = 0, size: int = 0) -> None:
        self.files -= files
        self.bytes -= size
        if self.files < 0 or self.bytes < 0:
            raise _TooMuch


class _TooMuch(Exception):
    pass


def read_archive(path: Path) -> Archive:
    """Return the notebooks of the zip at `path`; CourseError if it is no zip, or holds more than a class hands in."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise CourseError(f"{path} {what}; give the zip that Moodle's 'Download all submissions' made")
    archive = Archive()
    try:
        with zipfile.ZipFile(path) as opened:
            _walk(opened, "", 0, _Budget(MAX_CLASS_FILES, MAX_CLASS_BYTES), archive)
    except zipfile.BadZipFile:
        raise CourseError(f"{path.name} is not a zip, or is cut short; download it from Moodle again") from None
    except _TooMuch:
        raise CourseError(
            f"{path.name} holds more than {MAX_CLASS_FILES} files or {MAX_CLASS_BYTES // 2**30} GB, more than a class "
            "hands in; split it and collect twice"
        ) from None
    return archive


def _walk(opened: zipfile.ZipFile, prefix: str, depth: int, budget: _Budget, archive: Archive) -> None:
    for info in opened.infolist():
        name = prefix + _readable_name(info)
        if info.is_dir() or OF_THE_SYSTEM.search(name):
            continue
        budget.spend(files=1)
        problem = _problem(info)
        is_zip = name.lower().endswith(".zip")
        if problem is None and not (is_zip or NOTEBOOK.search(name)):
            problem = "not a notebook"
        if problem is None and is_zip and depth == MAX_DEPTH:
            problem = f"a zip more than {MAX_DEPTH} zips deep"
        if problem is not None:
            archive.left_out.append(LeftOut(name, problem))
            continue
        try:
            content = _read(opened, info, budget)
        except UNREADABLE as error:
            archive.left_out.append(LeftOut(name, f"cannot be read ({type(error).__name__}: {error})"))
            continue
        if is_zip:
            _walk_inner(content, name, depth, archive)
        else:
            archive.notebooks.append(Member(name, content))


def _walk_inner(content: bytes, name: str, depth: int, archive: Archive) -> None:
    """Read a zip inside the zip, with its own limits: one student's bomb must not stop the class."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as inner:
            _walk(inner, f"{name}/", depth + 1, _Budget(MAX_INNER_FILES, MAX_INNER_BYTES), archive)
    except UNREADABLE as error:
        archive.left_out.append(LeftOut(name, f"not a readable zip ({error})"))
    except _TooMuch:
        limits = f"{MAX_INNER_FILES} files or {MAX_INNER_BYTES // 2**20} MB"
        archive.left_out.append(LeftOut(name, f"holds more than {limits}: its rest was not read"))


def _read(opened: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget) -> bytes:
    """Return a member's content without trusting the size that the archive declares."""
    with opened.open(info) as stream:
        content = stream.read(MAX_BYTES + 1)
    budget.spend(size=len(content))
    if len(content) > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES // 2**20} MB")
    return content


def _problem(info: zipfile.ZipInfo) -> str | None:
    path = info.filename.replace("\\", "/")
    if _kind(info) not in (0, stat.S_IFREG):
        return "a link or a special file"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "an absolute path"
    if ".." in path.split("/"):
        return "a path that climbs out of its folder"
    if info.flag_bits & ENCRYPTED_FLAG:
        return "encrypted"
    if info.file_size > MAX_BYTES:
        return f"more than {MAX_BYTES // 2**20} MB"
    return None


def _kind(info: zipfile.ZipInfo) -> int:
    """Return the file type of the Unix mode, 0 where the archive keeps none."""
    return stat.S_IFMT(info.external_attr >> 16)


def _readable_name(info: zipfile.ZipInfo) -> str:
    """Return the member's path in Unicode, with forward slashes, and nothing that a terminal would obey."""
    name = info.filename
    if not info.flag_bits & UTF8_FLAG:
        # zipfile then assumed the DOS code page; archivers that set no flag mostly write UTF-8.
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return "".join(character if character.isprintable() else "\ufffd" for character in name.replace("\\", "/"))
