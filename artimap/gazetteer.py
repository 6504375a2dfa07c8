"""Place names in words: folding, finding, and reading a phrase as a place.

Names are compared blind to accents, case, hyphens, every kind of apostrophe, articles,
``St``/``Saint`` and the common Kreyòl and French spellings of one sound. All candidates
come back with a score and a reason: there is no silent first hit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache

import geopandas as gpd
import pandas as pd
import shapely

from artimap import data
from artimap.area import Area, read_places, unit_points
from artimap.corridor import Corridor, read_corridor
from artimap.errors import PlaceError
from artimap.schema import TEXT, split_names
from artimap.vocab import Where

_APOSTROPHES = "'’‘ʼ`´′＇‛"
_ARTICLES = frozenset({"la", "le", "les", "l", "de", "du", "des", "d", "the", "of"})
_WORDS = {"st": "saint", "ste": "sainte", "pte": "petite", "gde": "grande", "kafou": "carrefour", "carr": "carrefour"}
_SPELLINGS = {
    "peye": "paye",
    "peille": "paye",
    "peiye": "paye",
    "lakwa": "lacroix",
    "estere": "lestere",
    "esther": "lestere",
}
_FUZZY_LEAST = 0.84
_CLOSE = 0.08
"""Two candidates whose scores lie closer than this leave the reading ambiguous."""


@cache
def fold(text: str) -> str:
    """Give the bare form of a name, for comparing.

    >>> fold("L’Estère") == fold("L'ESTERE") == fold("LEstere") == fold("Estère")
    True
    >>> fold("St-Marc") == fold("Saint Marc"), fold("Carrefour Peye") == fold("carrefour paye")
    (True, True)
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = re.sub(f"[{re.escape(_APOSTROPHES)}]", "'", plain)
    plain = re.sub(r"\b([ld])'", r"\1 ", plain).replace("'", "")
    words = [_WORDS.get(word, word) for word in re.findall(r"[a-z0-9]+", plain)]
    kept = [word for word in words if word not in _ARTICLES] or words
    joined = [_SPELLINGS.get(word, word) for word in kept]
    return " ".join(joined)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that a name may mean, how well it fits, and why."""

    where: Where
    id: str
    name: str
    score: float
    why: str
    kind: str
    commune: str
    geometry: shapely.Geometry = field(repr=False, compare=False)


def _names(row: pd.Series, columns: Iterable[str]) -> list[tuple[str, str]]:
    """List the names of a row with what kind of name each is."""
    out: list[tuple[str, str]] = []
    for column in columns:
        value = row.get(column)
        if isinstance(value, str):
            label = {"name": "name", "name_ht": "Kreyòl name", "name_fr": "French name"}.get(column, "other spelling")
            out.extend((name, label) for name in (split_names(value) if column == "aliases" else (value,)))
    return out


def _score(asked: str, name: str) -> tuple[float, str]:
    """Compare two folded names: 1 is the same, 0 nothing in common."""
    if asked == name:
        return 1.0, "same"
    asked_words, words = asked.split(), name.split()
    if "".join(asked_words) == "".join(words):
        return 0.98, "same but for spaces"
    if len(asked_words) < len(words) and words[: len(asked_words)] == asked_words and len(asked) >= 4:
        return 0.86, "short form"
    if set(asked_words) < set(words) and len(asked) >= 5:
        return 0.72, "part of the name"
    if len(asked_words) > len(words) and set(words) < set(asked_words) and len(name) >= 5:
        return 0.68, "the name stands among the words"
    ratio = SequenceMatcher(None, asked.replace(" ", ""), name.replace(" ", ""), autojunk=False).ratio()
    if ratio >= _FUZZY_LEAST and min(len(asked), len(name)) >= 5:
        return round(0.8 * ratio, 3), "spelt nearly so"
    return 0.0, ""


def match_name(table: pd.DataFrame, text: str) -> int | None:
    """Give the position of the one row of ``table`` that ``text`` names, or None.

    Only whole names count (no near spellings), in the columns ``name``, ``name_fr``,
    ``name_ht`` and ``aliases``.
    """
    asked = fold(text)
    for position, (_, row) in enumerate(table.iterrows()):
        names = _names(row, ("name", "name_fr", "name_ht", "aliases"))
        if any(_score(asked, fold(name))[0] >= 0.98 for name, _ in names):
            return position
    return None


@dataclass(frozen=True)
class _Entry:
    where: Where
    id: str
    name: str
    kind: str
    commune: str
    names: tuple[tuple[str, str], ...]
    geometry: shapely.Geometry


@cache
def _entries(area: Area) -> tuple[_Entry, ...]:
    units = data.read_table(area.name, "units")
    points = unit_points(area)
    commune_of = dict(zip(units["pcode"], units["name"], strict=True))
    entries = []
    for _, row in read_places(area).iterrows():
        where = Where.POINT if row["kind"] == "junction" else Where.PLACE
        commune = commune_of.get(row["adm2_pcode"], "") if isinstance(row["adm2_pcode"], str) else ""
        names = tuple((fold(n), label) for n, label in _names(row, ("name", "name_fr", "name_ht", "aliases")))
        entries.append(_Entry(where, row["place_id"], row["name"], row["kind"], commune, names, row["geometry"]))
    levels = {"adm1": Where.DEPARTMENT, "adm2": Where.COMMUNE, "adm3": Where.SECTION}
    for _, row in units.iterrows():
        commune = commune_of.get(row["parent"], "") if row["level"] == "adm3" else row["name"]
        names = tuple((fold(n), label) for n, label in _names(row, ("name", "name_ht", "aliases")))
        point = points.loc[row["pcode"]]
        entries.append(_Entry(levels[row["level"]], row["pcode"], row["name"], row["level"], commune, names, point))
    return tuple(entries)


def _candidates(area: Area, text: str, *, only: Sequence[Where] | None = None) -> list[Candidate]:
    asked = fold(text)
    if not asked:
        return []
    found = []
    for entry in _entries(area):
        if only is not None and entry.where not in only:
            continue
        best, why = 0.0, ""
        for name, label in entry.names:
            score, reason = _score(asked, name)
            if label == "other spelling":
                score *= 0.98
            if score > best:
                best, why = score, f"{label}: {reason}"
        # a town is likelier meant than the commune or section that bears its name
        best -= {Where.COMMUNE: 0.03, Where.SECTION: 0.05, Where.DEPARTMENT: 0.0}.get(entry.where, 0.0) * (best > 0)
        if best > 0.5:
            found.append(
                Candidate(
                    entry.where, entry.id, entry.name, round(best, 3), why, entry.kind, entry.commune, entry.geometry
                )
            )
    return sorted(found, key=lambda one: (-one.score, one.id))


def find_place(area: Area, text: str) -> gpd.GeoDataFrame:
    """Find every place and unit that a name may mean.

    Parameters
    ----------
    area
        The area.
    text
        A name in any spelling, for example ``"LEstere"``, ``"Lestè"``, ``"St Marc"``.

    Returns
    -------
    GeoDataFrame
        Candidates, best first: ``where`` (point, place, section, commune, department),
        ``id`` (place id or p-code), ``name``, ``kind``, ``commune``, ``score`` (0–1),
        ``why``, geometry (an interior point) in ``area.crs``. No row where nothing fits.

    Examples
    --------
    >>> import artimap as am
    >>> am.find_place(am.area("artibonite"), "leste")["name"].iloc[0]
    "L'Estère"
    """
    found = _candidates(area, text)
    columns = ("where", "id", "name", "kind", "commune", "why")
    table = pd.DataFrame({name: pd.Series([str(getattr(one, name)) for one in found], dtype=TEXT) for name in columns})
    table.insert(5, "score", [one.score for one in found])
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([one.geometry for one in found], crs=area.crs), crs=area.crs)


# -- phrases --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """What a place in words comes down to.

    ``kind`` is ``nowhere`` where the words name nothing that is known; ``why`` then says
    so. ``ambiguous`` is true where the best two candidates lie close together.
    """

    text: str
    kind: Where
    name: str
    why: str
    geo_precision: int
    place_id: str | None = None
    pcode: str | None = None
    corridor_id: str | None = None
    from_m: float | None = None
    to_m: float | None = None
    ambiguous: bool = False
    candidates: tuple[Candidate, ...] = ()
    geometry: shapely.Geometry = field(default_factory=shapely.Point, repr=False, compare=False)


_ROAD = re.compile(
    r"\b(?:rn|r\.n\.|route nationale|routes? nationales?|nationale?|national road|national highway|wout nasyonal)"
    r"\s*(?:#|no\.?|nº|n°|num[eé]ro|nimewo|number)?\s*(\d|one|une?)\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\b(?:between|entre|ant|antre)\s+(.+?)\s+(?:and|et|ak|e)\s+(.+)$|\b(?:from|de|soti)\s+(.+?)\s+(?:to|à|a|rive|jiska)\s+(.+)$",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    r"\b(\d{1,2})\s*(?:st|nd|rd|th|re|ère|ere|er|e|ème|eme|yèm|yem|è)\b|\b(premi[eè]re?|first|premye)\b", re.IGNORECASE
)
_SECTION = re.compile(r"\b(?:communal\s+section|section(?:\s+communale)?|seksyon(?:\s+kominal)?)\b", re.IGNORECASE)
_BEFORE = (
    r"near", r"close to", r"outside", r"(?:at )?(?:the )?entrance (?:of|to)", r"(?:à )?l[’']entrée d[eu'’]",
    r"entr[eé]e d[eu'’]", r"non loin d[eu'’]", r"près d[eu'’]", r"pre", r"nan zòn", r"zone d[eu'’]",
    r"(?:in )?(?:the )?area of", r"town of", r"city of", r"ville d[eu'’]", r"commune d[eu'’]", r"komin",
    r"centre-ville d[eu'’]", r"downtown", r"in", r"at", r"on", r"sur", r"nan", r"à", r"a", r"aux?",
    r"au niveau d[eu'’]",
)  # fmt: skip
_NOISE = re.compile(r"\b(?:" + "|".join(_BEFORE) + r")\s+", re.IGNORECASE)


def _road_of(text: str) -> tuple[str | None, str]:
    """Take the road's number out of a phrase: its id and the rest of the words."""
    found = _ROAD.search(text)
    if not found:
        return None, text
    number = {"one": "1", "un": "1", "une": "1"}.get(found.group(1).lower(), found.group(1))
    rest = (text[: found.start()] + " " + text[found.end() :]).strip(" ,;()")
    rest = re.sub(r"(?:\s*\b(?:on|sur|sou|the|la|les|de|in))+\s*$", "", rest, flags=re.IGNORECASE).strip(" ,;()")
    return f"rn{number}", rest


