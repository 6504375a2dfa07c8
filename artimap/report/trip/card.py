"""A trip as plain text for SMS, WhatsApp and radio: at most 1,000 characters, the most important first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from artimap.core.files import encodable
from artimap.core.i18n import format_day
from artimap.core.vocab import Passage
from artimap.report.blocks import clean
from artimap.report.trip.content import TripContent, TripHeld, TripWay
from artimap.report.trip.page import stops_of
from artimap.report.trip.sentences import (
    armed,
    capital,
    changed,
    closure,
    counted,
    daylight,
    first_line,
    head,
    incidents,
    km,
    leaving,
    lost_lines,
    newest,
    no_passage,
    passage,
    posts_words,
    reasons,
    report_lines,
    say,
    sentence,
    silence_line,
    state,
    state_doubts,
    vehicle,
)

MOST = 1_000
"""Characters of a card: three or four long messages, which a person reads aloud in a minute and a half."""


def trip_text(content: TripContent, lang: str) -> str:
    """Give the trip as a card of text, a fact a line; what has no room is counted at its end.

    Parameters
    ----------
    content
        What is told, cut to what the reader may see.
    lang
        ``"en"``, ``"fr"`` or ``"ht"``.
    """
    lines = [(rank, place, _plain(text)) for place, (rank, text) in enumerate(_lines(content, lang)) if text]
    kept, left = list(lines), 0
    while len(_joined(kept, left, lang)) > MOST and any(rank for rank, _, _ in kept):
        # The least important goes first, and of all ways together: one that says less would look better.
        least = max(rank for rank, _, _ in kept)
        left += sum(rank == least for rank, _, _ in kept)
        kept = [one for one in kept if one[0] != least]
    text = _joined(kept, left, lang)
    # Names may be of any length: then the card ends where it must, and says so.
    return encodable(text if len(text) <= MOST else f"{text[: MOST - 2].rstrip()}…\n")


def _joined(lines: list[tuple[float, int, str]], left: int, lang: str) -> str:
    texts = [text for _, _, text in sorted(lines, key=lambda one: one[1])]
    if left:
        texts.insert(-1, _plain(counted("trip.card_left", left, lang)))
    return "\n".join(texts) + "\n"


def _among(one: TripHeld, others: Iterable[TripHeld]) -> bool:
    return any((one.name, one.status) == (other.name, other.status) for other in others)


def _plain(text: str) -> str:
    """Write a line in letters that every telephone has; other spaces and dashes become plain ones."""
    return clean(text).translate(_SIGNS)


_SIGNS = str.maketrans({"\u00a0": " ", "\u202f": " ", "–": "-", "’": "'", "×": "x", "…": "...", "→": "->"})


def _lines(content: TripContent, lang: str) -> list[tuple[float, str]]:
    """Give the lines in order, each with its rank: 0 is never left out, the highest goes first."""
    title = say("heading", lang, start=content.start, stop=content.stop)
    lines: list[tuple[float, str]] = [(0, f"{title}. {'. '.join(map(capital, head(content, lang)))}.")]
    if content.ways:
        lines.append((0, counted("trip.card_ways", len(content.ways), lang)))
    else:
        key = "none_closed" if content.closed else "none"
        lines.append((0, say(key, lang, start=content.start, stop=content.stop)))
    ways = content.ways
    common = [one for one in ways[0].held if all(_among(one, way.held) for way in ways[1:])] if len(ways) > 1 else []
    lines.append((0, armed(common, lang, key="armed_all", most=_NAMED_ON_ALL)))
    for way in ways:
        lines += _way(way, content, lang, [one for one in way.held if _among(one, common)])
    for at, (one, text) in enumerate(report_lines(content, lang, short=True)):
        lines.append(((0.4 if at < _REPORTS and (one.own or (one.fresh and one.killed)) else 2.2) + at / 100, text))
    lines += [(0.35 + at / 100, text) for at, text in enumerate(lost_lines(content, lang, short=True))]
    near = [one for one in content.closed if one.near]
    lines += [
        ((0.6 if not content.ways or one.asked else 2.5) + at / 100, sentence(closure(one, lang)))
        for at, one in enumerate(near)
    ]
    lines += [(0.7, one) for one in state_doubts(content, lang)]
    lines += [(0.65, one) for one in changed(content, lang, most=1)]
    leave = leaving(content, lang)
    # Whether the plan breaks a curfew or the dark comes before when else to leave.
    lines += [(1.5 if at == 0 else 0.8, one) for at, one in enumerate(leave)]
    lines += [(6, one) for one in daylight(content, lang)[len(leave) :]]
    if all(way.passages is None for way in content.ways) and content.ways:
        lines.append((5, say("card_passage", lang, text=no_passage(content, lang))))
    stops = [say("stop", lang, km=km(stop.along_m, lang), name=stop.name) for way, stop in stops_of(content)
             if way.route_id == content.ways[0].route_id]  # fmt: skip
    lines += [(8 + at / 100, say("card_stops", lang, text=one)) for at, one in enumerate(stops[:3])]
    if content.vehicle is not None:
        lines.append((6, say("not_posts", lang)))
    lines.append((0, f"{say('expires', lang, day=format_day(content.as_of, lang))} {say('card_end', lang)}"))
    return lines


_NAMED = 3
_NAMED_ON_ALL = 2  # so that those of one way alone, which tell the ways apart, have room in French and Kreyòl
_REPORTS = 2
_HARD = (Passage.RESTRICTED, Passage.CLOSED, Passage.DESTROYED)


def _way(way: TripWay, content: TripContent, lang: str, common: Sequence[TripHeld]) -> list[tuple[float, str]]:
    """Give what is said of a way: how often incidents are reported never without where nobody reports."""
    told = say("card_incidents", lang, text=incidents(way, lang, short=True))
    lines: list[tuple[float, str]] = [
        (0.3, " ".join(one for one in (first_line(way, lang), told, silence_line(way, content, lang)) if one))
    ]
    lines.append((0.5, armed([one for one in way.held if one not in common], lang, most=_NAMED)))
    lines += [(1.3, say("card_state", lang, text=state(one, lang))) for one in way.statuses if one.state in _HARD]
    if way.passable == "no":
        who = capital(vehicle(content, lang))
        lines.append((1.2, say("card_passable", lang, vehicle=who, text=say("passable_no", lang))))
    if way.posts is not None:
        lines.append((3, posts_words(way, lang)))
    lines.append((4, say("card_newest", lang, text=newest(way, lang))))
    if way.passages is not None:
        lines.append((3.5, say("card_passage", lang, text=passage(way, lang))))
    if way.route_id != "1" and way.why:
        lines.append((7, say("card_why", lang, text=reasons(way, content, lang))))
    return lines
