"""The corridor report: what it says, what it leaves out, and that hostile text stays text."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
from html.parser import HTMLParser
from importlib import resources

import geopandas as gpd
import pandas as pd
import pytest
import shapely

import artimap as am
from artimap.claims.ledger import Ledger
from artimap.control.checkpoints.life_cycle import checkpoints_on
from artimap.core import schema
from artimap.core.errors import DataError, DateError, ShareError
from artimap.core.i18n import words
from artimap.core.tables import CHECKPOINTS, CLAIMS, EVENTS
from artimap.maps.briefing import briefing_map
from artimap.report.blocks import Block, Fold, Heading, Paragraph, ReportSection, TableBlock, cell
from artimap.report.markdown import escape, to_markdown
from artimap.report.report import corridor_report
from artimap.report.sections import SECTIONS
from artimap.risk.estimate import corridor_risk
from artimap.risk.model import EMBEDDED_SHARE, RiskModel
from artimap.risk.phrases import trip_phrase

DAY = dt.date(2024, 10, 15)
HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "`${alert(1)}` \\2019 \" ' &amp; | ~~x~~",
    "[click](javascript:alert(1)) **bold** # head",
    "\u202eevil\u202c \u200f \U0001f642",
    "- item\n# heading\n> quote | cell |",
)


class _Page(HTMLParser):
    """Gathers tags, attributes and text of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.pieces = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data):
        self.pieces.append(data)


def parsed(html):
    page = _Page()
    page.feed(html)
    return page


def an_event(rn1, **own):
    row = {
        "event_id": "e1", "record": "event", "date_start": "2024-10-03", "date_end": "2024-10-03", "date_precision": 1,
        "kind": "attack_on_civilians", "actors": "Gran Grif", "alleged_gang_dead": "no", "place": "Pont-Sondé",
        "place_kind": "place", "place_id": "pont-sonde", "geo_precision": 1, "n_claims": 2, "n_sources": 2,
        "sensitivity": "low", "licence": "facts", "summary": "An attack.", "geometry": rn1.point_at(107_800.0),
    }  # fmt: skip
    return row | own


def events_of(rn1, *rows):
    frame = gpd.GeoDataFrame(list(rows), geometry="geometry", crs=rn1.crs)
    return schema.conform(frame, EVENTS)


def claim(claim_id, predicate, value, **own):
    row = {
        "claim_id": claim_id, "about": "event", "subject": "e1", "predicate": predicate, "value": value,
        "claimant": "someone", "claimant_is_party": "no", "reported": "2024-10-04", "date_basis": "stated",
        "source": "A Paper", "source_url": "https://example.org/a", "sensitivity": "low", "licence": "facts",
        "report_id": claim_id,
    }  # fmt: skip
    return row | own


def ledger_of(*rows):
    claims = schema.conform(pd.DataFrame(list(rows)), CLAIMS) if rows else schema.empty(CLAIMS)
    subjects = pd.DataFrame({"subject": [], "name": []}, dtype=schema.TEXT)
    posts = pd.DataFrame({"checkpoint_id": [], "claim_id": [], "sensitivity": []}, dtype=schema.TEXT)
    return Ledger(claims, subjects, posts)


def report_of(artibonite, rn1, *, events=(), claims=(), **own):
    table = events_of(rn1, *events) if events else schema.empty(EVENTS, crs=rn1.crs)
    risk = own.pop("risk", None)
    if risk is None:
        risk = corridor_risk(rn1, table, as_of=DAY)
    return corridor_report(
        artibonite, corridor=rn1, risk=risk, events=table, ledger=ledger_of(*claims), as_of=DAY, **own
    )


@pytest.fixture(scope="module")
def real(rn1, events, ledger):
    located = rn1.locate(events)
    return {
        "corridor": rn1, "events": located, "ledger": ledger, "as_of": DAY,
        "risk": corridor_risk(rn1, located, as_of=DAY), "checkpoints": checkpoints_on(rn1, ledger, as_of=DAY),
    }  # fmt: skip


def test_the_real_report_names_places_sources_and_thinness(artibonite, real):
    text = corridor_report(artibonite, **real).markdown()
    for wanted in (
        "La Croix Périsse",
        "Pont-Sondé",
        "thin data, so intervals are wide",
        "Sources differ",
        "Mayor of Saint-Marc",
        "15 Oct 2024",
    ):
        assert wanted in text
    assert "killed: at least 70" in text
    assert "killed: 115" in text