def _clean(text: str) -> str:
    return _NOISE.sub("", text.strip(" ,;.")).strip(" ,;.()")


def resolve(area: Area, text: str) -> Reading:
    """Read a place in words.

    Parameters
    ----------
    area
        The area.
    text
        For example ``"between Saint-Marc and Gonaïves on RN1"``, ``"près de Pont-Sondé"``,
        ``"1re section communale de L'Estère"``, ``"Savien, Petite-Rivière"``.

    Returns
    -------
    Reading
        A stretch for a stretch, a section for a section; nothing is invented.
    """
    road_id, rest = _road_of(text)
    between = _BETWEEN.search(rest)
    if between:
        ends = [group for group in between.groups() if group is not None]
        reading = _stretch(area, text, road_id or area.corridor_id, ends[0], ends[1])
        if reading is not None:
            return reading
    numbered = _numbered_section(area, text, rest)
    if numbered is not None:
        return numbered
    words = _clean(rest)
    if not words or not fold(words):
        if road_id is not None:
            why = "the road is named, but not where on it"
            return Reading(text, Where.NOWHERE, road_id.upper(), why, 3, corridor_id=road_id)
        return Reading(text, Where.NOWHERE, "", "no place in these words", 3)
    only = (Where.SECTION,) if _SECTION.search(rest) else None
    name = _SECTION.sub("", words).strip(" ,")
    found = _candidates(area, name, only=only)
    context = ""
    if not found or found[0].score < 0.9:
        pieces = [piece for piece in re.split(r"[,;/()]", name) if fold(piece)]
        if len(pieces) > 1:
            first = _candidates(area, _clean(pieces[0]), only=only)
            if first and first[0].score >= 0.85:
                found, context = first, fold(" ".join(pieces[1:]))
            else:  # the finer word is unknown: the wider one still says the commune
                rest_found = _candidates(area, _clean(pieces[-1]))
                found = [one for one in rest_found if one.where in (Where.COMMUNE, Where.SECTION)]
    if context:
        narrowed = [one for one in found if one.commune and _score(context, fold(one.commune))[0] >= 0.68]
        found = narrowed or found
    if not found or found[0].score < 0.7:
        return Reading(
            text,
            Where.NOWHERE,
            "",
            "no known place fits these words",
            3,
            corridor_id=road_id,
            candidates=tuple(found[:5]),
        )
    return _as_reading(text, found, road_id)


