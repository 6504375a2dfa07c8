"""The words of a status beside those of two systems in use: ISW's control maps and VIINA."""

from __future__ import annotations

from types import MappingProxyType

import pandas as pd

from artimap.core.vocab import Status

SYSTEMS = ("isw", "viina")

# One row a status, in the words of ISW and of VIINA. Null is an answer: the other system has no such
# word, and the nearest one would say more than the sources do.
_WORDS = MappingProxyType(
    {
        Status.ASSESSED: ("assessed control", "the side's code"),
        Status.CLAIMED: ("claimed control", None),
        Status.CONTESTED: (None, "CONTESTED"),
        Status.PRESENCE: ("assessed advance", None),
        Status.ATTACKED_RECENTLY: ("assessed advance", None),
        Status.LAST_KNOWN: (None, None),
        Status.UNKNOWN: (None, None),
    }
)
_NOTES = MappingProxyType(
    {
        Status.ASSESSED: "here two independent sources that are no party; ISW judges by its own means",
        Status.CLAIMED: "VIINA has no word for a single source's claim",
        Status.CONTESTED: "ISW draws no contested areas, but overlapping claims",
        Status.PRESENCE: "an advance is operating somewhere without holding it; nothing in VIINA",
        Status.ATTACKED_RECENTLY: "an advance is operating or attacking somewhere without holding it",
        Status.LAST_KNOWN: "neither system lets a claim fade",
        Status.UNKNOWN: "in both, land without a colour is not marked as unknown",
    }
)


def status_words() -> pd.DataFrame:
    """Give the words of a status in the systems of ISW and VIINA.

    Returns
    -------
    DataFrame
        ``status``, ``isw``, ``viina`` (null where the other system has no such word),
        ``note``. ISW tells *assessed* from *claimed* control and *advances* (where a side
        operates without holding); VIINA [1]_ gives a settlement to a side or calls it
        ``CONTESTED``.

    References
    ----------
    .. [1] Zhukov, Y. and Ayers, N. (2023). VIINA 2.0: Violent Incident Information from News Articles.
    """
    rows = [(status.value, *_WORDS[status], _NOTES[status]) for status in Status]
    return pd.DataFrame(rows, columns=["status", *SYSTEMS, "note"])


def in_words_of(status: pd.Series, system: str) -> pd.Series:
    """Translate a column of statuses into another system's words; null where it has none."""
    table = status_words().set_index("status")[system]
    return status.map(table)
