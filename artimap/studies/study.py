"""A study of a road on a day: read, masked, linked and gated once; every product starts from it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import pandas as pd

from artimap.areas import embedded
from artimap.areas.area import Area, sure_area
from artimap.areas.corridors import read_corridor
from artimap.areas.road_network import AreaRoads, area_roads
from artimap.claims.ledger import Ledger
from artimap.control.checkpoints.life_cycle import checkpoints_by_road, checkpoints_on, checkpoints_over_time
from artimap.control.contestation.estimate import estimate_contestation
from artimap.control.contestation.layer import estimated_zones
from artimap.control.road_status import road_status_on
from artimap.control.status import read_evidence, status_of
from artimap.control.zones.geometry import Maker, maker_of, zones_on
from artimap.control.zones.model import ZoneModel
from artimap.control.zones.over_time import zones_between
from artimap.core import schema
from artimap.core.dates import day_of, month_ends
from artimap.core.errors import ModelError, ShareError
from artimap.core.files import geopackage_bytes, table_csv, write_text
from artimap.core.folder_swap import check_folder, replace_folder
from artimap.core.i18n import tr
from artimap.core.notebook import Shown, Sketch, card, city_labels, road_sketch
from artimap.core.reasons import in_sentences
from artimap.core.tables import EVENTS
from artimap.core.vocab import About, Audience, Lang
from artimap.maps.briefing import SHOWN_DAYS, BriefingMap, MapTables, map_of_study
from artimap.maps.events_only import first_day, map_of_events
from artimap.maps.inputs import PageOptions
from artimap.maps.news import NewsWords, with_news
from artimap.maps.tiles import Tiles
from artimap.maps.user_layer import UserLayer
from artimap.report.change_words import change_line, weightiest
from artimap.report.changes import CHANGES_FILE, Changes, DayState, compare, to_json
from artimap.report.context import ReportOptions, ReportTables, day_state
from artimap.report.previous import MANIFEST, check_since, read_day, read_previous, reading_since
from artimap.report.report import Report, report_of
from artimap.risk.estimate import RoadReports, corridor_risk, risk_on_days
from artimap.risk.forecast_record import FORECAST_FILE, ForecastTable, make_forecast, record_of
from artimap.risk.model import EMBEDDED_SHARE, ROAD_KINDS, SHARE_AREA, RiskModel
from artimap.risk.passages import PassageModel, Passages, passages_on
from artimap.risk.pooled import widest, widest_trip
from artimap.risk.risk_table import CityTrips, shown_as_risk, sketch_of_risk
from artimap.risk.route_risk import RatesByRoad
from artimap.risk.trips import TripRisk, trip_risk
from artimap.roads.corridor import Corridor
from artimap.roads.network.graph import RoadNetwork
from artimap.roads.routing.spans import RoadSpan
from artimap.sharing.cells import events_to_count
from artimap.sharing.counts import Pooled, SharedCounts, count_events, pooled_rows
from artimap.sharing.gate import Gated, gate, licensed_sources
from artimap.sharing.movements import movements_to_count
from artimap.sharing.policy import SharePolicy, audience_of
from artimap.sharing.release import without_marks
from artimap.sources.csv_rows import release_memory
from artimap.sources.quarantine import quarantine_beside
from artimap.sources.result import Read
from artimap.sources.template import quarantine_csv
from artimap.studies.briefing import QUARANTINE, Briefing, manifest, page_files, recent_events, written_before
from artimap.studies.inputs import (
    Counts,
    Decisions,
    Gathered,
    Movements,
    OwnRows,
    Reports,
    RoadStatuses,
    Statements,
    gather,
)

Progress = Callable[[str], None]
F = TypeVar("F", bound=pd.DataFrame)
G = TypeVar("G")


def silent(_words: str) -> None:
    """Say nothing."""


class KeptTable(cached_property[F]):
    """A table of a study that is computed once; each reader gets a copy, which is safe to change."""

    def __set_name__(self, owner: type[Any], name: str) -> None:
        """Keep the table under another name, or reading it again would pass this class by."""
        super().__set_name__(owner, f"_kept_{name}")

    def __get__(self, study: Any, owner: type[Any] | None = None) -> Any:
        """Compute the table where it is not kept yet, and give a copy."""
        kept = super().__get__(study, owner)
        return kept if study is None else kept.copy()


class KeptRisk(KeptTable[gpd.GeoDataFrame]):
    """RISK that is computed once; each copy shows itself."""

    def __get__(self, study: Any, owner: type[Any] | None = None) -> Any:
        """Give a copy that shows itself."""
        kept = super().__get__(study, owner)
        return kept if study is None else shown_as_risk(kept)


@dataclass(frozen=True, eq=False, repr=False)
class Study(Shown):
    """An area's road on a day, as far as an audience may see it. :func:`artimap.study` makes one.

    What it is made from is read, masked, linked and gated once. Tables and products are computed
    when they are first asked for, and kept; a table that is handed out is safe to change.

    Attributes
    ----------
    area, corridor
        What it is about.
    as_of
        The day of the answer.
    audience, policy
        For whom, and who gets what.
    model
        Parameters of the risk; where null those of :class:`artimap.RiskModel`, with what part of the incidents the
        embedded reports are known to hold, where they are all there is and the road is the area's own.
    gated
        The events and claims of that day that the audience may see, and what was held back.
    progress
        Called with a few words before each step.

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
    >>> study.as_of.isoformat(), study.audience.value, len(study.events)
    ('2024-10-15', 'partners', 105)
    """

    area: Area
    corridor: Corridor
    as_of: dt.date
    audience: Audience
    policy: SharePolicy | None
    model: RiskModel | None
    gated: Gated
    # All that was read, before the audience is thought of: read here to tell numbers of it, and by nobody else.
    _inputs: Gathered = field(repr=False)
    progress: Progress = silent
    _products: dict[tuple[object, ...], Any] = field(default_factory=dict, init=False)

    @property
    def _model(self) -> RiskModel:
        if self.model is not None:
            return self.model
        # The share was counted on this road and these reports: of another road, or with more reports, nobody knows it.
        counted = self.area.name == SHARE_AREA and self.corridor.corridor_id == self.area.corridor_id
        return RiskModel(reported_share=EMBEDDED_SHARE if counted and self._inputs.alone else None)

    @property
    def trips(self) -> CityTrips:
        """The trips between the cities of the road, with the reported incidents on each whole way."""
        return CityTrips(TripRisk.from_dict(one) for one in self.risk.attrs["trips"])

    def trip(self, start: str | float, stop: str | float) -> TripRisk:
        """Give the reported incidents on the way between two towns of the road (:func:`artimap.trip_risk`).

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
        >>> study.trip("Saint-Marc", "Gonaïves").name
        'Saint-Marc – Gonaïves'
        """
        return widest_trip([
            trip_risk(self.corridor, start, stop, table, as_of=self.as_of, model=self._model, ledger=self._ledger)
            for table in self._tables_to_count
        ])  # fmt: skip

    def _lines(self) -> tuple[str, ...]:
        held, held_claims = self.gated.events_held.total, self.gated.claims_held.total
        head = f"{self.corridor.ref}, {self.area.label}, as of {self.as_of}, for {self.audience}"
        if self.gated.events is None or self.gated.ledger is None:
            return head, "nothing has gone through the gate"
        claims = len(self.gated.ledger.claims)
        return (
            head,
            f"{len(self.gated.events)} events ({held} held back), {claims} statements ({held_claims} held back)",
        )

    def _table(self) -> pd.DataFrame | None:
        events = self.gated.events
        if events is None or events.empty:
            return None
        by = events.groupby("kind", observed=True)["date_start"]
        table = pd.DataFrame({"kind": by.size().index, "events": by.size().to_numpy(),
                              "newest": by.max().dt.strftime("%Y-%m-%d").to_numpy()})  # fmt: skip
        return table.sort_values(["events", "kind"], ascending=[False, True], kind="stable")

    def _sketch(self) -> Sketch:
        kept = self.__dict__.get("_kept_risk")  # shown where it is there; a look must not compute it
        drawn = road_sketch(self.corridor.line) if kept is None else sketch_of_risk(kept)
        return replace(drawn, labels=city_labels(self.corridor.towns))

    def _repr_html_(self) -> str:
        there = {one: f"_kept_{one}" in self.__dict__ for one in ("risk", "status", "zones", "checkpoints")}
        done, later = (", ".join(one for one, kept in there.items() if kept is wanted) for wanted in (True, False))
        lines = [*self._lines(), f"Computed: {done or 'nothing yet'}."]
        lines += [f"Not computed yet, made when first asked for: {later}."] if later else []
        lines.append("Products: .map() .report() .write(folder). Silence in the reports is not safety.")
        return card(lines, self._table(), self._sketch())

    # -- what it is made from -----------------------------------------------------

    @KeptTable
    def events(self) -> gpd.GeoDataFrame:
        """EVENTS that the audience may see, begun by the day."""
        return _sure(self.gated.events)

    @KeptTable
    def events_to_count(self) -> gpd.GeoDataFrame:
        """EVENTS that rates are made from: those that the audience may see, others only by cells.

        A cell is of all kinds together: a rate of some kinds is of what the audience may see. What other agencies
        counted stands among them in full, as if none of it were known here.
        """
        return self._counted_on(self.corridor, self._pooled)

    def _counted_on(self, road: Corridor, pooled: Pooled | None) -> gpd.GeoDataFrame:
        if not self.counts_held:
            return self.events
        own = self._alone_on(road)
        if pooled is None or not len(pooled.most):
            return own
        return schema.conform(pd.concat([own, pooled.most], ignore_index=True), EVENTS, crs=self.area.crs)

    def _alone_on(self, road: Corridor) -> gpd.GeoDataFrame:
        return events_to_count(self.gated, corridor=road, area=self.area, as_of=self.as_of, kinds=ROAD_KINDS)

    def _pooled_on(self, road: Corridor) -> Pooled | None:
        """Give the counts of other agencies on a road; a rate of some kinds alone is made without."""
        counts = self._inputs.counts
        if counts is None or not self.counts_held:
            return None
        return pooled_rows(counts, self._alone_on(road), corridor=road, area=self.area, as_of=self.as_of)

    @cached_property
    def _pooled(self) -> Pooled | None:
        return self._pooled_on(self.corridor)

    @cached_property
    def _tables_to_count(self) -> tuple[gpd.GeoDataFrame, ...]:
        """EVENTS to count; where others counted too also with the least of theirs, and without."""
        whole, pooled = self.events_to_count, self._pooled
        if pooled is None or not len(pooled.most):
            return (whole,)
        theirs = whole["event_id"].isin(set(pooled.most["event_id"])).to_numpy(dtype=bool)
        surely = whole["event_id"].isin(pooled.least).to_numpy(dtype=bool)
        return tuple(whole[rows].reset_index(drop=True) for rows in (theirs | ~theirs, surely | ~theirs, ~theirs))

    def with_pooled(self) -> Study:
        """Give the same study with what of others' counts is in its rates told where its methods are.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
        >>> study.with_pooled() is study  # no counts of others are in it
        True
        """
        counts, pooled = self._inputs.counts, self._pooled
        if counts is None or pooled is None:
            return self
        told = len(counts.contributors), len(pooled.most), len(pooled.least)
        other = replace(self, gated=replace(self.gated, pooled=told))
        other.__dict__.update((name, kept) for name, kept in self.__dict__.items() if name not in other.__dict__)
        return other

    def count_own(
        self,
        *,
        k: int | None = None,
        agency: str | None = None,
        audience: str = Audience.PARTNERS,
        previous: SharedCounts | None = None,
    ) -> SharedCounts:
        """Count one's own reports for others; :func:`artimap.share_counts` says how.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
        >>> study.count_own(agency="A1").reports  # the embedded reports are nobody's own
        0
        """
        return count_events(
            self._inputs.own_events(), area=self.area, as_of=self.as_of, audience=Audience(audience),
            policy=self.policy, k=k, agency=agency, previous=previous,
        )  # fmt: skip

    @property
    def risk_model(self) -> RiskModel:
        """The parameters of the risk, as they hold for this road."""
        return self._model

    @cached_property
    def rates_by_road(self) -> RatesByRoad:
        """The rates of each known road of the area, from what :attr:`events_to_count` would be of that road."""
        return RatesByRoad(
            area_roads(self.area).corridors, self._events_to_count_on, self.as_of, self._model, self._ledger
        )

    def _events_to_count_on(self, road: Corridor) -> gpd.GeoDataFrame:
        if road.corridor_id == self.corridor.corridor_id or not self.counts_held:
            return self.events_to_count
        return self._counted_on(road, self._pooled_on(road))

    @property
    def own(self) -> OwnRows:
        """What may be told of the user's own files."""
        own = self._inputs.own
        posts = frozenset[str]() if own is None else frozenset(self.gated.posts(own.checkpoints)[0]["checkpoint_id"])
        return self._inputs.own_rows(self.area, self.gated.hidden, self.audience, self.events, posts)

    @property
    def counts_held(self) -> bool:
        """Whether events that are held back count in the rates, in cells: those of some kinds alone do not."""
        return self._model.kinds >= ROAD_KINDS

    @property
    def ledger(self) -> Ledger:
        """The claims that the audience may see, as far as they may have been made by the day."""
        ledger = self._ledger
        return Ledger(ledger.claims.copy(), ledger.subjects.copy(), ledger.posts.copy())

    def on_road(self, corridor: Corridor | str) -> Study:
        """Give the study of another road on the same day, for the same audience; what is of the whole area is shared.

        Parameters
        ----------
        corridor
            A road of the area, or its id.

        Raises
        ------
        CorridorError
            If there is no such road.

        Examples
        --------
        >>> import artimap as am
        >>> am.study(am.area("artibonite"), as_of="2024-10-15").on_road("rn5").corridor.ref
        'RN5'
        """
        road = corridor if isinstance(corridor, Corridor) else read_corridor(self.area, corridor)
        other = replace(self, corridor=road)
        other.__dict__.update((name, kept) for name, kept in self.__dict__.items() if name in _OF_THE_AREA)
        return other.with_pooled()

    def in_hindsight(self) -> Study:
        """Give the same study of the same day with all that was reported since, through the gate as well.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
        >>> len(study.in_hindsight().ledger.claims) >= len(study.ledger.claims)
        True
        """
        # How old a row is counts from the last day that is known: what was said since is told with the rest.
        day = max(self.as_of, self.last_day)
        every = gate(
            self._inputs.events, self._inputs.ledger, audience=self.audience, area=self.area, as_of=day,
            policy=self.policy,
        ).until(self.as_of)  # fmt: skip
        ledger = _sure(every.all_days)
        # what is said of an event that has not begun goes with it
        later = self._inputs.events.loc[self._inputs.events["date_start"] > pd.Timestamp(self.as_of), "event_id"]
        of_later = (ledger.claims["about"] == About.EVENT) & ledger.claims["subject"].isin(set(later))
        known = Ledger(ledger.claims[~of_later].reset_index(drop=True), ledger.subjects, ledger.posts)
        return replace(self, gated=replace(every, ledger=known)).with_pooled()

    @property
    def last_day(self) -> dt.date:
        """The last day that any row speaks of which the audience may see."""
        return self._inputs.last_day(self.area, self.audience, self.policy)

    # -- what follows from it -----------------------------------------------------

    @KeptRisk
    def risk(self) -> gpd.GeoDataFrame:
        """RISK by named stretch: holding a row back must not make a road look calmer, and no rate may tell of one.

        Events that are held back count by cells (:mod:`artimap.sharing.cells`); days, ids and who reports are those
        of what the audience may see.
        """
        return self.risk_by(None)

    def risk_by(self, pieces: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
        """Estimate the risk of pieces of the road, such as its lixels; of its named stretches where null.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
        >>> len(study.risk_by(study.corridor.lixels(10_000.0)))
        25
        """
        self._begin("estimating the risk")
        if pieces is None:
            risk = self._risk_on([self.as_of])[self.as_of]
        else:
            risk = _widest([
                corridor_risk(
                    self.corridor, table, as_of=self.as_of, model=self._model, pieces=pieces, ledger=self._ledger,
                )
                for table in self._tables_to_count
            ])  # fmt: skip
        risk.attrs["licensed"] = list(licensed_sources(self.events_to_count))
        return shown_as_risk(self._named(risk))

    @cached_property
    def _road_reports(self) -> tuple[RoadReports, ...]:
        return tuple(
            RoadReports.over(self.corridor, table, self._ledger, model=self._model) for table in self._tables_to_count
        )

    def _risk_on(self, days: Sequence[dt.date]) -> dict[dt.date, gpd.GeoDataFrame]:
        found = [risk_on_days(reports, days=days) for reports in self._road_reports]
        return {day: _widest([one[day] for one in found]) for day in days}

    @KeptTable
    def status(self) -> pd.DataFrame:
        """STATUS of every place, section and stretch."""
        return status_of(self._zone_maker.said, self.as_of)

    @KeptTable
    def zones(self) -> gpd.GeoDataFrame:
        """ZONES of what is reported."""
        return zones_on(self._zone_maker, self.status, self.as_of)

    @KeptTable
    def checkpoints(self) -> gpd.GeoDataFrame:
        """CHECKPOINTS on the road."""
        return checkpoints_on(self.corridor, self._ledger, as_of=self.as_of)

    @cached_property
    def checkpoints_by_road(self) -> dict[str, gpd.GeoDataFrame]:
        """CHECKPOINTS on each known road of the area."""
        return checkpoints_by_road(area_roads(self.area).corridors, self._ledger, as_of=self.as_of)

    @cached_property
    def road_status(self) -> gpd.GeoDataFrame | None:
        """ROAD_STATUS of the day that the audience may see (:func:`artimap.road_status_on`), or None."""
        table, claims = self._inputs.road_status, self._ledger.claims
        if table is None:
            return None
        # A status goes where its claims are held back, as a post does.
        seen = set(claims.loc[claims["about"] == About.ROAD_STATUS, "subject"])
        shown = table[table["status_id"].isin(seen)]
        shown = shown if self.audience is Audience.INTERNAL else without_marks(shown)
        return road_status_on(shown, as_of=self.as_of)

    @property
    def statuses_held(self) -> int:
        """How many statuses of roads the audience may not see, of every day: the day must not tell which they are."""
        table, ledger = self._inputs.road_status, self.gated.all_days or self._ledger
        if table is None:
            return 0
        seen = set(ledger.claims.loc[ledger.claims["about"] == About.ROAD_STATUS, "subject"])
        return int((~table["status_id"].isin(seen)).sum())

    @property
    def cells_of(self) -> int | None:
        """The least number of movements that are counted; null where the audience sees each, or none were given."""
        table = self._inputs.movements
        if self.audience is Audience.INTERNAL or table is None or not len(table):
            return None
        return (self.policy or SharePolicy()).k

    @property
    def movements(self) -> gpd.GeoDataFrame | None:
        """MOVEMENTS up to the day, for internal use; None where none were given, and for all others."""
        table = self._passed_by if self.audience is Audience.INTERNAL else None
        return None if table is None else table.copy()

    def passages(self, spans: Sequence[RoadSpan], *, model: PassageModel | None = None) -> Passages | None:
        """Count who went a way, and estimate the rate of incidents per passage, as far as the audience may know.

        Parameters
        ----------
        spans
            The way, as pieces of roads.
        model
            All parameters.

        Returns
        -------
        Passages or None
            As :func:`artimap.passages_on` gives them; for others than internal use from cells of movements between
            cities in closed months (``k`` and more), without vehicles and the newest day. None where no movements were
            given, or the audience may know of none: traffic is unknown.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
        >>> study.passages([am.RoadSpan("rn1", 94_000.0, 150_000.0)]) is None  # no movements: traffic is unknown
        True
        """
        if self._passed_by is None or not len(self._passed_by):
            return None
        found = passages_on(self._passed_by, spans, as_of=self.as_of, model=model)
        return found if self.audience is Audience.INTERNAL else replace(found, newest=None)

    @cached_property
    def _passed_by(self) -> gpd.GeoDataFrame | None:
        """The movements that count for the audience."""
        table = self._inputs.movements
        if table is None:
            return None
        return movements_to_count(
            table, audience=self.audience, policy=self.policy, area=self.area, as_of=self.as_of
        )  # fmt: skip

    @cached_property
    def estimated(self) -> gpd.GeoDataFrame | None:
        """ZONES that a model estimates from the events that the audience may see; None where there are none."""
        events = self.events
        if not len(events):
            return None
        table = estimate_contestation(self.area, events, stop=self.as_of)
        return estimated_zones(self.area, table, as_of=self.as_of)

    @property
    def days_before(self) -> tuple[dt.date, ...]:
        """The first day that a map shows, and the end of each month before the day of the answer."""
        return month_ends(self.as_of - dt.timedelta(days=SHOWN_DAYS), self.as_of)[:-1]

    @cached_property
    def risk_over_time(self) -> dict[dt.date, gpd.GeoDataFrame]:
        """The risk at the end of each month before the day of the answer."""
        found = self._risk_on(self.days_before)
        return {day: self._named(risk) for day, risk in found.items()}

    @cached_property
    def checkpoints_over_time(self) -> dict[dt.date, gpd.GeoDataFrame]:
        """The posts at the end of each month before the day of the answer."""
        return checkpoints_over_time(self.corridor, self._ledger, days=self.days_before)

    @cached_property
    def zones_over_time(self) -> gpd.GeoDataFrame:
        """The reported zones from the first day that a map shows to the day of the answer."""
        first = self.as_of - dt.timedelta(days=SHOWN_DAYS)
        return zones_between(self._zone_maker, first, self.as_of)

    @cached_property
    def _zone_maker(self) -> Maker:
        """What status and zones rest on, read once for all of them."""
        said = read_evidence(self.area, self._ledger, events=self.events, model=None, known_on=None)
        return maker_of(self.area, said, ZoneModel())

    # -- the products ---------------------------------------------------------------

    def map(
        self,
        lang: str = Lang.EN,
        *,
        title: str | None = None,
        author: str | None = None,
        over_time: bool = True,
        tiles: Tiles | None = None,
        layers: Sequence[UserLayer] = (),
        what_if: bool | RoadNetwork | None = None,
    ) -> BriefingMap:
        """Make the map, as :func:`artimap.briefing_map` does.

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
        layers
            Layers of your own, with title, mark and source.
        what_if
            Whether its reader can close roads and is shown the detour and who is cut off. Only in a map that is
            internal, and there unless it is refused. A network of your own takes the place of the embedded roads, up to
            3 MB in the page; of a larger one the page says that it has the embedded ones.

        Returns
        -------
        BriefingMap
            Shows itself in a notebook; ``save`` writes it.

        Raises
        ------
        ShareError
            If others than ``internal`` are to close roads.

        Examples
        --------
        >>> import artimap as am
        >>> am.study(am.area("artibonite"), as_of="2024-10-15").map("fr", over_time=False).page.lang
        'fr'
        """
        if tiles is not None:
            tiles.warn()
        internal = self.audience == Audience.INTERNAL
        if what_if and not internal:
            msg = f"whom a closed road cuts off is for audience='internal'; this study is for {self.audience.value!r}"
            raise ShareError(msg)
        # Every language is in the page: which it opens in is chosen last.
        asked = PageOptions(
            self.as_of - dt.timedelta(days=SHOWN_DAYS), self.as_of, Lang.EN.value, self.audience, title, author, (),
            tiles=tiles,
            what_if=AreaRoads.from_network(what_if, area=self.area) if isinstance(what_if, RoadNetwork)
            else internal if what_if is None else what_if,
        )  # fmt: skip
        key = ("map", asked, over_time)
        own = bool(layers) or isinstance(what_if, RoadNetwork)
        later = over_time and "risk_over_time" not in self.__dict__
        self._begin("estimating the risk of earlier months, drawing the map" if later else "drawing the map")
        if own or key not in self._products:  # a user's tables may change: a map with them is made anew
            tables = MapTables(
                self.corridor, risk=self.risk, risk_over_time=self.risk_over_time if over_time else {},
                zones=self.zones, zones_over_time=self.zones_over_time if over_time else None,
                estimated=self.estimated, checkpoints=self.checkpoints,
                checkpoints_over_time=self.checkpoints_over_time if over_time else {}, layers=tuple(layers),
                road_status=self.road_status,
            )  # fmt: skip
            drawn = map_of_study(self.area, tables, asked, self.gated, languages=tuple(Lang))
            if own:
                return drawn.into(lang)
            self._products[key] = drawn
        made: BriefingMap = self._products[key]
        return made.into(lang)

    def map_of_zones(self, zones: gpd.GeoDataFrame, lang: str = Lang.EN, *, title: str | None = None) -> BriefingMap:
        """Make a map of zones alone on the road.

        Parameters
        ----------
        zones
            ZONES, reported or estimated.
        lang, title
            As in :meth:`map`.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
        >>> study.map_of_zones(study.zones, "ht").page.lang
        'ht'
        """
        asked = PageOptions(
            self.as_of - dt.timedelta(days=SHOWN_DAYS), self.as_of, Lang(lang).value, self.audience, title, None, ()
        )  # fmt: skip
        tables = MapTables(self.corridor, zones=zones)
        return map_of_study(self.area, tables, asked, replace(self.gated, events=None), languages=tuple(Lang))

    def event_map(
        self,
        lang: str = Lang.EN,
        *,
        title: str | None = None,
        author: str | None = None,
        tiles: Tiles | None = None,
        density: gpd.GeoDataFrame | None = None,
        kinds: Sequence[str] = (),
        sources: Sequence[str] = (),
    ) -> BriefingMap:
        """Make the map of the events alone, as :func:`artimap.event_map` does.

        Parameters
        ----------
        lang, title, author, tiles
            As in :meth:`map`.
        density
            What :func:`artimap.network_density` gives of these events.
        kinds
            Only events of these kinds; all where empty.
        sources
            What is cited beside the reports.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
        >>> study.event_map("fr", kinds=["road_ambush"]).page.lang
        'fr'
        """
        if tiles is not None:
            tiles.warn()
        self._begin("drawing the map")
        reports = next(one for one in embedded.manifest(self.area.name).layers if one.name == "reports")
        source = f"{reports.source}: {reports.attribution} · {reports.licence}"
        if self._inputs.own is not None:
            source = f"{source}; {self._inputs.own_name} ({self._inputs.own.version})"
        source = "; ".join((source, *sources))
        asked = PageOptions(
            first_day(self.gated, self.as_of), self.as_of, Lang(lang).value, self.audience,
            title or tr("map.title_events", lang, area=self.area.label), author, (), (source,), tiles,
        )  # fmt: skip
        gated = self.gated
        if kinds and gated.events is not None:
            gated = replace(gated, events=gated.events[gated.events["kind"].isin(list(kinds))])
        return map_of_events(
            self.area, asked, gated, corridor=self.corridor, density=density, languages=tuple(Lang)
        )  # fmt: skip

    def record(self, since: str | Path | None = None) -> tuple[dict[str, Any], ...]:
        """Score the forecast of an earlier briefing by what was reported since, and give it with those before it.

        Examples
        --------
        >>> import artimap as am
        >>> am.study(am.area("artibonite"), as_of="2024-10-15").record()  # no earlier briefing, no score
        ()
        """
        check_since(since, self.audience)
        folder = None if since is None else Path(since)
        return record_of(folder, self.corridor, self.events_to_count, as_of=self.as_of, model=self._model)

    def forecast(self, since: str | Path | None = None) -> ForecastTable:
        """Expect the reports of the next thirty days by piece of the road; it carries the record of those before.

        Examples
        --------
        >>> import artimap as am
        >>> forecast = am.study(am.area("artibonite"), as_of="2024-10-15").forecast()
        >>> forecast.days, forecast.until.isoformat()
        (30, '2024-11-14')
        """
        return make_forecast(
            self.corridor, self.events_to_count, as_of=self.as_of, model=self._model, ledger=self._ledger,
            record=self.record(since), laid=self._road_reports[0].laid,
        )  # fmt: skip

    @cached_property
    def day_state(self) -> DayState:
        """What the products of the day tell the audience, as plain rows: what another day is compared with."""
        tables = ReportTables(
            self.corridor, self.risk, status=self.status, checkpoints=self.checkpoints, road_status=self.road_status
        )
        return day_state(self.area, tables, self.gated, as_of=self.as_of)

    def changes(self, since: str | Path | Study) -> Changes:
        """Say what changed since an earlier day: events, posts, statuses, rates, states of roads, statements.

        Parameters
        ----------
        since
            The folder of an earlier briefing, or another study of the road for the same audience or a narrower one.

        Returns
        -------
        Changes
            In order; ``line_moved`` are the zones and stretches of which something else is reported.

        Raises
        ------
        DataError
            If it is of another road, or a folder that kept nothing to compare with.
        ShareError
            If it is for a wider audience.

        Examples
        --------
        >>> import artimap as am
        >>> art = am.area("artibonite")
        >>> study = am.study(art, as_of="2024-10-15")
        >>> len(study.changes(study))
        0
        """
        return changes(since, self)

    def report(self, lang: str = Lang.EN, *, since: str | Path | None = None) -> Report:
        """Make the report, as :func:`artimap.corridor_report` does.

        Parameters
        ----------
        lang
            ``"en"``, ``"fr"`` or ``"ht"``.
        since
            The folder of an earlier briefing, to say what changed.

        Returns
        -------
        Report
            Shows itself in a notebook; ``save`` writes it.

        Examples
        --------
        >>> import artimap as am
        >>> report = am.study(am.area("artibonite"), as_of="2024-10-15").report("fr")
        >>> report.about["lang"], report.about["audience"]
        ('fr', 'partners')
        """
        asked = ReportOptions(self.as_of, Lang(lang), self.audience, None if since is None else Path(since))
        key = ("report", asked)
        self._begin("writing the report")
        if key not in self._products:
            tables = ReportTables(
                self.corridor, self.risk, self.zones, self.status, self.checkpoints, record=self.record(since),
                road_status=self.road_status, state=self.day_state,
            )  # fmt: skip
            self._products[key] = report_of(self.area, tables, asked, self.gated)
        made: Report = self._products[key]
        return made

    def write(self, folder: str | Path, *, lang: str = Lang.EN, since: str | Path | None = None) -> Briefing:
        """Write a briefing folder: map, report, risk table, strip picture, manifest.

        Parameters
        ----------
        folder
            Where to write; made if missing. An earlier briefing is replaced as one; files of your own in it stay.
        lang
            Language of the products.
        since
            The folder of an earlier briefing, to say what changed.

        Returns
        -------
        Briefing
            What was written and what was left out.

        Raises
        ------
        DataError, ShareError
            If ``since`` is no briefing folder, or one for a wider audience.
        OSError
            If the folder cannot be written: then it is as it was. The error names the path.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
        >>> study.write("briefing", lang="fr").files  # doctest: +SKIP
        """
        folder, own = Path(folder), self._inputs.own
        check_folder(folder)
        files = self.contents(lang, since=since)
        # Before the folder takes its place: a run that is stopped after that must not have lost the rejected rows.
        quarantine = self._keep_rejected(own, folder) if own is not None and len(own.quarantine) else None
        self._begin("writing the folder")
        done = replace_folder(folder, files, ours=written_before)
        recent, newest = recent_events(self.events, self.as_of)
        shown = set(self.events["event_id"])
        posts = None if own is None else own.checkpoints["corridor_id"]
        return Briefing(
            folder=folder,
            as_of=self.as_of,
            files=tuple(folder / name for name in files),
            tally=in_sentences(self.risk.attrs["tally"]),
            gated=self.gated,
            own_rows=0 if own is None else own.rows,
            own_rejected=0 if own is None else len(own.quarantine),
            quarantine=quarantine,
            readings=dict(self.own.readings),
            notes=() if own is None else own.notes_for(self.audience),
            own_posts=(0, 0) if posts is None else (len(posts), int(posts.notna().sum())),
            merged=tuple(pair for pair in self._inputs.merged if pair[1] in shown),
            parted=tuple(one for one in self._inputs.parted if one in shown),
            undecided=self._inputs.undecided,
            recent=recent,
            newest=newest,
            kept=done.kept,
            removed=done.removed,
        )

    def contents(
        self, lang: str = Lang.EN, *, since: str | Path | None = None, formats: Sequence[str] = ()
    ) -> dict[str, bytes]:
        """Make all files of a briefing folder, with a manifest that certifies these very bytes.

        Parameters
        ----------
        lang, since
            As in :meth:`write`.
        formats
            What else the full report is written as beside HTML and Markdown: ``"pdf"``, ``"docx"``, ``"xlsx"`` or
            ``"json"``.

        Returns
        -------
        dict
            Contents by name. What is the same in every language is made once.

        Raises
        ------
        DataError, ShareError
            If ``since`` is no briefing folder, or one for a wider audience.

        Examples
        --------
        >>> import artimap as am
        >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
        >>> sorted(study.contents("fr"))  # doctest: +SKIP
        """
        before = None if since is None else Path(since)
        with reading_since(before, self.audience) as identity:
            key = ("contents", lang, tuple(formats), before, identity)
            if key not in self._products:
                self._products[key] = self._make_contents(Lang(lang), before, formats, identity)
        made: dict[str, bytes] = self._products[key]
        return made

    def _make_contents(
        self, lang: Lang, since: Path | None, formats: Sequence[str], identity: object
    ) -> dict[str, bytes]:
        own, files = self._inputs.own, dict[str, bytes]()
        self._begin("estimating the risk, now and in earlier months")
        _ = self.risk_over_time
        risk = self.risk
        told = None if since is None else self._since(since, identity)
        files["map.html"] = self._map_since(lang, told, (since, identity)).html().encode("utf-8")
        report = self.report(lang, since=since)
        files["report.html"] = report.html().encode("utf-8")
        files["report.md"] = report.markdown().encode("utf-8")
        files |= {f"report.{kind}": report.content(kind) for kind in formats if f"report.{kind}" not in files}
        files |= page_files(report.one_page)
        self._begin("writing the tables")
        files["risk.gpkg"] = self._once("risk.gpkg", self._geopackage)
        files["strip.png"] = report.picture
        self._begin("looking ahead")
        forecast = ("forecast", since, identity)
        files[FORECAST_FILE] = self._once(forecast, lambda: self.forecast(since).to_json().encode("utf-8"))
        files[CHANGES_FILE] = self._once((CHANGES_FILE, since, identity), lambda: to_json(self.day_state, told))
        if own is not None and len(own.quarantine):
            inside = self.audience is Audience.INTERNAL
            files[QUARANTINE] = (quarantine_csv(own) if inside else table_csv(own.rejected)).encode("utf-8")
        content = manifest(
            self.area, road=self.corridor.corridor_id, day=self.as_of, lang=lang, risk=risk, files=files,
            gated=self.gated,
        )  # fmt: skip
        content |= self._inputs.digests(self.audience)
        content["report"] = report.snapshot()
        files[MANIFEST] = (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
        return files

    def _since(self, folder: Path, identity: object) -> Changes | None:
        """Give what changed since an earlier briefing; None where that was written before briefings kept their rows."""
        key = ("changes", folder, identity)
        if key not in self._products:
            before = read_previous(folder, self.audience).state
            self._products[key] = None if before is None else compare(before, self.day_state)
        found: Changes | None = self._products[key]
        return found

    def _map_since(self, lang: str, told: Changes | None, key: object) -> BriefingMap:
        """Give the map with what is new on it: one for all languages, as :meth:`map`."""
        if told is None:
            return self.map(lang)
        if ("map", key) not in self._products:
            lines = weightiest(told)
            said = {
                one.value: NewsWords(tuple(change_line(each, one, brief=True) for each in lines), len(told))
                for one in Lang
            }
            self._products["map", key] = with_news(self.map(), told.marks, told.since, said)
        made: BriefingMap = self._products["map", key]
        return made.into(lang)

    def _geopackage(self) -> bytes:
        layers = {"stretches": self.risk, "checkpoints": self.checkpoints, "zones": self.zones}
        if self.road_status is not None:
            layers["road_status"] = self.road_status
        return geopackage_bytes(layers, day=self.as_of)

    def _once(self, key: object, make: Callable[[], bytes]) -> bytes:
        """Keep a file that is the same in every language."""
        if ("file", key) not in self._products:
            self._products["file", key] = make()
        made: bytes = self._products["file", key]
        return made

    def _keep_rejected(self, own: Read, folder: Path) -> Path | None:
        """Give where the rejected rows are as they were: never in a folder that is handed on."""
        given = self._inputs.files.get("own_reports")
        if self.audience is Audience.INTERNAL:
            return folder / QUARANTINE
        if given is None or given.resolve().is_relative_to(folder.resolve()):
            return None
        with suppress(OSError):  # the user's files may lie where nobody writes; the command says so
            write_text(quarantine_beside(given), "\ufeff" + quarantine_csv(own))
            return quarantine_beside(given)
        return None

    def _begin(self, step: str) -> None:
        """Say which step begins; what the last one took is given back."""
        self.progress(step)
        release_memory()

    @property
    def _ledger(self) -> Ledger:
        return _sure(self.gated.ledger)

    @cached_property
    def _event_ids(self) -> frozenset[str]:
        return frozenset(self.events["event_id"])

    def _named(self, risk: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Name only the events that the audience may see."""
        if self.audience is Audience.INTERNAL and self._pooled is None:
            return risk
        allowed, ids = self._event_ids, risk["event_ids"]
        risk["event_ids"] = ids.map(
            lambda cell: "; ".join(one for one in cell.split("; ") if one in allowed) or None, na_action="ignore"
        ).astype(ids.dtype)
        return risk


_OF_THE_AREA = frozenset({
    "_kept_events", "_kept_status", "_kept_zones", "checkpoints_by_road", "estimated", "road_status", "zones_over_time",
    "_event_ids", "_passed_by", "_zone_maker",
})  # fmt: skip
"""What a study keeps that is the same for every road of the area."""


def _widest(tables: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Join the rates with all of others' counts, the least of them and none, where there are such."""
    return tables[0] if len(tables) == 1 else widest(*tables)


def _sure(given: G | None) -> G:
    """Give what the gate let through.

    Raises
    ------
    ShareError
        If it was given nothing: then nobody knows what may be told.
    """
    if given is None:
        msg = "this study has not gone through the gate: make it with artimap.study"
        raise ShareError(msg)
    return given


def changes(before: str | Path | Study, after: str | Path | Study) -> Changes:
    """Say what changed between two days of a road.

    Parameters
    ----------
    before, after
        Each a study, or the folder of a briefing.

    Returns
    -------
    Changes
        For the audience of ``after``. Between two folders for others than internal use what is no longer there is left
        out: neither says what is held back.

    Raises
    ------
    DataError
        If they are of different roads, or a folder kept nothing to compare with.
    ShareError
        If ``before`` is for a wider audience than ``after``.

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
    >>> len(am.changes(study, study))
    0
    >>> am.changes("briefing-monday", "briefing-tuesday").line_moved  # doctest: +SKIP
    """
    if isinstance(after, Study):
        now = after.day_state
    else:
        stated = str(check_since(after, Audience.INTERNAL).get("audience"))
        now = read_day(after, Audience(stated) if stated in list(Audience) else Audience.INTERNAL)
    if not isinstance(before, Study):
        return compare(read_day(before, now.audience), now)
    widest_first = list(Audience)
    if widest_first.index(before.audience) < widest_first.index(now.audience):
        msg = f"the earlier study is for '{before.audience}': compare one for '{now.audience}' with one for the same"
        raise ShareError(msg)
    return compare(before.day_state, now)


def study(  # noqa: PLR0913 - one keyword a choice
    area: Area,
    *,
    corridor: Corridor | str | None = None,
    events: Reports | None = None,
    claims: Statements | None = None,
    decisions: Decisions | None = None,
    road_status: RoadStatuses | None = None,
    movements: Movements | None = None,
    counts: Counts | None = None,
    as_of: str | dt.date | None = None,
    audience: str = Audience.PARTNERS,
    policy: SharePolicy | None = None,
    model: RiskModel | None = None,
    licence: str | None = None,
    today: str | dt.date | None = None,
    progress: Progress | None = None,
) -> Study:
    """Read, mask, link and gate once all that the products of a road on a day are made from.

    Parameters
    ----------
    area
        The area.
    corridor
        A road, or its id; the area's own where null.
    events
        Your own reports, added to the embedded ones, posts and claims alike: a file in any format that
        :func:`artimap.read_report` reads, or what that gave. Personal details in their texts are masked.
    claims
        Your own statements of who holds what: a file that :func:`artimap.read_claims` reads, or what that gave.
    decisions
        What was decided on pairs of reports (``artimap review`` writes the file): what is the same event
        counts once.
    road_status
        Statuses of roads: a file that :func:`artimap.read_road_status` reads, or what that gave.
    movements
        Movements of your own and how each ended: a file that :func:`artimap.read_movements` reads, or what that gave.
        Others see of them only counts between cities in closed months.
    counts
        What other agencies counted: files of :func:`artimap.share_counts`, or what it gave. They count in the rates as
        reports without texts, and in nothing else.
    as_of
        The day of the answer; where null the last day that any row speaks of which the audience may see. No clock
        is read.
    audience, policy
        For whom it is, and who gets what; :class:`artimap.SharePolicy` as it stands where null.
    model
        Parameters of the risk.
    licence
        Whose the rows of your files are, where they do not say it (:func:`artimap.read_report`).
    today
        The day it is: rows of later days are rejected (:func:`artimap.read_report`).
    progress
        Called with a few words before each step, now and when products are made: :class:`artimap.ProgressLine` shows
        them.

    Returns
    -------
    Study
        Its tables and products are computed when they are asked for.

    Raises
    ------
    DataError, SchemaError, DateError, CorridorError
        If a file, the day or the road cannot be read.

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15", audience="public")
    >>> study.report(lang="fr").save("rn1.md")  # doctest: +SKIP
    """
    sure_area(area)
    say = progress or silent
    audience = audience_of(audience)
    for name, one, kind in (("policy", policy, SharePolicy), ("model", model, RiskModel)):
        if one is not None and not isinstance(one, kind):
            msg = f"{name}={one!r} is no {kind.__name__}: give artimap.{kind.__name__}(...), or leave it out"
            raise ModelError(msg)
    say("reading the data")
    day = None if as_of is None else day_of(as_of)
    road = corridor if isinstance(corridor, Corridor) else read_corridor(area, corridor or area.corridor_id)
    inputs = gather(
        area, events, decisions, claims, road_status, movements, counts=counts, policy=policy, licence=licence,
        today=today,
    )  # fmt: skip
    release_memory()
    made = study_of_inputs(area, inputs, road, day=day, audience=audience, policy=policy, model=model)
    return made if progress is None else replace(made, progress=progress)


def study_of_inputs(
    area: Area,
    inputs: Gathered,
    road: Corridor,
    *,
    day: dt.date | None,
    audience: str,
    policy: SharePolicy | None = None,
    model: RiskModel | None = None,
) -> Study:
    """Gate what was gathered for an audience: the same inputs serve several (:func:`study`)."""
    reader = audience_of(audience)
    if inputs.counts is not None and reader is Audience.PUBLIC and inputs.counts.audience is not reader:
        msg = "counts for partners are not for the public: ask each agency for its counts for the public"
        raise ShareError(msg)
    day = inputs.last_day(area, reader, policy) if day is None else day
    gated = gate(inputs.events, inputs.ledger, audience=reader, area=area, as_of=day, policy=policy)
    return Study(area, road, day, reader, policy, model, gated.until(day), inputs).with_pooled()


def brief(  # noqa: PLR0913 - one keyword a choice
    area: Area,
    *,
    folder: Path,
    events: Path | None = None,
    decisions: Path | None = None,
    claims: Path | None = None,
    road_status: Path | None = None,
    movements: Path | None = None,
    counts: Counts | None = None,
    as_of: str | dt.date | None = None,
    lang: Lang = Lang.EN,
    audience: Audience = Audience.PARTNERS,
    since: Path | None = None,
    model: RiskModel | None = None,
    policy: SharePolicy | None = None,
    licence: str | None = None,
    today: str | dt.date | None = None,
    progress: Progress | None = None,
) -> Briefing:
    """Write a briefing on an area's corridor: map, report, risk table, strip picture, manifest.

    It is :func:`artimap.study` and :meth:`artimap.Study.write` in one call.

    Parameters
    ----------
    area
        The area.
    folder
        Where to write; made if missing. An earlier briefing is replaced as one; files of your own in it stay.
    events, decisions, claims, road_status, movements, counts, as_of, audience, model, policy, licence, today
        As in :func:`artimap.study`.
    lang
        Language of the products.
    since
        An earlier briefing folder to compare with.
    progress
        Called with a few words before each step.

    Returns
    -------
    Briefing
        What was written and what was left out.

    Raises
    ------
    DataError, SchemaError, DateError
        If the user's file or day cannot be read.
    ShareError
        If ``since`` is for a wider audience.
    OSError
        If the folder cannot be written: then it is as it was. The error names the path.

    Examples
    --------
    >>> import artimap as am
    >>> from pathlib import Path
    >>> art, line = am.area("artibonite"), am.ProgressLine()
    >>> am.brief(art, folder=Path("briefing"), as_of="2024-10-15", progress=line)  # doctest: +SKIP
    """
    check_since(since, audience_of(audience))
    check_folder(Path(folder))
    made = study(
        area, events=events, decisions=decisions, claims=claims, road_status=road_status, movements=movements,
        counts=counts, as_of=as_of, audience=audience, model=model, policy=policy, licence=licence, today=today,
        progress=progress,
    )  # fmt: skip
    return made.write(folder, lang=lang, since=since)
