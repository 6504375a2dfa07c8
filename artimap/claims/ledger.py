"""The ledger: the claims of an area, those about one subject, and those of a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from artimap.claims.resolution import LATEST, State, state_of
from artimap.core.notebook import Shown


@dataclass(frozen=True, eq=False, repr=False)
class Ledger(Shown):
    """All claims of an area, and where the subjects of the claims lie.

    Attributes
    ----------
    claims
        CLAIMS.
    subjects
        One row a subject of a claim about a place, unit or stretch: ``subject``,
        ``name``, ``place_kind``, ``place_id``, ``pcode``, ``road_id``, ``from_m``, ``to_m``,
        geometry (see :func:`artimap.areas.geometries.place_rows`).
    posts
        Statements about checkpoints, one row each, with fees and geometry; ``claim_id``
        leads to CLAIMS.

    Examples
    --------
    >>> import artimap as am
    >>> ledger = am.read_claims(am.area("artibonite"))
    >>> {"claimant", "predicate", "reported"} <= set(ledger.claims)
    True
    """

    claims: pd.DataFrame
    subjects: gpd.GeoDataFrame = field(repr=False)
    posts: gpd.GeoDataFrame = field(repr=False)

    def _lines(self) -> tuple[str, ...]:
        claims, reported = self.claims, self.claims["reported"].dropna()
        days = "" if reported.empty else f", {reported.min():%Y-%m-%d} to {reported.max():%Y-%m-%d}"
        subjects, claimants = claims["subject"].nunique(), claims["claimant"].nunique()
        return (f"{len(claims)} statements about {subjects} subjects by {claimants} claimants{days}",)

    def _table(self) -> pd.DataFrame:
        by = self.claims.groupby("about", observed=True)
        newest = by["reported"].max().dt.strftime("%Y-%m-%d")
        return pd.DataFrame({"about": newest.index, "statements": by.size().to_numpy(), "newest": newest.to_numpy()})

    def about(self, subject: str, *, as_of: dt.date | None = None) -> pd.DataFrame:
        """Give the claims about a subject, newest first, undated ones last.

        Parameters
        ----------
        subject
            An event id, place id, p-code, stretch or checkpoint id.
        as_of
            Only claims reported by that day; undated ones stay in.

        Examples
        --------
        >>> import artimap as am
        >>> ledger = am.read_claims(am.area("artibonite"))
        >>> ledger.about("2024-10-03-pont-sonde")["predicate"].value_counts().index[0]
        'location'
        """
        rows = self.until(as_of).claims if as_of is not None else self.claims
        rows = rows[rows["subject"] == subject]
        return rows.sort_values(["reported", "claim_id"], ascending=[False, True], na_position="last")

    def until(self, as_of: dt.date) -> Ledger:
        """Give what may have been said by a day: what was surely said later is left out.

        Of a claim dated to a month or a week the first day counts that it may be of, and a claim
        without a day stays in: when it was said is not known. For what had *surely* been said by a day, where a claim
        dated to a month counts from the month's end and one without a day not at all, there is
        ``known_on`` (:meth:`state`, :func:`artimap.control_status`). A report of an event without a day of its
        own counts from the event's last day.

        Examples
        --------
        >>> import artimap as am
        >>> import datetime as dt
        >>> ledger = am.read_claims(am.area("artibonite"))
        >>> len(ledger.until(dt.date(2024, 10, 15)).claims) < len(ledger.claims)
        True
        """
        # A claim that was made "by" a day may be up to a week older: the first day on which it can have
        # been made counts here.
        day, reported = pd.Timestamp(as_of), self.claims["reported"]
        first = reported.where(self.claims["date_basis"] != "by", reported - pd.Timedelta(days=6))
        may = first.isna() | (first <= day)
        if may.all():  # as is the rule: no second table of a hundred thousand rows
            return self
        claims = self.claims[may]
        # A post whose claim was not made yet goes too: otherwise the map would know more than the
        # ledger.
        # Posts are few and claims may be a hundred thousand: only the claims about posts are looked for.
        about = self.claims.loc[may & self.claims["claim_id"].isin(self.posts["claim_id"]), "claim_id"]
        return Ledger(claims, self.subjects, self.posts[self.posts["claim_id"].isin(about)])

    def state(self, subject: str, *, as_of: dt.date, known_on: dt.date | None = None, rule: str = LATEST) -> State:
        """Compute what is said of a subject on a day, by a named rule, with the claims behind it.

        Parameters
        ----------
        subject
            An event id, place id, p-code, stretch or checkpoint id.
        as_of
            The day in the world that is asked about: what began later does not count.
        known_on
            Only what had surely been said by this day: a claim dated to a month counts from
            the month's end, one without a day of its own not at all (see ``not_dated``).
        rule
            How a figure is computed; names in :data:`artimap.claims.resolution.RULES`.

        Raises
        ------
        ModelError
            If there is no such rule.

        Examples
        --------
        >>> import artimap as am
        >>> import datetime as dt
        >>> ledger = am.read_claims(am.area("artibonite"))
        >>> state = ledger.state("2024-10-03-pont-sonde", as_of=dt.date(2024, 10, 15))
        >>> sorted(one.value for one in state.by_predicate)[:2]
        ['displaced', 'injured']
        """
        return state_of(self.claims, subject, as_of=as_of, known_on=known_on, rule=rule)
