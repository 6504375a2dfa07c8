"""How good the estimates are on made-up worlds, and what a decade costs: ``python -m benchmarks contestation``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from artimap.control.contestation.model import ContestationModel
from benchmarks.contestation_study.baselines import METHODS, fit_logit
from benchmarks.contestation_study.compare import Fitted, by_method, fitted
from benchmarks.contestation_study.features import labels
from benchmarks.contestation_study.scoring import f1_contested, log_loss, ratio_interval, reliability_of_worlds
from benchmarks.contestation_study.simulate import simulate_contestation
from benchmarks.contestation_tune import RATES, TUNING_SEEDS, ablation, load, of_model

EVALUATION_SEEDS = range(100, 150)
"""Used for nothing else, and scored once (0-49 were looked at before the probabilities were calibrated)."""

WIDE_SEEDS = range(100, 300)
BAND_SEEDS = range(100, 120)
THRESHOLD_SEEDS = range(1000, 1050)
OURS = "hidden_markov"
_BLUES = ("#9ecae1", "#4292c6", "#08519c")
MAKER = "the model that made the world"
_MIN_SHARE = 0.002
_HALF = 0.5
_NO_END = 1e9

Answers = dict[str, list[tuple[np.ndarray, np.ndarray]]]


def answers(kind: str, seeds: range, rate: float) -> Answers:
    """Give, by method, the probabilities and the truth of each world."""
    model, prior, learnt = ContestationModel(), ContestationModel.prior(), fitted()
    found: Answers = {name: [] for name in (OURS, *METHODS, *([MAKER] if kind == "matched" else []))}
    for seed in seeds:
        case = load(kind, seed, rate, model)
        given = {name: by_method(name, case.evidence, case.centres, learnt) for name in METHODS}
        given[OURS] = of_model(model, case)
        if kind == "matched":
            given[MAKER] = of_model(prior, load(kind, seed, rate, prior))
        for name, chance in given.items():
            found[name].append((chance, case.true))
    return found


def thresholds(kind: str, rate: float) -> dict[str, float]:
    """Give, by method, from what probability it is best to say contested: the best F1 on tuning worlds."""
    tried = np.arange(0.06, 0.62, 0.02)
    found = {}
    for name, worlds in answers(kind, THRESHOLD_SEEDS, rate).items():
        chance, true = (np.concatenate(part) for part in zip(*worlds, strict=True))
        found[name] = float(max(tried, key=lambda least: f1_contested(chance, true, least=least)))
    return found


def worst_bins(worlds: list[tuple[np.ndarray, np.ndarray]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the reliability, and of each state the bin that is furthest off among those with enough forecasts."""
    table = reliability_of_worlds(worlds)
    enough = table[table["n"] >= _MIN_SHARE * table.groupby("state")["n"].transform("sum")]
    return table, enough.loc[enough["miss"].abs().groupby(enough["state"]).idxmax()].set_index("state")


def print_calibration(name: str, worlds: list[tuple[np.ndarray, np.ndarray]]) -> pd.DataFrame:
    """Print how far the worst bin of each state is off."""
    table, worst = worst_bins(worlds)
    print(f"  calibration of {name}, {len(worlds)} worlds, worst of ten bins that holds 0.2 % or more:")
    for state, row in worst.iterrows():
        print(
            f"    {state:10s} {100 * row['miss']:+5.1f} points [{100 * row['low']:+.1f}, {100 * row['high']:+.1f}]"
            f" at {row['said']:.2f} (n {row['n']:.0f})"
        )
    return table


