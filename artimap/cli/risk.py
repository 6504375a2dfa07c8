"""``artimap risk``: how often incidents are reported on each stretch, and how sure that is."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from artimap.areas.area import Area
from artimap.cli._inputs import Commands, add_audience, policy_of
from artimap.core.vocab import Audience, EventKind, Info

if TYPE_CHECKING:
    import geopandas as gpd


def add(commands: Commands) -> None:
    """Add the command."""
    risk = commands.add_parser("risk", help="rates of incidents on each stretch of a road, with their intervals")
    risk.add_argument("--as-of", metavar="DAY", help="day of the answer, YYYY-MM-DD (default: last day of the data)")
    risk.add_argument("--events", type=Path, metavar="FILE", help="your own reports, added to the embedded ones")
    risk.add_argument("--decisions", type=Path, metavar="FILE", help="decisions on pairs of reports (artimap review)")
    risk.add_argument("--road", metavar="ID", help="road (default: the area's corridor)")
    risk.add_argument("--length-m", type=float, metavar="M", help="equal pieces of this length, not named stretches")
    risk.add_argument("--half-life", type=float, default=90.0, metavar="DAYS", help="default: %(default)s")
    risk.add_argument(
        "--kind", action="append", choices=[one.value for one in EventKind], metavar="KIND",
        help="only this kind of event (may be repeated; default: all that endanger road users)",
    )  # fmt: skip
    risk.add_argument("--explain", metavar="STRETCH", help="the reports behind the rate of one stretch")
    add_audience(risk, "whose eyes: events that it may not see count, but are not named")
    risk.add_argument("--json", action="store_true", help="print JSON")
    risk.add_argument("-o", "--output", type=Path, metavar="FILE", help="write .csv, .json, .geojson or .gpkg")
    risk.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.areas.corridors import read_corridor  # noqa: PLC0415
    from artimap.cli._tables import as_json, records, save  # noqa: PLC0415 - slow to import, used only here
    from artimap.core.dates import day_of  # noqa: PLC0415
    from artimap.risk import ROAD_KINDS, RiskModel, corridor_risk, explain  # noqa: PLC0415
    from artimap.sharing import gate  # noqa: PLC0415
    from artimap.studies.inputs import gather  # noqa: PLC0415

    corridor = read_corridor(where, args.road or where.corridor_id)
    policy = policy_of(args)
    gathered = gather(where, args.events, args.decisions)
    kinds = frozenset(EventKind(one) for one in args.kind) if args.kind else ROAD_KINDS
    day = args.as_of or where.data_until
    model = RiskModel(half_life_days=args.half_life, kinds=kinds)
    risk = corridor_risk(
        corridor,
        gathered.events,
        as_of=day,
        model=model,
        pieces=corridor.lixels(args.length_m) if args.length_m is not None else None,
        ledger=gathered.ledger,
    )
    gated = gate(gathered.events, None, audience=Audience(args.audience), area=where, as_of=day_of(day), policy=policy)
    seen = gated.events
    named = set((gathered.events if seen is None else seen)["event_id"])
    if args.explain:
        parts = explain(risk, args.explain)
        shown = parts["event_id"].isin(named) | parts["weight"].isna()
        parts.loc[~shown, ["event_id", "place"]] = "held back"
        if args.output is not None:
            print(save(parts, args.output))
        print(
            as_json(records(parts))
            if args.json
            else parts.to_string(index=False, float_format="{:.3g}".format, na_rep="")
        )
        return 0
    risk["event_ids"] = (
        risk["event_ids"]
        .map(lambda ids: "; ".join(one for one in ids.split("; ") if one in named) or None, na_action="ignore")
        .astype(risk["event_ids"].dtype)
    )
    if args.output is not None:
        print(save(risk, args.output))
    if args.json:
        print(as_json(records(risk)))
    elif args.output is None:
        _show(risk, corridor.ref, model.trend_days)
    return 0


def _show(risk: gpd.GeoDataFrame, ref: str, trend_days: int) -> None:
    print(f"{ref}, as of {risk.attrs['as_of']}: events per km and month, 80 % interval, P(rose) over the window before")
    for _, row in risk.iterrows():
        name = row["name"] if isinstance(row["name"], str) else row["lixel_id"]
        span = f"km {row['from_m'] / 1000:.1f}-{row['to_m'] / 1000:.1f}"
        if row["info"] == Info.SILENT:
            said = "not known: no recent report"
        else:
            said = f"{row['rate']:.2g}  ({row['lo80']:.1g} - {row['hi80']:.2g})  {row['p_rose']:.2f}  {row['info']}"
        print(f"  {name:32}  {span:16}  {said}")
    if risk["caution"].notna().any():
        now, before = risk.attrs["publishers"]
        heard = f"{now} publishers in the last {trend_days} days, {before} before"
        print(f"The sources changed: {heard}. A rise may be theirs.")
    print("Silence is not safety.")
