"""Rows that must not go out, each with a word of its own, on a day of its own, at a spot of its own, by many routes in.

No row here was ever anybody's. A row's word stands in every one of its free cells: its words, source, claimant, actor,
id and link. Its day is one on which nothing else in the data happened or was said.
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

import artimap as am
from artimap.core.errors import ArtimapError

sys.path.insert(0, str(Path(__file__).parents[1] / "sources"))
import made_files as made

from tests.leaks import scanner

AS_OF = "2026-08-20"
NEVER = frozenset({"partners", "public"})
REASONS = ("licensed", "sensitive", "force", "rejected", "personal", "moderate")
_DAYS = [dt.date(2026, month, day) for month in (5, 6, 7) for day in range(3, 19)]
"""After the embedded reports, before the day of the answer; no end of a month, no beginning of a window."""

LATEST = "2026-09-14"
"""The day of a severe row after all others: the day of the answer, where none is asked for, must not be it."""

TEMPLATE = (
    "date", "place", "kind", "actors", "killed", "source", "said_by", "is_party", "url", "sensitivity", "summary",
)  # fmt: skip
CLAIMS = (
    "subject", "predicate", "value", "source", "claimant", "claimant_is_party", "reported", "valid_from", "sensitivity",
    "source_url", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Secret:
    """A planted row: by which route it came, why it must not go, to whom not, and what tells of it."""

    name: str
    why: str
    word: str
    day: dt.date | None = None
    spot: tuple[float, float] | None = None
    hidden: frozenset[str] = NEVER
    more: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()

    def wanted(self) -> scanner.Wanted:
        """Give what must not be found of it."""
        return scanner.Wanted(self.name, (self.word, *self.ids) if self.word else (), self.more, self.day, self.spot)


class Planter:
    """Gives words, days and spots, each once, and keeps what it gave."""

    def __init__(self) -> None:
        self.secrets: list[Secret] = []
        self._days: Iterator[dt.date] = iter(_DAYS)

    def secret(self, name: str, why: str, *, day: bool = True, spot: bool = False, **more: object) -> Secret:
        """Give a new one. Days may run out: they are few, so that none is the end of a month or of a window."""
        n = len(self.secrets)
        word = f"zqv{chr(97 + n // 20)}{chr(97 + n % 20)}ko"
        given = next(self._days) if day else None
        place = (round(-72.48113 + 0.00371 * n, 5), round(19.25417 - 0.00173 * n, 5)) if spot else None
        one = Secret(f"{name} ({why})", why, word, given, place, **more)
        self.secrets.append(one)
        return one

    def template(self, name: str, why: str, **cells: str) -> dict[str, str]:
        """Give a row of artimap's template that is a secret."""
        one = self.secret(name, why, day=cells.get("date") is None, hidden=_hidden(why))
        return {**_template(one.word, one.day), **cells}


def _hidden(why: str) -> frozenset[str]:
    return frozenset({"public"}) if why == "moderate" else NEVER


def _template(word: str, day: dt.date | None) -> dict[str, str]:
    return {
        "date": "" if day is None else day.isoformat(), "place": "Pont-Sondé", "kind": "road_ambush",
        "actors": f"{word} gang", "killed": "1", "source": f"Radio {word}", "said_by": f"{word} listener",
        "is_party": "no", "url": f"https://example.org/{word}", "sensitivity": "low",
        "summary": f"{word} at the bridge.",
    }  # fmt: skip


def _acled(planter: Planter, name: str, *, legacy: bool = False) -> dict[str, str]:
    one = planter.secret(name, "licensed", spot=True)
    lon, lat = one.spot
    day = one.day.strftime("%d-%m-%Y") if legacy else one.day.isoformat()
    cells = {
        "event_id_cnty": f"HTI{one.word}", "event_date": day, "year": "2026", "actor1": f"{one.word} gang (Haiti)",
        "assoc_actor_1": f"allies of {one.word}", "location": f"{one.word} ville", "latitude": f"{lat}",
        "longitude": f"{lon}", "source": f"Radio {one.word}", "notes": f"{one.word}: armed men came.",
        "tags": f"crowd {one.word}", "timestamp": "1780000000",
    }  # fmt: skip
    if not legacy:
        return {**made.ACLED, **cells}
    cells = {key.upper(): value for key, value in cells.items() if key.upper() in made.LEGACY}
    return {**made.LEGACY, **cells, "DATA_ID": "9" + str(len(planter.secrets))}