def report(kind: str, seeds: range) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Print losses, F1 and calibration of one kind of world; give losses, and our reliability at one report."""
    print(f"\n### {kind}: {len(seeds)} worlds of 64 units and 36 periods, seeds {seeds.start}-{seeds.stop - 1}")
    rows, kept = [], pd.DataFrame()
    for rate in RATES:
        found, least = answers(kind, seeds, rate), thresholds(kind, rate)
        print(f"{rate:g} events reported per unit and period")
        loss = {name: np.array([log_loss(*world) for world in worlds]) for name, worlds in found.items()}
        for name, worlds in found.items():
            plain = np.mean([f1_contested(*world) for world in worlds])
            tuned = np.mean([f1_contested(*world, least=least[name]) for world in worlds])
            ratio, low, high = ratio_interval(loss[OURS], loss[name])
            beside = f"  ratio {ratio:.3f} [{low:.3f}, {high:.3f}], better in {(loss[OURS] < loss[name]).sum()}"
            print(
                f"  {name:30s} log loss {loss[name].mean():.4f}  F1 contested {plain:.3f},"
                f" from {least[name]:.2f} on {tuned:.3f}{'' if name == OURS else beside}"
            )
            rows += [(name, rate, seed, one) for seed, one in zip(seeds, loss[name], strict=True)]
        for name in (OURS, "kernel_logit"):
            table = print_calibration(name, found[name])
            kept = table if (name, rate) == (OURS, 1.0) else kept
    print(kept.round(3).to_string(index=False))
    return pd.DataFrame(rows, columns=["method", "rate", "seed", "log_loss"]), kept


def heard(seeds: range) -> None:
    """Print how many contests a report of a clash tells of, and how many of such reports are of a contest."""
    model = ContestationModel()
    print(f"\n### what is there to see of contests: fronts, seeds {seeds.start}-{seeds.stop - 1}")
    for rate in RATES:
        told = true = both = silent = 0
        for seed in seeds:
            case = load("fronts", seed, rate, model)
            contested = case.true == len(case.evidence.groups) + 1
            clash = labels(case.evidence)[..., -2] >= _HALF
            told, true, both = told + clash.sum(), true + contested.sum(), both + (clash & contested).sum()
            silent += (contested & (case.evidence.reports() == 0)).sum()
        print(
            f"  {rate:g} reports: a clash is reported that is as likely as not there, in {both / true:.2f} of contested"
            f" unit-periods, and {both / told:.2f} of those with such a report are contested"
            f" (F1 {2 * both / (told + true):.2f}); nothing at all is reported in {silent / true:.2f} of contested ones"
        )


def wide() -> pd.DataFrame:
    """Print our calibration on four times as many worlds, which tells a bias from chance."""
    print(f"\n### fronts: calibration, seeds {WIDE_SEEDS.start}-{WIDE_SEEDS.stop - 1}")
    model, tables = ContestationModel(), {}
    for rate in RATES:
        cases = [load("fronts", seed, rate, model) for seed in WIDE_SEEDS]
        tables[rate] = print_calibration(f"{OURS} at {rate:g}", [(of_model(model, case), case.true) for case in cases])
    print(tables[1.0].round(3).to_string(index=False))
    return tables[1.0]


def other_maker(seeds: range = BAND_SEEDS) -> None:
    """Print how the model and the logit do on a world that neither was made for, and a logit trained on it."""
    model = ContestationModel()
    train = [load("bands", seed, RATES[seed % len(RATES)], model) for seed in TUNING_SEEDS]
    taught = fit_logit([(case.evidence, case.centres, case.true) for case in train])
    home = {"kernel_logit": Fitted(np.round(taught, 5), None)}
    print(f"\n### bands: {len(seeds)} worlds, seeds {seeds.start}-{seeds.stop - 1}")
    for rate in RATES:
        cases = [load("bands", seed, rate, model) for seed in seeds]
        found = {
            OURS: [of_model(model, case) for case in cases],
            "each report in full": [of_model(replace(model, usual_repeats=_NO_END), case) for case in cases],
            "kernel logit": [by_method("kernel_logit", case.evidence, case.centres, fitted()) for case in cases],
            "kernel logit, trained on bands": [
                by_method("kernel_logit", case.evidence, case.centres, home) for case in cases
            ],
        }
        repeats = np.mean([case.evidence.repeats for case in cases])
        print(f"{rate:g} events reported per unit and period, each deed told {repeats:.2f} times")
        loss = {
            name: np.array([log_loss(one, case.true) for one, case in zip(chances, cases, strict=True)])
            for name, chances in found.items()
        }
        for name, one in loss.items():
            ratio, low, high = ratio_interval(loss[OURS], one)
            print(f"  {name:32s} log loss {one.mean():.4f}  ours by it {ratio:.3f} [{low:.3f}, {high:.3f}]")
        for name, chances in found.items():
            table = reliability_of_worlds([(one, case.true) for one, case in zip(chances, cases, strict=True)])
            said = table[(table["state"] == "contested") & table["bin"].between(3, 8)]
            line = ", ".join(f"{row.said:.2f}: {row.true:.2f} (n {row.n})" for row in said.itertuples())
            print(f"    contested said and true, {name}: {line}")


_SCALE = """
import json, resource, sys, time
import numpy as np
from benchmarks.contestation import decade
from artimap.contestation import ContestationModel, estimate_contestation
units, events, actors = decade(int(sys.argv[1]), int(sys.argv[2]))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start, busy = time.perf_counter(), time.process_time()
table = estimate_contestation(
    units, events, actors=actors, start="2015-01-01", stop="2024-11-08", stability=sys.argv[3] == "yes"
)
took, busy = time.perf_counter() - start, time.process_time() - busy
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([len(table), took, busy, before / 1e6, peak / 1e6]))
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
    busy: dict[tuple[int, int, str], float] = {}
    sizes = [(units, 100_000, "no") for units in (500, 1_000, 2_000, 4_000, 8_000)]
    sizes += [(2_000, events, "no") for events in (50_000, 200_000, 400_000)] + [(2_000, 100_000, "yes")]
    for size in sizes:
        units, events, steady = size
        run = subprocess.run(
            [sys.executable, "-c", _SCALE, str(units), str(events), steady], capture_output=True, text=True, check=True
        )
        rows, took, busy[size], before, peak = json.loads(run.stdout)
        print(
            f"  {units:>5,} units {events:>7,} events, stability {steady:3s}: {took:6.2f} s, {busy[size]:6.2f} s of"
            f" processor, peak {peak:.2f} GB ({before:.2f} before), {rows:,} rows"
        )
    for name, along, other in (("units", 0, 100_000), ("events", 1, 2_000)):
        seen = [(one[along], busy[one]) for one in sizes if one[2] == "no" and one[1 - along] == other]
        number, seconds = np.array(sorted(seen)).T
        slope, fixed = np.polyfit(number, seconds, 1)
        off = abs(seconds - fixed - slope * number).max()
        print(
            f"  processor seconds: {fixed:.2f} + {1000 * slope:.4f} for 1,000 {name}; at most {off:.2f} off that line"
        )


