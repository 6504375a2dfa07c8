"""How often clusters are found where there are none: random roads; the figures in docs/calibration.md."""

from __future__ import annotations

import numpy as np

from artimap.risk.hotspots import HotspotModel, line_hotspots

RUNS = 2000
LENGTH_M = 250_000.0


def run(repeat: int) -> None:  # noqa: ARG001 - runs are fixed: fewer would show less
    print(f"{RUNS} roads of 250 km without clustering, 30 % of events known only to 4-16 km; level 5 %")
    print("| events | control | roads with a cluster |")
    print("|---|---|---|")
    for events in (8, 30, 100):
        for control in ("max", "fdr", "none"):
            rng = np.random.default_rng(1)
            model = HotspotModel(simulations=199, bootstraps=1, step_m=1_000.0, control=control)
            found = 0
            for _ in range(RUNS if control != "none" else RUNS // 10):
                at = rng.uniform(0, LENGTH_M, events)
                half = np.where(rng.random(events) < 0.3, rng.uniform(2_000, 8_000, events), 0.0)
                low, high = np.clip(at - half, 0, LENGTH_M), np.clip(at + half, 0, LENGTH_M)
                found += len(line_hotspots(low, high, LENGTH_M, model=model).ends) > 0
            runs = RUNS if control != "none" else RUNS // 10
            share = found / runs
            error = (share * (1 - share) / runs) ** 0.5
            print(f"| {events} | {control} | {100 * share:.1f} % ± {100 * error:.1f} |", flush=True)
