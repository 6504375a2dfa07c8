"""What a trip is told from: plain frozen data, already cut to what its reader may see."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from artimap.areas.road_network import TOWARDS
from artimap.control.checkpoints.fees import Asked
from artimap.core.harm import people_harmed
from artimap.core.vocab import Audience, Passage, Vehicle
from artimap.report.changes import Change
from artimap.risk.route_risk import RouteRisk

LonLat: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class TripRoad:
    """A piece of a road: its number or name, and from which kilometre to which, in the direction of the way."""

    road: str
    from_km: float
    to_km: float


@dataclass(frozen=True, slots=True)
class TripPiece:
    """A piece of a way with one kind of knowledge, in metres from its start; ``mark`` is a row of the style table."""

    from_m: float
    to_m: float
    mark: str


@dataclass(frozen=True, slots=True)
class TripPost:
    """A post on a way.

    ``counts`` says whether it surely stands on the way. ``lon`` and ``lat`` stand only where its place is exact.
    """

    checkpoint_id: str
    along_m: float | None
    along_end_m: float | None
    place: str
    kind: str
    operator: str
    status: str
    counts: bool
    asked: tuple[Asked, ...]
    waiting_lo_min: float | None
    waiting_hi_min: float | None
    passable: str
    last_confirmed: dt.date | None
    days_since: int | None
    sources: tuple[str, ...]
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class TripPosts:
    """The sums over the posts of a way; ``doubtful`` are those of which nobody can say whether they stand on it."""

    number: int
    doubtful: int
    asked: tuple[Asked, ...]
    fee_unknown: int
    waiting_lo_min: float | None
    waiting_hi_min: float | None
    waiting_unknown: int
    complete: bool


@dataclass(frozen=True, slots=True)
class TripStatus:
    """What one source says of a piece of road: a closure that is avoided, or a word on the state of the way.

    ``near`` is a closure that the reader asked for, or on a road that matters for the ways. ``taken`` is what of the
    road is taken to be closed, where that is less than what was said: it ends at the junction next to a stated end.
    """

    road: TripRoad | None
    name: str
    asked: bool
    near: bool
    state: Passage
    source: str = ""
    said_on: dt.date | None = None
    age_days: int | None = None
    stale: bool = False
    contradicted: bool = False
    taken: TripRoad | None = None


@dataclass(frozen=True, slots=True)
class TripPassages:
    """What became of the movements that went half of the way or more since a day, and incidents in a hundred of them.

    The rate has a 95 % interval; it is null where too few are known. ``partly`` went less than half of it and are in
    none of the numbers, ``partly_incidents`` of them met an incident there or beyond; ``covered_km`` is how much of the
    way any movement has gone.
    """

    passed: int
    turned_back: int
    incidents: int
    since: dt.date | None
    per_hundred: float | None
    lo95: float | None
    hi95: float | None
    partly: int = 0
    partly_incidents: int = 0
    covered_km: float | None = None
    length_km: float | None = None


@dataclass(frozen=True, slots=True)
class TripStop:
    """A point of a layer of the user's own near the way, with what its row says besides."""

    layer: str
    name: str
    details: tuple[str, ...]
    along_m: float
    off_m: float
    lon: float
    lat: float
    source: str


@dataclass(frozen=True, slots=True)
class TripHeld:
    """What is said of who holds a place on the way, or of who attacked it.

    Attributes
    ----------
    name, along_m
        The place or section, and its metres from the start of the way.
    status, confirmed
        A word of :class:`artimap.core.vocab.Status`, and the day it was last confirmed.
    actors, attackers
        Who is said to be there; whom reports of an attack name. Joined by "; ".
    """

    name: str
    along_m: float
    status: str
    confirmed: dt.date | None
    actors: str
    attackers: str


