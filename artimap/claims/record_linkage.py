"""Scored pairs of reports that may tell of the same event.

The odds of a pair are those of Fellegi and Sunter (1969): the odds that two reports near each other
tell of one event, times a factor for each part that is compared: how much oftener two reports of one
event agree so than two reports of two events. Events come in raids, so two events may well be a day
and a kilometre apart: the factors of day and spot are held against a raid as well as against chance
(the contagion of Mohler et al. 2011). How many near pairs are one event, how many are of one raid, and
how much texts of one event have in common differ from table to table; they are learnt from the table
itself (:mod:`artimap.claims.linkage_odds`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import geopandas as gpd
import pandas as pd
import shapely

from artimap.claims.linkage_odds import Commonness, ComparedReport, PairEvidence, Texts, learned_odds
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
    """How pairs of reports are weighed.

    Factors were set by hand to round values after looking at the embedded events of even months;
    ``tests/test_matching.py`` measures on those of odd months.

    Attributes
    ----------
    date, place, actors, kind, numbers, words, source
        Weights of the parts: 1 takes the logarithm of the part's factor as it is, 0 leaves it out.
    one_event
        Share of near pairs that tell of one event, before the table is looked at.
    prior_pairs
        How many pairs that expectation weighs against those of the table.
    half_days
        Two reports of one event are half as often so many days apart as on the same day, and a
        sixteenth as often twice as many.
    raid_days, raid_m
        Days after which the next event of a raid has become rarer by a factor e, and how far along
        the road (one standard deviation, metres) it lies.
    window_days
        Pairs further apart are not looked at.
    threshold
        Least score of a pair that is listed.

    Examples
    --------
    >>> import artimap as am
    >>> am.MatchModel(window_days=5).threshold
    0.6
    """

    date: float = 1.2
    place: float = 1.0
    actors: float = 1.0
    kind: float = 0.8
    numbers: float = 1.0
    words: float = 1.0
    source: float = 1.0
    one_event: float = 0.2
    prior_pairs: float = 8.0
    half_days: float = 0.8
    raid_days: float = 2.5
    raid_m: float = 1_500.0
    window_days: int = 10
    threshold: float = 0.6

    def __post_init__(self) -> None:
        if not 0.0 < self.threshold < 1.0 or self.half_days <= 0.0 or self.window_days < 0:
            msg = "threshold lies between 0 and 1, half_days above 0, window_days at 0 or more"
            raise ModelError(msg)
        if not 0.0 < self.one_event < 1.0 or min(self.prior_pairs, self.raid_days, self.raid_m) <= 0.0:
            msg = "one_event lies between 0 and 1; prior_pairs, raid_days and raid_m above 0"
            raise ModelError(msg)


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
_CONSEQUENCES = frozenset({"displacement", "road_closure"})
_VIOLENT = frozenset(
    {"attack_on_civilians", "armed_clash", "road_ambush", "arson_or_property_destruction", "police_operation",
     "abduction"}
)  # fmt: skip

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


# Points further apart are other places: no raid of the embedded data is wider.
_NEAR_M = 10_000.0
# Where a publisher sets an event is wrong in so many reports, whatever radius they state.
_MISPLACED = 0.1
_ERROR_M = 50.0
# Logarithms of factors. Most reports of one event name one place; the commune alone is what two
# events share.
_PLACES = {"same unit": -0.7, "same commune": -1.3, "place not comparable": -3.5, "other places": -5.0}
# How often two reports of one event agree, and two events near each other beyond what is common
# in the table: one group does the same thing in one place again.
_ALIKE = 0.9
_ALIKE_NEARBY = {"place": 0.25, "actors": 0.5, "kind": 0.35}
_OTHER_ACTORS = -0.8
_OTHER_VIOLENT, _CONSEQUENCE, _OTHER_KIND = -0.8, -1.2, -2.0
# A figure that overlaps an open or wide one speaks for, a little.
_OVERLAP = 0.6
# A publisher rarely tells one event twice, and hardly ever with two days.
_SAME_SOURCE, _SAME_SOURCE_OTHER_DAY = -0.7, -2.3
# One event and a figure over several are rarely the same.
_ONE_AND_SEVERAL = -2.0
# No single link outweighs this when groups are joined.
_STRONGEST = 8.0

_Three = tuple[float, float, float]


def _read(row: pd.Series, spot: tuple[float, float, float] | None) -> ComparedReport:
    low, high = _number(row, "killed_low"), _number(row, "killed_high")
    names = {name for column in ("actors", "other_actors") for name in split_names(row.get(column))}
    # What place, group and kind say is compared on its own; counted in the text again, it would make a
    # raid look like one event told several times.
    elsewhere = " ".join(_text(row, name) for name in ("place", "words", "commune", "actors", "other_actors", "kind"))
    start = pd.Timestamp(row["date_start"])
    end = pd.Timestamp(row["date_end"]) if pd.notna(row.get("date_end")) else start
    return ComparedReport(
        id=_text(row, "report_id", "event_id"),
        start=start.toordinal(),
        end=max(start, end).toordinal(),
        precision=int(_number(row, "date_precision") or 1),
        where=_text(row, "where", "place_kind"),
        # By key and by name: a file from elsewhere has the name alone, with other hyphens.
        places=frozenset(
            " ".join(re.findall(r"\w+", unaccented(text)))
            for text in (_text(row, "place_id"), _text(row, "place", "words"))
            if text
        ),
        codes=frozenset(split_names(row.get("pcode"))),
        commune=unaccented(_text(row, "commune")),
        actors=frozenset(names - _UNNAMED),
        kind=_text(row, "kind"),
        single=_text(row, "record") != "aggregate",
        # An open figure reaches to infinity, so that it overlaps every greater one.
        killed=None if low is None else (low, math.inf if high is None else high),
        harm=tuple(_number(row, name) for name in _HARM),
        words=_words_of(_text(row, "summary")) - _words_of(elsewhere.replace("_", " ")) - _STOP,
        source=unaccented(_text(row, "origin") or _text(row, "source")),
        spot=spot,
    )


def _words_of(text: str) -> frozenset[str]:
    # Shorter words stand in every text.
    return frozenset(re.findall(r"[a-z0-9]{3,}", unaccented(text)))


def _compared(table: pd.DataFrame, crs: object) -> list[ComparedReport]:
    """Read what is compared of each row; spots only where the table is in the metres of ``crs``."""
    spots: list[tuple[float, float, float] | None] = [None] * len(table)
    if isinstance(table, gpd.GeoDataFrame) and crs is not None and table.crs == crs and "radius_m" in table:
        for number, (shape, radius, kind) in enumerate(
            zip(table.geometry, table["radius_m"], table["place_kind"], strict=True)
        ):
            # A place or unit is compared by its name; only of a point is the spot itself stated.
            if kind == "point" and isinstance(shape, shapely.Point) and not shape.is_empty and pd.notna(radius):
                spots[number] = (shape.x, shape.y, float(radius))
    return [_read(row, spot) for (_, row), spot in zip(table.iterrows(), spots, strict=True)]


def _metric(table: pd.DataFrame) -> object:
    crs = table.crs if isinstance(table, gpd.GeoDataFrame) else None
    return crs if crs is not None and crs.is_projected else None


def _gap(a: ComparedReport, b: ComparedReport) -> int:
    """Give the days between the two spans; none where they overlap."""
    return max(a.start - b.end, b.start - a.end, 0)


@lru_cache(maxsize=8)
def _laws_of_days(model: MatchModel) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Give how often reports of one event, and events of one raid, are so many days apart."""
    gaps = range(model.window_days + 1)
    # Some reports of one event are a week off.
    one = [0.5 ** ((gap / model.half_days) ** 2) + 1e-3 for gap in gaps]
    # A day before and a day after make two of every gap but none.
    raid = [math.exp(-gap / model.raid_days) * (1.0 if gap else 0.5) for gap in gaps]
    return tuple(value / math.fsum(one) for value in one), tuple(value / math.fsum(raid) for value in raid)


