"""What happens to a row on its way to an audience, as one frozen object that checks itself."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from artimap.core.errors import ModelError, ShareError
from artimap.core.schema import split_names
from artimap.core.vocab import ActorKind, Audience, Sensitivity
from artimap.sources.licences import is_shut
from artimap.sources.registry import READERS

_TERMS = tuple(reader.terms for reader in READERS.values())


_LEAST_AGE = 30


class Action(StrEnum):
    """What happens to a row.

    Examples
    --------
    >>> import artimap as am
    >>> am.Action("blur") is am.Action.BLUR, [one.value for one in am.Action]
    (True, ['pass', 'delay', 'blur', 'aggregate', 'remove'])
    """

    PASS = "pass"  # noqa: S105 - a word of the policy, no password
    DELAY = "delay"
    BLUR = "blur"
    AGGREGATE = "aggregate"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Rules:
    """What happens to rows of each sensitivity on the way to one audience.

    Examples
    --------
    >>> import artimap as am
    >>> am.Rules(moderate=am.Action.BLUR).moderate.value
    'blur'
    """

    low: Action = Action.PASS
    moderate: Action = Action.PASS
    high: Action = Action.REMOVE
    severe: Action = Action.REMOVE

    def __post_init__(self) -> None:
        for name in Sensitivity:
            # Checked here, where the rules are written: a word that is no Action would otherwise fail at the
            # first row of that sensitivity, perhaps months later.
            if not isinstance(getattr(self, name), Action):
                msg = f"Rules.{name} is {getattr(self, name)!r}: use one of {', '.join(map(str, Action))} (Action)"
                raise ModelError(msg)

    def action(self, sensitivity: Sensitivity) -> Action:
        """Give what happens to rows of a sensitivity.

        Examples
        --------
        >>> import artimap as am
        >>> from artimap.core.vocab import Sensitivity
        >>> am.Rules().action(Sensitivity.SEVERE).value
        'remove'
        """
        return Action(getattr(self, sensitivity.value))


@dataclass(frozen=True, slots=True)
class SharePolicy:
    """Who gets what.

    Attributes
    ----------
    partners, public
        Rules by sensitivity. The audience ``internal`` gets every row unchanged.
    k
        Least number of rows in a cell (unit and month) of an aggregate; at least 3.
    blur_to
        ``section`` or ``commune``: the row lies in that unit; ``radius``: in a circle of
        ``blur_radius_m`` around the centre of a fixed grid cell.
    blur_radius_m
        Radius of such a circle in metres.
    partners_delay_days, public_delay_days
        How old a row must be before it leaves, where a rule says ``delay``.
    licensed
        Owners whose rows never leave the house, by the words with which their licences name them. Rows of a licence
        that forbids passing on itself (internal, not redistributable) stay as well.
    licensed_rows
        ``aggregate`` or ``remove``: what happens to those rows.
    mask_text
        Mask names of people, and what leads to them, in free text, links and ids.
    forces
        Kinds of actors whose posts, bases and presence are positions, which leave for nobody outside: state forces
        and missions; with ``self_defence`` the posts of self-defence groups too.
    positions_after_days
        How old the position of a force must be before it leaves, where it was publicly said: with a web address, or
        among the embedded facts. At least 30; deployments never leave.

    Examples
    --------
    >>> import artimap as am
    >>> am.SharePolicy(k=5).k
    5
    """

    partners: Rules = Rules()
    public: Rules = Rules(moderate=Action.BLUR)
    k: int = 3
    blur_to: Literal["section", "commune", "radius"] = "commune"
    blur_radius_m: float = 5_000.0
    partners_delay_days: int = 7
    public_delay_days: int = 30
    licensed: tuple[str, ...] = tuple(terms.owner for terms in _TERMS if not terms.rows_leave)
    licensed_rows: Action = Action.AGGREGATE
    mask_text: bool = True
    forces: tuple[str, ...] = (ActorKind.STATE_FORCE.value, ActorKind.MISSION.value)
    positions_after_days: int = 90

    def __post_init__(self) -> None:
        # With two rows in a cell each of two sources can work out the other's; three is the least that hides
        # a single row.
        if self.k < 3:
            msg = f"k is {self.k}: a cell of fewer than 3 rows tells of single rows; use k=3 or more"
            raise ModelError(msg)
        if self.blur_to not in ("section", "commune", "radius"):
            msg = f"blur_to is {self.blur_to!r}: use 'section', 'commune' or 'radius'"
            raise ModelError(msg)
        # Below 500 m a circle hides little; above 100 km it tells nothing.
        if not 500.0 <= self.blur_radius_m <= 100_000.0:
            msg = f"blur_radius_m is {self.blur_radius_m}: use 500 to 100000 metres"
            raise ModelError(msg)
        if min(self.partners_delay_days, self.public_delay_days) < 0:
            msg = "a delay below 0 days is none: use partners_delay_days and public_delay_days of 0 or more"
            raise ModelError(msg)
        if not set(self.forces) <= set(ActorKind):
            msg = f"forces is {', '.join(self.forces)}: use some of {', '.join(ActorKind)}"
            raise ModelError(msg)
        # A post stays where it is for weeks: what was said of it sooner is as good as today's.
        if self.positions_after_days < _LEAST_AGE:
            msg = f"positions_after_days is {self.positions_after_days}: use {_LEAST_AGE} or more"
            raise ModelError(msg)
        # A policy may be stricter than the licence, never laxer: ``pass``, ``delay`` and ``blur`` would hand
        # rows on.
        if self.licensed_rows not in (Action.AGGREGATE, Action.REMOVE):
            msg = f"licensed_rows is {str(self.licensed_rows)!r}: such rows may be aggregated or removed, nothing else"
            raise ModelError(msg)

    def rules(self, audience: Audience) -> Rules:
        """Give the rules of an audience that is not internal.

        Examples
        --------
        >>> import artimap as am
        >>> from artimap.core.vocab import Audience
        >>> am.SharePolicy().rules(Audience.PUBLIC).moderate.value
        'blur'
        """
        return self.partners if audience is Audience.PARTNERS else self.public

    def delay_days(self, audience: Audience) -> int:
        """Give the delay of an audience in days.

        Examples
        --------
        >>> import artimap as am
        >>> from artimap.core.vocab import Audience
        >>> am.SharePolicy(partners_delay_days=7).delay_days(Audience.PARTNERS)
        7
        """
        return self.partners_delay_days if audience is Audience.PARTNERS else self.public_delay_days

    def is_licensed(self, licence: object) -> bool:
        """Tell whether a licence, or one of several joined by ``"; "``, keeps its rows in the house.

        Examples
        --------
        >>> import artimap as am
        >>> am.SharePolicy().is_licensed("own report"), am.SharePolicy().is_licensed("ACLED")
        (False, True)
        """
        # A row that several sources back is licensed where one of them is: it could be read out of the
        # others.
        return isinstance(licence, str) and is_shut(licence, self.licensed)


@dataclass(frozen=True, slots=True)
class Access:
    """When and how somebody's data were fetched: what their citation asks for. You know it, artimap reads no clock.

    Attributes
    ----------
    source
        Whose data, for example ``ACLED``.
    accessed
        Day of the download.
    filters
        What was asked for, in words: country, days, kinds of event.

    Examples
    --------
    >>> import artimap as am
    >>> import datetime as dt
    >>> am.Access("ACLED", dt.date(2024, 10, 15), "Haiti, 2024").source
    'ACLED'
    """

    source: str
    accessed: dt.date
    filters: str = ""


_CITED = {
    **{terms.owner: terms.citation for terms in _TERMS if terms.citation},
    # of layers and tables that no reader brings
    "ODbL": "© OpenStreetMap contributors, ODbL 1.0, www.openstreetmap.org/copyright",
    "VIINA": "VIINA, ODbL 1.0",
}


def audience_of(word: str) -> Audience:
    """Read for whom something is.

    Raises
    ------
    ShareError
        If it is none of the three; the message proposes the nearest.
    """
    if word in set(Audience):
        return Audience(word)
    near = get_close_matches(str(word).casefold(), [one.value for one in Audience], n=1)
    hint = f": did you mean {near[0]!r}? There is" if near else "; there is"
    msg = f"{word!r} is no audience{hint}: {', '.join(Audience)}"
    raise ShareError(msg)


def citation(licences: Iterable[str], publishers: Iterable[str], accesses: Iterable[Access], *, change: str) -> str:
    """Write whom a product must name.

    Parameters
    ----------
    licences
        Licences of the rows behind the product.
    publishers
        Publishers of the rows behind it.
    accesses
        What is known of downloads.
    change
        What was done to the rows, in words.
    """
    known = {one.source.casefold(): one for one in accesses}
    lines: list[str] = []
    # Sorted and each once, so that a citation does not change with the order of the rows.
    for licence in sorted({part for cell in licences for part in split_names(cell)}):
        # A licence that is not in the table is cited by its own words, never left out.
        key = next((name for name in _CITED if licence.casefold().startswith(name.casefold())), None)
        text = _CITED[key] if key is not None else licence
        access = known.get(key.casefold()) if key is not None else None
        if access is not None:
            text += f". Accessed on {access.accessed.isoformat()}"
            text += f". Filters: {access.filters.rstrip('.')}" if access.filters else ". No filters stated"
            text += f". Changes: {change}"
        lines.append(text.rstrip(".") + ".")
    named = sorted({name for name in publishers if name})
    if named:
        lines.append("Publishers: " + "; ".join(named) + ".")
    # Two licences of one source give the same line; it stands once.
    return "\n".join(dict.fromkeys(lines))


_AUDIENCES = ("partners", "public")
_SINGLE = tuple(one.name for one in fields(SharePolicy) if one.name not in _AUDIENCES)
_TYPES = {bool: "true or false", int: "a whole number", float: "a number", tuple: "a list of texts", str: "a text"}
_HEAD = re.compile(r"""^\s*\[\s*["']?(\w+)["']?\s*\]""")
_KEY = re.compile(r"""^\s*["']?(\w+)["']?(?:\s*\.\s*["']?(\w+)["']?)?\s*=""")

Wrong = list[tuple[int, str]]
"""What is wrong: line and words."""


def read_policy(path: Path | str) -> SharePolicy:
    """Read who gets what from a TOML file.

    Parameters
    ----------
    path
        TOML with the fields of :class:`SharePolicy` as keys, and the rules by sensitivity in
        the parts ``[partners]`` and ``[public]``. What is not named stays as it stands.

    Returns
    -------
    SharePolicy
        The policy.

    Raises
    ------
    ShareError
        If the file cannot be read, or a key or value is not known: all that is wrong, with
        the line of each. ``licensed`` may be made longer; ``ACLED`` stays in it, since its
        terms let nobody pass the rows on.

    Examples
    --------
    >>> import artimap as am
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "policy.toml"
    ...     _ = file.write_text("k = 5", encoding="utf-8")
    ...     am.read_policy(file).k
    5
    """
    path = Path(path)
    try:
        # Editors on Windows put a mark before the first letter, which TOML refuses.
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except FileNotFoundError:
        msg = f"{path} is not there; docs/sharing.md shows what a policy looks like"
        raise ShareError(msg) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, OSError) as error:
        msg = f"{path} is no TOML: {error}"
        raise ShareError(msg) from error
    policy, wrong = _read(content, _lines_of(text))
    if wrong:
        rows = "\n".join(f"  line {line}: {words}" for line, words in sorted(wrong))
        msg = f"{path} is no sharing policy:\n{rows}"
        raise ShareError(msg)
    return policy


def _lines_of(text: str) -> dict[tuple[str, ...], int]:
    """Find the line on which each key stands, by part and key."""
    # ``tomllib`` gives values without their lines, and a reader of ten wrong keys needs them. This is no
    # parser: it only finds lines in a text that TOML has accepted.
    lines: dict[tuple[str, ...], int] = {}
    part: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        head, key = _HEAD.match(line), _KEY.match(line)
        if head is not None:
            part = (head.group(1),)
            lines.setdefault(part, number)
        elif key is not None:
            names = tuple(name for name in key.groups() if name is not None)
            for count in range(1, len(names) + 1):
                lines.setdefault((*part, *names[:count]), number)
    return lines


def _read(content: dict[str, Any], lines: dict[tuple[str, ...], int]) -> tuple[SharePolicy, Wrong]:
    # All breaches are gathered. A value that is wrong leaves the default in place, but no policy comes
    # out of a file that has one.
    policy, wrong = SharePolicy(), Wrong()
    for name, value in content.items():
        line = lines.get((name,), 1)
        if name in _AUDIENCES:
            rules: Rules = getattr(policy, name)
            read: dict[str, Any] = {name: _rules(name, value, rules, lines, wrong)}
            policy = replace(policy, **read)
        elif name not in _SINGLE:
            wrong.append((line, _unknown(name, (*_SINGLE, *(f"[{one}]" for one in _AUDIENCES)))))
        else:
            try:
                policy = replace(policy, **{name: _single(name, value)})
            except ModelError as error:
                wrong.append((line, str(error)))
    return policy, wrong


def _rules(name: str, value: object, rules: Rules, lines: dict[tuple[str, ...], int], wrong: Wrong) -> Rules:
    here = lines.get((name,), 1)
    if not isinstance(value, dict):
        wrong.append((here, f"{name} is {value!r}: write a part [{name}] with {', '.join(Sensitivity)}"))
        return rules
    for step, word in value.items():
        line = lines.get((name, step), here)
        if step not in list(Sensitivity):
            wrong.append((line, _unknown(step, tuple(Sensitivity), f" in [{name}]")))
        elif word not in list(Action):
            wrong.append((line, f"{name}.{step} is {word!r}: use one of {', '.join(Action)}"))
        else:
            rules = replace(rules, **{step: Action(word)})
    return rules


def _single(name: str, value: object) -> Any:
    """Give a value as the field wants it."""
    standing = getattr(SharePolicy(), name)
    if isinstance(standing, Action):
        if value not in list(Action):
            msg = f"{name} is {value!r}: use {Action.AGGREGATE} or {Action.REMOVE}"
            raise ModelError(msg)
        return Action(str(value))
    wanted = type(standing)
    # ``type`` and not ``isinstance``: in Python true is a whole number, and ``k = true`` would pass as 1.
    if wanted is float and type(value) is int:
        return float(value)
    if wanted is tuple and isinstance(value, list) and all(isinstance(one, str) for one in value):
        # The list may grow only: terms of a source do not end because a file leaves it out.
        lost = [one for one in standing if one not in value]
        if lost:
            terms = name == "licensed"
            why = "whose terms let nobody pass the rows on" if terms else "whose posts and bases are always held"
            msg = f"{name} leaves {', '.join(lost)} out, {why}: keep it in the list"
            raise ModelError(msg)
        return tuple(value)
    if type(value) is not wanted:
        msg = f"{name} is {value!r}: it takes {_TYPES[wanted]}, such as {_toml(standing)}"
        raise ModelError(msg)
    return value


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(list(value)) if isinstance(value, tuple) else repr(value)


def _unknown(name: str, known: tuple[str, ...], where: str = "") -> str:
    if name == Audience.INTERNAL:
        return f"{name} has no rules, it gets every row unchanged; there are [partners] and [public]"
    near = get_close_matches(name, known, n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    return f"{name}{where} is not known; {meant}There are: {', '.join(known)}".replace("; There", "; there")


def changes(policy: SharePolicy) -> tuple[str, ...]:
    """Tell what a policy does otherwise than :class:`SharePolicy` as it stands, a line a field.

    >>> changes(SharePolicy(k=5))
    ('k = 5 (otherwise 3)',)
    """
    usual, now = _values(SharePolicy()), _values(policy)
    return tuple(f"{name} = {now[name]} (otherwise {usual[name]})" for name in usual if now[name] != usual[name])


def _values(policy: SharePolicy) -> dict[str, str]:
    """Give every value of a policy as text, by name."""
    rules = {f"{name}.{step}": getattr(policy, name).action(step) for name in _AUDIENCES for step in Sensitivity}
    single = {name: getattr(policy, name) for name in _SINGLE}
    return {
        name: ", ".join(value) if isinstance(value, tuple) else str(value) for name, value in (rules | single).items()
    }
