"""Words as people write them: folding, matching names, and the links that may be followed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

import pandas as pd

from artimap.core.schema import objects, split_names

_PLAIN = re.compile(r"https?://[^\s<>\"'`\\^{}|]+", re.IGNORECASE)
"""No blank, quote, bracket or backslash: nothing that could end the attribute or the text that it stands in."""

_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|[0-9a-f:.]+", re.IGNORECASE)


def web_address(value: object) -> str:
    """Give an address only if it is plain http or https with a host; else nothing.

    Refused are every other scheme, addresses without a host or with a name or password before
    it (what stands before an ``@`` looks like the host and is not), and those with signs that
    are not seen or that have a meaning in HTML, Markdown or a script.

    Parameters
    ----------
    value
        Any cell: text, or null.

    Returns
    -------
    str
        The address without blanks around it, or an empty text.

    Examples
    --------
    >>> web_address(" https://example.org/a "), web_address("javascript:alert(1)"), web_address(None)
    ('https://example.org/a', '', '')
    >>> web_address("https://example.org@elsewhere.net")
    ''
    """
    if not isinstance(value, str):
        return ""
    address = value.strip()
    # Before parsing: urlsplit drops line ends and tabs in silence, and the address would be another
    # one.
    if not address.isprintable() or not _PLAIN.fullmatch(address):
        return ""
    try:
        parts = urlsplit(address)
        # Asking for the port raises where it is no number.
        known = bool(_HOST.fullmatch(parts.hostname or "")) and (parts.port is None or parts.port > 0)
    except ValueError:  # an unfinished bracket, or a port that is no number
        return ""
    return address if known and "@" not in parts.netloc else ""


UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)
"""Signs that a reader does not see but a terminal obeys: escapes, other ends of lines, turned directions, tags."""


def legible(text: str) -> str:
    r"""Give a text in which signs that are obeyed and not seen stand as text; tabs and line ends stay.

    >>> legible("\x1b[31mred\u202egnp.exe")
    '⟨U+001B⟩[31mred⟨U+202E⟩gnp.exe'
    """
    return UNSEEN.sub(lambda sign: f"⟨U+{ord(sign.group()):04X}⟩", text)


# All the signs that keyboards and word processors put for an apostrophe.
APOSTROPHES = "'’‘ʼ`´′＇‛"


ARTICLES = frozenset({"la", "le", "les", "l", "de", "du", "des", "d", "the", "of"})


_WORDS = {"st": "saint", "ste": "sainte", "pte": "petite", "gde": "grande", "kafou": "carrefour", "carr": "carrefour"}


# Whole words that sound alike in Kreyòl and French but differ by more than a letter or two.
_SPELLINGS = {
    "peye": "paye",
    "pey": "paye",
    "peille": "paye",
    "peiye": "paye",
    "lakwa": "lacroix",
    "estere": "lestere",
    "esther": "lestere",
}


_ELISION = re.compile(r"\b([ld])'")


def unaccented(text: str) -> str:
    """Give a text in small letters and without accents.

    >>> unaccented("Évènement")
    'evenement'
    """
    if text.isascii():
        return text.casefold()
    # Twice: casefold may make letters that can be parted again.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


@lru_cache(maxsize=65_536)
def fold_word(word: str) -> str:
    """Give the bare form of one word without its article: lower case, no accents, one spelling."""
    bare = "".join(char for char in unaccented(word) if "a" <= char <= "z" or "0" <= char <= "9")
    bare = _WORDS.get(bare, bare)
    return _SPELLINGS.get(bare, bare)


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Give the bare form of a name, for comparing.

    >>> fold("L’Estère") == fold("L'ESTERE") == fold("LEstere") == fold("Estère")
    True
    >>> fold("St-Marc") == fold("Saint Marc"), fold("Carrefour Peye") == fold("carrefour paye")
    (True, True)
    """
    for mark in APOSTROPHES:
        text = text.replace(mark, "'")
    words = re.findall(r"[a-z0-9]+", _ELISION.sub(r"\1 ", unaccented(text)).replace("'", ""))
    # A name of articles only ("Les") would otherwise fold to nothing and match everything.
    kept = [word for word in words if word not in ARTICLES] or words
    return " ".join(fold_word(word) for word in kept)


def _names(row: Mapping[str, object] | pd.Series, columns: Iterable[str]) -> list[tuple[str, str]]:
    """List the names of a row with what kind of name each is."""
    out: list[tuple[str, str]] = []
    for column in columns:
        value = row.get(column)
        if isinstance(value, str):
            label = {"name": "name", "name_ht": "Kreyòl name", "name_fr": "French name"}.get(column, "other spelling")
            out.extend((name, label) for name in (split_names(value) if column == "aliases" else (value,)))
    return out


def match_name(table: pd.DataFrame, text: str) -> int | None:
    """Give the position of the one row of ``table`` that ``text`` names, or None.

    Only whole names count (no near spellings), in the columns ``name``, ``name_fr``,
    ``name_ht`` and ``aliases``.
    """
    asked = fold(text).replace(" ", "")
    columns = [name for name in ("name", "name_fr", "name_ht", "aliases") if name in table.columns]
    for position, row in enumerate(zip(*(objects(table[name]) for name in columns), strict=True)):
        names = _names(dict(zip(columns, row, strict=True)), columns)
        if any(asked == fold(name).replace(" ", "") for name, _ in names):
            return position
    return None