_TAGS = {
    "event_id_cnty": "#event+id", "event_date": "#date+occurred", "event_type": "#event+type", "actor1": "#group+name",
    "admin1": "#adm1+name", "admin2": "#adm2+name", "location": "#loc+name", "latitude": "#geo+lat",
    "longitude": "#geo+lon", "source": "#meta+source", "notes": "#description", "fatalities": "#affected+killed",
}  # fmt: skip


def _csv(path: Path, rows: list[dict[str, str]], columns: object = None, mark: str = ",") -> Path:
    path.write_text(made.csv_text(rows, list(columns or rows[0]), mark), encoding="utf-8")
    return path


def _xlsx(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_bytes(made.xlsx_bytes([list(rows[0]), *(list(row.values()) for row in rows)]))
    return path


def _spatial(rows: list[dict[str, str]], spots: object = None) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy(*zip(*(spots or [(-72.61, 19.15)] * len(rows)), strict=True))
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry=points, crs="EPSG:4326")


def files(folder: Path, planter: Planter) -> Iterator[Path]:
    """Write files in every format that people bring, with rows that must not go beside rows that may."""
    low = {**_template("bystander", dt.date(2026, 8, 10)), "actors": "unnamed armed group", "place": "Gonaïves"}
    rows = [
        low,
        planter.template("template", "sensitive", sensitivity="severe"),
        planter.template("template", "sensitive", sensitivity="high", kind="abduction"),
        planter.template("template", "moderate", sensitivity="moderate"),
        planter.template("template", "force", kind="deployment", actors="PNH"),
        planter.template("template", "force", kind="checkpoint_report", actors="PNH"),
        planter.template("template", "force", kind="control_or_presence_report", actors="MSS", place="Ennery"),
        planter.template("template", "rejected", date="some time ago", sensitivity="severe"),
        planter.template("template", "rejected", kind="zzz"),
        planter.template("template", "rejected", sensitivity="grave"),
        planter.template("the newest row", "sensitive", sensitivity="severe", date=LATEST),
    ]
    yield _csv(folder / "template.csv", rows, TEMPLATE)
    private = planter.secret(
        "template", "personal", day=False, hidden=frozenset({"internal", *NEVER}),
        more=("37[ .-]?12[ .-]?44[ .-]?91", "zqvmail@example", r"aa[ -]?48213", "zqvalmont"),
    )  # fmt: skip
    planter.secrets[-1] = replace(private, word="")
    told = (
        "The driver Jean-Robert Zqvalmont (+509 37 12 44 91) left the bus AA 48213 at the bridge.",
        "Ask Marie Zqvalmont, zqvmail@example.org, tel. 3712-4491.",
    )
    people = [{**low, "date": f"2026-08-1{n}", "summary": text, "source": "radio"} for n, text in enumerate(told, 1)]
    yield _csv(folder / "people.csv", people, TEMPLATE)
    french = [
        {
            "Date de l'incident": one.day.strftime("%d/%m/%Y"), "Type d'incident": "Enlèvement", "Lieu": "Pont-Sondé",
            "Morts": "1", "Acteurs": f"{one.word} gang", "Source": f"Radio {one.word}", "Sensibilité": step,
            "Commentaire": f"{one.word} de nuit.",
        }
        for step in ("sévère", "Élevée")
        for one in [planter.secret(f"own table, sensibilité {step}", "sensitive")]
    ]  # fmt: skip
    yield _xlsx(folder / "french.xlsx", french)
    yield _csv(folder / "french.csv", [{**row, "Sensibilité": "sévè"} for row in french[:1]], mark=";")
    severe = [
        {**planter.template(form, "sensitive", sensitivity="severe")} for form in ("geojson", "gpkg", "parquet", "xlsx")
    ]
    points = [{"type": "Point", "coordinates": [-72.61, 19.15]}]
    (folder / "severe.geojson").write_text(made.geojson(severe[:1], points), encoding="utf-8")
    yield folder / "severe.geojson"
    _spatial(severe[1:2]).to_file(folder / "severe.gpkg", driver="GPKG")
    yield folder / "severe.gpkg"
    pd.DataFrame(severe[2:3]).to_parquet(folder / "severe.parquet")
    yield folder / "severe.parquet"
    yield _xlsx(folder / "severe.xlsx", severe[3:4])
    yield from _licensed(folder, planter)
    kobo = planter.secret("kobo", "personal", day=False, hidden=frozenset({"internal", *NEVER}))
    device = {
        "deviceid": f"collect:{kobo.word}", "username": kobo.word, "_submitted_by": kobo.word, "_uuid": "aa-bb-1",
        "incident/date_incident": "2026-08-12", "today": "2026-08-12",
    }  # fmt: skip
    yield _csv(folder / "kobo.csv", [{**made.KOBO, **device}])
    yield _csv(
        folder / "ucdp.csv", [{**made.UCDP, "date_start": "2026-08-13", "date_end": "2026-08-13", "year": "2026"}]
    )
    posts = []
    for who in ("Forces de sécurité, PNH", "PNH", "MSS"):
        one = planter.secret(f"ipis {who}", "force", spot=False)
        cells = {"lp": f"{one.word} kafou", "d": one.day.isoformat(), "o": who, "s": f"{one.word} survey"}
        posts.append({**made.IPIS, **cells, "t": "Forces de sécurité", "tc": "", "tm": ""})
    yield _csv(folder / "ipis.csv", posts)


