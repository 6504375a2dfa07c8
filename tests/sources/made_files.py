"""Made-up files in every format, written from the published column lists; no row here was ever anybody's."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

ACLED = {
    "event_id_cnty": "HTI1", "event_date": "2024-10-03", "year": "2024", "time_precision": "1",
    "disorder_type": "Political violence", "event_type": "Violence against civilians", "sub_event_type": "Attack",
    "actor1": "Group A (Haiti)", "assoc_actor_1": "", "inter1": "Political militia", "actor2": "Civilians (Haiti)",
    "assoc_actor_2": "", "inter2": "Civilians", "interaction": "Political militia-Civilians",
    "civilian_targeting": "Civilian targeting", "iso": "332", "region": "Caribbean", "country": "Haiti",
    "admin1": "Artibonite", "admin2": "Saint-Marc", "admin3": "", "location": "Pont Sonde", "latitude": "19.1500",
    "longitude": "-72.6100", "geo_precision": "1", "source": "Outlet One; Outlet Two", "source_scale": "National",
    "notes": "Armed men came to the market.", "fatalities": "7", "tags": "", "timestamp": "1728000000",
}  # fmt: skip
LEGACY = {
    "DATA_ID": "1", "ISO": "332", "EVENT_ID_CNTY": "HTI1", "EVENT_ID_NO_CNTY": "1", "EVENT_DATE": "13-10-2019",
    "YEAR": "2019",
    "TIME_PRECISION": "1", "EVENT_TYPE": "Battles", "SUB_EVENT_TYPE": "Armed clash", "ACTOR1": "Group A",
    "ASSOC_ACTOR_1": "",
    "INTER1": "3", "ACTOR2": "Police", "ASSOC_ACTOR_2": "", "INTER2": "1", "INTERACTION": "13", "REGION": "Caribbean",
    "COUNTRY": "Haiti", "ADMIN1": "Artibonite", "ADMIN2": "Gonaives", "ADMIN3": "", "LOCATION": "Gonaives",
    "LATITUDE": "19.45",
    "LONGITUDE": "-72.69", "GEO_PRECISION": "1", "SOURCE": "Outlet", "SOURCE_SCALE": "National", "NOTES": "Shots.",
    "FATALITIES": "0", "TIMESTAMP": "1571000000",
}  # fmt: skip
UCDP = {
    "id": "101", "relid": "HTI-2024-1", "year": "2024", "active_year": "1", "code_status": "Clear",
    "type_of_violence": "3",
    "conflict_new_id": "1", "conflict_name": "Group A - Civilians", "dyad_new_id": "1",
    "dyad_name": "Group A - Civilians",
    "side_a": "Group A", "side_b": "Civilians", "number_of_sources": "2", "source_article": "x",
    "source_office": "Outlet",
    "source_date": "2024-10-04", "source_headline": "Many dead", "source_original": "police", "where_prec": "1",
    "where_coordinates": "Pont-Sondé town", "where_description": "", "adm_1": "Artibonite department",
    "adm_2": "Saint-Marc commune", "latitude": "19.15", "longitude": "-72.61", "geom_wkt": "POINT (-72.61 19.15)",
    "priogrid_gid": "1", "country": "Haiti", "country_id": "41", "region": "Americas", "event_clarity": "1",
    "date_prec": "1",
    "date_start": "2024-10-03 00:00:00.000", "date_end": "2024-10-03 00:00:00.000", "deaths_a": "0", "deaths_b": "0",
    "deaths_civilians": "50", "deaths_unknown": "20", "best": "70", "high": "115", "low": "50",
}  # fmt: skip
HXL = {
    "#event+id": "H1", "#date+occurred": "2024-10-03", "#date+reported": "2024-10-05", "#geo+lat": "19.15",
    "#geo+lon": "-72.61",
    "#loc+name": "Pont-Sondé", "#adm1+code": "HT05", "#adm2+name": "Saint-Marc", "#event+type": "attack",
    "#affected+killed": "3", "#affected+injured": "", "#meta+source": "Outlet", "#severity": "2",
}  # fmt: skip
KOBO = {
    "start": "2024-10-03T10:00:00.000-04:00", "end": "2024-10-03T10:05:00.000-04:00", "today": "2024-10-03",
    "deviceid": "collect:SECRETDEVICE", "username": "SECRETUSER", "incident/date_incident": "2024-10-02",
    "incident/type_incident": "enlèvement", "incident/lieu": "Pont-Sondé", "incident/morts": "", "incident/gps":
    "19.15 -72.61 12 8", "incident/_gps_latitude": "19.15", "incident/_gps_longitude": "-72.61",
    "incident/_gps_altitude": "12",
    "incident/_gps_precision": "8", "notes": "Two people taken.", "_id": "5001", "_uuid": "aa-bb", "_submission_time":
    "2024-10-03T14:06:00", "_submitted_by": "SECRETUSER", "__version__": "v1",
}  # fmt: skip
IPIS = {
    "lt": "19.15", "ln": "-72.61", "lp": "Pont-Sondé", "d": "2024-05-01", "o": "Group A", "t": "Groupes armés",
    "b": "Axe routier",
    "tc": "Véhicules", "tm": "500 HTG", "r": "", "s": "Survey",
}  # fmt: skip
TEMPLATE = {
    "date": "2025-12-20", "date_end": "", "place": "Pont-Sondé", "kind": "road_ambush", "actors": "Group A",
    "killed": "0",
    "injured": "", "abducted": "2", "displaced": "", "source": "radio", "said_by": "driver", "is_party": "no",
    "reported": "",
    "url": "", "sensitivity": "low", "summary": "A truck was stopped.",
}  # fmt: skip
TABULAR = {
    "Nº": "1", "Date de l'incident": "13/10/2024", "Type d'incident": "Enlèvement", "Lieu": "Pont-Sondé",
    "Latitude": "19,15",
    "Longitude": "-72,61", "Morts": "1", "Blessés": "", "Acteurs": "Group A", "Source": "radio",
    "Commentaire": "De nuit.",
}  # fmt: skip
OWN = {
    "event_id": "own-a", "record": "event", "overlaps": "", "date_start": "2024-10-03", "date_end": "2024-10-04",
    "date_precision": "2", "kind": "road_ambush", "sub_kind": "", "actors": "Group A", "killed_low": "1",
    "killed_best": "2", "killed_high": "", "alleged_gang_dead": "no", "injured": "", "abducted": "3", "displaced": "",
    "place": "Pont-Sondé", "place_kind": "place", "place_id": "pont-sonde", "pcode": "", "road_id": "", "from_m": "",
    "to_m": "", "radius_m": "1500", "geo_precision": "2", "n_claims": "2", "n_sources": "2", "sensitivity": "low",
    "licence": "own report", "summary": "A truck was stopped.",
}  # fmt: skip
LOGIE = {
    "osmid": "w100", "routenameen": "RN1", "currstatus_physical": "4", "currasofdate": "2026-01-09",
    "currsourcename": "Agency", "currinforely": "3", "currstatusremarken": "Trench across the road.",
    "currleadtime_days": "1.5", "iso3": "HTI", "surface": "asphalt",
}  # fmt: skip
POSTS = {
    "lieu": "Carrefour Paye", "type de poste": "péage", "groupe": "Group A", "véhicule": "camion", "montant": "2 500",
    "devise": "gourdes", "attente": "30", "passage": "ambulance: oui; camion: non", "date": "2026-01-11",
    "source": "radio", "commentaire": "Seen twice.",
}  # fmt: skip
STATUSES = {
    "place": "Pont-Sondé", "part": "bridge", "vehicle": "truck", "physical": "restricted", "security": "",
    "reliability": "3", "as_of": "2026-01-09", "reported": "", "lead_time_days": "1", "source": "radio",
    "note": "One lane.",
}  # fmt: skip
MOVEMENTS = {
    "date": "2026-01-09", "from": "Saint-Marc", "to": "Gonaïves", "vehicle": "camion", "outcome": "passed",
    "source": "own convoy", "note": "",
}  # fmt: skip

FORMATS = {
    "acled": ("acled", ACLED, "event_date", ("event_type",)),
    "acled_legacy": ("acled", LEGACY, "EVENT_DATE", ("EVENT_TYPE",)),
    "ucdp": ("ucdp", UCDP, "date_start", ("type_of_violence",)),
    "hxl": ("hxl", HXL, "#date+occurred", ()),
    "kobo": ("kobo", KOBO, "incident/date_incident", ("_uuid", "_submission_time")),
    "ipis": ("ipis", IPIS, "d", ("lt", "ln")),
    "template": ("template", TEMPLATE, "date", ("place", "kind", "source")),
    "own_events": (
        "own_events",
        OWN,
        "date_start",
        ("event_id", "record", "date_precision", "kind", "place_kind", "geo_precision", "sensitivity"),
    ),
    "logie": ("logie", LOGIE, "currasofdate", ("currstatus_physical",)),
    "own_posts": ("own_posts", POSTS, "date", ("lieu",)),
    "own_road_status": ("own_road_status", STATUSES, "as_of", ("place", "physical", "security")),
    "own_movements": ("own_movements", MOVEMENTS, "date", ("outcome", "from", "to")),
    "tabular": ("tabular", TABULAR, "Date de l'incident", ()),
}
"""Made format: reader, one good row, its day column, and the columns that cannot be missing beside it."""
KEYS = {
    "acled": "event_id_cnty",
    "acled_legacy": "EVENT_ID_CNTY",
    "ucdp": "id",
    "hxl": "#event+id",
    "kobo": "_uuid",
    "own_events": "event_id",
    "tabular": "Nº",
}


def rows_of(name: str, number: int) -> list[dict[str, str]]:
    """Give good rows, each with its own id."""
    good = FORMATS[name][1]
    key = KEYS.get(name)
    return [{**good, **({key: f"{good[key]}{row}"} if key else {})} for row in range(number)]


def csv_text(rows: Sequence[dict[str, str]], columns: Sequence[str], mark: str = ",") -> str:
    """Write rows as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=mark, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[row.get(name, "") for name in columns] for row in rows])
    return out.getvalue()