def test_every_section_has_its_own_id_and_reaches_the_page(artibonite, real):
    page = parsed(corridor_report(artibonite, **real).html())
    ids = [value for tag, name, value in page.attributes if (tag, name) == ("section", "id")]
    assert len(ids) == len(set(ids)) == len(SECTIONS) - 1


def test_same_input_same_bytes(artibonite, real, tmp_path):
    first, second = (corridor_report(artibonite, **real) for _ in range(2))
    for name in ("a.html", "a.md"):
        assert first.save(tmp_path / name).read_bytes() == second.save(tmp_path / f"b{name[1:]}").read_bytes()


def test_the_page_asks_nobody_for_anything(artibonite, real):
    html = corridor_report(artibonite, **real).html()
    page = parsed(html)
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name == "style"]
    policy = next(value for tag, name, value in page.attributes if tag == "meta" and value and "default-src" in value)
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert all(value.startswith("data:") for tag, name, value in page.attributes if name == "src")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(artibonite, rn1, text):
    event = an_event(rn1, place=text, place_id=None, actors=text, summary=text)
    claims = [
        claim("c1", "stated", text, claimant=text, source=text, source_url="javascript:alert(1)", note=text),
        claim(
            "c2", "controls", text, about="place", subject="savien", claimant=text, source=text, note=text, place=text
        ),
        claim("c3", "killed", text, source=text),
    ]
    report = report_of(artibonite, rn1, events=[event], claims=claims)
    page = parsed(report.html())
    assert page.tags.count("img") == 1
    assert "script" not in page.tags
    assert not [value for _, name, value in page.attributes if name == "href" and not value.startswith(("#", "http"))]
    shown = " ".join("".join(page.pieces).split())
    visible = re.sub("[\u202a-\u202e]", lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)
    assert " ".join(visible.split()) in shown
    markdown = report.markdown()
    assert not re.search(r"<(script|img|/)", markdown)
    assert not re.search(r"(?<!\\)\]\(javascript", markdown)
    assert not [line for line in markdown.splitlines() if line.startswith(("# heading", "- item"))]


def test_markdown_escape_leaves_no_live_marks():
    assert escape("a|b*c*_d_`e`<f>") == "a\\|b\\*c\\*\\_d\\_\\`e\\`&lt;f&gt;"
    assert "https://" not in escape("see https://example.org")


def test_empty_tables_give_a_whole_report(artibonite, rn1):
    report = report_of(artibonite, rn1)
    assert "very thin data" in report.markdown()
    assert report.html().count("<section") == len(SECTIONS) - 1


def test_silence_never_reads_as_safety(artibonite, rn1):
    for lang, safe in (("en", r"\bis safe\b|\bsafe stretch\b|\bcalm\b"), ("fr", r"\best sûr\b|\bcalme\b(?! ni)")):
        text = report_of(artibonite, rn1, lang=lang).markdown()
        row = next(line for line in text.splitlines() if line.startswith("| **Limbé"))
        assert words(lang)["info.silent"] in row
        assert words(lang)["map.stretch.silent_row"] in row
        assert not re.search(safe, row)
        assert not re.search(r"\d per km", row)
    assert "not a safe stretch" in report_of(artibonite, rn1).markdown()


CITIES = ("Port-au-Prince – Saint-Marc", "Saint-Marc – Gonaïves", "Gonaïves – Cap-Haïtien")


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_the_first_line_is_of_the_ways_between_the_cities(newest, lang):
    lines = newest.report(lang).markdown().splitlines()
    first = next(line for line in lines if line.startswith("1. "))
    assert [first.index(name) for name in CITIES] == sorted(first.index(name) for name in CITIES)
    model, trips = am.model_of(newest.risk, am.RiskModel), newest.trips
    assert {trip.known for trip in trips} == {True, False}
    for trip in trips:
        said = trip_phrase(trip, model, lang)
        assert escape(said) in first
        unknown = words(lang)["map.trip.unknown"].partition("{")[0]
        assert said.startswith(unknown) != trip.known
        assert (words(lang)["map.rate.reported"].partition("{")[0] in said) or not trip.last_expected
    # That rates are of what is reported, and by what part, stands near the top, its source once up there.
    top = "\n".join(lines[: lines.index(next(line for line in lines if line.startswith("| ")))])
    assert top.count(words(lang)["map.rate.caveat"]) == 1
    assert top.count("ACLED") == 1
    assert words(lang)["sample.says"] in top.replace("\\", "")
    assert len(lines[: lines.index(next(line for line in lines if words(lang)["map.rate.caveat"] in line))]) < 25


