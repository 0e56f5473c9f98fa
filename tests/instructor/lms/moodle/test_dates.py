"""Dates of worksheets, as Moodle and spreadsheets write them: read in one way, or not at all."""

from datetime import datetime

import pytest

from instructor.lms.moodle.dates import parse_date

LATE, NOON = datetime(2023, 11, 8, 23, 30), datetime(2023, 11, 8, 12, 0)


@pytest.mark.parametrize(
    "text",
    [
        "Wednesday, 8 November 2023, 11:30 PM",
        "mercredi 8 novembre 2023, 23:30",
        "mer. 8 nov. 2023, 23 h 30",
        "8 nov. 2023 23h30",
        "8 Nov 2023 11:30 p.m.",
        "Nov 8, 2023, 11:30\u202fP. M.",
        "le 8 novembre 2023 \u00e0 23 h 30 min",
        "Wed, Nov 8th 2023 at 23:30:00",
        "2023-11-08 23:30",
        "2023-11-08T23:30:59.123",
        "2023/11/8 11:30 pm",
        "8-Nov-2023 23:30",
        "23:30 8 nov. 2023",
    ],
)
def test_what_is_clear_is_read_however_it_is_written(text):
    assert parse_date(text) == LATE


def test_noon_midnight_months_and_their_short_names():
    assert parse_date("8 nov. 2023, 12:00 PM") == NOON
    assert parse_date("8 nov. 2023, 12:00 AM") == datetime(2023, 11, 8)
    assert parse_date("mar. 7 nov. 2023, 23 h") == datetime(2023, 11, 7, 23)
    assert parse_date("mardi 7 mars 2023, 23 h") == datetime(2023, 3, 7, 23)
    assert parse_date("sam. 1er juil. 2023, 8:05") == datetime(2023, 7, 1, 8, 5)
    assert parse_date("1er de\u0301c. 2023, 8:05") == datetime(2023, 12, 1, 8, 5)
    assert parse_date("13/11/2023 10:00") == parse_date("11/13/2023 10:00") == datetime(2023, 11, 13, 10)
    assert parse_date("7/7/2023 10:00") == datetime(2023, 7, 7, 10)


def test_hour_of_another_time_zone_is_that_of_here(monkeypatch):
    assert (
        parse_date("2023-11-08T23:30:00Z") == parse_date("2023-11-09 00:30+01:00") == parse_date("8 nov 2023 23:30 UTC")
    )


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", "Never", "hier soir", "45238.97", "8 nov. 2023", "23:30", "11 h 30"),
        *("06/11/2023 23:30", "6-11-2023 23:30", "6 nov. 23 10:00", "8 jui 2023 10:00", "31/02/2023 10:00"),
        *("8 nov. 2023 13:30 AM", "8 nov. 2023 0:30 PM", "8 nov. 2023 24:00", "8 nov. 2023 10:00 11:00"),
        *("8 nov. 2023 10:00 (Bob)", "8 nov. 9 nov. 2023 10:00", "8 nov. dec. 2023 10:00", "8 2023 10:00"),
    ],
)
def test_what_is_not_clear_is_not_made_up(text):
    assert parse_date(text) is None
