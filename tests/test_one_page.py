"""The page for a meeting: it fits, says what a decision asks for in its order, and repeats the words of the report."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import artimap as am
from artimap import cli
from artimap.report.blocks import PictureBlock
from artimap.studies.briefing import MEETING
from tests.test_report_formats import words_of

DAYS = ["2024-10-04", "2024-10-15", "2025-12-27"]


@pytest.fixture(scope="module")
def pages(artibonite):
    studies = {day: am.study(artibonite, as_of=day) for day in DAYS}
    return {(day, lang): studies[day].report(lang=lang).one_page for day in DAYS for lang in ("en", "fr", "ht")}


def text_of(page):
    return " ".join(words_of(page))


@pytest.mark.parametrize("lang", ["en", "fr", "ht"])
@pytest.mark.parametrize("day", DAYS)
def test_it_takes_two_pages_at_most_and_little_room(pages, day, lang):
    page = pages[day, lang]
    pdf = page.content("pdf")
    assert int(re.search(rb"/Type\s*/Pages\s*/Count (\d+)", pdf)[1]) <= 2
    bare = [
        replace(one, blocks=tuple(b for b in one.blocks if not isinstance(b, PictureBlock))) for one in page.sections
    ]
    assert len(replace(page, sections=tuple(bare)).content("pdf")) <= 300_000


def test_the_killing_of_the_day_before_is_marked(pages):
    told = text_of(pages["2024-10-04", "en"])
    assert "Last 24 hours:" in told
    assert re.search(r"Pont-Sondé, 3.Oct.2024, killed: 20 to 70", told)


def test_a_day_without_reports_is_no_sign_of_calm(artibonite):
    page = am.study(artibonite, as_of="2026-11-30").report(lang="fr").one_page
    assert "Ce n'est pas un signe de calme" in text_of(page)


def test_its_sentences_are_those_of_the_report(pages, of_day):
    """Words and figures of trips, posts, what is not known and how sure it is stand in the whole report too."""
    report = " ".join(words_of(of_day.report(lang="fr")))
    page = pages["2024-10-15", "fr"]
    for section in page.sections:
        if section.id in ("go", "unknown", "sure"):
            for text in words_of(replace(page, sections=(section,))):
                if text.startswith("["):
                    *listed, others = text.split("; ")
                    assert others.startswith("autres numéros")
                    assert listed[-1].startswith("[R]")
                    assert all(one in report for one in listed), text
                    continue
                own = section.title == text or re.match(
                    r"\s?\d|Personne ne signale|Aucun trajet n'est dit|Sources", text.strip()
                )
                assert own or text in report, text


def test_no_way_is_called_safe(pages):
    for (_, lang), page in pages.items():
        told = text_of(page).casefold()
        assert not re.search(
            {"en": r"\b(is|are) safe\b", "fr": r"\best sûre?\b", "ht": r"\ban sekirite\b(?! isit)"}[lang], told
        )


def test_brief_writes_it_and_names_the_extra_where_it_is_missing(tmp_path, capsys, monkeypatch):
    assert cli.main(["brief", "--as-of", "2024-10-15", "-o", str(tmp_path / "a")]) == 0
    assert {"brief.html", *MEETING} <= {one.name for one in (tmp_path / "a").iterdir()}
    assert "pip install" not in capsys.readouterr().out
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    assert cli.main(["brief", "--as-of", "2024-10-15", "-o", str(tmp_path / "a")]) == 0
    out = capsys.readouterr().out
    assert "Not written: brief.pdf, brief.docx. For them: pip install 'artimap[report]'" in out
    assert not {*MEETING} & {one.name for one in (tmp_path / "a").iterdir()}