def test_the_gravest_events_are_named_whatever_their_age(newest):
    text = newest.report().markdown()
    top = text.partition("## Ways between the cities")[0]
    assert "Pont-Sondé, 3 Oct 2024" in top
    assert re.search(r"Pont-Sondé, 3 Oct 2024\*\*: attack on civilians, killed: from 20 to 200 \(13 statements\)", top)
    table = text.partition("## Gravest events, whatever their age")[2].partition("\n## ")[0]
    row = next(line for line in table.splitlines() if "3 Oct 2024" in line)
    about = newest.ledger.claims[newest.ledger.claims["subject"] == "2024-10-03-pont-sonde"]
    for source in about["source"].dropna().unique():
        assert escape(source) in row
    # Figures over several events are no event.
    assert "1,018" not in table


def rows_of_rates(study):
    table = study.report().markdown().partition("## Towns and stretches")[2].partition("\n> ")[0]
    assert "happens" not in table
    return [line.split(" | ") for line in table.splitlines() if line.startswith("| **")]


INTERVAL = "(80\u00a0%: "


def test_every_rate_is_worded_as_reported_with_its_interval(newest):
    rows = rows_of_rates(newest)
    assert len(rows) == len(newest.risk) == 36
    for cells, info in zip(rows, newest.risk["info"], strict=True):
        if info == "silent":
            assert cells[2].startswith("**not known"), cells
            assert cells[3] == "–"
        else:
            assert "reported about once in" in cells[2], cells
            # What the embedded share says is missing fell into time that rates leave out: there is no second figure.
            assert "incidents are reported" not in cells[2], cells
            assert cells[2].count(INTERVAL) == 1, cells
    known = newest.risk[newest.risk["info"] != "silent"]
    for name in ("rate", "lo80", "hi80"):
        assert known[f"happened_{name}"].tolist() == known[name].tolist()


def test_a_share_that_changes_a_rate_stands_beside_it(artibonite):
    """Where all days count as observed, what is not reported is not yet in the rate."""
    whole = am.study(artibonite, model=RiskModel(reported_share=EMBEDDED_SHARE, observation="whole"))
    rows = [cells for cells in rows_of_rates(whole) if not cells[2].startswith("**not known")]
    assert len(rows) == (whole.risk["info"] != "silent").sum() > 0
    for cells in rows:
        assert "reported about once in" in cells[2], cells
        assert "if about two in five incidents are reported, about once in" in cells[2], cells
        assert cells[2].count(INTERVAL) == 2, cells


def test_ways_are_compared_with_those_of_an_earlier_briefing(newest, tmp_path):
    kept = newest.report().snapshot()
    name = "Saint-Marc – Gonaïves"
    assert kept["trips"][name] == next(trip.expected for trip in newest.trips if trip.name == name)
    assert kept["trips"]["Gonaïves – Cap-Haïtien"] is None
    assert {row["rate"] is None for row in kept["stretches"] if row["info"] == "silent"} == {True}
    kept["trips"] = {name: 0.1, "Gonaïves – Cap-Haïtien": 0.5, "Port-au-Prince – Saint-Marc": None}
    (tmp_path / "manifest.json").write_text(json.dumps({"audience": "partners", "report": kept}), encoding="utf-8")
    told = newest.report(since=tmp_path).markdown().partition("\n## What changed")[2].partition("\n## ")[0]
    assert re.search(r"\*\*Saint-Marc – Gonaïves\*\* \| higher \| 0.1 \| \d[\d.]* \|", told)
    assert "**Gonaïves – Cap-Haïtien** | silence begun or ended | 0.5 | not known |" in told
    assert "**Port-au-Prince – Saint-Marc** | about the same | not known | not known |" in told
    assert "cut otherwise" not in told


def test_what_the_model_weighed_is_printed(newest):
    text = newest.report().markdown().partition("## Parameters of the model")[2]
    assert re.search(r"\*\*half\\_life\\_days\*\* \| weighed: \w+ \d+", text)
    assert re.search(r"\*\*dispersion\*\* \| weighed: [\d.]+ \d+", text)
    assert "reported\\_share.source" in text


def test_deaths_not_stated_are_not_zero(artibonite, rn1):
    unknown = report_of(artibonite, rn1, events=[an_event(rn1, n_claims=0)]).markdown()
    assert "harm not stated" in unknown
    assert not re.search(r"killed: (0|reported as none)", unknown)
    zero = report_of(artibonite, rn1, events=[an_event(rn1, n_claims=0, killed_low=0, killed_best=0, killed_high=0)])
    assert "killed: reported as none" in zero.markdown()


