"""Colours and other options that a user gives to shapes of their own: which may stand in a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_HEX: Final = re.compile(r"#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
_NUMBER: Final = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)"
_CALL: Final = re.compile(
    rf"(?:rgba?|hsla?)\(\s*{_NUMBER}(?:%|deg)?(?:\s*[,\s/]\s*{_NUMBER}%?){{2,3}}\s*\)", re.IGNORECASE
)
_WORD: Final = re.compile(r"[a-z]{3,20}", re.IGNORECASE)
_PLAIN: Final = re.compile(r"[\w .,%#()+-]*")
"""Other options: widths and dashes, names of caps, places and classes."""

_NAME: Final = re.compile(r"[A-Za-z_][\w-]*")
_MEANT: Final = "write a colour as #AA3377, rgb(170, 51, 119) or a CSS name such as crimson"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an option, and what to write in its place."""

    why: str
    fix: str


def is_colour(text: str) -> bool:
    """Tell whether a text is a colour and nothing else.

    ``#RGB`` to ``#RRGGBBAA``, ``rgb()`` and ``hsl()`` with plain numbers, and the names of
    CSS are colours. Whatever else CSS takes for one (addresses, variables, calls) is not.

    >>> is_colour("#AA3377"), is_colour("rgb(170, 51, 119)"), is_colour("crimson")
    (True, True, True)
    >>> is_colour("url(https://example.org/a)"), is_colour("javascript:alert(1)"), is_colour("var(--a)")
    (False, False, False)
    """
    if _HEX.fullmatch(text) or _CALL.fullmatch(text):
        return True
    if not _WORD.fullmatch(text):
        return False
    from matplotlib.colors import CSS4_COLORS  # noqa: PLC0415 - the list of CSS's names; only where one is given

    return text.lower() in CSS4_COLORS or text.lower() in ("transparent", "none")


def option_faults(options: Mapping[Any, Any]) -> Iterator[Fault]:
    """Find options that could become code, ask for something, or are no colour where one belongs.

    Parameters
    ----------
    options
        Names and values as folium hands them to Leaflet; what holds others is looked into.

    Yields
    ------
    Fault
        One for each option that may not stand in the page.
    """
    for name, value in options.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            yield Fault(f"has an option whose name is no word ({str(name)[:40]!r})", "leave it out")
        elif name.lower().endswith(("color", "colour")) and not isinstance(value, bool | None):
            if not (isinstance(value, str) and is_colour(value)):
                yield Fault(f"has {name}={_short(value)}, which is no colour", _MEANT)
        else:
            yield from _value_faults(name, value)


def _value_faults(name: str, value: object) -> Iterator[Fault]:
    if isinstance(value, str):
        if not _PLAIN.fullmatch(value):
            yield Fault(f"has {name}={_short(value)}, with signs that could become code", "use plain words and numbers")
    elif isinstance(value, Mapping):
        yield from option_faults(value)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _value_faults(name, one)
    elif value is not None and not isinstance(value, bool | int | float):
        yield Fault(f"has {name}, which is code of its own ({type(value).__name__})", "leave it out")


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 48 else text[:45] + "…'"
