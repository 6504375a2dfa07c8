"""Shared fixtures. No test may reach the network: sockets beyond loopback raise."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

import artimap as am
from artimap.claims.ledger import Ledger
from artimap.claims.readers import read_claims
from artimap.roads.corridor import Corridor
from artimap.sources.registry import read_events

ROOT = Path(__file__).resolve().parent.parent
DAY = "2024-10-15"
REFERENCE = ROOT.parent / "shared" / "reference"

settings.register_profile("artimap", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("artimap")

# a developer's own layers must not change what the tests see
os.environ["ARTIMAP_DATA"] = str(Path(tempfile.mkdtemp(prefix="artimap-tests-")) / "none")
os.environ["ARTIMAP_ID_KEY"] = "a secret that all tests know"

_LOCAL = {"127.0.0.1", "::1", "localhost"}
MOST_WORKERS = 8  # each may hold a browser and half a gigabyte


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="run the exhaustive half too, as CI does")


def pytest_xdist_auto_num_workers(config):
    """Give a worker to each core, and none where a single test is asked for: starting them takes longer."""
    if any("::" in one for one in config.args):
        return 0
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, MOST_WORKERS)


def pytest_collection_modifyitems(config, items):
    """Leave the exhaustive half out, unless it is asked for: by ``--all``, by ``-m exhaustive`` or by a test's name."""
    if config.option.all or "exhaustive" in config.option.markexpr or any("::" in one for one in config.args):
        return
    left = [item for item in items if item.get_closest_marker("exhaustive")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("exhaustive")]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    """Forbid every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family != socket.AF_UNIX and address[0] not in _LOCAL:
            pytest.fail(f"a test tried to reach {address!r}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def artibonite() -> am.Area:
    return am.area("artibonite")


@pytest.fixture(scope="session")
def rn1(artibonite) -> Corridor:
    return am.read_corridor(artibonite, "rn1")


@pytest.fixture(scope="session")
def events(artibonite) -> gpd.GeoDataFrame:
    return read_events(artibonite)


@pytest.fixture(scope="session")
def ledger(artibonite) -> Ledger:
    return read_claims(artibonite)


@pytest.fixture
def reference() -> Path:
    if not REFERENCE.is_dir():
        pytest.skip("reference layers are not on this machine")
    return REFERENCE


def in_ci() -> bool:
    """Tell whether this is the project's own CI, where nothing may be skipped for lack of a tool."""
    return os.environ.get("CI") == "true"


@pytest.fixture(scope="session")
def newest(artibonite) -> am.Study:
    """The default study, as of the last day of the data: its tables are copies, its products are kept."""
    return am.study(artibonite)


@pytest.fixture(scope="session")
def of_day(artibonite) -> am.Study:
    """The study of the day that most tests ask for."""
    return am.study(artibonite, as_of=DAY)


@pytest.fixture(scope="session")
def tables(rn1, events, ledger):
    """The tables of a briefing's map, as its arguments."""
    before = events[events["date_start"] <= pd.Timestamp(DAY)]
    return {
        "corridor": rn1,
        "risk": am.corridor_risk(rn1, rn1.locate(before), as_of=DAY, ledger=ledger),
        "zones": am.control_zones(am.ARTIBONITE, ledger, as_of=DAY, events=events),
        "checkpoints": am.checkpoints_on(rn1, ledger, as_of=DAY),
        "events": events,
        "ledger": ledger,
    }
