"""Sunrise, sunset and the hours of a journey: every answer for a day given, no clock read."""

from __future__ import annotations

import datetime as dt

import pytest

from artimap.core.daylight import (
    ClockTime,
    Daylight,
    arrival,
    curfew_of,
    daylight,
    departures,
    latest_departure,
    minutes_in,
    time_of,
    utc_offset_of,
)
from artimap.core.errors import DateError

# Computed with PyEphem 4 (upper edge of the sun at 34' below the horizon, no air pressure), rounded to the minute.
EPHEMERIS = [
    ("2024-10-15", 19.4456, -72.6886, -4, "06:45", "18:27"),  # Gonaïves
    ("2024-12-15", 19.4456, -72.6886, -5, "06:17", "17:15"),
    ("2024-07-04", 40.7128, -74.0060, -4, "05:31", "20:30"),  # New York
    # Published by national observatories
    ("2024-12-21", 51.5074, -0.1278, 0, "08:04", "15:54"),  # London
    ("2024-12-21", -33.8688, 151.2093, 11, "05:41", "20:05"),  # Sydney
    ("2024-06-21", 59.9139, 10.7522, 2, "03:54", "22:44"),  # Oslo
]


@pytest.mark.parametrize(("day", "lat", "lon", "offset", "rise", "fall"), EPHEMERIS)
def test_the_sun_rises_and_sets_when_almanacs_say(day, lat, lon, offset, rise, fall):
    found = daylight(day, lat, lon, utc_offset=offset)
    for time, known in ((found.sunrise, rise), (found.sunset, fall)):
        apart = time.hour * 60 + time.minute - (int(known[:2]) * 60 + int(known[3:]))
        assert abs(apart) <= 2


def test_at_the_equator_in_march_the_day_is_twelve_hours_and_the_refraction():
    """By hand: at latitude 0 and declination 0 the sun is up for 2 × 90.833 / 15 hours."""
    found = daylight("2024-03-20", 0.0, 0.0, utc_offset=0)
    up = (found.sunset.hour - found.sunrise.hour) * 60 + found.sunset.minute - found.sunrise.minute
    assert abs(up - 2 * 90.833 * 4) <= 1.5
    noon = (found.sunset.hour + found.sunrise.hour) * 30 + (found.sunset.minute + found.sunrise.minute) / 2
    assert abs(noon - (720 + 7.5)) <= 1.5  # the equation of time is -7.5 minutes on that day


@pytest.mark.parametrize(
    ("day", "lat", "polar"),
    [
        ("2024-06-21", 69.65, "day"), ("2024-12-21", 69.65, "night"), ("2024-06-21", -80, "night"),
        ("2024-06-21", 90, "day"),
    ],
)  # fmt: skip
def test_polar_days_and_nights_have_no_sunset(day, lat, polar):
    assert daylight(day, lat, 18.96, utc_offset=1) == Daylight(None, None, polar)


def test_a_place_that_is_none_and_a_day_that_is_none():
    with pytest.raises(ValueError, match="latitude lies within 90"):
        daylight("2024-06-21", 172.7, 19.4, utc_offset=-5)
    with pytest.raises(DateError):
        daylight("2024-13-01", 19.4, -72.7, utc_offset=-5)


def test_haiti_changes_its_clocks():
    days = ("2024-03-09", "2024-03-10", "2024-11-02", "2024-11-03")
    assert [utc_offset_of(day, "America/Port-au-Prince") for day in days] == [-5, -4, -4, -5]


def test_arriving_before_and_after_midnight():
    assert arrival(dt.time(6), 71.2, 158) == (ClockTime(dt.time(7, 11)), ClockTime(dt.time(8, 38)))
    assert arrival(dt.time(20), 60, 60 * 29) == (ClockTime(dt.time(21)), ClockTime(dt.time(1), 2))


def test_leaving_so_as_to_arrive_an_hour_before_dark():
    assert latest_departure(dt.time(17, 15), 158) == ClockTime(dt.time(13, 37))
    assert latest_departure(dt.time(17, 15), 158.5, spare_min=0) == ClockTime(dt.time(14, 36))
    assert latest_departure(dt.time(17, 15), 20 * 60) == ClockTime(dt.time(20, 15), -1)


SUN = Daylight(dt.time(6, 17), dt.time(17, 15))


@pytest.mark.parametrize(
    ("minutes", "curfew", "between"),
    [
        (158, None, ("06:17", "13:37")),
        (158, "18:00-05:00", ("06:17", "13:37")),
        (158, "16:00-07:30", ("07:30", "12:22")),
        (158, "12:00-13:00", ("06:17", "08:22")),
        (158, "08:00-10:00", ("10:00", "13:37")),
        (700, None, None),
        (60, "06:00-18:00", None),
        (598, None, ("06:17", "06:17")),
        (599, None, None),
    ],
)
def test_between_which_hours_one_may_leave(minutes, curfew, between):
    found = departures(SUN, minutes, curfew=None if curfew is None else curfew_of(curfew))
    assert (None if found is None else tuple(f"{one:%H:%M}" for one in found)) == between


def test_without_a_sunset_the_day_has_all_hours_or_none():
    assert departures(Daylight(None, None, "night"), 10) is None
    assert departures(Daylight(None, None, "day"), 60, spare_min=0) == (dt.time(0), dt.time(22, 59))


@pytest.mark.parametrize(
    ("start", "minutes", "curfew", "inside"),
    [
        ("16:30", 120, "18:00-05:00", 30),
        ("04:00", 120, "18:00-05:00", 60),
        ("10:00", 120, "18:00-05:00", 0),
        ("17:00", 24 * 60, "18:00-05:00", 11 * 60),
        ("11:30", 60, "12:00-12:15", 15),
        ("23:00", 600, "22:00-04:00", 300),
    ],
)
def test_how_much_of_a_journey_falls_into_a_curfew(start, minutes, curfew, inside):
    assert minutes_in(time_of(start), minutes, curfew_of(curfew)) == inside


def test_times_as_people_write_them():
    assert {time_of(one) for one in ("06:30", "6h30", "6.30", " 6:30 ", dt.time(6, 30))} == {dt.time(6, 30)}
    assert time_of("18h") == dt.time(18)
    assert curfew_of("18h – 5h") == curfew_of(("18:00", "05:00")) == (dt.time(18), dt.time(5))
    for wrong in ("25:00", "6", "noon", "06:75", ""):
        with pytest.raises(DateError, match="is no time of day"):
            time_of(wrong)
    for wrong in ("18:00", "18:00-18:00", ("18:00", "05:00", "07:00")):
        with pytest.raises(DateError, match="is no curfew"):
            curfew_of(wrong)
