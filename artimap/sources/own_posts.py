"""Posts on a road in a table of one's own: where, who keeps them, what they ask, and who passes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from artimap.areas.area import Area
from artimap.core.arrays import Bools
from artimap.core.errors import Breach, SchemaError
from artimap.core.schema import TEXT, join_names
from artimap.core.vehicles import vehicle_of_words
from artimap.core.vocab import (
    CheckpointKind,
    CheckpointStatus,
    FeeOf,
    Party,
    Per,
    PostState,
    Sensitivity,
    Vehicle,
    Where,
)
from artimap.sources.column_map import bare
from artimap.sources.columns import numbers_of, present, read_days
from artimap.sources.crosswalk import amount_of_words, currency_of_words, post_kind_of_words
from artimap.sources.forms import POST_WORDS, POSTS_FORM, FilledForm, heading_words, of_incidents, without_notes
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw
from artimap.sources.reader import Reader, Terms, known_columns
from artimap.sources.result import ClaimColumns, ParsedRows, event_ids
from artimap.sources.road_places import Placed, placed_on_roads

_KINDS: Final = frozenset({"type", "kind", "kalite", "nature", "id"})
_NEAR_M: Final = 2_000.0
"""A named place within this distance of the road is said to be on it, as in the life of posts."""
_YES: Final = re.compile(
    r"(.*?)[:=\s]*\b(yes|no|unknown|oui|non|wi|inconnu|enkoni|pase|pa pase|passe pas|passe)\b\s*", re.IGNORECASE
)
_NO: Final = frozenset({"no", "non", "pa pase", "passe pas"})
_UNSURE: Final = frozenset({"unknown", "inconnu", "enkoni"})


def recognise(columns: Sequence[str]) -> float:
    """Tell whether the columns are those of posts: two of a post's own, and none of an incident's."""
    if len(columns) > 200 or of_incidents(columns):
        return 0.0
    names, parts = {bare(column) for column in columns}, heading_words(columns)
    found = POSTS_FORM.fields_of(columns)
    if not {"place", "lat", "from_km"} & set(found):
        return 0.0
    headed = any(part & POST_WORDS for part in parts)
    typed = any(part & POST_WORDS and part & _KINDS for part in parts) or bool(names & {"checkpoint", "checkpoints"})
    own = headed + typed + ("amount" in found) + bool({"vehicle", "passable_for"} & set(found))
    if own < 2 or not {"kind", "operator", "amount"} & set(found):
        return 0.0
    return min(1.0, 0.7 + 0.02 * len(found))


def read(raw: Raw, area: Area, problems: Problems) -> ParsedRows:
    """Read the rows of a table of posts as CHECKPOINTS.

    Rows of one place, keeper and kind are one post: a table has a row for each vehicle. An amount without a currency
    stays in the words and enters no sum.

    Raises
    ------
    SchemaError
        If no column tells where a post stands.
    """
    filled = POSTS_FORM.filled(raw)
    if not {"place", "lat", "from_km"} & set(filled.named):
        fix = "say in words where each post stands, or give lat and lon"
        raise SchemaError(raw.name, [Breach("", "place", "", "is missing", fix)])
    rows = len(raw.cells)
    notes: list[str] = []
    days = {}
    for name in ("first_seen", "last_confirmed"):
        days[name] = read_days(filled.text(name), problems, name=filled.called(name))
        notes += [note for note in (days[name].note,) if note]
    last = days["last_confirmed"].days.fillna(days["first_seen"].days)
    first = days["first_seen"].days.fillna(last)
    early = (last < first).to_numpy(dtype=bool)
    problems.mark(
        early, column=filled.called("last_confirmed"), why="lies before the first day", fix="swap the two days",
        cells=filled.text("last_confirmed"),
    )  # fmt: skip
    amounts, currency, fees = _fees(filled)
    vehicle = filled.words("vehicle")
    kind = _kinds(filled, amounts.notna().any(axis=1), problems)
    placed = placed_on_roads(filled, area, problems, near_m=_NEAR_M)
    operator = filled.text("operator").str.replace(r"\s*[,;|/]\s*", "; ", regex=True)
    waiting = _minutes(filled, problems)
    said_by, source = filled.text("said_by"), filled.text("source").fillna(raw.name)
    ids = event_ids(raw, problems, prefix="post-", column=None)
    if filled.unused:
        notes.append(f"not used: {', '.join(filled.unused[:20])}")
    if currency.isna().to_numpy()[amounts["low"].notna().to_numpy()].any():
        notes.append("amounts without a currency are told in words and enter no sum")
    return ParsedRows(
        columns={
            "checkpoint_id": ids,
            "kind": kind,
            "operator": operator,
            "place": filled.text("place"),
            "corridor_id": placed.road,
            "from_m": placed.from_m,
            "to_m": placed.to_m,
            "first_seen": first,
            "last_confirmed": last,
            "status": CheckpointStatus.UNKNOWN.value,
            "fees": fees,
            "n_claims": 1,
            "sources": source,
            # What a statement of the ledger says beside: it goes with the post into Ledger.posts.
            "post": _one_post(ids, placed, operator, kind),
            "place_kind": placed.kind,
            "pcode": placed.pcode,
            "vehicle": vehicle,
            "payers": vehicle.map(vehicle_of_words, na_action="ignore").astype(TEXT),
            "fee_low": amounts["low"].where(currency.notna()),
            "fee_high": amounts["high"].where(currency.notna()),
            "fee_currency": currency,
            "per": pd.Series(Per.TRIP.value, index=range(rows), dtype=TEXT).where(amounts["low"].notna()),
            "fee_of": FeeOf.POST.value,
            "passable": _passable(filled, problems),
            "state": filled.coded("state", problems, PostState, "is not a known state").fillna(
                PostState.STANDING.value
            ),
            "waiting_min": waiting,
            "note": filled.text("note"),
            "sensitivity": filled.coded("sensitivity", problems, Sensitivity, "is not a known step").fillna(
                Sensitivity.MODERATE.value
            ),
        },
        geometry=placed.geometry,
        said=ClaimColumns(
            source=source,
            claimant=said_by,
            party=filled.coded("is_party", problems, Party, "is not yes, no or unknown"),
            reported=last,
            url=filled.text("url"),
        ),
        version="table of posts",
        notes=(*notes, *placed.notes),
        readings=placed.readings,
        table="CHECKPOINTS",
    )


def _fees(filled: FilledForm) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Give the amounts, their currencies, and both in words."""
    text = present(filled.text("amount"))
    found = [amount_of_words(one) if isinstance(one, str) else None for one in text]
    amounts = pd.DataFrame(
        {
            "low": [np.nan if one is None else one[0] for one in found],
            "high": [np.nan if one is None or one[1] is None else one[1] for one in found],
        },
        dtype="float64",
    )
    stated = filled.text("currency")
    currency = stated.fillna(text).map(currency_of_words, na_action="ignore").astype(TEXT)
    # A currency that stands in the amount already is not said twice.
    within = text.map(currency_of_words, na_action="ignore").notna()
    words = text.where(stated.isna() | within, text + " " + stated.fillna(""))
    payer = filled.words("vehicle")
    fees = words.mask(payer.notna(), payer + ": " + words).str.replace(";", ",", regex=False)
    return amounts, currency, fees


