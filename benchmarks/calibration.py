"""Do the intervals cover what they promise? Simulated roads; the figures in docs/calibration.md."""

from __future__ import annotations

from benchmarks.risk_calibration import Setting, Treat, calibrate

RUNS = 2000
LEVELS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)


def run(repeat: int) -> None:  # noqa: ARG001 - runs are fixed: fewer would show less
    print(f"{RUNS} runs of 18 stretches a line; 20-40 % of events imprecise; shape drawn from the prior")
    head = "events per stretch and month | vague events | runs | 95 % | 80 % | 50 % | width of 80 %"
    print(f"| {head} | prior only: 95 % | 80 % | width |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for level in LEVELS:
        for treat in Treat:
            _line(Setting(level), treat, RUNS if treat is Treat.CARRY else RUNS // 10, f"{level:g}")
    print("By shape of the rates, vague events carried through:")
    for level in (0.05, 0.5):
        for shape in (0.5, 1.0, 2.0):
            _line(Setting(level, shape=shape), Treat.CARRY, RUNS * 3 // 20, f"{level:g}, shape {shape:g}")


def _line(setting: Setting, treat: Treat, runs: int, name: str) -> None:
    own, alone = calibrate(setting, runs=runs, treat=treat)
    shares = " | ".join(f"{100 * own.share[level]:.1f} ± {100 * own.error[level]:.1f}" for level in (95, 80, 50))
    prior = " | ".join(f"{100 * alone.share[level]:.1f}" for level in (95, 80))
    print(
        f"| {name} | {treat} | {runs} | {shares} | {own.width[80]:.2f} | {prior} | {alone.width[80]:.2f} |", flush=True
    )
