"""Zones of reported status over some time: each with the days on which it is said to be so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from artimap.areas.area import Area
from artimap.areas.geometries import RADIUS_M, place_radius
from artimap.claims.ledger import Ledger
from artimap.control.history import interval_of, turning_days
from artimap.control.model import ControlModel
from artimap.control.status import LedgerEvidence, read_evidence, row_of
from artimap.control.subjects import Subject
from artimap.control.zones.geometry import Maker, ZonePiece, drawn, maker_of, rows_of, zones_of
from artimap.control.zones.model import ZoneModel
from artimap.core.dates import day_of
from artimap.core.errors import DateError
from artimap.core.metadata import put_models
from artimap.core.vocab import PlaceKind, Status

Span = tuple[int, int, Status]
"""First day, last day, status; days as proleptic ordinals, both included."""

_stamp = pd.Timestamp.fromordinal


def control_zones_over_time(
    area: Area,
    ledger: Ledger,
    *,
    since: str | dt.date,
    until: str | dt.date,
    events: gpd.GeoDataFrame | None = None,
    model: ControlModel | None = None,
    zone_model: ZoneModel | None = None,
    known_on: str | dt.date | None = None,
) -> gpd.GeoDataFrame:
    """Give the reported zones of an area over some time, as intervals of days.

    Parameters
    ----------
    area, ledger, events, model, zone_model, known_on
        As for :func:`artimap.control_zones`.
    since, until
        First and last day.

    Returns
    -------
    GeoDataFrame
        ZONES in ``area.crs``. Those of its rows with ``valid_from`` ≤ day ≤ ``valid_to`` (null is open) are
        what :func:`artimap.control_zones` gives for that day, for each day from ``since`` to ``until``: the
        same subjects, status, actors and geometry. ``zone_id`` is that of ``control_zones`` for what stands on
        ``until``, and has ``~`` and the first day behind it for what stood before. ``confidence``,
        ``support``, ``rule`` and ``claims`` are those of the last day of each interval. Sorted by ``zone_id``.

    Raises
    ------
    DateError
        If a day cannot be read, or ``until`` is before ``since``.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> zones = am.control_zones_over_time(art, am.read_claims(art), since="2024-10-01", until="2024-11-30")
    >>> bool((zones["valid_to"].fillna(zones["valid_to"].max()) >= "2024-10-01").all())
    True
    """
    first, last = day_of(since), day_of(until)
    if last < first:
        msg = f"control_zones_over_time: until ({last}) is before since ({first})"
        raise DateError(msg)
    said = read_evidence(area, ledger, events=events, model=model, known_on=known_on)
    return zones_between(maker_of(area, said, zone_model or ZoneModel()), first, last)


def zones_between(maker: Maker, first: dt.date, last: dt.date) -> gpd.GeoDataFrame:
    """Give the reported zones between two days, both included, as :func:`control_zones_over_time` does."""
    said, shape = maker.said, maker.model
    # All spans first: the shape of one zone hangs on the days on which the sections beside it have a
    # status.
    over = {subject: _spans(said, subject, first.toordinal(), last.toordinal()) for subject in said.subjects}
    makers = _Makers(maker, over)
    rows: list[dict[str, object]] = []
    for subject in said.subjects.values():
        for span in over[subject.subject]:
            if not drawn(subject, span[2]):
                continue
            begun, ended = interval_of(said, subject.subject, span[0])
            for low, high, pieces in makers.pieces(subject, span):
                status = row_of(said, subject, said.answer(subject.subject, high), dt.date.fromordinal(high))
                valid = (
                    (begun if low == span[0] else _stamp(low)),
                    (ended if high == span[1] else _stamp(high)),
                )
                # What stands on the last day keeps the id of ``control_zones``, so that both tables can be joined.
                tail = "" if high == last.toordinal() else f"~{dt.date.fromordinal(low).isoformat()}"
                rows += rows_of(status, pieces, valid, tail=tail)
    zones = zones_of(sorted(rows, key=lambda row: str(row["zone_id"])), maker.area)
    put_models(zones, said.model, shape)
    zones.attrs["since"], zones.attrs["until"] = first.isoformat(), last.isoformat()
    return zones


def _spans(said: LedgerEvidence, subject: str, first: int, last: int) -> tuple[Span, ...]:
    """Give the days on which status and actors of a subject are the same."""
    turns = [day for day in turning_days(said.affecting(subject), said.model) if first < day <= last]
    found: list[tuple[int, Status, tuple[str, ...]]] = []
    for day in (first, *turns):
        answer = said.answer(subject, day)
        if not found or found[-1][1:] != (answer.status, tuple(answer.actors)):
            found.append((day, answer.status, tuple(answer.actors)))
    # Each span ends on the day before the next, the last one on the last day: no day twice, none between.
    ends = [*(begin - 1 for begin, _, _ in found[1:]), last]
    return tuple((begin, end, status) for (begin, status, _), end in zip(found, ends, strict=True))


class _Makers:
    """Geometry by day: a zone ends where a section begins of which nothing is said, on that day."""

    def __init__(self, maker: Maker, over: Mapping[str, tuple[Span, ...]]) -> None:
        self.maker, self.over = maker, over
        self.made: dict[tuple[str, bool, frozenset[str]], list[ZonePiece]] = {}

    def pieces(self, subject: Subject, span: Span) -> list[tuple[int, int, list[ZonePiece]]]:
        """Give the pieces of a zone, anew from the day on which a section that it may reach opens or closes."""
        near = self._near(subject)
        first, last, status = span
        turns = {begin for code in near for begin, _, _ in self.over.get(code, ()) if first < begin <= last}
        days = sorted({first, *turns})
        found: list[tuple[int, list[ZonePiece]]] = []
        for day in days:
            closed = frozenset(code for code in near if self._closed(code, day))
            pieces = self._made(subject, status, closed)
            if not found or not _same(found[-1][1], pieces):
                found.append((day, pieces))
        ends = [*(begin - 1 for begin, _ in found[1:]), last]
        return [(begin, end, pieces) for (begin, pieces), end in zip(found, ends, strict=True)]

    def _near(self, subject: Subject) -> tuple[str, ...]:
        """Give the sections that the zone of a place may reach; the shape of other zones does not hang on them."""
        if subject.kind != "place" or subject.point is None or subject.point.is_empty:
            return ()
        model = self.maker.model
        # The farthest that a zone can reach as the crow flies. Sections beyond it open and close without a
        # new shape.
        disc = place_radius(self.maker.area, subject.subject) or RADIUS_M[PlaceKind.HAMLET]
        around = subject.point.buffer(max(disc, model.snap_m + model.reach_m + model.road_m))
        return tuple(code for code, shape in self.maker.outlines.items() if shape.intersects(around))

    def _closed(self, code: str, day: int) -> bool:
        spans = self.over.get(code, ())
        return all(status is Status.UNKNOWN for begin, end, status in spans if begin <= day <= end)

    def _made(self, subject: Subject, status: Status, closed: frozenset[str]) -> list[ZonePiece]:
        # Status counts only as contested or not, as nothing else changes the shape; the same state that comes
        # back later takes the shape made before.
        key = subject.subject, status is Status.CONTESTED, closed
        if key not in self.made:
            self.made[key] = self.maker.closing(sorted(closed)).pieces(subject, status)
        return self.made[key]


def _same(one: list[ZonePiece], other: list[ZonePiece]) -> bool:
    return one is other or (
        len(one) == len(other)
        and all(a.tail == b.tail and a.geometry.equals(b.geometry) for a, b in zip(one, other, strict=True))
    )
