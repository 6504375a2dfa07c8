"""Whose a row is, whatever the format and the way it took: what is licensed stays inside, what is free stays free."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent / "sources"))
from made_files import ACLED, LEGACY, OWN, TABULAR, TEMPLATE, UCDP, rows_of, xlsx_bytes

import artimap as am
from artimap.claims.linkage_decisions import DECISIONS
from artimap.cli import main
from artimap.core.errors import DataError
from artimap.core.vocab import Audience
from artimap.sharing.gate import gate
from artimap.sharing.policy import SharePolicy
from artimap.sources.column_map import Mapping
from artimap.sources.licences import is_shut
from artimap.sources.registry import mapping_beside
from artimap.studies.inputs import gather

DAY = dt.date(2025, 12, 31)
WORDS = "Quarrel at the yellow mill"
TAGS = {
    "event_id_cnty": "#event+code", "EVENT_ID_CNTY": "#event+code", "event_date": "#date+occurred",
    "EVENT_DATE": "#date+occurred", "event_type": "#event+type", "EVENT_TYPE": "#event+type", "admin2": "#adm2+name",
    "ADMIN2": "#adm2+name", "location": "#loc+name", "LOCATION": "#loc+name", "latitude": "#geo+lat",
    "LATITUDE": "#geo+lat", "longitude": "#geo+lon", "LONGITUDE": "#geo+lon", "notes": "#description",
    "NOTES": "#description", "fatalities": "#affected+killed", "FATALITIES": "#affected+killed",
}  # fmt: skip
VAGUE = {"time_precision": "3", "geo_precision": "3", "notes": WORDS, "event_date": "2025-03-09"}
FORMATS = ("csv", "xlsx", "json", "geojson", "gpkg", "parquet", "geoparquet")


def save(folder, rows, kind, name="a"):
    """Write rows (dicts of text) as a file of a kind; shapes are made of the coordinates."""
    path = folder / f"{name}.{kind.replace('geoparquet', 'parquet')}"
    table = pd.DataFrame(rows)
    if kind == "csv":
        table.to_csv(path, index=False)
    elif kind == "xlsx":
        path.write_bytes(xlsx_bytes([list(table.columns), *table.to_numpy().tolist()]))
    elif kind == "json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    elif kind == "parquet":
        table.to_parquet(path)
    else:
        spots = gpd.points_from_xy([-72.61] * len(table), [19.15] * len(table), crs="EPSG:4326")
        frame = gpd.GeoDataFrame(table, geometry=spots)
        frame.to_parquet(path) if kind == "geoparquet" else frame.to_file(path)
    return path


def tagged(rows, headings=None):
    """Put a row of tags below the headings, as HDX does."""
    names = headings or {name: name for name in rows[0]}
    tags = {names[name]: TAGS.get(name, "") for name in rows[0]}
    return [tags, *({names[name]: value for name, value in row.items()} for row in rows)]


def acled(number=3, like=ACLED, **own):
    vague = VAGUE if like is ACLED else {name.upper(): value for name, value in VAGUE.items()}
    key = "event_id_cnty" if like is ACLED else "EVENT_ID_CNTY"
    return [{**like, **vague, key: f"HTI{90_000 + at}", **own} for at in range(number)]


def leaves(area, events, claims=None):
    """Give what of the words of the rows reaches partners and public."""
    out = ""
    for audience in (Audience.PARTNERS, Audience.PUBLIC):
        gated = gate(events, claims, audience=audience, area=area, as_of=DAY)
        out += gated.events.to_csv() + ("" if claims is None else gated.ledger.claims.to_csv())
    return out


def check_held(area, read):
    assert read.accepted == len(read.events) > 0
    assert sum(read.shut.values()) == read.accepted
    assert read.events["licence"].map(SharePolicy().is_licensed).all()
    assert read.claims["licence"].map(SharePolicy().is_licensed).all()
    assert WORDS not in leaves(area, read.events)


def check_vague(read):
    """A department and a month are no pin on a day."""
    assert set(read.events["date_precision"]) == {3}
    assert set(read.events["geo_precision"]) == {3}
    assert not read.events["place_kind"].isin(["point", "place"]).any()
    assert (read.events["date_end"] - read.events["date_start"]).min() >= pd.Timedelta(days=27)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("like", [ACLED, LEGACY], ids=["current", "legacy"])
@pytest.mark.parametrize("tags", [False, True], ids=["plain", "tagged"])
def test_acled_is_acled_in_every_format(artibonite, tmp_path, kind, like, tags):
    rows = acled(like=like)
    read = am.read_report(save(tmp_path, tagged(rows) if tags else rows, kind), area=artibonite)
    assert (read.source, read.rows, len(read.quarantine)) == ("acled", 3, 0)
    check_held(artibonite, read)
    check_vague(read)


@pytest.mark.parametrize("spell", [
    str.upper, lambda name: name.replace("_", " ").title(), lambda name: name.replace("_", "."),
    lambda name: name.replace("_", ""), lambda name: name.replace("_", "-").capitalize(),
    lambda name: name.replace("actor1", "Actor 1").replace("actor2", "Actor 2"),
    lambda name: name if name in {"assoc_actor_2", "event_id_no_cnty"} else name[:10],
])  # fmt: skip
@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_headings_as_people_respell_them(artibonite, tmp_path, spell, kind):
    rows = acled()
    names = {name: spell(name) for name in rows[0]}
    for at, given in enumerate(
        (tagged(rows, names), [{names[key]: cell for key, cell in row.items()} for row in rows])
    ):
        read = am.read_report(save(tmp_path, given, kind, f"f{at}"), area=artibonite)
        assert read.source == "acled"
        check_held(artibonite, read)
        check_vague(read)


def test_tags_without_headings_and_a_named_source(artibonite, tmp_path):
    rows = [{TAGS.get(name, ""): cell for name, cell in row.items() if name in TAGS} for row in acled()]
    read = am.read_report(save(tmp_path, rows, "csv"), area=artibonite)
    assert read.source == "hxl"
    check_held(artibonite, read)
    path = save(tmp_path, tagged(acled()), "csv", "b")
    for source in ("hxl", "tabular", "template"):
        with pytest.raises(DataError, match="known format"):
            am.read_report(path, area=artibonite, source=source)


def test_an_hxl_table_of_ones_own_stays_ones_own(artibonite, tmp_path):
    rows = [{"Jour": "2025-03-09", "Quoi": "attaque", "Où": "Pont-Sondé", "Note": WORDS}]
    tags = {"Jour": "#date+occurred", "Quoi": "#event+type", "Où": "#loc+name", "Note": "#description"}
    for kind in ("csv", "xlsx", "json", "parquet"):
        read = am.read_report(save(tmp_path, [tags, *rows], kind), area=artibonite)
        assert (read.source, read.accepted, read.shut) == ("hxl", 1, {})
        assert WORDS in leaves(artibonite, read.events)


COLUMNS = {
    "event_id_cnty": "numéro", "event_date": "date", "event_type": "type", "sub_event_type": "détail",
    "actor1": "acteur", "location": "lieu", "admin2": "commune", "latitude": "lat", "longitude": "lon",
    "fatalities": "morts", "notes": "résumé", "source": "média",
}  # fmt: skip


def renamed(*kept, **own):
    return [{COLUMNS[name]: row[name] for name in kept} for row in acled(**own)]


BASE = ("event_date", "location", "latitude", "longitude", "notes")


@pytest.mark.parametrize(
    "rows",
    [
        renamed(*BASE, "event_id_cnty"),
        renamed(*BASE, "event_type", "sub_event_type"),
        renamed(*BASE, "actor1", actor1="Unidentified Gang (Haiti)"),
        renamed(*BASE, "actor1", actor1="Police Forces of Haiti (2021-)"),
        renamed(*BASE, "source", source="ACLED"),
        renamed(*BASE, notes=f"{WORDS} [size=about 200]"),
        renamed(*BASE, notes=f"{WORDS} (from acleddata.com)"),
        renamed(*BASE, "event_type", event_type="Explosions/Remote violence"),
        [{**row, "source_scale": "National"} for row in renamed(*BASE)],
        [{**row, "Inter1": "3"} for row in renamed(*BASE)],
        [{**row, "licence": "ACLED terms of use"} for row in renamed(*BASE)],
        [{**row, "License": "INSO: internal use only"} for row in renamed(*BASE)],
        [{**row, "lisans": "Ne pas diffuser"} for row in renamed(*BASE)],
    ],
)
@pytest.mark.parametrize("kind", ["csv", "gpkg", "xlsx"])
def test_what_points_to_a_licensed_source_is_held(artibonite, tmp_path, rows, kind):
    path = save(tmp_path, rows, kind)
    read = am.read_report(path, area=artibonite)
    check_held(artibonite, read)
    mine = am.read_report(path, area=artibonite, licence="own report")
    stated = any(name.casefold() in {"licence", "license", "lisans"} for name in rows[0])
    assert bool(mine.shut) is stated  # what the row itself says is never made laxer
    assert (WORDS in leaves(artibonite, mine.events)) is not stated


@pytest.mark.parametrize("licence", ["internal", "ACLED", "Ne pas diffuser, INSO"])
@pytest.mark.parametrize("name", ["tabular", "template", "own_events", "ucdp", "kobo", "ipis"])
def test_the_licence_column_of_any_format_is_believed(artibonite, tmp_path, name, licence):
    said = zip(rows_of(name, 3), (licence, "CC0", ""), strict=True)
    read = am.read_report(save(tmp_path, [row | {"licence": one} for row, one in said], "csv"), area=artibonite)
    assert (read.source, read.accepted) == (name, 3)
    assert sum(read.shut.values()) == 1
    assert [SharePolicy().is_licensed(one) for one in read.claims["licence"].drop_duplicates()][:2] == [True, False]


def test_the_number_of_a_licence_is_none(artibonite, tmp_path):
    row = {"date": "2025-03-09", "lieu": "Pont-Sondé", "license": "AA-12345"}
    assert am.read_events(save(tmp_path, [row], "csv"), area=artibonite)["licence"].tolist() == ["own report"]


@pytest.mark.parametrize("licensed", [("ACLED",), ("ACLED", "INSO")])
def test_what_forbids_passing_on_is_not_even_counted(artibonite, tmp_path, licensed):
    rows = [{"date": "2025-03-09", "lieu": "Pont-Sondé", "commune": "Saint-Marc", "licence": "INSO: internal"}] * 4
    events = am.read_events(save(tmp_path, rows, "csv"), area=artibonite)
    given = [am.Access(name, DAY) for name in licensed]
    done = am.release(
        events, audience="partners", policy=SharePolicy(licensed=licensed), area=artibonite, accesses=given
    )
    assert len(done.table) == 0
    assert bool(len(done.aggregates)) is ("INSO" in licensed)


@pytest.mark.parametrize("rows", [[TABULAR], [TEMPLATE], [OWN], [UCDP]])
def test_what_is_ones_own_or_free_goes_out(artibonite, tmp_path, rows):
    read = am.read_report(save(tmp_path, rows, "csv"), area=artibonite)
    assert (read.accepted, read.shut) == (1, {})
    assert read.events["event_id"].iloc[0] in leaves(artibonite, read.events)
    shut = am.read_report(save(tmp_path, rows, "csv"), area=artibonite, licence="internal use only")
    assert sum(shut.shut.values()) == 1  # the stricter word wins


def test_only_the_rows_that_point_are_held_where_they_are_few(artibonite, tmp_path):
    rows = [
        {"date": f"2025-03-{day:02d}", "lieu": "Pont-Sondé", "résumé": f"mine {day}", "id": f"n{day}"}
        for day in range(1, 10)
    ]
    rows[3]["id"] = "HTI4711"
    rows[5]["résumé"] = f"{WORDS}, copied from ACLED"
    read = am.read_report(save(tmp_path, rows, "csv"), area=artibonite)
    assert sum(read.shut.values()) == 2
    out = leaves(artibonite, read.events)
    assert WORDS not in out
    assert "mine 7" in out


@pytest.mark.parametrize("precision", ["geo_precision", "time_precision", "Geo Precision", "precision_geo"])
def test_a_stated_precision_counts_in_any_table(artibonite, tmp_path, precision):
    row = {
        "date": "2025-03-09",
        "lieu": "Pont-Sondé",
        "commune": "Saint-Marc",
        "lat": "19.15",
        "lon": "-72.61",
        precision: "3",
    }
    event = am.read_report(save(tmp_path, [row], "csv"), area=artibonite).events.iloc[0]
    if "time" in precision:
        assert (event["date_precision"], event["date_start"].day, event["date_end"].day) == (3, 1, 31)
    else:
        assert (event["geo_precision"], event["place_kind"], event["date_precision"]) == (3, "commune", 1)


# --- the ways that rows take -----------------------------------------------------------------


def mixed(area, tmp_path):
    """ACLED's rows and one of the user's own in one table."""
    theirs = am.read_events(save(tmp_path, acled(), "csv", "theirs"), area=area)
    mine = am.read_events(save(tmp_path, [TEMPLATE], "csv", "mine"), area=area)
    return pd.concat([theirs, mine], ignore_index=True)


def written(table, path):
    flat = pd.DataFrame(table.drop(columns="geometry"))
    if path.suffix == ".xlsx":
        cells = (
            flat.astype(object)
            .where(flat.notna(), "")
            .map(lambda cell: str(cell)[:10] if isinstance(cell, pd.Timestamp) else str(cell))
        )
        path.write_bytes(xlsx_bytes([list(cells.columns), *cells.to_numpy().tolist()]))
    elif path.suffix == ".csv":
        table.to_csv(path, index=False)
    elif path.suffix == ".parquet":
        table.to_parquet(path)
    else:
        (table.to_crs(4326) if path.suffix == ".geojson" else table).to_file(path)
    return path


KEPT = (
    "record", "geo_precision", "date_precision", "licence", "sensitivity", "kind", "killed_best", "killed_low",
    "killed_high", "injured", "place_kind", "date_start", "date_end", "alleged_gang_dead", "n_sources",
)  # fmt: skip


@pytest.mark.parametrize("ending", ["csv", "gpkg", "geojson", "parquet", "xlsx"])
def test_ones_own_table_comes_back_as_it_was(artibonite, tmp_path, events, ending):
    table = pd.concat([mixed(artibonite, tmp_path), events.head(60), events.tail(60)], ignore_index=True)
    back = am.read_report(written(table, tmp_path / f"own.{ending}"), area=artibonite)
    assert len(back.quarantine) == 0
    for name in KEPT:
        was, now = table[name], back.events[name]
        if name == "place_kind" and ending == "xlsx":  # a sheet holds no shapes
            assert now.isin([*was, "nowhere"]).all()
            continue
        assert was.isna().tolist() == now.isna().tolist(), name
        assert was.dropna().astype(str).tolist() == now.dropna().astype(str).tolist(), name
    assert WORDS not in leaves(artibonite, back.events)
    again = am.read_report(written(back.events, tmp_path / f"again.{ending}"), area=artibonite).events
    assert again["event_id"].tolist() == back.events["event_id"].tolist()


@pytest.mark.parametrize("ending", ["csv", "gpkg", "parquet"])
def test_a_licence_column_that_was_cut_out_does_not_free_the_rows(artibonite, tmp_path, ending):
    table = mixed(artibonite, tmp_path).drop(columns="licence")
    back = am.read_report(written(table, tmp_path / f"own.{ending}"), area=artibonite)
    assert back.accepted == 4
    assert WORDS not in leaves(artibonite, back.events)


def test_write_table_and_back(artibonite, tmp_path):
    path = tmp_path / "t.csv"
    am.write_table(mixed(artibonite, tmp_path), path, audience="internal")
    back = am.read_report(path, area=artibonite)
    assert (back.source, sum(back.shut.values()), back.accepted) == ("own_events", 3, 4)


def test_a_mapping_frees_nothing(artibonite, tmp_path):
    path = save(tmp_path, acled(), "csv")
    mapping = Mapping({"date": "event_date", "place": "location", "summary": "notes"}, licence="own report")
    with pytest.raises(DataError, match="known format"):
        am.read_report(path, area=artibonite, mapping=mapping)
    mapping.save(mapping_beside(path))  # of an earlier day
    read = am.read_report(path, area=artibonite)
    assert read.source == "acled"
    assert "is not used" in " ".join(read.notes)
    check_held(artibonite, read)
    own = save(tmp_path, renamed(*BASE, "event_id_cnty"), "csv", "b")
    columns = {"date": "date", "place": "lieu", "summary": "résumé"}
    check_held(artibonite, am.read_report(own, area=artibonite, mapping=Mapping(columns, licence="CC0")))


def decide(folder, first, second):
    path = folder / "decisions.csv"
    pd.DataFrame(
        [dict(zip(DECISIONS, (first, second, "same", "analyst"), strict=False))], columns=list(DECISIONS)
    ).to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("row", "policy"),
    [
        ({"id": "HTI4711"}, None),
        ({"licence": "INSO: internal use only"}, None),
        ({"licence": "Shelter Partner"}, SharePolicy(licensed=("ACLED", "Shelter Partner"))),
    ],
)
def test_a_free_row_joined_with_a_licensed_one_takes_nothing_and_stays_free(artibonite, tmp_path, events, row, policy):
    report = am.read_claims(artibonite).claims.query("about == 'event'").iloc[0]
    known = events.set_index("event_id").loc[report["subject"]]
    mine = {
        "date": f"{known['date_start']:%Y-%m-%d}",
        "lieu": "Pont-Sondé",
        "morts": "999",
        "résumé": WORDS,
        "acteur": "Yellow Mill Group",
    }
    path = save(tmp_path, [{**mine, **row}], "csv")
    own = am.read_events(path, area=artibonite)["event_id"].iloc[0]
    found = gather(artibonite, path, decide(tmp_path, report["report_id"], own), policy=policy)
    both = found.events.set_index("event_id").loc[report["subject"]]
    for name in ("licence", "killed_best", "summary", "actors", "geo_precision", "n_sources"):
        assert (pd.isna(both[name]) and pd.isna(known[name])) or both[name] == known[name]
    gated = gate(
        found.events,
        found.ledger,
        audience=Audience.PARTNERS,
        area=artibonite,
        as_of=artibonite.data_until,
        policy=policy,
    )
    assert report["subject"] in set(gated.events["event_id"])
    assert WORDS not in gated.events.to_csv() + gated.ledger.claims.to_csv()


@pytest.mark.parametrize("row", [{"source": "ACLED"}, {"note": "from ACLED"}, {"licence": "ACLED: not redistributable"},
                                 {"licence": "internal"}, {"claimant": "acled"}])  # fmt: skip
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_statements_too(artibonite, tmp_path, row, ending):
    said = {
        "subject": "Pont-Sondé",
        "predicate": "presence",
        "value": "Gran Grif",
        "source": "radio",
        "reported": "2025-03-09",
    }
    other = {**said, "subject": "Liancourt", "predicate": "controls"}
    rows = (
        pd.DataFrame([{**said, **row}, other, other | {"predicate": "base"}])
        .astype(object)
        .where(lambda cell: cell.notna(), None)
    )
    path = tmp_path / f"said.{ending}"
    rows.to_csv(path, index=False) if ending == "csv" else rows.to_parquet(path)
    ledger = am.read_claims(path, area=artibonite)
    assert [SharePolicy().is_licensed(one) for one in ledger.claims["licence"]] == [True, False, False]
    freed = am.read_claims(path, area=artibonite, licence="own report").claims["licence"]
    assert SharePolicy().is_licensed(freed.iloc[0]) is ("licence" in row)
    found = gather(artibonite, claims=path)
    assert found.shut_lines()[0].startswith("1 of 3 rows of said.")


def test_posts_keep_the_licence_of_their_row(artibonite, tmp_path):
    head = "lt,ln,lp,d,o,t,b,licence\n"
    path = tmp_path / "posts.csv"
    path.write_text(head + "19.15,-72.61,A,2025-03-01,Group A,Groupes armés,Axe,confidential\n"
                    "19.16,-72.61,B,2025-03-01,Group A,Groupes armés,Axe,\n", encoding="utf-8")  # fmt: skip
    read = am.read_report(path, area=artibonite)
    assert sum(read.shut.values()) == 1
    assert read.claims["licence"].map(SharePolicy().is_licensed).tolist() == [True, False]


@pytest.mark.parametrize(
    "licence",
    [
        "ACLED", "acled: x", "CC BY 4.0; ACLED", "data from ACLED", "INSO: do not share", "Confidentiel",
        "usage interne", "Not for redistribution", "all rights reserved", "pa pou pataje",
    ],
)  # fmt: skip
def test_licences_that_shut(licence):
    assert is_shut(licence, ("ACLED",))


@pytest.mark.parametrize(
    "licence",
    [
        "CC BY 4.0 International", "own report", "facts; cite the publisher", "ODbL-1.0", "CC0", "public domain",
        "UCDP GED, CC BY 4.0: cite UCDP", "unrestricted", "no publisher stated",
    ],
)  # fmt: skip
def test_licences_that_do_not(licence):
    assert not is_shut(licence, ("ACLED",))


# --- the command line ------------------------------------------------------------------------


def test_validate_says_it_first_and_writes_no_mapping_for_a_known_format(tmp_path, capsys):
    path = save(tmp_path, tagged(acled()), "csv")
    assert main(["validate", str(path), "--save-mapping"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("3 of 3 rows of a.csv are held back from partners and public, by their licence (ACLED")
    assert "known format" in out[1]
    assert not mapping_beside(path).exists()
    own = save(tmp_path, renamed(*BASE, "event_id_cnty"), "csv", "b")
    assert main(["validate", str(own)]) == 0
    assert "--licence 'own report'" in capsys.readouterr().out.splitlines()[0]
    assert main(["validate", str(own), "--licence", "own report"]) == 0
    assert "held back" not in capsys.readouterr().out


def test_every_command_that_takes_events_says_it(tmp_path, capsys):
    path = save(tmp_path, acled(event_date="2025-12-03"), "csv")
    assert main(["risk", "--events", str(path)]) == 0
    said = capsys.readouterr()
    assert "3 of 3 rows of a.csv are held back" in said.err
    assert main(["report", "--events", str(path), "-o", str(tmp_path / "r.md")]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("3 of 3 rows of a.csv are held back")
    assert WORDS not in (tmp_path / "r.md").read_text(encoding="utf-8") + said.out + said.err
