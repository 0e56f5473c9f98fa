"""Dates as Moodle writes them in its worksheets, in English or French."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

MONTHS = (
    ("january", "janvier"),
    ("february", "fevrier"),
    ("march", "mars"),
    ("april", "avril"),
    ("may", "mai"),
    ("june", "juin"),
    ("july", "juillet"),
    ("august", "aout"),
    ("september", "septembre"),
    ("october", "octobre"),
    ("november", "novembre"),
    ("december", "decembre"),
)
NUMBERS = {name: number for number, names in enumerate(MONTHS, start=1) for name in names}


def parse_date(text: str) -> datetime | None:
    """Return the local time in ``Monday, 6 November 2023, 11:59 PM`` or ``lundi 6 novembre 2023, 23:59``.

    None where there is none (``-``) or it is written otherwise.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    month = next((NUMBERS[word] for word in re.findall(r"[a-z]+", plain) if word in NUMBERS), None)
    clock = re.search(r"(\d{1,2}):(\d{2})(?::\d{2})?\s*(am|pm)?", plain)
    year = re.search(r"\b(\d{4})\b", plain)
    day = re.search(r"\b(\d{1,2})(?:er|st|nd|rd|th)?\b(?!:)", plain)
    if not (month and clock and year and day):
        return None
    hour = int(clock[1])
    if clock[3]:
        hour = hour % 12 + (12 if clock[3] == "pm" else 0)
    try:
        return datetime(int(year[1]), month, int(day[1]), hour, int(clock[2]))
    except ValueError:
        return None
