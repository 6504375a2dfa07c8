"""What a briefing folder holds, and what is told of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from artimap.areas import embedded
from artimap.areas.area import Area
from artimap.areas.gazetteer.resolve import Reading
from artimap.core.dates import day_of
from artimap.core.errors import ExtraError
from artimap.core.metadata import model_of
from artimap.core.notebook import Shown
from artimap.core.reasons import in_sentences
from artimap.core.vocab import Lang
from artimap.report.previous import MANIFEST
from artimap.report.report import Report
from artimap.risk.model import RiskModel
from artimap.sharing.gate import Gated

FILES = (
    "map.html", "report.html", "report.md", "brief.html", "risk.gpkg", "strip.png", "forecast.json", "changes.json",
    "manifest.json",
)  # fmt: skip
"""What a briefing folder holds."""

MEETING = ("brief.pdf", "brief.docx")
"""What it holds besides, where the extra ``artimap[report]`` is installed."""

QUARANTINE = "quarantine.csv"
"""What a briefing folder holds besides, where rows of the user's file were rejected."""


RECENT_DAYS = 90
"""A day with few events in so many days before it is one of which little is known, or a slip of the pen."""


@dataclass(frozen=True, repr=False)
class Briefing(Shown):
    """What :func:`artimap.brief` wrote and what it left out.

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
        The file with the rejected rows as they were, if there are any: in a folder for internal use, else beside the
        user's file; null too where it could not be written there.
    readings
        How the places of the user's rows were read, by event id.
    notes
        What was decided while reading the user's file; for others than internal use without what stands in its cells.
    own_posts
        Posts in the user's file, and how many of them stand on the corridor.
    merged, parted, undecided
        See :class:`artimap.studies.inputs.Gathered`.
    kept, removed
        Names of what lay in the folder: what is not artimap's is there still, files of an earlier run are not.

    Examples
    --------
    >>> import artimap as am
    >>> made = am.study(am.area("artibonite"), as_of="2024-10-15").write("briefing")  # doctest: +SKIP
    >>> made.files[0].name  # doctest: +SKIP
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
    kept: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def recent_events(events: gpd.GeoDataFrame, day: dt.date) -> tuple[int, dt.date | None]:
    """Count the events of the last days, and give the newest one's."""
    days = events["date_start"][events["date_start"] <= pd.Timestamp(day)]
    recent = int((days > pd.Timestamp(day) - pd.Timedelta(days=RECENT_DAYS)).sum())
    return recent, None if days.empty else day_of(days.max())


def page_files(page: Report) -> dict[str, bytes]:
    """Give the page for a meeting as files: PDF and Word where the extra is installed for them, and HTML always."""
    files = {"brief.html": page.content("html")}
    with suppress(ExtraError):
        files |= {"brief.pdf": page.content("pdf"), "brief.docx": page.content("docx")}
    return files


def manifest(
    area: Area,
    *,
    day: dt.date,
    lang: Lang,
    risk: gpd.GeoDataFrame,
    files: Mapping[str, bytes],
    gated: Gated,
    road: str | None = None,
) -> dict[str, Any]:
    """Write down what the briefing is made of, for checking and for comparing with the next one."""
    entries = embedded.manifest(area.name)
    model = model_of(risk, RiskModel)
    return {
        "area": area.name,
        "corridor": road or area.corridor_id,
        "as_of": day.isoformat(),
        "data_until": entries.data_until.isoformat(),
        "lang": lang.value,
        "audience": gated.audience.value,
        "policy": asdict(gated.policy),
        "model": None if model is None else model.to_dict(),
        "left_out": in_sentences(risk.attrs["tally"]),
        "held_back": {"events": dict(gated.events_held.reasons), "statements": dict(gated.claims_held.reasons)},
        "method": list(gated.method_words(Lang.EN)),
        "files": [
            {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ],
        "data": [{"name": entry.name, "sha256": entry.sha256, "licence": entry.licence} for entry in entries.layers],
    }


def written_before(folder: Path) -> frozenset[str]:
    """Give the names in a folder that an earlier run of artimap wrote: the next one may delete them."""
    known = {*FILES, *MEETING, QUARANTINE}
    with suppress(OSError, ValueError, KeyError, TypeError):  # whatever stands there: known names are enough
        known |= {str(one["file"]) for one in json.loads((folder / MANIFEST).read_bytes())["files"]}
    # What a dead run of an earlier release left lies in the folder itself.
    known |= {one.name for one in folder.glob(".artimap-*")}
    return frozenset(known)
