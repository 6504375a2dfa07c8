"""Estimated contestation: who is where, how sure, and where nobody can tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.areas import embedded
from artimap.areas.area import Area, read_units
from artimap.control.contestation.calibration import Calibration, calibrated
from artimap.control.contestation.counts import SURE, SignalCounts, count
from artimap.control.contestation.model import ContestationModel
from artimap.control.contestation.places import Sites, sites_of
from artimap.control.contestation.states import Slots, at_first, slots_of, smooth, transition, usual_level, weights
from artimap.core import schema
from artimap.core.arrays import Floats, Ints
from artimap.core.dates import day_of
from artimap.core.errors import DateError, ModelError
from artimap.core.metadata import put_models
from artimap.core.precision import significant, significant_columns
from artimap.core.reasons import code_of, sentences, tally
from artimap.core.tables import ACTORS, ESTIMATES
from artimap.core.vocab import Estimate, WhyNot

AROUND_M = 12_000.0
"""Units that are points have as neighbours those within this."""

_CHUNK = 256


@dataclass(frozen=True, slots=True, eq=False)
class Beliefs:
    """Probabilities over units and periods.

    Attributes
    ----------
    none, contested, state
        Units × periods.
    held
        Units × periods × groups: that the group is there and nobody contests it.
    involved
        Units × periods × groups: that the group is there, contested or not, as the model has it (not
        calibrated, so that another report of the group never lowers it).
    quiet
        Units × periods: that few reports come through.
    """

    none: Floats
    held: Floats
    contested: Floats
    state: Floats
    involved: Floats
    quiet: Floats

    def stacked(self) -> Floats:
        """Give units × periods × (none, each group, contested, state)."""
        return np.concatenate(
            [self.none[..., None], self.held, self.contested[..., None], self.state[..., None]], axis=2
        )


def believe(evidence: SignalCounts, model: ContestationModel, around: tuple[Ints, Ints]) -> Beliefs:
    """Run the model over counts.

    Parameters
    ----------
    evidence
        Counts by unit, period and signal.
    model
        All assumptions.
    around
        Pairs of neighbouring units, both ways.
    """
    slots = slots_of(evidence, model, around)
    moves = transition(slots.space, model)
    # How much is reported at all is settled once, from all units: estimated by unit, a silent unit would
    # explain its own silence away as usual.
    level = _level(evidence, model, slots)
    found = _one_pass(evidence, model, slots, moves, level, None)
    # Two passes, not more: the first gives what stands around each unit, the second leans on it. Further
    # passes would feed a unit's own belief back to it through its neighbours.
    if model.sharing > 0:
        found = _one_pass(evidence, model, slots, moves, level, _mean_around(found, around))
    return found if model.calibration is None else _calibrated(found, level, model.calibration)


def level_of(evidence: SignalCounts, model: ContestationModel, around: tuple[Ints, Ints]) -> float:
    """Give how much is reported: the model's level, or the one at which it reports as much as was reported."""
    return _level(evidence, model, slots_of(evidence, model, around))


def _level(evidence: SignalCounts, model: ContestationModel, slots: Slots) -> float:
    if model.level is not None:
        return model.level
    return usual_level(slots.space, model, float(evidence.reports().mean()) if evidence.n_units else 0.0)


def _mean_around(found: Beliefs, around: tuple[Ints, Ints]) -> Beliefs:
    """Give the mean belief of each unit's neighbours; of the unit itself where it has none."""

    def mean(values: Floats) -> Floats:
        out = np.zeros_like(values)
        np.add.at(out, around[0], values[around[1]])
        number = np.bincount(around[0], minlength=len(values)).reshape(-1, *[1] * (values.ndim - 1))
        # A unit without neighbours has no mean around it: its own first belief stands in.
        return np.where(number > 0, out / np.maximum(number, 1), values)

    return Beliefs(
        mean(found.none), mean(found.held), mean(found.contested), mean(found.state), mean(found.involved), found.quiet
    )


