"""The backtest of the embedded events; the table and the picture in docs/backtest.md."""

from __future__ import annotations

from pathlib import Path

import artimap as am

PICTURE = Path(__file__).parent.parent / "docs" / "images" / "backtest.png"


def _ranking(area: am.Area, corridor: am.Corridor, events, ledger, pieces) -> float:  # noqa: ANN001, ARG001
    """Rank correlation of the rates of the first release's exposure and of observed time, at equal cuts."""
    from scipy.stats import spearmanr  # noqa: PLC0415

    rates = []
    for model in (am.RiskModel(observation="whole", half_life_days=90.0), am.RiskModel()):
        risk = am.corridor_risk(corridor, events, as_of="2025-12-27", ledger=ledger, pieces=pieces, model=model)
        rates.append(risk["rate"].fillna(risk["last_rate"]).to_numpy())
    return float(spearmanr(*rates).statistic)


def run(repeat: int) -> None:  # noqa: ARG001 - the same input gives the same figures
    area = am.area("artibonite")
    corridor = am.read_corridor(area, "rn1")
    events, ledger = am.read_events(area), am.read_claims(area)
    models = {"model": am.RiskModel(), "every day watched": am.RiskModel(observation="whole")}
    named = len(corridor.stretches())
    for name, pieces in ((f"{named} towns and stretches", None), ("50 lixels of 5 km", corridor.lixels(5_000))):
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
        scores = found.periods.pivot_table(index="until", columns="method", values="log_score")
        apart = scores["model"] - scores["plain kernel"]
        number = float(found.summary["events"].iloc[0])
        error = 1.96 * float(apart.std(ddof=1)) * len(apart) ** 0.5 / number
        print(f"\nmodel less plain kernel: {apart.sum() / number:+.2f} ± {error:.2f} nats an event (95 % of periods)")
        ranks = _ranking(area, corridor, events, ledger, pieces)
        print(f"ranking of pieces, every day watched and observed time only, Spearman: {ranks:.2f}")
