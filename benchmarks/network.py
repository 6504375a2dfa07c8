"""Building the real road network of northern Haiti, where the layer is at hand.

The layer is found at ``ARTIMAP_ROADS`` (a file of lines), or beside the checkout in
``../shared/reference``. It is not part of artimap.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from statistics import median

import artimap as am
from benchmarks import workloads
from benchmarks.memory import Peak

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "reference" / "osm_north_haiti_roads.parquet"


def real_layer() -> Path | None:
    """Give the file of real roads, or None where there is none."""
    path = Path(os.environ.get("ARTIMAP_ROADS", BESIDE))
    return path if path.exists() else None


def run(repeat: int) -> None:
    """Print seconds, what cleaning did, and memory, for both rules of noding."""
    path = real_layer()
    if path is None:
        print("no real roads here: name a file of lines in ARTIMAP_ROADS")
        return
    import geopandas as gpd  # noqa: PLC0415

    read = gpd.read_parquet if path.suffix == ".parquet" else gpd.read_file
    lines = read(path).to_crs(workloads.CRS)
    print(f"{len(lines):,} lines, {lines.length.sum() / 1000:,.0f} km")
    for noding in ("crossings", "vertices"):
        peak = Peak()
        taken = []
        for _ in range(repeat):
            start = time.perf_counter()
            net = am.RoadNetwork.from_lines(lines, tolerance_m=5, noding=noding)
            taken.append(time.perf_counter() - start)
        done, parts = net.report, net.parts
        print(f"  {noding}: {median(taken):.2f} s ({min(taken):.2f}–{max(taken):.2f}), {peak}")
        print(f"    {net}")
        print(
            f"    {len(done.seams):,} seams bridged, {done.dropped['length_m'].sum() / 1000:,.1f} km laid double, "
            f"{len(done.gaps):,} gaps open, {len(parts):,} parts, the largest "
            f"{parts['length_m'].iloc[0] / net.length_m.sum():.1%} of the length"
        )
