"""What stands behind a status, claim by claim, and what does not count, with the reason."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

import pandas as pd

from artimap.claims.ledger import Ledger
from artimap.core import schema
from artimap.core.schema import TEXT, join_names, split_names
from artimap.core.vocab import About

COLUMNS = (
    "subject", "claim", "about", "counts", "why_not", "why_code", "predicate", "actors", "place", "scope", "day",
    "day_end", "date_basis", "valid_from", "valid_to",
    "claimant", "claimant_is_party", "source", "source_url", "note",
)  # fmt: skip
_DAYS = ("day", "day_end", "valid_from", "valid_to")


def claims_behind(status: pd.DataFrame, ledger: Ledger, events: pd.DataFrame) -> pd.DataFrame:
    """Give the claims and events that each row of STATUS rests on, and those about it that do not count.

    Parameters
    ----------
    status
        STATUS, or some of its rows.
    ledger, events
        What it was made from.

    Returns
    -------
    DataFrame
        One row a subject and claim, those that count first: ``about`` (claim, post or event),
        ``counts``, ``why_not`` and ``why_code`` (null where it counts), ``predicate`` (for an event or post its kind),
        ``actors``, ``place`` (in the words of the source), ``scope`` (what of the place it speaks
        of where that is not all of it: station, part, road), ``day`` and ``day_end`` (of an event its days; of a
        claim the day of the report, with its ``date_basis``), ``valid_from`` and ``valid_to`` (of a claim),
        ``claimant``, ``claimant_is_party``, ``source`` (of an event its publishers), ``source_url``, ``note``.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> ledger, events = am.read_claims(art), am.read_events(art)
    >>> status = am.control_status(art, ledger, as_of="2024-10-15", events=events)
    >>> behind = am.claims_behind(status[status["subject"] == "savien"], ledger, events)
    >>> behind.loc[behind["counts"], ["claim", "actors", "source"]].iloc[0].tolist()
    ['CL001', 'Gran Grif', 'Haiti24']
    """
    # Look-ups by id are made once, not a search in the ledger for each id of each subject.
    said = {str(row.claim_id): row for row in ledger.claims.itertuples(index=False)}
    posts = {str(row.claim_id): row for row in ledger.posts.itertuples(index=False)}
    happened = {str(row.event_id): row for row in events.itertuples(index=False)}
    about = ledger.claims[ledger.claims["about"] == About.EVENT]
    told = {str(event): rows for event, rows in about.groupby("subject")}
    rows: list[dict[str, object]] = []
    columns = [status[name] for name in ("subject", "claims", "not_counted")]
    for subject, used, unused, codes in zip(*columns, _codes(status), strict=True):
        ids: list[tuple[str, str | None, str | None]] = [(one, None, None) for one in dict.fromkeys(split_names(used))]
        # Sentences and codes stand in two columns in the same order. A STATUS of an earlier release has no
        # codes: then the sentences stand alone.
        ids += [(*_parted(one), code) for one, code in zip_longest(split_names(unused), split_names(codes))]
        for claim, why, code in ids:
            base = {"subject": subject, "claim": claim, "counts": why is None, "why_not": why, "why_code": code}
            # An id that is in neither table, since the audience may not see it, is left out here too.
            if claim in happened:
                rows.append({**base, **_of_event(happened[claim], told.get(claim))})
            elif claim in said:
                rows.append({**base, **_of_claim(said[claim], posts.get(claim))})
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in COLUMNS:
        if name in _DAYS:
            table[name] = pd.to_datetime(table[name]).astype(schema.DAY)
        elif name != "counts":
            table[name] = table[name].astype(TEXT)
    return table.astype({"counts": bool})


def _codes(status: pd.DataFrame) -> pd.Series:
    """Give the codes of the reasons; a STATUS that an earlier release wrote has none."""
    return status.get("why_code", pd.Series(index=status.index, dtype=TEXT))


def _parted(unused: str) -> tuple[str, str]:
    """Part "CL019 (faded)" into the claim and the sentence."""
    claim, _, why = unused.partition(" ")
    return claim, why.removeprefix("(").removesuffix(")")


def _of_event(row: Any, told: pd.DataFrame | None) -> dict[str, object]:
    base = {
        "about": "event", "predicate": row.kind, "actors": row.actors, "place": row.place, "day": row.date_start,
        "day_end": row.date_end, "date_basis": None, "note": row.summary,
    }  # fmt: skip
    if told is None:
        return base
    urls = told["source_url"].dropna()
    return {**base, "source": join_names(told["source"]), "source_url": urls.iloc[0] if len(urls) else None}


def _of_claim(row: Any, post: Any) -> dict[str, object]:
    return {
        "about": "claim" if post is None else "post",
        "predicate": row.predicate if post is None else post.kind,
        "actors": row.value if post is None else post.operator,
        "place": row.place, "scope": row.scope, "day": row.reported, "day_end": None, "date_basis": row.date_basis,
        "valid_from": row.valid_from, "valid_to": row.valid_to,
        "claimant": row.claimant, "claimant_is_party": row.claimant_is_party, "source": row.source,
        "source_url": row.source_url, "note": row.note,
    }  # fmt: skip
