"""``artimap share counts``: count own reports for other agencies, and add such counts up."""

from __future__ import annotations

import argparse
from pathlib import Path

from artimap.areas.area import Area
from artimap.cli._shared import Commands, add_inputs, check_ending, lang_of, study_of
from artimap.core.errors import ShareError
from artimap.core.i18n import tr


def add(commands: Commands) -> None:
    """Add the command."""
    share = commands.add_parser("share", help="count own reports for other agencies, without handing over a row")
    share.add_argument("what", choices=["counts"], help="what is shared: counts by commune of a road and closed month")
    add_inputs(share, audience="who gets the counts: partners or public")
    share.add_argument("--k", type=int, metavar="N", help="least reports in a cell (default: that of the policy, 3)")
    share.add_argument(
        "--agency", metavar="CODE", help="a code for who counts, never a name (default: one made for this computer)"
    )
    share.add_argument(
        "--since", type=Path, metavar="FILE",
        help="the counts given before: what they hold stands as it is (default: the file that -o replaces)",
    )  # fmt: skip
    share.add_argument("--merge", type=Path, nargs="+", metavar="FILE", help="add these files of counts up instead")
    share.add_argument(
        "-o", "--output", type=Path, default=Path("counts.csv"), metavar="FILE", help="default: %(default)s"
    )
    share.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.sharing.counts import SharedCounts, merge_counts, read_counts  # noqa: PLC0415 - slow to import
    from artimap.studies.counts import share_counts  # noqa: PLC0415

    lang = lang_of(args)
    check_ending(args.output, (".csv",), "a file of counts")
    made: SharedCounts
    if args.merge:
        made = merge_counts(args.merge, area=where)
    else:
        if args.events is None:
            msg = "share counts needs your own reports: --events FILE"
            raise ShareError(msg)
        earlier = args.since or (args.output if args.output.exists() else None)
        before = None if earlier is None else read_counts(earlier, area=where)
        made = share_counts(
            study_of(args, where), k=args.k, agency=args.agency, audience=args.audience, previous=before
        )  # fmt: skip
    made.save(args.output)
    print(args.output)
    print(
        tr(
            "console.counts", lang, n=made.reports, cells=len(made.cells), first=made.first_day, last=made.last_day,
            agencies=", ".join(one.agency for one in made.contributors),
        )
    )  # fmt: skip
    for why, number in made.left_out.items():
        print(f"  {number:4d}  {tr(f'console.counts_{why}', lang)}")
    return 0