def _licensed(folder: Path, planter: Planter) -> Iterator[Path]:
    """Write rows of ACLED as they come, and as people have reworked them."""
    yield _csv(folder / "acled.csv", [_acled(planter, "acled csv")])
    yield _csv(folder / "acled_legacy.csv", [_acled(planter, "acled legacy", legacy=True)])
    yield _xlsx(folder / "acled.xlsx", [_acled(planter, "acled xlsx")])
    row = _acled(planter, "acled with an HXL row")
    yield _csv(folder / "acled_hxl.csv", [{name: _TAGS.get(name, "") for name in row}, row])
    vague = {**_acled(planter, "acled geojson"), "geo_precision": "3", "time_precision": "3"}
    spot = [float(vague["longitude"]), float(vague["latitude"])]
    text = made.geojson([vague], [{"type": "Point", "coordinates": spot}])
    (folder / "acled.geojson").write_text(text, encoding="utf-8")
    yield folder / "acled.geojson"
    mapped = _csv(folder / "acled_mapped.csv", [_acled(planter, "acled by a mapping")])
    am.propose_mapping(mapped, source="table").save(folder / "acled_mapped.mapping.toml")
    yield mapped
    for form in ("gpkg", "geojson", "parquet", "csv"):
        first = _csv(folder / f"before_{form}.csv", [_acled(planter, f"acled, to {form} and back")])
        table = am.read_report(first, area=am.ARTIBONITE).events
        again = folder / f"acled_again.{form}"
        if form == "parquet":
            table.to_parquet(again)
        elif form == "csv":
            degrees = table.to_crs("EPSG:4326")
            plain = pd.DataFrame(degrees.drop(columns="geometry"))
            plain.assign(lat=degrees.geometry.y, lon=degrees.geometry.x).to_csv(again, index=False)
        else:
            (table.to_crs("EPSG:4326") if form == "geojson" else table).to_file(again)
        yield again
    renamed = {"event_date": "date", "event_type": "type", "notes": "description", "actor1": "actor"}
    hand = _acled(planter, "acled, columns renamed")
    hand = {renamed.get(name, name): value for name, value in hand.items() if name in {*renamed, *_ACLED_KEPT}}
    yield _csv(folder / "acled_renamed.csv", [hand])


