"""The road network: a graph of plain arrays, its lixels."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

import artimap as am
from artimap.core.tables import LIXELS
from artimap.roads.network.compiled import in_threads, jit, stamp_of

UTM = "EPSG:32618"


def t_junction() -> am.RoadNetwork:
    return am.RoadNetwork.from_edges([[0, 0], [100, 0], [200, 0], [100, 100]], [[0, 1], [1, 2], [1, 3]], crs=UTM)


@st.composite
def graphs(draw) -> am.RoadNetwork:
    """Small networks with loops, parallel edges, edges of no length and parts on their own."""
    nodes = draw(st.integers(1, 6))
    whole = st.integers(-50, 50).map(lambda number: number * 7.3)
    xy = draw(st.lists(st.tuples(whole, whole), min_size=nodes, max_size=nodes))
    end = st.integers(0, nodes - 1)
    edges = draw(st.lists(st.tuples(end, end), min_size=0, max_size=9))
    bends = [draw(st.lists(st.tuples(whole, whole), max_size=3)) for _ in edges]
    coords = [np.array([xy[a], *inner, xy[b]]) for (a, b), inner in zip(edges, bends, strict=True)]
    return am.RoadNetwork.from_edges(xy, np.array(edges, dtype=int).reshape(-1, 2), None, coords, crs=UTM)


def test_straight_edges_and_their_neighbours():
    net = t_junction()
    assert net.length_m.tolist() == [100, 100, 100]
    ptr, neighbour, edge = net.adjacency
    assert ptr.tolist() == [0, 1, 4, 5, 6]
    assert neighbour[1:4].tolist() == [2, 3, 0]
    assert edge[1:4].tolist() == [1, 2, 0]
    assert net.component.tolist() == [0, 0, 0, 0]
    assert (net.edges.dtype, net.coord_ptr.dtype, ptr.dtype) == (np.int32, np.int64, np.int64)


@given(graphs())
def test_adjacency_holds_every_edge_twice(net):
    ptr, neighbour, edge = net.adjacency
    here = np.repeat(np.arange(len(net.nodes_xy)), np.diff(ptr))
    found = sorted(zip(edge.tolist(), here.tolist(), neighbour.tolist(), strict=True))
    said = [(number, *pair) for number, (a, b) in enumerate(net.edges.tolist()) for pair in ((a, b), (b, a))]
    assert found == sorted(said)


@given(graphs())
def test_parts_are_numbered_from_the_largest(net):
    together = net.component[net.edges]
    assert (together[:, 0] == together[:, 1]).all()
    size = np.bincount(net.component)
    assert (np.diff(size) <= 0).all()
    assert len(size) >= len(net.nodes_xy) - len(net.edges)


@given(graphs())
def test_lengths_and_chainages_are_those_of_the_lines(net):
    assert net.length_m == pytest.approx(shapely.length(net.lines.to_numpy()), abs=0)
    for edge in range(len(net.edges)):
        inside = slice(net.coord_ptr[edge], net.coord_ptr[edge + 1])
        step = np.hypot(*np.diff(net.coords[inside], axis=0).T)
        assert net.vertex_m[inside] == pytest.approx(np.r_[0.0, np.cumsum(step)])


def out_and_back() -> am.RoadNetwork:
    """A loop whose turning point lies on a cut: adding the way to the start misses it by a rounding."""
    bend = np.array([[0, -42], [0, 48], [0, -42]]) * 7.3
    return am.RoadNetwork.from_edges(bend[:1], np.array([[0, 0]]), None, [bend], crs=UTM)


@given(graphs(), st.floats(1.0, 900.0))
@example(out_and_back(), 1.0)
def test_lixels_are_the_network_once(net, length_m):
    table = net.lixels(length_m)
    index = net.lixel_index(length_m)
    assert list(table.columns) == list(LIXELS.names)
    assert table["edge"].tolist() == index.edge.tolist()
    assert index.mid_m == pytest.approx((index.from_m + index.to_m) / 2)
    assert table.length.to_numpy() == pytest.approx(index.to_m - index.from_m, abs=1e-6)
    assert index.to_m[index.ptr[1:] - 1].tolist() == net.length_m.tolist()
    lines = net.lines.to_numpy()
    for edge in range(len(net.edges)):
        own = table[table["edge"] == edge]
        assert own["from_m"].iloc[0] == 0
        assert own["from_m"].tolist()[1:] == own["to_m"].tolist()[:-1]
        corners = [shapely.get_coordinates(line) for line in own.geometry]
        assert all((a[-1] == b[0]).all() for a, b in pairwise(corners))
        assert sum(own.length) == pytest.approx(net.length_m[edge], abs=1e-6)
        inner = {tuple(xy) for xy in np.vstack(corners)}
        assert {tuple(xy) for xy in shapely.get_coordinates(lines[edge])} <= inner


def test_a_long_line_is_summed_as_shapely_does():
    random = np.random.default_rng(1)
    long = np.cumsum(random.normal(0, 60, (3_000, 2)), axis=0) + np.array([7e5, 2e6])
    short = long[::-1][:70]
    net = am.RoadNetwork.from_edges([long[0], long[-1], short[-1]], [[0, 1], [1, 2]], None, [long, short], crs=UTM)
    assert net.length_m.tolist() == shapely.length(net.lines.to_numpy()).tolist()


def test_given_lengths_rule_over_those_of_the_lines():
    net = am.RoadNetwork.from_edges([[0, 0], [100, 0], [0, 0]], [[0, 1], [0, 2]], [110.0, 5.0], crs=UTM)
    assert net.vertex_m.tolist() == [0, 110, 0, 5]
    table = net.lixels(55)
    assert table["to_m"].tolist() == [55, 110, 5]
    assert table.length.tolist() == [50, 50, 0]


def test_every_breach_is_told_at_once():
    with pytest.raises(am.SchemaError) as caught:
        am.RoadNetwork.from_edges([[0, 0], [np.nan, 1]], [[0, 1], [0, 5]], [1.0, -2.0, 3.0], [[[0, 0]]], crs=UTM)
    told = {(breach.column, breach.why) for breach in caught.value.breaches}
    assert told == {
        ("nodes_xy", "is not finite"),
        ("edges", "names a node that is not there"),
        ("lengths", "is less than 0"),
        ("lengths", "has 3 values for 2 edges"),
        ("coords", "is not a line"),
    }


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (([[0, 0, 0]], [[0, 0]]), "is not the shape"),
        (("abc", [[0, 0]]), "is not an array of numbers"),
        (([[0, 0]], [[0.5, 0]]), "whole numbers"),
        (([[0, 0], [9, 0]], [[0, 1]], None, [[[0, 0], [5, 0]]]), "does not meet its to node"),
        (([[0, 0], [9, 0]], [[0, 1]], None, np.zeros((1, 2))), "or a list of arrays"),
        (([[0, 0], [9, 0]], [[0, 1]], None, np.full((1, 2, 2), np.inf)), "not finite"),
        (([[0, 0], [9, 0]], [[0, 1]], None, []), "has 0 lines for 1 edges"),
    ],
)
def test_wrong_arrays_are_named(arguments, why):
    with pytest.raises(am.SchemaError, match=why):
        am.RoadNetwork.from_edges(*arguments, crs=UTM)


@pytest.mark.parametrize("crs", ["EPSG:4326", "nonsense", None, "EPSG:2222"])
def test_only_metres(crs):
    with pytest.raises(am.CrsError):
        am.RoadNetwork.from_edges([[0, 0]], [], crs=crs)


def test_no_edges():
    net = am.RoadNetwork.from_edges([], [], crs=UTM)
    assert repr(net) == "<RoadNetwork: 0 edges, 0 nodes, 0.00 km, EPSG:32618>"
    assert list(net.lixels(10).columns) == list(LIXELS.names)
    assert len(net.adjacency.edge) == len(net.component) == len(net.vertex_m) == len(net.lines) == 0


@pytest.mark.parametrize("length_m", [0, -1, np.nan, np.inf])
def test_lixels_have_a_length(length_m):
    with pytest.raises(ValueError, match="greater than 0"):
        t_junction().lixels(length_m)


def test_work_in_threads_covers_all_and_tells_errors():
    done = np.zeros(1000, dtype=int)

    def add(low, high):
        done[low:high] += 1

    in_threads(add, len(done))
    assert (done == 1).all()

    def fail(low, high):
        msg = f"{low}-{high}"
        raise ZeroDivisionError(msg)

    with pytest.raises(ZeroDivisionError):
        in_threads(fail, 100)


def test_where_nothing_can_be_kept_loops_are_compiled_all_the_same():
    """A loop of no file, like one whose folder cannot be written, has no place for its cache."""
    made = {}
    exec(compile("def more(number):\n    return number + 1\n", "<nowhere>", "exec"), made)  # noqa: S102
    loop = jit(made["more"])
    assert loop(2) == 3
    assert loop.stats.cache_path is None


def test_loops_use_nothing_private_of_numba():
    """A release of numba may change what it does not document."""
    for path in Path(am.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "numba.core" not in text, path
        assert "import llvmlite" not in text, path
        assert "from llvmlite" not in text, path


def test_kept_loops_are_asked_for_by_all_their_sources(tmp_path):
    """What is kept is found by name: a change in any module of loops gives another one."""
    (tmp_path / "density").mkdir()
    inner, outer = (tmp_path / "density" / name for name in ("_inner_loops.py", "_outer_loops.py"))
    inner.write_text("one", encoding="utf-8")
    outer.write_text("two", encoding="utf-8")
    before = stamp_of.__wrapped__(tmp_path)
    assert stamp_of.__wrapped__(tmp_path) == before
    inner.write_text("other", encoding="utf-8")
    assert stamp_of.__wrapped__(tmp_path) != before

    from artimap.roads.network import _snap_loops  # noqa: PLC0415

    package = Path(am.__file__).parent
    assert _snap_loops.hilbert.py_func.__qualname__.endswith(stamp_of(package))
    users = {path.name for path in package.rglob("*.py") if "import jit" in path.read_text(encoding="utf-8")}
    assert all(name.endswith("_loops.py") for name in users)
