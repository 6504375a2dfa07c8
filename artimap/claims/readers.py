"""Reading claims: the embedded tables of an area, or a file, become CLAIMS row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from artimap.areas import embedded
from artimap.areas.area import Area
from artimap.areas.geometries import place_rows
from artimap.claims.event_merging import metres
from artimap.claims.ledger import Ledger
from artimap.claims.user_claims import read_own_claims
from artimap.core import schema
from artimap.core.errors import DataError
from artimap.core.schema import records, split_names
from artimap.core.tables import CLAIMS
from artimap.core.vocab import About, Party, Predicate, Sensitivity, Where
from artimap.sources.registry import read_report

_SAID_OF_POSTS = (
    "place_kind", "pcode", "vehicle", "payers", "fee_low", "fee_high", "fee_currency", "per", "fee_of", "passable",
    "state", "waiting_min",
)  # fmt: skip


def posts_of(checkpoints: gpd.GeoDataFrame, claims: pd.DataFrame, *, like: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the posts of a file as statements of a ledger, one row a post that stands on a corridor.

    Parameters
    ----------
    checkpoints, claims
        CHECKPOINTS and CLAIMS as :func:`artimap.read_report` gives them.
    like
        ``Ledger.posts`` of the area, for its columns.

    Returns
    -------
    GeoDataFrame
        Shaped as ``like``. A post off the corridor is not in it: its claims stay in the ledger.
    """
    own = checkpoints[checkpoints["corridor_id"].notna()].reset_index(drop=True)
    if not len(own):
        return like.iloc[:0]
    # A post has several claims; the first stands for who said it.
    said = claims[claims["about"] == About.CHECKPOINT].drop_duplicates("subject").set_index("subject")
    said = said.loc[own["checkpoint_id"]].reset_index(drop=True)
    # What a table of posts says beside CHECKPOINTS: amounts, who passes, whether it still stands.
    more = {name: own[name] for name in _SAID_OF_POSTS if name in own}
    table = pd.DataFrame(
        {
            "claim_id": said["claim_id"],
            "checkpoint_id": own["post"] if "post" in own else own["checkpoint_id"],
            "kind": own["kind"],
            "operator": own["operator"],
            "place": own["place"],
            "place_kind": Where.STRETCH.value,
            "road_id": own["corridor_id"],
            "from_m": own["from_m"],
            "to_m": own["to_m"],
            "first_reported": own["first_seen"].dt.strftime("%Y-%m-%d"),
            "last_reported": own["last_confirmed"].dt.strftime("%Y-%m-%d"),
            "fee_text": own["fees"],
            **{name: said[name] for name in ("claimant", "claimant_is_party", "source", "sensitivity", "licence")},
            **more,
        }
    )
    columns = [*(name for name in like.columns if name != "geometry"), *(name for name in more if name not in like)]
    whole = table.reindex(columns=columns)
    return gpd.GeoDataFrame(whole, geometry=own.geometry.to_numpy(), crs=checkpoints.crs)


_HARM = (Predicate.INJURED, Predicate.ABDUCTED, Predicate.DISPLACED, Predicate.ARRESTED)
"""Each is also the name of its column."""
_COMMON = ("claimant", "claimant_is_party", "source", "source_url", "sensitivity", "licence", "note", "origin")


def _claim_row(row: Mapping[str, Any], **own: object) -> dict[str, object]:
    base = {name: row.get(name) for name in _COMMON}
    party = base["claimant_is_party"]
    # Who may be a party is never guessed to be none.
    base["claimant_is_party"] = party if isinstance(party, str) else Party.UNKNOWN
    return {**base, "place": row.get("words"), **own}


def _figure(low: object, high: object) -> str:
    """Write a figure: 54–65, 115, or at least 70 (``70+``)."""
    if isinstance(high, str) and isinstance(low, str) and high != low:
        return f"{low}–{high}"
    return f"{low}+" if not isinstance(high, str) else str(low)


