"""What ``artimap status`` and ``artimap zones`` share: their arguments, what they read, and what they hold back."""

from __future__ import annotations

import argparse
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from artimap.area import Area
from artimap.vocab import Audience, Lang

if TYPE_CHECKING:
    import geopandas as gpd

    from artimap.claims import Ledger
    from artimap.gathering import Gathered
    from artimap.share import Gated


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what both commands take."""
    parser.add_argument("--as-of", metavar="DAY", help="day of the answer, YYYY-MM-DD (default: last day of the data)")
    parser.add_argument(
        "--known-on", metavar="DAY",
        help="only what had surely been said by this day (default: all that is known, later reports too)",
    )  # fmt: skip
    parser.add_argument("--events", type=Path, metavar="FILE", help="your own reports, added to the embedded ones")
    parser.add_argument(
        "--claims", type=Path, metavar="FILE",
        help="your own statements of who holds what (artimap template claims), added to the embedded ones",
    )  # fmt: skip
    parser.add_argument("--decisions", type=Path, metavar="FILE", help="decisions on pairs of reports (artimap review)")
    parser.add_argument(
        "--audience", choices=[one.value for one in Audience], default="partners",
        help="whose eyes: what it may not see does not count and is told as held back (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--lang", choices=[one.value for one in Lang], default="en", help="default: %(default)s")


@dataclass(frozen=True, eq=False)
class Reported:
    """What the commands answer from.

    Attributes
    ----------
    day, known_on
        The day of the answer, and the day by which things must have been said, or None.
    events, ledger
        EVENTS and claims as the audience may see them.
    gated
        What was held back.
    gathered
        What was read.
    """

    day: dt.date
    known_on: dt.date | None
    events: gpd.GeoDataFrame
    ledger: Ledger
    gated: Gated
    gathered: Gathered


def read_reported(args: argparse.Namespace, where: Area) -> Reported:
    """Read the embedded reports and the user's own, through the gate."""
    from artimap.dates import day_of  # noqa: PLC0415 - slow to import, used only here
    from artimap.gathering import gather  # noqa: PLC0415
    from artimap.share import gate  # noqa: PLC0415

    day = None if args.as_of is None else day_of(args.as_of)
    known_on = None if args.known_on is None else day_of(args.known_on)
    gathered = gather(where, args.events, args.decisions, args.claims)
    asked = day or _last_day(where, gathered)
    gated = gate(gathered.events, gathered.ledger, audience=Audience(args.audience), area=where, as_of=asked)
    events = gathered.events if gated.events is None else gated.events
    ledger = gathered.ledger if gated.ledger is None else gated.ledger
    return Reported(asked, known_on, events, ledger, gated, gathered)


def _last_day(where: Area, gathered: Gathered) -> dt.date:
    """Give the last day that any row speaks of."""
    own, said = gathered.own, gathered.own_claims
    days = [] if own is None else [own.events["date_end"].max(), own.checkpoints["last_confirmed"].max()]
    days += [] if said is None else [said["reported"].max()]
    last: dt.date = max([where.data_until, *(one.date() for one in days if one is not None and one == one)])  # noqa: PLR0124 - NaT is not itself
    return last


def tell_doubts(found: Reported, lang: str, out: TextIO | None = None) -> None:
    """Print what was held back for the audience, and what of the user's own counts nowhere."""
    from artimap.i18n import tr  # noqa: PLC0415
    from artimap.ownclaims import NOWHERE  # noqa: PLC0415

    for line in (*found.gated.held_words(lang), *found.gated.method_words(lang)):
        print(line, file=out)
    own = found.gathered.own_claims
    if own is not None:
        lost = own[own["subject"] == NOWHERE]
        if len(lost):
            print(tr("said.no_place", lang, n=len(lost)), file=out)
            for claim, words in zip(lost["claim_id"], lost["place"], strict=True):
                print(f"  {claim}: {words}", file=out)
    read = found.gathered.own
    if read is not None and len(read.quarantine):
        print(f"{len(read.quarantine)} of {read.rows} rows of your reports are rejected: artimap validate", file=out)
