"""Where forces stand: told by who is meant in a row, not by what its table calls the row.

Events, claims, posts and layers of the user's own all ask here. An event in which a force took part is no
position; a post, a base, a presence or a place that it holds is one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from artimap.areas import embedded
from artimap.areas.area import Area
from artimap.core.arrays import Bools
from artimap.core.errors import DataError
from artimap.core.schema import split_names
from artimap.core.text import unaccented, web_address
from artimap.core.vocab import About, ActorKind, CheckpointKind, EventKind, Predicate
from artimap.sources.crosswalk import kind_of_words

_FORCE: Final = (
    r"(?:pnh|hnp|udmo|cimo|boid|utag|swat|polifront|usgpn|dcpj|blts|bsap|mss|mmas|mmss|gsf|frg|fad ?h|minustah"
    r"|minujusth"
    r"|polic(?:e|ier|iers|iere|ieres|eman|emen|ing)|la ?polis|polis|polisye|gendarm\w*|soldats?|soldiers?|soda|solda"
    r"|militair\w*|milite|military|army|armee|lame|troops?|troupes?|twoup|kenyan?s?|kenyen\w*|kenya's|contingents?|kontenjan"
    r"|(?:security|armed|state|special|foreign|international|multinational|peacekeeping|government) forces?"
    r"|forces? (?:de |d )?(?:l )?(?:securite|ordre|armees?|publiques?|speciales?|multinationales?|internationales?"
    r"|etrangeres?|etat|repression des gangs)|fos (?:de )?(?:l |nan )?(?:lod|sekirite|ame|lame|espesyal|miltinasyonal)"
    r"|multinational\w* (?:\w+ ){0,2}(?:mission|support|force)|mission multinationale|misyon miltinasyonal"
    r"|mission officers?|acteurs? etatiques?|state actors?|gang suppression|peacekeep\w*|casques? bleus?|task force"
    r"|fos miltinasyonal|coast ?guards?|garde ?cotes?|gad ?kot|mercena\w+|mesene|agents? de l ordre)"
)
_NOT: Final = re.compile(
    rf"\b(?:(?:no|without|sans|aucun\w*|absence|absent|pa gen|fake|false|faux|fausse?s?|fo|former|ex|ansyen|anciens?)\s"
    rf"(?:\w{{1,3}}\s){{0,2}}{_FORCE}\b|{_FORCE} (?:uniforms?|uniformes?|inifom)\b"
    rf"|(?:uniforms?|uniformes?|inifom|dressed as|deguises?) (?:\w{{1,3}} ){{0,2}}{_FORCE}\b)"
)
"""Men in the uniform of a force, or where there is none of it."""
_POST: Final = (
    r"(?:check ?points?|check ?posts?|posts?|postes?|pos|outposts?|avant postes?|patrol(?:s|ling)?|patrouill\w*"
    r"|patwouy\w*"
    r"|bases?|baz|camps?|kan|barracks|casernes?|kazen|garrisons?|garnisons?|positions?|pozisyon|points? de controle"
    r"|pwen kontwol|control points?|road ?blocks?|barrages?|baraj|barraj|barricades?|barikad|barye|barrieres?"
    r"|headquarters|hq|qg|quartiers? generaux|quartier general|stationed|stationnee?s?|estasyone|deployed|deployee?s?"
    r"|deploiements?|deployments?|deplwaman|deplwaye|presence|prezans|searches|fouilles?|fouye)"
)
_BETWEEN: Final = (
    r"(?:en|in|of|the|de|la|le|l|les|du|des|d|a|an|au|aux|by|par|pa|tenue?s?|kept|held|manned|run|nan|yo|ki|with|avec|ak|and|et|se"
    r"|is|are|est|sont|has|have|un|une|new|nouveau|nouvelle|permanent\w*|mobile|fixe|fixed|joint|mixte|special\w*|search"
    r"|control|controle|kontwol|patrol|observation|forward|main|small|haitian|haitienne|ayisyen|nationale?|nasyonal|unit|unite|inite)"
)
_FORCES: Final = re.compile(rf"\b{_FORCE}\b")
_PHRASE: Final = re.compile(rf"\b(?:{_FORCE}(?: {_BETWEEN}){{0,3}} {_POST}|{_POST}(?: {_BETWEEN}){{0,4}} {_FORCE})\b")
_POSTS: Final = re.compile(rf"\b{_POST}\b")
_DEFENCE: Final = re.compile(r"\b(?:self ?defen[cs]e|auto ?defense|oto ?defans|vigilan(?:ce|t)\w*|vijilans|bwa kale)\b")
_A_NAME = 6  # more words than this are a sentence, no name
_PARTS: Final = re.compile(r"\s*(?:[;,/&|+]|\s(?:et|and|ak|avec|with)\s)\s*")

_STANDING: Final = frozenset({EventKind.DEPLOYMENT, EventKind.CHECKPOINT_REPORT, EventKind.CONTROL_REPORT})
"""Kinds that tell where somebody is, and not what happened."""
_HAPPENED: Final = frozenset(EventKind) - _STANDING - {
    EventKind.OTHER, EventKind.ROAD_CLOSURE, EventKind.POLICE_OPERATION, EventKind.EXTORTION_OR_TOLL,
}  # fmt: skip
"""Kinds of which a force may be part without standing there."""
_HOLDING: Final = frozenset({Predicate.CONTROLS, Predicate.BASE, Predicate.PRESENCE, Predicate.DEPLOYED})
_KEPT_BY_FORCES: Final = frozenset({CheckpointKind.POLICE_POST, CheckpointKind.SEARCH_POST})
_PUBLISHED: Final = "facts;"
"""How the licence of facts begins that were read from publications."""


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", unaccented(text)))


@lru_cache(maxsize=8)
def _known(area: str) -> dict[str, ActorKind]:
    """Give what each actor of an area is, by every spelling of its name."""
    try:
        table = embedded.read_table(area, "actors")
    except (DataError, OSError):
        return {}  # an area without ACTORS: the words alone tell
    return {
        _plain(word): ActorKind(str(kind))
        for name, aliases, kind in zip(table["name"], table["aliases"], table["kind"], strict=True)
        for word in (*split_names(aliases), str(name))
    }


@lru_cache(maxsize=4096)
def _kinds_in(text: str, area: str) -> frozenset[ActorKind]:
    known, found = _known(area), set()
    if _plain(text) in known:
        return frozenset({known[_plain(text)]})
    for part in _PARTS.split(text):
        bare = _plain(part)
        if bare in known:
            found.add(known[bare])
        elif _FORCES.search(_NOT.sub(" ", bare)):
            found.add(ActorKind.STATE_FORCE)
        elif _DEFENCE.search(bare):
            found.add(ActorKind.SELF_DEFENCE)
    return frozenset(found)


def names_force(cell: object, area: Area, forces: Sequence[str]) -> bool:
    """Tell whether a cell of names holds a force, by the area's ACTORS or by the words for forces of any name.

    Parameters
    ----------
    cell
        Names, joined by ``"; "`` or as people join them.
    area
        Its ACTORS say what a known name is.
    forces
        Kinds of actors (:class:`artimap.core.vocab.ActorKind`) whose positions are held.
    """
    return isinstance(cell, str) and any(kind in forces for kind in _kinds_in(cell, area.name))


def tells_position(cell: object) -> bool:
    """Tell whether free text speaks of a force's post, base, patrol or presence.

    >>> tells_position("Poste de contrôle de la PNH au km 97"), tells_position("The police destroyed a gang's base")
    (True, False)
    """
    return isinstance(cell, str) and _PHRASE.search(_NOT.sub(" ", _plain(cell))) is not None


def _column(table: pd.DataFrame, name: str) -> list[object]:
    return table[name].tolist() if name in table.columns else [None] * len(table)


def _in_any(*cells: object) -> bool:
    return any(tells_position(cell) for cell in cells)


def _names_post(cell: object) -> bool:
    return isinstance(cell, str) and _POSTS.search(_plain(cell)) is not None


def _is_name(cell: object) -> bool:
    """Tell whether a cell begins as the name of an actor does; more words than a few are a sentence."""
    return (
        isinstance(cell, str)
        and len(cell.split()) <= _A_NAME
        and any(one.match(_plain(cell)) for one in (_FORCES, _DEFENCE))
    )


def positions(
    table: pd.DataFrame, area: Area, *, forces: Sequence[str], after_days: int, as_of: dt.date | None
) -> Bools:
    """Tell which rows give the position of a force and may not go out.

    Parameters
    ----------
    table
        EVENTS, CLAIMS, CHECKPOINTS, or a ledger's posts.
    area
        Its ACTORS say what a known name is.
    forces
        Kinds of actors whose positions are held.
    after_days
        A row that was publicly said (it has a web address, or the licence of published facts) passes once it is
        so many days old. Deployments never pass.
    as_of
        The day from which age counts back; without it no row is old.
    """
    stands = _standing(table, area, forces)
    if not stands.any():
        return stands
    kinds, abouts, said = (_column(table, name) for name in ("kind", "about", "predicate"))
    always = np.array(
        [EventKind.DEPLOYMENT in (kind, about) or one == Predicate.DEPLOYED
         for kind, about, one in zip(kinds, abouts, said, strict=True)],
        dtype=bool,
    )  # fmt: skip
    out: Bools = always | (stands & ~_public_and_old(table, after_days, as_of))
    return out


def _standing(table: pd.DataFrame, area: Area, forces: Sequence[str]) -> Bools:
    """Tell which rows say where a force stands, of whatever age."""

    def named(cell: object) -> bool:
        return names_force(cell, area, forces)

    rows = len(table)
    kinds = _column(table, "kind")
    if "predicate" in table.columns:
        parts = zip(*(_column(table, name) for name in ("about", "predicate", "value", "note")), strict=True)
        out = np.zeros(rows, dtype=bool)
        for at, (about, said, value, note) in enumerate(parts):
            if about in (About.PLACE, About.STRETCH) or said == Predicate.DEPLOYED:
                # where nobody is named the remark may say who is there
                who = named(value) if isinstance(value, str) else named(note)
                out[at] = said == Predicate.DEPLOYED or (said in _HOLDING and (who or tells_position(note)))
            elif about == About.CHECKPOINT:
                # Here a value may be a sentence, of a post that the police took away: only a name counts.
                out[at] = value in _KEPT_BY_FORCES or (_is_name(value) and named(value)) or _in_any(value, note)
        out |= np.array([about == About.DEPLOYMENT for about in _column(table, "about")], dtype=bool)
        # A post's claims stand or fall together: the one on its toll gives its place as well.
        posts = set(table.loc[out & (table["about"] == About.CHECKPOINT).to_numpy(dtype=bool), "subject"])
        if posts:
            of_post = table["subject"].isin(posts) & (table["about"] == About.CHECKPOINT)
            out |= of_post.to_numpy(dtype=bool)
        return out
    if "operator" in table.columns:
        words = zip(*(_column(table, name) for name in ("operator", "note", "words", "place")), strict=True)
        return np.array(
            [
                kind == CheckpointKind.POLICE_POST
                or (named(who) if isinstance(who, str) else kind in _KEPT_BY_FORCES)
                or _in_any(*texts)
                for kind, (who, *texts) in zip(kinds, words, strict=True)
            ],
            dtype=bool,
        )
    if "actors" not in table.columns and "kind" not in table.columns:
        return np.zeros(rows, dtype=bool)
    words = zip(kinds, *(_column(table, name) for name in ("actors", "sub_kind", "summary", "place")), strict=True)
    return np.array([_event_stands(kind, named(who), *texts) for kind, who, *texts in words], dtype=bool)


def _event_stands(kind: object, force: bool, sub_kind: object, summary: object, place: object) -> bool:  # noqa: FBT001 - one row's facts, in a row
    """Tell whether an event says where a force stands; ``force`` tells that one is among its actors."""
    if kind in _STANDING:
        return kind == EventKind.DEPLOYMENT or force or _in_any(sub_kind, summary, place)
    if kind in _HAPPENED:
        return False
    # A row whose kind tells nothing may still tell of an attack.
    told = kind_of_words(summary[:200]) if kind == EventKind.OTHER and isinstance(summary, str) else None
    if told in _HAPPENED and not tells_position(sub_kind):
        return False
    posted = _names_post(sub_kind) or (kind == EventKind.OTHER and _names_post(summary))
    return (force and posted) or _in_any(sub_kind, summary, place)


def _public_and_old(table: pd.DataFrame, after_days: int, as_of: dt.date | None) -> Bools:
    if as_of is None:
        return np.zeros(len(table), dtype=bool)
    public = np.array(
        [
            bool(web_address(url)) or (isinstance(licence, str) and licence.casefold().startswith(_PUBLISHED))
            for url, licence in zip(_column(table, "source_url"), _column(table, "licence"), strict=True)
        ],
        dtype=bool,
    )
    # The newest day that the row gives: what was said again is as young as the last time.
    days = [
        pd.to_datetime(table[name], errors="coerce", format="ISO8601")
        for name in ("reported", "last_confirmed", "last_reported", "date_end", "date_start")
        if name in table.columns
    ]
    if not days:
        return np.zeros(len(table), dtype=bool)
    newest = pd.concat(days, axis=1).max(axis=1)
    old = (newest <= pd.Timestamp(as_of - dt.timedelta(days=after_days))).to_numpy(dtype=bool)
    out: Bools = public & old
    return out


def layer_positions(table: pd.DataFrame, title: str, area: Area, *, forces: Sequence[str]) -> Bools:
    """Tell which rows of a user's layer give the position of a force: its marks stand where they are drawn.

    A title that names a force says so of every row; a cell does where it begins with a force, or speaks of its
    post.
    """
    rows = len(table)
    if names_force(title, area, forces) or tells_position(title):
        return np.ones(rows, dtype=bool)
    out = np.zeros(rows, dtype=bool)
    for at in range(table.shape[1]):
        cells = table.iloc[:, at]
        told = [
            isinstance(cell, str)
            and (
                tells_position(cell)
                or cell in _KEPT_BY_FORCES
                or ((_is_name(cell) or _plain(cell) in _known(area.name)) and names_force(cell, area, forces))
            )
            for cell in cells
        ]
        out |= np.array(told, dtype=bool)
    return out
