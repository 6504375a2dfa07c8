"""Did the ranking hold? Rates estimated on past days against what was reported afterwards."""

from artimap.backtesting.picture import draw
from artimap.backtesting.rolling import Backtest, backtest

__all__ = ["Backtest", "backtest", "draw"]
