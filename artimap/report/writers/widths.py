"""How wide the columns of a table are on paper: each writer of pages asks here."""

from __future__ import annotations

import re
from collections.abc import Sequence

PAGE_MM = 178.0
_BLANKS = re.compile(r"[ \n]+")
_LONGEST = 160
"""A cell of more letters than this asks for no more width."""
_LONGEST_WORD = 14
"""A word of more letters may be parted."""
_LETTER_MM, _INSET_MM = 1.3, 2.4


def column_widths(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Give each column its width in mm: what its longest word needs, and of the rest by what there is to read.

    >>> column_widths(["km", "What is reported"], [["12", "once in nine days, as far as anybody told"]])
    [5.0, 173.0]
    """
    least, wish = [], []
    for place, name in enumerate(head):
        texts = [name, *(row[place] for row in rows)]
        word = max((len(word) for text in texts for word in _BLANKS.split(text)), default=0)
        least.append(min(word, _LONGEST_WORD) * _LETTER_MM + _INSET_MM)
        mean = sum(min(len(text), _LONGEST) for text in texts) / len(texts)
        wish.append(max(mean * _LETTER_MM + _INSET_MM - least[-1], 0.0))
    left = max(PAGE_MM - sum(least), 0.0)
    whole = sum(wish)
    more = [left * one / whole if whole else left / max(len(head), 1) for one in wish]
    return [round(low + add, 2) for low, add in zip(least, more, strict=True)]
