"""The versions of a lab's cells that students were given: who has an earlier one has changed nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from instructor.course import Course
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.notebooks import NotebookError, cell_name, lines_of, read_notebook


@dataclass(frozen=True)
class Released:
    """What students were given: for each release, the digests of its cells by name, in their order."""

    versions: tuple[dict[str, str], ...] = ()

    def holds(self, name: str, text: str) -> bool:
        """Tell whether a cell's text, given by its digest, is that of one of the releases."""
        return any(version.get(name) == text for version in self.versions)

    def lacked(self, name: str, others: Collection[str] = ()) -> bool:
        """Tell whether one of the releases did without a cell, and had all `others`."""
        return any(name not in version and version.keys() >= set(others) for version in self.versions)

    def ordered(self, names: list[str]) -> bool:
        """Tell whether cells stand in the order of one of the releases."""
        return any([name for name in version if name in set(names)] == names for version in self.versions)

    def also(self, release: NotebookNode) -> Released:
        """Return the same with one release more."""
        now = {cell_name(cell): digest(cell.source) for cell in release.cells}
        return Released((*(version for version in self.versions if list(version.items()) != list(now.items())), now))


UNKNOWN = Released()


def read_released(course: Course, lab: str) -> Released:
    """Return what is known of the lab's releases."""
    path = _path(course, lab)
    try:
        known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    except ValueError:
        raise CourseError(f"{path.relative_to(course.root)} is no JSON; bring back a copy, or delete it") from None
    return Released(tuple(known))


def keep_released(course: Course, lab: str) -> None:
    """Note the release of today in `.course/released/<lab>.json`, to be known once it is replaced."""
    try:
        release = read_notebook(course.release(lab))
    except NotebookError:  # none yet, or broken, which whoever needs it is told
        return
    content = (json.dumps(read_released(course, lab).also(release).versions, indent=1) + "\n").encode()
    path = _path(course, lab)
    if not path.is_file() or path.read_bytes() != content:
        write_whole(path, content)


def digest(source: str) -> str:
    """Return the digest of a cell's text, the same whatever editor saved it."""
    return hashlib.sha256("\n".join(lines_of(source)).encode()).hexdigest()[:16]


def _path(course: Course, lab: str) -> Path:
    return course.root / ".course" / "released" / f"{lab}.json"
