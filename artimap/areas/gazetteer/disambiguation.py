"""Which of several names in a phrase is meant, and which ones only say where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, islice, product
from math import fsum

from artimap.areas.gazetteer.lookup import Candidate, Entry
from artimap.areas.gazetteer.name_spans import Hit
from artimap.core.text import fold
from artimap.core.vocab import PlaceKind, Where

CLOSE = 0.08
"""Two readings whose scores lie closer than this leave the phrase ambiguous."""

# Two names may stand in one phrase as neighbours up to this far, where a commune is not known.
_NEAR_M = 15_000.0
# Six names of four meanings: more combinations are cut off, not waited for.
_MOST = 4_096
# A town may be named to say which small place is meant up to this far from it.
_BESIDE_TOWN_M = 5_000.0
_TOWNS = (PlaceKind.CITY, PlaceKind.TOWN)
UNITS = (Where.SECTION, Where.COMMUNE, Where.DEPARTMENT)
# Finest first. What has the lower rank may lie in what has the higher one.
_RANK = {Where.STRETCH: 0, Where.POINT: 1, Where.PLACE: 1, Where.SECTION: 2, Where.COMMUNE: 3, Where.DEPARTMENT: 4}


@dataclass(frozen=True, slots=True)
class Choice:
    """What is meant: one hit, or several pooled (``together``), and the other readings.

    ``listed`` tells that the phrase names several places at once, ``clash`` that they do
    not fit one another.
    """

    hits: tuple[Hit, ...]
    rivals: tuple[Hit, ...] = ()
    together: bool = False
    listed: bool = False
    clash: bool = False
    why: str = ""


def _rank(entry: Entry) -> int:
    return 0 if entry.locality and entry.where is not Where.DEPARTMENT else _RANK.get(entry.where, 0)


def _small(entry: Entry) -> bool:
    return entry.where in (Where.POINT, Where.PLACE) and not entry.locality and entry.kind not in _TOWNS


def is_town_of_commune(entry: Entry) -> bool:
    """Tell whether a place bears the name of its commune, and so may stand for it."""
    if entry.where not in (Where.POINT, Where.PLACE) or not entry.commune:
        return False
    return fold(entry.commune) in {name for name, _ in entry.names}


def inside(a: Entry, b: Entry) -> bool:
    """Tell whether ``a`` lies in what ``b`` names (a commune may be named by its town)."""
    if b.locality and b.where is not Where.DEPARTMENT:
        return False  # only a name in there, not the whole
    # Equal ranks hold nothing, but for a town that stands for its commune: it may hold a hamlet.
    if _rank(a) >= _rank(b) and not (is_town_of_commune(b) and not is_town_of_commune(a)):
        return False
    if b.where is Where.DEPARTMENT:
        return bool(a.adm2) or a.where is Where.STRETCH
    if b.where is Where.SECTION:
        return bool(a.adm3) and a.adm3 == b.adm3
    if b.where is Where.COMMUNE or is_town_of_commune(b):
        return bool(a.adm2) and a.adm2 == b.adm2
    return False


def same(a: Entry, b: Entry) -> bool:
    """Tell whether two names mean the same thing, or a unit and the town it is named after."""
    return (bool(a.id) and a.id == b.id) or same_spot(a, b) or same_spot(b, a)


def same_spot(best: Entry, other: Entry) -> bool:
    """Tell whether a unit only bears the name of the place that lies in it, or of a finer unit."""
    # Of two units, a section and the commune around it are no rivals: the section is finer.
    if best.where in UNITS or other.where not in (Where.SECTION, Where.COMMUNE) or not best.adm2:
        return best.where is Where.SECTION and other.where is Where.COMMUNE and best.adm2 == other.adm2
    shared = {name for name, _ in best.names} & {name for name, _ in other.names}
    return bool(shared) and best.adm2 == other.adm2


@lru_cache(maxsize=16_384)
def relation(a: Entry, b: Entry) -> int:
    """Say how well two things fit one phrase: 2 one holds the other, 1 neighbours, 0 not at all."""
    if same(a, b) or inside(a, b) or inside(b, a):
        return 2
    if a.where is Where.STRETCH or b.where is Where.STRETCH:
        return 1
    if a.adm2 and a.adm2 == b.adm2:
        return 1
    # Distance decides only where a commune is missing: two known communes that differ are two places,
    # however near.
    near = a.geometry.distance(b.geometry) < _NEAR_M if not (a.adm2 and b.adm2) else False
    return int(bool(near))


def choose_one(hits: Sequence[Hit]) -> Choice:
    """Choose among what one name may mean."""
    best = hits[0]
    rivals = tuple(hit for hit in hits[1:] if best.score - hit.score < CLOSE and not same(best.entry, hit.entry))
    if rivals and _siblings((best, *rivals)):
        return Choice((best, *rivals), together=True)
    return Choice((best,), rivals)


def _siblings(hits: Sequence[Hit]) -> bool:
    """Tell whether all are sections of one commune: a name that they share means them all."""
    return len({(hit.entry.where, hit.entry.adm2) for hit in hits}) == 1 and hits[0].entry.where is Where.SECTION


def choose(spans: Sequence[Sequence[Hit]], *, lists: Sequence[bool], bracketed: Sequence[bool]) -> Choice:
    """Choose what several names in one phrase come down to.

    Parameters
    ----------
    spans
        What each name may mean, in the order of the phrase.
    lists
        For each gap between two names whether it joins them as equals ("and", ";", "/").

    bracketed
        For each name whether it stands in brackets: then it says which of a list is meant.

    Returns
    -------
    Choice
        The finest thing that the others hold; of contradictory names the wider one, of
        equals the first, with the others as rivals.
    """
    if len(spans) == 1:
        return choose_one(spans[0])
    # All combinations of meanings, best first: how well the meanings fit each other goes before how
    # well each name is spelt. "Savien, Petite-Rivière" is thus the Savien in that commune.
    combos = list(islice(product(*(hits[:4] for hits in spans)), _MOST))
    fits = {combo: _fit(combo) for combo in combos}
    ranked = sorted(combos, key=lambda combo: (-fits[combo], -_score(combo)))
    best = ranked[0]
    choice = _leaf(best, lists, bracketed)
    if choice.rivals or choice.together or len(ranked) == 1:
        return choice
    others: list[Hit] = []
    # Sorted, so the first that fits worse ends the search. What is left fits as well and scores as
    # high: the phrase does not tell them apart.
    for combo in ranked[1:]:
        if fits[combo] < fits[best] or _score(best) - _score(combo) >= CLOSE:
            break
        if all(same(one.entry, known.entry) for one, known in zip(combo, best, strict=True)):
            continue
        main = _leaf(combo, lists, bracketed).hits[0]
        if not any(same(main.entry, one.entry) for one in (choice.hits[0], *others)):
            others.append(main)
    if others and _siblings((choice.hits[0], *others)):
        return replace(choice, hits=(choice.hits[0], *others), together=True)
    return replace(choice, rivals=tuple(others))


def _fit(combo: Sequence[Hit]) -> int:
    return sum(relation(a.entry, b.entry) for a, b in combinations(combo, 2))


def _score(combo: Sequence[Hit]) -> float:
    # exact: plain sums differ between versions of Python
    return fsum(hit.score for hit in combo)


def _leaf(combo: Sequence[Hit], lists: Sequence[bool], bracketed: Sequence[bool]) -> Choice:
    """Leave out what only holds another, and see what is left."""
    # "A, B and C (B)": the brackets say which of the list is meant.
    repeated = [
        hit
        for at, hit in enumerate(combo)
        if bracketed[at] and any(same(hit.entry, other.entry) for other in combo[:at])
    ]
    kept: list[tuple[int, Hit]] = []
    for at, hit in enumerate(combo):
        # A wider name goes out where a finer one lies in it, unless the two stand as equals: in
        # "Verrettes and Désarmes" both are meant.
        holds = any(
            inside(other.entry, hit.entry)
            and not (any(lists[min(at, there) : max(at, there)]) and hit.entry.where is not Where.DEPARTMENT)
            for there, other in enumerate(combo)
            if there != at
        )
        twin = next((i for i, (_, known) in enumerate(kept) if same(known.entry, hit.entry)), None)
        # The same thing twice, as town and as commune: the finer one stands.
        if twin is not None:
            if _rank(hit.entry) < _rank(kept[twin][1].entry):
                kept[twin] = (kept[twin][0], hit)
        elif not holds:
            kept.append((at, hit))
    leaves = [hit for _, hit in kept]
    # Each name holds another: names of one spot in a ring. The first is as good as any.
    if not leaves:
        return Choice((combo[0],))
    if len(leaves) == 1:
        return Choice((leaves[0],), listed=len(combo) > 1 and any(lists))
    if any(lists) and repeated:
        return Choice((repeated[0],))
    levels = {hit.entry.where for hit in leaves}
    # Units can be drawn together without claiming a point, so a list of them is no doubt.
    if len(levels) == 1 and levels <= {Where.SECTION, Where.COMMUNE}:
        return Choice(tuple(leaves), together=True)
    listed = any(lists[at] for at in range(kept[0][0], kept[-1][0]))
    related = all(relation(a.entry, b.entry) for a, b in combinations(leaves, 2))
    if listed:
        return Choice((leaves[0],), tuple(leaves[1:]), listed=True, why="several places are named at once")
    if not related:
        near = leaves[0].entry.geometry.distance(leaves[-1].entry.geometry) <= _BESIDE_TOWN_M
        # "Carrefour Paye, Pont-Sondé": a small place may be told by a town beside it, in the next commune.
        if near and len(leaves) == 2 and _small(leaves[0].entry) and leaves[1].entry.kind in _TOWNS:
            first = replace(leaves[0], score=min(leaves[0].score, 0.84))
            return Choice((first,), why=f"{first.entry.name}, told by the town beside it")
        return Choice(
            (leaves[-1],),
            tuple(leaves[:-1]),
            clash=True,
            why=f"{leaves[0].entry.name} and {leaves[-1].entry.name} as known do not lie together",
        )
    return Choice((min(leaves, key=_fineness),))


def _fineness(hit: Hit) -> tuple[int, int]:
    entry = hit.entry
    # A town whose commune is not known lies beyond the area's units; of two equally fine names the
    # other one is meant.
    wide = not entry.adm2 and entry.kind in _TOWNS
    return _rank(entry), int(wide)


def candidates_of(choice: Choice) -> tuple[Candidate, ...]:
    """List the readings of a choice, best first."""
    return tuple(hit.candidate for hit in (*choice.hits, *choice.rivals))
