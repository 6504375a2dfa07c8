"""Names in any spelling: folding them to compare, and finding all that a name may mean.

Names are compared blind to accents, case, hyphens, every kind of apostrophe, articles,
``St``/``Saint`` and the common Kreyòl and French spellings of one sound. All candidates
come back with a score and a reason: there is no silent first hit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import SequenceMatcher

import geopandas as gpd
import pandas as pd
import shapely

from artimap.areas import embedded
from artimap.areas.area import Area, read_places, sure_area, unit_points
from artimap.areas.user_layers import cached
from artimap.core.schema import TEXT, split_names
from artimap.core.text import _names, fold
from artimap.core.vocab import Where

# About one letter in six may differ.
_FUZZY_LEAST = 0.84


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that a name may mean, how well it fits, and why.

    ``from_m`` and ``to_m`` are the chainages of a stretch on the road ``id``, in metres.
    """

    where: Where
    id: str
    name: str
    score: float
    why: str
    kind: str
    commune: str
    geometry: shapely.Geometry = field(repr=False, compare=False)
    from_m: float | None = None
    to_m: float | None = None


@dataclass(frozen=True, eq=False)
class Entry:
    """One known thing: a place, a unit, or a locality that only lies in one of these.

    Attributes
    ----------
    where, id, name, kind, commune, geometry
        What a candidate says of it; for a locality without a point those of what holds it.
    names
        Folded names, each with what kind of name it is.
    adm2, adm3
        P-codes of the commune and section that it lies in (of itself, for a unit).
    locality
        Name of the locality that this only holds; empty for a thing of its own.
    road_id, from_m, to_m
        The road that a locality lies on, and where on it.
    """

    where: Where
    id: str
    name: str
    kind: str
    commune: str
    names: tuple[tuple[str, str], ...]
    geometry: shapely.Geometry
    adm2: str = ""
    adm3: str = ""
    locality: str = ""
    road_id: str = ""
    from_m: float | None = None
    to_m: float | None = None
    note: str = ""

    def candidate(self, score: float, why: str) -> Candidate:
        """Give this as a candidate with a score from 0 to 1 and its reason."""
        return Candidate(
            self.where, self.id, self.name, round(score, 3), why, self.kind, self.commune, self.geometry,
            self.from_m, self.to_m,
        )  # fmt: skip


def _score(asked: str, name: str) -> tuple[float, str]:
    """Compare two folded names: 1 is the same, 0 nothing in common."""
    if asked == name:
        return 1.0, "same"
    asked_words, words = asked.split(), name.split()
    if "".join(asked_words) == "".join(words):
        return 0.98, "same but for spaces"
    # Short forms and parts need some letters: "la" begins a good many names.
    if len(asked_words) < len(words) and words[: len(asked_words)] == asked_words and len(asked) >= 4:
        return 0.86, "short form"
    if set(asked_words) < set(words) and len(asked) >= 5:
        return 0.72, "part of the name"
    if len(asked_words) > len(words) and set(words) < set(asked_words) and len(name) >= 5:
        return 0.68, "the name stands among the words"
    one, other = asked.replace(" ", ""), name.replace(" ", "")
    # Of texts so unlike in length no share could be high enough; the search for it grows with the cube of the length.
    if 2 * min(len(one), len(other)) < _FUZZY_LEAST * (len(one) + len(other)):
        return 0.0, ""
    # autojunk is for long texts: it would ignore the commonest letters.
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    if ratio >= _FUZZY_LEAST and min(len(asked), len(name)) >= 5:
        return round(0.8 * ratio, 3), "spelt nearly so"
    return 0.0, ""


@cached
def entries(area: Area) -> tuple[Entry, ...]:
    """List the places and units of an area."""
    sure_area(area)
    # The embedded units, not those of an added layer: their names and other spellings are what the
    # phrases of reports are read by.
    units = embedded.read_table(area.name, "units")
    points = unit_points(area)
    commune_of = dict(zip(units["pcode"], units["name"], strict=True))
    out = []
    for _, row in read_places(area).iterrows():
        # A junction is the only place that is a point on the ground; a town has an extent, so it is
        # never pinned.
        where = Where.POINT if row["kind"] == "junction" else Where.PLACE
        adm2, adm3 = (row[name] if isinstance(row[name], str) else "" for name in ("adm2_pcode", "adm3_pcode"))
        names = tuple((fold(n), label) for n, label in _names(row, ("name", "name_fr", "name_ht", "aliases")))
        commune = commune_of.get(adm2, "")
        out.append(Entry(where, row["place_id"], row["name"], row["kind"], commune, names, row["geometry"], adm2, adm3))
    levels = {"adm1": Where.DEPARTMENT, "adm2": Where.COMMUNE, "adm3": Where.SECTION}
    for _, row in units.iterrows():
        where, code = levels[row["level"]], row["pcode"]
        # A commune is its own commune, so that a town and its commune compare as equals in adm2.
        parent = row["parent"] if where is Where.SECTION else code
        names = tuple((fold(n), label) for n, label in _names(row, ("name", "name_ht", "aliases")))
        adm2 = "" if where is Where.DEPARTMENT else parent
        adm3 = code if where is Where.SECTION else ""
        commune = commune_of.get(parent, row["name"])
        out.append(Entry(where, code, row["name"], row["level"], commune, names, points.loc[code], adm2, adm3))
    return tuple(out)


@cached
def localities(area: Area) -> tuple[Entry, ...]:
    """List names without a point of their own: each with what is known to hold it, or outside the area."""
    known = {one.id: one for one in entries(area)}
    out = []
    for row in embedded.read_table(area.name, "localities").fillna("").to_dict("records"):
        where = Where(row["where"])
        names = tuple((fold(name), "locality") for name in (row["name"], *split_names(row["aliases"])))
        span = [float(row[name]) * 1000 if row[name] else None for name in ("from_km", "to_km")]
        # No holder means a stretch of road, or a place outside the area: it has no unit to be widened
        # to.
        held = known.get(row["id"])
        if held is None:
            out.append(
                Entry(
                    where, row["road_id"], row["name"], "locality", "", names, shapely.Point(),
                    locality=row["name"], road_id=row["road_id"], from_m=span[0], to_m=span[1], note=row["note"],
                )
            )  # fmt: skip
        else:
            out.append(
                Entry(
                    where, held.id, held.name, held.kind, held.commune, names, held.geometry, held.adm2, held.adm3,
                    locality=row["name"], road_id=row["road_id"], note=row["note"],
                )
            )  # fmt: skip
    return tuple(out)


PENALTY = {Where.COMMUNE: 0.03, Where.SECTION: 0.05}
"""A town is likelier meant than the commune or section that bears its name."""

SPELLING = 0.98
"""A name that is only another spelling counts a little less than the name itself."""


def _candidates(area: Area, text: str) -> list[Candidate]:
    asked = fold(text)
    if not asked:
        return []
    found = []
    for entry in entries(area):
        best, why = 0.0, ""
        for name, label in entry.names:
            score, reason = _score(asked, name)
            if label == "other spelling":
                score *= SPELLING
            if score > best:
                best, why = score, f"{label}: {reason}"
        # Only where something fits, else a penalty would turn no score into a negative one.
        best -= PENALTY.get(entry.where, 0.0) * (best > 0)
        if best > 0.5:
            found.append(entry.candidate(best, why))
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
