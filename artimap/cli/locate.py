"""``artimap locate``: a place in words."""

from __future__ import annotations

import argparse
import sys

from artimap.areas.area import Area
from artimap.cli._shared import Commands
from artimap.core.vocab import Where


def add(commands: Commands) -> None:
    """Add the command."""
    locate = commands.add_parser("locate", help="read a place in words")
    locate.add_argument("text", help="for example: 'between Saint-Marc and Gonaïves on RN1'")
    locate.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.areas.corridors import read_corridor  # noqa: PLC0415
    from artimap.areas.gazetteer.resolve import resolve  # noqa: PLC0415

    reading = resolve(where, args.text)
    if reading.kind is Where.NOWHERE and not reading.candidates:
        print(f"{args.text!r}: {reading.why}", file=sys.stderr)
        return 1
    print(f"{reading.kind}: {reading.name or '?'} ({reading.why})")
    if reading.from_m is not None and reading.to_m is not None and reading.corridor_id is not None:
        print(f"  {reading.corridor_id.upper()} km {reading.from_m / 1000:.1f} – {reading.to_m / 1000:.1f}")
    elif not reading.geometry.is_empty and reading.place_id is not None:
        corridor = read_corridor(where, where.corridor_id)
        chainage, offset = corridor.project([reading.geometry])
        print(f"  {corridor.ref} km {chainage[0] / 1000:.1f}, {offset[0] / 1000:.1f} km from the road")
    if reading.radius_m is not None:
        print(f"  read as anywhere within {reading.radius_m / 1000:.1f} km of it: on which side is not measured")
    elif reading.kind is Where.PLACE and reading.geo_precision > 1:
        print("  near it, not in it")
    if reading.pcode:
        print(f"  p-code {reading.pcode}")
    if reading.ambiguous or reading.kind is Where.NOWHERE:
        print("  may mean:")
        for one in reading.candidates:
            print(f"    {one.score:.2f}  {one.name} ({one.kind}, {one.commune}): {one.why}")
    return 0
