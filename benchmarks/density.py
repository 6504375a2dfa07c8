"""Density along a network (NKDE), over time (TNKDE) and of random placements, beside fastnsa in the same run.

Both get a network that is built and events that are placed on it; what each builds beyond that is in
its time. fastnsa is run by both of its best methods, ADA and LION, and fewer times where it is slow.
The answers are compared. It is optional (``pip install artimap[bench]``). Memory is that of one call in a
process of its own, above imports, inputs and compiled loops.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from benchmarks import workloads
from benchmarks.memory import Peak
from benchmarks.network import real_layer
from benchmarks.workloads import Floats

BANDWIDTH_M, BANDWIDTH_DAYS, SLICES, SIMULATIONS = 1_000.0, 60.0, 36, 99
METHODS = ("ADA", "LION")
SLOW_S = 2.0
"""A peer that takes longer is run once."""
MOST_S = 600
"""A peer that takes longer on the real network is run with fewer events."""
OF_SHAPE = 750 / BANDWIDTH_M
"""fastnsa gives the bare sum of 1 - u²; this times it is events per km."""

NKDE = {
    "10k/10k": ("10k", 10_000, 50.0),
    "10k/1M": ("10k", 1_000_000, 50.0),
    "100k/100k": ("100k", 100_000, 50.0),
    "1M/1M": ("1M", 1_000_000, 100.0),
}


class Work(NamedTuple):
    """A network and events on it, for both."""

    net: Any
    edge: np.ndarray
    off: Floats
    day: Floats
    lixel_m: float
    bandwidth_m: float


def work(size: str, number: int, lixel_m: float) -> Work:
    import artimap as am  # noqa: PLC0415

    raw, events = workloads.network(size), workloads.network_events(size, number)
    net = am.RoadNetwork.from_edges(raw["node_xy"], raw["edges"], raw["length"], raw["coords"], crs=workloads.CRS)
    off = np.minimum(events["off"], raw["length"][events["edge"]])
    return Work(net, events["edge"], off, events["day"], lixel_m, BANDWIDTH_M)


def real(number: int) -> Work | None:
    """The real roads, with so many events: half anywhere on them, half within a normal 1 km of 300 places."""
    import geopandas as gpd  # noqa: PLC0415

    import artimap as am  # noqa: PLC0415

    path = real_layer()
    if path is None:
        return None
    kept = workloads.KEPT / f"real-{number}.npz"
    read = gpd.read_parquet if path.suffix == ".parquet" else gpd.read_file
    net = am.RoadNetwork.from_lines(read(path).to_crs(workloads.CRS), tolerance_m=5, noding="vertices")
    if kept.exists():
        found = np.load(kept)
        return Work(net, found["edge"], found["off"], found["off"], 100.0, 2_000.0)
    random = np.random.default_rng(number)
    ends = np.cumsum(net.length_m)
    at = random.random(number - number // 2) * ends[-1]
    edge = np.minimum(np.searchsorted(ends, at, side="right"), len(ends) - 1)
    off = np.clip(at - ends[edge] + net.length_m[edge], 0.0, net.length_m[edge])
    centres = net.nodes_xy[random.integers(0, len(net.nodes_xy), 300)]
    around = net.snap(centres[random.integers(0, 300, number // 2)] + random.normal(0, 1_000, (number // 2, 2)))
    edge, off = np.r_[edge, around["edge"].to_numpy(dtype=np.int64)], np.r_[off, around["offset_m"].to_numpy()]
    workloads.KEPT.mkdir(parents=True, exist_ok=True)
    np.savez(kept, edge=edge, off=off)
    return Work(net, edge, off, off, 100.0, 2_000.0)


def ours(one: Work) -> Floats:
    import artimap as am  # noqa: PLC0415

    return am.density_values(one.net, one.edge, one.off, bandwidth_m=one.bandwidth_m, lixel_m=one.lixel_m)


def ours_over_time(one: Work) -> Floats:
    import artimap as am  # noqa: PLC0415

    return am.density_over_time_values(
        one.net, (one.edge, one.off), one.day, at=slices(), bandwidth_m=BANDWIDTH_M, bandwidth_days=BANDWIDTH_DAYS,
        lixel_m=one.lixel_m,
    )  # fmt: skip


def ours_simulated(one: Work) -> Any:
    import artimap as am  # noqa: PLC0415

    return am.density_envelope(
        one.net, (one.edge, one.off), bandwidth_m=BANDWIDTH_M, lixel_m=one.lixel_m, simulations=SIMULATIONS
    )


def slices() -> Floats:
    return np.linspace(0, workloads.DAYS, SLICES)


@cache
def peer() -> Any:
    if importlib.util.find_spec("fastnsa") is None:
        print("fastnsa is not installed (pip install 'artimap[bench]'): left out")
        return None
    import fastnsa  # noqa: PLC0415

    return fastnsa


def its_network(net: Any) -> Any:
    around = net.adjacency
    return peer().NativeNetwork(
        edges=np.column_stack([net.edges.astype(float), net.length_m]),
        offsets=around.ptr,
        indices=around.edge,
        coordinates=net.coords,
        geometry_offsets=net.coord_ptr,
    )


def theirs(one: Work, net: Any, method: str, weight: Floats | None = None) -> Floats:
    """One call of fastnsa; events of no weight are left out before."""
    on = slice(None) if weight is None else weight > 0
    points = peer().NativePointSet.from_mapped(net, one.edge[on].astype(np.int32), one.off[on])
    weights = {} if weight is None else {"weights": weight[on]}
    found = peer().network_kde(
        network=net, points=points, bandwidth=one.bandwidth_m, lixel_length=one.lixel_m, method=method, **weights
    )
    return np.asarray(found.density)


def theirs_over_time(one: Work, net: Any, method: str) -> Floats:
    """A call a slice, the time kernel as weights."""
    out = []
    for day in slices():
        weight = np.maximum(0.0, 1 - ((one.day - day) / BANDWIDTH_DAYS) ** 2)
        out.append(theirs(one, net, method, weight))
    return np.stack(out, axis=1) * (0.75 / BANDWIDTH_DAYS)


class Taken(NamedTuple):
    """Seconds of each run, on the clock and of the processor."""

    clock: list[float]
    work: list[float]


def timed(job: Callable[[], Any], repeat: int) -> tuple[Taken, Any]:
    """Run a job ``repeat`` times, or once where it is slow."""
    taken, out = Taken([], []), None
    while len(taken.clock) < (repeat if not taken.clock or taken.clock[0] < SLOW_S else 1):
        out = None  # what the run before made is freed before the clock starts
        start, work = time.perf_counter(), time.process_time()
        out = job()
        taken.clock.append(time.perf_counter() - start)
        taken.work.append(time.process_time() - work)
    return taken, out


def show(name: str, taken: Taken, mine: Taken | None = None, more: str = "") -> None:
    """Medians: seconds on the clock, and of the processor (which other work on the machine changes less)."""
    clock, runs = taken.clock, len(taken.clock)
    text = f"  {name:13s}{median(clock):9.4f} s ({min(clock):.3f}–{max(clock):.3f}, {runs} run{'s' * (runs > 1)})"
    if taken.work:
        text += f", of the processor {median(taken.work):.4f} s"
    if mine is not None:
        text += f"  {median(clock) / median(mine.clock):.1f} × artimap"
        text += f", {median(taken.work) / median(mine.work):.1f} × by processor" if taken.work and mine.work else ""
    print(f"{text}  {more}")


def apart(mine: Floats, other: Floats) -> str:
    if mine.shape != other.shape:
        return f"another shape: {other.shape}"
    return f"answers apart {np.abs(mine - other).max() / mine.max():.1e} of the maximum"


def compare(name: str, job: Callable[[], Floats], others: Callable[[str], Floats] | None, repeat: int) -> Taken:
    print(name)
    start = time.perf_counter()
    job()
    first = time.perf_counter() - start
    taken, mine = timed(job, repeat)
    show("artimap", taken, more=f"first call here {first:.2f} s")
    for method in METHODS if others is not None and peer() is not None else ():
        its, found = timed(lambda method=method: others(method), repeat)
        show(f"fastnsa {method}", its, taken, apart(mine, found))
    return taken


def in_process(*words: str, most_s: float | None = None, **environment: str) -> dict[str, Any] | None:
    """Run one thing in a process of its own; None where it takes too long."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.density", *words], check=True, capture_output=True, text=True,
            timeout=most_s, env={**os.environ, **environment},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return json.loads(done.stdout.splitlines()[-1])


