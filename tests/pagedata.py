"""What a page holds, read back as its script reads it."""

from __future__ import annotations

import base64
import copy
import json
import re
import zlib


def block_in(page: str, name: str):
    """Give the text of a block of data by its name; None where the page has none."""
    found = re.search(rf'<script type="application/json" id="artimap-{name}">(.*?)</script>', page, re.DOTALL)
    return None if found is None else found.group(1)


def opened(packed: str):
    """Open what is packed for the page to open when it is asked."""
    return json.loads(zlib.decompress(base64.b64decode(packed)))


def plain(value):
    """Give a value as the page reads it."""
    return json.loads(json.dumps(value))


def patched(data, tree):
    """Put a tree of changes into plain data, as the page does."""
    if not tree:
        return data
    if set(tree) == {"="}:
        return tree["="]
    out = copy.copy(data)
    for name, change in tree.items():
        at = int(name) if isinstance(out, list) else name
        out[at] = patched(out[at], change)
    return out


_OF_EVENTS = {"sentence": "summary", "where": "place"}


def data_in(text: str) -> dict:
    """Read the page's data; details stand in it as rows, with the names of their fields and texts that return once.

    Of events they hold what sources say; summary and place are taken from their columns, as the page does.
    """
    data = json.loads(text)
    if "details" not in data:
        return data
    rows = data["details"]

    def said(value):
        if isinstance(value, list):
            return [said(one) for one in value]
        return value if isinstance(value, (str, bool)) else rows["texts"][value]

    def named(kind, values):
        return dict(zip(rows[kind], values, strict=True))

    made = [said(row) for row in rows["rows"]]
    made = [named("detail", row) if len(row) > 2 else {"key": row[0], "statements": row[1]} for row in made]
    for one in made:
        one["statements"] = [named("statement", values) for values in one["statements"]]
        if "icon" in one:
            one["icon"] = named("icon", one["icon"])
            one["facts"] = [named("fact", values) for values in one["facts"]]
    return with_event_words({**data, "details": {one["key"]: one for one in made}})


def with_event_words(data: dict) -> dict:
    """Give the data with summary and place of each event from their columns, in whatever language these are."""
    events = data.get("events") or {"keys": [], "cells": {}}
    details = dict(data["details"])
    for at, key in enumerate(events["keys"]):
        if "icon" not in details.get(key, {"icon": None}):
            cells = {name: events["cells"].get(column) for name, column in _OF_EVENTS.items()}
            details[key] = {**details[key], **{name: one and one[at] for name, one in cells.items()}}
    return {**data, "details": details}