def _as_reading(text: str, found: list[Candidate], road_id: str | None) -> Reading:
    best = found[0]
    rivals = [one for one in found[1:] if best.score - one.score < _CLOSE and not _same_spot(best, one)]
    unit = best.where in (Where.SECTION, Where.COMMUNE, Where.DEPARTMENT)
    why = best.why + (f"; could also be {rivals[0].name} ({rivals[0].kind}, {rivals[0].commune})" if rivals else "")
    return Reading(
        text=text,
        kind=best.where,
        name=best.name,
        why=why,
        geo_precision={Where.SECTION: 2, Where.COMMUNE: 3, Where.DEPARTMENT: 3}.get(best.where, 1),
        place_id=None if unit else best.id,
        pcode=best.id if unit else None,
        corridor_id=road_id,
        ambiguous=bool(rivals),
        candidates=tuple(found[:5]),
        geometry=best.geometry,
    )


def _same_spot(best: Candidate, other: Candidate) -> bool:
    """Tell whether a unit is only named after the town that it holds."""
    units = (Where.SECTION, Where.COMMUNE)
    return best.where not in units and other.where in units and best.commune == other.commune


def _numbered_section(area: Area, text: str, rest: str) -> Reading | None:
    ordinal = _ORDINAL.search(rest)
    if not (ordinal and _SECTION.search(rest)):
        return None
    number = ordinal.group(1) or "1"
    words = _clean(_SECTION.sub(" ", rest[: ordinal.start()] + " " + rest[ordinal.end() :]))
    units = data.read_table(area.name, "units")
    sections = units[(units["level"] == "adm3") & (units["number"] == number)]
    for candidate in _candidates(area, words):
        inside = sections[(sections["parent"] == candidate.id) | (sections["pcode"] == candidate.id)]
        if candidate.where in (Where.PLACE, Where.POINT):
            places = read_places(area).set_index("place_id")
            inside = sections[sections["parent"] == places.loc[candidate.id, "adm2_pcode"]]
        if len(inside) == 1 and candidate.score >= 0.7:
            pcode = str(inside["pcode"].iloc[0])
            one = [c for c in _candidates(area, str(inside["name"].iloc[0]), only=(Where.SECTION,)) if c.id == pcode]
            if one:
                return Reading(
                    text, Where.SECTION, one[0].name, f"section {number} of {candidate.name}", 2,
                    pcode=pcode, candidates=(one[0],), geometry=one[0].geometry,
                )  # fmt: skip
    return None


