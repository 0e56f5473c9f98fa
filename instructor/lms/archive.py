"""Read a zip that students filled: every notebook in it, within limits, and what was left out with the reason.

What a file is, its content says: students and browsers name it as they like. No path of the archive ever becomes a path
on disk, and no more than one file is in memory: what is a notebook, or a zip in the zip, waits in a temporary file.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import re
import stat
import tempfile
import zipfile
import zlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from instructor.errors import CourseError
from instructor.lms.moodle.layout import locate
from instructor.notebooks import MAX_BYTES

MAX_CLASS_FILES, MAX_CLASS_BYTES = 100_000, 16 * 2**30  # of what is under no student's name
MAX_FILES, MAX_READ, MAX_NOTEBOOKS = 20_000, 512 * 2**20, 50  # of one student, in all the zips inside the zip
MAX_DIRECTORY = 2 * 2**20  # bytes of a zip's table of contents, which is read whole
MAX_DEPTH = 2  # the teacher's own zip of zips, or the zip that a student handed in
CHUNK = 2**16

NOTEBOOK = re.compile(r"\.ipynb\b[^/]*$", re.I)  # browsers add an extension, a number, a word
OF_THE_SYSTEM = re.compile(r"(^|/)(__MACOSX/|\.ipynb_checkpoints/|\.DS_Store$|\._|Thumbs\.db$|desktop\.ini$)", re.I)
# Zips too, of which nobody means the parts.
OF_AN_OFFICE = re.compile(r"\.(docx|xlsx|pptx|od[tspg]|jar|apk|npz|ptl?|pth|ckpt|keras|whl|egg)$", re.I)
ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
PACKED = re.compile(rb"Rar!|7z\xbc\xaf|BZh|\xfd7zXZ|[\s\S]{257}ustar")  # RAR, 7-Zip, bzip2, xz, tar
UTF8_FLAG, ENCRYPTED_FLAG = 0x800, 0x1
UNREADABLE = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)


@dataclass(frozen=True)
class Member:
    """A notebook found in the archive; a path inside an inner zip goes on behind the zip's own."""

    path: str
    file: Path
    modified: datetime | None = None

    @property
    def content(self) -> bytes:
        return self.file.read_bytes()


@dataclass(frozen=True)
class LeftOut:
    """Something of the archive that was not understood or is refused, and why."""

    path: str
    reason: str


@dataclass
class Archive:
    """What a zip holds that matters here; the notebooks go with it."""

    notebooks: list[Member] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    _folder: tempfile.TemporaryDirectory = field(default_factory=tempfile.TemporaryDirectory)

    def keep(self, path: str, content: bytes, modified: datetime | None) -> None:
        """Add a notebook; the same content is kept once, whoever hands it in."""
        file = Path(self._folder.name) / hashlib.sha256(content).hexdigest()
        if not file.is_file():
            file.write_bytes(content)
        self.notebooks.append(Member(path, file, modified))

    def leave_out(self, path: str, reason: str) -> None:
        self.left_out.append(LeftOut(path, reason))


@dataclass
class _Budget:
    """How much of one student's may still be read, in all the zips of the archive."""

    files: int = MAX_FILES
    bytes: int = MAX_READ
    seen: set[bytes] = field(default_factory=set)  # digests of the notebooks
    is_spent: bool = False

    def spend(self, files: int = 0, size: int = 0) -> None:
        self.files -= files
        self.bytes -= size
        if self.files < 0 or self.bytes < 0:
            raise _TooMuch


class _TooMuch(Exception):
    pass


class _Listed:
    """A file whose table of contents may not be longer than it should: zipfile asks for the whole of it at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.seek, self.tell, self.seekable = file, file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        content = self.file.read(size if 0 <= size <= MAX_DIRECTORY else MAX_DIRECTORY + 1)
        if len(content) > MAX_DIRECTORY:
            raise ValueError(f"its table of contents has more than {MAX_DIRECTORY // 2**20} MB")
        return content


def read_archive(path: Path) -> Archive:
    """Return the notebooks of the zip at `path`; CourseError if it is no zip, or holds more than a class hands in."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise CourseError(f"{path} {what}; give the zip that Moodle's 'Download all submissions' made")
    try:
        with zipfile.ZipFile(path) as opened:
            return _Reader().read(opened)
    except zipfile.BadZipFile:
        raise CourseError(f"{path.name} is not a zip, or is cut short; download it from Moodle again") from None
    except _TooMuch:
        raise CourseError(
            f"{path.name} holds more than {MAX_CLASS_FILES} files or {MAX_CLASS_BYTES // 2**30} GB, more than a class "
            "hands in; split it and collect twice"
        ) from None


