"""Dates as Moodle and spreadsheets write them, in English or French: those that can be read in one way only."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta, timezone

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
WEEKDAYS = (
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    *("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
)
OTHER_WORDS = {"a", "at", "de", "le", "of", "on", "the"}
NO_DATE = {"", "-", "never", "jamais"}
CLOCK = re.compile(
    r"(?<![\d:])(?P<hour>\d{1,2})\s?(?:[:h]\s?(?P<minute>\d\d)(?::\d\d(?:\.\d+)?)?(?:\s?min\b)?|h\b|(?=[ap]\.?\s?m\b))"
    r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?)?"
    r"(?:\s?(?P<zone>z\b|utc\b|gmt\b|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)))?(?![\d:])"
)
YEAR_FIRST = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
YEAR_LAST = re.compile(r"\b(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\b")


def parse_date(text: str) -> datetime | None:
    """Return the local time that `text` gives, None where it gives none or may be read in two ways.

    As in ``Monday, 6 November 2023, 11:59 PM``, ``lun. 6 nov. 2023, 23 h 59`` or ``2023-11-06T23:59``. Of 6/11 and 11/6
    nobody knows which is the month; a day without its hour is no time.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().strip()
    plain = re.sub(r"(?<=\d)t(?=\d)", " ", plain)
    clocks = list(CLOCK.finditer(plain))
    if len(clocks) != 1:
        return None
    (clock,) = clocks
    day, hour = _day(CLOCK.sub(" ", plain)), _hour(clock)
    if day is None or hour is None:
        return None
    try:
        moment = datetime(*day, hour, int(clock["minute"] or 0))
        if clock["zone"] is None:
            return moment
        ahead = timedelta(hours=int(clock["hours"] or 0), minutes=int(clock["minutes"] or 0))
        zone = timezone(-ahead if clock["sign"] == "-" else ahead)
        return moment.replace(tzinfo=zone).astimezone().replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def is_blank(text: str) -> bool:
    """Tell whether a cell says that there is no date, rather than one that is not understood."""
    return text.strip().casefold() in NO_DATE


def _hour(clock: re.Match) -> int | None:
    hour, half = int(clock["hour"]), clock["half"]
    if half == "a":
        return hour % 12 if hour <= 12 else None
    if half == "p":
        return None if hour == 0 else hour % 12 + 12 if hour <= 12 else hour
    return hour


def _day(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day, None where something is left that is neither of them nor a day of the week."""
    for pattern in (YEAR_FIRST, YEAR_LAST):
        if found := pattern.search(text):
            numbers, words = tuple(map(int, found.groups())), _words(pattern.sub(" ", text, count=1))
            if words is None or any(_months(word) and not _is_weekday(word) for word in words):
                return None
            return numbers if pattern is YEAR_FIRST else _day_first(*numbers)
    numbers = re.findall(r"\d+", text)
    years = [int(number) for number in numbers if len(number) == 4]
    days = [int(number) for number in numbers if len(number) <= 2]
    words = _words(re.sub(r"\d+(?:er|st|nd|rd|th)?\b", " ", text))
    if words is None or len(years) != 1 or len(days) != 1 or len(numbers) != 2:
        return None
    named = [word for word in words if _months(word)]
    # "mar." is Tuesday, where another word names the month.
    named = [word for word in named if not _is_weekday(word)] or named
    months = {month for word in named for month in _months(word)}
    return (years[0], *months, days[0]) if len(months) == 1 else None


def _day_first(first: int, second: int, year: int) -> tuple[int, int, int] | None:
    if first > 12 or first == second:
        return year, second, first
    return (year, first, second) if second > 12 else None


def _words(text: str) -> list[str] | None:
    """Return the words of a date, None where one of them has no place in it, or a number is left."""
    words = re.findall(r"[a-z]+", text)
    if re.search(r"\d", text) or any(not (_months(word) or _is_weekday(word) or word in OTHER_WORDS) for word in words):
        return None
    return words


def _months(word: str) -> set[int]:
    """Return the months of which a word is the name, or its beginning."""
    if len(word) < 3:
        return set()
    return {number for number, names in enumerate(MONTHS, start=1) for name in names if name.startswith(word)}


def _is_weekday(word: str) -> bool:
    return len(word) >= 3 and any(name.startswith(word) for name in WEEKDAYS)
