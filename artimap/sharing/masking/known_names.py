"""Words and names that stay in a text: places, groups, institutions, and the word lists of the rules."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import pandas as pd

from artimap.areas import embedded
from artimap.areas.area import AREAS, Area
from artimap.core.schema import split_names

_ATOM = re.compile(r"[^\W_]+")


@lru_cache(maxsize=1 << 16)  # most words come again
def plain(text: str) -> str:
    """Give a word without accents and case.

    >>> plain("Pont-Sondé")
    'pont-sonde'
    """
    # Accents are taken apart from their letters first and then dropped: sources write "Gonaives" and
    # "Gonaïves".
    return "".join(one for one in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(one))


@dataclass(frozen=True, slots=True)
class Words:
    """The word lists of ``words.toml``, folded by :func:`plain`."""

    titles: frozenset[str]
    short_titles: frozenset[str]
    cues: frozenset[str]
    kin: frozenset[str]
    humans: frozenset[str]
    speech: frozenset[str]
    heads: frozenset[str]
    tails: frozenset[str]
    locative: frozenset[str]
    plain: frozenset[str]
    openers: frozenset[str]
    nickname_heads: frozenset[str]
    given: frozenset[str]
    weak_given: frozenset[str]
    family: frozenset[str]
    offices: frozenset[str]
    name_cues: frozenset[str]
    lone_given: frozenset[str]
    """Given names as they are listed that are no words: names even alone and without a capital."""
    listed: frozenset[str]
    """All listed words that are no names."""


def _raw() -> dict[str, str | list[str]]:
    return tomllib.loads(files("artimap.sharing.masking").joinpath("words.toml").read_text(encoding="utf-8"))


@cache
def words() -> Words:
    """Read the word lists, once."""
    raw = _raw()
    read: dict[str, frozenset[str]] = {}
    for name, entry in raw.items():
        if name.startswith("known_"):
            continue
        read[name] = frozenset(plain(one) for one in (entry.split() if isinstance(entry, str) else entry))
    ordinary = frozenset[str]().union(*(found for name, found in read.items() if name not in _PEOPLE))
    words_too = ordinary | read["weak_given"]

    def kreyol(names: frozenset[str]) -> frozenset[str]:
        # A spelling of three letters is too often a word of its own.
        spelt = (one for name in names for one in kreyol_spellings(name))
        return names | {one for one in spelt if len(one) > 3 and one not in words_too}

    lone = read["given"] - read["weak_given"]
    weak = kreyol(read["weak_given"])
    people = {"given": kreyol(lone) | weak, "weak_given": weak, "family": kreyol(read["family"])}
    return Words(**read | people, lone_given=lone - ordinary, listed=ordinary)


_PEOPLE = frozenset({"given", "weak_given", "family", "cues", "name_cues"})
_TO_KREYOL = tuple(
    (re.compile(found), put)
    for found, put in (
        (r"ph", "f"), (r"th", "t"), (r"(?<![cs])h", ""), (r"s[ch]+", "ch"), (r"chr", "kr"), (r"c?qu|c[ck]", "k"),
        (r"c(?=[eiy])", "s"), (r"c(?!h)", "k"), (r"x$", ""), (r"tz", "ts"), (r"^s(?=[tpk])", "es"), (r"ey$", "e"),
        (r"x", "ks"), (r"gn", "ny"), (r"gu(?=[eiy])", "g"),
        (r"g(?=[eiy])", "j"), (r"je(?=an)", "j"), (r"eau|au", "o"), (r"oin(?![aeiouy])", "wen"), (r"oi|oy", "wa"),
        (r"oui", "wi"), (r"ou(?=[aei])", "w"), (r"ill", "iy"), (r"(?:ai|ei|[iy])[nm](?![aeiouynm])", "en"),
        (r"(?<=i)en(?![aeiouynm])", "EN"), (r"[ea][nm](?![aeiouynm])", "an"), (r"EN", "en"), (r"ai|o?eu|ei", "e"),
        (r"(?<![ow])u", "i"), (r"y", "i"), (r"i(?=[aeo])", "y"), (r"r(?=w|o)", "w"),
        (r"(?<=[aeiou])s(?=[aeiouy])", "z"), (r"(?<=[aeiou])r+(?![aeiouyw])", ""), (r"([^aeiou])\1", r"\1"),
    )
)  # fmt: skip


def kreyol_spellings(name: str) -> Iterator[str]:
    """Give how a French name may be written in Kreyòl, where each letter is a sound; without accents.

    >>> "antwan" in kreyol_spellings("antoine"), "jozef" in kreyol_spellings("joseph")
    (True, True)
    """
    # What is mute at the end differs from name to name: it is read both ways. A mute e goes last, as the
    # consonant before it is spoken: "Antoine" ends in n, not in a nasal vowel.
    mute = name[:-1] if re.search(r"(?:es|.{3}[sdtxz])$", name) else name
    for written in dict.fromkeys((name, mute)):
        spoken = written
        for pattern, put in _TO_KREYOL:
            spoken = pattern.sub(put, spoken)
        yield spoken
        if written.endswith("e"):
            yield spoken.removesuffix("e").removesuffix("r")
        if spoken.endswith("on"):
            yield f"{spoken}n"  # "Wilsonn": the n is spoken


Phrase = tuple[str, ...]


def atoms(text: str) -> Phrase:
    """Cut a name into its plain words."""
    return tuple(plain(match.group()) for match in _ATOM.finditer(text))


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names that survive, by their first word, longest first."""

    places: dict[str, tuple[Phrase, ...]]
    groups: dict[str, tuple[Phrase, ...]]
    group_words: frozenset[str]
    """Names of groups in one piece, as their accounts are called."""
    figures: frozenset[str]
    """Numbers that stand alone in some of the names: "Delmas 33"."""

    @staticmethod
    def _longest(table: dict[str, tuple[Phrase, ...]], here: Phrase, position: int) -> int:
        # Longest first, so that "Petite Riviere de l'Artibonite" is not read as "Petite Riviere" with a
        # stranger behind it.
        for phrase in table.get(here[position], ()):
            if here[position : position + len(phrase)] == phrase:
                return len(phrase)
        return 0

    def match(self, here: Phrase, position: int) -> tuple[int, str]:
        """Give how many words from a position make a known name, and ``group`` or ``place``."""
        group, place = self._longest(self.groups, here, position), self._longest(self.places, here, position)
        return (group, "group") if group >= place else (place, "place")


