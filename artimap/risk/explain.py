"""The reports behind a rate, with what each adds: the parts sum to the value."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, fields
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.core import schema
from artimap.core.arrays import Floats, Ints
from artimap.core.errors import ModelError
from artimap.core.metadata import SHARES
from artimap.core.precision import significant

_NUMBERS = {"Floats": "<f8", "Ints": "<i8"}


def _words(values: NDArray[Any]) -> str | list[str | None]:
    if values.dtype.kind in "if":
        return base64.b64encode(values.astype("<f8" if values.dtype.kind == "f" else "<i8").tobytes()).decode()
    if values.dtype.kind == "M":
        days = np.datetime_as_string(values.astype("datetime64[s]")).tolist()
        return [None if one == "NaT" else one for one in days]
    return [None if null else str(one) for one, null in zip(values.tolist(), pd.isna(values).tolist(), strict=True)]


@dataclass(frozen=True, eq=False)
class Shares:
    """What stands behind each rate of a table: kept beside it as one text, ``risk.attrs["shares"]``.

    One text, because pandas copies ``attrs`` with every table that it makes from a table: a text costs
    nothing to copy, lists of a million numbers do.

    Attributes
    ----------
    lixel_id, base
        The pieces in their order, and what the prior adds to each.
    event_id, kind, day, place
        The events that count.
    row, piece, share, weight, adds
        One entry an event and piece: share of the event on the piece, its discounted
        weight, what it adds to the rate.
    """

    lixel_id: NDArray[Any]
    base: Floats
    event_id: NDArray[Any]
    kind: NDArray[Any]
    day: NDArray[Any]
    place: NDArray[Any]
    row: Ints
    piece: Ints
    share: Floats
    weight: Floats
    adds: Floats

    def text(self) -> str:
        """Write it as one JSON text; numbers as their bytes, so that none is changed."""
        return json.dumps({one.name: _words(getattr(self, one.name)) for one in fields(self)})

    @classmethod
    def of(cls, text: str) -> Shares:
        """Read what :meth:`text` wrote."""
        told = json.loads(text)
        numbers = {
            one.name: np.frombuffer(base64.b64decode(told[one.name]), dtype=_NUMBERS[str(one.type)])
            for one in fields(cls)
            if one.type in _NUMBERS
        }
        words = {name: np.array(value, dtype=object) for name, value in told.items() if name not in numbers}
        return cls(**numbers, **words | {"day": np.array(told["day"], dtype="datetime64[s]")})


PRIOR = "the road as a whole"
"""What stands in ``event_id`` for the part of a rate that comes from no event of its own."""


def explain(risk: gpd.GeoDataFrame, stretch: str) -> pd.DataFrame:
    """List the reports behind a rate, with their shares.

    Parameters
    ----------
    risk
        RISK as :func:`artimap.corridor_risk` gave it.
    stretch
        Name or ``lixel_id`` of the piece.

    Returns
    -------
    DataFrame
        ``event_id, kind, date_start, place, on_piece`` (share of the event taken to lie on
        the piece), ``weight`` (that share, discounted by age), ``adds`` (events per km and
        month) and ``share`` (of the rate), the greatest first. ``adds`` sums to the rate:
        the row :data:`PRIOR` is what the rest of the road lends. Every event counts here,
        whatever its audience: pass the table through :func:`artimap.release` before it
        leaves the house.

    Raises
    ------
    ModelError
        If the table holds no shares (it was read from a file), or no such piece.

    Examples
    --------
    >>> import artimap as am
    >>> risk = am.study(am.area("artibonite"), as_of="2024-10-15").risk
    >>> am.explain(risk, "Pont-Sondé").columns.tolist()[:2]
    ['event_id', 'kind']
    """
    # Refused where the shares are not there: without them no list can be held against the rate that was
    # printed.
    text = risk.attrs.get(SHARES)
    if text is None:
        msg = "this table holds no shares: explain needs RISK as corridor_risk gave it, not read back from a file"
        raise ModelError(msg)
    shares = Shares.of(text)
    # A name that two pieces share would give the reports of whichever comes first, so it has to be one
    # piece exactly.
    names = risk["name"].to_numpy() if "name" in risk.columns else np.full(len(risk), None)
    ids = risk["lixel_id"].to_numpy()
    found = np.flatnonzero((names == stretch) | (ids == stretch))
    if len(found) != 1:
        some = [str(one) for one in np.where(pd.isna(names), ids, names)]
        have = ", ".join(some[:20]) + (f" and {len(some) - 20} more" if len(some) > 20 else "")
        msg = f"{stretch!r} names {len(found)} pieces of this table; there are: {have}"
        raise ModelError(msg)
    # By id, not by position: the caller may have sorted or filtered the table.
    piece = int(np.flatnonzero(shares.lixel_id == ids[found[0]])[0])
    here = np.flatnonzero(shares.piece == piece)
    rows = shares.row[here]
    events = pd.DataFrame(
        {
            "event_id": pd.Series(shares.event_id[rows], dtype=schema.TEXT),
            "kind": pd.Series(shares.kind[rows], dtype=schema.TEXT),
            "date_start": pd.Series(shares.day[rows], dtype=schema.DAY),
            "place": pd.Series(shares.place[rows], dtype=schema.TEXT),
            "on_piece": significant(shares.share[here]),
            "weight": significant(shares.weight[here]),
            "adds": significant(shares.adds[here]),
        }
    ).sort_values(["adds", "event_id"], ascending=[False, True], kind="stable")
    # What the rest of the road lends stands as a row of its own. Without it the parts would not add up,
    # and a rate of a piece with one old event would look better founded than it is.
    prior = pd.DataFrame({"event_id": pd.Series([PRIOR], dtype=schema.TEXT), "adds": significant([shares.base[piece]])})
    whole = pd.concat([events, prior.reindex(columns=events.columns).astype(events.dtypes)], ignore_index=True)
    whole["share"] = significant(whole["adds"] / whole["adds"].sum())
    return whole