def draw(folder: Path, table: pd.DataFrame, reliable: pd.DataFrame) -> None:
    """Draw losses, calibration, and one world beside its estimate."""
    names = [OURS, *METHODS]
    figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.6), layout="constrained")
    means = table.groupby(["rate", "method"])["log_loss"].mean()
    for place, rate in enumerate(RATES):
        here = means[rate].reindex(names)
        axes[0].barh(np.arange(len(names)) + 0.27 * (place - 1), here, 0.25, label=f"{rate:g}", color=_BLUES[place])
    axes[0].set_yticks(np.arange(len(names)), [name.replace("_", " ") for name in names])
    axes[0].invert_yaxis()
    axes[0].set(xlabel="log loss (nats; less is better)", xlim=(0, 1.5 * means.max()))
    axes[0].legend(title="reports per unit\nand period", loc="lower right", fontsize=8, title_fontsize=8)
    axes[1].plot([0, 1], [0, 1], color="0.6", lw=0.8)
    axes[1].fill_between([0, 1], [-0.05, 0.95], [0.05, 1.05], color="0.92", label="± 5 points")
    for state, colour in (("none", "#4d4d4d"), ("group", "#1b6ca8"), ("contested", "#c7432b"), ("state", "#2e7d4f")):
        one = reliable[(reliable["state"] == state) & (reliable["n"] >= 50)]
        axes[1].vlines(one["said"], one["said"] + one["low"], one["said"] + one["high"], color=colour, lw=0.6)
        axes[1].plot(one["said"], one["true"], "o-", ms=3, lw=1, color=colour, label=state)
    axes[1].set(xlabel="probability said", ylabel="share that was true", xlim=(0, 1), ylim=(0, 1))
    axes[1].legend(fontsize=8, title="one report", title_fontsize=8)
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
    """Score both kinds of world, try sharing, measure a decade, and draw."""
    del repeat
    table, _ = report("fronts", EVALUATION_SEEDS)
    report("matched", EVALUATION_SEEDS)
    reliable = wide()
    other_maker()
    heard(EVALUATION_SEEDS)
    ablation()
    scale()
    folder = Path(tempfile.gettempdir()) / "artimap-contestation"
    folder.mkdir(exist_ok=True)
    draw(folder, table, reliable)
    print(f"\npictures in {folder}")
