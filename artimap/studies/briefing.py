"""The main job: from embedded data and one's own reports to a briefing folder."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from artimap.areas import embedded
from artimap.areas.area import Area
from artimap.areas.gazetteer import Reading
from artimap.core.dates import day_of
from artimap.core.files import write_geopackage, write_text
from artimap.core.metadata import model_of
from artimap.core.reasons import in_sentences
from artimap.core.vocab import Audience, Lang
from artimap.report.strip.map import strip_map
from artimap.risk import RiskModel
from artimap.sharing import Gated, SharePolicy
from artimap.sources.template import quarantine_csv
from artimap.studies.study import Progress, analyse, check_since, silent

FILES = ("map.html", "report.html", "report.md", "risk.gpkg", "strip.png", "manifest.json")
"""What a briefing folder holds."""


RECENT_DAYS = 90
"""A day with few events in so many days before it is one of which little is known, or a slip of the pen."""


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
    recent, newest
        How many events that this audience sees began in the :data:`RECENT_DAYS` days up to the day of the
        answer, and the day of the newest; null where there is none.
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
        See :class:`artimap.studies.inputs.Gathered`.
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
    recent: int = 0
    newest: dt.date | None = None


def _newest(events: gpd.GeoDataFrame, day: dt.date) -> tuple[int, dt.date | None]:
    """Count the events of the last days, and give the newest one's."""
    days = events["date_start"][events["date_start"] <= pd.Timestamp(day)]
    recent = int((days > pd.Timestamp(day) - pd.Timedelta(days=RECENT_DAYS)).sum())
    return recent, None if days.empty else day_of(days.max())


def brief(  # noqa: PLR0913 - one keyword a choice: this is the call that people make
    area: Area,
    *,
    folder: Path,
    events: Path | None = None,
    decisions: Path | None = None,
    claims: Path | None = None,
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
    claims
        The user's own statements of who holds what, as :func:`artimap.read_claims` reads them.
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
        Who gets what; :class:`artimap.sharing.SharePolicy` as it stands where null.
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
    say = progress or silent
    check_since(since)
    found = analyse(
        area, events=events, decisions=decisions, claims=claims, as_of=as_of, audience=audience, model=model,
        policy=policy, progress=say,
    )  # fmt: skip
    gathered, gated, day, own = found.gathered, found.gated, found.day, found.gathered.own

    written: list[Path] = []
    say("estimating the risk of earlier months, drawing the map")
    written.append(found.chart(lang).save(folder / "map.html"))
    say("writing the report")
    report = found.report(lang, since=since)
    written += [report.save(folder / "report.html"), report.save(folder / "report.md")]
    say("writing the tables")
    layers = {"stretches": found.risk, "checkpoints": found.posts, "zones": found.zones}
    written.append(write_geopackage(layers, folder / "risk.gpkg", day=day))
    say("drawing the strip")
    strip = strip_map(found.corridor, risk=found.risk, checkpoints=found.posts, events=found.seen, as_of=day, lang=lang)
    written.append(strip.save(folder / "strip.png"))
    quarantine = None
    if own is not None and len(own.quarantine):
        quarantine = folder / "quarantine.csv"
        write_text(quarantine, quarantine_csv(own))
        written.append(quarantine)
    content = _manifest(area, day=day, lang=lang, audience=audience, risk=found.risk, files=written, gated=gated)
    if events is not None:
        content["own_reports"] = {"sha256": embedded.digest(events)}
    if decisions is not None:
        content["decisions"] = {"sha256": embedded.digest(decisions), "merged": len(gathered.merged)}
    if claims is not None:
        content["own_claims"] = {"sha256": embedded.digest(claims)}
    content["report"] = report.snapshot()
    write_text(folder / "manifest.json", json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    written.append(folder / "manifest.json")
    recent, newest = _newest(found.seen, day)
    return Briefing(
        folder=folder,
        as_of=day,
        files=tuple(written),
        tally=in_sentences(found.risk.attrs["tally"]),
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
        recent=recent,
        newest=newest,
    )


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
    entries = embedded.manifest(area.name)
    model = model_of(risk, RiskModel)
    return {
        "area": area.name,
        "corridor": area.corridor_id,
        "as_of": day.isoformat(),
        "data_until": entries.data_until.isoformat(),
        "lang": lang.value,
        "audience": audience.value,
        "policy": asdict(gated.policy),
        "model": None if model is None else model.to_dict(),
        "left_out": in_sentences(risk.attrs["tally"]),
        "held_back": {"events": dict(gated.events_held.reasons), "statements": dict(gated.claims_held.reasons)},
        "method": list(gated.method_words(Lang.EN)),
        "files": [{"file": path.name, "bytes": path.stat().st_size, "sha256": embedded.digest(path)} for path in files],
        "data": [{"name": entry.name, "sha256": entry.sha256, "licence": entry.licence} for entry in entries.layers],
    }
