"""docs/status-artibonite.md is what the code gives, and every row that the facts name stands in it."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path

import pytest

import artimap as am
from artimap.control.evidence import subjects_of
from artimap.core.schema import split_names

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.fixture(scope="module")
def made():
    spec = importlib.util.spec_from_file_location("artimap_status_page", DOCS / "status_artibonite.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.page()


@pytest.fixture(scope="module")
def page():
    return (DOCS / "status-artibonite.md").read_text(encoding="utf-8")


def section(page: str, day: str) -> str:
    return page.partition(f"\n## {day}\n")[2].partition("\n## ")[0]


def row(page: str, day: str, name: str) -> list[str]:
    lines = [one for one in section(page, day).splitlines() if one.startswith(f"| **{name}**")]
    assert len(lines) == 1, (day, name, len(lines))
    return [cell.strip() for cell in lines[0].split(" | ")]


def test_the_page_is_what_the_code_gives(made, page):
    assert made == page, "run: python docs/status_artibonite.py, and read the rows that changed"


def test_every_subject_that_the_facts_name_has_a_row_on_both_days_or_is_listed_apart(page, ledger, events):
    named = {one for table in (events, ledger.posts) for row in table.itertuples() for one in subjects_of(row)}
    about = ledger.claims[ledger.claims["about"].isin(["place", "stretch"])]
    named |= set(about["subject"]) - {"nowhere"}
    assert len(named) > 55
    for subject in named:
        for day in ("15 Oct 2024", "15 Oct 2025"):
            assert f"`{subject}`" in section(page, day) or f"| `{subject}` |" in page, (subject, day)


def test_every_post_and_every_statement_of_no_place_is_listed(page, ledger, rn1):
    posts = am.checkpoints_on(rn1, ledger, as_of="2025-10-15")
    nowhere = posts[posts["from_m"].isna()]
    assert section(page, "15 Oct 2025").count("**no place stated**") == len(nowhere) > 5
    on_road = {one for cell in posts["claims"] for one in split_names(cell)}
    for claim in set(ledger.posts["claim_id"]) - on_road - {"CK042", "CK043", "CK048", "CK049"}:  # of later days
        assert f"| {claim} |" in page
    assert "| RN1 Saint-Marc to Gonaïves | interval, km 94.8–150.1 | toll |" in page
    for claim in ledger.claims.loc[ledger.claims["subject"] == "nowhere", "claim_id"]:
        assert f"| {claim} |" in page


@pytest.mark.parametrize(
    ("day", "name", "status", "actors"),
    [
        ("15 Oct 2024", "La Croix Périsse", "contested", "Kokorat San Ras"),
        ("15 Oct 2025", "La Croix Périsse", "claimed", "Kokorat San Ras"),
        ("15 Oct 2024", "Savien", "assessed", "Gran Grif"),
        ("15 Oct 2025", "Savien", "last known", "Gran Grif"),
        ("15 Oct 2024", "Pont-Sondé", "attacked recently", "–"),
        ("15 Oct 2025", "Pont-Sondé", "last known", "PNH"),
        ("15 Oct 2025", "Carrefour Paye", "assessed", "Gran Grif"),
    ],
)
def test_rows_of_the_brief(page, day, name, status, actors):
    assert row(page, day, name)[1:3] == [status, actors]


@pytest.mark.parametrize("day", ["15 Oct 2024", "15 Oct 2025"])
def test_canaan_is_unknown_and_says_why_that_is_not_calm(page, day):
    cells = row(page, day, "Canaan")
    assert "CL019 (no day is given" in cells[2]
    assert "must not be read as quiet" in cells[3]


def test_remarks_stand_by_days_of_the_page():
    remarks = tomllib.loads((DOCS / "status-artibonite.toml").read_text(encoding="utf-8"))
    assert set(remarks) == {"intro", "2024-10-15", "2025-10-15"}
    doubtful = [text for day in ("2024-10-15", "2025-10-15") for text in remarks[day].values() if "**" in text]
    assert len(doubtful) >= 20