@dataclass(frozen=True, slots=True)
class TripReport:
    """A report of an incident on the way.

    Attributes
    ----------
    event_id, day, until, day_precision, days_ago
        Which, from when to when, how sure the day is (1 day, 2 week, 3 month), and how long ago it was.
    kind, place, place_kind, actors, harm
        What is said: words of the vocabularies, names, and figures by column of EVENTS.
    along_m, along_end_m
        Between which metres of the way it may lie; null where it has no place.
    sources
        Who says so.
    own
        Whether it is in the user's own file; false for others than internal use.
    """

    event_id: str
    day: dt.date
    until: dt.date
    day_precision: int
    days_ago: int
    kind: str
    place: str
    place_kind: str
    actors: str
    harm: Mapping[str, int | None]
    along_m: float | None
    along_end_m: float | None
    sources: tuple[str, ...]
    own: bool

    @property
    def killed(self) -> float:
        """How many are said to be dead, 0 where nobody says it."""
        return people_harmed({**self.harm, "injured": None, "abducted": None}) or 0.0

    @property
    def fresh(self) -> bool:
        """Whether it is of the last three days."""
        return self.days_ago < FRESH_DAYS and self.day_precision == 1


FRESH_DAYS: Final = 3


@dataclass(frozen=True, slots=True)
class TripWay:
    """One way, or one way back.

    Attributes
    ----------
    route_id, back
        Its number among its like; whether it leads back.
    roads, places
        The pieces of roads it runs on; named places on it with their metres from its start, ends included.
    by
        What tells it from the others: roads with a number, and places that the others do not pass.
    km, time_lo_min, time_hi_min
        Length, and travel without waiting; the time is null where the reader may not see a plan.
    risk, posts, passable
        What is known of incidents; of posts (null where the reader may not see a plan); ``yes``, ``no`` or
        ``unknown`` for the vehicle.
    post_rows, pieces, statuses, stops, passages
        Posts one by one, knowledge along the way, words on the state of its roads, the user's own points, movements.
    why
        Codes of :class:`artimap.core.vocab.RouteDiffers`.
    line
        Its course.
    held
        Who is said to hold what on it, in its order.
    reports
        The newest and the deadliest reports on it, those of the last days and of the user's own file first.
    """

    route_id: str
    back: bool
    roads: tuple[TripRoad, ...]
    places: tuple[tuple[str, float], ...]
    by: tuple[str, ...]
    km: float
    time_lo_min: float | None
    time_hi_min: float | None
    risk: RouteRisk
    posts: TripPosts | None
    passable: str
    post_rows: tuple[TripPost, ...]
    pieces: tuple[TripPiece, ...]
    statuses: tuple[TripStatus, ...]
    stops: tuple[TripStop, ...]
    passages: TripPassages | None
    why: tuple[str, ...]
    line: tuple[LonLat, ...]
    held: tuple[TripHeld, ...] = ()
    reports: tuple[TripReport, ...] = ()


@dataclass(frozen=True, slots=True)
class TripHours:
    """From when to when to leave on a way, so as to drive by daylight and be there an hour before dark or a curfew.

    By the slow time, without waiting; null where the day is too short. ``arrive`` are the first and last hour of
    arrival, with the days after that of the departure; null where none is planned.
    """

    leave: tuple[dt.time, dt.time] | None
    arrive: tuple[tuple[dt.time, int], tuple[dt.time, int]] | None


@dataclass(frozen=True, slots=True)
class TripContent:
    """A trip between two places on a day, ready to be told.

    Attributes
    ----------
    area, as_of, audience
        What it is about, of which day and for whom.
    start, stop, via
        Where it goes.
    vehicle, departure, curfew
        The plan; null for others than internal use.
    quiet_days
        After how many days without a report a road is silent.
    ways, back
        The ways, the quickest first; those back.
    closed, unplaced
        What is left out because it is closed, the nearest first; how many statuses close something of which nobody can
        say where it lies.
    sunset, hours
        When the sun sets at the goal; when to leave, for each way there. Null and empty where that is not told.
    data_until
        The newest day that the reports speak of.
    sources, own_file
        Who published what is told of posts and roads, each once: numbers on the page are those of this list. Whether a
        file of the user's is in it.
    names
        Numbers or names of roads, by id.
    roads, closed_lines
        Courses of the known roads around, and of the closed pieces, for the small map.
    lost
        Deadly reports of the user's own file that have no place on the map: each may be of a way.
    statuses_rejected, statuses_held
        Rows of the file on the state of roads that could not be read; statuses that the audience may not see, of every
        day. Any of them may close a way.
    cells_of
        The least number of movements that are counted, where the audience gets counts alone; null where it sees each or
        none were given.
    since, changed
        The day of an earlier briefing, and what changed on the ways since (:class:`artimap.report.changes.Change`), the
        weightiest first; null and empty where there is none to compare with.
    """

    area: str
    as_of: dt.date
    audience: Audience
    start: str
    stop: str
    via: tuple[str, ...]
    vehicle: Vehicle | None
    departure: dt.time | None
    curfew: tuple[dt.time, dt.time] | None
    quiet_days: int
    ways: tuple[TripWay, ...]
    back: tuple[TripWay, ...]
    closed: tuple[TripStatus, ...]
    unplaced: int
    sunset: dt.time | None
    hours: tuple[TripHours, ...]
    data_until: dt.date | None
    sources: tuple[str, ...]
    own_file: bool
    names: Mapping[str, str]
    roads: tuple[tuple[LonLat, ...], ...]
    closed_lines: tuple[tuple[LonLat, ...], ...]
    statuses_rejected: int = 0
    statuses_held: int = 0
    cells_of: int | None = None
    lost: tuple[TripReport, ...] = ()
    since: dt.date | None = None
    changed: tuple[Change, ...] = ()

    @property
    def all_ways(self) -> tuple[TripWay, ...]:
        """The ways there, then those back."""
        return (*self.ways, *self.back)