def _event_claims(reports: pd.DataFrame) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for row in records(reports):
        reported, basis = row["reported"], row["date_basis"]
        # A report without a day of its own was made after the event, nobody knows when: the event's
        # last day is the earliest that it can be.
        if not isinstance(reported, str):
            reported, basis = row["date_end"], "from_event"
        base = {
            "about": About.EVENT,
            "subject": row["event_id"],
            "reported": reported,
            "date_basis": basis,
            "valid_from": row["date_start"],
            "valid_to": row["date_end"],
            "report_id": row["report_id"],
        }
        # One claim for each thing that the report says, so that a figure can be contradicted while the
        # place is not.
        said: list[tuple[Predicate, object]] = [(Predicate.STATED, row["summary"]), (Predicate.LOCATION, row["words"])]
        # No figure, no claim: silence on the dead is not a claim of none.
        if isinstance(row["killed_low"], str):
            said.append((Predicate.KILLED, _figure(row["killed_low"], row["killed_high"])))
        said += [(predicate, row[predicate]) for predicate in _HARM if isinstance(row.get(predicate), str)]
        if isinstance(row["amount"], str):
            said.append((Predicate.FEE, f"{row['amount']} {row['amount_currency']}"))
        for predicate, value in said:
            if isinstance(value, str):
                claim_id = f"{row['report_id']}-{predicate}"
                rows.append(_claim_row(row, **base, claim_id=claim_id, predicate=predicate, value=value))
    return rows


def subject_of(row: Mapping[str, Any]) -> str:
    """Give the subject of a statement about a place: place id, p-code, stretch, or ``nowhere``."""
    where = Where(row["where"])
    if where in (Where.POINT, Where.PLACE) and isinstance(row["place_id"], str):
        return str(row["place_id"])
    if where in (Where.SECTION, Where.COMMUNE, Where.DEPARTMENT) and isinstance(row["pcode"], str):
        return str(row["pcode"])
    if where is Where.STRETCH and isinstance(row["road_id"], str):
        return f"{row['road_id']}:{row['from_km']}-{row['to_km']}"
    # Still a claim: it counts in the ledger and stands in the margin, but on no map.
    return "nowhere"


def _subjects_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    # A statement on several sections is one claim for each of them; the first keeps the id that the table has.
    codes = split_names(row["pcode"]) if row["where"] in (Where.SECTION, Where.COMMUNE) else ()
    return codes if len(codes) > 1 else (subject_of(row),)


def _control_claims(table: pd.DataFrame) -> list[dict[str, object]]:
    rows = []
    for row in records(table):
        base = {
            "about": About.STRETCH if row["where"] == Where.STRETCH else About.PLACE,
            "predicate": row["predicate"],
            "value": row["actor"],
            "reported": row["reported"],
            "date_basis": row["date_basis"],
            "valid_from": row["valid_from"],
            "valid_to": row["valid_to"],
            "last_confirmed": row["reported"],
            "scope": row["scope"],
            "report_id": row["claim_id"],
        }
        for count, subject in enumerate(_subjects_of(row)):
            claim_id = row["claim_id"] if count == 0 else f"{row['claim_id']}-{count + 1}"
            rows.append(_claim_row(row, **base, claim_id=claim_id, subject=subject))
    return rows


def _post_claims(table: pd.DataFrame) -> list[dict[str, object]]:
    rows = []
    for row in records(table):
        fee = isinstance(row["fee_low"], str)
        rows.append(
            _claim_row(
                row,
                about=About.CHECKPOINT,
                subject=row["checkpoint_id"],
                predicate=Predicate.FEE if fee else Predicate.TOLL,
                value=row["fee_text"],
                claim_id=row["report_id"],
                report_id=row["report_id"],
                reported=row["reported"] if isinstance(row["reported"], str) else row["last_reported"],
                date_basis=row["date_basis"],
                valid_from=row["first_reported"],
                valid_to=None,
                last_confirmed=row["last_reported"],
            )
        )
    return rows


def _other_claims(area: Area) -> list[dict[str, object]]:
    rows = []
    for row in records(embedded.read_table(area.name, "figures")):
        value = (
            f"{_figure(row['value_low'], row['value_high'])} {row['unit']}"
            if isinstance(row["value_low"], str)
            else None
        )
        # Figures of whole areas name nobody; they are published as they stand.
        row["words"], row["sensitivity"], row["licence"] = row["places"], Sensitivity.LOW, "facts; cite the publisher"
        rows.append(
            _claim_row(
                row, about=About.FIGURE, subject=row["figure_id"], predicate=row["predicate"], value=value,
                claim_id=row["figure_id"], report_id=row["figure_id"], reported=row["reported"],
                date_basis="stated" if isinstance(row["reported"], str) else "undated",
                valid_from=row["period_start"], valid_to=row["period_end"],
            )
        )  # fmt: skip
    for row in records(embedded.read_table(area.name, "deployments")):
        row["licence"] = "facts; cite the publisher"
        rows.append(
            _claim_row(
                row, about=About.DEPLOYMENT, subject=row["pcode"], predicate=Predicate.DEPLOYED, value=row["statement"],
                claim_id=row["deployment_id"], report_id=row["deployment_id"], reported=row["reported"],
                date_basis="stated" if isinstance(row["reported"], str) else "undated",
                valid_from=row["date_start"], valid_to=row["date_end"],
            )
        )  # fmt: skip
    return rows


