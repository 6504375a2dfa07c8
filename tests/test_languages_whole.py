"""No English in a French or Kreyòl product: every text that a reader meets is walked.

Two measures. No text holds a wording of the English tables (of two words or more) that the language has otherwise. And
no text holds an English word that is none in French or Kreyòl, outside quotations and names that stay as they are.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

import artimap as am
from artimap.cli import main
from artimap.core.i18n import quoted, words
from artimap.core.vocab import UNNAMED
from tests.pagedata import block_in, opened, patched

LANGUAGES = ("fr", "ht")
DAYS = ("2024-10-15", None)

NAMES = re.compile(
    r"(The )?Haitian Times|The Insight Post|The African Watch|Go West Now|Top Media|Haitian Media Group|Veli Post"
    r"|Natural Earth|Gang Suppression Force|Bayesian Data Analysis.*|Generalized Linear Models.*|Power Live Events"
    r"|COD-AB|OCHA Data Responsibility Guidelines|Completely Random Measures.*|Half-lives|English|Health Cluster"
    r"|UCDP Candidate Events|La Nation Post|Press Haiti|CC BY|BY-IGO|Child|Markov-modulated Poisson process"
)
"""Publishers, works, licences and programs: they are called so in every language."""

QUOTED = re.compile(r"«[^»]*»( \((en anglais|an anglè)\))?|\]\([^)]*\)|\*\*\w+\\_\w+\*\*")
ENGLISH = re.compile(
    r"\b([Tt]he|of|and|with|per|not|stated|by|from|at|for|is|are|was|were|been|said|killed|people|road|armed|groups"
    r"|between|near|who|which|they|their|has|have|days?|trip|week|month|residents|forces of|unnamed|after|before|about"
    r"|more than|each|vehicle|truck|bus driver|police station|fee|mayor|copy|unknown|known|held|toll post|burned)\b"
)


class _Texts(HTMLParser):
    def __init__(self):
        super().__init__()
        self.out, self.skip = [], 0

    def handle_starttag(self, tag, attrs):
        self.skip += tag in ("style", "script")
        self.out += [value for name, value in attrs if name in ("alt", "title", "aria-label") and value]

    def handle_endtag(self, tag):
        self.skip -= tag in ("style", "script")

    def handle_data(self, data):
        if not self.skip and data.strip():
            self.out.append(" ".join(data.split()))


def texts_of(html):
    parser = _Texts()
    parser.feed(html)
    return parser.out


_KEYS = re.compile(r"^(https?:|[\w.-]+:[\w:.;~-]+$|#|M[\d.]|[\w-]+(\.[\w-]+)+$)")


def _in_data(value):
    if isinstance(value, str):
        if " " in value and not _KEYS.match(value):
            yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _in_data(one)


def page_texts(page, lang, opening):
    """Give the words of a map in a language: in its data, in the changes to them, and of earlier days."""
    data = json.loads(block_in(page, "data"))
    packed, details = data.pop("languages"), data.pop("details")
    if lang == opening:
        shown = [data, details]
    else:
        tree = opened(packed[lang])
        data |= {"details": {}}
        tree_of_details = tree.pop("details", {})
        shown = [patched(data, tree), tree_of_details]
    earlier = json.loads(block_in(page, "earlier") or "{}")
    shown += [opened(text) for name, text in earlier.items() if name.endswith(f"_{lang}")]
    return [*_in_data(shown), *(texts_of(page) if lang == opening else ())]


def table(lang):
    """Give the wordings of the English tables that a text in the language must not hold."""
    own = words(lang)
    kept = {text.casefold() for text in own.values()}
    found = set()
    for key, text in words("en").items():
        bare = re.sub(r"\{\w*\}.*|\|.*", "", text).strip(" ,.;:()")
        if len(bare.split()) > 1 and own[key] != text and not any(bare.casefold() in one for one in kept):
            found.add(bare.casefold())
    return found | {UNNAMED}


def english_in(texts, lang):
    """Give the texts that hold English."""
    wordings = re.compile(
        r"(?<!\w)(" + "|".join(sorted(map(re.escape, table(lang)), key=len, reverse=True)) + r")(?!\w)"
    )
    out = []
    for text in dict.fromkeys(texts):
        bare = NAMES.sub("", re.sub(r"\{\w+\}", "", QUOTED.sub("", text)))
        if ENGLISH.search(bare) or wordings.search(bare.casefold()):
            out.append(text)
    return out


@pytest.fixture(scope="module")
def studies(of_day, newest):
    return {"2024-10-15": of_day, None: newest}


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_english_in_the_report_and_on_the_page_for_the_meeting(studies, lang, day):
    report = studies[day].report(lang=lang)
    found = texts_of(report.html()) + texts_of(report.one_page.html()) + report.markdown().splitlines()
    assert len(found) > 1_000
    assert english_in(found, lang) == []


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_english_on_the_map(studies, lang, day):
    page = studies[day].map(lang=lang).html()
    found = page_texts(page, lang, lang)
    assert len(found) > 1_000
    assert english_in(found, lang) == []


def test_the_measure_finds_english():
    """A measure that finds nothing anywhere would pass too."""
    texts = [
        "500 HTG per passage",
        "fee not stated",
        "gang de Savien; unnamed armed group",
        "Mayor of Verrettes",
        "a day",
    ]
    for lang in LANGUAGES:
        assert english_in(texts, lang)[:4] == texts[:4]
        assert english_in(["« Two of them were hurt. » (en anglais)", "The Haitian Times"], lang) == []


OWN = """date,place,kind,actors,killed,source,said_by,reported,summary
2024-10-10,between Saint-Marc and Pont-Sondé on RN1,protest,residents,2,call,driver,2024-10-11,Two of them were hurt.
2024-10-11,Nowhereville,road_ambush,,1,note,driver,2024-10-12,Kamyon kanpe
2024-13-11,Savien,road_ambush,,1,note,driver,2024-10-12,x
"""
COMMANDS = (
    ["validate", "{own}"], ["validate"], ["validate", "{folder}/none.csv"], ["locate", "apre Savien"],
    ["locate", "Ti Zile Nèf"], ["locate", "Saint-Marc – Gonaïves"], ["report", "-o", "{folder}/r.xyz"],
    ["status", "Savien", "--as-of", "2024-10-15"], ["status", "--as-of", "15/10"], ["status", "Ti Zile Nèf"],
    ["status", "--until", "2024-10-15"], ["risk", "--as-of", "15 octobre"],
    ["share", "counts", "--events", "{own}", "--as-of", "2024-11-15", "--agency", "A1", "-o", "{folder}/c.csv"],
    ["share", "counts", "-o", "{folder}/c.csv"], ["share", "counts", "--merge", "{own}", "-o", "{folder}/c.csv"],
    ["density", "--as-of", "2024-10-15", "--lixel", "5km", "-o", "{folder}/d.csv"],
    ["review", "{own}", "--threshold", "0.05", "--decisions", "{folder}/dec.csv"], ["data", "check"], ["data", "list"],
    pytest.param(["backtest", "--step", "400"], marks=pytest.mark.exhaustive),
)  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_english_on_the_console(command, lang, tmp_path, capsys):
    own = tmp_path / "own.csv"
    own.write_text(OWN, encoding="utf-8")
    main([one.format(own=own, folder=tmp_path) for one in command] + ["--lang", lang])
    said = capsys.readouterr()
    lines = [re.sub(r"--[a-z-]+", "", line.replace(str(tmp_path), "")) for line in (said.out + said.err).splitlines()]
    assert lines
    assert [line for line in english_in(lines, lang) if "http" not in line] == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    "command",
    [
        ["brief", "--audience", "nobody"], ["nothing"], ["trip"], ["locate"], ["risk", "--half-life", "x"],
        ["density", "--bandwidth", "3"], ["density", "--max-offset"], ["status", "--nothing", "x"], ["data"],
        ["backtest", "--step", "x"], ["share", "zones"], ["share", "counts", "--merge"], ["risk", "--s", "x"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_arguments_are_told_in_the_language(command, lang, capsys):
    """Names of commands and arguments stay; the words around them are none of argparse's."""
    with pytest.raises(SystemExit) as ended:
        main([*command, "--lang", lang])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    names = r"artimap [a-z]+|--[a-z-]+|\b[A-Z]{2,}\b|'[^']*'(, '[^']*')*|\{[^}]*\}"
    assert words(lang)["argument.usage"] in said
    assert english_in([re.sub(names, "", said.splitlines()[-1])], lang) == []
    assert re.search(r"error|usage:|argument \S+: |required|invalid|unrecognized|expected", said) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_help_has_its_headings_in_the_language(lang, capsys):
    with pytest.raises(SystemExit):
        main(["density", "--lang", lang, "--help"])
    said = capsys.readouterr().out
    assert words(lang)["argument.help"] in said
    assert re.search(r"^(usage:|options:|positional)|show this help", said, re.MULTILINE) is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_of_a_user_are_quoted_with_their_language(lang, tmp_path, artibonite):
    own = tmp_path / "own.csv"
    own.write_text(OWN, encoding="utf-8")
    report = am.study(artibonite, events=own, as_of="2024-10-15").report(lang=lang).markdown()
    assert quoted("Two of them were hurt.", lang) in report
    assert "(en anglais)" in report or "(an anglè)" in report
    assert "Two of them" not in QUOTED.sub("", report)


def test_a_map_opened_in_english_changes_into_the_others_whole(of_day):
    page = of_day.map(lang="en").html()
    for lang in LANGUAGES:
        assert english_in(page_texts(page, lang, "en"), lang) == []
