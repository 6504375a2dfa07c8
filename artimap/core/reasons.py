"""Reasons as codes: ``other_road:rn5`` in a column, a sentence beside it, words for people in their language.

A code is a word of :class:`artimap.core.vocab.WhyNot`, and after colons its parameters in the order in
which its sentence names them. A parameter that is a list is joined by commas. Any sign in a
parameter that could part codes is written as in a URL (``%3A``), so that codes may stand in a list,
and a program parts them at ``:`` and ``,`` alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from string import Formatter
from typing import Any
from urllib.parse import quote, unquote

import pandas as pd

from artimap.core.i18n import tr, words
from artimap.core.schema import TEXT
from artimap.core.vocab import WhyNot


@cache
def parameters_of(why: WhyNot) -> tuple[str, ...]:
    """Give the names of the parameters of a reason, in their order.

    >>> parameters_of(WhyNot.UNIT_FAR), parameters_of(WhyNot.NO_PLACE)
    (('road', 'unit'), ())
    """
    return tuple(name for _, name, _, _ in Formatter().parse(why.text) if name)


def code_of(why: WhyNot, *values: object) -> str:
    """Write a reason and its parameters as a code; a list or tuple is one parameter.

    >>> code_of(WhyNot.OTHER_ROAD, ["rn5", "rn11"]), code_of(WhyNot.OLD, 730), code_of(WhyNot.TOO_FAR, "RN 1: old")
    ('other_road:rn5,rn11', 'old:730', 'too_far:RN%201%3A%20old')

    Raises
    ------
    ValueError
        If the reason has more parameters, or fewer: a mistake in the program, not in the data.
    """
    if len(values) != len(parameters_of(why)):
        msg = f"the reason {why.value} has the parameters {parameters_of(why)}, not {values}"
        raise ValueError(msg)
    # Every value is quoted whole, the commas between the values of a list are not: so both can be told
    # apart again.
    items = [value if isinstance(value, list | tuple) else [value] for value in values]
    return ":".join([why.value, *(",".join(quote(str(one), safe="") for one in each) for each in items)])


@cache
def read_code(code: str) -> tuple[WhyNot, dict[str, tuple[str, ...]]]:
    """Read a code: the reason, and the values of each parameter.

    >>> read_code("unit_far:RN1:section")
    (<WhyNot.UNIT_FAR: 'unit_far'>, {'road': ('RN1',), 'unit': ('section',)})

    Raises
    ------
    ValueError
        If it is no code of a reason.
    """
    word, *values = code.split(":")
    why = WhyNot(word)
    return why, {
        name: tuple(unquote(one) for one in value.split(","))
        for name, value in zip(parameters_of(why), values, strict=True)
    }


@cache
def sentence(code: str) -> str:
    """Give the sentence of a code, as it stands in the text columns.

    >>> sentence("other_road:rn5,rn11")
    'the report names another road (rn5, rn11)'
    """
    why, values = read_code(code)
    return why.text.format(**{name: ", ".join(value) for name, value in values.items()})


def sentences(codes: Iterable[Any], index: pd.Index | None = None) -> pd.Series:
    """Give the sentences of many codes as a text column; null where there is no code."""
    return pd.Series([sentence(code) if isinstance(code, str) else None for code in codes], index=index, dtype=TEXT)


def tally(codes: Iterable[object]) -> dict[str, int]:
    """Count codes, the most frequent first, and those as frequent by their sentences; null is none."""
    counts = Counter(code for code in codes if isinstance(code, str))
    return {
        str(code): int(n) for code, n in sorted(counts.items(), key=lambda pair: (-pair[1], sentence(str(pair[0]))))
    }


def in_sentences(counts: dict[str, int]) -> dict[str, int]:
    """Give counts by sentence in place of counts by code, in the same order."""
    return {sentence(code): n for code, n in counts.items()}


def why_words(code: str, lang: str) -> str:
    """Say a reason in a language.

    >>> why_words("other_road:rn5", "fr")
    'le rapport nomme une autre route (RN5)'

    Raises
    ------
    KeyError
        If a language has no words for the reason: never those of another language.
    ValueError
        If it is no code of a reason.
    """
    why, values = read_code(code)
    shown = {name: ", ".join(_shown(name, one, lang) for one in value) for name, value in values.items()}
    return tr(f"why.{why.value}", lang, **shown)


def _shown(name: str, value: str, lang: str) -> str:
    if name == "unit":
        return words(lang).get(f"where.{value}", value)
    return value.upper() if name == "roads" else value  # a road's number stands on its sign in capitals
