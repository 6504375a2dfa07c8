"""The map as a picture without a browser: whole, the same each time, with its furniture and its doubts."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import artimap as am
from artimap.areas.area import ARTIBONITE
from artimap.core.canvas import Drawing, drawable
from artimap.core.errors import ShareError
from artimap.core.vocab import Lang
from artimap.maps.static import sheet
from artimap.maps.static.labels import Box, stacks
from artimap.maps.static.map import StaticMap, static_map
from artimap.studies.study import study

DAY = "2024-10-15"


@pytest.fixture(scope="module")
def chart(artibonite, rn1, events, ledger):
    risk = am.corridor_risk(rn1, rn1.locate(events), as_of=DAY, ledger=ledger)
    return am.briefing_map(
        artibonite,
        corridor=rn1,
        risk=risk,
        zones=am.control_zones(artibonite, ledger, as_of=DAY, events=events),
        checkpoints=am.checkpoints_on(rn1, ledger, as_of=DAY),
        events=events,
        ledger=ledger,
        as_of=DAY,
        lang="fr",
        title=r"$\frac{1}{0}$ </svg><script>alert(1)</script>",
    )


@pytest.fixture
def written(monkeypatch):
    """All words that are put on the sheet."""
    said: list[str] = []
    plain = Drawing.text

    def text(self, x, y, words, **look):
        said.append(words)
        return plain(self, x, y, words, **look)

    monkeypatch.setattr(Drawing, "text", text)
    return said


@pytest.mark.exhaustive  # six pictures; each kind alone is drawn in the quick half
def test_each_kind_is_written_whole_and_the_same_each_time(chart, tmp_path):
    picture = static_map(chart)
    starts = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    for kind, start in starts.items():
        first, again = (picture.save(tmp_path / f"{n}.{kind}").read_bytes() for n in (1, 2))
        assert first.startswith(start)
        assert first == again
    assert len(list(tmp_path.iterdir())) == 6
    with pytest.raises(ShareError, match=r"\.png, \.svg or \.pdf"):
        picture.save(tmp_path / "map.jpg")


@pytest.mark.exhaustive
def test_the_sheet_carries_its_furniture(chart, written):
    static_map(chart).png(dpi=50)
    text = " ".join(written)
    for section in (*chart.page.furniture.briefing, *chart.page.furniture.about):
        assert section.heading.split()[0] in text
    assert "OpenStreetMap" in text
    assert "Saint-Marc" in text
    assert "Gonaïves" in text
    assert "20 km" in text


@pytest.mark.parametrize(
    "lang", [pytest.param("en", marks=pytest.mark.exhaustive), "fr", pytest.param("ht", marks=pytest.mark.exhaustive)]
)
def test_briefing_and_legend_stay_on_the_sheet(lang, monkeypatch):
    """The fullest sheet: the last day of the data, with every kind of mark."""
    lowest = []
    text = Drawing.text

    def heard(self, x, y, *rest, **more):
        lowest.append(y)
        text(self, x, y, *rest, **more)

    monkeypatch.setattr(Drawing, "text", heard)
    chart = study(ARTIBONITE).map(Lang(lang), over_time=False)
    static_map(chart).png(dpi=40)
    assert min(lowest) > 0.05
    rows = sheet.legend_rows(chart.page, counted=False)
    said, columns = sheet._column(chart.page.furniture.briefing, rows, 3.0, 7.2)
    assert sum(line.high for line in said) + max(sum(entry.high for entry in one) for one in columns) < 7.2
    assert [entry.row for column in columns for entry in column] == [row for _, row in rows]


def test_every_drawn_mark_is_in_the_legend(chart, written):
    """A reader without the page must be able to name each mark."""
    static_map(chart).png(dpi=50)
    text = " ".join(written)
    drawn = {
        feature.mark
        for layer in chart.page.layers
        if layer.shown and layer.kind in ("event", "bracket")
        for feature in layer.features
    }
    legend = {row.mark: row.text for group in chart.page.furniture.legend for row in group.rows}
    assert drawn
    for mark in drawn:
        assert legend[mark].split()[0] in text, mark


def test_text_is_letters_never_markup_or_mathematics(chart, written):
    svg = static_map(chart).svg().decode("utf-8")
    assert r"$\frac{1}{0}$ </svg><script>alert(1)</script>" in written
    assert "<script" not in svg
    assert not re.search(r"(?:xlink:)?href=\"(?!#)", svg)


@pytest.mark.exhaustive
def test_spaces_that_french_does_not_break_at_are_no_boxes(chart, written):
    assert (
        drawable("1\u202f100 jours\u00a0: « non\u2009»\u200b\x07漢")
        == "1\u202f100 jours\u00a0: « non\u2009»" + "\u25a1" * 3
    )
    static_map(chart).png(dpi=50)
    text = " ".join(written)
    assert "\u00a0" in text or "\u202f" in text
    assert "\u25a1" not in text


def test_a_map_without_sources_is_not_saved(chart, tmp_path):
    bare = replace(chart.page, furniture=replace(chart.page.furniture, about=()))
    with pytest.raises(ShareError, match="without sources"):
        StaticMap(bare).save(tmp_path / "bare.png")


@given(
    st.lists(
        st.tuples(st.floats(0, 10), st.floats(0, 10), st.floats(0.01, 2)),
        max_size=30,
    )
)
def test_piles_hold_every_mark_once(spots):
    members = sorted(n for pile in stacks(spots, gap=0.1) for n in pile.members)
    assert members == list(range(len(spots)))


def test_boxes_that_only_touch_do_not_overlap():
    assert not Box(0, 0, 1, 1).meets(Box(1, 0, 2, 1))
    assert Box(0, 0, 1, 1).meets(Box(0.5, 0.5, 2, 2))


@pytest.mark.exhaustive
def test_a_notebook_that_is_not_trusted_still_shows_the_key_facts(chart, tmp_path):
    shown = chart._repr_mimebundle_()
    assert "<iframe" in shown["text/html"]
    assert "<" not in shown["text/plain"].replace(chart.page.furniture.title, "")
    for section in chart.page.furniture.briefing:
        assert section.heading in shown["text/plain"]
    assert chart.to_png(tmp_path / "map.png", dpi=40) == (tmp_path / "map.png").read_bytes()


def test_estimated_zones_are_switched_on_by_their_maker_and_said_to_be_a_model(artibonite, events, written):
    table = am.estimate_contestation(artibonite, events, stop=DAY)
    chart = am.briefing_map(
        artibonite, as_of=DAY, events=events, estimated=am.estimated_zones(artibonite, table, as_of=DAY), languages=()
    )
    note = "Estimated zones are shown: a model, not a report."
    am.static_map(chart).png(dpi=40)
    assert note not in written
    assert not any("ESTIMATE" in words or "Estimated" in words for words in written)
    am.static_map(chart, estimated=True).png(dpi=40)
    assert note in written
    assert any("ESTIMATE" in words for words in written)
    assert not next(
        layer for layer in chart.page.layers if layer.name == "zones_estimated"
    ).shown  # the map is as before


def test_what_is_not_on_the_map_cannot_be_switched_on(chart):
    with pytest.raises(am.ModelError, match="has no estimated zones"):
        am.static_map(chart, estimated=True)