def _days(a: ComparedReport, b: ComparedReport, gap: int, model: MatchModel) -> _Three:
    """Give how likely the days are of one event, of two events of one raid, and of two that have nothing in common."""
    of_one, of_raid = (law[gap] for law in _laws_of_days(model))
    # Two days inside one month may well be two events: the longer the spans, the likelier do any two
    # overlap.
    days = 1 + a.end - a.start + b.end - b.start
    chance = (days if gap == 0 else 2) / (days + 2 * model.window_days)
    if days > 1 and gap == 0:
        of_one, of_raid = max(of_one, 0.9), max(of_raid, chance)
    return of_one, of_raid, chance


def _spots(apart: float, a_radius: float, b_radius: float, model: MatchModel) -> _Three:
    """Give the same of two points so many metres apart, per metre."""
    # The radius holds about 95 % of what a report may mean: two standard deviations.
    error = max(math.hypot(a_radius, b_radius) / 2.0, _ERROR_M)
    raid = _half_normal(apart, model.raid_m)
    return (1.0 - _MISPLACED) * _half_normal(apart, error) + _MISPLACED * raid, raid, 1.0 / _NEAR_M


def _half_normal(value: float, scale: float) -> float:
    return math.sqrt(2.0 / math.pi) / scale * math.exp(-0.5 * (value / scale) ** 2)