def xlsx_bytes(rows: Sequence[Sequence[object]], sheet: str = "Sheet1") -> bytes:
    """Write the smallest workbook that is one: a sheet of texts and numbers."""
    lines = []
    for at, row in enumerate(rows, start=1):
        cells = "".join(
            f'<c r="{_letters(column)}{at}"><v>{cell}</v></c>'
            if isinstance(cell, int | float)
            else f'<c r="{_letters(column)}{at}" t="inlineStr"><is><t>{escape(str(cell))}</t></is></c>'
            for column, cell in enumerate(row)
            if cell not in ("", None)
        )
        lines.append(f'<row r="{at}">{cells}</row>')
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    pack = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{pack}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        "_rels/.rels": _relation(pack, f"{rel}/officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>'
        f'<sheet name="{escape(sheet)}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relation(pack, f"{rel}/worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return out.getvalue()


def _relation(pack: str, kind: str, target: str) -> str:
    inner = f'<Relationship Id="r1" Type="{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{pack}/relationships">{inner}</Relationships>'


def _letters(column: int) -> str:
    out = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out


def geojson(rows: Sequence[dict[str, object]], geometries: Sequence[object]) -> str:
    """Write rows as a FeatureCollection."""
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": row, "geometry": shape}
                for row, shape in zip(rows, geometries, strict=True)
            ],
        }
    )
