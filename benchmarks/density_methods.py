"""The three methods of network density beside each other, and how the two that follow paths grow with the bandwidth."""

from __future__ import annotations

import time
from statistics import median

import numpy as np
from numpy.typing import NDArray

import artimap as am
from artimap.roads.density import _paths_exact
from artimap.roads.density.event_points import placing
from benchmarks import workloads

SIZE, EVENTS = "100k", 100_000
LIXEL_M = 50.0
BANDWIDTHS_M = (250, 500, 750, 1000, 1250, 1500)
STEP_M = 5.0
ENOUGH_S = 20.0
"""What has taken so long is not run again."""


def _taken(job: object, repeat: int) -> tuple[float, int]:
    """Give the median seconds, and of how many runs."""
    taken: list[float] = []
    while len(taken) < repeat and (len(taken) < 1 or sum(taken) < ENOUGH_S):
        start = time.perf_counter()
        job()
        taken.append(time.perf_counter() - start)
    return median(taken), len(taken)


def run(repeat: int) -> None:
    """Print seconds, visits and ratios at each bandwidth."""
    made, events = workloads.network(SIZE), workloads.network_events(SIZE, EVENTS)
    net = am.RoadNetwork.from_edges(made["node_xy"], made["edges"], made["length"], made["coords"], crs=workloads.CRS)
    print(f"{net}, {EVENTS:,} events, lixels of {LIXEL_M:g} m, Epanechnikov, two threads; seconds, medians")

    def density(method: str, bandwidth_m: float, step_m: float | None = None) -> NDArray[np.float64]:
        return am.density_values(
            net, events["edge"], events["off"],
            bandwidth_m=bandwidth_m, lixel_m=LIXEL_M, method=method, most_visits=1e12, step_m=step_m,
        )  # fmt: skip

    for method in ("simple", "discontinuous", "continuous"):
        density(method, 250.0)  # compiled, or loaded
    placed = placing(net, (events["edge"], events["off"]), None, LIXEL_M)
    print("| bandwidth | simple | discontinuous | visits | to simple | continuous | visits | to simple | runs |")
    print("|---|---|---|---|---|---|---|---|---|")
    for bandwidth_m in BANDWIDTHS_M:
        simple, _ = _taken(lambda b=bandwidth_m: density("simple", b), repeat)
        cells = [f"{bandwidth_m:,} m", f"{simple:.3f}"]
        runs = []
        for method in ("discontinuous", "continuous"):
            walks = _paths_exact.walks_of(net.ordered, method)
            spots, nodes = _paths_exact.spots_of(net.ordered, placed)
            visits, _ = _paths_exact.estimated(walks, spots, nodes, bandwidth_m, 1e12)
            seconds, number = _taken(lambda b=bandwidth_m, m=method: density(m, b), repeat)
            runs.append(number)
            cells += [f"{seconds:.3f}", f"{visits / 1e6:,.1f} M", f"{seconds / simple:.1f}"]
        print("| " + " | ".join([*cells, " / ".join(str(number) for number in runs)]) + " |", flush=True)
    print(
        f"\nlengths rounded to steps of {STEP_M:g} m, continuous; apart from exact lengths where paths can be followed"
    )
    print("| bandwidth | seconds | root mean square apart | at most apart, of the maximum | runs |")
    print("|---|---|---|---|---|")
    for bandwidth_m in (500, 1000, 2000, 4000):
        seconds, number = _taken(lambda b=bandwidth_m: density("continuous", b, STEP_M), min(repeat, 3))
        apart = ["-", "-"]
        if bandwidth_m <= 1000:
            exact = density("continuous", bandwidth_m)
            far = np.abs(density("continuous", bandwidth_m, STEP_M) - exact)
            apart = [f"{np.sqrt((far**2).mean() / (exact**2).mean()):.2%}", f"{far.max() / exact.max():.2%}"]
        print("| " + " | ".join([f"{bandwidth_m:,} m", f"{seconds:.2f}", *apart, str(number)]) + " |", flush=True)
