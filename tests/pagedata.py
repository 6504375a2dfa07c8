"""What a page holds, read back as its script reads it."""

from __future__ import annotations

import json


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
