"""Sunrise and sunset, and when to leave so as to arrive before dark. No clock is read: every answer is for a day given.

The sun's place is computed as in J. Meeus, *Astronomical Algorithms* (2nd ed., 1998, chapters 22, 25 and 28), in the
short form of the solar calculator of the US National Oceanic and Atmospheric Administration (NOAA Global Monitoring
Laboratory, *Solar Calculation Details*): to about a minute between 72° south and north. Hills and haze are not in it.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Final, Literal, NamedTuple

from artimap.core.dates import day_of
from artimap.core.errors import DateError

_HORIZON: Final = 90.833
"""Degrees from the zenith at which the upper edge of the sun is seen at the horizon, refraction included."""
_DAY: Final = 24 * 60

Curfew = tuple[dt.time, dt.time]
"""When a curfew begins and ends; it may run over midnight."""


class Daylight(NamedTuple):
    """Sunrise and sunset in the clock of the place; both None where the sun does not rise or not set that day.

    Attributes
    ----------
    sunrise, sunset
        Times of day, to the minute.
    polar
        ``"day"`` where the sun does not set, ``"night"`` where it does not rise, else None.
    """

    sunrise: dt.time | None
    sunset: dt.time | None
    polar: Literal["day", "night"] | None = None


class ClockTime(NamedTuple):
    """A time of day, and how many days after the day of the journey it is (before it: negative)."""

    time: dt.time
    days: int = 0


def daylight(day: str | dt.date, lat: float, lon: float, *, utc_offset: float) -> Daylight:
    """Give sunrise and sunset of a day.

    Parameters
    ----------
    day
        The day.
    lat, lon
        Degrees, north and east positive.
    utc_offset
        Hours by which the clocks of the place are ahead of UTC on that day: -5 or -4 in Haiti (:func:`utc_offset_of`).

    Returns
    -------
    Daylight
        To the minute.

    Raises
    ------
    DateError
        If it is no day.
    ValueError
        If latitude or longitude are no degrees.

    Examples
    --------
    >>> daylight("2024-06-21", 51.4769, 0.0, utc_offset=1)
    Daylight(sunrise=datetime.time(4, 43), sunset=datetime.time(21, 21), polar=None)
    """
    when = day_of(day)
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        msg = f"latitude lies within 90 and longitude within 180 degrees, not {lat}, {lon}"
        raise ValueError(msg)
    rise, fall = (_event(when, lat, lon, side) for side in (1.0, -1.0))
    if isinstance(rise, str) or isinstance(fall, str):
        return Daylight(None, None, "day" if "day" in (rise, fall) else "night")
    shift = 60.0 * utc_offset
    return Daylight(_clock(rise + shift).time, _clock(fall + shift).time)


def utc_offset_of(day: str | dt.date, timezone: str) -> float:
    """Give the hours by which a zone is ahead of UTC at noon of a day.

    >>> utc_offset_of("2024-10-15", "America/Port-au-Prince"), utc_offset_of("2024-12-15", "America/Port-au-Prince")
    (-4.0, -5.0)
    """
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - reads files of the system

    noon = dt.datetime.combine(day_of(day), dt.time(12), tzinfo=ZoneInfo(timezone))
    return (noon.utcoffset() or dt.timedelta()).total_seconds() / 3600.0


def _event(day: dt.date, lat: float, lon: float, side: float) -> float | Literal["day", "night"]:
    """Give sunrise (side 1) or sunset (-1) in minutes after midnight UTC of the day."""
    midnight = day.toordinal() + 1721424.5  # Julian date
    minutes = 720.0 - 4.0 * lon
    # The sun moves on between noon and the event: three rounds settle it to a second.
    for _ in range(3):
        declination, equation = _sun(midnight + minutes / _DAY)
        phi = math.radians(lat)
        cosine = (math.cos(math.radians(_HORIZON)) - math.sin(phi) * math.sin(declination)) / max(
            math.cos(phi) * math.cos(declination), 1e-12
        )
        if not -1.0 <= cosine <= 1.0:
            return "day" if cosine < -1.0 else "night"
        minutes = 720.0 - 4.0 * (lon + side * math.degrees(math.acos(cosine))) - equation
    return minutes


def _sun(julian_day: float) -> tuple[float, float]:
    """Give the sun's declination in radians and the equation of time in minutes."""
    t = (julian_day - 2451545.0) / 36525.0
    mean = math.radians((280.46646 + t * (36000.76983 + 0.0003032 * t)) % 360.0)
    anomaly = math.radians(357.52911 + t * (35999.05029 - 0.0001537 * t))
    eccentric = 0.016708634 - t * (0.000042037 + 0.0000001267 * t)
    centre = (
        math.sin(anomaly) * (1.914602 - t * (0.004817 + 0.000014 * t))
        + math.sin(2 * anomaly) * (0.019993 - 0.000101 * t)
        + math.sin(3 * anomaly) * 0.000289
    )
    node = math.radians(125.04 - 1934.136 * t)
    apparent = mean + math.radians(centre - 0.00569 - 0.00478 * math.sin(node))
    tilt = 23.0 + (26.0 + (21.448 - t * (46.815 + t * (0.00059 - 0.001813 * t))) / 60.0) / 60.0
    slant = math.radians(tilt + 0.00256 * math.cos(node))
    y = math.tan(slant / 2.0) ** 2
    equation = (
        y * math.sin(2 * mean)
        - 2 * eccentric * math.sin(anomaly)
        + 4 * eccentric * y * math.sin(anomaly) * math.cos(2 * mean)
        - 0.5 * y * y * math.sin(4 * mean)
        - 1.25 * eccentric * eccentric * math.sin(2 * anomaly)
    )
    return math.asin(math.sin(slant) * math.sin(apparent)), 4.0 * math.degrees(equation)


