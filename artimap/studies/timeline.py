"""The timeline of a place or a stretch, made of a study."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from artimap.areas.corridors import read_corridor
from artimap.control.history import COLUMNS, intervals
from artimap.control.status import read_evidence
from artimap.control.subjects import find_subjects
from artimap.core import schema
from artimap.core.dates import day_of
from artimap.core.errors import DateError
from artimap.core.i18n import tr
from artimap.core.schema import split_names
from artimap.core.vocab import About, EventKind, Lang
from artimap.maps.briefing import SHOWN_DAYS
from artimap.report.timeline import Timeline
from artimap.studies.study import Study

_BANDS = 8
_HOLDING = ("controls", "base", "presence", "contested", "withdrew", "attacked")
"""Statements that are drawn: who holds a place, is there, attacks it or left it."""


def timeline(
    study: Study,
    place: str,
    *,
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
    lang: str = Lang.EN,
) -> Timeline:
    """Draw what is reported of a place or a stretch over time: events, statements of who holds it, status.

    Parameters
    ----------
    study
        What it is made from; nothing is drawn that its audience may not see.
    place
        A place, section, commune or stretch in any spelling (:func:`artimap.find_subjects`), such as ``"Pont-Sondé"``
        or ``"Saint-Marc – Gonaïves"``.
    since, until
        First and last day; two years up to the day of the study where null.
    lang
        ``"en"``, ``"fr"`` or ``"ht"``.

    Returns
    -------
    Timeline
        With ``png()``, ``svg()`` and ``save()``.

    Raises
    ------
    PlaceError
        If nothing of that name has a status; the message names what comes near.
    DateError
        If a day cannot be read, ``until`` is not after ``since``, or it is after the day of the study.

    Notes
    -----
    Of a place the events are those at it or in the section or commune of its name; of a stretch those that lie on it,
    also those that are known only to a longer piece of road. Where forces are is on no picture.

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
    >>> drawn = am.timeline(study, "Pont-Sonde", since="2024-01-01")
    >>> drawn.place, len(drawn.events)
    ('Pont-Sondé', 3)
    """
    last = study.as_of if until is None else day_of(until)
    if last > study.as_of:
        msg = f"timeline: until ({last}) is after the day of the study ({study.as_of})"
        raise DateError(msg)
    first = last - dt.timedelta(days=SHOWN_DAYS) if since is None else day_of(since)
    if first >= last:
        msg = f"timeline: until ({last}) is not after since ({first})"
        raise DateError(msg)
    status, language = study.status, Lang(lang).value
    subjects = find_subjects(study.area, status, place)
    rows = status[status["subject"].isin(subjects)]
    events, ledger = study.events, study.ledger
    said = read_evidence(study.area, ledger, events=events, model=None, known_on=None)
    named = [one for one in rows["subject"] if said.subjects[one].named]
    every = named or list(rows["subject"])  # of a road those between two towns: what is said of others lies on them
    shown = every[:_BANDS]
    table = pd.DataFrame(
        [row for one in shown for row in _joined(intervals(said, one, first.toordinal(), last.toordinal()))],
        columns=list(COLUMNS),
    )
    for name in ("valid_from", "valid_to"):
        table[name] = table[name].astype(schema.DAY)
    on = {other for one in shown for other, _, _ in said.on_stretch.get(one, ())}
    return Timeline(
        _name(place, rows), _events_at(study, rows, first, last), _claims_of(ledger.claims, {*subjects, *on}), table,
        first, last, study.risk_model.quiet_after_days, language,
        note=tr(f"map.audience.{study.audience}", language), left_out=len(every) - len(shown),
    )  # fmt: skip


def _joined(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join intervals of one status and the same actors: what it rests on is not drawn."""
    out: list[dict[str, Any]] = []
    for row in rows:
        if out and (out[-1]["status"], out[-1]["actors"]) == (row["status"], row["actors"]):
            out[-1]["valid_to"] = row["valid_to"]
        else:
            out.append(row)
    return out


def _name(asked: str, rows: pd.DataFrame) -> str:
    names = set(rows["name"])
    return str(names.pop()) if len(names) == 1 else " ".join(asked.split())


def _events_at(study: Study, rows: pd.DataFrame, first: dt.date, last: dt.date) -> pd.DataFrame:
    """Give the events at a place, in a unit or on a stretch."""
    events = study.events
    on_road = rows[rows["road_id"].notna() & rows["from_m"].notna()]
    wanted = set(rows["subject"])
    here = events["place_id"].isin(wanted)
    here |= events["pcode"].map(lambda cell: bool(wanted & set(split_names(cell)))).astype(bool)
    for road_id, pieces in on_road.groupby("road_id"):
        road = study.corridor if road_id == study.corridor.corridor_id else read_corridor(study.area, str(road_id))
        located = road.locate(events)
        low, high = pieces["from_m"].min(), pieces["to_m"].max()
        start = located["chainage_m"].fillna(located["from_m"])
        stop = located["chainage_m"].fillna(located["to_m"])
        on = located["why_not"].isna() & (start <= high).eq(other=True) & (stop >= low).eq(other=True)
        here |= events["event_id"].isin(located.loc[on.to_numpy(dtype=bool, na_value=False), "event_id"])
    during = (events["date_end"] >= pd.Timestamp(first)) & (events["date_start"] <= pd.Timestamp(last))
    kept = events[here & during & (events["kind"] != EventKind.DEPLOYMENT)]
    return pd.DataFrame(kept.drop(columns="geometry")).reset_index(drop=True)


def _claims_of(claims: pd.DataFrame, subjects: set[str]) -> pd.DataFrame:
    """Give the statements of who holds the subjects, each with the day on which it was said, or of which it speaks."""
    about = claims["about"].isin([About.PLACE, About.STRETCH]) & claims["predicate"].isin(_HOLDING)
    kept: Any = claims[about & claims["subject"].isin(subjects)]
    day = kept["reported"].fillna(kept["valid_from"]).fillna(kept["last_confirmed"])
    named: pd.DataFrame = kept[["claimant", "claimant_is_party", "predicate", "value"]].assign(day=day)
    return named.drop_duplicates().reset_index(drop=True)
