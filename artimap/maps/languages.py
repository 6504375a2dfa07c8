"""The other languages of a page: what differs from its first one, packed small.

A page is made once in each language. What the others hold is not repeated: only the places
where their data differ from the first language's are kept, as a tree of changes, and each
tree is compressed. The page opens one when its reader asks for that language.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

_WHOLE = "="
"""In a tree of changes: what stands here replaces the value as a whole."""


def changes(first: object, other: object) -> dict[str, Any] | None:
    """Give what has to change in ``first`` to make it ``other``; None where they are equal.

    Both are plain JSON values. Rows and entries that both have are compared one by one;
    lists of unlike length, and objects with unlike names, are replaced as a whole.

    >>> changes({"a": 1, "b": ["x", "y"]}, {"a": 1, "b": ["x", "z"]})
    {'b': {'1': {'=': 'z'}}}
    """
    found: dict[str, Any] = {}
    if isinstance(first, Mapping) and isinstance(other, Mapping) and first.keys() == other.keys():
        pairs = [(str(name), first[name], other[name]) for name in first]
    elif _is_row(first) and _is_row(other) and len(first) == len(other):  # type: ignore[arg-type]
        pairs = [(str(n), a, b) for n, (a, b) in enumerate(zip(first, other, strict=True))]  # type: ignore[call-overload]
    else:
        return None if first == other and type(first) is type(other) else {_WHOLE: other}
    for name, a, b in pairs:
        change = changes(a, b)
        if change is not None:
            found[name] = change
    return found or None


def _is_row(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def pack(value: object) -> str:
    """Compress plain data (zlib, as text in base64) for the page to open when it is asked.

    >>> len(pack(["the same again"] * 1000)) < 200
    True
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode("utf-8", "replace"), 9)).decode("ascii")
