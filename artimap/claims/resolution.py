"""What the claims about one thing come to on a day, by a named rule, with the claims behind it.

A voice is one who says something: a claimant, or an outlet where nobody is named. The same
claimant in two outlets, a reprint (``origin``) and a repeated sentence are one voice: a
repetition corroborates nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from statistics import median_low
from types import MappingProxyType

import pandas as pd

from artimap.core.errors import ModelError
from artimap.core.text import unaccented
from artimap.core.vocab import About, Party, Predicate

LATEST = "latest non-party figure, else range"
RANGE = "range of all figures"
MEDIAN = "median of independent voices"
MOST_VOICES = "most voices, then newest"

_FIGURES = frozenset(
    {Predicate.KILLED, Predicate.INJURED, Predicate.ABDUCTED, Predicate.DISPLACED, Predicate.ARRESTED,
     Predicate.DAMAGED}
)  # fmt: skip
_SENTENCES = frozenset({Predicate.STATED, Predicate.DEPLOYED})
# Claimants who are nobody in particular. Two papers that quote "residents" quote perhaps the same ones:
# the paper is the voice.
_UNNAMED = re.compile(
    r"\b(?:witness\w*|eyewitness\w*|residents?|sources?|media|press|testimonies|notables|voices|authorities|organisations?|relatives|"
    r"users|workers|drivers|protesters|villagers|survivors)\b"
)
_REMARK = re.compile(r"\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Value:
    """One predicate of a subject, computed.

    Attributes
    ----------
    predicate
        What is said of the subject.
    value
        The value in words: ``109``, ``70+`` (at least), ``54–65``, an actor, a place.
    low, high
        A figure's bounds; ``high`` is null where the figure is only "at least".
    rule
        The rule that gave it.
    voices
        Independent voices that say this value.
    claims
        Ids of the claims behind the value.
    others
        Ids of the other claims about the same predicate: contradictions are not deleted.
    """

    predicate: Predicate
    value: str | None
    low: int | None
    high: int | None
    rule: str
    voices: int
    claims: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What is said of a subject on a day.

    Attributes
    ----------
    subject
        What it is about.
    as_of
        The day in the world that is asked about.
    known_on
        Only what had been said by this day; null means all that is known.
    by_predicate
        What was computed, by predicate; ``state["killed"]`` is the short form.
    not_dated
        Claims left out because the day on which they were said is not known; with
        ``known_on`` nobody can say whether they could have been heard.

    Examples
    --------
    >>> import artimap as am
    >>> import datetime as dt
    >>> state = am.read_claims(am.area("artibonite")).state("2024-10-03-pont-sonde", as_of=dt.date(2024, 10, 15))
    >>> state.subject, len(state.by_predicate) > 0
    ('2024-10-03-pont-sonde', True)
    """

    subject: str
    as_of: dt.date
    known_on: dt.date | None
    by_predicate: Mapping[Predicate, Value]
    not_dated: tuple[str, ...]

    def __getitem__(self, predicate: str) -> Value:
        """Give the value of a predicate; KeyError where nothing is said of it."""
        return self.by_predicate[Predicate(predicate)]


def latest_day(reported: object, basis: str) -> pd.Timestamp | None:
    """Give the last day on which a claim can have been made; null where that is not known.

    >>> latest_day(pd.Timestamp("2024-10-01"), "month")
    Timestamp('2024-10-31 00:00:00')
    """
    if not isinstance(reported, pd.Timestamp) or basis in ("from_event", "undated"):
        return None
    # A claim of a week or month is surely made by its end.
    if basis == "week":
        return reported + pd.Timedelta(days=6)
    if basis == "month":
        return reported + pd.offsets.MonthEnd(0)
    if basis == "year":
        return pd.Timestamp(reported.year, 12, 31)
    return reported


def earliest_day(reported: object, basis: str) -> pd.Timestamp | None:
    """Give the first day on which a claim can have been made; null where that is not known.

    >>> earliest_day(pd.Timestamp("2024-10-13"), "by")
    Timestamp('2024-10-07 00:00:00')
    """
    if not isinstance(reported, pd.Timestamp) or basis in ("from_event", "undated"):
        return None
    # "by" is dated to the day by which it was said, up to a week after.
    return reported - pd.Timedelta(days=6) if basis == "by" else reported


