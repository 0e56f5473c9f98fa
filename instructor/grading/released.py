"""The versions of a lab's cells that students were given: who has an earlier one has changed nothing."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from instructor.course import Course
from instructor.errors import CourseError
from instructor.files import write_whole
from instructor.notebooks import NotebookError, cell_name, lines_of, read_notebook


@dataclass(frozen=True)
class Released:
    """Digests of what students were given, by name of the cell."""

    digests: dict[str, list[str]] = field(default_factory=dict)

    def holds(self, name: str, source: str) -> bool:
        """Tell whether `source` is what a cell was in one of the releases, whatever editor saved it."""
        return _digest(source) in self.digests.get(name, [])


UNKNOWN = Released()


def read_released(course: Course, lab: str) -> Released:
    """Return what is known of the lab's releases, the one of today included."""
    path = _path(course, lab)
    try:
        known = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError:
        raise CourseError(f"{path.relative_to(course.root)} is no JSON; bring back a copy, or delete it") from None
    return Released(_with(known, course.release(lab)))


def keep_released(course: Course, lab: str) -> None:
    """Note the release of today in `.course/released/<lab>.json`, to be known once it is replaced."""
    digests = read_released(course, lab).digests
    content = (json.dumps(digests, indent=1) + "\n").encode()
    path = _path(course, lab)
    if not path.is_file() or path.read_bytes() != content:
        write_whole(path, content)


def _with(known: dict[str, list[str]], release: Path) -> dict[str, list[str]]:
    try:
        cells: list[NotebookNode] = read_notebook(release).cells
    except NotebookError:  # none yet, or broken, which whoever needs it is told
        cells = []
    now = {cell_name(cell): _digest(cell.source) for cell in cells}
    return known | {name: list(dict.fromkeys([*known.get(name, []), digest])) for name, digest in now.items()}


def _digest(source: str) -> str:
    return hashlib.sha256("\n".join(lines_of(source)).encode()).hexdigest()[:16]


def _path(course: Course, lab: str) -> Path:
    return course.root / ".course" / "released" / f"{lab}.json"