def _index(names: Iterable[str]) -> dict[str, tuple[Phrase, ...]]:
    table: dict[str, set[Phrase]] = {}
    for name in names:
        phrase = atoms(name)
        # A single letter as a known name would let initials of people through.
        if phrase and (len(phrase) > 1 or len(phrase[0]) > 1):
            table.setdefault(phrase[0], set()).add(phrase)
    return {first: tuple(sorted(found, key=lambda one: (-len(one), one))) for first, found in table.items()}


_REMARK = re.compile(r"\([^)]*\)")


def _cells(table: pd.DataFrame, *columns: str) -> Iterable[str]:
    for column in columns:
        for cell in table[column].dropna().unique():
            for name in split_names(cell):
                yield name
                # Names with a remark in brackets are known with it and without.
                yield _REMARK.sub("", name)


@cache
def known(area: Area | None) -> KnownNames:
    """Give the names that survive in texts about an area; with None, about any known area.

    Only the embedded tables count, which change with the version of artimap alone: kept in memory, they cannot
    grow stale. Names of layers that a user adds are left out on purpose. Nobody has looked through them for
    hamlets called after people, and a person of that name would go unmasked.
    """
    listed = _raw()
    places = list(split_names(str(listed["known_places"]).replace("\n", " ")))
    places += split_names(str(listed["known_namesakes"]).replace("\n", " "))
    groups = list(split_names(str(listed["known_groups"]).replace("\n", " ")))
    for one in (area,) if area is not None else AREAS.values():
        places += _cells(embedded.read_table(one.name, "places"), "name", "name_fr", "name_ht", "aliases")
        places += _cells(embedded.read_table(one.name, "units"), "name", "name_ht", "aliases")
        places += _cells(embedded.read_table(one.name, "place_words"), "place")
        places += _cells(embedded.read_table(one.name, "roads"), "name", "ref")
        groups += _cells(embedded.read_table(one.name, "actors"), "name", "aliases")
        for table in ("reports", "control_claims", "checkpoint_reports"):
            rows = embedded.read_table(one.name, table)
            places += _cells(rows, "place")
            groups += _cells(rows, "source")
    index = _index(groups)
    joined = frozenset("".join(phrase) for phrases in index.values() for phrase in phrases)
    here = _index(places)
    figures = (word for table in (here, index) for phrases in table.values() for one in phrases for word in one)
    return KnownNames(here, index, joined, frozenset(word for word in figures if word.isdecimal()))


@cache
def public_links(area: Area | None) -> frozenset[str]:
    """Give the links of the embedded tables, which stay whole though a headline in one may name a minister."""
    tables = ("reports", "control_claims", "checkpoint_reports")
    read = (embedded.read_table(one.name, name) for one in ((area,) if area else AREAS.values()) for name in tables)
    return frozenset(str(link) for rows in read for link in rows["source_url"].dropna())


@cache
def everyday(area: Area | None) -> frozenset[str]:
    """Give words that stand in lower case in the embedded texts and in the sentences of the products."""
    prose = [
        files("artimap.core").joinpath("i18n", f"{lang}.toml").read_text(encoding="utf-8")
        for lang in ("en", "fr", "ht")
    ]
    for one in (area,) if area is not None else AREAS.values():
        for table, columns in (("reports", ["summary", "note"]), ("control_claims", ["note"])):
            rows = embedded.read_table(one.name, table)
            prose += [str(cell) for column in columns for cell in rows[column].dropna()]
    lists = words()
    return frozenset(
        plain(match.group()) for text in prose for match in re.finditer(r"(?<![\w’'-])[a-zà-ÿ]{2,}(?![\w’'-])", text)
    ) - (lists.given - lists.weak_given)