def _places(a: ComparedReport, b: ComparedReport, common: Commonness) -> tuple[float, str]:
    """Give the factor of two places by their names."""
    named = bool(a.commune and b.commune)
    # A wide place is not another place. Only two that are both told finely can be.
    wide = {"department", "nowhere", "", "stretch"}
    if a.places & b.places:
        return _agreement("place", max(common.place(a), common.place(b))), "same place"
    if a.codes & b.codes:
        where = "same unit"
    # Six signs of a p-code are the commune (HT0542).
    elif (named and a.commune == b.commune) or {code[:6] for code in a.codes} & {code[:6] for code in b.codes}:
        where = "same commune"
    elif a.where in wide or b.where in wide or not (named or (a.codes and b.codes)):
        where = "place not comparable"
    else:
        where = "other places"
    return _PLACES[where], where


def _agreement(part: str, common: float) -> float:
    """Give the factor of agreeing in a value: the more rows have it, the less it says."""
    nearby = _ALIKE_NEARBY[part]
    return math.log(_ALIKE / (nearby + (1.0 - nearby) * common))


def _actors(a: ComparedReport, b: ComparedReport, common: Commonness) -> float:
    if not a.actors or not b.actors:
        return 0.0
    both = a.actors & b.actors
    # Different groups speak against, but less than one would think: names are often wrong.
    if not both:
        return _OTHER_ACTORS
    # By the shorter list: one report may name one of three groups.
    return len(both) / min(len(a.actors), len(b.actors)) * _agreement("actors", min(map(common.actor, both)))


def _kinds(a: ComparedReport, b: ComparedReport, common: Commonness) -> float:
    if a.kind == b.kind:
        return _agreement("kind", common.kind(a.kind))
    both = {a.kind, b.kind}
    if both <= _VIOLENT:
        return _OTHER_VIOLENT
    # One report may tell of an attack, another of those who fled from it or of the road that it closed.
    return _CONSEQUENCE if both & _VIOLENT and both & _CONSEQUENCES else _OTHER_KIND


