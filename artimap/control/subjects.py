"""What a status is given for: places, sections, communes that claims name, and stretches of road."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely

from artimap.areas.area import Area, read_places, read_roads, read_units
from artimap.areas.corridors import read_corridor
from artimap.areas.gazetteer.resolve import resolve
from artimap.areas.user_layers import cached
from artimap.claims.ledger import Ledger
from artimap.control.evidence import EvidenceBySubject, subjects_of
from artimap.core.errors import PlaceError
from artimap.core.schema import split_names
from artimap.core.text import fold
from artimap.core.vocab import Where
from artimap.roads.corridor import Corridor

# How far the end of a row may lie beyond the end of what is asked, and still be the same piece of
# road.
_SLACK_M = 1_000.0
_SHOWN = 4


def find_subjects(area: Area, status: pd.DataFrame, text: str) -> tuple[str, ...]:
    """Give the subjects that a place in words names.

    Parameters
    ----------
    area
        The area.
    status
        STATUS.
    text
        A subject as it stands in STATUS, its name in any spelling, or words such as
        ``"between Saint-Marc and Gonaïves"``.

    Returns
    -------
    tuple of str
        Every subject of that name: a town and the section called after it are both meant. For
        a stretch in words, the rows of STATUS that lie on it, or that it lies on; for a road
        (``"RN1"``) all of its rows.

    Raises
    ------
    PlaceError
        If there is none; the message says which names come near.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> status = am.control_status(art, am.read_claims(art), as_of="2024-10-15")
    >>> am.find_subjects(art, status, "Lakwa Peris")
    ('HT0513-01',)
    """
    # From the surest reading to the loosest, and the first that gives anything ends the search: a name
    # that stands in STATUS itself must never be read as a stretch of road by guess.
    bare, asked = fold(text), text.strip().casefold()
    same = [
        str(subject)
        for subject, name in zip(status["subject"], status["name"], strict=True)
        if subject.casefold() == asked or fold(name) == bare
    ]
    if same:
        return tuple(same)
    roads = read_roads(area)
    named = roads.loc[
        [bare in (fold(one), fold(ref)) for one, ref in zip(roads["road_id"], roads["ref"].fillna(""), strict=True)],
        "road_id",
    ]
    on_it = status.loc[status["road_id"].isin(list(named)), "subject"]
    if len(on_it):
        return tuple(str(one) for one in on_it)
    reading = resolve(area, text)
    known = set(status["subject"])
    found = [one for one in (reading.place_id, *split_names(reading.pcode)) if one in known]
    if not found and reading.corridor_id is not None and reading.from_m is not None and reading.to_m is not None:
        low, high = sorted((reading.from_m, reading.to_m))
        on = status[status["road_id"] == reading.corridor_id]
        # Ends of stretches are named after towns and differ by some hundred metres. Rows that lie within the
        # asked piece are meant; only where there are none, those that reach across it.
        inside = on[(on["from_m"] >= low - _SLACK_M) & (on["to_m"] <= high + _SLACK_M)]
        across = on[(on["from_m"] < high) & (on["to_m"] > low)]
        found = list((inside if len(inside) else across)["subject"])
    if found:
        return tuple(dict.fromkeys(str(one) for one in found))
    names = {fold(name): str(name) for name in status["name"]}
    near = [names[one] for one in get_close_matches(bare, names, n=_SHOWN, cutoff=0.6)]
    hint = f"do you mean {', '.join(near)}?" if near else "'artimap status --all' lists every name that has one"
    msg = f"{text!r} names no place, section or stretch with a status: {hint}"
    raise PlaceError(msg)


SubjectKind = Literal["place", "section", "commune", "department", "stretch"]

BESIDE_M = 2_000.0
"""A place this near to a road lies on it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a status is given for.

    Attributes
    ----------
    subject, name, kind
        Place id, p-code or stretch; what it is called; what it is.
    section
        For a place: p-code of the section it lies in, where that is known.
    road_id, from_m, to_m
        For a stretch.
    point
        For a place.
    named
        True for a stretch between two towns of the corridor, false for one that claims or posts name.
    """

    subject: str
    name: str
    kind: SubjectKind
    section: str | None = None
    road_id: str | None = None
    from_m: float | None = None
    to_m: float | None = None
    point: shapely.Point | None = None
    named: bool = False


def subjects(area: Area, ledger: Ledger, found: EvidenceBySubject) -> dict[str, Subject]:
    """List everything that a status is given for: places and units first, then stretches along their road."""
    # Places and sections of the area are subjects whether anybody speaks of them or not: a silent one is
    # a row that says unknown. Wider units and stretches come in only where a claim names them.
    out = dict(_places_and_sections(area))
    row: Any
    stretches = dict(_named_stretches(area))
    for row in ledger.subjects.itertuples(index=False):
        name, where = str(row.subject), Where(str(row.place_kind))
        if where is Where.STRETCH:
            stretches[name] = Subject(
                name, str(row.name), "stretch", road_id=str(row.road_id), from_m=float(row.from_m), to_m=float(row.to_m)
            )
        elif name not in out and where in (Where.COMMUNE, Where.DEPARTMENT):
            out[name] = Subject(name, str(row.name), "commune" if where is Where.COMMUNE else "department")
        elif name not in out and where in (Where.POINT, Where.PLACE):
            out[name] = Subject(name, str(row.name), "place", point=row.geometry)
    names = _wider_units(area)
    # Posts and events name pieces of road by their kilometres; a post has a name for it that people use.
    posts = {name: str(row.place) for row in ledger.posts.itertuples(index=False) for name in subjects_of(row)}
    for name in found.by_subject:
        if name in out or name in stretches:
            continue
        if ":" in name:
            # a piece of road where something happened once is no stretch of its own
            if any(one.via != "event" for one in found.by_subject[name]):
                read = _read_stretch(name)
                stretches[name] = replace(read, name=posts.get(name, read.name))
        elif name in names:
            out[name] = Subject(name, names[name][0], "commune" if names[name][1] == "adm2" else "department")
    # Stretches last: their status is made from that of the subjects before them.
    along = sorted(stretches.values(), key=lambda one: (str(one.road_id), one.from_m or 0.0, one.to_m or 0.0))
    return {**out, **{one.subject: one for one in along}}


@cached
def _places_and_sections(area: Area) -> dict[str, Subject]:
    out: dict[str, Subject] = {}
    row: Any
    for row in read_places(area).itertuples(index=False):
        section = str(row.adm3_pcode) if isinstance(row.adm3_pcode, str) else None
        out[str(row.place_id)] = Subject(str(row.place_id), str(row.name), "place", section, point=row.geometry)
    for row in read_units(area, "adm3").itertuples(index=False):
        out[str(row.pcode)] = Subject(str(row.pcode), str(row.name), "section")
    return out


@cached
def _wider_units(area: Area) -> dict[str, tuple[str, str]]:
    return {str(row.pcode): (str(row.name), str(row.level)) for row in read_units(area).itertuples(index=False)}


@cached
def _named_stretches(area: Area) -> dict[str, Subject]:
    corridor = corridor_of(area, area.corridor_id)
    return {
        str(row.lixel_id): Subject(
            str(row.lixel_id), str(row.name), "stretch", road_id=corridor.corridor_id, from_m=float(row.from_m),
            to_m=float(row.to_m), named=True,
        )
        for row in corridor.legs().itertuples(index=False)
    }  # fmt: skip


def _read_stretch(name: str) -> Subject:
    """Read ``road:from-to`` in km, as posts and events name a piece of road."""
    road, _, span = name.partition(":")
    low, _, high = span.partition("-")
    words = f"{road.upper()} km {low}–{high}"
    return Subject(name, words, "stretch", road_id=road, from_m=float(low) * 1000, to_m=float(high) * 1000)


@cached
def corridor_of(area: Area, road_id: str) -> Corridor:
    """Read a road once."""
    return read_corridor(area, road_id)


def lying_on(area: Area, known: Mapping[str, Subject]) -> dict[str, tuple[tuple[str, float, float], ...]]:
    """Give for each stretch what lies on it: places beside the road, sections it runs in or along, other pieces.

    Returns
    -------
    dict
        By stretch: subject, and the metres of road that it covers inside the stretch.
    """
    # What lies on a road is worked out once for each road, then cut to each of its stretches.
    roads = dict.fromkeys(str(one.road_id) for one in known.values() if one.kind == "stretch")
    pieces: dict[str, list[tuple[str, float, float]]] = {
        road: _on_road(area, road, known) for road in roads if road in _road_ids(area)
    }
    out = {}
    for one in known.values():
        if one.kind != "stretch" or one.road_id not in pieces or one.from_m is None or one.to_m is None:
            continue
        low, high = one.from_m, one.to_m
        found = []
        for other, a, b in pieces[one.road_id]:
            # A named stretch gathers pieces, but is no piece of another; and a piece that a claim names does not
            # gather other pieces, or two that overlap would each take the status of the other.
            is_stretch = known[other].kind == "stretch"
            if other == one.subject or known[other].named or (is_stretch and not one.named):
                continue
            inside = (max(a, low), min(b, high))
            # A place is a point on the road, so its piece has no length; it counts where it lies on the stretch.
            touches = inside[1] > inside[0] or (a == b and low <= a <= high)
            if touches and not (is_stretch and inside[1] - inside[0] < _TOUCH_M):
                found.append((other, *inside))
        out[one.subject] = tuple(found)
    return out


# Two pieces of road that share less than this only meet: their ends are named after towns, not
# measured.
_TOUCH_M = 500.0


@cached
def _road_ids(area: Area) -> frozenset[str]:
    return frozenset(read_roads(area)["road_id"])


@cached
def _fixed_on_road(area: Area, road_id: str) -> list[tuple[str, float, float]]:
    """Give the area's own places and sections on a road."""
    road, known = corridor_of(area, road_id), _places_and_sections(area)
    return _places_on(road, known) + [
        (one.subject, low, high)
        for one in known.values()
        if one.kind == "section"
        for low, high in road.unit_pieces(one.subject)
    ]


def _places_on(road: Corridor, known: Mapping[str, Subject]) -> list[tuple[str, float, float]]:
    places = [one for one in known.values() if one.point is not None and not one.point.is_empty]
    if not places:
        return []
    chainage, offset = road.project([one.point for one in places if one.point is not None])
    return [
        (one.subject, float(at), float(at))
        for one, at, off in zip(places, chainage, offset, strict=True)
        if np.isfinite(off) and off <= BESIDE_M
    ]


def _on_road(area: Area, road_id: str, known: Mapping[str, Subject]) -> list[tuple[str, float, float]]:
    fixed = _places_and_sections(area)
    more = {name: one for name, one in known.items() if name not in fixed}
    out = [*_fixed_on_road(area, road_id), *_places_on(corridor_of(area, road_id), more)]
    out += [
        (one.subject, min(one.from_m, one.to_m), max(one.from_m, one.to_m))
        for one in known.values()
        if one.kind == "stretch" and one.road_id == road_id and one.from_m is not None and one.to_m is not None
    ]
    return out
