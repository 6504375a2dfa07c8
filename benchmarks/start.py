"""What starting costs: the import, and the main job from cold."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from statistics import median


def _seconds(arguments: list[str]) -> tuple[float, float, float]:
    """Give seconds, those of the processor, and the peak memory so far in MB, of one run of Python in a new process."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    taken, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return taken, processor, after.ru_maxrss / 1000


def run(repeat: int) -> None:
    """Print the import beside geopandas' own, then ``artimap brief``."""
    code = {"geopandas": "import geopandas", "artimap": "import artimap"}
    times: dict[str, list[float]] = {name: [] for name in code}
    for _ in range(repeat):
        for name, line in code.items():  # in turn, so that a busy moment hits both
            times[name].append(_seconds(["-c", line])[0])
    geopandas, artimap = (median(times[name]) for name in code)
    print(f"import geopandas {geopandas:.2f} s, import artimap {artimap:.2f} s, ratio {artimap / geopandas:.2f}")
    runs = []
    for _ in range(repeat):
        with tempfile.TemporaryDirectory() as folder:
            runs.append(_seconds(["-m", "artimap", "brief", "--as-of", "2024-10-15", "-o", folder]))
    clock, processor = (median(run[n] for run in runs) for n in (0, 1))
    peak = max(run[2] for run in runs)
    print(f"artimap brief {clock:.1f} s, {processor:.1f} s of the processor, peak {peak:.0f} MB")
