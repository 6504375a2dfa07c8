"""The main job: from embedded data and one's own reports to a briefing folder."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from artimap import data
from artimap.area import Area
from artimap.checkpoints import checkpoints_on
from artimap.control import control_status
from artimap.corridor import read_corridor
from artimap.dates import day_of
from artimap.errors import DataError
from artimap.gathering import gather
from artimap.gazetteer import Reading
from artimap.geopackage import write_geopackage
from artimap.maps import briefing_map, strip_map
from artimap.report import corridor_report
from artimap.risk import RiskModel, corridor_risk
from artimap.share import Gated, SharePolicy, gate, licensed_sources
from artimap.sources.reading import Read
from artimap.sources.template import quarantine_csv
from artimap.vocab import Audience, Lang
from artimap.write import write_text
from artimap.zones import control_zones

Progress = Callable[[str], None]

FILES = ("map.html", "report.html", "report.md", "risk.gpkg", "strip.png", "manifest.json")
"""What a briefing folder holds."""


@dataclass(frozen=True)
class Briefing:
    """What :func:`brief` wrote and what it left out.

    Attributes
    ----------
    folder
        Where the files are.
    as_of
        The day of the answer.
    files
        Paths written, in the order written.
    tally
        Why events have no weight on the corridor: reason to number.
    gated
        What was held back or changed because of the audience.
    own_rows, own_rejected
        Rows of the user's file, and how many of them were rejected.
    quarantine
        The file with the rejected rows, if there are any.
    readings
        How the places of the user's rows were read, by event id.
    notes
        What was decided while reading the user's file.
    own_posts
        Posts in the user's file, and how many of them stand on the corridor.
    merged, parted, undecided
        See :class:`artimap.gathering.Gathered`.
    """

    folder: Path
    as_of: dt.date
    files: tuple[Path, ...]
    tally: dict[str, int]
    gated: Gated
    own_rows: int
    own_rejected: int
    quarantine: Path | None
    readings: dict[str, Reading]
    notes: tuple[str, ...] = ()
    own_posts: tuple[int, int] = (0, 0)
    merged: tuple[tuple[str, str], ...] = ()
    parted: tuple[str, ...] = ()
    undecided: int = 0


def brief(  # noqa: PLR0913 - one keyword a choice: this is the call that people make
    area: Area,
    *,
    folder: Path,
    events: Path | None = None,
    decisions: Path | None = None,
    as_of: str | dt.date | None = None,
    lang: Lang = Lang.EN,
    audience: Audience = Audience.PARTNERS,
    since: Path | None = None,
    model: RiskModel | None = None,
    policy: SharePolicy | None = None,
    progress: Progress | None = None,
) -> Briefing:
    """Write a briefing on an area's corridor: map, report, risk table, strip picture, manifest.

    Parameters
    ----------
    area
        The area.
    folder
        Where to write; made if missing. Files of an earlier briefing are replaced, whole.
    events
        The user's own reports, in any format that :func:`~artimap.read_report` reads; they add to
        the embedded ones, posts and claims alike. Personal details in their texts are masked.
    decisions
        What was decided on pairs of reports (``artimap review`` writes the file): what is the same event counts
        once.
    as_of
        The day of the answer; the last day of the embedded data, or of the user's reports
        if that is later, where null. No clock is read.
    lang, audience
        Language of the products, and who they are for.
    since
        An earlier briefing folder to compare with.
    model
        Parameters of the risk.
    policy
        Who gets what; :class:`artimap.share.SharePolicy` as it stands where null.
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
    """
    say = progress or _silent
    if since is not None and not (since / "manifest.json").is_file():
        msg = f"{since} is not a briefing folder: it has no manifest.json"
        raise DataError(msg)
    say("reading the data")
    corridor = read_corridor(area, area.corridor_id)
    gathered = gather(area, events, decisions)
    table, ledger, own = gathered.events, gathered.ledger, gathered.own
    day = day_of(as_of) if as_of is not None else _last_day(area, own)
    known = table[table["date_start"] <= pd.Timestamp(day)].reset_index(drop=True)
    gated = gate(known, ledger.until(day), audience=audience, area=area, as_of=day, policy=policy)
    out = known if gated.events is None else gated.events
    said = ledger if gated.ledger is None else gated.ledger

    say("estimating the risk")
    # rates use every event: holding a row back must not make a road look calmer
    located = corridor.locate(known)
    risk = corridor_risk(corridor, located, as_of=day, model=model, ledger=ledger)
    risk.attrs["licensed"] = licensed_sources(known)
    if audience is not Audience.INTERNAL:
        risk["event_ids"] = _only(risk["event_ids"], set(out["event_id"]))
    status = control_status(area, said, as_of=day, events=known)
    zones = control_zones(area, said, as_of=day, events=known, status=status)
    posts = checkpoints_on(corridor, said, as_of=day)

    written: list[Path] = []
    say("drawing the map")
    # map and report take out themselves what the audience may not see, so that they can say how much
    chart = briefing_map(
        area, corridor=corridor, risk=risk, zones=zones, checkpoints=posts, events=known, ledger=ledger,
        as_of=day, lang=lang, audience=audience, policy=policy,
    )  # fmt: skip
    written.append(chart.save(folder / "map.html"))
    say("writing the report")
    report = corridor_report(
        area, corridor=corridor, risk=risk, zones=zones, status=status, checkpoints=posts, events=known, ledger=ledger,
        as_of=day, lang=lang, audience=audience, since=since, policy=policy,
    )  # fmt: skip
    written += [report.save(folder / "report.html"), report.save(folder / "report.md")]
    say("writing the tables")
    layers = {"stretches": risk, "checkpoints": posts, "zones": zones}
    written.append(write_geopackage(layers, folder / "risk.gpkg", day=day))
    say("drawing the strip")
    strip = strip_map(corridor, risk=risk, checkpoints=posts, events=out, as_of=day, lang=lang)
    written.append(strip.save(folder / "strip.png"))
    quarantine = None
    if own is not None and len(own.quarantine):
        quarantine = folder / "quarantine.csv"
        write_text(quarantine, quarantine_csv(own))
        written.append(quarantine)
    content = _manifest(area, day=day, lang=lang, audience=audience, risk=risk, files=written, gated=gated)
    if events is not None:
        content["own_reports"] = {"sha256": data.digest(events)}
    if decisions is not None:
        content["decisions"] = {"sha256": data.digest(decisions), "merged": len(gathered.merged)}
    content["report"] = report.snapshot()
    write_text(folder / "manifest.json", json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    written.append(folder / "manifest.json")
    return Briefing(
        folder=folder,
        as_of=day,
        files=tuple(written),
        tally=dict(risk.attrs["tally"]),
        gated=gated,
        own_rows=0 if own is None else own.rows,
        own_rejected=0 if own is None else len(own.quarantine),
        quarantine=quarantine,
        readings={} if own is None else dict(own.readings),
        notes=() if own is None else own.notes,
        own_posts=(0, 0) if own is None else (len(own.checkpoints), int(own.checkpoints["corridor_id"].notna().sum())),
        merged=gathered.merged,
        parted=gathered.parted,
        undecided=gathered.undecided,
    )


def _silent(_words: str) -> None:
    """Say nothing."""


def _only(event_ids: pd.Series, allowed: set[str]) -> pd.Series:
    """Keep the names of events that may go out."""
    return event_ids.map(
        lambda ids: "; ".join(one for one in ids.split("; ") if one in allowed) or None, na_action="ignore"
    ).astype(event_ids.dtype)


def _last_day(area: Area, own: Read | None) -> dt.date:
    """Give the last day that any row speaks of."""
    days = [] if own is None else [own.events["date_end"].max(), own.checkpoints["last_confirmed"].max()]
    last: dt.date = max([area.data_until, *(day.date() for day in days if pd.notna(day))])
    return last


def _manifest(
    area: Area,
    *,
    day: dt.date,
    lang: Lang,
    audience: Audience,
    risk: gpd.GeoDataFrame,
    files: list[Path],
    gated: Gated,
) -> dict[str, Any]:
    """Write down what the briefing is made of, for checking and for comparing with the next one."""
    entries = data.manifest(area.name)
    model: RiskModel = risk.attrs["model"]
    parameters = asdict(model)
    parameters["kinds"] = sorted(kind.value for kind in model.kinds)
    return {
        "area": area.name,
        "corridor": area.corridor_id,
        "as_of": day.isoformat(),
        "data_until": entries.data_until.isoformat(),
        "lang": lang.value,
        "audience": audience.value,
        "model": parameters,
        "left_out": risk.attrs["tally"],
        "held_back": {"events": dict(gated.events_held.reasons), "statements": dict(gated.claims_held.reasons)},
        "method": list(gated.method_words(Lang.EN)),
        "files": [{"file": path.name, "bytes": path.stat().st_size, "sha256": data.digest(path)} for path in files],
        "data": [{"name": entry.name, "sha256": entry.sha256, "licence": entry.licence} for entry in entries.layers],
    }