def without_plan(content: TripContent) -> TripContent:
    """Give what others than internal readers see: rates between two places, and no plan of anybody's.

    Departure, vehicle, stops, what was asked to be closed, and with the vehicle its times, fees and posts go.
    """
    return replace(
        content, via=(), vehicle=None, departure=None, curfew=None, sunset=None, hours=(),
        ways=tuple(map(_bare, content.ways)), back=tuple(map(_bare, content.back)),
        closed=tuple(one for one in content.closed if not one.asked),
    )  # fmt: skip


def _bare(way: TripWay) -> TripWay:
    return replace(
        way, time_lo_min=None, time_hi_min=None, posts=None, passable="unknown", post_rows=(), stops=(),
        why=tuple(one for one in way.why if one.split(":")[0] in _SHARED_WHY),
    )  # fmt: skip


_SHARED_WHY = ("avoids", "fewer_reports", "more_silent")


NUMBERED: Final = re.compile(r"[A-Z]{1,4}[ -]?\d+[A-Za-z]?")
"""How the number of a road looks: RN1, RD-12, N 5."""


def ways_by(ways: Iterable[tuple[tuple[TripRoad, ...], tuple[tuple[str, float], ...]]]) -> list[tuple[str, ...]]:
    """Give by which roads and places each way is known: numbered roads, and places that not all others pass.

    >>> rn1, by = TripRoad("RN1", 94.8, 150.0), (("A", 0.0), ("B", 9e3), ("C", 2e4))
    >>> ways_by([((rn1,), by), ((rn1, TripRoad("C – D", 0, 9)), (("A", 0.0), ("D", 9e3), ("C", 2e4)))])
    [('RN1', 'B'), ('RN1', 'D')]
    """
    given = list(ways)
    passed = [{name for name, _ in places} for _, places in given]
    out = []
    for at, (roads, places) in enumerate(given):
        inner = [name for name, _ in places[1:-1] if not name.startswith(TOWARDS)]
        others = [one for n, one in enumerate(passed) if n != at]
        own = [name for name in inner if not all(name in one for one in others)] if others else inner
        numbered = tuple(dict.fromkeys(one.road for one in roads if NUMBERED.fullmatch(one.road)))
        out.append((*numbered, *_few(list(dict.fromkeys(own)), 3 if others else 4)))
    return out


def _few(names: list[str], most: int) -> list[str]:
    """Give at most so many names, spread evenly."""
    if len(names) <= most:
        return names
    step = (len(names) - 1) / (most - 1)
    return [names[round(n * step)] for n in range(most)]


def merged(pieces: Iterable[TripPiece]) -> tuple[TripPiece, ...]:
    """Join neighbouring pieces of the same knowledge."""
    out: list[TripPiece] = []
    for one in pieces:
        last = out[-1] if out else None
        if last and last.mark == one.mark and abs(last.to_m - one.from_m) < 1.0:
            out[-1] = replace(last, to_m=one.to_m)
        else:
            out.append(one)
    return tuple(out)