def _subjects(control: pd.DataFrame, area: Area) -> gpd.GeoDataFrame:
    rows: dict[str, dict[str, object]] = {}
    units, places = (embedded.read_table(area.name, name) for name in ("units", "places"))
    names = dict(zip([*units["pcode"], *places["place_id"]], [*units["name"], *places["name"]], strict=True))
    for row in records(control):
        for subject in _subjects_of(row):
            if subject == "nowhere" or subject in rows:
                continue
            rows[subject] = {
                "subject": subject,
                # The area's own name, so that all claims on one place stand under one heading.
                "name": names.get(subject) or row["place"],
                "place_kind": row["where"],
                "place_id": row["place_id"] if row["where"] in (Where.POINT, Where.PLACE) else None,
                "pcode": subject if row["where"] in (Where.SECTION, Where.COMMUNE, Where.DEPARTMENT) else None,
                "road_id": row["road_id"],
                "from_m": metres(row["from_km"]),
                "to_m": metres(row["to_km"]),
            }
    columns = ["subject", "name", "place_kind", "place_id", "pcode", "road_id", "from_m", "to_m"]
    return place_rows(pd.DataFrame(list(rows.values()), columns=columns), area)


def _placed_posts(posts: pd.DataFrame, area: Area) -> gpd.GeoDataFrame:
    table = posts.rename(columns={"report_id": "claim_id", "where": "place_kind"})
    table["place"] = table["place"].fillna(table["words"])
    table["from_m"] = [metres(km) for km in table.pop("from_km")]
    table["to_m"] = [metres(km) for km in table.pop("to_km")]
    return place_rows(table, area)


def read_claims(
    what: Area | str | Path,
    *,
    area: Area | None = None,
    licence: str | None = None,
    today: str | dt.date | None = None,
) -> Ledger:
    """Read claims: the embedded ones of an area, or those of a file.

    Parameters
    ----------
    what
        An area; or a file: a table with the columns of CLAIMS or of the template (``artimap template
        claims``), or anything that :func:`artimap.read_report` reads (each of its rows is a statement by
        its source).
    area
        The area that a file speaks of.
    licence, today
        Of a file, as in :func:`artimap.read_report`.

    Returns
    -------
    Ledger
        Claims about events, places, stretches, checkpoints, figures and deployments.
        A report of an event that carries no date of its own is dated by the event
        (``date_basis == "from_event"``); other undated claims have no ``reported`` day.

    Raises
    ------
    DataError
        If the file is absent or cannot be read, or no area is given for it.
    SchemaError
        If a file with the columns of CLAIMS breaks the schema.

    Examples
    --------
    >>> import artimap as am
    >>> len(am.read_claims(am.area("artibonite")).claims) > 1000
    True
    """
    if not isinstance(what, Area):
        return _from_file(Path(what), area, licence, today)
    reports = embedded.read_table(what.name, "reports")
    control = embedded.read_table(what.name, "control_claims")
    posts = embedded.read_table(what.name, "checkpoint_reports")
    rows = [*_event_claims(reports), *_control_claims(control), *_post_claims(posts), *_other_claims(what)]
    claims = schema.conform(pd.DataFrame(rows), CLAIMS)
    return Ledger(claims, _subjects(control, what), _placed_posts(posts, what))


_TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".parquet", ".gpkg")


def _from_file(path: Path, area: Area | None, licence: str | None, today: str | dt.date | None) -> Ledger:
    if area is None:
        msg = f"say which area {path} speaks of: read_claims({str(path)!r}, area=artimap.area('artibonite'))"
        raise DataError(msg)
    known = read_claims(area)
    # Only what a table without shapes is kept in is looked at for the columns of CLAIMS; None means that it has
    # others, and the readers of reports take the file.
    own = read_own_claims(path, area, licence, today=today) if path.suffix.lower() in _TABLES else None
    if own is not None:
        # The area's subjects stay, since statements are about its places. Its posts go: they belong to
        # claims that are not in this ledger.
        return Ledger(own, known.subjects, known.posts.iloc[:0])
    read = read_report(path, area=area, licence=licence, today=today)
    return Ledger(read.claims, known.subjects, posts_of(read.checkpoints, read.claims, like=known.posts))
