"""The products of a trip from plain content: in three languages, safe with any words, short where they must be."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from itertools import islice
from xml.etree import ElementTree as ET

import pyogrio
import pytest

from artimap.core.i18n import words
from artimap.core.vocab import Audience, RouteDiffers
from artimap.report.trip.card import MOST, trip_text
from artimap.report.trip.content import TripPosts, merged, without_plan
from artimap.report.trip.files import trip_json_text, trip_track
from artimap.report.trip.page import PRINTED_POSTS, trip_html
from artimap.report.trip.sentences import answer, closures, daylight, fees, passage, reason, reasons, unknowns, waiting
from tests.hostile import payloads
from tests.report.trips import PASSED, closing, content, way

LANGS = ("en", "fr", "ht")
MANY = [closing(asked=True), *(closing() for _ in range(5)), closing(near=False)]


class Page(HTMLParser):
    """The tags, their attributes, and the texts of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts, self.inside = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag):
        while tag in self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" not in self.inside and data.strip():
            self.texts.append(" ".join(data.split()))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "told",
    [
        content(1), content(2), content(4, closed=MANY), content(0, closed=MANY), content(0),
        content(3, "A name as long as any that a map of this country may ever have had, and longer: ", closed=MANY),
        content([way(0, silent=55.0), way(1, silent=0.0, passages=PASSED)], back=(way(0, back=True),)),
        without_plan(content(2, closed=MANY, audience=Audience.PARTNERS)),
    ],
    ids=["one", "two", "full", "cut off", "none", "long names", "silent", "partners"],
)  # fmt: skip
def test_a_card_is_short_begins_with_the_day_and_the_answer_and_ends_with_its_limits(told, lang):
    card = trip_text(told, lang)
    assert len(card) <= MOST
    assert card == trip_text(told, lang)
    assert "2024" in card.split("\n")[0]
    if "A name" not in card:
        last = card.rstrip("\n").split("\n")[-1]
        assert words(lang)["trip.card_end"] in last
        assert "2024" in last
    assert not set(card) & set("\u00a0\u202f–’…\t")
    assert card.count("|") == 0


def test_what_a_card_leaves_out_is_counted_and_the_ways_stay():
    card = trip_text(content(4, closed=MANY), "en")
    assert re.search(r"Left out here: \d+ lines", card)
    assert all(f"Way {n}" in card for n in range(1, 5))
    assert "closed as you asked" in card
    assert "Left out here" not in trip_text(without_plan(content(1)), "en")


@pytest.mark.parametrize("lang", ["fr", "ht"])
def test_no_english_is_left_in_the_other_languages(lang):
    english, own = words("en"), words(lang)
    told = content([way(0, passages=PASSED), way(1), way(2, silent=70.0)], closed=MANY, back=(way(0, back=True),))
    texts = " ".join(Page(trip_html(told, lang)).texts) + trip_text(told, lang) + trip_track(told, lang)
    for key, text in english.items():
        if not key.startswith(("trip.", "report.", "map.trip.", "passage.", "checkpoint.")) or own[key] == text:
            continue
        for part in re.split(r"\{\w*\}|\|", text):
            if len(part.strip()) > 11 and part not in own[key]:
                assert part.strip() not in texts, key


@pytest.mark.parametrize("lang", LANGS)
def test_every_reason_has_words(lang):
    given = {"slower": ":85", "fewer_reports": ":0.4", "avoids": ":rn1:110.4:130.2", "more_silent": ":9"}
    told = content(2)
    said = {reason(f"{one}{given.get(one, '')}", told, lang) for one in RouteDiffers}
    assert len(said) == len(RouteDiffers)
    assert not any("{" in one for one in said)


@pytest.mark.parametrize("lang", LANGS)
def test_words_of_others_never_become_markup(lang):
    hostile = list(islice(payloads(), 0, None, 7))
    for one in hostile:
        told = content(2, f"{one} ", closed=[closing(one)])
        page = Page(trip_html(told, lang))
        assert {tag for tag, _ in page.tags} <= ALLOWED
        assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on") or name in UNSAFE]
        ET.fromstring(trip_track(told, lang))  # noqa: S314 - our own
        card = trip_text(told, lang)
        assert len(card) <= MOST
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", card)


ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "span",
    "main", "section", "ol", "ul", "li", "article", "dl", "div", "dt", "dd", "figure", "svg",
    "polyline", "circle", "text", "table", "thead", "tbody", "tr", "th", "td", "footer",
}  # fmt: skip
UNSAFE = {"style", "href", "src", "srcdoc", "action", "xlink:href"}


def test_a_page_asks_for_nothing_and_runs_nothing():
    page = trip_html(content(4, closed=MANY), "en")
    assert "default-src 'none'" in unescape(page)
    assert not re.search(r"https?://|<script|url\(", page)
    assert page == trip_html(content(4, closed=MANY), "en")