def _pull(near: Beliefs, slots: Slots, sharing: float, run: slice) -> Floats:
    """Weigh moves into states by how much of the same stands around."""
    space, group = slots.space, slots.group[run]
    involved = near.involved[run]
    # Units x periods x slots: how likely the group of each slot is near. -1 marks the shared slot and is
    # clipped to a valid number only to be written over in the next step.
    part = np.take_along_axis(involved, np.clip(group, 0, None)[:, None, :], axis=2)
    if (group < 0).any():
        part[:, :, -1] = np.clip(involved.sum(axis=2) - part[:, :, :-1].sum(axis=2), 0.0, 1.0)
    takes = space.involves().astype(float)
    mean = part @ (takes / np.maximum(takes.sum(axis=1, keepdims=True), 1)).T
    # States without a group take their pull from the same state around: kind 0 is no armed group, kind 4
    # state forces.
    mean[:, :, space.kind == 0] = near.none[run][..., None]
    mean[:, :, space.kind == 4] = near.state[run][..., None]
    # Never below 1 - sharing: neighbours may make a move less likely, but can forbid none.
    pull = (1 - sharing) + sharing * mean
    return np.concatenate([pull, pull], axis=2)


def _one_pass(
    evidence: SignalCounts, model: ContestationModel, slots: Slots, moves: Floats, level: float, near: Beliefs | None
) -> Beliefs:
    space = slots.space
    per_count, without = weights(space, model, level)
    # Told several times a deed is no surer than told once, and saturation knows of single cells only: all evidence
    # weighs less, so that its parts keep their proportion.
    worth = min(1.0, model.usual_repeats / evidence.repeats) ** 3
    per_count, without = per_count * worth, without * worth
    first = at_first(moves)
    units, periods, groups = evidence.n_units, evidence.n_periods, len(evidence.groups)
    none, contested, state, quiet = (np.zeros((units, periods)) for _ in range(4))
    held, involved = (np.zeros((units, periods, groups)) for _ in range(2))
    takes = space.involves().astype(float)
    # In runs of units, so that memory does not grow with units x periods x states of a whole country.
    # Units do not meet in the forward-backward pass, so the runs give what one pass would.
    for start in range(0, units, _CHUNK):
        run = slice(start, min(start + _CHUNK, units))
        counts = slots.local(evidence.dense(run.start, run.stop), run.start)
        # Reports of one deed come in bursts. The tenth report of a month adds less than the first.
        counts = model.saturation * np.log1p(counts / model.saturation)
        pull = None if near is None else _pull(near, slots, model.sharing, run)
        both = smooth(counts @ per_count + without, moves, first, pull)
        # Loud states come first, quiet ones after them in the same order; the answer adds the two up.
        quiet[run] = both[:, :, space.size :].sum(axis=2)
        each = both[:, :, : space.size] + both[:, :, space.size :]
        none[run] = each[:, :, space.kind == 0].sum(axis=2)
        state[run] = each[:, :, space.kind == 4].sum(axis=2)
        # Kinds 2 (groups against one another) and 3 (a group against state forces) are both contested.
        contested[run] = each[:, :, (space.kind == 2) | (space.kind == 3)].sum(axis=2)
        _by_group(held[run], each[:, :, space.kind == 1], slots, run)
        _by_group(involved[run], each @ takes, slots, run)
    return Beliefs(none, held, contested, state, involved, quiet)


def _by_group(out: Floats, by_slot: Floats, slots: Slots, run: slice) -> None:
    """Write what slots hold to the groups they stand for; a shared slot is divided evenly."""
    group = slots.group[run]
    units = np.arange(len(group))
    for slot in range(group.shape[1]):
        named = group[:, slot] >= 0
        out[units[named], :, group[named, slot]] = by_slot[named, :, slot]
    # Nothing tells the groups of a shared slot apart, so each gets an equal part of it.
    shared = np.flatnonzero(group[:, -1] < 0)
    if len(shared):
        others = np.ones((len(shared), out.shape[2]), dtype=bool)
        for slot in range(group.shape[1] - 1):
            others[np.arange(len(shared)), group[shared, slot]] = False
        even = others / others.sum(axis=1, keepdims=True)
        out[shared] += by_slot[shared, :, -1][:, :, None] * even[:, None, :]


