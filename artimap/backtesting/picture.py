"""The backtest as a picture: gain over time, and how much of the events a part of the road caught."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from artimap.backtesting.forecasts import KERNEL, LAST_PERIOD, UNIFORM
from artimap.write import replacing

if TYPE_CHECKING:
    from artimap.backtesting.rolling import Backtest

_LINES = {UNIFORM: ("#8C8778", ":"), LAST_PERIOD: ("#3C8DC9", "--"), KERNEL: ("#0B5D2A", "-.")}
_MODELS = ("#A8321F", "#332288", "#AA3377", "#20242E")


def draw(result: Backtest, path: Path) -> Path:
    """Draw a backtest to a PNG, whole or not at all.

    Parameters
    ----------
    result
        What :func:`artimap.backtest` found.
    path
        The file.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - heavy, needed here only
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, needed here only

    figure = Figure(figsize=(9.6, 3.9), dpi=100, layout="constrained", facecolor="#FFFFFF")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    wide = result.periods.pivot_table(index="until", columns="method", values="log_score", sort=False)
    own = iter(_MODELS * 8)
    for method in result.summary["method"]:
        colour, style = _LINES[method] if method in _LINES else (next(own), "-")
        look = {"color": colour, "linestyle": style, "linewidth": 1.8 if style == "-" else 1.4, "label": method}
        gain = (wide[method] - wide[UNIFORM]).cumsum()
        left.step(gain.index, gain.to_numpy(), where="post", **look)
        curve = result.capture[result.capture["method"] == method]
        right.plot(100 * curve["road_share"], 100 * curve["hit_share"], **look)
    left.set_title("Log score gained over a uniform rate", loc="left", fontsize=10)
    left.set_ylabel("nats, added up")
    left.tick_params(axis="x", rotation=30)
    right.set_title("Incidents on the worst part of the road", loc="left", fontsize=10)
    right.set_xlabel("% of the road flagged")
    right.set_ylabel("% of incidents there")
    right.axvline(100 * result.flagged, color="#B9B3A4", linewidth=1)
    right.legend(frameon=False, fontsize=9, loc="lower right")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color="#E6E2D8", linewidth=0.6)
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", metadata={"Software": "artimap"})
    return path
