"""The backtest: its scores by hand, what was known when, and which of two models it prefers."""

from __future__ import annotations

import datetime as dt
import json
import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import artimap as am
from artimap.areas.geometries import place_rows
from artimap.cli import main
from artimap.core import schema
from artimap.core.errors import ModelError
from artimap.core.tables import EVENTS
from artimap.risk.backtest import _first_report_days
from artimap.risk.forecasts import ROAD_SHARES, Forecast, Happened, captured, cover, log_score
from artimap.risk.model import RiskModel

LENGTH = np.array([10_000.0, 20_000.0, 10_000.0])


def made(area, rows):
    base = {
        "record": "event", "date_precision": 1, "kind": "road_ambush", "alleged_gang_dead": "no", "geo_precision": 1,
        "n_claims": 1, "n_sources": 1, "sensitivity": "low", "licence": "x", "place_kind": "stretch", "road_id": "rn1",
    }  # fmt: skip
    full = [
        {**base, "event_id": f"e{i:04d}", "date_start": str(day), "date_end": str(day), "from_m": at, "to_m": at + 200}
        for i, (day, at) in enumerate(rows)
    ]
    names = [name for name in EVENTS.names if name != "geometry"]
    return schema.conform(place_rows(pd.DataFrame(full, columns=names), area), EVENTS)


def exact(*pieces) -> Happened:
    number = len(pieces)
    return Happened(np.arange(number), np.array(pieces, dtype=np.int64), np.ones(number), np.ones(number))


def test_the_log_score_by_hand():
    """Two events on pieces 0 and 1: a Poisson process with the rates of the forecast."""
    forecast = Forecast("x", np.array([1.0, 2.0, 0.5]), np.array([[1.0, 2.0, 0.5]]))
    expected = np.log(1.0 / 10) + np.log(2.0 / 20) - 3.5
    assert log_score(forecast, exact(0, 1), LENGTH) == pytest.approx(expected)
    doubt = Forecast("x", np.array([1.0, 2.0, 0.5]), np.array([[0.5, 2.0, 0.5], [1.5, 2.0, 0.5]]))
    both = [np.log(one / 10) + np.log(2.0 / 20) - one - 2.5 for one in (0.5, 1.5)]
    assert log_score(doubt, exact(0, 1), LENGTH) == pytest.approx(np.log(np.exp(both).mean()))


def test_a_vague_event_scores_with_the_mean_density_of_where_it_may_be():
    forecast = Forecast("x", np.array([1.0, 2.0, 0.5]), np.array([[1.0, 2.0, 0.5]]))
    vague = Happened(np.array([0, 0]), np.array([0, 2]), np.array([0.5, 0.5]), np.array([1.0]))
    assert log_score(forecast, vague, LENGTH) == pytest.approx(np.log((1.0 / 10 + 0.5 / 10) / 2) - 3.5)


def test_cover_counts_pieces_inside():
    forecast = Forecast("x", np.array([1.0, 2.0, 0.0001]), np.array([[1.0, 2.0, 0.0001]]))
    low, high = stats.poisson.ppf([0.1, 0.9], 2.0)
    assert low <= 2 <= high
    assert cover(forecast, exact(1, 1), 0.8, np.random.default_rng(0)) == pytest.approx(1.0)
    assert cover(forecast, exact(2, 2), 0.8, np.random.default_rng(0)) == pytest.approx(2 / 3)


def test_what_the_worst_part_of_the_road_caught():
    """Rates 3, 1, 2 per km: the first quarter of the road is piece 0, the second piece 2; ties go together."""
    forecast = Forecast("x", np.array([30.0, 20.0, 20.0]), np.zeros((1, 3)))
    caught = captured(forecast, exact(0, 0, 2, 1), LENGTH)
    assert np.interp([0.25, 0.5, 0.75, 1.0], ROAD_SHARES, caught) == pytest.approx([2.0, 3.0, 3.5, 4.0])
    even = Forecast("x", LENGTH / 1000, np.zeros((1, 3)))
    assert captured(even, exact(0, 0, 2, 1), LENGTH) == pytest.approx(4 * ROAD_SHARES)


@pytest.mark.exhaustive
def test_it_finds_the_better_of_two_models(artibonite, rn1):
    """Where the worst stretch moves, the quick model is better; where nothing changes, the slow one."""
    rng = np.random.default_rng(6)
    start = dt.date(2022, 1, 1)

    def road(spot):
        rows = []
        for day in range(900):
            rows += [(start + dt.timedelta(days=day), spot(day)) for _ in range(rng.poisson(0.2))]
            rows += [(start + dt.timedelta(days=day), rng.uniform(0, 240_000)) for _ in range(rng.poisson(0.03))]
        return made(artibonite, rows)

    # Every day counts as watched: else the new spot would have a short time of its own, and slow be as good.
    models = {
        name: RiskModel(half_life_days=days, observation="whole") for name, days in (("quick", 45), ("slow", 1500))
    }
    gain = {}
    for name, spot in {"moves": lambda day: 40_000 if day < 600 else 120_000, "stays": lambda _: 120_000}.items():
        found = am.backtest(road(spot), rn1, models, "2023-09-01", "2024-05-01", 60)
        gain[name] = found.summary.set_index("method")["gain"]
        assert gain[name]["slow"] > 0
    assert gain["moves"]["quick"] > gain["moves"]["slow"] + 0.1
    assert gain["stays"]["slow"] > gain["stays"]["quick"]


