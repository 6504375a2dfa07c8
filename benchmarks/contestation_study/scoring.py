"""How good probabilities are against a known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_LEAST = 1e-9


def log_loss(probabilities: Floats, column: Ints) -> float:
    """Give the mean of -log of the probability of what was true, in nats.

    >>> import numpy as np
    >>> round(log_loss(np.array([[[0.5, 0.5]]]), np.array([[1]])), 4)
    0.6931
    """
    true = np.take_along_axis(probabilities, column[..., None], axis=-1)
    return float(-np.log(np.clip(true, _LEAST, None)).mean())


def f1_contested(probabilities: Floats, column: Ints, *, least: float | None = None) -> float:
    """Give F1 of ``contested``; 0 where nothing is hit.

    Parameters
    ----------
    probabilities, column
        As elsewhere.
    least
        Contested is said where its probability is at least this; left out, where it is the most probable state.
    """
    contested = probabilities.shape[-1] - 2
    said = probabilities.argmax(axis=-1) == contested if least is None else probabilities[..., contested] >= least
    true = column == contested
    total = said.sum() + true.sum()
    return float(2 * (said & true).sum() / total) if total else 0.0


def reliability(probabilities: Floats, column: Ints, *, bins: int = 10) -> pd.DataFrame:
    """Compare what was said with what was true.

    Parameters
    ----------
    probabilities
        … × (none, each group, contested, state).
    column
        The column that was true.
    bins
        Number of equal bins of probability.

    Returns
    -------
    DataFrame
        One row a state (groups pooled as ``group``, all together as ``all``) and bin: ``state, bin, n, said, true,
        miss`` with the mean probability said, the share that was true, and their difference.
    """
    groups = probabilities.shape[-1] - 3
    flat = probabilities.reshape(-1, probabilities.shape[-1])
    hit = np.arange(flat.shape[1]) == column.reshape(-1, 1)
    parts = {
        "none": [0],
        "group": list(range(1, groups + 1)),
        "contested": [groups + 1],
        "state": [groups + 2],
        "all": list(range(groups + 3)),
    }
    rows = []
    for state, columns in parts.items():
        said, true = flat[:, columns].ravel(), hit[:, columns].ravel()
        which = np.minimum((said * bins).astype(int), bins - 1)
        for one in range(bins):
            here = which == one
            if here.any():
                rows.append((state, one, int(here.sum()), said[here].mean(), true[here].mean()))
    table = pd.DataFrame(rows, columns=["state", "bin", "n", "said", "true"])
    return table.assign(miss=table["true"] - table["said"])


def reliability_of_worlds(
    worlds: list[tuple[Floats, Ints]], *, bins: int = 10, seed: int = 0, draws: int = 2_000
) -> pd.DataFrame:
    """Give :func:`reliability` of several worlds together, and how far chance alone moves it.

    Parameters
    ----------
    worlds
        Probabilities and true column of each.
    bins, seed, draws
        Number of bins; of the bootstrap over worlds.

    Returns
    -------
    DataFrame
        As there, with ``low`` and ``high``: a 95 % interval of ``miss``. Places stay the same for months, so
        forecasts of one world are not independent, and worlds are drawn, not forecasts.
    """
    parts = [reliability(*world, bins=bins).assign(world=number) for number, world in enumerate(worlds)]
    table = pd.concat(parts)
    table["off"] = table["n"] * table["miss"]
    pick = np.random.default_rng(seed).integers(0, len(worlds), (draws, len(worlds)))
    times = np.stack([np.bincount(one, minlength=len(worlds)) for one in pick])
    rows = []
    for (state, one), here in table.groupby(["state", "bin"], sort=False):
        number, off = np.zeros(len(worlds)), np.zeros(len(worlds))
        number[here["world"]], off[here["world"]] = here["n"], here["off"]
        drawn = (times @ off) / np.maximum(times @ number, 1)
        whole = here["n"].sum()
        said, true = ((here["n"] * here[name]).sum() / whole for name in ("said", "true"))
        rows.append((state, one, whole, said, true, true - said, *np.quantile(drawn, [0.025, 0.975])))
    columns = ["state", "bin", "n", "said", "true", "miss", "low", "high"]
    return pd.DataFrame(rows, columns=columns).sort_values(["state", "bin"], ignore_index=True)


def ratio_interval(ours: Floats, theirs: Floats, *, seed: int = 0, draws: int = 10_000) -> tuple[float, float, float]:
    """Give the ratio of two mean losses with a 95 % bootstrap interval over worlds (the same worlds for both)."""
    random = np.random.default_rng(seed)
    pick = random.integers(0, len(ours), (draws, len(ours)))
    ratios = ours[pick].mean(axis=1) / theirs[pick].mean(axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(ours.mean() / theirs.mean()), float(low), float(high)