@lru_cache(maxsize=4_096)  # a few publishers make most claims
def _bare(text: object) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", unaccented(_REMARK.sub(" ", text)))) if isinstance(text, str) else ""


def voices(claims: pd.DataFrame) -> pd.Series:
    """Give the voice of each claim, as a label that independent voices do not share.

    Parameters
    ----------
    claims
        CLAIMS.
    """
    # A reprint speaks with the voice of where it was first published.
    origin = claims["origin"].fillna(claims["source"]) if "origin" in claims else claims["source"]
    labels: list[str] = []
    publishers = {_bare(one) for name in (origin, claims["source"]) for one in name.dropna().unique()}
    # A large file names few people and outlets, many times.
    plain = {one: _bare(one) for column in (claims["claimant"], claims["source"], origin) for one in column.unique()}
    for claimant, source, outlet in zip(claims["claimant"], claims["source"], origin, strict=True):
        who, publisher = plain.get(claimant, ""), plain.get(outlet, "")
        own = not who or _UNNAMED.search(who) is not None or who in {publisher, plain.get(source, "")}
        # an outlet that another one cites speaks with its own voice
        cited = f"outlet {who}" if who in publishers else f"claimant {who}"
        labels.append(f"outlet {publisher}" if own else cited)
    voice = pd.Series(labels, index=claims.index, dtype=object)
    # The same sentence under several names was copied by all but one: they become one voice. Numbers
    # and names are short, and equal by chance, so only sentences are looked at.
    sentences = claims["value"][(claims["predicate"] == Predicate.STATED) & claims["value"].notna()].map(_bare)
    # Only what stands twice can have been copied.
    sentences = sentences[(sentences != "") & sentences.duplicated(keep=False)]
    for _, same in voice[sentences.index].groupby(sentences):
        repeated = set(same)
        if len(repeated) > 1:
            voice = voice.mask(voice.isin(repeated), min(repeated))
    return voice


_NUMBER = re.compile(r"^(\d+)(?:–(\d+)|(\+))?")


def figure(value: object) -> tuple[int, int | None] | None:
    """Read a figure: 54–65, 115 or 70+ (no upper bound).

    >>> figure("54–65"), figure("115"), figure("70+")
    ((54, 65), (115, 115), (70, None))
    """
    match = _NUMBER.match(value) if isinstance(value, str) else None
    if match is None:
        return None
    low = int(match.group(1))
    return low, None if match.group(3) else int(match.group(2) or low)


def _words(low: int, greatest: int, *, open_ended: bool) -> str:
    span = str(low) if low == greatest else f"{low}–{greatest}"
    return span + "+" * open_ended


def _bounds(rows: pd.DataFrame) -> tuple[int, int | None]:
    """Give the least and greatest figure; no upper bound where the greatest is only "at least"."""
    figures = [one for one in rows["figure"] if one is not None]
    highs = [high for _, high in figures if high is not None]
    least = min(low for low, _ in figures)
    greatest = max(low for low, _ in figures)
    # An "at least" above all other figures leaves the top open.
    return least, max(highs) if highs and max(highs) >= greatest else None


def _valued(rows: pd.DataFrame, used: pd.DataFrame, bounds: tuple[int, int | None], rule: str) -> Value:
    others = rows[~rows.index.isin(used.index)]
    greatest = bounds[1] if bounds[1] is not None else max([low for low, _ in used["figure"]], default=bounds[0])
    words = _words(bounds[0], greatest, open_ended=bounds[1] is None)
    return Value(
        Predicate(rows["predicate"].iloc[0]), words, bounds[0], bounds[1], rule, int(used["voice"].nunique()),
        tuple(used["claim_id"]), tuple(others["claim_id"]),
    )  # fmt: skip


def _latest(rows: pd.DataFrame) -> Value:
    # A party counts its own dead low and others' high: its figure is kept among the others, and decides
    # only where nobody else speaks.
    dated = rows[(rows["claimant_is_party"] == Party.NO) & rows["said_by"].notna()]
    if not len(dated):
        return _range(rows)
    newest = dated[dated["said_by"] == dated["said_by"].max()]
    bounds = _bounds(newest)
    # Earlier claims of the same figure stand behind it too.
    same = dated[[one == bounds for one in dated["figure"]]]
    used = rows[rows.index.isin(newest.index.union(same.index))]
    return _valued(rows, used, bounds, LATEST)


