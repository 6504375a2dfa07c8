"""numba is an extra: without it every command gives the same bytes, and large densities say what to install."""

import subprocess
import sys

import pytest

from artimap.cli import main
from artimap.studies.briefing import FILES, MEETING

REFUSED = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"numba", "llvmlite"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuse())
"""

DENSITIES = """
import numpy as np
import pytest
import artimap as am
from artimap.roads.density import _paths
from artimap.roads.network import snapping

_paths.BEARABLE_S = 0.6

xy = np.column_stack([np.arange(601) * 100.0, np.zeros(601)])
net = am.RoadNetwork.from_edges(xy, np.column_stack([np.arange(600), np.arange(1, 601)]), crs="EPSG:32618")
few = am.network_density(net, ([3], [50.0]), bandwidth_m=300, lixel_m=100)
assert few["density"].max() > 0

random = np.random.default_rng(1)
edge, off = random.integers(0, 600, 50_000), random.random(50_000) * 100
middling = am.density_values(net, edge[:5000], off[:5000], bandwidth_m=300, lixel_m=10)  # compiled elsewhere
assert middling.sum() * 0.01 == pytest.approx(5000, rel=0.01)

line = "pip install 'artimap\\\\[network\\\\]'"
calls = {
    "values": lambda: am.density_values(net, edge, off, bandwidth_m=60_000, lixel_m=1),
    "paths": lambda: am.density_values(net, edge, off, bandwidth_m=60_000, lixel_m=1, method="continuous"),
    "steps": lambda: am.density_values(net, [0], [1.0], bandwidth_m=90, lixel_m=10, method="continuous", step_m=5),
    "days": lambda: am.density_over_time_values(
        net, (edge, off), np.zeros(50_000), at=range(99), bandwidth_m=60_000, bandwidth_days=9, lixel_m=1),
    "chance": lambda: am.density_envelope(net, (edge, off), bandwidth_m=60_000, lixel_m=10),
    "bandwidth": lambda: am.choose_bandwidth(net, (edge, off), [60_000.0]),
}
for name, call in calls.items():
    with pytest.raises(am.ArtimapError, match=line) as told:
        call()
    assert str(told.value).count("\\n") == 0, name
    assert isinstance(told.value, ImportError), name

snapping.MANY_POINTS = 10
points = random.uniform(0, 60_000, (2_000, 2))
assert net.snap(points)["edge"].notna().all()

from artimap.roads.routing import contraction
from artimap.roads.routing.router import Router, Spot

contraction.COMPILED_FROM = 10
way = Router(net).least(Spot(0, 50.0), Spot(599, 50.0), net.length_m)
assert way.length_m == way.costs[0] == 59_900
"""


def refused(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process that has no numba."""
    end = "\nassert not {'numba', 'llvmlite'} & set(sys.modules)\n"
    return subprocess.run([sys.executable, "-c", REFUSED + code + end], capture_output=True, text=True, check=False)


@pytest.mark.exhaustive  # two briefings in new processes
def test_the_briefing_has_the_same_bytes(tmp_path):
    words = ["brief", "--as-of", "2024-10-15", "-o", str(tmp_path / "without")]
    out = refused(f"from artimap.cli import main\nassert main({words!r}) == 0")
    assert out.returncode == 0, out.stderr
    pytest.importorskip("numba")
    assert main(["brief", "--as-of", "2024-10-15", "-o", str(tmp_path / "with")]) == 0
    written = sorted(path.name for path in (tmp_path / "with").iterdir())
    assert {*FILES, *MEETING} == set(written)
    assert written == sorted(path.name for path in (tmp_path / "without").iterdir())
    for name in written:
        assert (tmp_path / "with" / name).read_bytes() == (tmp_path / "without" / name).read_bytes(), name


def test_small_densities_go_on_and_large_ones_say_the_install_line():
    out = refused(DENSITIES)
    assert out.returncode == 0, out.stderr


def test_every_public_name_is_there():
    out = refused("import artimap\nfor name in artimap.__all__:\n    assert getattr(artimap, name) is not None\n")
    assert out.returncode == 0, out.stderr
