"""Tell from a path in Moodle's zip whose hand-in a file is.

Moodle 4.1 and later write ``Full Name_12345_assignsubmission_file/lab.ipynb``, earlier ones a last underscore more, or
no folder at all: ``Full Name_12345_assignsubmission_file_lab.ipynb``. Blind marking makes the name ``Participant``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

SUFFIX = r"_(?P<number>\d+)_assignsubmission_[a-z]+"
FOLDER = re.compile(rf"(?P<name>.*){SUFFIX}_?")
FILE = re.compile(rf"(?P<name>.*?){SUFFIX}_(?P<rest>.*)")


@dataclass(frozen=True)
class Place:
    """Whose a file is: Moodle's number, the name that goes with it, and the path as its student named it."""

    number: int
    name: str
    inner: str


def locate(path: str) -> Place | None:
    """Return whose the file at `path` is, None where no folder or file name says so.

    The first part that says so wins: what is in a folder, or in a zip that was handed in, is the student's choice, and
    must not pass for another student's number. A folder's name is Moodle's, its end at least: what stands before may be
    a name that looks like one. In a file's name Moodle writes blanks for the underscores of a person's, and the end is
    the student's: its first number.
    """
    parts = path.split("/")
    for rank, part in enumerate(parts):
        inner = parts[rank + 1 :]
        if inner and (match := FOLDER.fullmatch(part)):
            return _place(match, "/".join(inner))
        if match := FILE.fullmatch(part):
            return _place(match, "/".join([match["rest"], *inner]))
    return None


def _place(match: re.Match, inner: str) -> Place:
    return Place(int(match["number"]), unicodedata.normalize("NFC", match["name"]).strip(), inner)