def run(repeat: int) -> None:
    """Print medians, ratios, agreement and memory."""
    for part in PARTS.values():
        part(repeat)


def places(repeat: int) -> None:
    seconds = {}
    for name, how in NKDE.items():
        one = work(*how)
        net = its_network(one.net) if peer() is not None and how[0] != "1M" else None
        others = None if net is None else lambda method, one=one, net=net: theirs(one, net, method) * OF_SHAPE
        label = f"NKDE {name}, bandwidth 1 km, lixels of {how[2]:.0f} m: {len(one.net.lixel_index(how[2])):,}"
        seconds[name] = compare(label, lambda one=one: ours(one), others, repeat)
    ratios = [
        median(large) / median(small) for large, small in zip(seconds["1M/1M"], seconds["100k/100k"], strict=True)
    ]
    print(f"  1M/1M is {ratios[0]:.1f} × 100k/100k ({ratios[1]:.1f} × by processor); fastnsa is not run at 1M edges")


def tables(repeat: int) -> None:
    """The call that people make: a plain table, and one with the lines of the lixels."""
    import artimap as am  # noqa: PLC0415

    for name in ("10k/10k", "10k/1M", "100k/100k"):
        one = work(*NKDE[name])

        def ours_as_table(geometry: bool, one: Work = one) -> Any:  # noqa: FBT001
            return am.network_density(
                one.net, (one.edge, one.off), bandwidth_m=one.bandwidth_m, lixel_m=one.lixel_m, geometry=geometry
            )

        print(f"network_density {name}, a table")
        ours_as_table(geometry=True)
        plain, _ = timed(lambda: ours_as_table(geometry=False), repeat)
        drawn, _ = timed(lambda: ours_as_table(geometry=True), repeat)
        show("plain", plain)
        show("with lines", drawn, more=f"{median(drawn.clock) / median(plain.clock):.1f} × the plain one")
        net = its_network(one.net) if peer() is not None else None
        for method in METHODS if net is not None else ():
            its, _ = timed(lambda method=method, net=net, one=one: theirs(one, net, method), repeat)
            show(f"fastnsa {method}", its, plain)