def _numbers(a: ComparedReport, b: ComparedReport, common: Commonness) -> float:
    factors: list[float] = []
    if a.killed is not None and b.killed is not None:
        overlap = a.killed[0] <= b.killed[1] and b.killed[0] <= a.killed[1]
        equal = a.killed[0] == b.killed[0]
        factors.append(_OVERLAP if overlap and not equal else common.figures(0, a.killed[0], b.killed[0]))
    for number, (one, other) in enumerate(zip(a.harm, b.harm, strict=True), start=1):
        if one is not None and other is not None:
            factors.append(common.figures(number, one, other))
    # The mean, since figures of one event go together.
    return sum(factors) / len(factors) if factors else 0.0


def _sources(a: ComparedReport, b: ComparedReport, gap: int) -> float:
    if not a.source or a.source != b.source:
        return 0.0
    return _SAME_SOURCE if gap == 0 or max(a.precision, b.precision) > 1 else _SAME_SOURCE_OTHER_DAY


def _compare(
    a: ComparedReport, b: ComparedReport, model: MatchModel, common: Commonness, texts: Texts
) -> PairEvidence | None:
    gap = _gap(a, b)
    if gap > model.window_days:
        return None
    spots: _Three = (1.0, 1.0, 1.0)
    place, where = _places(a, b, common)
    near = where.startswith("same")
    if a.spot is not None and b.spot is not None:
        apart = math.hypot(a.spot[0] - b.spot[0], a.spot[1] - b.spot[1])
        near = apart <= _NEAR_M
        # Stated exactly, the spot goes before its name.
        place, where = (0.0, f"{apart / 1000.0:.1f} km apart") if near else (_PLACES["other places"], "other places")
        spots = _spots(apart, a.spot[2], b.spot[2], model) if near else spots
    days = "same days" if gap == 0 else f"{gap} days apart"
    groups = "; ".join(sorted(a.actors & b.actors))
    kind = "same kind" if a.kind == b.kind else "other kind"
    source = "same source" if a.source and a.source == b.source else ""
    why = ", ".join(part for part in (days, where, groups, kind, source) if part)
    return PairEvidence(
        near=near,
        days=_days(a, b, gap, model),
        spots=spots,
        factors={
            "place": model.place * place,
            "actors": model.actors * _actors(a, b, common),
            "kind": model.kind * _kinds(a, b, common),
            "numbers": model.numbers * _numbers(a, b, common),
        },
        record=model.source * _sources(a, b, gap) + (0.0 if a.single == b.single else _ONE_AND_SEVERAL),
        chance=texts.chance(a, b),
        why=why,
    )


def _pairs(
    every: Sequence[tuple[ComparedReport, bool]], model: MatchModel, common: Commonness, texts: Texts
) -> dict[tuple[int, int], PairEvidence]:
    pairs: dict[tuple[int, int], PairEvidence] = {}
    for position, (one, own) in enumerate(every):
        for number, (other, also_own) in enumerate(every[position + 1 :], start=position + 1):
            if other.start - one.end > model.window_days:
                # A span that goes on may still meet a later report, so the loop stops only for reports
                # of a single day.
                if other.start - one.start > model.window_days and one.end == one.start:
                    break
                continue
            # Pairs among ``others`` alone are not asked for: they were decided where they came from.
            compared = _compare(one, other, model, common, texts) if own or also_own else None
            if compared is not None and one.id != other.id:
                pairs[position, number] = compared
    return pairs


def _groups(
    every: Sequence[tuple[ComparedReport, bool]], odds: dict[tuple[int, int], float], least: float
) -> list[int]:
    """Give each report its group: best pairs first, and groups are joined only if their reports fit on the whole.

    A chain of pairs does not do: the first of a raid and the last are two events, however well each
    fits the one between them.
    """
    group = list(range(len(every)))
    members = {number: [number] for number in group}
    for (one, other), best in sorted(odds.items(), key=lambda both: (-both[1], both[0])):
        if best < least:
            break
        a, b = group[one], group[other]
        if a == b:
            continue
        links = [
            # A pair that was not compared though it might have been lies outside the window.
            min(max(odds.get((min(x, y), max(x, y)), -_STRONGEST), -_STRONGEST), _STRONGEST)
            for x in members[a]
            for y in members[b]
            if every[x][1] or every[y][1]
        ]
        if math.fsum(links) >= least * len(links):
            for number in members[b]:
                group[number] = a
            members[a] += members.pop(b)
    return group


