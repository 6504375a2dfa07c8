"""``artimap risk``: how often incidents are reported on each stretch, and how sure that is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from artimap.areas.area import Area
from artimap.cli._shared import Commands, add_counts, add_inputs, study_of, tell_day
from artimap.core.i18n import tr
from artimap.core.vocab import EventKind, Info, Lang

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from artimap.risk.model import RiskModel


def add(commands: Commands) -> None:
    """Add the command."""
    risk = commands.add_parser("risk", help="rates of incidents on each stretch of a road, with their intervals")
    add_inputs(risk, audience="whose eyes: events that it may not see count only in cells")
    add_counts(risk)
    risk.add_argument("--road", metavar="ID", help="road (default: the area's corridor)")
    risk.add_argument("--length-m", type=float, metavar="M", help="equal pieces of this length, not named stretches")
    risk.add_argument(
        "--half-life", type=float, metavar="DAYS",
        help="observed days in which what is known fades by half (default: several, weighed by what each foretells)",
    )  # fmt: skip
    risk.add_argument(
        "--kind", action="append", choices=[one.value for one in EventKind], metavar="KIND",
        help="only this kind of event (may be repeated; default: all that endanger road users)",
    )  # fmt: skip
    risk.add_argument("--explain", metavar="STRETCH", help="the reports behind the rate of one stretch")
    risk.add_argument("--json", action="store_true", help="print JSON")
    risk.add_argument("-o", "--output", type=Path, metavar="FILE", help="write .csv, .json, .geojson or .gpkg")
    risk.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.cli._shared import as_json, records, save  # noqa: PLC0415 - slow to import, used only here
    from artimap.risk.explain import explain  # noqa: PLC0415
    from artimap.risk.model import EMBEDDED_SHARE, ROAD_KINDS, RiskModel  # noqa: PLC0415

    kinds = frozenset(EventKind(one) for one in args.kind) if args.kind else ROAD_KINDS
    # The share is that of all kinds together: of one kind nobody has stated it.
    share = None if args.kind else EMBEDDED_SHARE
    model = RiskModel(half_life_days=args.half_life, kinds=kinds, reported_share=share)
    study = study_of(args, where, road=args.road, model=model)
    risk = study.risk_by(study.corridor.lixels(args.length_m) if args.length_m is not None else None)
    tell_day(study, args.lang)
    if not study.counts_held and study.gated.events_held.total:
        spoken = [one if args.lang == Lang.EN else tr(f"kind.{one}", args.lang) for one in sorted(kinds)]
        print(tr("console.risk_kinds", args.lang, kinds=", ".join(spoken)), file=sys.stderr)
    if args.explain:
        parts = _without_held(explain(risk, args.explain), set(study.events["event_id"]))
        if args.output is not None:
            print(save(parts, args.output))
        print(
            as_json(records(parts))
            if args.json
            else parts.to_string(index=False, float_format="{:.3g}".format, na_rep="")
        )
        return 0
    if args.output is not None:
        print(save(risk, args.output))
    if args.json:
        print(as_json(records(risk)))
    elif args.output is None:
        _show(risk, study.corridor.ref, model, args.lang)
    return 0


def _without_held(parts: pd.DataFrame, shown: set[str]) -> pd.DataFrame:
    """Join what the reader may not see into one row, which says how much weight it has and nothing else."""
    import pandas as pd  # noqa: PLC0415 - slow to import, used only here

    hidden = ~(parts["event_id"].isin(shown) | parts["weight"].isna())
    if not hidden.any():
        return parts
    sums = parts.loc[hidden, ["on_piece", "weight", "adds", "share"]].sum()
    one = pd.DataFrame([{"event_id": "held back", **sums}], columns=parts.columns).astype(parts.dtypes)
    return pd.concat([parts[~hidden], one], ignore_index=True)


def _show(risk: gpd.GeoDataFrame, ref: str, model: RiskModel, lang: str) -> None:
    import pandas as pd  # noqa: PLC0415 - slow to import, used only here

    from artimap.core.i18n import format_rate  # noqa: PLC0415
    from artimap.risk.phrases import (  # noqa: PLC0415 - slow to import, used only here
        CALIBRATED,
        share_line,
        silence_phrase,
        stretch_phrase,
        trip_name,
        trip_phrase,
        trips_of,
    )

    share = model.reported_share
    print(f"{tr('console.risk_title', lang, road=ref, day=risk.attrs['as_of'])} {tr('map.rate.caveat', lang)}")
    print(share_line(share, lang))
    for trip in trips_of(risk):
        print(f"  {trip_name(trip, lang)}{tr('report.colon', lang)}{trip_phrase(trip, model, lang)}")
    print(tr("console.risk_rows", lang))
    for row in risk.to_dict("records"):
        name = row["name"] if isinstance(row["name"], str) else row["lixel_id"]
        span = f"km {row['from_m'] / 1000:.1f}-{row['to_m'] / 1000:.1f}"
        if row["info"] == Info.SILENT:
            said = silence_phrase(row, lang, short=True)
        else:
            chance = row["p_rose"]
            change = (
                ""
                if pd.isna(chance) or 1 - CALIBRATED < chance < CALIBRATED
                else tr("map.trip.and", lang) + (tr("console.rose", lang, p=f"{chance:.2f}"))
            )
            said = f"{format_rate(row['rate'], lang):>7}  {stretch_phrase(row, lang)}{change}"
        print(f"  {name:32}  {span:16}  {said}")
    if risk["caution"].notna().any():
        now, before = risk.attrs["publishers"]
        print(tr("console.sources_changed", lang, now=now, n=model.trend_days, before=before))
    print(tr("console.silence_short", lang))
