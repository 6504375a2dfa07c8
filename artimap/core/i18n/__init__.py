"""The words of the products in English, French and Kreyòl, and what is wrong with a user's rows. Errors stay English.

One TOML file a language, the same keys in all (a test holds that). A table ``review`` in a
file says which wordings are settled; ``attested_ht.csv`` says which stand so in a public Kreyòl text, and where. A
speaker has still to check all others, and products say so.
``tables.csv`` holds, a row a wording, what the embedded tables say in English (:func:`table_words`).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tomllib
from functools import cache, lru_cache
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


_TABLES = "tables."


@cache
def _table_rows() -> tuple[dict[str, str], ...]:
    text = resources.files("artimap.core.i18n").joinpath("tables.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(io.StringIO(text)))


@cache
def words(lang: str) -> dict[str, str]:
    """Give all words of a language by dotted key, for example ``"kind.abduction"``.

    Raises
    ------
    ValueError
        If there is no such language.
    """
    column = Lang(lang).value
    own = {key: text for key, text in _flatten(_file(column)).items() if not key.startswith("review.")}
    # A language that the table has no column for yet says it in English.
    return own | {_TABLES + row["en"]: row.get(column) or row["en"] for row in _table_rows()}


def settled(lang: str) -> frozenset[str]:
    """Give the keys whose wording is settled as it stands: once the text is changed, it asks for a check again."""
    column = Lang(lang).value
    table = _file(column).get("review", {}).get("settled", {})
    return frozenset(key for key, text in words(column).items() if table.get(key) == text)


@cache
def _attested_rows(lang: str) -> tuple[dict[str, str], ...]:
    file = resources.files("artimap.core.i18n").joinpath(f"attested_{lang}.csv")
    return tuple(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))) if file.is_file() else ()


def attested(lang: str) -> dict[str, str]:
    """Give the source of each wording that stands so, in the same sense, in a public text in this language.

    As with settled ones, only the words as they stand count: once the text is changed, its source says nothing of it.

    >>> attested("ht")["tables.detainees"]
    'https://www.voanouvel.com/a/haiti-prison/4188762.html'
    """
    column = Lang(lang).value
    known = words(column)
    return {row["key"]: row["source"] for row in _attested_rows(column) if known.get(row["key"]) == row["words"]}


def _long_words(text: str) -> set[str]:
    # Words of one or two letters (a, la, yo) are articles and pronouns: they stand in any text.
    return {word for word in re.findall(r"[^\W\d_]+", _PLACEHOLDER.sub(" ", text).lower()) if len(word) > 2}


def composed(lang: str) -> frozenset[str]:
    """Give the keys still to check whose words all stand in attested wordings.

    The words are known; that they stand so together, or in this sense, is not.
    """
    known = words(lang)
    store = set().union(*(_long_words(known[key]) for key in attested(lang)))
    return frozenset(key for key in to_review(lang) if (parts := _long_words(known[key])) and parts <= store)


@cache
def to_review(lang: str) -> frozenset[str]:
    """Give the keys whose wording a speaker has still to check: all with words that are not settled or attested.

    A file without a table ``review`` asks for no check.
    """
    if "review" not in _file(Lang(lang).value):
        return frozenset()
    done = settled(lang) | attested(lang).keys()
    return frozenset(
        key
        for key, text in words(lang).items()
        if key not in done and any(map(str.isalpha, _PLACEHOLDER.sub("", text)))
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


@cache
def _table_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = ((key, pattern) for key, pattern in _patterns(_TABLES[:-1]) if _PLACEHOLDER.search(key))
    return tuple(
        (key, re.compile(pattern.pattern.replace("(?P<n>.*)", r"(?P<n>[\d.,+–-]+)"))) for key, pattern in found
    )


_ENGLISH = frozenset(
    [
        "the",
        "of",
        "and",
        "with",
        "was",
        "were",
        "by",
        "from",
        "said",
        "had",
        "has",
        "have",
        "not",
        "is",
        "are",
        "who",
        "their",
        "they",
        "after",
        "before",
        "at",
        "near",
    ]
)


def _english_words(text: str) -> int:
    return sum(word in _ENGLISH for word in re.findall(r"\b[a-z]+\b", text))


def _by_pattern(text: str, lang: str) -> str | None:
    for key, pattern in _table_patterns():
        if met := pattern.fullmatch(text):
            parts = {name: table_words(part, lang) for name, part in met.groupdict().items()}
            # A pattern is for names: around a sentence it would make one of two languages.
            if not any(_english_words(part) for part in parts.values()):
                return tr(key, lang, **parts)
    return None


def _listed(text: str, lang: str, *, patterns: bool) -> str | None:
    """Give the wording of a text of the closed list, under a capital or not; None where it is not of it."""
    for form in (text, text[0].lower() + text[1:], text[0].upper() + text[1:]):
        found = words(lang).get(_TABLES + form)
        if found is None and patterns and ";" not in form:
            found = _by_pattern(form, lang)
        if found is not None:
            first = found[0] if form == text else found[0].upper() if text[0].isupper() else found[0].lower()
            return first + found[1:]
    return None


@lru_cache(maxsize=4096)
def table_words(text: str, lang: str) -> str:
    """Give what a table says in English, of a closed list, in another language; as it stands where it is not of it.

    Parts of a list joined by ``;`` are looked up one by one. Names stay names.

    >>> table_words("unnamed armed group; Gran Grif", "fr"), table_words("Mayor of Verrettes", "fr")
    ('groupe armé non nommé; Gran Grif', 'Maire de Verrettes')
    """
    if lang == Lang.EN or not text:
        return text
    found = _listed(text, lang, patterns=True)
    if found is None and ";" in text:
        found = "; ".join(table_words(part.strip(), lang) for part in text.split(";"))
    return text if found is None else found


def quoted(text: str, lang: str) -> str:
    r"""Give words that stay as somebody wrote them: in another language than English as a quotation.

    Where they are plainly English, that is said behind them.

    >>> quoted("Truck stopped by armed men at the bridge.", "fr")
    '«\xa0Truck stopped by armed men at the bridge.\xa0» (en anglais)'
    >>> quoted("Camion arrêté.", "fr"), quoted("Truck stopped.", "en")
    ('«\xa0Camion arrêté.\xa0»', 'Truck stopped.')
    """
    if lang == Lang.EN or not any(map(str.islower, text)):  # "38750 HTG" is no sentence
        return text
    return tr("quote.english" if _english_words(text) > 1 else "quote.text", lang, text=text)


@lru_cache(maxsize=4096)
def own_words(text: str, lang: str) -> str:
    r"""Give a sentence or note of a table in the language where it is of the closed list, else as a quotation.

    >>> own_words("fee not stated", "fr"), own_words("chen sou wout la", "fr")
    ('montant non indiqué', '«\xa0chen sou wout la\xa0»')
    """
    if lang == Lang.EN or not text:
        return text
    if (found := _listed(text, lang, patterns=False)) is not None:
        return found
    parts = [part.strip() for part in text.split(";")]
    told = [_listed(part, lang, patterns=False) if part else None for part in parts]
    if not any(told):
        return quoted(text, lang)
    return "; ".join(one or quoted(part, lang) for one, part in zip(told, parts, strict=True))
