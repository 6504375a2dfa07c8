"""Scored pairs of reports that may tell of the same event."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from artimap.core.errors import ModelError
from artimap.core.metadata import JsonModel
from artimap.core.precision import DIGITS
from artimap.core.schema import split_names
from artimap.core.text import unaccented

_PARTS = ("date", "place", "actors", "kind", "numbers", "words")
PAIRS = ("report_a", "report_b", "score", *_PARTS, "why")
"""Columns of the table that :func:`match_reports` gives."""


@dataclass(frozen=True, slots=True)
class MatchModel(JsonModel):
    """How much each part of a pair speaks for one event: weights of a logistic score.

    Set by hand to round values after looking at the embedded events of even months;
    ``tests/test_matching.py`` measures on those of odd months.

    Attributes
    ----------
    date
        Weight of the days: 1 the same day, falling by half every ``half_days``.
    place, actors, kind, numbers, words
        Weights of the other parts; each lies between -1 (speaks against) and 1.
    base
        What a pair starts from: most pairs are two events.
    half_days
        Days after which the likeness of two days has halved.
    window_days
        Pairs further apart are not looked at.
    threshold
        Least score of a pair that is listed.
    """

    date: float = 6.5
    place: float = 2.75
    actors: float = 0.5
    kind: float = 1.5
    numbers: float = 1.25
    words: float = 3.5
    base: float = -8.5
    half_days: float = 1.0
    window_days: int = 10
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 < self.threshold < 1.0 or self.half_days <= 0.0 or self.window_days < 0:
            msg = "threshold lies between 0 and 1, half_days above 0, window_days at 0 or more"
            raise ModelError(msg)


@dataclass(frozen=True, slots=True)
class _ComparedReport:
    """What of a report is compared."""

    id: str
    start: np.datetime64
    end: np.datetime64
    precision: int
    where: str
    place: str
    codes: frozenset[str]
    commune: str
    actors: frozenset[str]
    kind: str
    single: bool
    killed: tuple[float, float] | None
    harm: tuple[float | None, ...]
    words: frozenset[str]


# Words that fit any group: sharing them says nothing.
_UNNAMED = frozenset({"unnamed armed group", "residents", "protesters", "armed men", "gangs"})
_STOP = frozenset(
    re.findall(
        r"\w+",
        "the and that with from this have were are was for not one two its their which after more than people men near "
        "been les des une dans par pour sur avec sont ont qui que est aux pa nan yo yon pou",
    )
)
# Kinds that two reporters give the same event: an ambush in which somebody is taken is an abduction
# too.
_VIOLENT = frozenset(
    {"attack_on_civilians", "armed_clash", "road_ambush", "arson_or_property_destruction", "police_operation",
     "abduction"}
)  # fmt: skip
# What an attack brings about: told under its own kind, of the same days.
_CONSEQUENCES = frozenset({"displacement", "road_closure"})
_HARM = ("injured", "abducted", "displaced")


def _text(row: pd.Series, *names: str) -> str:
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def _number(row: pd.Series, name: str) -> float | None:
    value = row.get(name)
    return None if value is None or pd.isna(value) else float(value)


def _read(row: pd.Series) -> _ComparedReport:
    low, high = _number(row, "killed_low"), _number(row, "killed_high")
    names = {name for column in ("actors", "other_actors") for name in split_names(row.get(column))}
    # Shorter words stand in every text.
    said = re.findall(r"[a-z0-9]{3,}", unaccented(_text(row, "summary") + " " + _text(row, "words")))
    start = pd.Timestamp(row["date_start"])
    end = pd.Timestamp(row["date_end"]) if pd.notna(row.get("date_end")) else start
    return _ComparedReport(
        id=_text(row, "report_id", "event_id"),
        start=start.to_datetime64(),
        end=max(start, end).to_datetime64(),
        precision=int(_number(row, "date_precision") or 1),
        where=_text(row, "where", "place_kind"),
        place=_text(row, "place_id") or unaccented(_text(row, "place", "words")),
        codes=frozenset(split_names(row.get("pcode"))),
        commune=unaccented(_text(row, "commune")),
        actors=frozenset(names - _UNNAMED),
        kind=_text(row, "kind"),
        single=_text(row, "record") != "aggregate",
        # An open figure reaches to infinity, so that it overlaps every greater one.
        killed=None if low is None else (low, math.inf if high is None else high),
        harm=tuple(_number(row, name) for name in _HARM),
        words=frozenset(said) - _STOP,
    )


def _dates(a: _ComparedReport, b: _ComparedReport, half_days: float) -> tuple[float, float]:
    """Give likeness of the days, and the days between."""
    # Days between the two spans; none where they overlap.
    gap = max((a.start - b.end) / np.timedelta64(1, "D"), (b.start - a.end) / np.timedelta64(1, "D"), 0.0)
    length = max((a.end - a.start) / np.timedelta64(1, "D"), (b.end - b.start) / np.timedelta64(1, "D"))
    near = 0.5 ** (gap / half_days)
    # two days inside one month may well be two events: a long span says little
    vague = (
        max(abs((a.start - b.start) / np.timedelta64(1, "D")) - 1.0, 0.0)
        if length > 3 or a.precision != b.precision
        else 0.0
    )
    return near * 0.5 ** (vague / (3.0 * half_days)), float(gap)


def _places(a: _ComparedReport, b: _ComparedReport) -> tuple[float, str]:
    if a.place and a.place == b.place:
        return 1.0, "same place"
    if a.codes & b.codes:
        return 0.6, "same unit"
    named = bool(a.commune and b.commune)
    # Six signs of a p-code are the commune (HT0542).
    if (named and a.commune == b.commune) or {code[:6] for code in a.codes} & {code[:6] for code in b.codes}:
        return 0.3, "same commune"
    # A wide place is not another place: it says nothing either way. Only two that are both told finely
    # can speak against each other.
    wide = {"department", "nowhere", "", "stretch"}
    if a.where in wide or b.where in wide or not (named or (a.codes and b.codes)):
        return 0.0, "place not comparable"
    return -1.0, "other places"


def _actors(a: _ComparedReport, b: _ComparedReport) -> float:
    if not a.actors or not b.actors:
        return 0.0
    # By the shorter list: one report may name one of three groups. Different groups speak against, but
    # less than shared ones speak for: names are often wrong.
    shared = len(a.actors & b.actors) / min(len(a.actors), len(b.actors))
    return shared or -0.7


def _kinds(a: _ComparedReport, b: _ComparedReport) -> float:
    if a.kind == b.kind:
        return 1.0
    both = {a.kind, b.kind}
    if both <= _VIOLENT:
        return 0.0
    return -0.6 if both & _VIOLENT and both & _CONSEQUENCES else -1.0


def _numbers(a: _ComparedReport, b: _ComparedReport) -> float:
    votes: list[float] = []
    if a.killed is not None and b.killed is not None:
        overlap = a.killed[0] <= b.killed[1] and b.killed[0] <= a.killed[1]
        least, most = sorted((a.killed[0], b.killed[0]))
        # Equal figures speak for, overlapping ones half; up to twice as many is what early counts are
        # off by.
        votes.append(1.0 if least == most else 0.5 if overlap else 0.3 if most <= 2.0 * least else -0.5)
    for one, other in zip(a.harm, b.harm, strict=True):
        if one is not None and other is not None:
            least, most = sorted((one, other))
            votes.append(1.0 if least == most else 0.3 if most <= 2.0 * least else -0.5)
    return sum(votes) / len(votes) if votes else 0.0


def _words(a: _ComparedReport, b: _ComparedReport, weight: dict[str, float]) -> float:
    """Give how many of the rarer words two reports share."""
    # exact sums: words come out of a set in another order in every run
    shared = math.fsum(weight[word] for word in a.words & b.words)
    # By the shorter text, so that a headline can match a long report.
    least = min(math.fsum(weight[word] for word in one.words) for one in (a, b))
    return shared / least if least else 0.0


def _compare(
    a: _ComparedReport, b: _ComparedReport, model: MatchModel, weight: dict[str, float]
) -> tuple[float, dict[str, float], str] | None:
    date, gap = _dates(a, b, model.half_days)
    if gap > model.window_days:
        return None
    place, where = _places(a, b)
    parts = {
        "date": date,
        "place": place,
        "actors": _actors(a, b),
        "kind": _kinds(a, b),
        "numbers": _numbers(a, b),
        "words": _words(a, b, weight),
    }
    total = model.base + sum(getattr(model, name) * value for name, value in parts.items())
    if a.single != b.single:
        total -= 2.0  # one event and a figure over several are rarely the same
    days = "same days" if gap == 0 else f"{gap:.0f} days apart"
    shared = "; ".join(sorted(a.actors & b.actors))
    why = ", ".join(part for part in (days, where, shared, "same kind" if a.kind == b.kind else "other kind") if part)
    # exp differs in its last bit between processors; what is compared with the threshold and sorted is
    # rounded first.
    return round(1.0 / (1.0 + math.exp(-total)), DIGITS), parts, why


def match_reports(
    reports: pd.DataFrame, *, others: pd.DataFrame | None = None, model: MatchModel | None = None
) -> pd.DataFrame:
    """List pairs of reports that may tell of the same event.

    Parameters
    ----------
    reports
        Reports as in the embedded table, or EVENTS; days, place, actors, kind, numbers and
        words are compared.
    others
        Further reports: pairs among these alone are not listed.
    model
        Weights and threshold; the default if null.

    Returns
    -------
    DataFrame
        ``report_a``, ``report_b``, ``score`` (0 to 1), its parts (``date``, ``place``,
        ``actors``, ``kind``, ``numbers``, ``words``) and ``why``, best first. A pair stands
        once, whatever the order of the rows.
    """
    model = model or MatchModel()
    first = [_read(row) for _, row in reports.iterrows()]
    second = [] if others is None else [_read(row) for _, row in others.iterrows()]
    # By first day: the inner loop can stop once the window is passed.
    every = sorted(
        [(one, True) for one in first] + [(one, False) for one in second], key=lambda both: (both[0].start, both[0].id)
    )
    seen: dict[str, int] = {}
    for one, _ in every:
        for word in one.words:
            seen[word] = seen.get(word, 0) + 1
    # Rare words count more, as in a search engine: "Savien" tells more than "attack".
    weight = {word: math.log(1.0 + len(every) / count) for word, count in seen.items()}
    window = np.timedelta64(model.window_days, "D")
    rows: list[tuple[object, ...]] = []
    for position, (one, own) in enumerate(every):
        for other, also_own in every[position + 1 :]:
            if other.start - one.end > window:
                # A span that goes on may still meet a later report, so the loop stops only for reports
                # of a single day.
                if other.start - one.start > window and one.end == one.start:
                    break
                continue
            # Pairs among ``others`` alone are not asked for: they were decided where they came from.
            compared = _compare(one, other, model, weight) if own or also_own else None
            if compared is None or compared[0] < model.threshold or one.id == other.id:
                continue
            score, parts, why = compared
            low, high = sorted((one.id, other.id))
            rows.append((low, high, round(score, 4), *(round(parts[name], 3) for name in _PARTS), why))
    table = pd.DataFrame(rows, columns=list(PAIRS))
    order = table.sort_values(["score", "report_a", "report_b"], ascending=[False, True, True], kind="stable")
    return order.reset_index(drop=True)