def test_contradictions_stand_side_by_side(artibonite, rn1):
    claims = [claim("c1", "killed", "70+"), claim("c2", "killed", "115", claimant="the mayor", source="B Paper")]
    text = report_of(artibonite, rn1, events=[an_event(rn1)], claims=claims).markdown()
    assert "killed: from 70 to 115 (2 statements)" in text
    assert "at least 70" in text
    assert "the mayor" in text


def test_a_party_is_named_as_one(artibonite, rn1):
    claims = [claim("c1", "injured", "1", claimant="departmental police director", claimant_is_party="yes")]
    assert "(a party to the events)" in report_of(artibonite, rn1, events=[an_event(rn1)], claims=claims).markdown()


def test_rows_held_back_do_not_reach_partners_and_are_counted(artibonite, rn1):
    rows = [
        an_event(rn1),
        an_event(rn1, event_id="e2", sensitivity="severe", place="Secret place", place_id=None),
        an_event(rn1, event_id="e3", kind="deployment", place="Force base", place_id=None),
    ]
    claims = [
        claim("c1", "stated", "plain words"),
        claim("c2", "stated", "secret words", subject="e2"),
        claim("c3", "controls", "high words", about="place", subject="savien", sensitivity="high"),
        claim("c4", "deployed", "force words", about="deployment", subject="HT0511"),
    ]
    for kind in ("html", "markdown"):
        shown = getattr(report_of(artibonite, rn1, events=rows, claims=claims), kind)()
        for secret in ("Secret place", "secret words", "high words", "Force base", "force words"):
            assert secret not in shown
        assert "plain words" in shown
    text = report_of(artibonite, rn1, events=rows, claims=claims).markdown()
    assert "Events held back: 2 (positions of forces: 1; sensitivity severe: 1)" in text
    assert "Statements held back: 3 (sensitivity high: 1; positions of forces: 1; about events held back" in text
    assert "2 events and 3 statements held back for this audience" in text
    inside = report_of(artibonite, rn1, events=rows, claims=claims, audience="internal").markdown()
    assert "secret words" in inside
    assert "Do not pass it on" in inside


def test_what_was_held_back_before_is_counted(artibonite, rn1):
    assert "before this report was made: 7 rows" in report_of(artibonite, rn1, held_back=7).markdown()


def test_statements_after_the_day_are_left_out_and_counted(artibonite, rn1):
    claims = [claim("c1", "killed", "70+"), claim("c2", "killed", "200+", reported="2024-12-11")]
    text = report_of(artibonite, rn1, events=[an_event(rn1)], claims=claims).markdown()
    assert "at least 200" not in text
    assert "1 statement reported after the day" in text


def test_posts_without_a_place_stand_apart(artibonite, rn1):
    post = {"kind": "toll", "status": "unknown", "n_claims": 1, "corridor_id": "rn1", "geometry": shapely.Point()}
    rows = [
        post | {"checkpoint_id": "p1", "place": "Canaan", "from_m": 15_000.0, "to_m": 15_000.0, "fees": "3,000 HTG"},
        post | {"checkpoint_id": "p2", "place": "somewhere on RN1"},
    ]
    table = schema.conform(gpd.GeoDataFrame(rows, geometry="geometry", crs=rn1.crs), CHECKPOINTS)
    text = report_of(artibonite, rn1, checkpoints=table).markdown()
    before, after = text.split("Posts whose place on the road is not stated")
    assert "3,000 HTG" in before
    assert "somewhere on RN1" not in before
    assert "somewhere on RN1" in after


def test_every_parameter_is_printed_with_its_meaning(artibonite, rn1):
    text = report_of(artibonite, rn1, lang="fr").markdown()
    model = RiskModel()
    names = [field.name for part in (model, model.reach) for field in dataclasses.fields(part) if field.name != "reach"]
    for name in names:
        assert escape(name) in text
        for lang in ("en", "fr", "ht"):
            assert words(lang)[f"report.model.{name}"]


