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


def data_in(text: str) -> dict:
    """Read the page's data; details stand in it as rows, with the names of their fields and texts that return once."""
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

    made = [named("detail", said(row)) for row in rows["rows"]]
    for one in made:
        one["icon"] = named("icon", one["icon"])
        for many, kind in (("facts", "fact"), ("statements", "statement")):
            one[many] = [named(kind, values) for values in one[many]]
    return {**data, "details": {one["key"]: one for one in made}}
