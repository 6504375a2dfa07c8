"""Things that go with a table and are no rows of it: its model, the reports behind it.

They lie in the table's ``attrs``, which pandas copies with every table, compares when tables are
put together, and writes as JSON into a Parquet file. So plain values lie there as they are, a day
as ``YYYY-MM-DD``, and anything else as an :class:`Aside`: a text for whoever writes it down, with
the thing itself inside, to be had by :func:`beside`.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from typing import Any, Self, TypeVar

import pandas as pd

T = TypeVar("T")


class Aside(str):
    """A thing in a table's ``attrs``, under words for it.

    Two are equal where their things are the same, or are values that can be hashed (a frozen
    model) and are equal: putting two tables together never compares rows or arrays. A copy is
    the same: what lies in ``attrs`` is not to be changed.

    Examples
    --------
    >>> import json
    >>> many = pd.Series([1, 2])
    >>> aside = Aside(many, "two numbers")
    >>> json.dumps({"behind": aside}), aside == Aside(many.copy(), "two numbers"), aside.thing is many
    ('{"behind": "two numbers"}', False, True)
    """

    __slots__ = ("thing",)
    thing: Any

    def __new__(cls, thing: Any, words: str | None = None) -> Self:
        """Put words to a thing; without them, its fields are named."""
        aside = super().__new__(cls, words_for(thing) if words is None else words)
        aside.thing = thing
        return aside

    def __eq__(self, other: object) -> bool:
        """Tell whether the two hold one thing, or equal values."""
        if not isinstance(other, Aside):
            return False
        if self.thing is other.thing:
            return True
        return _is_value(self.thing) and _is_value(other.thing) and bool(self.thing == other.thing)

    def __ne__(self, other: object) -> bool:
        """Tell whether the two hold different things."""
        return not self == other

    def __hash__(self) -> int:
        """Hash the words."""
        return super().__hash__()

    def __copy__(self) -> Aside:
        """Give itself: nothing in it changes."""
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Aside:
        """Give itself: pandas need not copy the thing with every table."""
        return self

    def __reduce__(self) -> tuple[type[Aside], tuple[Any, str]]:
        """Say how it is pickled: with its thing."""
        return Aside, (self.thing, str(self))


def _is_value(thing: object) -> bool:
    try:
        hash(thing)
    except TypeError:
        return False
    return True


def words_for(thing: object) -> str:
    """Name a thing and its fields, the members of a set in order.

    >>> words_for(frozenset({"b", "a"}))
    '{a, b}'
    """
    if is_dataclass(thing) and not isinstance(thing, type):
        inside = ", ".join(f"{one.name}={words_for(getattr(thing, one.name))}" for one in fields(thing) if one.repr)
        return f"{type(thing).__name__}({inside})"
    if isinstance(thing, AbstractSet):
        return "{" + ", ".join(sorted(words_for(one) for one in thing)) + "}"
    return str(thing)


def beside(table: pd.DataFrame, name: str, kind: type[T]) -> T | None:
    """Give a thing that goes with a table, such as the model that it was made with.

    Parameters
    ----------
    table
        A table as artimap gave it.
    name
        Its name in ``table.attrs``, such as ``"model"``.
    kind
        What it is, such as :class:`artimap.RiskModel`.

    Returns
    -------
    kind or None
        The thing; None where the table has none of that name and kind: a table read back from
        a file has only the words for it.

    Examples
    --------
    >>> import artimap as am
    >>> from artimap.core.metadata import Aside
    >>> risk = pd.DataFrame()
    >>> risk.attrs["model"] = Aside(am.RiskModel(half_life_days=90))
    >>> beside(risk, "model", am.RiskModel).half_life_days
    90
    """
    found = table.attrs.get(name)
    thing = found.thing if isinstance(found, Aside) else found
    return thing if isinstance(thing, kind) else None
