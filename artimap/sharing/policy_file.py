"""A policy written down: TOML with the fields of :class:`SharePolicy`, checked key by key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from artimap.core.errors import ModelError, ShareError
from artimap.core.vocab import Audience, Sensitivity
from artimap.sharing.policy import Action, Rules, SharePolicy

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
    """
    path = Path(path)
    try:
        # Editors on Windows put a mark before the first letter, which TOML refuses.
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except FileNotFoundError:
        msg = f"{path} is not there; docs/sharing.md shows what a policy looks like"
        raise ShareError(msg) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
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
            msg = f"{name} leaves {', '.join(lost)} out, whose terms let nobody pass the rows on: keep it in the list"
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
