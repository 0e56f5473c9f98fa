"""The zip of feedback pages that Moodle's "Upload multiple feedback files in a zip" takes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from instructor.lms.moodle.worksheet import Row


def write_feedback_zip(archive: BinaryIO, pages: Iterable[tuple[Row, str]]) -> None:
    """Write pages into a zip as they come, each named by its student's line of Moodle's worksheet."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        for row, page in pages:
            members.writestr(_member(row), page)


def read_feedback_zip(archive: BinaryIO, rows: Iterable[Row]) -> Iterator[str]:
    """Give the pages of these lines, in their order."""
    with zipfile.ZipFile(archive) as members:
        for row in rows:
            yield members.read(_member(row)).decode("utf-8")


def _member(row: Row) -> str:
    """Return what a student's page is called in the zip.

    Moodle splits a folder's name at its underscores and looks for the number in second place: a name must hold none,
    nor anything that makes a path of it.
    """
    name = row.name.translate(str.maketrans("_/\\", "   ")) or "Participant"
    return f"{name}_{row.number}_assignfeedback_file_/feedback.html"