def memory(_repeat: int) -> None:
    for name, who in (("100k/100k", "artimap"), ("100k/100k", "ADA"), ("100k/100k", "LION"), ("1M/1M", "artimap")):
        if who == "artimap" or peer() is not None:
            used = in_process(name, who)
            print(f"memory {name} {who:8s} {used['bytes_a_lixel']:6.0f} bytes a lixel above inputs and imports")


def over_time(repeat: int) -> None:
    for number in (10_000, 100_000):
        one = work("10k", number, 50.0)
        net = its_network(one.net) if peer() is not None else None
        compare(
            f"TNKDE 10k/{number // 1000}k, {SLICES} slices, {BANDWIDTH_DAYS:.0f} days (fastnsa looped)",
            lambda one=one: ours_over_time(one),
            lambda method, one=one, net=net: theirs_over_time(one, net, method) * OF_SHAPE,
            repeat,
        )


def first_call(repeat: int) -> None:
    print("first call of a small problem (13 roads, 500 events), a new process, no compiled cache")
    with tempfile.TemporaryDirectory() as folder:
        first = [in_process("small", "artimap", NUMBA_CACHE_DIR=folder) for _ in range(repeat)]
    show(
        "artimap",
        Taken([one["seconds"] for one in first], []),
        more=f"numba loaded: {any(one['numba'] for one in first)}",
    )
    print("first call that is compiled (10k/10k), a new process, no compiled cache; then the same, cached")
    for name in ("compiled", "cached"):
        seconds = []
        for _ in range(repeat):
            with tempfile.TemporaryDirectory() as folder:
                found = in_process("compiled", "artimap", NUMBA_CACHE_DIR=folder)
                if name == "cached":
                    found = in_process("compiled", "artimap", NUMBA_CACHE_DIR=folder)
                seconds.append(found)
        show(name, Taken([one["seconds"] for one in seconds], [one["work"] for one in seconds]))


def simulations(repeat: int) -> None:
    one = work("10k", 10_000, 50.0)
    print(f"{SIMULATIONS} simulations 10k/10k, with quantiles and chances lixel by lixel")
    ours_simulated(one)
    taken, _ = timed(lambda: ours_simulated(one), repeat)
    show("artimap", taken, more="density_envelope, its table of lixels included")
    if peer() is None:
        return
    net, some = its_network(one.net), 5
    random = np.random.default_rng(0)
    ends = np.cumsum(one.net.length_m)
    sets = []
    for _ in range(some):
        at = random.random(len(one.edge)) * ends[-1]
        edge = np.minimum(np.searchsorted(ends, at, side="right"), len(ends) - 1)
        off = np.clip(at - ends[edge] + one.net.length_m[edge], 0.0, one.net.length_m[edge])
        sets.append(one._replace(edge=edge, off=off))
    for method in METHODS:
        its, _ = timed(lambda method=method: [theirs(each, net, method) for each in sets], 1)
        scaled = Taken(*([one * SIMULATIONS / some for one in kind] for kind in its))
        show(f"fastnsa {method}", scaled, taken, f"{some} of them measured, times {SIMULATIONS / some:.1f}")


