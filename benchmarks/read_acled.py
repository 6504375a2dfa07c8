"""A million ACLED-shaped rows: how fast they become EVENTS, and with how much memory.

    python benchmarks/read_acled.py [--rows 1000000] [--folder /tmp]

The rows are made up here, from the published column list; no row of ACLED is in this repository.
Each reader runs in a process of its own, so that its peak is its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

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
path = sys.argv[1]
if sys.argv[2] == "artimap":
    import artimap as am
    art = am.area("artibonite")
    am.read_places(art)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    rows = len(am.read_events(path, area=art))
else:
    import geopandas, pandas as pd
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    rows = len(pd.read_csv(path))
took = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
memory = f"peak {peak / 1e6:.2f} GB (before reading {before / 1e6:.2f})"
print(f"{sys.argv[2]:16s} {rows:>9,} rows  {took:6.2f} s  {rows / took:>9,.0f} rows/s  {memory}")
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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        path = Path(folder) / "rows.csv"
        make(path, args.rows)
        print(f"{args.rows:,} made-up rows, {path.stat().st_size / 1e6:,.0f} MB")
        for who in ("artimap", "pandas.read_csv"):
            subprocess.run([sys.executable, "-c", MEASURE, str(path), who], check=True)


if __name__ == "__main__":
    main()
