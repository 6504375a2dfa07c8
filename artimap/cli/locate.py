"""``artimap locate``: a place in words."""

from __future__ import annotations

import argparse
import sys

from artimap.areas.area import Area
from artimap.cli._shared import Commands, add_lang, reading_words
from artimap.core.i18n import table_words, tr, words
from artimap.core.vocab import Lang, Where


def add(commands: Commands) -> None:
    """Add the command."""
    locate = commands.add_parser("locate", help="read a place in words")
    locate.add_argument("text", help="for example: 'between Saint-Marc and Gonaïves on RN1'")
    add_lang(locate)
    locate.set_defaults(run=_run)


def _run(args: argparse.Namespace, where: Area) -> int:
    from artimap.areas.corridors import read_corridor  # noqa: PLC0415
    from artimap.areas.gazetteer.resolve import resolve  # noqa: PLC0415

    reading, lang = resolve(where, args.text), args.lang
    if reading.kind is Where.NOWHERE and not reading.candidates:
        print(f"{args.text!r}: {reading_words(reading.why, lang)}", file=sys.stderr)
        return 1
    kind = _kind_words(reading.kind, lang)
    print(
        f"{kind}{tr('report.colon', lang)}{table_words(reading.name or '?', lang)} ({reading_words(reading.why, lang)})"
    )
    if reading.from_m is not None and reading.to_m is not None and reading.corridor_id is not None:
        print(f"  {reading.corridor_id.upper()} km {reading.from_m / 1000:.1f} – {reading.to_m / 1000:.1f}")
    elif not reading.geometry.is_empty and reading.place_id is not None:
        corridor = read_corridor(where, where.corridor_id)
        chainage, offset = corridor.project([reading.geometry])
        at, away = (f"{metres[0] / 1000:.1f}" for metres in (chainage, offset))
        print(f"  {tr('console.from_road', lang, road=corridor.ref, km=at, away=away)}")
    if reading.radius_m is not None:
        print(f"  {tr('console.around', lang, km=f'{reading.radius_m / 1000:.1f}')}")
    elif reading.kind is Where.PLACE and reading.geo_precision > 1:
        print(f"  {tr('console.near', lang)}")
    if reading.pcode:
        print(f"  {tr('console.pcode', lang, code=reading.pcode)}")
    if reading.ambiguous or reading.kind is Where.NOWHERE:
        print(f"  {tr('console.may_mean', lang)}")
        for one in reading.candidates:
            said = f"{_kind_words(one.kind, lang)}, {one.commune}){tr('report.colon', lang)}"
            print(f"    {one.score:.2f}  {one.name} ({said}{reading_words(one.why, lang)}")
    return 0


def _kind_words(kind: str, lang: str) -> str:
    return str(kind) if lang == Lang.EN else words(lang).get(f"where.{kind}", str(kind))
