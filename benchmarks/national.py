"""A briefing with the events of a whole country: seconds of processor and megabytes, by the number of rows."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

_SIZES = {0: None, 2_000: 10, 8_000: 14, 20_000: 20, 100_000: 45}
"""Rows, and the seconds that they may take."""
_MOST_MB = 1_000
_PLACES = (
    ("Saint-Marc", 19.108, -72.694, 3), ("Pont-Sondé", 19.150, -72.616, 2), ("Savien", 19.159, -72.537, 2),
    ("Gonaïves", 19.448, -72.689, 4), ("L'Estère", 19.303, -72.610, 2), ("Verrettes", 19.050, -72.467, 1),
    ("Port-au-Prince", 18.545, -72.339, 40), ("Cap-Haïtien", 19.757, -72.204, 8), ("Les Cayes", 18.193, -73.746, 6),
    ("Jacmel", 18.234, -72.535, 3), ("Hinche", 19.143, -72.004, 4), ("Port-de-Paix", 19.939, -72.834, 6),
)  # fmt: skip
_KINDS = ("Armed attack", "Kidnapping", "Protest", "Armed clash", "Road block", "Ambush")
_ACTORS = ("Gran Grif", "unnamed armed group", "Viv Ansanm", "police")


def make_file(path: Path, rows: int, *, seed: int = 3) -> None:
    """Write made events: every text is another, as a national file's are."""
    rng = random.Random(seed)  # noqa: S311 - made data
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "date", "place", "lat", "lon", "type", "actor", "killed", "source", "summary"])
        for row in range(rows):
            place, lat, lon, _ = rng.choices(_PLACES, [one[3] for one in _PLACES])[0]
            day = f"{rng.choice((2023, 2024, 2025))}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
            spot = round(lat + rng.gauss(0, 0.03), 4), round(lon + rng.gauss(0, 0.03), 4)
            words = f"Report {row}: armed men stopped vehicles near {place}, {rng.randint(1, 9)} persons fled"
            call = f"; call {rng.randint(30_000_000, 49_999_999)}"
            deed = rng.choice(_KINDS), rng.choice(_ACTORS), rng.choice(("", "0", "1", "3")), rng.choice("ABC")
            out.writerow([f"n{row}", day, place, *spot, *deed, words + call])


def run(_repeat: int) -> None:
    for rows, most in _SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            events = Path(folder, "events.csv")
            make_file(events, rows)
            given = ["--events", str(events)] if rows else []
            command = [sys.executable, "-m", "artimap", "brief", *given, "--out", str(Path(folder, "out"))]
            with Path(folder, "log").open("wb") as log:
                made = subprocess.Popen(command, stdout=log, stderr=log)
                _, status, used = os.wait4(made.pid, 0)
        seconds, mb = used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3
        aim = "" if most is None else f"  (at most {most} s, {_MOST_MB:,} MB)"
        code = os.waitstatus_to_exitcode(status)
        print(
            f"{rows:9,} rows {seconds:7.1f} s of processor {mb:7,.0f} MB{aim}{f'  ended with {code}' if code else ''}"
        )
