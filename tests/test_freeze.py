"""What is frozen is as it was: ``tests/freeze.py --write`` writes it anew after a wanted change."""

from __future__ import annotations

import json

import pytest

from artimap.studies.briefing import FILES
from tests import freeze


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return freeze.write_briefing(tmp_path_factory.mktemp("frozen") / "briefing")


@pytest.fixture(scope="module")
def frozen():
    return json.loads(freeze.BRIEFING.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", FILES)
def test_bytes_of_the_briefing(name, folder, frozen):
    for library in freeze.MADE_WITH.get(name, ()) if name != "manifest.json" else frozen["libraries"]:
        here, then = freeze.version_of(library), frozen["libraries"][library]
        if here != then:
            pytest.skip(f"{name} was frozen with {library} {then}; this is {here}, which may write other bytes")
    assert freeze.hashes(folder)[name] == frozen["sha256"][name]


@pytest.mark.parametrize("name", ["brief.html", "report.html", "manifest.json"])
def test_words_of_the_briefing_under_any_version(name, folder, frozen):
    assert freeze.without_libraries(folder)[name] == frozen["sha256_without_libraries"][name]


def test_public_names_and_signatures():
    assert freeze.public_names() == freeze.NAMES.read_text(encoding="utf-8").splitlines()