_ACLED_KEPT = ("event_id_cnty", "location", "latitude", "longitude", "source", "fatalities", "sub_event_type")


def claims_file(folder: Path, planter: Planter) -> Path:
    """Write statements of who holds what, of which only the last may go."""
    rows = []
    for subject, predicate, value, step, why in (
        ("Ennery", "controls", "{} gang", "severe", "sensitive"),
        ("Anse-Rouge", "presence", "{} gang", "high", "sensitive"),
        ("Marmelade", "base", "MSS", "low", "force"),
        ("Terre-Neuve", "presence", "PNH", "low", "force"),
    ):
        one = planter.secret(f"claim {predicate} {value.replace('{} ', '')}", why)
        day, word = one.day.isoformat(), one.word
        cells = (subject, predicate, value.format(word), f"Radio {word}", f"{word} listener", "no", day, day, step)
        rows.append([*cells, f"https://example.org/{word}", f"{word} said so"])
    rows.append(["Gros-Morne", "controls", "Ti Bwadòm gang", "Radio", "a nurse", "no", "2026-08-09", "", "low", "", ""])
    path = folder / "claims.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([CLAIMS, *rows])
    return path


@dataclass(frozen=True)
class Bundle:
    """What people bring: all files as one report, the statements, and decisions; with what is planted in it."""

    report: object
    claims: Path
    decisions: pd.DataFrame
    secrets: tuple[Secret, ...]
    files: tuple[Path, ...]

    def hidden(self, audience: str, why: str | None = None) -> list[Secret]:
        """Give the rows of which an audience may find nothing."""
        return [one for one in self.secrets if audience in one.hidden and why in (None, one.why)]


def bundle(folder: Path) -> Bundle:
    """Write all files, read each by its own route, and join what was read."""
    planter = Planter()
    reads, paths = [], []
    for path in files(folder, planter):
        paths.append(path)
        try:
            reads.append(am.read_report(path, area=am.ARTIBONITE))
        except ArtimapError:  # a route that is refused lets nothing out
            continue
    claims = claims_file(folder, planter)
    report = replace(
        reads[0],
        events=pd.concat([one.events for one in reads], ignore_index=True),
        claims=pd.concat([one.claims for one in reads], ignore_index=True),
        checkpoints=pd.concat([one.checkpoints for one in reads], ignore_index=True),
        quarantine=pd.concat([one.quarantine for one in reads], ignore_index=True),
        breaches=tuple(breach for one in reads for breach in one.breaches),
        rows=sum(one.rows for one in reads),
        notes=tuple(dict.fromkeys(note for one in reads for note in one.notes)),
        readings={key: reading for one in reads for key, reading in one.readings.items()},
    )
    events = report.events
    said = events[["summary", "actors"]].fillna("").agg(" ".join, axis=1).str.casefold()
    secrets = []
    for one in planter.secrets:
        ids = events["event_id"][said.str.contains(one.word)] if one.word else []
        kept = tuple(str(name).casefold() for name in ids) if one.why != "moderate" else ()
        days = None if one.why == "moderate" else one.day  # blurred rows keep their day
        secrets.append(replace(one, day=days, ids=kept))
    first = events["event_id"][said.str.contains("bystander")].iloc[0]
    severe = events["event_id"][said.str.contains(planter.secrets[0].word)].iloc[0]
    pair = {"report_a": first, "report_b": severe, "decision": "same", "by": "analyst", "note": None}
    decisions = pd.DataFrame([{**pair, "score": 0.9, "why": "same day"}])
    return Bundle(report, claims, decisions, tuple(secrets), tuple(paths))
