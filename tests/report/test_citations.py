"""The sources of a report for reference managers: read back by two libraries, and held beside the report's own list."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import bibtexparser
import pytest
import rispy
import yaml

import artimap as am
from artimap.cli import main
from artimap.report.blocks import runs_of
from artimap.report.citations import Citation
from tests.conftest import DAY, ROOT

UNTEX = {r"\textbackslash{}": "\\", r"\^{}": "^", r"\~{}": "~", **{f"\\{one}": one for one in "{}$&#%_"}}
HOSTILE = [
    r"Radio \input{/etc/passwd} & 100% #1 $x^2$ a_b ~ {", "TY  - JOUR\r\nER  - \r\n", "@misc{evil, title={x}}",
    "Ti Kawòl «l'Éclair» \u202e 漢字", "}}} unbalanced {{", '"quoted", and, commas = {}', "\u2028line\x00end\x85",
]  # fmt: skip


def plain(text):
    return re.sub(
        "|".join(map(re.escape, sorted(UNTEX, key=len, reverse=True))), lambda found: UNTEX[found[0]], text
    )  # fmt: skip


def bib(text):
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks
    assert not library.comments
    return {one.key: {name: field.value for name, field in one.fields_dict.items()} for one in library.entries}


def ris(text):
    assert text.count("\n") == text.count("\r\n")
    return {one["id"]: one for one in rispy.loads(text)}


def listed(report):
    """The numbers and names that a report prints as its list of sources."""
    section = next(one for one in report.sections if one.id == "licences")
    text = " ".join(part.text for part in runs_of(section.blocks))
    return dict(re.findall(r"\[(\d+)\]\xa0(.+?)(?:; (?=\[\d)|(?= \[R\]))", text))


@pytest.mark.parametrize(("audience", "day"), [("partners", DAY), ("public", DAY), ("internal", "2025-03-01")])
@pytest.mark.parametrize("lang", ["en", "fr"])
def test_both_formats_hold_the_sources_of_the_report_under_its_numbers(artibonite, audience, day, lang):
    study = am.study(artibonite, as_of=day, audience=audience)
    report = study.report(lang)
    found = am.sources_of(study, lang=lang)
    assert found == am.sources_of(report)
    assert {str(one.number): one.author for one in found if one.kind == "report"} == listed(report)
    assert len({one.key for one in found}) == len(found)
    first, second = ris(am.cite(study, format="ris", lang=lang)), bib(am.cite(report, format="bibtex"))
    assert list(first) == list(second) == [one.key for one in found]
    # each article that the ledger holds has its record, and nothing else has one
    claims = study.ledger.claims
    assert {one.url for one in found if one.url} == set(claims["source_url"].dropna())
    for one in found:
        a, b = first[one.key], second[one.key]
        assert a["title"] == one.title == plain(b["title"].strip("{}"))
        assert a["authors"] == [f"{one.author},"]
        assert plain(b["author"].removeprefix("{").removesuffix("}")) == one.author
        assert a.get("urls", [""])[0] == one.url == b.get("url", "")
        assert a["notes"] == [one.notes] == [plain(b["note"])]
        assert not one.published or (a["year"], b["year"]) == (f"{one.published[0]}",) * 2
        assert one.licence in one.notes
        assert one.licence


def test_a_day_of_publication_is_no_better_than_it_is_known(of_day):
    claims = of_day.ledger.claims
    for one in am.sources_of(of_day):
        if not one.url:
            continue
        rows = claims[claims["source_url"] == one.url]
        rows = rows[(rows["source"] == one.author) & rows["reported"].notna()]
        stated = rows.loc[rows["date_basis"] == "stated", "reported"].dropna()
        bases = set(rows["date_basis"])
        if len(stated):
            assert dt.date(*one.published) == stated.min().date()
        else:
            assert len(one.published) == (2 if "month" in bases else 1 if "year" in bases else 0)
            assert ("published on" in one.note) == ("by" in bases and not one.published)


def test_what_is_held_back_is_in_no_list(artibonite):
    claims = {
        one: am.study(artibonite, as_of=DAY, audience=one).ledger.claims for one in ("internal", "partners", "public")
    }
    secret = claims["internal"][~claims["internal"]["claim_id"].isin(claims["partners"]["claim_id"])]
    only = set(secret["source_url"].dropna()) - set(claims["partners"]["source_url"].dropna())
    assert only
    for audience in ("partners", "public"):
        text = am.cite(am.study(artibonite, as_of=DAY, audience=audience))
        assert [url for url in only if url in text] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_source_breaks_a_record(text):
    record = Citation("key-1", "report", text, f"[{text}]", 3, (2024, 2), dt.date(2024, 3, 1),
                      "https://example.org/a_b?x={1}&y=%20#~z", text, text)  # fmt: skip
    after = replace(record, key="key-2", author="plain", title="after")
    read = bib(am.cite([record, after], format="bibtex"))
    assert list(read) == ["key-1", "key-2"]
    assert plain(read["key-1"]["title"][1:-1]) == ris(am.cite([record, after]))["key-1"]["title"]
    assert re.findall(r"[{}]|(?<!\\)\\(?!textbackslash|[\\^~])", read["key-1"]["url"]) == []
    assert read["key-2"]["title"] == "{after}"
    assert read["key-1"]["urldate"] == "2024-03-01"
    assert list(ris(am.cite([record, after]))) == ["key-1", "key-2"]
    # nothing that TeX obeys is left but what was written for it
    left = re.sub(r"\\textbackslash\{\}|\\[\^~]\{\}|\\[{}$&#%_]", "", read["key-1"]["note"])
    assert re.findall(r"[\\{}$&#%_^~]", left) == []


def test_artimap_is_cited_as_its_citation_file_says(of_day):
    own, cff = am.sources_of(of_day)[-1], yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (own.kind, own.title, own.author) == ("software", cff["title"], cff["authors"][0]["name"])
    assert (own.key, own.licence) == (f"artimap-{cff['version']}", cff["license"])


def test_keys_are_those_of_other_days_and_languages(artibonite, of_day):
    later = {one.url: one.key for one in am.sources_of(am.study(artibonite, as_of="2025-03-01")) if one.url}
    here = {one.url: one.key for one in am.sources_of(of_day, lang="fr") if one.url}
    assert here
    assert {url: later[url] for url in here} == here


def test_an_unknown_format_is_refused(of_day):
    with pytest.raises(am.ShareError, match="written as ris or bibtex"):
        am.cite(of_day, format="endnote")


@pytest.mark.parametrize(("more", "kind"), [(["-o", "s.bib"], "bibtex"), (["-o", "s.ris"], "ris"), ([], "ris")])
def test_the_command_writes_or_prints_them(of_day, tmp_path, capsys, monkeypatch, more, kind):
    monkeypatch.chdir(tmp_path)
    assert main(["cite", "--as-of", DAY, "--lang", "fr", *more]) == 0
    out, err = capsys.readouterr()
    written = (tmp_path / more[1]).read_bytes().decode("utf-8") if more else out
    assert written.replace("\r", "") == am.cite(of_day, format=kind, lang="fr").replace("\r", "")
    assert "collecte des sources" in err
    assert main(["cite", "--as-of", DAY, "-o", "s.txt"]) == 1
    assert "is written as .ris, .bib" in capsys.readouterr().err
