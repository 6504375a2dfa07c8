"""The words of the products in English, French and Kreyòl, and what is wrong with a user's rows. Errors stay English.

One TOML file a language, the same keys in all (a test holds that). A table ``review`` in a
file says which wordings are settled; a speaker has still to check all others, and products say so.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from artimap.core.vocab import Lang

_PLACEHOLDER = re.compile(r"\{\w*\}")


@cache
def _file(lang: str) -> dict[str, Any]:
    text = resources.files("artimap.core.i18n").joinpath(f"{lang}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _flatten(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat.update(_flatten(value, f"{prefix}{key}."))
        elif isinstance(value, str):
            flat[prefix + key] = value
    return flat


@cache
def words(lang: str) -> dict[str, str]:
    """Give all words of a language by dotted key, for example ``"kind.abduction"``.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    return {key: text for key, text in _flatten(_file(Lang(lang).value)).items() if not key.startswith("review.")}


@cache
def to_review(lang: str) -> frozenset[str]:
    """Give the keys whose wording a speaker has still to check: all that have words, and are not settled as they stand.

    A file without a table ``review`` asks for no check.
    """
    review = _file(Lang(lang).value).get("review")
    if review is None:
        return frozenset()
    # A settled wording counts only as it stands: once the text is changed, it asks for a check again.
    settled = review["settled"]
    return frozenset(
        key
        for key, text in words(lang).items()
        if settled.get(key) != text and any(map(str.isalpha, _PLACEHOLDER.sub("", text)))
    )


def to_review_first(lang: str) -> tuple[str, ...]:
    """Give those of the keys to check that a speaker is asked first, in their order."""
    asked = to_review(lang)
    return tuple(str(key) for key in _file(Lang(lang).value).get("review", {}).get("first", ()) if key in asked)


def tr(key: str, lang: str, /, **values: object) -> str:
    """Give the words for ``key`` in ``lang``, with ``{names}`` filled in from ``values``.

    >>> tr("kind.abduction", "fr")
    'enlèvement'

    Raises
    ------
    KeyError
        If no language has the key: a mistake in the program, not in the data.
    """
    text = words(lang)[key]
    return text.format(**values) if values else text


def format_day(day: dt.date, lang: str) -> str:
    """Write a day the way people do: 8 Oct 2024, 8 oct. 2024, 8 oktòb 2024.

    >>> format_day(dt.date(2024, 10, 8), "ht")
    '8 oktòb 2024'
    """
    months = words(lang)["date.months"].split("|")
    return f"{day.day} {months[day.month - 1]} {day.year}"


def format_number(value: float, lang: str, *, digits: int = 2) -> str:
    r"""Write a number with ``digits`` significant figures and the language's marks.

    >>> format_number(1234.5, "fr", digits=2), format_number(0.0456, "en")
    ('1\u202f200', '0.046')
    """
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits}g}")
    # Never in powers of ten: 1e-05 is no figure for a reader. Ten decimals are cut down to those that
    # say something.
    text = f"{rounded:,.10f}".rstrip("0").rstrip(".")
    return _marks(text, lang)


_LEAST_RATE = 0.001


def format_rate(value: float, lang: str) -> str:
    r"""Write events per km and month; what is below a thousandth is told as such.

    >>> format_rate(0.0456, "en"), format_rate(0.0000079, "fr")
    ('0.046', '< 0,001')
    """
    if 0 < value < _LEAST_RATE:
        return f"< {format_number(_LEAST_RATE, lang)}"
    return format_number(value, lang)


def format_count(value: int, lang: str) -> str:
    """Write a whole number in full with the language's thousands mark."""
    return _marks(f"{value:,d}", lang)


def _marks(text: str, lang: str) -> str:
    thousands, decimal = words(lang)["number.thousands"], words(lang)["number.decimal"]
    # Through a sign that no number has: in French the comma becomes the point's place taker, and would
    # be replaced twice.
    return text.replace(",", "\0").replace(".", decimal).replace("\0", thousands)


_FIELD = re.compile(r"\\\{(\w+)\\\}")


@cache
def _patterns(part: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Give the sentences of a part in English as patterns, the longest first."""
    known = [(key, text) for key, text in words(Lang.EN).items() if key.startswith(part + ".")]
    known.sort(key=lambda both: -len(both[1]))
    return tuple((key, re.compile(_FIELD.sub(r"(?P<\1>.*)", re.escape(text)), re.DOTALL)) for key, text in known)


def translated(text: str, part: str, lang: str) -> str:
    """Give a sentence that was made in English in another language; as it stands where no wording of it is known.

    Parameters
    ----------
    text
        The sentence.
    part
        The table of its wordings, for example ``"row_why"``.
    lang
        The language.

    Examples
    --------
    >>> translated("is not one of 1 to 3", "row_why", "fr")
    "n'est pas entre 1 et 3"
    """
    if lang == Lang.EN:
        return text
    for key, pattern in _patterns(part):
        if met := pattern.fullmatch(text):
            return tr(key, lang, **met.groupdict())
    return text
