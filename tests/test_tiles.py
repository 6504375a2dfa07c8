"""Tiles: named by the maker, checked, warned of, asked for by the reader only."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from artimap import Tiles
from artimap.areas.area import ARTIBONITE
from artimap.core.errors import ShareError
from artimap.maps.briefing import briefing_map
from artimap.maps.events_only import event_map

URL = "https://tile.example.org/{z}/{x}/{y}.png"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://tile.example.org/{z}/{x}/{y}.png", "not https"),
        ("//tile.example.org/{z}/{x}/{y}.png", "not https"),
        ("javascript:alert(1)//{z}/{x}/{y}", "not https"),
        ("data:image/png;base64,{z}{x}{y}", "not https"),
        ("file:///tiles/{z}/{x}/{y}.png", "not https"),
        ("https://{s}.example.org/{z}/{x}/{y}.png", "one host only"),
        ("https://user:word@example.org/{z}/{x}/{y}.png", "plain name of a host"),
        ("https://example.org:8080/{z}/{x}/{y}.png", "plain name of a host"),
        ("https://192.168.0.1/{z}/{x}/{y}.png", "plain name of a host"),
        ("https://[::1]/{z}/{x}/{y}.png", "plain name of a host"),
        ("https://localhost/{z}/{x}/{y}.png", "plain name of a host"),
        ("https://*.example.org/{z}/{x}/{y}.png", "plain name of a host"),
        ("https://example.org;script-src */{z}/{x}/{y}.png", "plain name of a host"),
        ("https://Example.org/{z}/{x}/{y}.png", "plain name of a host"),
        ("https://exämple.org/{z}/{x}/{y}.png", "plain ASCII"),
        ("https://example.org/{z}/{x}/{y}.png?key=1", "query or key"),
        ("https://example.org/{z}/{x}/{y}.png#a", "query or key"),
        ("https://example.org/{z}/{x}.png", "once each"),
        ("https://example.org/{z}/{x}/{y}{y}.png", "letters that no tile server needs"),
        ("https://example.org/{z}/{x}/{y}{r}.png", "letters that no tile server needs"),
        ("https://example.org/../{z}/{x}/{y}.png", "letters that no tile server needs"),
        ("https://example.org/{z}/{x}/{y}\n.png", "plain ASCII"),
        ("https://example.org/{z}/{x}/{y}'\".png", "letters that no tile server needs"),
        ("https://[/{z}/{x}/{y}.png", "is no address"),
        ("https://example.org/" + "a" * 200 + "{z}/{x}/{y}.png", "at most 200"),
        ("", "not https"),
    ],
)
def test_odd_addresses_are_refused_with_the_reason(url, why):
    with pytest.raises(ShareError, match=re.escape(why)):
        Tiles(url, "© Example")


def test_it_is_said_whose_tiles_they_are():
    with pytest.raises(ShareError, match="whose they are"):
        Tiles(URL, " ")


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_passes_opens_one_host_and_nothing_else(host, path):
    try:
        tiles = Tiles(f"https://{host}/{path}/{{z}}/{{x}}/{{y}}", "©")
    except ShareError:
        return
    assert re.fullmatch(r"[a-z0-9.-]+", tiles.host)
    assert tiles.url.startswith(f"https://{tiles.host}/")
    assert not set(tiles.url) & set(" ;,'\"<>\\?#&")


def policy_of(page):
    return re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1).replace("&#39;", "'")


def test_the_policy_opens_for_that_host_only(events):
    quiet = briefing_map(ARTIBONITE, as_of="2024-10-15", languages=()).html()
    assert "img-src data:;" in policy_of(quiet)
    assert "https:" not in policy_of(quiet)
    with pytest.warns(UserWarning, match=r"tile\.example\.org learns which places"):
        chart = briefing_map(ARTIBONITE, as_of="2024-10-15", languages=(), tiles=Tiles(URL, "© Example"))
    assert "img-src data: https://tile.example.org/;" in policy_of(chart.html())
    assert (
        policy_of(chart.html()).replace(" https://tile.example.org/", "").split("script-src")[0]
        == policy_of(quiet).split("script-src")[0]
    )
    sources = next(one for one in chart.page.furniture.about if one.name == "sources")
    assert any("© Example (tile.example.org)" in item.text for item in sources.items)
    with pytest.warns(UserWarning, match="learns which places"):
        alone = event_map(ARTIBONITE, events, as_of="2024-10-15", source="made", tiles=Tiles(URL, "© Example"))
    assert "https://tile.example.org/" in policy_of(alone.html())


def test_without_tiles_nothing_is_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert briefing_map(ARTIBONITE, as_of="2024-10-15", languages=()).page.tiles is None
