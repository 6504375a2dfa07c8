"""Names of actors in a cell: parted where the parts are known, given the area's own name, unknown ones told."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from artimap.areas import embedded
from artimap.areas.area import Area
from artimap.areas.user_layers import cached
from artimap.core.schema import TEXT, join_names, split_names
from artimap.core.text import unaccented
from artimap.sources.quarantine import QuotingNote
from artimap.sources.raw_table import distinct, spread_out

_LONGEST: Final = 400
_MOST_TOLD: Final = 8
# A bar, a semicolon or a slash always parts names; a comma or an "and" may be part of one.
_SURE: Final = re.compile(r"\s*[;|]\s*|\s+/\s*|\s*/\s+|(?<=\w)/(?=\w)")
_MAYBE: Final = re.compile(r"\s*,\s*|\s+(?:et|and|ak|&|\+|avec|with)\s+", re.IGNORECASE)


@cached
def actor_names(area: Area) -> Mapping[str, str]:
    """Give the name of every actor of an area by each of its spellings, without case and accents."""
    table = embedded.read_table(area.name, "actors")
    return {
        _key(word): str(name)
        for name, aliases in zip(table["name"], table["aliases"], strict=True)
        for word in (*split_names(aliases), str(name))
    }


def _key(word: str) -> str:
    return " ".join(re.findall(r"\w+", unaccented(word)))


def split_actors(cell: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Part the names in a cell, and give known ones the name that ACTORS give them.

    Parameters
    ----------
    cell
        The words.
    names
        What :func:`actor_names` gives.

    Examples
    --------
    >>> split_actors("gran grif et Palmis", {"gran grif": "Gran Grif", "palmis": "Palmis"})
    ('Gran Grif', 'Palmis')
    >>> split_actors("hommes armés et cagoulés", {})
    ('hommes armés et cagoulés',)
    """
    out: list[str] = []
    for piece in _SURE.split(cell[:_LONGEST]):
        one = piece.strip(" .,")
        if not one:
            continue
        parts = [part.strip(" .,") for part in _MAYBE.split(one)]
        if _key(one) not in names and len(parts) > 1 and all(_key(part) in names for part in parts):
            out += parts
        else:
            out.append(one)
    return tuple(dict.fromkeys(names.get(_key(one), one) for one in out))


def read_actors(column: pd.Series, area: Area) -> tuple[pd.Series, tuple[str, ...]]:
    """Read a column of actors.

    Returns
    -------
    tuple
        Names joined by ``"; "``, and a note that tells names that are not known, each with the nearest
        known one where there is one.
    """
    names = actor_names(area)
    texts, codes = distinct(column)
    read: list[str | None] = []
    strange: dict[str, None] = {}
    for text in texts:
        found = split_actors(text, names) if isinstance(text, str) else ()
        strange |= dict.fromkeys(one for one in found if one not in names.values())
        read.append(join_names(found))
    values = spread_out(np.array([*read, None], dtype=object)[:-1], codes, missing=None)
    told = []
    for one in list(strange)[:_MOST_TOLD]:
        near = difflib.get_close_matches(_key(one)[:60], names, n=1, cutoff=0.75)
        told.append(repr(one[:60]) + (f" (near to {names[near[0]]})" if near else ""))
    more = f", and {len(strange) - _MOST_TOLD} more" if len(strange) > _MOST_TOLD else ""
    words = "actors that artimap does not know stand as they are told"
    notes = (QuotingNote(words, f"{', '.join(told)}{more}"),) if told else ()
    return pd.Series(values, index=column.index, dtype=TEXT), notes