def real_roads(repeat: int) -> None:
    if real_layer() is None:
        print("the real network: no layer here (name a file of lines in ARTIMAP_ROADS): left out")
        return
    print("the real network, 1,000,000 events, bandwidth 2 km, lixels of 100 m")
    mine = in_process("real", "artimap", str(1_000_000), str(repeat))
    print(f"  {mine['roads']}, {mine['lixels']:,} lixels")
    used = f"peak {mine['peak_MB']:,.0f} MB above inputs"
    show("artimap", Taken(*mine["seconds"]), more=used)
    if peer() is None:
        return
    for number in (1_000_000, 1_000):
        its = in_process("real", "LION", str(number), "1", most_s=MOST_S)
        if its is None:
            print(f"  fastnsa LION     not done in {MOST_S} s with {number:,} events")
            continue
        used = f"{number:,} events, peak {its['peak_MB']:,.0f} MB above inputs"
        show("fastnsa LION", Taken(*its["seconds"]), Taken(*mine["seconds"]), used)
        break


def small() -> dict[str, Any]:
    """The first call of a small problem in this process."""
    import artimap as am  # noqa: PLC0415

    random = np.random.default_rng(1)
    xy = random.uniform(0, 60_000, (14, 2))
    net = am.RoadNetwork.from_edges(xy, np.column_stack([np.arange(13), np.arange(1, 14)]), crs=workloads.CRS)
    on = random.integers(0, 13, 500)
    off = random.random(500) * net.length_m[on]
    start = time.perf_counter()
    am.network_density(net, (on, off), bandwidth_m=2_000, lixel_m=100)
    return {"seconds": time.perf_counter() - start, "numba": "numba" in sys.modules}


def compiled() -> dict[str, Any]:
    """The first call in this process that numba compiles, its import included."""
    import artimap as am  # noqa: PLC0415

    one = work("10k", 10_000, 50.0)
    start, used = time.perf_counter(), time.process_time()
    am.network_density(one.net, (one.edge, one.off), bandwidth_m=1_000, lixel_m=50, geometry=False)
    return {"seconds": time.perf_counter() - start, "work": time.process_time() - used}


def alone(name: str, who: str, number: int, repeat: int) -> dict[str, Any]:
    """One peer in this process: seconds, and the peak of the first full call above its inputs."""
    one = real(number) if name == "real" else work(*NKDE[name])
    few = one._replace(edge=one.edge[:20_000], off=one.off[:20_000], bandwidth_m=300.0)
    if who == "artimap":
        warm = work("10k", 10_000, 50.0)  # imports and compiled loops, on another network
        ours(warm)
        del warm
        net = None
    else:
        net = its_network(one.net)
        theirs(few, net, who)
    lixels = len(one.net.lixel_index(one.lixel_m))
    gc.collect()
    peak = Peak()
    job = (lambda: ours(one)) if net is None else (lambda: theirs(one, net, who))
    taken, _ = timed(job, 1)
    used = peak.megabytes()
    for _ in range(repeat - 1):
        for kept, more in zip(taken, timed(job, 1)[0], strict=True):
            kept.extend(more)
    return {
        "seconds": taken, "peak_MB": used, "bytes_a_lixel": used * 1e6 / lixels, "lixels": lixels,
        "roads": repr(one.net),
    }  # fmt: skip


PARTS = {
    "nkde": places,
    "tables": tables,
    "memory": memory,
    "tnkde": over_time,
    "simulations": simulations,
    "first": first_call,
    "roads": real_roads,
}


def main() -> None:
    """One peer and one work in this process, the last line what was found, as JSON; or one part of the suite."""
    parser = argparse.ArgumentParser()
    parser.add_argument("work", choices=[*NKDE, "real", "small", "compiled", *PARTS])
    parser.add_argument("who", choices=["artimap", *METHODS], nargs="?", default="artimap")
    parser.add_argument("number", type=int, nargs="?", default=0)
    parser.add_argument("repeat", type=int, nargs="?", default=1)
    parser.add_argument("--repeat", dest="times", type=int, default=5)
    args = parser.parse_args()
    if args.work in PARTS:
        PARTS[args.work](args.times)
        return
    jobs = {"small": small, "compiled": compiled}
    job = jobs.get(args.work, lambda: alone(args.work, args.who, args.number, args.repeat))
    found = job()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
