"""What the products of a day are made from: events, rates, zones and posts as of one day, computed once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from artimap.areas.area import Area
from artimap.areas.corridors import read_corridor
from artimap.claims import Ledger
from artimap.control import control_status
from artimap.control.checkpoints import checkpoints_on, checkpoints_over_time
from artimap.control.contestation import estimate_contestation, estimated_zones
from artimap.control.zones import control_zones, control_zones_over_time
from artimap.core.dates import day_of, month_ends
from artimap.core.errors import DataError
from artimap.core.metadata import model_of
from artimap.core.vocab import Audience, Lang
from artimap.maps.briefing import SHOWN_DAYS, BriefingMap, briefing_map
from artimap.maps.tiles import Tiles
from artimap.report import Report, corridor_report
from artimap.risk import RiskModel, corridor_risk, corridor_risk_over_time
from artimap.roads.corridor import Corridor
from artimap.sharing import Gated, SharePolicy, gate, licensed_sources
from artimap.studies.inputs import Gathered, gather

Progress = Callable[[str], None]


def silent(_words: str) -> None:
    """Say nothing."""


def check_since(folder: Path | None) -> None:
    """Refuse a folder to compare with that is no briefing, before any work is done.

    Raises
    ------
    DataError
        If it holds no manifest.
    """
    if folder is not None and not (folder / "manifest.json").is_file():
        msg = f"{folder} is not a briefing folder: it has no manifest.json"
        raise DataError(msg)


@dataclass(frozen=True, eq=False)
class Analysis:
    """An area's corridor as of a day, as far as an audience may see it.

    Attributes
    ----------
    area, corridor, day
        What it is about, and the day of the answer.
    audience, policy
        For whom, and who gets what.
    gathered
        All that it is made from.
    events
        EVENTS begun by that day, before the audience is thought of.
    gated
        The events and claims that the audience may see, and what was held back.
    risk, status, zones, posts
        RISK by named stretch (of every event: holding a row back must not make a road look calmer; the events
        behind it are named only where the audience may see them), STATUS, ZONES and CHECKPOINTS.
    """

    area: Area
    corridor: Corridor
    day: dt.date
    audience: Audience
    policy: SharePolicy | None
    gathered: Gathered
    events: gpd.GeoDataFrame
    gated: Gated
    risk: gpd.GeoDataFrame
    status: pd.DataFrame
    zones: gpd.GeoDataFrame
    posts: gpd.GeoDataFrame

    @property
    def seen(self) -> gpd.GeoDataFrame:
        """The events that the audience may see."""
        return self.events if self.gated.events is None else self.gated.events

    def estimated(self) -> gpd.GeoDataFrame | None:
        """Estimate who is where, from the events that the audience may see; None where there are none."""
        if not len(self.seen):
            return None
        table = estimate_contestation(self.area, self.seen, stop=self.day)
        return estimated_zones(self.area, table, as_of=self.day)

    @property
    def said(self) -> Ledger:
        """The claims that the audience may see."""
        return self.gathered.ledger if self.gated.ledger is None else self.gated.ledger

    @property
    def days_before(self) -> tuple[dt.date, ...]:
        """The first day that a map shows, and the end of each month before the day of the answer."""
        return month_ends(self.day - dt.timedelta(days=SHOWN_DAYS), self.day)[:-1]

    def risk_over_time(self) -> dict[dt.date, gpd.GeoDataFrame]:
        """Estimate the risk at the end of each month before the day of the answer, as that of the day is."""
        model = model_of(self.risk, RiskModel)
        found = corridor_risk_over_time(
            self.corridor, self.events, days=self.days_before, model=model, ledger=self.gathered.ledger
        )  # fmt: skip
        return {day: _named(risk, self.gated, self.audience) for day, risk in found.items()}

    def posts_over_time(self) -> dict[dt.date, gpd.GeoDataFrame]:
        """Give the posts at the end of each month before the day of the answer, as those of the day are."""
        return checkpoints_over_time(self.corridor, self.said, days=self.days_before)

    def zones_over_time(self) -> gpd.GeoDataFrame:
        """Give the reported zones from the first day shown to the day of the answer."""
        first = self.day - dt.timedelta(days=SHOWN_DAYS)
        return control_zones_over_time(self.area, self.said, since=first, until=self.day, events=self.events)

    def chart(
        self,
        lang: Lang,
        *,
        title: str | None = None,
        author: str | None = None,
        over_time: bool = True,
        tiles: Tiles | None = None,
    ) -> BriefingMap:
        """Make the map. It takes out itself what the audience may not see, so that it can say how much.

        Parameters
        ----------
        lang
            What its page opens in.
        title, author
            What it is called and who made it.
        over_time
            Whether rates, posts and zones follow the slider of the page; pictures and files have none.
        tiles
            A server of map tiles that the page's reader may switch on.
        """
        return briefing_map(
            self.area, corridor=self.corridor, risk=self.risk,
            risk_over_time=self.risk_over_time() if over_time else None, zones=self.zones,
            zones_over_time=self.zones_over_time() if over_time else None, estimated=self.estimated(),
            checkpoints=self.posts, checkpoints_over_time=self.posts_over_time() if over_time else None,
            events=self.events, ledger=self.gathered.ledger, as_of=self.day, lang=lang,
            audience=self.audience, title=title, author=author, policy=self.policy, tiles=tiles,
        )  # fmt: skip

    def report(self, lang: Lang, *, since: Path | None = None) -> Report:
        """Make the report, with what changed since an earlier briefing folder."""
        return corridor_report(
            self.area, corridor=self.corridor, risk=self.risk, zones=self.zones, status=self.status,
            checkpoints=self.posts, events=self.events, ledger=self.gathered.ledger, as_of=self.day, lang=lang,
            audience=self.audience, since=since, policy=self.policy,
        )  # fmt: skip


def analyse(
    area: Area,
    *,
    events: Path | None = None,
    decisions: Path | None = None,
    claims: Path | None = None,
    as_of: str | dt.date | None = None,
    audience: Audience = Audience.PARTNERS,
    model: RiskModel | None = None,
    policy: SharePolicy | None = None,
    progress: Progress = silent,
) -> Analysis:
    """Compute what map and report of an area's corridor are made from.

    Parameters
    ----------
    area
        The area.
    events, decisions, claims
        See :func:`artimap.studies.inputs.gather`.
    as_of
        The day of the answer; the last day that any row speaks of where null. No clock is read.
    audience, policy
        For whom, and who gets what.
    model
        Parameters of the risk.
    progress
        Called with a few words before each step.

    Raises
    ------
    DataError, SchemaError, DateError
        If a file or the day cannot be read.
    """
    progress("reading the data")
    corridor = read_corridor(area, area.corridor_id)
    gathered = gather(area, events, decisions, claims)
    ledger = gathered.ledger
    day = day_of(as_of) if as_of is not None else last_day(area, gathered)
    known = gathered.events[gathered.events["date_start"] <= pd.Timestamp(day)].reset_index(drop=True)
    gated = gate(known, ledger.until(day), audience=audience, area=area, as_of=day, policy=policy)
    said = ledger if gated.ledger is None else gated.ledger
    progress("estimating the risk")
    risk = corridor_risk(corridor, corridor.locate(known), as_of=day, model=model, ledger=ledger)
    risk.attrs["licensed"] = list(licensed_sources(known))
    risk = _named(risk, gated, audience)
    status = control_status(area, said, as_of=day, events=known)
    zones = control_zones(area, said, as_of=day, events=known, status=status)
    posts = checkpoints_on(corridor, said, as_of=day)
    return Analysis(area, corridor, day, audience, policy, gathered, known, gated, risk, status, zones, posts)


def last_day(area: Area, gathered: Gathered) -> dt.date:
    """Give the last day that any row speaks of."""
    own, said = gathered.own, gathered.own_claims
    days = [] if own is None else [own.events["date_end"].max(), own.checkpoints["last_confirmed"].max()]
    days += [] if said is None else [said["reported"].max()]
    last: dt.date = max([area.data_until, *(day.date() for day in days if pd.notna(day))])
    return last


def _named(risk: gpd.GeoDataFrame, gated: Gated, audience: Audience) -> gpd.GeoDataFrame:
    """Name only the events that the audience may see."""
    if audience is not Audience.INTERNAL and gated.events is not None:
        risk["event_ids"] = _only(risk["event_ids"], set(gated.events["event_id"]))
    return risk


def _only(event_ids: pd.Series, allowed: set[str]) -> pd.Series:
    """Keep the names of events that may go out."""
    return event_ids.map(
        lambda ids: "; ".join(one for one in ids.split("; ") if one in allowed) or None, na_action="ignore"
    ).astype(event_ids.dtype)