class _Reader:
    """One archive as it is read: what was found, and what is left of each student's budget."""

    def __init__(self) -> None:
        self.archive = Archive()
        self.budgets: dict[int, _Budget] = defaultdict(lambda: _Budget(MAX_FILES, MAX_READ))
        self.of_nobody = _Budget(MAX_CLASS_FILES, MAX_CLASS_BYTES)

    def read(self, opened: zipfile.ZipFile) -> Archive:
        self._walk(opened, "", 0)
        return self.archive

    def _walk(self, opened: zipfile.ZipFile, prefix: str, depth: int) -> None:
        """Read what is in a zip, first what is called a notebook: what comes before must not spend its budget."""
        for info in sorted(opened.infolist(), key=lambda info: not NOTEBOOK.search(info.filename)):
            name = prefix + _readable_name(info)
            if info.is_dir() or OF_THE_SYSTEM.search(name):
                continue
            place = locate(name)
            budget = self.budgets[place.number] if place else self.of_nobody
            try:
                self._look_at(opened, info, name, depth, budget)
            except _TooMuch:
                if budget is self.of_nobody:
                    raise
                self._say_once(budget, name, f"beyond {MAX_FILES} files or {MAX_READ // 2**20} MB of one student")

    def _say_once(self, budget: _Budget, name: str, reason: str) -> None:
        if not budget.is_spent:
            self.archive.leave_out(name, f"{reason}: neither it nor what follows was read")
        budget.is_spent = True

    def _look_at(self, opened: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, depth: int, budget: _Budget) -> None:
        budget.spend(files=1)
        if problem := _problem(info):
            self.archive.leave_out(name, problem)
            return
        try:
            with opened.open(info) as stream:
                self._look_into(stream, info, name, depth, budget)
        except UNREADABLE as error:
            self.archive.leave_out(name, f"cannot be read ({type(error).__name__}: {error})")

    def _look_into(self, stream: IO[bytes], info: zipfile.ZipInfo, name: str, depth: int, budget: _Budget) -> None:
        start = stream.read(CHUNK)
        if start.startswith(GZIP):
            # Bounded like the rest: what is read is what comes out.
            stream = gzip.GzipFile(fileobj=_Behind(start, stream))
            start = stream.read(CHUNK)
        is_named = NOTEBOOK.search(name) is not None
        if start.startswith(ZIP) and not OF_AN_OFFICE.search(name):
            self._walk_inner(start, stream, name, depth, budget)
        elif PACKED.match(start):
            self.archive.leave_out(name, "packed otherwise than in a zip: ask for the notebook itself")
        elif is_named or _may_be_notebook(start):
            content = _read_all(start, stream, budget)
            if is_named or b"cell_type" in content.replace(b"\0", b""):
                self._keep(name, content, info, budget)
            else:
                self.archive.leave_out(name, "not a notebook")
        else:
            self.archive.leave_out(name, "not a notebook")

    def _keep(self, name: str, content: bytes, info: zipfile.ZipInfo, budget: _Budget) -> None:
        digest = hashlib.sha256(content).digest()
        if digest in budget.seen and budget is not self.of_nobody:
            self.archive.leave_out(name, "the same as another file of this student")
        elif len(budget.seen) == MAX_NOTEBOOKS and budget is not self.of_nobody:
            self.archive.leave_out(name, f"a notebook beyond {MAX_NOTEBOOKS} of one student")
        else:
            budget.seen.add(digest)
            self.archive.keep(name, content, _modified(info))

    def _walk_inner(self, start: bytes, stream: IO[bytes], name: str, depth: int, budget: _Budget) -> None:
        """Read a zip inside the zip, from a file on disk."""
        if depth == MAX_DEPTH:
            self.archive.leave_out(name, f"a zip more than {MAX_DEPTH} zips deep")
            return
        with tempfile.TemporaryFile() as file:
            while start:
                budget.spend(size=len(start))
                file.write(start)
                start = stream.read(CHUNK)
            try:
                with zipfile.ZipFile(_Listed(file)) as inner:
                    self._walk(inner, f"{name}/", depth + 1)
            except UNREADABLE as error:
                self.archive.leave_out(name, f"not a readable zip ({error})")


class _Behind:
    """A stream whose beginning was read already."""

    def __init__(self, start: bytes, stream: IO[bytes]) -> None:
        self.start, self.stream = start, stream

    def read(self, size: int = -1) -> bytes:
        if not self.start:
            return self.stream.read(size)
        end = len(self.start) if size < 0 else size
        given, self.start = self.start[:end], self.start[end:]
        return given


def _may_be_notebook(start: bytes) -> bool:
    """Tell whether a file begins as a notebook does, in any encoding of JSON."""
    return start.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith((b"{", b"["))


def _read_all(start: bytes, stream: IO[bytes], budget: _Budget) -> bytes:
    """Return a file's content without trusting the size that the archive declares."""
    parts, size = [], 0
    while start:
        size += len(start)
        budget.spend(size=len(start))
        if size > MAX_BYTES:
            raise ValueError(f"more than {MAX_BYTES // 2**20} MB")
        parts.append(start)
        start = stream.read(CHUNK)
    return b"".join(parts)


def _problem(info: zipfile.ZipInfo) -> str | None:
    path = info.filename.replace("\\", "/")
    if _kind(info) not in (0, stat.S_IFREG):
        return "a link or a special file"
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        return "an absolute path"
    if ".." in path.split("/"):
        return "a path that climbs out of its folder"
    return "encrypted" if info.flag_bits & ENCRYPTED_FLAG else None


def _kind(info: zipfile.ZipInfo) -> int:
    """Return the file type of the Unix mode, 0 where the archive keeps none."""
    return stat.S_IFMT(info.external_attr >> 16)


def _modified(info: zipfile.ZipInfo) -> datetime | None:
    """Return when a file was written, None where its archiver did not say: zips then hold the first day of 1980."""
    try:
        moment = datetime(*info.date_time)
    except ValueError:
        return None
    return moment if moment.year > 1980 else None


def _readable_name(info: zipfile.ZipInfo) -> str:
    """Return the member's path in Unicode, with forward slashes, and nothing that a terminal would obey."""
    name = info.filename
    if not info.flag_bits & UTF8_FLAG:
        # zipfile then assumed the DOS code page; archivers that set no flag mostly write UTF-8.
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return "".join(character if character.isprintable() else "\ufffd" for character in name.replace("\\", "/"))
