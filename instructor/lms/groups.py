"""Students who hand in together: one file, and each of them a line of Moodle's worksheet."""

from __future__ import annotations

import re
from collections import Counter

from instructor.lms.choose import Candidate
from instructor.lms.moodle.layout import Place
from instructor.lms.moodle.worksheet import Row


def share(candidates: dict[int, list[Candidate]], places: dict[int, Place], rows: dict[int, Row]) -> list[str]:
    """Give what a group handed in to each member who has nothing, and whose line says otherwise; return what to tell.

    Where a group handed in different files, nobody knows which is whose: nothing is shared.
    """
    told, own = [], dict(candidates)
    for number, row in rows.items():
        if number in own or not row.group or (row.submitted is None and not row.submitted_text):
            continue
        mates = [other for other in own if other in rows and rows[other].group == row.group]
        files = {tuple(sorted(one.member.content for one in own[mate])) for mate in mates}
        if not files:
            continue
        if len(files) > 1:
            told.append(f"{row.name} ({number}): the group '{row.group}' handed in {len(files)} different files")
            continue
        mate = mates[0]
        candidates[number], places[number] = own[mate], Place(number, row.name, places[mate].inner)
        told.append(f"{row.name} ({number}): handed in with the group '{row.group}', as {rows[mate].name}")
    return told


def names(places: dict[int, Place]) -> dict[int, tuple[str, ...]]:
    """Return by number the names that a folder may mean: where groups hand in, Moodle writes theirs before each.

    As in ``TD 1-Zoé Le Goff``. A first name before a hyphen is no group's: that has a digit, a blank, or other members.
    """
    heads = {number: _heads(place.name) for number, place in places.items()}
    counts = Counter(head for found in heads.values() for head in found)
    groups = {head for head in counts if counts[head] > 1 or re.search(r"[\d\s]", head.split("-")[-1])}
    if not all(heads.values()):
        groups = set()
    return {
        number: (place.name, *(place.name[len(head) + 1 :] for head in heads[number] if head in groups))
        for number, place in places.items()
    }


def _heads(name: str) -> list[str]:
    return [name[: hyphen.start()] for hyphen in re.finditer("-", name)]
