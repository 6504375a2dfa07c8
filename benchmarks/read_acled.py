"""A million ACLED-shaped rows: how fast they become EVENTS, and with how much memory.

    python benchmarks/read_acled.py [--rows 1000000] [--repeat 5] [--folder FOLDER]

The rows are made up here, from the published column list; no row of ACLED is in this repository.
Each run is a process of its own, so that its peak is its own; a small file is read first, so that imports
are not counted. The readers take turns; medians are what to compare.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROWS = 1_000_000
COLUMNS = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,"
    "actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,"
    "latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp"
)
SUBS = (
    ("Political violence", "Battles", "Armed clash"),
    ("Political violence", "Violence against civilians", "Attack"),
    ("Political violence", "Violence against civilians", "Abduction/forced disappearance"),
    ("Demonstrations", "Protests", "Peaceful protest"),
    ("Strategic developments", "Strategic developments", "Looting/property destruction"),
)
ADMIN = (
    ("Artibonite", "Saint-Marc"),
    ("Artibonite", "Gonaïves"),
    ("Artibonite", "Dessalines"),
    ("Ouest", "Port-au-Prince"),
)

MEASURE = """
import resource, sys, time
path, small = sys.argv[1], sys.argv[3]
if sys.argv[2] == "artimap":
    import artimap as am
    art = am.area("artibonite")
    am.read_events(small, area=art)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, work = time.perf_counter(), time.process_time()
    rows = len(am.read_events(path, area=art))
else:
    import geopandas, pandas as pd
    pd.read_csv(small)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, work = time.perf_counter(), time.process_time()
    rows = len(pd.read_csv(path))
took, cpu = time.perf_counter() - start, time.process_time() - work
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(rows, took, cpu, before, peak)
"""


def make(path: Path, rows: int) -> None:
    """Write made-up rows of the width and variety of a real export."""
    random = np.random.default_rng(20241003)
    spots = [
        (f"Place {number}", 18.6 + random.random() * 1.2, -73.2 + random.random() * 1.2) for number in range(4_000)
    ]
    sources = [f"Outlet {number}" for number in range(300)]
    block = 20_000
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(COLUMNS + "\n")
        for start in range(0, rows, block):
            number = min(block, rows - start)
            day = np.datetime64("2018-01-01") + random.integers(0, 2_500, number)
            pick = {
                name: random.integers(0, size, number)
                for name, size in (
                    ("sub", len(SUBS)),
                    ("spot", len(spots)),
                    ("admin", len(ADMIN)),
                    ("source", 300),
                    ("gang", 60),
                )
            }
            geo = random.choice([1, 1, 1, 2, 3], number)
            time = random.choice([1, 1, 1, 1, 2, 3], number)
            dead = random.choice([0, 0, 0, 1, 2, 5], number)
            lines = []
            for i in range(number):
                disorder, event, sub = SUBS[pick["sub"][i]]
                place, lat, lon = spots[pick["spot"][i]]
                one, two = ADMIN[pick["admin"][i]]
                source = sources[pick["source"][i]]
                other = sources[(pick["source"][i] * 7) % 300]
                group = pick["gang"][i]
                notes = (
                    f"On that day, armed men of group {group} came to {place} ({one}), row {start + i}; people fled, "
                    "and what was said differs between the outlets. No name of a person stands here."
                )
                cells = (
                    f"HTI{start + i}", day[i], str(day[i])[:4], time[i], disorder, event, sub, f"Group {group} (Haiti)",
                    "", "Political militia", "Civilians (Haiti)", "", "Civilians", "Political militia-Civilians",
                    "Civilian targeting", 332, "Caribbean", "Haiti", one, two, two, place, f"{lat:.4f}", f"{lon:.4f}",
                    geo[i], f"{source}; {other}", "National", f'"{notes}"', dead[i], "crowd size=no report",
                    1_700_000_000 + start + i,
                )  # fmt: skip
                lines.append(",".join(map(str, cells)) + "\n")
            file.writelines(lines)


def run(repeat: int, *, rows: int = ROWS, folder: Path | None = None) -> None:
    """Print rows a second and the peak of memory, beside ``pandas.read_csv``, which reads and does no more."""
    with tempfile.TemporaryDirectory(dir=folder) as made:
        path, small = Path(made) / "rows.csv", Path(made) / "small.csv"
        make(path, rows)
        make(small, 2_000)
        print(f"{rows:,} made-up rows, {path.stat().st_size / 1e6:,.0f} MB")
        runs: dict[str, list[list[float]]] = {"artimap": [], "pandas.read_csv": []}
        for _ in range(repeat):
            for who, found in runs.items():
                told = subprocess.run(
                    [sys.executable, "-c", MEASURE, str(path), who, str(small)],
                    check=True, capture_output=True, text=True,
                ).stdout  # fmt: skip
                found.append([float(part) for part in told.split()])
        for who, found in runs.items():
            count, took, cpu, before, peak = np.median(np.array(found), axis=0)
            every = " ".join(f"{one[1]:.2f}" for one in found)
            print(
                f"{who:16s} {count / took:>9,.0f} rows/s  {took:5.2f} s ({every}), {cpu:5.2f} s of processor  "
                f"peak {peak / 1e6:.2f} GB (before reading {before / 1e6:.2f})"
            )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    run(args.repeat, rows=args.rows, folder=args.folder)


if __name__ == "__main__":
    main()
