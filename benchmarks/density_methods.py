"""The three methods of network density beside each other, and how the two that follow paths grow with the bandwidth."""

from __future__ import annotations

import time
from statistics import median

import artimap as am
from artimap.density import _path_compiled
from artimap.density.placing import placing
from benchmarks import workloads

SIZE, EVENTS = "100k", 100_000
LIXEL_M = 50.0
BANDWIDTHS_M = (250, 500, 750, 1000, 1250, 1500)
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

    def density(method: str, bandwidth_m: float) -> None:
        am.density_values(
            net, events["edge"], events["off"],
            bandwidth_m=bandwidth_m, lixel_m=LIXEL_M, method=method, most_visits=1e12,
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
            walks = _path_compiled.walks_of(net.ordered, method)
            spots, nodes = _path_compiled.spots_of(net.ordered, placed)
            visits, _ = _path_compiled.estimated(walks, spots, nodes, bandwidth_m, 1e12)
            seconds, number = _taken(lambda b=bandwidth_m, m=method: density(m, b), repeat)
            runs.append(number)
            cells += [f"{seconds:.3f}", f"{visits / 1e6:,.1f} M", f"{seconds / simple:.1f}"]
        print("| " + " | ".join([*cells, " / ".join(str(number) for number in runs)]) + " |", flush=True)
