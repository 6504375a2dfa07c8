"""Figures of people as they are told: "au moins 4", "une dizaine", "2 ou 3". An unclear figure is no faulty row."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from artimap.core.text import unaccented
from artimap.sources.columns import present, read_numbers
from artimap.sources.quarantine import Problems, QuotingNote
from artimap.sources.raw_table import distinct

_LONGEST: Final = 80
_MOST_PEOPLE: Final = 1e9
_MOST_SHOWN: Final = 6
_FIX: Final = (
    "write a whole number, or words such as 'au moins 4', 'une dizaine', '2 ou 3', 'plusieurs'; "
    "leave it empty where it is not said"
)

_NUMBERS: Final = {
    "un": 1, "une": 1, "one": 1, "youn": 1, "yon": 1, "deux": 2, "two": 2, "de": 2, "trois": 3, "three": 3, "twa": 3,
    "quatre": 4, "four": 4, "kat": 4, "cinq": 5, "five": 5, "senk": 5, "six": 6, "sis": 6, "sept": 7, "seven": 7,
    "set": 7, "huit": 8, "eight": 8, "uit": 8, "neuf": 9, "nine": 9, "nef": 9, "dix": 10, "ten": 10, "dis": 10,
    "onze": 11, "eleven": 11, "onz": 11, "douze": 12, "twelve": 12, "douz": 12, "quinze": 15, "fifteen": 15, "kenz": 15,
    "vingt": 20, "twenty": 20, "ven": 20, "trente": 30, "thirty": 30, "trant": 30, "cent": 100, "hundred": 100,
    "san": 100,
}  # fmt: skip
_ABOUT: Final = {
    "dizaine": 10, "dizen": 10, "douzaine": 12, "dozen": 12, "quinzaine": 15, "kenzen": 15, "vingtaine": 20,
    "venten": 20, "trentaine": 30, "quarantaine": 40, "cinquantaine": 50, "soixantaine": 60, "centaine": 100,
    "santen": 100,
}  # fmt: skip
# The least that such words mean: "plusieurs" is two at least, "des dizaines" twenty. No greatest figure
# is made up.
_SEVERAL: Final = {
    **dict.fromkeys(("plusieurs", "quelques", "quelques uns", "de nombreux", "nombreux", "beaucoup"), 2),
    **dict.fromkeys(("several", "some", "many", "a few", "a number", "anpil", "plizye", "kek", "kelke"), 2),
    **dict.fromkeys(("des dizaines", "plusieurs dizaines", "dizaines", "tens"), 20),
    **dict.fromkeys(("dozens", "douzaines", "des douzaines"), 24),
    **dict.fromkeys(("des centaines", "plusieurs centaines", "centaines", "hundreds", "de santen"), 200),
}
_NONE: Final = frozenset({"aucun", "aucune", "zero", "no", "nobody", "okenn", "pa gen", "zewo"})
_NOT_SAID: Final = frozenset(
    {"?", "??", "inconnu", "inconnue", "unknown", "non precise", "non precisee", "not stated", "not known", "nd", "np",
     "pa konnen", "enkoni", "indetermine", "a confirmer", "to be confirmed"}
)  # fmt: skip
# Whom the figure counts is left out, so that "4 morts" is 4.
_PEOPLE: Final = re.compile(
    r"\b(?:morts?|tues?|personnes?|blesses?|dead|killed|people|persons|injured|wounded|civils?|civilians?|moun|mouri|"
    r"enleves?|abducted|deplaces?|displaced|victimes?|victims?|viktim)\b"
)
# "12 morts dont 3 enfants" is 12: the part is not added.
_TAIL: Final = re.compile(r" (?:dont|including|incl|parmi|among) .*")
_AT_LEAST: Final = r"(?:au moins|at least|plus de|plus d|more than|over|omwen|plis pase|minimum|>=?|≥) ?(.+)"
_OR_MORE: Final = r"(.+?) ?(?:\+|ou plus|or more|au moins)"
_LEAST: Final = re.compile(f"{_AT_LEAST}|{_OR_MORE}")
_NEAR: Final = re.compile(r"(?:environ|env|about|around|approximately|pres de|presque|nearly|anviwon|preske|~|≈) ?(.+)")
_MOST: Final = re.compile(
    r"(?:au plus|au maximum|at most|jusqu a|up to|jiska|moins de|moins d|less than|fewer than|<=?|≤) ?(.+)"
)
_SPAN: Final = re.compile(r"(?:entre |between |from |ant |de )?(\w+) ?(?:a|ou|et|to|or|and|ak|-|–) ?(\w+)")
_ARTICLE: Final = re.compile(r"(?:une|un|a|yon|youn) (?=\w)")


@dataclass(frozen=True, slots=True)
class Figures:
    """A column of figures: the least, the middle and the greatest said (null: not said), and what words were met."""

    low: pd.Series
    best: pd.Series
    high: pd.Series
    note: str | None


_Figure = tuple[int | None, int | None, int | None]


def _number(word: str) -> int | None:
    """Give the number that a word or figures name exactly."""
    # Nine digits at most: more are a telephone number.
    return int(word) if re.fullmatch(r"[0-9]{1,9}", word) else _NUMBERS.get(word)


def _rounded(words: str) -> int | None:
    """Give the number that words or figures name, a round one too: "dizaine", "une vingtaine"."""
    bare = words.strip().removesuffix(" de").removesuffix(" d")
    return _ABOUT.get(_ARTICLE.sub("", bare, count=1), _number(bare))


def _plain(text: str) -> str:
    bare = " ".join(re.sub(r"['’.,;:()\"]", " ", unaccented(text[:_LONGEST])).split())
    return " ".join(_PEOPLE.sub(" ", _TAIL.sub("", bare)).split())


def figure_of(text: str) -> _Figure | None:
    """Read a figure in words, in French, English or Kreyòl.

    Parameters
    ----------
    text
        The words; of long ones only the beginning is looked at.

    Returns
    -------
    tuple or None
        The least, the middle and the greatest figure said, null where it is not said: "at least"
        names no greatest, "about" neither a least nor a greatest, "unknown" nothing. None if the
        words tell no figure.

    Examples
    --------
    >>> figure_of("au moins 4"), figure_of("2 ou 3")
    ((4, 4, None), (2, 2, 3))
    >>> figure_of("une dizaine de morts"), figure_of("hier")
    ((None, 10, None), None)
    """
    # Whole phrases first, patterns last.
    words = _plain(text)
    if words in _NOT_SAID:
        return (None, None, None)
    if words in _NONE:
        return (0, 0, 0)
    exact = _number(words)
    if exact is not None:
        return (exact, exact, exact)
    several = _SEVERAL.get(words.removesuffix(" de").removesuffix(" d"))
    if several is not None:
        return (several, several, None)
    return _bounded(words)


def _bounded(words: str) -> _Figure | None:
    """Read "at least", "at most", "from … to …" and "about"."""
    # The least and the middle are the lower figure: of "2 ou 3" two are sure.
    if span := _SPAN.fullmatch(words):
        low, high = _number(span[1]), _number(span[2])
        if low is not None and high is not None and low <= high:
            return (low, low, high)
    if least := _LEAST.fullmatch(words):
        low = _rounded(least[1] or least[2])
        return None if low is None else (low, low, None)
    if most := _MOST.fullmatch(words):
        high = _rounded(most[1])
        return None if high is None else (None, None, high)
    near = _NEAR.fullmatch(words)
    # "une dizaine" is about ten with or without a word for about, and bounds nothing.
    about = _rounded(near[1] if near else words)
    return None if about is None else (None, about, None)


def read_figures(column: pd.Series, problems: Problems, *, name: str) -> Figures:
    """Read a column of figures of people, in figures or in words.

    A figure in words is no reason to reject a report: "au moins 4" is 4 and no greatest, "2 ou 3" is
    2 to 3, "une dizaine" about 10, "plusieurs" at least 2, "inconnu" not said. Empty stays null,
    which is not zero. Cells that tell no figure reject their row.

    Parameters
    ----------
    column
        The cells.
    problems
        Where cells that tell no figure are marked.
    name
        Name of the column in the file.
    """
    numbers, bad, _ = read_numbers(column)
    values = numbers.to_numpy()
    with np.errstate(invalid="ignore"):
        whole = np.isfinite(values) & (values >= 0) & (values == np.floor(values)) & (values <= _MOST_PEOPLE)
    wrong = bad | ~(whole | np.isnan(values))
    # Three columns, low, best and high: a plain figure is all three.
    parts = np.repeat(np.where(whole, values, np.nan)[:, None], 3, axis=1)
    met: dict[str, _Figure] = {}
    if bad.any():
        # Only the cells that are no numbers, and each distinct text once.
        texts, codes = distinct(column[bad].reset_index(drop=True))
        read = [figure_of(text) if isinstance(text, str) else None for text in present(texts)]
        met = {str(text): one for text, one in zip(texts, read, strict=True) if one is not None}
        at = np.arange(len(read), dtype=np.intp) if codes is None else codes
        found = np.array([one or (None, None, None) for one in read], dtype=float).reshape(-1, 3)
        parts[bad] = found[at]
        wrong[bad] = np.array([one is None for one in read], dtype=bool)[at]
    problems.mark(wrong, column=name, why="is not a count of people", fix=_FIX, cells=column)
    low, best, high = (pd.Series(part, index=column.index).astype("Int64") for part in parts.T)
    return Figures(low, best, high, _note(name, met))


def _note(name: str, met: dict[str, _Figure]) -> str | None:
    if not met:
        return None
    shown = ", ".join(f"{text.strip()[:30]!r} as {_figure_words(one)}" for text, one in list(met.items())[:_MOST_SHOWN])
    return QuotingNote(f"{name}: figures in words were read", f"{shown}{', …' if len(met) > _MOST_SHOWN else ''}")


def _figure_words(figure: _Figure) -> str:
    low, best, high = figure
    if low is not None:
        return str(low) if low == high else f"at least {low}" if high is None else f"{low} to {high}"
    if high is not None:
        return f"at most {high}"
    return "not said" if best is None else f"about {best}"
