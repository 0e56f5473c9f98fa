"""Tell from a path in Moodle's zip whose hand-in a file is.

Moodle 4.1 and later write ``Full Name_12345_assignsubmission_file/lab.ipynb``, earlier ones a last underscore more, or
no folder at all: ``Full Name_12345_assignsubmission_file_lab.ipynb``. Blind marking makes the name ``Participant``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

HAND_IN = re.compile(r"(?P<name>.*?)_(?P<number>\d+)_assignsubmission_[a-z]+(?:_(?P<rest>.*))?")


@dataclass(frozen=True)
class Place:
    """Whose a file is: Moodle's number, the name that goes with it, and the path as its student named it."""

    number: int
    name: str
    inner: str


def locate(path: str) -> Place | None:
    """Return whose the file at `path` is, None where no folder or file name says so.

    The leftmost match wins, in the path and in the name: what stands behind it is the student's choice, and must not
    pass for another student's number.
    """
    parts = path.split("/")
    for rank, part in enumerate(parts):
        if match := HAND_IN.fullmatch(part):
            inner = "/".join(filter(None, [match["rest"], *parts[rank + 1 :]]))
            return Place(int(match["number"]), unicodedata.normalize("NFC", match["name"]).strip(), inner)
    return None
