"""Which subjects of STATUS somebody means who writes a place in words."""

from __future__ import annotations

from difflib import get_close_matches

import pandas as pd

from artimap.areas.area import Area, read_roads
from artimap.areas.gazetteer import resolve
from artimap.core.errors import PlaceError
from artimap.core.schema import split_names
from artimap.core.text import fold

# How far the end of a row may lie beyond the end of what is asked, and still be the same piece of
# road.
_SLACK_M = 1_000.0
_SHOWN = 4


def find_subjects(area: Area, status: pd.DataFrame, text: str) -> tuple[str, ...]:
    """Give the subjects that a place in words names.

    Parameters
    ----------
    area
        The area.
    status
        STATUS.
    text
        A subject as it stands in STATUS, its name in any spelling, or words such as
        ``"between Saint-Marc and Gonaïves"``.

    Returns
    -------
    tuple of str
        Every subject of that name: a town and the section called after it are both meant. For
        a stretch in words, the rows of STATUS that lie on it, or that it lies on; for a road
        (``"RN1"``) all of its rows.

    Raises
    ------
    PlaceError
        If there is none; the message says which names come near.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> status = am.control_status(art, am.read_claims(art), as_of="2024-10-15")
    >>> am.find_subjects(art, status, "Lakwa Peris")
    ('HT0513-01',)
    """
    # From the surest reading to the loosest, and the first that gives anything ends the search: a name
    # that stands in STATUS itself must never be read as a stretch of road by guess.
    bare, asked = fold(text), text.strip().casefold()
    same = [
        str(subject)
        for subject, name in zip(status["subject"], status["name"], strict=True)
        if subject.casefold() == asked or fold(name) == bare
    ]
    if same:
        return tuple(same)
    roads = read_roads(area)
    named = roads.loc[
        [bare in (fold(one), fold(ref)) for one, ref in zip(roads["road_id"], roads["ref"].fillna(""), strict=True)],
        "road_id",
    ]
    on_it = status.loc[status["road_id"].isin(list(named)), "subject"]
    if len(on_it):
        return tuple(str(one) for one in on_it)
    reading = resolve(area, text)
    known = set(status["subject"])
    found = [one for one in (reading.place_id, *split_names(reading.pcode)) if one in known]
    if not found and reading.corridor_id is not None and reading.from_m is not None and reading.to_m is not None:
        low, high = sorted((reading.from_m, reading.to_m))
        on = status[status["road_id"] == reading.corridor_id]
        # Ends of stretches are named after towns and differ by some hundred metres. Rows that lie within the
        # asked piece are meant; only where there are none, those that reach across it.
        inside = on[(on["from_m"] >= low - _SLACK_M) & (on["to_m"] <= high + _SLACK_M)]
        across = on[(on["from_m"] < high) & (on["to_m"] > low)]
        found = list((inside if len(inside) else across)["subject"])
    if found:
        return tuple(dict.fromkeys(str(one) for one in found))
    names = {fold(name): str(name) for name in status["name"]}
    near = [names[one] for one in get_close_matches(bare, names, n=_SHOWN, cutoff=0.6)]
    hint = f"do you mean {', '.join(near)}?" if near else "'artimap status --all' lists every name that has one"
    msg = f"{text!r} names no place, section or stretch with a status: {hint}"
    raise PlaceError(msg)
