"""A forecast that is written down: its scores by hand, and the record that briefings hand on."""

from __future__ import annotations

import datetime as dt
import json

import numpy as np
import pytest
from scipy import stats

import artimap as am
from artimap.core.errors import DataError
from artimap.risk.forecast_record import FORECAST_FILE, ForecastTable, make_forecast, score
from artimap.risk.forecasts import Forecast, Happened, count_scores
from artimap.risk.model import RiskModel

DAY = dt.date(2025, 6, 15)


@pytest.fixture(scope="module")
def made(rn1, events, ledger):
    return make_forecast(rn1, events, as_of=DAY, model=RiskModel(), ledger=ledger)


def test_chances_are_those_of_the_distribution():
    """Poisson where counts do not come in heaps, negative binomial with the stated variance where they do."""
    plain = Forecast("x", np.array([0.7]), np.array([[0.7]])).chances()
    assert plain[0] == pytest.approx(stats.poisson.pmf(np.arange(plain.shape[1]), 0.7), abs=1e-6)
    heaps = Forecast("x", np.array([0.7]), np.array([[0.7]]), np.array([3.0])).chances()
    numbers = np.arange(heaps.shape[1])
    assert heaps.sum() == pytest.approx(1.0)
    assert heaps @ numbers == pytest.approx([0.7], rel=1e-3)
    assert heaps @ numbers**2 - 0.49 == pytest.approx([2.1], rel=1e-2)


def test_scores_by_hand():
    """One event on the first piece, none on the second; then one that lies on either with even odds."""
    chances = np.array([[0.5, 0.3, 0.2], [0.9, 0.1, 0.0]])
    sure = Happened(np.array([0]), np.array([0]), np.ones(1), np.ones(1))
    crps, log, inside = count_scores(chances, sure)
    assert crps == pytest.approx([0.5**2 + 0.2**2, 0.1**2])
    assert log == pytest.approx(np.log([0.3, 0.9]))
    assert inside.tolist() == [1.0, 1.0]
    either = Happened(np.array([0, 0]), np.array([0, 1]), np.array([0.5, 0.5]), np.ones(1))
    crps, log, _ = count_scores(chances, either)
    assert crps[0] == pytest.approx(0.5 * (0.5**2 + 0.2**2) + 0.5 * (0.5**2 + 0.2**2))
    assert log[1] == pytest.approx(0.5 * np.log(0.9) + 0.5 * np.log(0.1))


def test_more_than_was_thought_possible_is_scored():
    chances = np.array([[0.9, 0.1]])
    many = Happened(np.arange(4), np.zeros(4, dtype=np.int64), np.ones(4), np.ones(4))
    crps, log, inside = count_scores(chances, many)
    assert crps[0] == pytest.approx(0.9**2 + 3)
    assert np.isfinite(log[0])
    assert inside[0] == 0


def test_written_and_read_again(made, tmp_path):
    path = tmp_path / FORECAST_FILE
    path.write_text(made.to_json(), encoding="utf-8")
    again = ForecastTable.read(path)
    assert again.to_json() == made.to_json()
    assert set(again.chances) == {"model", "uniform", "last period", "plain kernel"}
    for chances in again.chances.values():
        assert chances.sum(axis=1) == pytest.approx(np.ones(len(again.pieces)), abs=1e-4)


@pytest.mark.parametrize("text", ["[]", "{}", "no JSON", '{"version": 9}'])
def test_what_is_no_forecast_is_said(tmp_path, text):
    path = tmp_path / FORECAST_FILE
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"forecast"):
        ForecastTable.read(path)


def test_a_forecast_is_scored_when_its_days_are_over(made, rn1, events):
    early = score(made, rn1, events, as_of=DAY + dt.timedelta(days=29), model=RiskModel())
    assert early is None
    done = score(made, rn1, events, as_of=DAY + dt.timedelta(days=30), model=RiskModel())
    assert done is not None
    assert done["until"] == "2025-07-15"
    assert done["methods"]["model"]["crps"] >= 0
    assert done["methods"]["uniform"]["expected"] == pytest.approx(made.expected("uniform").sum(), rel=1e-4)


def test_nothing_of_what_came_later_is_in_a_forecast(made, rn1, events, ledger):
    past = events[events["date_start"] <= str(DAY)]
    again = make_forecast(rn1, past, as_of=DAY, model=RiskModel(), ledger=ledger)
    assert again.to_json() == made.to_json()


def test_briefings_hand_the_record_on(tmp_path):
    area = am.area("artibonite")
    earlier = None
    for number, day in enumerate(("2025-06-15", "2025-07-20", "2025-08-25")):
        study = am.study(area, as_of=day)
        folder = tmp_path / day
        folder.mkdir()
        (folder / "manifest.json").write_text('{"audience": "partners"}', encoding="utf-8")
        forecast = study.forecast(earlier)
        (folder / FORECAST_FILE).write_text(forecast.to_json(), encoding="utf-8")
        assert len(json.loads((folder / FORECAST_FILE).read_text(encoding="utf-8"))["record"]) == number
        earlier = folder
    assert [one["as_of"] for one in forecast.record] == ["2025-06-15", "2025-07-20"]
