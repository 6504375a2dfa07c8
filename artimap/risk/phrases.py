"""Rates, trips and silence in words, the same on the map, in the report and in the terminal.

A rate is what is *reported*. Where somebody states what part of the incidents is reported,
that part stands beside it as a condition. A piece of which nobody has reported for long
has no rate: it is not known since a day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from artimap.core.i18n import format_count, format_day, format_number, tr
from artimap.core.metadata import model_of
from artimap.core.phrases import known, rate_phrase, reported_phrase, share_phrase, wait_phrase
from artimap.core.vocab import Info
from artimap.risk.model import EMBEDDED_SHARE, ReportedShare, RiskModel
from artimap.risk.passages import PassageRate, Passages
from artimap.risk.trips import TripRisk

CALIBRATED = 0.95
"""A change is told in words from this probability on: below it, what is said is too often chance."""


def trips_of(risk: pd.DataFrame) -> tuple[TripRisk, ...]:
    """Give the trips between the cities that RISK carries; none where it is of another release."""
    return tuple(TripRisk.from_dict(one) for one in risk.attrs.get("trips", ()))


def share_of(model: RiskModel | None) -> ReportedShare | None:
    """Give what part of the incidents is reported, where the model states it."""
    return None if model is None else model.reported_share


def share_line(share: ReportedShare | None, lang: str) -> str:
    """Say what part of the incidents is taken to be reported, by what source, and that ours are a sample."""
    sample = tr("sample.says", lang)
    if share is None:
        return f"{tr('map.rate.share_none', lang)} {sample}"
    n = format_number(100 * share.mean, lang)
    # The source of the embedded share is the sentence on the sample itself.
    if share == EMBEDDED_SHARE:
        return f"{tr('map.rate.share_sample', lang, n=n)} {sample}"
    return f"{tr('map.rate.share_of', lang, n=n, source=share.source.rstrip('.'))} {sample}"


def happened_phrase(row: Mapping[Any, Any], share: ReportedShare | None, lang: str) -> str:
    """Say how often incidents happen on a piece of road, if a share is reported; empty where nobody states one."""
    if share is None or known(row.get("happened_rate")) is None:
        return ""
    length = (float(row["to_m"]) - float(row["from_m"])) / 1000

    def wait(form: str) -> str:
        rate, low, high = ((known(row[f"{form}{name}"]) or 0.0) * length for name in ("rate", "lo80", "hi80"))
        return wait_phrase(rate, low, high, lang)

    return _if_shared(share, wait(""), wait("happened_"), lang)


def _if_shared(share: ReportedShare, reported: str, happened: str, lang: str) -> str:
    """Put a rate under the condition of a share; nothing where it comes out the same (:func:`share_line` says why)."""
    return "" if happened == reported else share_phrase(share.mean, happened, lang)


def silence_phrase(row: Mapping[Any, Any], lang: str, *, short: bool = False) -> str:
    """Say of a silent piece of road since when nothing is known of it; ``short`` for a row among others."""
    newest, form = row["newest_report"], "_row" if short else ""
    if pd.isna(newest):
        return tr(f"map.stretch.silent{form}", lang)
    return tr(f"map.stretch.since{form}", lang, day=format_day(pd.Timestamp(newest).date(), lang))


def last_known(row: Mapping[Any, Any], lang: str) -> str:
    """Give the last estimate of a silent piece of road; empty where it would be of other road only."""
    # Without an incident of its own the figure is that of the rest of the road: no finding, and not printed.
    if row["info"] != Info.SILENT or pd.isna(row["newest_report"]) or not int(row["n_events"]):
        return ""
    length = (float(row["to_m"]) - float(row["from_m"])) / 1000
    rate, low, high = ((known(row.get(f"last_{name}")) or 0.0) * length for name in ("rate", "lo80", "hi80"))
    return reported_phrase(rate, low, high, lang) if rate > 0 else ""


def stretch_phrase(row: Mapping[Any, Any], lang: str) -> str:
    """Say how often incidents are reported on a piece of road; of a silent one, since when nothing is known."""
    if row["info"] == Info.SILENT:
        return silence_phrase(row, lang)
    length = (float(row["to_m"]) - float(row["from_m"])) / 1000
    rate = rate_phrase(known(row["rate"]), known(row["lo80"]), known(row["hi80"]), length, lang)
    if row["info"] == Info.QUIET:
        return tr("map.stretch.quiet", lang, rate=rate)
    return rate


def trip_name(trip: TripRisk, lang: str) -> str:
    """Give a trip's name and length."""
    return tr("map.trip.name", lang, name=trip.name, km=_km(trip.length_m, lang))


def trip_phrase(trip: TripRisk, model: RiskModel | None, lang: str) -> str:
    """Say what is reported on a whole way; where most of it is silent, since when nothing is known of it.

    Parameters
    ----------
    trip
        The way.
    model
        The model that gave it; null where the table has lost it.
    lang
        ``"en"``, ``"fr"`` or ``"ht"``.
    """
    silent = _silent(trip, model, lang)
    if trip.expected is None:
        day = dt.date.fromisoformat(trip.newest_report) if trip.newest_report else None
        parts = [tr("map.trip.unknown", lang, silent=silent)]
        parts.append(
            tr("map.trip.never", lang) if day is None else tr("map.trip.newest", lang, day=format_day(day, lang))
        )
        if day is not None and trip.last_expected:
            parts.append(tr("map.rate.last", lang, rate=reported_phrase(trip.last_expected, None, None, lang)))
        return tr("map.trip.and", lang).join(parts)
    parts = [reported_phrase(trip.expected, trip.lo80, trip.hi80, lang), trip_month(trip, lang)]
    share = share_of(model)
    if share is not None and trip.happened is not None:
        # On a whole way it is said in figures, also where they are the same: :func:`share_line` says why.
        happened = wait_phrase(trip.happened, trip.happened_lo80, trip.happened_hi80, lang)
        parts.append(share_phrase(share.mean, happened, lang))
    return tr("map.trip.and", lang).join(part for part in (*parts, silent) if part)