def _stretch(area: Area, text: str, road_id: str, start: str, stop: str) -> Reading | None:
    try:
        corridor = read_corridor(area, road_id)
    except ValueError:
        return None
    ends = [_end_on(corridor, area, words) for words in (start, stop)]
    if ends[0] is None or ends[1] is None or abs(ends[0][0] - ends[1][0]) < 1.0:
        return None
    (low, a), (high, b) = sorted((ends[0], ends[1]), key=lambda end: end[0])
    return Reading(
        text, Where.STRETCH, f"{corridor.ref} {a} – {b}", "the road between two places", 2,
        corridor_id=road_id, from_m=low, to_m=high, geometry=corridor.piece(low, high),
    )  # fmt: skip


_ON_ROAD_M = 3_000.0


def _end_on(corridor: Corridor, area: Area, words: str) -> tuple[float, str] | None:
    for candidate in _candidates(area, _clean(words), only=(Where.PLACE, Where.POINT)):
        chainage, offset = corridor.project([candidate.geometry])
        if candidate.score >= 0.8 and offset[0] <= _ON_ROAD_M:
            return float(chainage[0]), candidate.name
    return None


def known_place(area: Area, text: str) -> Candidate:
    """Give the one place that a name means.

    Raises
    ------
    PlaceError
        If nothing fits, or if the best two candidates lie close together.
    """
    reading = resolve(area, text)
    if not reading.candidates or reading.kind is Where.NOWHERE:
        msg = f"no known place fits {text!r} in {area.label}"
        raise PlaceError(msg)
    if reading.ambiguous:
        options = "; ".join(f"{one.name} ({one.kind}, {one.commune})" for one in reading.candidates[:4])
        msg = f"{text!r} may mean several places: {options}"
        raise PlaceError(msg)
    return reading.candidates[0]