def _kinds(filled: FilledForm, asks: pd.Series, problems: Problems) -> pd.Series:
    words = present(filled.text("kind"))
    known = {one.value: one.value for one in CheckpointKind}
    kind = words.map(lambda one: known.get(one) or post_kind_of_words(one), na_action="ignore").astype(TEXT)
    wrong: Bools = (words.notna() & kind.isna()).to_numpy(dtype=bool)
    problems.mark(
        wrong, column=filled.called("kind"), why="is no kind of post that is known",
        fix="write one of " + ", ".join(known), cells=words,
    )  # fmt: skip
    # Who asks for money keeps a toll, whatever else is not said.
    by_fee = pd.Series(np.where(asks, CheckpointKind.TOLL.value, CheckpointKind.ROADBLOCK.value), dtype=TEXT)
    return kind.fillna(by_fee)


def _minutes(filled: FilledForm, problems: Problems) -> pd.Series:
    text = present(filled.text("waiting_min")).str.casefold()
    hours = text.str.extract(r"^(\d+(?:[.,]\d+)?) ?(?:h|hours?|heures?|lè|e|èdtan)\.? ?(\d{1,2})?(?: ?min.*)?$")
    plain = numbers_of(text.str.replace(r"\s*(?:min(?:utes?|it)?|mn|')\.?$", "", regex=True))[0]
    told = numbers_of(hours[0])[0] * 60 + numbers_of(hours[1])[0].fillna(0.0)
    minutes = plain.fillna(told)
    wrong: Bools = (text.notna() & ~minutes.between(0, 14_400)).to_numpy(dtype=bool)
    problems.mark(
        wrong, column=filled.called("waiting_min"), why="is no number of minutes", fix="write minutes", cells=text
    )
    return minutes.mask(wrong)


