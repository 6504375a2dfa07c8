"""The backtest of the embedded events; the table and the picture in docs/backtest.md."""

from __future__ import annotations

from pathlib import Path

import artimap as am

PICTURE = Path(__file__).parent.parent / "docs" / "images" / "backtest.png"


def run(repeat: int) -> None:  # noqa: ARG001 - the same input gives the same figures
    area = am.area("artibonite")
    corridor = am.read_corridor(area, "rn1")
    events, ledger = am.read_events(area), am.read_claims(area)
    models = {"model (half-life 90 d)": am.RiskModel(), "model (half-life 365 d)": am.RiskModel(half_life_days=365)}
    for name, pieces in (("18 named stretches", None), ("50 lixels of 5 km", corridor.lixels(5_000))):
        found = am.backtest(events, corridor, models, "2023-01-01", "2025-12-31", 30, ledger=ledger, pieces=pieces)
        if pieces is None:
            print(f"{found.not_dated} of {len(events)} events have no day of report; picture: {found.save(PICTURE)}")
        print(f"\n{name}, {int(found.summary['periods'].iloc[0])} periods of 30 days:\n")
        head = "expected | log score | gain, nats an event | inside 80 % | inside 95 % | hit rate at 20 % | PAI"
        print(f"| rule | events | {head} |\n|---|---|---|---|---|---|---|---|---|")
        for row in found.summary.itertuples():
            gain = f"{row.gain:.2f} ± {row.gain_error:.2f}"
            cover = f"{100 * row.cover80:.0f} % | {100 * row.cover95:.0f} %"
            counts = f"{row.events:.1f} | {row.expected:.1f} | {row.log_score:.1f}"
            print(f"| {row.method} | {counts} | {gain} | {cover} | {100 * row.hit_rate:.0f} % | {row.pai:.1f} |")
