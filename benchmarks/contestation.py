"""How good the estimates are on made-up worlds, and what a decade costs: ``python -m benchmarks contestation``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from artimap.contestation import ContestationModel
from artimap.contestation.baselines import METHODS
from artimap.contestation.compare import by_method, fitted
from artimap.contestation.scoring import f1_contested, log_loss, ratio_interval, reliability
from artimap.contestation.simulate import simulate_contestation
from benchmarks.contestation_tune import RATES, ablation, load, of_model

EVALUATION_SEEDS = range(50)
OURS = "hidden_markov"
_BLUES = ("#9ecae1", "#4292c6", "#08519c")
MAKER = "the model that made the world"
_MIN_SHARE = 0.002


def score(kind: str, seeds: range) -> tuple[pd.DataFrame, dict[str, pd.DataFrame], dict[str, list[np.ndarray]]]:
    """Give losses and F1 by method, rate and seed; reliability at rate 1; our probabilities and the truth at rate 1."""
    model, prior, numbers = ContestationModel(), ContestationModel.prior(), fitted()
    rows, kept = [], {name: [] for name in (OURS, *METHODS, "true")}
    for rate in RATES:
        for seed in seeds:
            case = load(kind, seed, rate, model)
            given = {name: by_method(name, case.evidence, case.centres, numbers) for name in METHODS}
            given[OURS] = of_model(model, case)
            if kind == "matched":
                given[MAKER] = of_model(prior, load(kind, seed, rate, prior))
            for name, chance in given.items():
                rows.append((name, rate, seed, log_loss(chance, case.true), f1_contested(chance, case.true)))
            if rate == 1.0:
                kept["true"].append(case.true)
                for name in (OURS, *METHODS):
                    kept[name].append(given[name])
    tables = {name: reliability(np.concatenate(kept[name]), np.concatenate(kept["true"])) for name in (OURS, *METHODS)}
    return pd.DataFrame(rows, columns=["method", "rate", "seed", "log_loss", "f1"]), tables, kept


def report(kind: str, seeds: range) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    table, reliabilities, _ = score(kind, seeds)
    print(f"\n### {kind}: {len(seeds)} worlds of 64 units and 36 periods, seeds {seeds.start}-{seeds.stop - 1}")
    names = [OURS, *METHODS, *([] if kind == "fronts" else [MAKER])]
    for rate in RATES:
        here = table[table["rate"] == rate].pivot_table(index="seed", columns="method", values=["log_loss", "f1"])
        print(f"{rate} events reported per unit and period")
        ours = here["log_loss"][OURS].to_numpy()
        for name in names:
            theirs = here["log_loss"][name].to_numpy()
            ratio, low, high = ratio_interval(ours, theirs)
            beside = (
                ""
                if name == OURS
                else f"  ratio {ratio:.3f} [{low:.3f}, {high:.3f}], better in {(ours < theirs).sum()}"
            )
            print(f"  {name:30s} log loss {theirs.mean():.4f}  F1 contested {here['f1'][name].mean():.3f}{beside}")
    for name in (OURS, "kernel_logit"):
        one = reliabilities[name]
        enough = one[one["n"] >= _MIN_SHARE * one.groupby("state")["n"].transform("sum")]
        worst = enough.loc[enough["miss"].abs().groupby(enough["state"]).idxmax()].set_index("state")
        print(f"  calibration of {name} at rate 1, worst bin that holds 0.2 % or more, by state:")
        for state, row in worst.iterrows():
            print(f"    {state:10s} {100 * row['miss']:+5.1f} points at {row['said']:.2f} (n {row['n']:.0f})")
    ours_all = reliabilities[OURS]
    print(ours_all[ours_all["state"].isin(["all", "contested"])].round(3).to_string(index=False))
    return table, reliabilities


_SCALE = """
import json, resource, sys, time
import numpy as np
from benchmarks.contestation import decade
from artimap.contestation import ContestationModel, estimate_contestation
units, events, actors = decade(int(sys.argv[1]), int(sys.argv[2]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
table = estimate_contestation(
    units, events, actors=actors, start="2015-01-01", stop="2024-11-08", stability=sys.argv[3] == "yes"
)
took = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([len(table), took, before / 1e6, peak / 1e6]))
"""


def decade(units: int, events: int) -> tuple[object, object, object]:
    """Make a wide world of ten years: sections, events, actors."""
    side = int(np.ceil(np.sqrt(units)))
    world = simulate_contestation(
        "fronts", seed=1, rate=events / (side * side * 120) * 1.02, side=side, periods=120, groups=8
    )
    kept = world.units.iloc[:units]
    shift = pd.Timestamp("2015-01-01") - pd.Timestamp(world.start)
    table = world.events.sample(n=min(events, len(world.events)), random_state=1)
    for name in ("date_start", "date_end"):
        table[name] = table[name] + shift
    return kept, table.reset_index(drop=True), world.actors


def scale() -> None:
    """Measure a decade, each size in a process of its own, and how time grows with units and with events."""
    print("\n### a decade (120 periods), 8 groups; each in a process of its own")
    took: dict[tuple[int, int, str], float] = {}
    sizes = [(units, 100_000, "no") for units in (500, 1_000, 2_000, 4_000, 8_000)]
    sizes += [(2_000, events, "no") for events in (50_000, 200_000, 400_000)] + [(2_000, 100_000, "yes")]
    for units, events, steady in sizes:
        run = subprocess.run(
            [sys.executable, "-c", _SCALE, str(units), str(events), steady], capture_output=True, text=True, check=True
        )
        rows, took[units, events, steady], before, peak = json.loads(run.stdout)
        print(
            f"  {units:>5,} units {events:>7,} events, stability {steady:3s}: {took[units, events, steady]:6.2f} s,"
            f" peak {peak:.2f} GB ({before:.2f} before), {rows:,} rows"
        )
    for name, along in (("units", 0), ("events", 1)):
        seen = [
            (size[along], took[size])
            for size in sizes
            if size[2] == "no" and size[1 - along] == (100_000, 2_000)[along]
        ]
        size, seconds = np.array(sorted(seen)).T
        steps = np.diff(seconds) / np.diff(size)
        print(
            f"  seconds for 1,000 {name} more, from step to step: {', '.join(f'{1000 * one:.4f}' for one in steps)};"
            f" power of growth {np.polyfit(np.log(size), np.log(seconds), 1)[0]:.2f}"
        )


def draw(folder: Path, table: pd.DataFrame, reliabilities: dict[str, pd.DataFrame]) -> None:
    """Draw losses, calibration, and one world beside its estimate."""
    names = [OURS, *METHODS]
    figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.6), layout="constrained")
    for place, rate in enumerate(RATES):
        here = table[table["rate"] == rate].groupby("method")["log_loss"].mean().reindex(names)
        axes[0].barh(np.arange(len(names)) + 0.27 * (1 - place), here, 0.25, label=f"{rate:g}", color=_BLUES[place])
    axes[0].set_yticks(np.arange(len(names)), [name.replace("_", " ") for name in names])
    axes[0].invert_yaxis()
    axes[0].set_xlabel("log loss (nats; less is better)")
    axes[0].legend(title="reports per unit\nand period", loc="lower right", fontsize=8, title_fontsize=8)
    axes[1].plot([0, 1], [0, 1], color="0.6", lw=0.8)
    axes[1].fill_between([0, 1], [-0.05, 0.95], [0.05, 1.05], color="0.92", label="± 5 points")
    for state, colour in (("none", "#4d4d4d"), ("group", "#1b6ca8"), ("contested", "#c7432b"), ("state", "#2e7d4f")):
        one = reliabilities[OURS]
        one = one[(one["state"] == state) & (one["n"] >= 50)]
        axes[1].plot(one["said"], one["true"], "o-", ms=3, lw=1, color=colour, label=state)
    axes[1].set(xlabel="probability said", ylabel="share that was true", xlim=(0, 1), ylim=(0, 1))
    axes[1].legend(fontsize=8)
    figure.savefig(folder / "contestation-scores.png", dpi=80)
    plt.close(figure)
    _draw_world(folder)


def _draw_world(folder: Path) -> None:
    case = load("fronts", 0, 1.0, ContestationModel())
    chance = of_model(ContestationModel(), case)
    shown = ListedColormap(["#f2f2f2", "#1b6ca8", "#e3a72f", "#7b4fa3", "#5fb3b3", "#c7432b", "#2e7d4f"])
    how = {"cmap": shown, "vmin": -0.5, "vmax": 6.5, "interpolation": "nearest"}
    reports = case.evidence.reports().reshape(8, 8, -1)
    figure, axes = plt.subplots(3, 5, figsize=(9.5, 5.6), layout="constrained")
    for column, period in enumerate((4, 11, 18, 25, 32)):
        axes[0, column].imshow(case.true[:, period].reshape(8, 8), **how)
        axes[0, column].set_title(f"period {period + 1}", fontsize=9)
        axes[1, column].imshow(chance[:, period].argmax(axis=1).reshape(8, 8), **how, alpha=None)
        axes[2, column].imshow(reports[:, :, period], cmap="Greys", vmin=0, vmax=6)
    for row, label in enumerate(("truth", "most probable", "reports")):
        axes[row, 0].set_ylabel(label)
    for axis in axes.ravel():
        axis.set_xticks([])
        axis.set_yticks([])
    names = ["no armed group", "group 0", "group 1", "group 2", "group 3", "contested", "state forces"]
    patches = [Patch(color=shown(one), label=name) for one, name in enumerate(names)]
    figure.legend(handles=patches, loc="outside lower center", ncols=7, fontsize=8, frameon=False)
    figure.savefig(folder / "contestation-world.png", dpi=80)
    plt.close(figure)


def run(repeat: int) -> None:
    """Score both kinds of world, and measure a decade."""
    del repeat
    table, reliabilities = report("fronts", EVALUATION_SEEDS)
    report("matched", EVALUATION_SEEDS)
    ablation()
    scale()
    folder = Path(tempfile.gettempdir()) / "artimap-contestation"
    folder.mkdir(exist_ok=True)
    draw(folder, table, reliabilities)
    print(f"\npictures in {folder}")