def test_nothing_is_called_safe_and_the_silence_is_told():
    page = " ".join(Page(trip_html(content(2), "en")).texts)
    assert re.findall(r"\bsafe\b", page) == ["safe"]
    assert "None is called safe" in page
    assert "12 of 55 km: nobody has reported for 180 days or more" in page
    assert "Silence is not safety" in page


def test_a_sum_is_one_only_where_every_post_states_an_amount():
    told = way(0)
    assert fees(told, "en") == "at least 500 HTG a trip; not stated by 2 of 3 posts"
    posts = told.posts
    whole = replace(posts, complete=True, fee_unknown=0, doubtful=0, asked=(replace(posts.asked[0], high=900.0),))
    assert fees(replace(told, posts=whole), "en") == "500–900 HTG a trip; every post states one"
    assert fees(replace(told, posts=replace(posts, asked=(), fee_unknown=3)), "en") == "not stated by any of 3 posts"
    none = TripPosts(0, 4, (), 0, 0.0, 0.0, 0, complete=False)
    assert fees(replace(told, posts=none), "en") == "no post is known to ask"


def test_traffic_is_unknown_or_told_with_its_interval():
    assert passage(way(0), "en") == "how many pass is not known"
    assert passage(way(0, passages=PASSED), "en") == (
        "passed 14 times since 1 Jun 2024, nothing reported; an incident in 2.4 of 100 passages (95\u00a0%: 0 to 12)"
    )
    struck = replace(PASSED, incidents=2, turned_back=1)
    told = passage(way(0, passages=struck), "en")
    assert told.startswith("passed 14 times since 1 Jun 2024; turned back: 1; incident on the way: 2; an incident in")


def test_where_no_way_leads_the_answer_says_what_closes_it():
    lines = answer(content(0, closed=[closing(asked=True), closing()]), "en")
    assert lines[0] == "No way is known from Saint-Marc to Gonaïves that leaves out what is closed."
    assert lines[1:] == [
        "RN1 km 110.4 to 126.0: closed as you asked.",
        "Pont-Sondé, RN1 km 110.4 to 126.0: said to be destroyed by LogIE, 3 Oct 2024 (12 days before).",
    ]
    assert answer(content(0), "en") == ["No way is known from Saint-Marc to Gonaïves."]
    trip_html(content(0), "en")  # the map then shows the roads


def test_closures_far_away_are_counted_not_listed():
    lines = closures(content(1, closed=MANY), "en", most=3)
    assert len(lines) == 4
    assert lines[-1].startswith("4 more pieces are closed farther away")


def test_the_hour_to_leave_is_said_once_where_it_is_the_same():
    told = content(2)
    same = replace(told, hours=(told.hours[0],) * 2, departure=None)
    assert "leave: between 06:01 and 13:40." in daylight(same, "en")[0]
    assert "leave: Way 1 between 06:01 and 13:40; Way 2 between 06:01 and 13:39." in daylight(told, "en")[0]
    assert daylight(told, "en")[1] == "Leaving at 15:00 is outside these hours: Way 1, Way 2."
    short = replace(told, hours=(replace(told.hours[0], leave=None),) * 2)
    assert "the day is too short" in daylight(short, "en")[0]


def test_others_get_no_plan():
    told = content(2, closed=MANY, back=(way(0, back=True),), audience=Audience.PARTNERS)
    bare = without_plan(told)
    secrets = ("15:00", "20-foot", "container_truck", "Hospital", "+509", "as you asked", "500 HTG", "13:40", "Croix")
    texts = trip_html(bare, "en"), trip_text(bare, "en"), trip_track(bare, "en"), trip_json_text(bare, models={})
    for product in texts:
        for secret in secrets:
            assert secret not in re.sub(r"<(style|svg).*?</\1>", "", product, flags=re.DOTALL), secret
    assert "about once in 14 days" in trip_text(bare, "en")
    assert any("a plan is left out" in one for one in unknowns(bare, "en"))


def test_a_track_has_a_line_a_way_and_waypoints_only_where_a_place_is_exact(tmp_path):
    told = content(3, back=(way(0, back=True),))
    path = tmp_path / "trip.gpx"
    path.write_text(trip_track(told, "ht"), encoding="utf-8")
    tracks, points = (pyogrio.read_dataframe(path, layer=layer) for layer in ("tracks", "waypoints"))
    assert len(tracks) == 4
    assert tracks["name"].tolist()[-1].startswith("Retou 1")
    assert len(points) == sum(one.lon is not None for one in told.ways[0].post_rows) == 3
    text = path.read_text("utf-8")
    assert not re.search("Hospital|509|Gran Grif|Radio", text)
    root = ET.fromstring(text)  # noqa: S314 - our own
    assert root.tag == "{http://www.topografix.com/GPX/1/1}gpx"
    assert root.get("version") == "1.1"
    assert [one.tag.split("}")[1] for one in root] == ["metadata", *["wpt"] * 3, *["trk"] * 4]


