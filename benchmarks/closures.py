"""The cut-off profile of National Road 1 on the real roads of northern Haiti, with population: each edge closed."""

from __future__ import annotations

import numpy as np

import artimap as am
from artimap.areas.road_network import AreaRoads
from artimap.areas.roadside import RoadsidePoints
from artimap.roads.routing.cut_off import CutTree, ways_round
from artimap.roads.routing.router import Router
from benchmarks.routes import line, timed, work

_MOST_S = 2.0


def run(repeat: int) -> None:
    made = work()
    if made is None:
        return
    times = made.minutes[:, None] * [0.8, 1.2]
    router = Router(made.net).prepared()
    found = router.replacements(made.towns["port-au-prince"], made.towns["cap-haitien"], made.minutes)
    if found is None:
        print("  no way from Port-au-Prince to Cap-Haïtien on these roads")
        return
    edges = found.path.edges
    beside = RoadsidePoints.of(AreaRoads.from_network(made.net, area=am.area("artibonite")))
    passable = np.isfinite(times[:, 0])

    def profile() -> tuple[int, int]:
        tree = CutTree(made.net, passable)
        parted = tree.parted(edges, beside.spots)
        people = beside.tally(parted.cut, parted.on, parted.loses)
        round_ = ways_round(router, edges[~tree.bridges[edges]], times)
        return len(people), int(np.isfinite(round_[:, 0]).sum())

    (pieces, ways), taken = timed(profile, repeat)
    line("cut-off profile with population", taken, f"{pieces:,} pieces, {ways:,} ways round (at most {_MOST_S} s)")
    _, taken = timed(lambda: CutTree(made.net, passable).bridges, repeat)
    line("  of which the tree of the network", taken, f"{len(made.net.edges):,} edges")
    _, taken = timed(lambda: ways_round(router, edges, times), repeat)
    line("  of which the ways round", taken)
