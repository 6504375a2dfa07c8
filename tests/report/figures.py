"""The figures of a text, as a reader takes them: days and numbers, by language, with what may stand behind them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import pandas as pd

MONTHS = {
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    "fr": ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    "ht": ["janvye", "fevriye", "mas", "avril", "me", "jen", "jiyè", "out", "septanm", "oktòb", "novanm", "desanm"],
}
UNITS = {
    "en": {"day": r"days?\b", "month": r"months?\b", "year": r"years?\b"},
    "fr": {"day": r"jours?\b", "month": r"mois\b", "year": r"ans?\b"},
    "ht": {"day": r"jou\b", "month": r"mwa\b", "year": r"an(e|ane)?\b"},
}
DAYS_IN = {"day": 1.0, "month": 365.25 / 12, "year": 365.25}
MARKS = re.compile(r"[\xa0 ]\[(?:R|\d+(?:–\d+)?)(?:, \d+(?:–\d+)?)*\]")


@dataclass(frozen=True)
class Figure:
    """A day (``value`` is a Timestamp) or a number; ``text`` as it is printed."""

    value: object
    text: str

    def __str__(self):
        return self.text

    def may_be(self, value) -> bool:
        """Tell whether the printed figure is this value, rounded to two figures or more, or to its decimals."""
        if isinstance(self.value, pd.Timestamp) or isinstance(value, pd.Timestamp):
            return type(self.value) is type(value) and self.value == value
        decimals = len(self.text.rpartition(".")[2]) if "." in self.text else 0
        rounded = {round(value, decimals), float(value), *(float(f"{value:.{digits}g}") for digits in (2, 3, 4))}
        return any(abs(self.value - one) < 1e-9 for one in rounded)


@cache
def figures(text, lang):
    """Give the figures of a text in order; source numbers are none of what is said."""
    text = MARKS.sub("", text).replace("\xa0", " ")
    months = {name: number for number, name in enumerate(MONTHS[lang], 1)}
    day = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(map(re.escape, months))}) (\d{{4}})\b")
    found = [(hit.start(), Figure(pd.Timestamp(int(hit[3]), months[hit[2]], int(hit[1])), hit[0]))
             for hit in day.finditer(text)]  # fmt: skip
    rest = day.sub(lambda hit: " " * len(hit[0]), text)
    group, point = (",", ".") if lang == "en" else ("\u202f", ",")
    number = rf"\d{{1,3}}(?:{group}\d{{3}})+(?!\d)|\d+(?:{re.escape(point)}\d+)?"
    for hit in re.finditer(number, rest):
        plain = hit[0].replace(group, "") if re.search(rf"{group}\d{{3}}(?!\d)", hit[0]) and group != point else hit[0]
        plain = plain.replace(point, ".")
        found.append((hit.start(), Figure(float(plain), plain)))
    return [one for _, one in sorted(found, key=lambda both: both[0])]


def unclaimed(text, lang, values, *, whole=False):
    """Give the figures of a text that are none of these values; with ``whole``, also the values that are not told."""
    left = [one for one in values if one is not None and not pd.isna(one)]
    lost = []
    for figure in figures(text, lang):
        at = next((n for n, value in enumerate(left) if figure.may_be(value)), None)
        if at is None:
            lost.append(str(figure))
        elif whole:
            left.pop(at)
    return lost + ([f"untold: {one}" for one in left] if whole else [])
