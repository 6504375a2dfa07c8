"""Pictures that people send: sizes, cut-outs, type that can be read, words that are text, the timeline."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

import artimap as am
from artimap.cli import main
from artimap.core.canvas import Drawing, drawable, width_of
from artimap.core.errors import DateError, PlaceError, ShareError
from artimap.core.i18n import format_day
from artimap.core.pictures import SIZES, picture_size, render
from artimap.maps.static.cutout import cut_out
from artimap.maps.static.map import static_map
from artimap.report.strip import map as strips
from artimap.report.timeline import _WIDE, Timeline, _TimelineSheet
from artimap.studies.timeline import timeline

DAY = "2024-10-15"
LANGS = ["en", "fr", "ht"]


@pytest.fixture(scope="module")
def made(of_day):
    return of_day


@pytest.fixture(scope="module")
def chart(made):
    return made.map("fr", over_time=False)


@pytest.fixture(scope="module")
def strip(made):
    return am.strip_map(
        made.corridor, risk=made.risk, checkpoints=made.checkpoints, events=made.events, as_of=DAY, lang="fr"
    )


def texts(draw, size):
    """Give each text of a drawing, with its size in points and its box in inches."""
    figure = Figure(figsize=(size.width, size.height), dpi=100)
    FigureCanvasAgg(figure)
    with mpl.rc_context({"font.family": "DejaVu Sans", "text.hinting": "none"}):
        draw(Drawing(figure, size.width, size.height, 0.0, 1.0, least=size.least))
        out = []
        for text in figure.texts:
            box = text.get_window_extent().transformed(figure.dpi_scale_trans.inverted())
            out.append((text.get_text(), text.get_fontsize(), box))
    return out


def inside(written, size):
    """Tell which texts lie outside the sheet, by more than a hair."""
    edge = 0.02
    return [
        words
        for words, _, box in written
        if words.strip()
        and not (-edge <= box.x0 and box.x1 <= size.width + edge and -edge <= box.y0 and box.y1 <= size.height + edge)
    ]


def at_390(points, size):
    """Give how high type is in pixels where the picture is 390 px wide."""
    return points / 72 / size.width * 390


# --- sizes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["", "0", "0x0", "x", "1920", "1920x", "-5x800", "100000x100000", "389x800",
                                   "8001x4000", "8000x390", "400x1300", "1e3x1e3", "A5", "1920x1080x2"])  # fmt: skip
def test_nonsense_is_no_size(asked):
    with pytest.raises(ShareError, match="size"):
        picture_size(asked)


@pytest.mark.parametrize("asked", ["1920x1080", "390x390", "8000x8000", "1080 × 1350", "2000X700", "700x2000"])
def test_pixels_are_as_asked(asked):
    size = picture_size(asked)
    wide, high = (int(one) for one in re.findall(r"\d+", asked))
    assert (round(size.width * size.dpi), round(size.height * size.dpi)) == (wide, high)


def test_limits_are_named():
    with pytest.raises(ShareError, match="390 to 8000 pixels"):
        picture_size("100000x100000")


# --- measuring ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["AVATAR, To. We", "Pont-Sondé\u00a0: 1\u202f100", "Tués : 20 à 70", "漢 – $x$", " a "]
)
@pytest.mark.parametrize("bold", [False, True])
def test_width_is_what_matplotlib_measures(words, bold):
    prop = FontProperties(family="DejaVu Sans", size=7.4, weight="bold" if bold else "normal")
    expected = text_to_path.get_text_width_height_descent(drawable(words), prop, ismath=False)[0] / 72
    assert width_of(words, 7.4, bold=bold) == pytest.approx(expected, abs=1e-4)


# --- maps --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["phone", "square", "a4-portrait", "1920x1080", "800x600"])
def test_a_map_of_each_size_is_legible_and_whole(chart, asked):
    picture = static_map(chart, size=asked)
    size = picture._fitted
    written = texts(picture._draw, size)
    text = " ".join(words for words, _, _ in written)
    assert inside(written, size) == []
    assert "Pont-Sondé" in text
    assert "3 oct. 2024" in text
    assert "OpenStreetMap" in text
    assert "15 oct. 2024" in text
    assert "partenaires humanitaires" in text
    if asked in ("phone", "square"):
        assert min(at_390(points, size) for words, points, _ in written if words.strip()) >= 10.99
        assert "Saint-Marc" in text.replace("Port-au-Prince – Saint-Marc", "")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("asked", ["square", "390x390", "1080x1350", "1200x1200"])
def test_all_type_of_a_square_is_read_on_a_phone(made, lang, asked):
    picture = static_map(made.map(lang, over_time=False), size=asked)
    size = picture._fitted
    written = texts(picture._draw, size)
    assert inside(written, size) == []
    assert min(at_390(points, size) for words, points, _ in written if words.strip()) >= 10.99
    said = " ".join(words for words, _, _ in written)
    assert f"{format_day(dt.date(2024, 10, 3), lang)}, Pont-Sondé" in said


def test_words_below_a_map_do_not_lie_over_each_other(chart):
    for asked in ("phone", "square", "500x500", "900x800"):
        picture = static_map(chart, size=asked)
        lines = texts(picture._draw, picture._fitted)
        boxes = [(words, box) for words, _, box in lines if words.strip()]
        below = min(box.y0 for words, box in boxes if "Artibonite" in words)
        legend = [(words, box) for words, box in boxes if box.y1 < below and len(words) > 14]
        for n, (one, first) in enumerate(legend):
            for other, second in legend[:n]:
                wide = min(first.x1, second.x1) - max(first.x0, second.x0)
                high = min(first.y1, second.y1) - max(first.y0, second.y0)
                assert wide < 0.02 or high < 0.06, (asked, one, other)


def test_every_mark_of_a_small_map_is_explained(chart):
    picture = static_map(chart, size="phone")
    text = " ".join(words for words, _, _ in texts(picture._draw, picture._fitted))
    drawn = {
        feature.mark for layer in chart.page.layers if layer.shown and layer.kind in ("event", "bracket")
        for feature in layer.features if picture.page.bounds[1] < feature.parts[0][0][0][1] < picture.page.bounds[3]
    }  # fmt: skip
    legend = {row.mark: row.text for group in chart.page.furniture.legend for row in group.rows}
    assert drawn
    for mark in drawn:
        assert legend[mark].split()[0] in text, mark


def test_a_phone_picture_has_the_pixels_of_a_phone(chart):
    first, again = (static_map(chart, size="phone").png() for _ in range(2))
    assert first == again
    wide, high = (int.from_bytes(first[at : at + 4], "big") for at in (16, 20))
    assert wide == 1170
    assert high > wide


@pytest.mark.parametrize("size", ["a4", "square"])
def test_words_of_an_svg_are_text_and_never_markup(chart, size):
    title = "</text><script>alert(1)</script> font-family: 'DejaVu Sans' & \u0007"
    page = replace(chart.page, furniture=replace(chart.page.furniture, title=title))
    content = static_map(replace(chart, page=page), size=size).svg()
    assert content == static_map(replace(chart, page=page), size=size).svg()
    tree = ET.fromstring(content)  # noqa: S314 - our own picture
    name = "{http://www.w3.org/2000/svg}"
    said = [element.text or "" for element in tree.iter(f"{name}text")]
    assert not list(tree.iter(f"{name}script"))
    assert any("<script>" in words for words in said)
    assert any("Saint-Marc" in words for words in said)
    styles = [element.get("style") or "" for element in tree.iter(f"{name}text")]
    assert all("Verdana" in style and "sans-serif" in style for style in styles)
    assert any("paint-order" in style for style in styles)


# --- cut-outs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Pont-Sondé", "pont sonde", "Gwo Mòn", "Liancourt"])
def test_a_place_is_found_in_any_spelling(chart, name):
    cut = cut_out(chart.page, name, 8_000, None)
    west, south, east, north = cut.bounds
    assert (north - south) / 2 * 111.32 == pytest.approx(8, rel=0.01)
    assert (east - west) > (north - south)


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (("Pont-Sondr", None, None), PlaceError, "Pont-Sondé"),
        (("Zürich", None, None), PlaceError, "no place"),
        (("Pont-Sondé", 0, None), ShareError, "radius"),
        (("Pont-Sondé", float("nan"), None), ShareError, "radius"),
        ((None, 5_000, None), ShareError, "place"),
        (("Pont-Sondé", None, (-73, 19, -72, 20)), ShareError, "not both"),
        ((None, None, (-72, 19, -73, 20)), ShareError, "west"),
        ((None, None, (-73, 19, -72)), ShareError, "four numbers"),
        ((None, None, (-73, 19, float("inf"), 20)), ShareError, "four numbers"),
        ((None, None, (-72.5, 19.1, -72.4999, 19.1001)), ShareError, "larger"),
        ((None, None, (2.2, 48.8, 2.4, 48.9)), PlaceError, "outside the data"),
    ],
)
def test_what_makes_no_cut_out_is_said(chart, given, error, words):
    with pytest.raises(error, match=words):
        cut_out(chart.page, *given)


def test_a_cut_out_explains_what_it_shows_and_no_more(chart):
    picture = static_map(chart, place="Pont-Sondé", radius_m=4_000)
    written = " ".join(words for words, _, _ in texts(picture._draw, picture._fitted))
    assert "4 km autour de Pont-Sondé" in written
    assert "Manifestation" not in written
    assert "Attaque contre des civils" in written
    assert "hors des données" not in written
    beyond = cut_out(chart.page, None, None, (-75, 19, -72.5, 20))
    assert "hors des données" in beyond.words(chart.page)


# --- strips ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["phone", "square", "a4", "1200x1200"])
def test_a_strip_of_each_size_is_legible_and_whole(strip, asked, monkeypatch):
    kept = []

    def held(draw, size, *_, **more):
        kept.append((draw, size, more))
        return b""

    monkeypatch.setattr(strips, "render", held)
    strip.png(size=asked)
    ((draw, size, more),) = kept
    placed = texts(lambda page: draw(replace(page, left=more["left"], km_per_in=more["km_per_in"])), size)
    assert inside(placed, size) == []
    assert "Pont-Sondé (tués" in " ".join(words for words, _, _ in placed)
    asked_size = picture_size(asked)
    if asked == "phone":
        assert min(at_390(points, size) for words, points, _ in placed if words.strip()) >= 10.99
    if asked_size.height:
        assert round(size.width * size.dpi) == round(asked_size.width * asked_size.dpi)
        assert round(size.height * size.dpi) == round(asked_size.height * asked_size.dpi)


def test_a_strip_that_shows_fewer_months_says_so(strip, monkeypatch):
    said = []
    monkeypatch.setattr(strips, "render", lambda draw, size, *_, **more: said.append((draw, size, more)) or b"")
    strip.png(size="square")
    draw, size, more = said[0]
    written = texts(lambda page: draw(replace(page, left=more["left"], km_per_in=more["km_per_in"])), size)
    assert "des 12 derniers mois" in " ".join(" ".join(words for words, _, _ in written).split())


# --- timelines ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_a_timeline_names_the_gravest_event(made, lang):
    drawn = timeline(made, "Pont-Sonde", lang=lang)
    for asked in (None, "phone", "square", "1920x1080"):
        size, sheet = drawn._fitted(_WIDE if asked is None else picture_size(asked))
        written = texts(sheet.draw, size)
        assert inside(written, size) == []
        said = " ".join(words for words, _, _ in written)
        assert format_day(dt.date(2024, 10, 3), lang) in said
        assert "20" in said
        assert "70" in said
        if asked == "phone":
            assert min(at_390(points, size) for words, points, _ in written if words.strip()) >= 10.99


def test_a_stretch_has_the_events_on_it_and_a_band_a_leg(made):
    drawn = timeline(made, "Saint-Marc – Gonaïves")
    assert {"2024-10-03-pont-sonde"} <= set(drawn.events["event_id"])
    assert "deployment" not in set(drawn.events["kind"])
    names = list(dict.fromkeys(drawn.status["name"]))
    assert names[0].startswith("Saint-Marc")
    assert names[-1].endswith("Gonaïves")
    for _, rows in drawn.status.groupby("subject"):
        gaps = rows["valid_from"].iloc[1:].to_numpy() - rows["valid_to"].iloc[:-1].to_numpy()
        assert (gaps == np.timedelta64(1, "D")).all()
    assert drawn.status["valid_to"].max() == pd.Timestamp(DAY)


def _empty(made, **more):
    drawn = timeline(made, "Anse-Rouge")
    return replace(drawn, events=drawn.events.iloc[:0], claims=drawn.claims.iloc[:0], **more)


def test_silence_is_hatched_and_said(made):
    drawn = _empty(made)
    sheet = _TimelineSheet(drawn, SIZES["phone"])
    assert sheet._silent() == [(drawn.since, drawn.until)]
    size, sheet = drawn._fitted(SIZES["phone"])
    said = " ".join(words for words, _, _ in texts(sheet.draw, size))
    assert "not calm" in said
    assert f"{drawn.quiet_days} days or more" in said


def test_a_timeline_is_the_same_each_time_and_its_words_are_text(made):
    drawn = replace(timeline(made, "Savien"), place="<b>$x$</b> & Cie")
    assert drawn.svg() == drawn.svg()
    tree = ET.fromstring(drawn.svg())  # noqa: S314 - our own picture
    said = [element.text or "" for element in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert any(words.startswith("<b>$x$</b> & Cie") for words in said)


@pytest.mark.parametrize(
    ("more", "error", "words"),
    [
        ({"place": "Zürich"}, PlaceError, "names no place"),
        ({"since": "2024-10-15"}, DateError, "not after"),
        ({"until": "2025-01-01"}, DateError, "after the day of the study"),
        ({"since": "yesterday"}, DateError, "yesterday"),
    ],
)
def test_a_timeline_says_what_it_cannot_draw(made, more, error, words):
    with pytest.raises(error, match=words):
        timeline(made, **{"place": "Savien", **more})


def test_a_timeline_refuses_other_endings(made, tmp_path):
    with pytest.raises(ShareError, match=r"\.png or \.svg"):
        Timeline.save(_empty(made), tmp_path / "line.pdf")
    assert not list(tmp_path.iterdir())


# --- the commands ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["map", "-o", "m.png", "--size", "0x0"],
        ["map", "-o", "m.png", "--place", "Savien", "--radius", "far"],
        ["map", "-o", "m.png", "--bbox", "-72.9,19,x,19.4"],
        ["timeline", "Savien", "-o", "t.pdf"],
        ["timeline", "Savien", "-o", "t.png", "--size", "9x9"],
    ],
)
def test_commands_refuse_before_they_work(words, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 1
    said = capsys.readouterr().err
    assert "reading the data" not in said
    assert "fault of artimap" not in said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [
        ["map", "-o", "m.html", "--size", "phone"],
        ["map", "-o", "m.gpkg", "--bbox", "-72.9,19,-72,19.4"],
        ["map", "-o", "m.png", "--radius", "5km"],
        ["map", "-o", "m.png", "--place", "Savien", "--bbox", "-72.9,19,-72,19.4"],
    ],
)
def test_arguments_that_do_not_go_together(words, capsys):
    assert main(words) == 2
    assert capsys.readouterr().err.startswith("artimap: --")


@pytest.mark.exhaustive  # whole commands
def test_the_commands_write(tmp_path, capsys):
    ask = ["--as-of", DAY, "--lang", "fr", "--size", "square"]
    assert main(["map", *ask, "--bbox", "-72.9,19.0,-72.4,19.4", "-o", str(tmp_path / "m.png")]) == 0
    assert main(["timeline", "Saint-Marc – Gonaïves", *ask, "-o", str(tmp_path / "t.svg")]) == 0
    assert "Saint-Marc – Gonaïves" in capsys.readouterr().out
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.png", "t.svg"]


def test_a_pdf_and_a_png_are_drawn_by_one_hand():
    size = replace(SIZES["square"], dpi=40.0)
    for kind, start in {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}.items():
        made = render(lambda page: page.text(1, 1, "a", size=9), size, kind, title="t")
        assert made.startswith(start)