def test_nothing_is_known_before_it_was_reported(events, ledger):
    told, assumed = _first_report_days(events, ledger)
    assert len(told) == len(events)
    assert 0 < assumed < len(events)
    claims = ledger.claims[
        (ledger.claims["date_basis"] == "stated") & ledger.claims["subject"].isin(events["event_id"])
    ]
    first = claims.groupby("subject")["reported"].min()
    by_event = pd.Series(told.to_numpy(), index=events["event_id"])
    assert (by_event[first.index] <= first).all()


def test_a_report_that_comes_late_is_not_used_early(artibonite, rn1):
    """An event told of three months later: without it, the forecast of the weeks after it is the uniform one's kin."""
    rows = [(dt.date(2023, 6, 1) + dt.timedelta(days=2 * i), 120_000.0) for i in range(20)]
    table = made(artibonite, rows)
    at_once = am.backtest(table, rn1, None, "2023-07-12", "2023-08-12", 30)
    whole = am.read_claims(artibonite)
    names = table["event_id"].to_numpy()
    claims = whole.claims.iloc[: len(table)].assign(
        about="event", subject=names, claim_id=names, report_id=names, reported=pd.Timestamp("2023-12-01"),
        date_basis="stated",
    )  # fmt: skip
    late = am.Ledger(claims, whole.subjects.iloc[:0], whole.posts.iloc[:0])
    found = am.backtest(table, rn1, None, "2023-07-12", "2023-08-12", 30, ledger=late)
    assert found.not_dated == 0
    assert found.summary["expected"].iloc[0] < 0.2 * at_once.summary["expected"].iloc[0]


def test_tables_picture_and_laws(rn1, events, ledger, tmp_path):
    found = am.backtest(events, rn1, None, "2024-08-01", "2025-01-01", 60, ledger=ledger)
    assert found.summary["method"].tolist() == ["model", "uniform", "last period", "plain kernel"]
    summary = found.summary.set_index("method")
    assert summary.loc["uniform", "hit_rate"] == pytest.approx(0.2)
    assert summary.loc["uniform", "pai"] == pytest.approx(1.0)
    assert summary.loc["uniform", "gain"] == 0.0
    assert summary["events"].to_numpy() == pytest.approx([summary["events"].iloc[0]] * 4)
    assert len(found.periods) == 4 * summary["periods"].iloc[0]
    again = am.backtest(events.sample(frac=1, random_state=2), rn1, None, "2024-08-01", "2025-01-01", 60, ledger=ledger)
    pd.testing.assert_frame_equal(found.summary, again.summary)
    one, two = (found.save(tmp_path / f"{name}.png").read_bytes() for name in "ab")
    assert one == two
    assert one.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("model", "step", "flagged"),
    [(None, 0, 0.2), (None, 400, 0.2), (None, 30, 1.0), ({}, 30, 0.2), ({"uniform": RiskModel()}, 30, 0.2)],
)
def test_what_cannot_be_tested_is_said(rn1, events, model, step, flagged):
    with pytest.raises(ModelError, match="backtest needs"):
        am.backtest(events, rn1, model, "2024-01-01", "2024-12-31", step, flagged=flagged)


# -- on the command line ----------------------------------------------------------


@pytest.mark.exhaustive
def test_artimap_risk(capsys, tmp_path):
    assert main(["risk", "--as-of", "2024-10-15"]) == 0
    said = capsys.readouterr().out
    assert "Pont-Sondé" in said
    # Silence is told with its day, and apart from a piece of which nothing was ever reported.
    assert re.search(
        r"\n  Canaan +km [\d.]+-[\d.]+ +not known since 17 Mar 2023: nobody has reported on it since\n", said
    )
    assert re.search(r"\n  Titanyen – Cabaret +km [\d.]+-[\d.]+ +not known: no report of it is in the data\n", said)
    assert "The sources changed" in said
    for ending in ("csv", "json", "geojson", "gpkg"):
        assert main(["risk", "--as-of", "2024-10-15", "-o", str(tmp_path / f"risk.{ending}")]) == 0
        assert (tmp_path / f"risk.{ending}").stat().st_size > 1000
    capsys.readouterr()
    assert main(["risk", "--as-of", "2024-10-15", "--json", "--kind", "abduction", "--length-m", "50000"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 5
    assert {"rate", "lo95", "hi95", "p_rose", "last_rate"} <= set(rows[0])
    assert main(["risk", "-o", str(tmp_path / "risk.doc")]) == 1


def test_artimap_risk_explains_and_holds_back(capsys):
    arguments = ["risk", "--as-of", "2025-12-25", "--explain", "Pont-Sondé", "--json"]
    assert main(arguments) == 0
    shown = json.loads(capsys.readouterr().out)
    assert sum(one["share"] for one in shown) == pytest.approx(1.0)
    assert main(["risk", "--explain", "Nowhere"]) == 1


def test_artimap_backtest(capsys, tmp_path):
    picture = tmp_path / "backtest.png"
    arguments = ["backtest", "--start", "2025-06-01", "--as-of", "2025-10-01", "--step", "60", "-o", str(picture)]
    assert main(arguments) == 0
    assert "plain kernel" in capsys.readouterr().out
    assert picture.stat().st_size > 5000
    assert (
        main([*arguments[:-1], str(tmp_path / "periods.csv"), "--json", "--half-life", "30", "--half-life", "365"]) == 0
    )
    text = capsys.readouterr().out
    assert {"half-life 30 d", "half-life 365 d"} <= {
        one["method"] for one in json.loads(text[text.index("{") :])["summary"]
    }
    assert "log_score" in (tmp_path / "periods.csv").read_text(encoding="utf-8-sig").splitlines()[0]