def match_reports(
    reports: pd.DataFrame, *, others: pd.DataFrame | None = None, model: MatchModel | None = None
) -> pd.DataFrame:
    """List pairs of reports that may tell of the same event.

    The more two reports agree in what few reports have, the higher is the score; two events
    of one raid, days and kilometres apart, are to be expected and are not one for that. Where
    a report fits two others that do not fit each other, the better of the pairs is listed.

    Parameters
    ----------
    reports
        Reports as in the embedded table, or EVENTS; days, place, actors, kind, numbers,
        words and, where there is a column ``origin`` or ``source``, publishers are compared.
        Points with a ``radius_m``, in metres, are compared by how far they are apart.
    others
        Further reports: pairs among these alone are not listed.
    model
        Weights and threshold; the default if null.

    Returns
    -------
    DataFrame
        ``report_a``, ``report_b``, ``score`` (0 to 1: the probability that both tell of one
        event), its parts (``date``, ``place``, ``actors``, ``kind``, ``numbers``, ``words``:
        logarithms of the factors on the odds, above 0 for one event, below for two) and
        ``why``, best first. A pair stands once, whatever the order of the rows.

    Notes
    -----
    The score depends on the whole table: in one that tells everything once the same two rows
    score less than in one full of repetitions. Fellegi and Sunter, *A theory for record
    linkage*, JASA 64 (1969); Winkler, *Frequency-based matching* (1989); Mohler et al.,
    *Self-exciting point process modeling of crime*, JASA 106 (2011).

    Examples
    --------
    >>> import pandas as pd
    >>> same = {"date_start": "2024-10-03", "place": "Pont-Sondé", "kind": "attack_on_civilians", "killed_low": 70}
    >>> rows = [{"report_id": "a", **same}, {"report_id": "b", **same}]
    >>> match_reports(pd.DataFrame(rows))[["report_a", "report_b", "why"]].values.tolist()
    [['a', 'b', 'same days, same place, same kind']]
    """
    model = model or MatchModel()
    crs = _metric(reports)
    first = _compared(reports, crs)
    second = [] if others is None else _compared(others, crs)
    # By first day: the inner loop can stop once the window is passed.
    every = sorted(
        [(one, True) for one in first] + [(one, False) for one in second], key=lambda both: (both[0].start, both[0].id)
    )
    rows = [one for one, _ in every]
    texts = Texts(rows, model.window_days)
    pairs = _pairs(every, model, Commonness(rows), texts)
    odds = learned_odds(
        list(pairs.values()), one_event=model.one_event, prior_pairs=model.prior_pairs, words=model.words
    )
    parts = {pair: odds.parts(evidence, date=model.date, words=model.words) for pair, evidence in pairs.items()}
    # exp and log differ in their last bit between processors; what is compared with the threshold and
    # sorted is rounded first.
    totals = {
        pair: round(odds.prior + math.fsum(parts[pair].values()) + evidence.record, DIGITS)
        for pair, evidence in pairs.items()
    }
    least = round(math.log(model.threshold / (1.0 - model.threshold)), DIGITS)
    group = _groups(every, totals, least)
    listed = []
    for (one, other), total in totals.items():
        if total < least or group[one] != group[other]:
            continue
        low, high = sorted((rows[one].id, rows[other].id))
        values = [round(parts[one, other][name], 3) for name in _PARTS]
        listed.append((low, high, round(1.0 / (1.0 + math.exp(-total)), 4), *values, pairs[one, other].why))
    table = pd.DataFrame(listed, columns=list(PAIRS))
    order = table.sort_values(["score", "report_a", "report_b"], ascending=[False, True, True], kind="stable")
    return order.reset_index(drop=True)
