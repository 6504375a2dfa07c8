"""Every picture names whose data it is drawn from, in its own words: it is sent on without the page around it."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

import artimap as am
from artimap.report.strip.map import strip_map
from artimap.studies.timeline import timeline
from tests.conftest import DAY

SIZES = ["phone", "square", "a4", "a4-portrait", "1920x1080"]
SAYS = {
    "en": r"OpenStreetMap.*[Rr]eport|[Rr]eport.*OpenStreetMap",
    "fr": r"OpenStreetMap.*rapport|rapport.*OpenStreetMap",
    "ht": r"OpenStreetMap.*[Rr]apò|[Rr]apò.*OpenStreetMap",
}


def words_in(svg):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", one)) for one in re.findall(r"(?s)<text\b.*?</text>", svg))


def sized(picture, path, size):
    return picture.save(path, **({} if size is None else {"size": size})).read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
@pytest.mark.parametrize("size", [None, "phone", "square", "1920x1080"])
def test_strip_and_timeline(of_day, tmp_path, lang, size):
    strip = strip_map(of_day.corridor, risk=of_day.risk, checkpoints=of_day.checkpoints, events=of_day.events,
                      places=of_day.corridor.towns, as_of=DAY, lang=lang)  # fmt: skip
    for name, made in (("strip", strip), ("line", timeline(of_day, "Pont-Sondé", lang=lang))):
        assert re.search(SAYS[lang], words_in(sized(made, tmp_path / f"{name}.svg", size))), (name, size)


@pytest.mark.parametrize("size", [None, *SIZES])
@pytest.mark.parametrize("more", [{}, {"place": "Pont-Sondé"}])
def test_static_map(of_day, tmp_path, size, more):
    if size is None and more:
        pytest.skip("a cut-out has a size")
    lang = "fr" if size == "phone" else "en"
    drawn = am.static_map(of_day.map(lang, over_time=False), **more, **({} if size is None else {"size": size}))
    assert re.search(SAYS[lang], words_in(drawn.save(tmp_path / "map.svg").read_text(encoding="utf-8")))


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_the_profile_of_closures(artibonite, lang):
    study = am.study(artibonite, as_of=DAY, audience="internal")
    told = " ".join(am.closures(study, "rn1").picture(lang).notes)  # all of them are drawn below the profile
    assert all(who in told for who in ("OpenStreetMap", "ODbL", "UNFPA", "artimap"))


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
def test_the_drawing_of_a_trip(of_day, lang):
    page = am.routes(of_day, "Saint-Marc", "Gonaïves").html(lang)
    drawn = re.search(r'(?s)<svg class="map".*?</svg>', page)[0]
    assert "OpenStreetMap" in words_in(drawn)
    # nothing is written outside of the picture
    wide, high = (float(one) for one in re.search(r'viewBox="0 0 (\S+) (\S+)"', drawn).groups())
    for x, y in re.findall(r'<text[^>]* x="([\d.]+)" y="([\d.]+)"', drawn):
        assert 0 < float(x) < wide
        assert 0 < float(y) < high
    strips = page[page.index('class="strips"') :]
    assert re.search(SAYS[lang], strips[: strips.index("</section>")], re.DOTALL)


def test_every_picture_of_the_gallery_is_credited():
    page = (Path(am.__file__).parents[1] / "docs" / "gallery" / "README.md").read_text(encoding="utf-8")
    assert re.search(r"OpenStreetMap contributors.*ODbL", page)
