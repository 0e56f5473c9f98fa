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

    The first folder that says so wins: what is in it is the student's choice, and must not pass for another student's
    number. A folder's name is Moodle's, its end at least: what stands before may be a name that looks like one. In a
    file's name Moodle writes blanks for the underscores of a person's, and the end is the student's: its first number.
    """
    *folders, file = path.split("/")
    for rank, folder in enumerate(folders):
        if match := FOLDER.fullmatch(folder):
            return _place(match, "/".join([*folders[rank + 1 :], file]))
    match = FILE.fullmatch(file)
    return match and _place(match, match["rest"])


def _place(match: re.Match, inner: str) -> Place:
    return Place(int(match["number"]), unicodedata.normalize("NFC", match["name"]).strip(), inner)