def _passable(filled: FilledForm, problems: Problems) -> pd.Series:
    """Read who passes: ``ambulance: yes; truck: no``, or the names alone of those who do."""
    out: list[str | None] = []
    text = present(filled.text("passable_for"))
    wrong = np.zeros(len(text), dtype=bool)
    for at, cell in enumerate(text):
        pairs = []
        for part in re.split(r"[;,|\n]", cell[:2_000]) if isinstance(cell, str) else ():
            if not part.strip():
                continue
            found = _YES.fullmatch(part.strip())
            who, answer = (found[1], found[2].casefold()) if found else (part, "yes")
            codes = filled.form.codes("vehicle")
            vehicle = codes.get(bare(who)) or vehicle_of_words(who)
            if vehicle is None:
                wrong[at] = True
                continue
            said = "no" if answer in _NO else "unknown" if answer in _UNSURE else "yes"
            pairs.append(f"{Vehicle(vehicle).value}: {said}")
        out.append(join_names(pairs))
    problems.mark(
        wrong, column=filled.called("passable_for"), why="names nobody who may want to pass",
        fix="write for example ambulance: yes; truck: no", cells=text,
    )  # fmt: skip
    return pd.Series(out, dtype=TEXT)


def _one_post(ids: pd.Series, placed: Placed, operator: pd.Series, kind: pd.Series) -> pd.Series:
    """Give each row the id of its post: that of its place, keeper and kind, in this file and the next alike."""
    out = []
    for at, own in enumerate(ids):
        where = (placed.road.iloc[at], placed.pcode.iloc[at])
        if placed.kind.iloc[at] == Where.NOWHERE or pd.isna(list(where)).all():
            out.append(own)  # a row without a place stands alone
            continue
        metres = [placed.from_m.iloc[at], placed.to_m.iloc[at]]
        span = ["" if pd.isna(one) else f"{round(one, -2):.0f}" for one in metres]
        who = bare(operator.iloc[at]) if isinstance(operator.iloc[at], str) else ""
        told = "|".join([*("" if pd.isna(one) else str(one) for one in where), *span, who, str(kind.iloc[at])])
        out.append(f"post-{hashlib.sha256(told.encode()).hexdigest()[:12]}")
    return pd.Series(out, dtype=TEXT)


READER: Final = Reader(
    "own_posts",
    "a table of posts and what they ask",
    recognise,
    known_columns(read),
    Terms("own report"),
    table="CHECKPOINTS",
    prepare=without_notes,
)