def trip_month(trip: TripRisk, lang: str) -> str:
    """Give the reported incidents of a month on a whole way with their interval; empty where they are not known."""
    if trip.expected is None or trip.lo80 is None or trip.hi80 is None:
        return ""
    n, a, b = (format_number(each, lang) for each in (trip.expected, trip.lo80, trip.hi80))
    return tr("map.trip.month", lang, n=n, a=a, b=b)


def _silent(trip: TripRisk, model: RiskModel | None, lang: str) -> str:
    days = format_count((model or RiskModel()).quiet_after_days, lang)
    if not trip.silent_m:
        return tr("map.trip.observed", lang, n=days)
    return tr("map.trip.silent", lang, silent=_km(trip.silent_m, lang), km=_km(trip.length_m, lang), n=days)


def _km(metres: float, lang: str) -> str:
    return format_count(round(metres / 1000), lang) if metres >= 10_000 else format_number(metres / 1000, lang)


def passage_phrase(passages: Passages | None, lang: str) -> str:
    r"""Say how often a way was gone by those who are counted, and what came of it.

    Null, or no passage, is that traffic is unknown: the words are true where nobody counted, and where an audience may
    not know of it. Never that a way is safe: where nothing is reported, the rate stands there that cannot be ruled out
    (95 %).

    >>> passage_phrase(None, "en")
    'traffic is unknown: no passages are counted here'
    """
    if passages is None or not passages.passages or passages.hardly:
        return tr("passages.unknown", lang)
    day = "" if passages.since is None else format_day(dt.date.fromisoformat(passages.since), lang)

    def counted(key: str, n: int, **more: str) -> str:
        one, many = tr(f"passages.{key}", lang, n=format_count(n, lang), day=day, **more).split("|")
        return one if n == 1 else many

    parts: list[str] = []
    # What went less than half of the way is no passage of it: most of these never went there.
    rate, short, (passed, back, struck) = passages.rate, sum(passages.short), passages.mostly
    if struck:
        among = format_count(passed + back + struck, lang)
        one, many = tr("passages.incidents", lang, k=format_count(struck, lang), n=among, day=day).split("|")
        parts.append(one if struck == 1 else many)
    elif passed:
        parts.append(counted("passed" if not passages.incidents else "passed_some", passed))
    if back:
        parts.append(counted("turned_back", back))
    if short and not any(passages.mostly):
        x, y = _km(passages.covered_m, lang), _km(passages.length_m, lang)
        parts.append(counted("short_only", short, x=x, y=y))
    elif short:
        parts.append(counted("short", short))
    if passages.short[2]:
        parts.append(counted("short_incidents", passages.short[2]))
    for key, n in (("partly", passages.partly - short), ("beyond", passages.beyond)):
        if n:
            parts.append(tr(f"passages.{key}", lang, n=format_count(n, lang)))
    if rate is not None:
        parts.append(_passage_rate(rate, lang, at_most=not passages.incidents))
    return tr("map.trip.and", lang).join(parts)


def _passage_rate(rate: PassageRate, lang: str, *, at_most: bool) -> str:
    if at_most:
        return tr("passages.at_most", lang, b=_one_in(rate.hi95, lang))
    x, a, b = (_one_in(each, lang) for each in (rate.chance, rate.hi80, rate.lo80))
    return tr("passages.rate", lang, x=x, a=a, b=b)


def _one_in(chance: float, lang: str) -> str:
    """Say a chance as 1 in so many, to two figures."""
    return tr("passages.one_in", lang, x=format_number(1 / chance, lang))


def weighed_phrase(nodes: Iterable[Sequence[float | None]], lang: str) -> str:
    r"""Say how several values of a parameter were weighed, the heaviest first.

    >>> weighed_phrase([[None, 0.62], [365.0, 0.38]], "en")
    'weighed: none 62\xa0%; 365 38\xa0%'
    """
    kept = sorted(((part or 0.0, value) for value, part in nodes), key=lambda one: -one[0])
    none = tr("map.rate.weighed_none", lang)
    parts = [
        f"{none if value is None else format_number(value, lang, digits=3)} {format_number(100 * part, lang)}\u00a0%"
        for part, value in kept
        if part >= _LEAST_WEIGHT
    ]
    return tr("map.rate.weighed", lang, parts=tr("map.trip.and", lang).join(parts))


_LEAST_WEIGHT = 0.005


def weighed_parameters(risk: pd.DataFrame, lang: str) -> dict[str, str]:
    """Give the parameters that the model leaves open as they were weighed, by name."""
    model = model_of(risk, RiskModel)
    known_as = {"half_life_days": "half_lives_days", "dispersion": "dispersions"}
    return {
        name: weighed_phrase(risk.attrs[key], lang)
        for name, key in known_as.items()
        if model is not None and getattr(model, name) is None and risk.attrs.get(key)
    }