def test_changes_since_an_earlier_briefing(artibonite, rn1, tmp_path):
    before = report_of(artibonite, rn1, events=[an_event(rn1)], claims=[claim("c1", "stated", "one")])
    earlier = {"audience": "partners", "report": before.snapshot()}
    (tmp_path / "manifest.json").write_text(json.dumps(earlier), encoding="utf-8")
    rows = [an_event(rn1), an_event(rn1, event_id="e2", date_start="2024-10-10", date_end="2024-10-10", place="Here")]
    claims = [claim("c1", "stated", "one"), claim("c2", "stated", "two", subject="e2")]
    text = report_of(artibonite, rn1, events=rows, claims=claims, since=tmp_path).markdown()
    assert "New in the data: 1 event and 1 statement" in text
    assert "Here, 10 Oct 2024" in text
    assert "| higher |" in text
    assert "No earlier briefing" not in text


def test_since_must_be_a_briefing(artibonite, rn1, tmp_path):
    with pytest.raises(DataError, match=r"manifest\.json"):
        report_of(artibonite, rn1, since=tmp_path)
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="not JSON"):
        report_of(artibonite, rn1, since=tmp_path)


def test_french_has_no_english_left_over(artibonite, real):
    text = corridor_report(artibonite, **real, lang="fr").markdown()
    english, french = words("en"), words("fr")
    for key in (
        "title.heading",
        "summary.heading",
        "stretches.silence",
        "unknown.heading",
        "method.step_1",
        "disclaimer.line_2",
    ):
        assert english[f"report.{key}"].format(road="RN1") != french[f"report.{key}"].format(road="RN1")
        assert english[f"report.{key}"].format(road="RN1") not in text
    for left in ("no place stated", "does not endanger", "runs nowhere", "attack on civilians", "said by at least"):
        assert left not in text
    small = corridor_report(artibonite, corridor=real["corridor"], risk=real["risk"], as_of=DAY, lang="fr").markdown()
    for left in (" the ", " not ", " and ", " reports"):
        assert left not in re.sub(r"(?m)^\| \*\*\w+\*\* \|.*|^> .*Gelman.*", "", small.split("## Données")[0]), left
    assert "3 oct. 2024" in text


def test_all_languages_fill_the_same_blanks():
    blanks = re.compile(r"\{(\w+)\}")
    for key, text in words("en").items():
        if key.startswith(("report.", "strip.")):
            for lang in ("fr", "ht"):
                assert set(blanks.findall(text)) == set(blanks.findall(words(lang)[key])), key


def test_an_unknown_ending_is_refused(artibonite, rn1, tmp_path):
    with pytest.raises(ShareError, match="html, md, pdf, docx, xlsx, json"):
        report_of(artibonite, rn1).save(tmp_path / "report.odt")
    assert not list(tmp_path.iterdir())


def test_a_bad_day_is_one_clear_error(artibonite, rn1, real):
    with pytest.raises(DateError, match="YYYY-MM-DD"):
        corridor_report(artibonite, corridor=rn1, risk=real["risk"], as_of="yesterday")


def test_it_shows_itself_in_a_frame(artibonite, rn1):
    frame = report_of(artibonite, rn1)._repr_html_()
    assert parsed(frame).tags == ["iframe"]


def test_a_post_that_was_removed_is_not_counted_as_standing(artibonite, rn1, events, ledger):
    day = "2025-12-27"
    posts = checkpoints_on(rn1, ledger, as_of=day)
    assert (posts["status"] == "removed").any()
    standing = int((posts["from_m"].notna() & (posts["status"] != "removed")).sum())
    risk = corridor_risk(rn1, rn1.locate(events), as_of=day, ledger=ledger)
    report = corridor_report(
        artibonite, corridor=rn1, risk=risk, checkpoints=posts, events=events, ledger=ledger, as_of=day
    )
    assert f"{standing} posts with a known place" in report.markdown()
    chart = briefing_map(artibonite, corridor=rn1, checkpoints=posts, ledger=ledger, as_of=day, languages=())
    said = next(one.text for one in chart.page.furniture.briefing if "active" in one.text)
    assert "1 said to be removed" in said


def test_what_opens_is_a_heading_with_blocks_in_markdown():
    inside = (Paragraph(cell("x"), "note"), TableBlock(("a", "b"), ((cell("1"), cell("–")),)))
    folded = ReportSection("s", "S", (Fold(Heading("H", 4, "n"), inside, "2 rows"),), folded=True)
    assert to_markdown([folded]) == to_markdown([ReportSection("s", "S", (Heading("H", 4, "n"), *inside))])


def test_the_page_knows_every_kind_of_block_by_its_class():
    template = resources.files("artimap.report").joinpath("templates/report.html.j2").read_text(encoding="utf-8")
    assert set(re.findall(r'kind == "(\w+)"', template)) == set(Block.split(" | "))