def test_paper_has_few_posts_and_the_screen_all():
    rows = [attrs for tag, attrs in Page(trip_html(content(1), "en")).tags if tag == "tr"][1:]
    hidden = [one for one in rows if one.get("class") == "screen"]
    assert (len(rows), len(rows) - len(hidden)) == (7, min(PRINTED_POSTS, 5))


def test_neighbouring_pieces_of_one_knowledge_are_one():
    pieces = way(0).pieces
    assert merged([replace(pieces[0], to_m=10_000.0), replace(pieces[0], from_m=10_000.0), pieces[1]]) == pieces


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("held", "rejected"), [(1, 0), (4, 0), (0, 2), (3, 1)])
def test_statuses_that_nobody_sees_here_stand_on_page_and_card_and_no_closure_is_denied(lang, held, rejected):
    told = content(2, audience=Audience.PARTNERS, statuses_held=held, statuses_rejected=rejected)
    bare = replace(without_plan(told), ways=tuple(replace(one, statuses=()) for one in without_plan(told).ways))
    for one in (told, bare):
        lines, card, page = unknowns(one, lang), trip_text(one, lang), " ".join(Page(trip_html(one, lang)).texts)
        assert words(lang)["trip.closed_none"] not in lines
        assert words(lang)["trip.not_roads"] not in lines
        for name, n in (("statuses_held", held), ("statuses_rejected", rejected)):
            said = words(lang)[f"trip.{name}"].split("|")[n > 1].format(n=n)
            assert (said in lines) is (n > 0)
            assert (" ".join(said.split()) in page) is (n > 0)
            assert (" ".join(said.replace("\u00a0", " ").split()) in card) is (n > 0)
    # where nothing is said of a way, what is held back stands there too
    assert words(lang)["trip.state_none"] not in Page(trip_html(bare, lang)).texts


@pytest.mark.parametrize("lang", LANGS)
def test_movements_that_are_withheld_are_not_unknown(lang):
    told = without_plan(content(1, audience=Audience.PARTNERS, cells_of=3))
    said = words(lang)["trip.traffic_held"].format(k=3)
    page = " ".join(Page(trip_html(told, lang)).texts)
    assert " ".join(said.split()) in page
    assert said.replace("\u00a0", " ").replace("’", "'") in trip_text(told, lang)
    assert words(lang)["trip.traffic_unknown"] not in page + trip_text(told, lang)


@pytest.mark.parametrize("lang", LANGS)
def test_movements_over_a_small_part_are_no_passages_of_the_way(lang):
    short = replace(PASSED, passed=0, partly=14, covered_km=15.6, length_km=60.0, per_hundred=None)
    told = passage(way(0, passages=short), lang)
    assert "14" in told
    assert "16" in told
    assert "60" in told
    assert words(lang)["passages.short_only"].split("|")[1].split("{day}")[1].format(x=16, y=60) in told
    mixed = passage(way(0, passages=replace(PASSED, partly=3, partly_incidents=1)), lang)
    assert words(lang)["passages.short"].split("|")[1].format(n=3) in mixed
    assert words(lang)["passages.short_incidents"].split("|")[0].format(n=1) in mixed
    assert words(lang)["trip.passed_quiet"].split(", ")[-1] not in mixed


@pytest.mark.parametrize("lang", LANGS)
def test_a_post_without_a_place_is_told_as_that(lang):
    homeless = replace(way(0).post_rows[6], place="", passable="no")
    told = content([way(0, post_rows=(homeless,), passable="no")])
    assert words(lang)["trip.no_place"] in trip_html(told, lang)
    assert len(trip_text(told, lang)) <= MOST


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("pieces", [1, 2, 3])
def test_what_a_way_avoids_is_said_once_however_many_pieces(lang, pieces):
    codes = tuple(f"avoids:rn1:{100 + 10 * n}.0:{105 + 10 * n}.5" for n in range(pieces))
    told = reasons(way(1, why=("slower:20", *codes, "fewer_posts")), content(2), lang)
    verb = words(lang)["trip.why_avoids"].split("{")[0]
    assert told.count(verb) == 1
    assert told.count("RN1") == pieces


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_number_of_one_has_no_plural(lang):
    """A number that may be one has a form for it; rates, days and lengths stand apart, and ``fee_none`` is of many."""
    apart = {"trip.fee_none", "trip.per_hundred", "passages.rate"}
    for key, text in words(lang).items():
        if key.split(".")[0] in {"trip", "passages", "closures"} and key not in apart and "|" not in text:
            assert not re.search(r"\{(n|all|posts|number)\} (?!km|min|mois|des)[^\W\d_]+s\b", text), (key, text)


@pytest.mark.parametrize("unknown", [1, 2])
def test_one_post_is_one_post(unknown):
    posts = TripPosts(3, 0, way(0).posts.asked, unknown, None, None, unknown, complete=False)
    told = way(0, posts=posts)
    noun = "1 poste sur 3" if unknown == 1 else "2 postes sur 3"
    assert noun in fees(told, "fr")
    assert ("1 poste" if unknown == 1 else "2 postes") in waiting(told, "fr")
    assert "1 posts" not in waiting(told, "en")
