"""The gate of the products: the policy applied to events and claims alike, and what it did in words."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.areas.area import Area
from artimap.claims.ledger import Ledger
from artimap.core import schema
from artimap.core.i18n import format_count, format_number, tr
from artimap.core.notebook import ShortRepr
from artimap.core.schema import objects, records, split_names
from artimap.core.tables import EVENTS
from artimap.core.vocab import About, Audience, Sensitivity, WhyHeld
from artimap.sharing.policy import Access, Action, SharePolicy, citation
from artimap.sharing.positions import positions
from artimap.sharing.release import BLURRED, release, rows_where, without_marks
from artimap.sources.licences import is_owned


@dataclass(frozen=True, slots=True)
class HeldBack:
    """How many rows of a table a product leaves out because of its audience, by reason.

    The reasons are codes of :class:`artimap.core.vocab.WhyHeld`, with words under ``share.reason.`` in each language.
    """

    reasons: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def total(self) -> int:
        """All rows held back, each counted once."""
        return sum(self.reasons.values())

    def words(self, lang: str) -> str:
        """Write the reasons, the most frequent first."""
        order = sorted(self.reasons.items(), key=lambda one: (-one[1], one[0]))
        colon = tr("report.colon", lang)
        return "; ".join(tr(f"share.reason.{name}", lang) + colon + format_count(count, lang) for name, count in order)


@dataclass(frozen=True, eq=False, repr=False)
class Gated(ShortRepr):
    """What of events and claims may go on a product, and what was done to them.

    Attributes
    ----------
    events
        EVENTS that may be shown; some of them blurred. None where none were given.
    ledger
        The claims that may be shown. None where none were given.
    events_held, claims_held
        What is left out.
    blurred
        Events that lie in a unit or circle only, without their words.
    aggregates
        Counts by commune and month of events that are only counted.
    citation
        Whom the aggregates must name.
    policy, audience
        Who gets what, and who this is for.
    hidden
        Claims that are left out.
    unseen
        Ids of all that the audience may not see: claims, events (also those that are blurred), and what only such
        claims speak of; and what such rows are like (:func:`likeness`), since a row that was changed has another id. It
        is never told: with it a comparison knows what is held back and has not vanished.
    area
        Whose ACTORS say which posts are those of forces.
    withheld
        The events that are left out, as they are. Only :mod:`artimap.sharing.cells` reads them, to count them.
    all_days
        The claims that may be shown, those after the day of the answer too.
    pooled
        Of the counts of others that are in the rates: how many agencies, how many reports, and how many of these are
        none of those known here; null where there are none.
    """

    events: gpd.GeoDataFrame | None
    ledger: Ledger | None
    audience: Audience
    policy: SharePolicy
    events_held: HeldBack = HeldBack()
    claims_held: HeldBack = HeldBack()
    blurred: int = 0
    aggregates: pd.DataFrame = field(default_factory=pd.DataFrame)
    citation: str = ""
    hidden: frozenset[str] = frozenset()
    area: Area | None = None
    withheld: gpd.GeoDataFrame | None = field(default=None, repr=False)
    unseen: frozenset[str] = field(default=frozenset(), repr=False)
    all_days: Ledger | None = None
    pooled: tuple[int, int, int] | None = None

    def _lines(self) -> tuple[str, ...]:
        """Numbers alone: what is held back must not show."""
        events = 0 if self.events is None else len(self.events)
        claims = 0 if self.ledger is None else len(self.ledger.claims)
        return (
            f"for {self.audience}",
            f"{events} events ({self.events_held.total} held back)",
            f"{claims} statements ({self.claims_held.total} held back)",
        )

    def until(self, day: dt.date) -> Gated:
        """Leave out what begins or was said after a day.

        The numbers of what is held back stay those of every day: were they of the day, the answers of two days
        would tell when a row that is held back happened.
        """
        events, ledger = self.events, self.ledger
        if events is not None:
            events = rows_where(events, events["date_start"] <= pd.Timestamp(day)).reset_index(drop=True)
        blurred = 0 if events is None or not self.blurred else int(events["event_id"].str.startswith(BLURRED).sum())
        return replace(
            self, events=events, ledger=None if ledger is None else ledger.until(day), all_days=ledger, blurred=blurred
        )

    def posts(self, checkpoints: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, int]:
        """Leave out the posts of which every claim is left out, and those of forces; give the others and how many went.

        The post of a force stays only where it rests on claims, and none of these is left out.
        """
        # A post that rests on no claim at all (of a user's own table) was never subject to the gate of claims
        # and stays.
        if self.audience is Audience.INTERNAL:
            return checkpoints, 0
        rests = [split_names(cell) for cell in checkpoints["claims"]]
        keep = np.array([not ids or any(one not in self.hidden for one in ids) for ids in rests], dtype=bool)
        if self.area is not None:
            forces = _forces(checkpoints, self.area, self.policy, None)
            public = [bool(ids) and not any(one in self.hidden for one in ids) for ids in rests]
            keep &= ~forces | np.array(public, dtype=bool)
        return checkpoints[keep], len(keep) - int(keep.sum())

    def held_words(self, lang: str, *, posts: int = 0) -> tuple[str, ...]:
        """Say what is left out: events, statements and posts apart, with the reasons."""
        said = []
        for key, held in (("held_events", self.events_held), ("held_statements", self.claims_held)):
            if held.total:
                said.append(tr(f"share.{key}", lang, n=format_count(held.total, lang), reasons=held.words(lang)))
        if posts:
            said.append(tr("share.held_posts", lang, n=format_count(posts, lang)))
        return tuple(said)

    def method_words(self, lang: str) -> tuple[str, ...]:
        """Say what was done to rows that are not simply left out, for printing on the product."""
        said = []
        policy, number = self.policy, format_count(self.blurred, lang)
        if self.events_held.total:  # of every day, so that this line is the same on each
            said.append(tr("share.in_cells", lang, k=format_count(policy.k, lang)))
        if self.blurred:
            km = format_number(policy.blur_radius_m / 1000.0, lang)
            said.append(tr(f"share.blurred_{policy.blur_to}", lang, n=number, km=km))
        # What was not done is not told: a sentence on delays stands only where some rule of this audience
        # delays.
        rules = policy.rules(self.audience) if self.audience is not Audience.INTERNAL else None
        if rules is not None and Action.DELAY in {rules.action(step) for step in Sensitivity}:
            said.append(tr("share.delayed", lang, days=format_count(policy.delay_days(self.audience), lang)))
        if len(self.aggregates):
            said.append(tr("share.counted", lang, k=format_count(policy.k, lang)))
            # A count of dead is a least number, and is left out where no source states one: null is not zero.
            for row in self.aggregates.to_dict("records"):
                least = row["killed_at_least"]
                dead = "" if pd.isna(least) else tr("share.dead", lang, n=format_count(int(least), lang))
                count = format_count(int(row["n_events"]), lang)
                said.append(tr("share.cell", lang, unit=row["unit"], month=row["month"], n=count) + dead)
            said += [line for line in self.citation.split("\n") if line]
        if self.pooled is not None:
            agencies, most, least = (format_count(one, lang) for one in self.pooled)
            key = "share.pooled_one" if self.pooled[0] == 1 else "share.pooled"
            said.append(tr(key, lang, n=agencies, most=most, least=least))
        return tuple(said)


def gate(
    events: gpd.GeoDataFrame | None,
    ledger: Ledger | None,
    *,
    audience: Audience,
    area: Area,
    as_of: dt.date,
    policy: SharePolicy | None = None,
    accesses: Sequence[Access] = (),
) -> Gated:
    """Apply the policy to what a product shows. Map, report and briefing go through here, and nowhere else.

    Parameters
    ----------
    events, ledger
        EVENTS in the area's system and the claims, of every day, or None: :meth:`Gated.until` cuts them to a day.
    audience
        ``internal`` gets everything as it is.
    area
        Its units are what events are blurred to and counted by.
    as_of
        The day from which delays count back.
    policy
        Who gets what; :class:`SharePolicy` as it stands where null.
    accesses
        Day and filters of downloads. Without that of a licensed source its rows are left out, not counted by
        commune and month: the counts could not be cited.

    Returns
    -------
    Gated
        Claims about an event that is left out or blurred go with it; a statement has no geometry to blur or to
        count, so it is left out where the policy says either.
    """
    chosen = policy or SharePolicy()
    # No copy, no mask, no reasons: what is internal is what was read, and nothing was held back.
    if audience is Audience.INTERNAL:
        return Gated(events, ledger, audience, chosen)
    cited = {one.source.casefold() for one in accesses}
    rules = replace(
        chosen, mask_text=False
    )  # a study masks a user's words when it reads them, and marks what is unsure
    # Without day and filters of the download the aggregates of a licensed source could not be cited as
    # its terms ask. Its rows are left out then; the briefing does not fail for it.
    if not all(start.casefold() in cited for start in chosen.licensed):
        rules = replace(rules, licensed_rows=Action.REMOVE)
    out, hidden_events = events, frozenset[str]()
    told = Gated(events, ledger, audience, chosen, area=area)
    if events is not None:
        done = release(events, audience=audience, policy=rules, area=area, as_of=as_of, accesses=accesses)
        blurred = done.changed.get("blurred", 0)
        table = done.table
        # Blurred rows have outlines for points, so the table is given its schema again. Columns that a caller
        # added go with it: nobody has said that they hold no place.
        out = schema.conform(table[list(EVENTS.names)], EVENTS, crs=area.crs) if blurred else table
        # Blurred events have new ids, so they are among the hidden ones by their old ids. Their claims, which
        # name the place in words, are left out with them.
        hidden_events = frozenset(set(objects(events["event_id"])) - set(objects(table["event_id"])))
        told = replace(
            told,
            events=out,
            events_held=_held(done.held_codes),
            blurred=blurred,
            aggregates=done.aggregates,
            citation=done.citation if len(done.aggregates) else "",
            withheld=events.iloc[list(done.left_out)].reset_index(drop=True),
            unseen=hidden_events | _alike(events, "event_id", hidden_events),
        )
    if ledger is None:
        return told
    claims = ledger.claims
    kept = release(claims, audience=audience, policy=rules, area=area, as_of=as_of)
    about_event = kept.table["about"] == About.EVENT
    # Where no events were given nobody can say which of them would be hidden: all claims about events
    # stay back.
    related = about_event if events is None else about_event & kept.table["subject"].isin(hidden_events)
    # Who keeps a post stands in the table of posts, not in each of its claims.
    posted = set(ledger.posts.loc[_forces(ledger.posts, area, chosen, as_of), "claim_id"])
    force = kept.table["claim_id"].isin(posted) & ~related
    seen = rows_where(kept.table, ~related & ~force).reset_index(drop=True)
    # By difference from what was given, not by adding up reasons: whatever the cause, a claim that is not
    # seen is hidden, and so is the post that rests on it alone.
    hidden = frozenset(set(objects(claims["claim_id"])) - set(objects(seen["claim_id"])))
    posts = without_marks(ledger.posts[~ledger.posts["claim_id"].isin(hidden)].reset_index(drop=True))
    codes = dict(kept.held_codes)
    if force.any():
        codes[WhyHeld.POSITION] = codes.get(WhyHeld.POSITION, 0) + int(force.sum())
    reasons = _held(codes, related=0 if events is None else int(related.sum()))
    # A place or stretch of which only hidden claims speak is hidden as well: STATUS has a row for each subject.
    gone = set(objects(claims.loc[claims["claim_id"].isin(hidden), "subject"])) - set(objects(seen["subject"]))
    subjects = ledger.subjects[~ledger.subjects["subject"].isin(gone)].reset_index(drop=True)
    return replace(
        told,
        ledger=Ledger(seen, subjects, posts),
        claims_held=reasons,
        hidden=hidden,
        unseen=told.unseen | hidden | gone | _alike(claims, "claim_id", hidden),
    )


_ALIKE: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType({
    "event_id": (("date_start", "place"), ("date_start", "kind")), "claim_id": (("subject", "predicate"),),
})  # fmt: skip


def likeness(row: Mapping[str, object], key: str) -> frozenset[str]:
    """Say what an event (``event_id``) or claim (``claim_id``) is like: one that was changed has one of these still."""
    return frozenset(
        json.dumps([str(row.get(name)) for name in names]) for names in _ALIKE[key] if row.get(names[0]) is not None
    )


def _alike(table: pd.DataFrame, key: str, ids: frozenset[str]) -> frozenset[str]:
    rows = table.loc[table[key].isin(ids), list({name for names in _ALIKE[key] for name in names})]
    if "date_start" in rows:
        rows = rows.assign(date_start=rows["date_start"].dt.strftime("%Y-%m-%d"))
    return frozenset(one for row in records(rows) for one in likeness(row, key))


def without_delays(policy: SharePolicy) -> SharePolicy:
    """Give the policy under which a row that waits for its day is held back for good: no answer hangs on a day."""
    step = {name.value: name for name in Sensitivity}
    shut = {
        one: replace(rules, **{name: Action.REMOVE for name, of in step.items() if rules.action(of) is Action.DELAY})
        for one, rules in (("partners", policy.partners), ("public", policy.public))
    }
    return replace(policy, partners=shut["partners"], public=shut["public"])


def _forces(table: pd.DataFrame, area: Area, policy: SharePolicy, as_of: dt.date | None) -> NDArray[np.bool_]:
    return positions(table, area, forces=policy.forces, after_days=policy.positions_after_days, as_of=as_of)


def _held(codes: Mapping[WhyHeld, int], *, related: int = 0) -> HeldBack:
    before = {WhyHeld.RELATED: related} if related else {}
    # Reasons in the order of their words, so that notices are the same whatever the order of the rows.
    ordered = sorted(codes.items(), key=lambda pair: pair[0].text)
    return HeldBack(MappingProxyType({why.value: count for why, count in (*before.items(), *ordered)}))


def _licensed(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which rows come, alone or with others, from a source whose rows may not be passed on."""
    # By the policy as it stands, not by the caller's: what a source's terms forbid cannot be allowed by a
    # file.
    shut = {one: is_owned(str(one), SharePolicy().licensed) for one in table["licence"].dropna().unique()}
    return np.asarray([shut.get(licence, False) for licence in table["licence"]], dtype=bool)


def licensed_sources(events: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Name, as they ask to be cited, the sources behind a table whose rows may not be passed on.

    A rate made from their rows may go out, with this named beside it.
    """
    licences = sorted(set(events.loc[_licensed(events), "licence"].dropna()))
    return tuple(line for line in citation(licences, (), (), change="").split("\n") if line)