def _range(rows: pd.DataFrame) -> Value:
    return _valued(rows, rows, _bounds(rows), RANGE)


def _median(rows: pd.DataFrame) -> Value:
    # One figure a voice, its newest: who corrects himself does not count twice. Rows come in order of
    # days.
    newest = rows.groupby("voice", sort=False).tail(1)
    # The lower of two middle figures: one that somebody said, not a mean that nobody did.
    middle = median_low([low for low, _ in newest["figure"]])
    used = newest[[low == middle for low, _ in newest["figure"]]]
    open_ended = all(high is None for _, high in used["figure"])
    return _valued(rows, used, (middle, None if open_ended else middle), MEDIAN)


RULES: Mapping[str, Callable[[pd.DataFrame], Value]] = MappingProxyType(
    {LATEST: _latest, RANGE: _range, MEDIAN: _median}
)
"""Rules for figures by name. Everything else goes by :data:`MOST_VOICES`."""


def _most_voices(rows: pd.DataFrame) -> Value:
    named = rows.assign(_key=rows["value"].map(_bare))
    ranked = []
    for key, group in named.groupby("_key", sort=True):
        newest = group["said_by"].max()
        # Most voices, then the newest, then the alphabet: the choice never hangs on the order of rows.
        ranked.append((-group["voice"].nunique(), -(newest.value if pd.notna(newest) else 0), str(key)))
    used = named[named["_key"] == min(ranked)[2]]
    value = used["value"].iloc[-1]
    others = named[~named.index.isin(used.index)]
    return Value(
        Predicate(rows["predicate"].iloc[0]), value if isinstance(value, str) else None, None, None, MOST_VOICES,
        int(used["voice"].nunique()), tuple(used["claim_id"]), tuple(others["claim_id"]),
    )  # fmt: skip


def _values(claims: pd.DataFrame, rule: str) -> Iterator[Value]:
    for predicate, rows in claims.groupby("predicate", sort=True):
        if predicate in _SENTENCES:
            continue
        if predicate not in _FIGURES:
            yield _most_voices(rows)
            continue
        counted = rows[rows["figure"].notna()]
        if len(counted):
            yield RULES[rule](counted)


def state_of(claims: pd.DataFrame, subject: str, *, as_of: dt.date, known_on: dt.date | None, rule: str) -> State:
    """Compute the state of a subject; see :meth:`artimap.Ledger.state`."""
    if rule not in RULES:
        msg = f"no rule {rule!r}; there is: {'; '.join(RULES)}"
        raise ModelError(msg)
    rows = claims[claims["subject"] == subject]
    day = pd.Timestamp(as_of)
    holds = rows["valid_from"].isna() | (rows["valid_from"] <= day)
    # An event does not stop having happened; control of a place that ended before the day does not hold
    # on it.
    lasts = rows["about"].isin([About.EVENT, About.FIGURE]) | rows["valid_to"].isna() | (rows["valid_to"] >= day)
    rows = rows[holds & lasts]
    said = pd.Series(
        [latest_day(when, str(basis)) for when, basis in zip(rows["reported"], rows["date_basis"], strict=True)],
        index=rows.index, dtype="datetime64[s]",
    )  # fmt: skip
    rows = rows.assign(said_by=said, figure=rows["value"].map(figure).astype(object), voice=voices(rows))
    # Kept apart before the cut by known_on, to be listed: they may have been said by then, and nobody
    # can say so.
    undated = rows[said.isna()]
    if known_on is not None:
        rows = rows[said.notna() & (said <= pd.Timestamp(known_on))]
    # Undated first, so that "newest" is never one of them. Ids break ties.
    rows = rows.sort_values(["said_by", "claim_id"], na_position="first", kind="stable")
    return State(
        subject=subject,
        as_of=as_of,
        known_on=known_on,
        by_predicate=MappingProxyType({one.predicate: one for one in _values(rows, rule)}),
        not_dated=tuple(sorted(undated["claim_id"])) if known_on is not None else (),
    )