def _calibrated(found: Beliefs, level: float, calibration: Calibration) -> Beliefs:
    chance = calibrated(found.stacked(), level, calibration)
    return replace(found, none=chance[..., 0], held=chance[..., 1:-2], contested=chance[..., -2], state=chance[..., -1])


def edges_of(start: dt.date, stop: dt.date, period_days: int) -> NDArray[np.int64]:
    """Give the days (since 1970) at which periods begin, and the day after ``stop``, with which the last one ends."""
    # Counted back from the last day, so that the newest period is a whole one; the first may begin before
    # ``start``.
    after = (stop - dt.date(1970, 1, 1)).days + 1
    number = -(-((stop - start).days + 1) // period_days)
    return after - period_days * np.arange(number, -1, -1, dtype=np.int64)


def estimate_contestation(
    units: Area | gpd.GeoDataFrame,
    events: gpd.GeoDataFrame,
    *,
    actors: pd.DataFrame | None = None,
    start: str | dt.date | None = None,
    stop: str | dt.date | None = None,
    model: ContestationModel | None = None,
    stability: bool = True,
) -> pd.DataFrame:
    """Estimate, for every unit and period, who is there: a model over events, not a report.

    A hidden Markov model (after Anders 2020) with a state for no armed group, one a group,
    contested, and state forces. Imprecise events are spread over the units and periods they may
    belong to. A unit can fall quiet, so that silence is not read as safety; where too little
    is reported the answer is ``insufficient``.

    Parameters
    ----------
    units
        An area (its communal sections) or any table of units: areas, stretches of road, or
        places, with a geometry in a metric system and one of ``unit_id``, ``pcode``,
        ``place_id``, ``lixel_id``. Events of a section or commune find their units by
        ``pcode`` and ``parent`` (or ``adm3_pcode``, ``adm2_pcode``).
    events
        EVENTS in the same system. Aggregates, and events of the department or of no place, do not count.
    actors
        ACTORS: who is a group, who is a state force. Left out, those embedded with the area.
        Names that it does not hold are read as unnamed groups.
    start, stop
        Periods are counted back from ``stop``, the last day; the first holds ``start``, and may
        begin before it. Left out, the first and last day of the events. Events after ``stop`` do
        not count: for what could be known on a day, give that day.
    model
        All assumptions.
    stability
        Whether to run the model again with other reaches, windows and half-lives, and to say in how many runs the
        answer is the same. Takes seven times as long.

    Returns
    -------
    DataFrame
        ESTIMATES, one row a unit and period, and a column ``p:NAME`` a group: the probability that it is
        there alone. The model is had by :func:`artimap.model_of`; ``attrs`` hold ``events`` (how many
        count), ``tally`` (why others do not: code to number; event by event: :func:`why_not_estimated`) and
        ``unknown_actors``.

    Raises
    ------
    SchemaError
        If a table is not what it must be.
    CrsError
        If systems differ or are not metric.
    ModelError
        If it is not said who the actors are.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> table = am.estimate_contestation(art, am.read_events(art), stop="2024-10-15", stability=False)
    >>> {"unit", "estimate", "probability"} <= set(table)
    True
    """
    model = model or ContestationModel()
    ready = prepare(units, events, actors, start, stop, model)
    found = believe(ready.evidence, model, ready.around)
    table = table_of(ready, found, model)
    if stability:
        best = _best(found)
        # Stability is about the answer that is printed, the most likely state. Where the answer is that there
        # is too little evidence there is nothing to agree with.
        agree = np.mean([_best(other) == best for other in _other_runs(ready, model)], axis=0)
        steady = pd.Series(agree.ravel(), index=table.index)
        table["stability"] = steady.mask(table["estimate"] == Estimate.INSUFFICIENT)
    return table


def why_not_estimated(
    units: Area | gpd.GeoDataFrame,
    events: gpd.GeoDataFrame,
    *,
    actors: pd.DataFrame | None = None,
    start: str | dt.date | None = None,
    stop: str | dt.date | None = None,
    model: ContestationModel | None = None,
) -> pd.Series:
    """Give, event by event, why it does not count in :func:`estimate_contestation`.

    Parameters
    ----------
    units, events, actors, start, stop, model
        As for :func:`estimate_contestation`.

    Returns
    -------
    Series
        The reason, with the index of ``events``; missing where the event counts.

    Raises
    ------
    SchemaError, CrsError, ModelError
        As :func:`estimate_contestation` does.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> why = why_not_estimated(art, am.read_events(art), start="2022-01-01", stop="2025-12-31")
    >>> int((why == "a figure over several events").sum())
    20
    """
    codes = prepare(units, events, actors, start, stop, model or ContestationModel()).why_code
    return sentences(codes, codes.index)


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """All that was asked for, read and counted."""

    sites: Sites
    events: gpd.GeoDataFrame
    actors: pd.DataFrame
    edges: NDArray[np.int64]
    around: tuple[Ints, Ints]
    evidence: SignalCounts
    why_code: pd.Series


def prepare(
    units: Area | gpd.GeoDataFrame,
    events: gpd.GeoDataFrame,
    actors: pd.DataFrame | None,
    start: str | dt.date | None,
    stop: str | dt.date | None,
    model: ContestationModel,
) -> Ready:
    """Read and count what :func:`estimate_contestation` is given."""
    if isinstance(units, Area):
        if actors is None:
            actors = schema.conform(embedded.read_table(units.name, "actors"), ACTORS)
        units = read_units(units, "adm3")
    if actors is None:
        msg = "say who is a group and who a state force: actors= must be an ACTORS table (name, aliases, kind)"
        raise ModelError(msg)
    sites = sites_of(units)
    if (start is None or stop is None) and not len(events):
        msg = "no event says when to begin and end: give start= and stop="
        raise DateError(msg)
    first = day_of(start) if start is not None else events["date_start"].min().date()
    last = day_of(stop) if stop is not None else events["date_end"].max().date()
    if last < first:
        msg = f"stop ({last}) is before start ({first})"
        raise DateError(msg)
    # Everything below is aligned to these edges: period p reaches from edges[p] to the day before edges[p
    # + 1].
    edges = edges_of(first, last, model.period_days)
    evidence, why_code = count(sites, events, actors, edges, model)
    return Ready(sites, events, actors, edges, sites.neighbours(AROUND_M), evidence, why_code)


def _best(found: Beliefs) -> Ints:
    """Give the most likely state; of equally likely ones the first, groups standing in order of their names."""
    # Rounded before they are compared: two states that differ in the last bit are equally likely, and
    # which one wins must not hang on the processor.
    best: Ints = np.argmax(significant(found.stacked()), axis=2)
    return best


def _other_runs(ready: Ready, model: ContestationModel) -> Iterator[Beliefs]:
    """Run again with half and double reach, windows shifted by half a period, and half and double half-lives."""
    # The memory decides when evidence is too little; it is no assumption about how long states last.
    names = [name for name in model.__dataclass_fields__ if name.endswith("_half_life_days") and "memory" not in name]
    half = model.period_days // 2
    for step, spread in ((0, 0.5), (0, 2.0), (half, 1.0), (-half, 1.0)):
        moved = ready.edges + step
        evidence, _ = count(ready.sites, ready.events, ready.actors, moved, model, spread=spread)
        yield believe(evidence, model, ready.around)
    for factor in (0.5, 2.0):
        changed = replace(model, **{name: getattr(model, name) * factor for name in names})
        yield believe(ready.evidence, changed, ready.around)


def table_of(ready: Ready, found: Beliefs, model: ContestationModel) -> pd.DataFrame:
    """Write beliefs as ESTIMATES."""
    sites, evidence, edges = ready.sites, ready.evidence, ready.edges
    units, periods = evidence.n_units, evidence.n_periods
    stacked = significant(found.stacked())
    groups = len(evidence.groups)
    best = _best(found)
    top = np.take_along_axis(stacked, best[..., None], axis=2)[..., 0]
    words = [Estimate.NO_ARMED_GROUP, *[Estimate.ONE_GROUP] * groups, Estimate.CONTESTED, Estimate.STATE_FORCES]
    word = np.array([one.value for one in words], dtype=object)[best]
    reports = evidence.reports()
    fade = 0.5 ** (model.period_days / model.memory_half_life_days)
    # Two checks come before any word is given out. Enough reports must surely speak of the unit (shares
    # squared, so that six vague ones do not add up to a sure one), and one state must reach
    # ``min_probability``. Else the word is "insufficient", never the calm one.
    remembered = significant(memory(evidence.reports(SURE), fade))
    few, unclear = remembered < model.min_evidence, top < model.min_probability
    why = np.full((units, periods), None, dtype=object)
    why[unclear] = code_of(WhyNot.UNCLEAR)
    # After ``unclear``, so that it writes over it: with too few reports nothing else needs to be said.
    why[few] = code_of(WhyNot.FEW)
    word[few | unclear] = Estimate.INSUFFICIENT.value
    names = np.array(["", *evidence.groups, "", ""], dtype=object)
    who = names[best]
    # In ``best`` 0 is none, 1 to ``groups`` a group, then contested, then state forces; only contested
    # has several names.
    who[best == groups + 1] = _contestants(found, evidence.groups)[best == groups + 1]
    who[(few | unclear) | (who == "")] = None
    days = edges.astype("datetime64[D]")
    # np.where computes both branches, so the logarithm of 0 is taken and thrown away; its warning is
    # silenced here only.
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = -np.where(stacked > 0, stacked * np.log2(stacked), 0.0).sum(axis=2)
    columns = {
        "unit": np.repeat(np.array(sites.key, dtype=object), periods),
        "name": np.repeat(np.array(sites.name, dtype=object), periods),
        "valid_from": np.tile(days[:-1], units),
        "valid_to": np.tile(days[1:] - 1, units),
        "estimate": word.ravel(),
        "actors": who.ravel(),
        "p_none": found.none.ravel(),
        "p_one_group": found.held.sum(axis=2).ravel(),
        "p_contested": found.contested.ravel(),
        "p_state": found.state.ravel(),
        "p_quiet": found.quiet.ravel(),
        "probability": top.ravel(),
        "entropy_bits": entropy.ravel(),
        "reports": reports.ravel(),
        "evidence": remembered.ravel(),
        "stability": np.full(units * periods, np.nan),
        "why_not": sentences(why.ravel()),
        "why_code": why.ravel(),
        **{f"p:{name}": found.held[:, :, number].ravel() for number, name in enumerate(evidence.groups)},
    }
    table: pd.DataFrame = schema.conform(significant_columns(pd.DataFrame(columns)), ESTIMATES)
    table.attrs.update(
        events=int(ready.why_code.isna().sum()),
        tally=tally(ready.why_code),
        unknown_actors=list(evidence.unknown),
    )
    put_models(table, model)
    return table


def _contestants(found: Beliefs, groups: tuple[str, ...]) -> NDArray[np.object_]:
    """Name the groups that take part where it is contested: those more likely there than not, of equals by name."""
    chance = significant(found.involved)
    out = np.full(chance.shape[:2], None, dtype=object)
    for unit, period in zip(*np.nonzero(chance.max(axis=2, initial=0.0) > 0.5), strict=True):
        order = np.argsort(-chance[unit, period], kind="stable")
        out[unit, period] = "; ".join(groups[one] for one in order if chance[unit, period, one] > 0.5)
    return out


def memory(reports: Floats, fade: float) -> Floats:
    """Add up reports, each fading by ``fade`` a period, before and after."""
    out = reports.copy()
    # Two sweeps: what came before fades forwards, what comes after fades backwards; each period holds its
    # own reports once.
    past, future = np.zeros(len(reports)), np.zeros(len(reports))
    periods = reports.shape[1]
    for period in range(1, periods):
        past = (past + reports[:, period - 1]) * fade
        out[:, period] += past
    for period in range(periods - 2, -1, -1):
        future = (future + reports[:, period + 1]) * fade
        out[:, period] += future
    return out
