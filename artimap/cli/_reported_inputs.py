"""What ``artimap status`` and ``artimap zones`` share: their arguments, what they read, and what they hold back."""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from artimap.areas.area import Area
from artimap.cli._inputs import add_inputs, policy_of
from artimap.control.parties import UNNAMED
from artimap.core.i18n import format_day, tr
from artimap.core.schema import split_names
from artimap.core.vocab import Audience

if TYPE_CHECKING:
    import geopandas as gpd

    from artimap.claims import Ledger
    from artimap.sharing import Gated
    from artimap.studies.inputs import Gathered


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what both commands take."""
    add_inputs(parser)
    parser.add_argument(
        "--known-on", metavar="DAY",
        help="only what had surely been said by this day (default: all that is known, later reports too)",
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Reported:
    """What the commands answer from.

    Attributes
    ----------
    day, known_on
        The day of the answer, and the day by which things must have been said, or None.
    last
        The last day that any report speaks of.
    events, ledger
        EVENTS and claims as the audience may see them.
    gated
        What was held back.
    gathered
        What was read.
    """

    day: dt.date
    known_on: dt.date | None
    last: dt.date
    events: gpd.GeoDataFrame
    ledger: Ledger
    gated: Gated
    gathered: Gathered


def read_reported(args: argparse.Namespace, where: Area) -> Reported:
    """Read the embedded reports and the user's own, through the gate."""
    from artimap.core.dates import day_of  # noqa: PLC0415
    from artimap.sharing import gate  # noqa: PLC0415
    from artimap.studies.inputs import gather  # noqa: PLC0415
    from artimap.studies.study import last_day  # noqa: PLC0415 - slow to import, used only here

    day = None if args.as_of is None else day_of(args.as_of)
    known_on = None if args.known_on is None else day_of(args.known_on)
    policy = policy_of(args)
    gathered = gather(where, args.events, args.decisions, args.claims)
    last = last_day(where, gathered)
    day = last if day is None else day
    gated = gate(
        gathered.events,
        gathered.ledger,
        audience=Audience(args.audience),
        area=where,
        as_of=day,
        policy=policy,
    )
    events = gathered.events if gated.events is None else gated.events
    ledger = gathered.ledger if gated.ledger is None else gated.ledger
    return Reported(day, known_on, last, events, ledger, gated, gathered)


def actors_in(cell: object, lang: str) -> str:
    """Give the actors of a row in a language; names stay as the sources put them."""
    names = [tr("said.unnamed", lang) if one == UNNAMED else one for one in split_names(cell)]
    return "; ".join(names) or tr("report.actor_not_stated", lang)


def tell_doubts(found: Reported, where: Area, lang: str, out: TextIO | None = None) -> None:
    """Print what was held back for the audience, and what of the user's own counts nowhere."""
    for line in doubts(found, where, lang):
        print(line, file=out)


def doubts(found: Reported, where: Area, lang: str) -> list[str]:
    """Say what was held back for the audience, and what of the user's own counts nowhere."""
    from artimap.claims.user_claims import NOWHERE, strange_actors  # noqa: PLC0415 - slow to import, used only here

    lines: list[str] = [*found.gated.held_words(lang), *found.gated.method_words(lang)]
    if found.day > found.last:
        days = (found.day - found.last).days
        lines.append(tr("said.data_end", lang, day=format_day(found.last, lang), n=days))
    own, read = found.gathered.own_claims, found.gathered.own
    if own is not None:
        lost = own[own["subject"] == NOWHERE]
        if len(lost):
            lines.append(tr("said.no_place", lang, n=len(lost)))
            lines += [f"  {claim}: {text}" for claim, text in zip(lost["claim_id"], lost["place"], strict=True)]
        strange = strange_actors(own, where)
        if strange:
            lines.append(tr("said.strange_actors", lang, names="; ".join(strange)))
    if read is not None and len(read.quarantine):
        lines.append(tr("said.rejected", lang, n=len(read.quarantine), rows=read.rows))
    return lines
