"""What the commands that make a product ask for alike, and how they tell what they read and held back."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from artimap.core.errors import ShareError
from artimap.core.vocab import Audience, Lang

if TYPE_CHECKING:
    from artimap.sharing import Gated, SharePolicy
    from artimap.studies.inputs import Gathered
if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse names it nowhere else
else:
    Commands = object


def add_inputs(command: argparse.ArgumentParser) -> None:
    """Add the arguments for what a product is made from, and for whom."""
    command.add_argument(
        "--events", type=Path, metavar="FILE",
        help="your own reports, with posts and claims: artimap's template, a known format as it was downloaded, "
        "or any table (first: artimap validate)",
    )  # fmt: skip
    command.add_argument(
        "--claims", type=Path, metavar="FILE",
        help="your own statements of who holds what (artimap template claims), added to the embedded ones",
    )  # fmt: skip
    command.add_argument(
        "--decisions", type=Path, metavar="CSV",
        help="which reports tell of one event: the file that 'artimap review' writes and you fill in",
    )  # fmt: skip
    command.add_argument("--as-of", metavar="DAY", help="day of the answer, YYYY-MM-DD (default: last day of the data)")
    command.add_argument("--lang", choices=[one.value for one in Lang], default="en", help="default: %(default)s")
    add_audience(command, "who it is for; only 'internal' gets sensitive rows and force positions")


def add_audience(command: argparse.ArgumentParser, words: str) -> None:
    """Add the arguments for whom a product is, and by which policy."""
    command.add_argument(
        "--audience",
        choices=[one.value for one in Audience],
        default="partners",
        help=f"{words} (default: %(default)s)",
    )
    command.add_argument(
        "--policy", type=Path, metavar="TOML",
        help="your sharing policy, where it is not the one that stands: what each audience gets (docs/sharing.md)",
    )  # fmt: skip


def policy_of(args: argparse.Namespace) -> SharePolicy | None:
    """Read the policy that was asked for, and tell what it does otherwise."""
    if args.policy is None:
        return None
    from artimap.sharing import changes, read_policy  # noqa: PLC0415 - slow to import, used only here

    policy = read_policy(args.policy)
    say(f"by the policy {args.policy}: {'; '.join(changes(policy)) or 'as it stands without one'}")
    return policy


def check_ending(path: Path, endings: tuple[str, ...], what: str) -> str:
    """Give the ending of a file that is to be written, before any work is done for it.

    Raises
    ------
    ShareError
        If it is none of these endings.
    """
    ending = path.suffix.lower()
    if ending not in endings:
        msg = f"{path.name}: {what} is written as {', '.join(endings)}; give -o one of these endings"
        raise ShareError(msg)
    return ending


def say(words: str) -> None:
    """Tell a step of the work."""
    print(f"… {words}", file=sys.stderr, flush=True)


def tell_written(files: tuple[Path, ...]) -> None:
    """Tell what was written, and how large it is."""
    for path in files:
        print(f"  {path}  {path.stat().st_size / 1000:,.0f} kB")


def tell_own(gathered: Gathered, file: Path | None) -> None:
    """Tell what became of the rows of a user's files."""
    from artimap.claims.user_claims import NOWHERE  # noqa: PLC0415 - slow to import, used only here

    own, said = gathered.own, gathered.own_claims
    if said is not None:
        lost = int((said["subject"] == NOWHERE).sum())
        print(f"Your statements: {len(said)} read, {lost} of them name no known place (artimap status lists them).")
    if own is None:
        return
    print(f"Your reports: {own.rows} rows read, {own.accepted} used, {len(own.quarantine)} rejected.")
    for note in own.notes:
        print(f"  {note}")
    if len(own.quarantine):
        print(f"  Why rows are rejected: artimap validate {file}")
    if gathered.undecided:
        n = gathered.undecided
        print(f"  {n} pairs of reports may tell of one event, which then counts twice: artimap review {file}")


def tell_gated(gated: Gated, audience: Audience) -> None:
    """Tell what was held back or changed for an audience."""
    for line in (*gated.held_words(Lang.EN), *gated.method_words(Lang.EN)):
        print(f"For the audience '{audience}': {line}")
    print("Silence is not safety: stretches without reports are marked, never cleared.")