# -- the day of a journey ---------------------------------------------------------


def time_of(word: str | dt.time) -> dt.time:
    """Read a time of day: ``"06:00"``, ``"6h30"``, ``"18h"``.

    Raises
    ------
    DateError
        If it is none.
    """
    if isinstance(word, dt.time):
        return word
    match = re.fullmatch(r"\s*(\d{1,2})\s*(?:[:hH.]\s*(\d{2})?)\s*", str(word))
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
        msg = f"{word!r} is no time of day: write it as HH:MM, for example 06:00"
        raise DateError(msg)
    return dt.time(int(match[1]), int(match[2] or 0))


def curfew_of(words: str | tuple[str | dt.time, str | dt.time]) -> Curfew:
    """Read a curfew: ``"18:00-05:00"``, or its two times.

    Raises
    ------
    DateError
        If it is not two times that differ.
    """
    ends = re.split(r"\s*[-–—]\s*|\s+(?:to|à|a|rive)\s+", words.strip()) if isinstance(words, str) else list(words)
    if len(ends) != 2 or time_of(ends[0]) == time_of(ends[1]):
        msg = f"{words!r} is no curfew: write when it begins and ends, for example 18:00-05:00"
        raise DateError(msg)
    return time_of(ends[0]), time_of(ends[1])


def arrival(departure: dt.time, least_min: float, most_min: float) -> tuple[ClockTime, ClockTime]:
    """Give when one arrives at the earliest and at the latest.

    >>> arrival(dt.time(22, 30), 60, 120)
    (ClockTime(time=datetime.time(23, 30), days=0), ClockTime(time=datetime.time(0, 30), days=1))
    """
    start = _minutes(departure)
    return _clock(start + least_min), _clock(start + most_min)


def latest_departure(before: dt.time, most_min: float, *, spare_min: float = 60.0) -> ClockTime:
    """Give when to leave at the latest so as to arrive some time before dark, or before anything else, even if slow.

    Parameters
    ----------
    before
        Sunset, or when a curfew begins.
    most_min
        Longest time of travel, in minutes.
    spare_min
        Minutes to arrive before that.

    Examples
    --------
    >>> latest_departure(dt.time(17, 20), 150)
    ClockTime(time=datetime.time(13, 50), days=0)
    """
    return _clock(math.floor(_minutes(before) - spare_min - most_min))


def departures(
    sun: Daylight, most_min: float, *, curfew: Curfew | None = None, spare_min: float = 60.0
) -> tuple[dt.time, dt.time] | None:
    """Give between which times one may leave so as to travel by daylight alone and outside a curfew.

    Parameters
    ----------
    sun
        Sunrise and sunset.
    most_min
        Longest time of travel, in minutes.
    curfew
        When it begins and ends. One inside the day (12:00–14:00) leaves the longer part of the day on either side.
    spare_min
        Minutes to arrive before dark, and before the curfew begins.

    Returns
    -------
    tuple or None
        Earliest and latest; None where the day is too short, or has no daylight.
    """
    if sun.polar == "night":
        return None
    low, high = (0.0, _DAY - 1.0) if sun.polar == "day" else (_minutes(sun.sunrise), _minutes(sun.sunset))
    if high < low:  # it sets after midnight
        high = _DAY - 1.0
    parts = [(low, high)]
    if curfew is not None:
        start, stop = map(_minutes, curfew)
        free = [(0.0, start), (stop, float(_DAY))] if start < stop else [(stop, start)]
        parts = [(max(low, one), min(high, other)) for one, other in free]
    low, high = max(parts, key=lambda part: part[1] - part[0])
    last = math.floor(high - spare_min - most_min)
    return (_clock(low).time, _clock(last).time) if last >= low else None


def minutes_in(departure: dt.time, minutes: float, curfew: Curfew) -> float:
    """Give how many minutes of a journey fall into a curfew (or into the night, given sunset and sunrise).

    >>> minutes_in(dt.time(16, 30), 120, (dt.time(18), dt.time(5)))
    30.0
    """
    first = _minutes(departure)
    start, stop = map(_minutes, curfew)
    stop += _DAY if stop <= start else 0
    nights = range(-1, int(minutes // _DAY) + 2)
    shared = (min(first + minutes, stop + _DAY * n) - max(first, start + _DAY * n) for n in nights)
    return float(sum(max(0.0, one) for one in shared))


def _minutes(time: dt.time | None) -> float:
    return 0.0 if time is None else time.hour * 60.0 + time.minute + time.second / 60.0


def _clock(minutes: float) -> ClockTime:
    whole = math.floor(minutes + 0.5)
    return ClockTime(dt.time(whole % _DAY // 60, whole % 60), whole // _DAY)
