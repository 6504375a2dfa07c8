"""What all pages of a report share: templates, style sheets in the colours of the one table, what a page may do."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from artimap.core import style

# The page asks nobody for anything and runs nothing: even if text of a source became markup, it could
# not act.
_POLICY = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'"


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - heavy, needed here only

    return Environment(
        loader=PackageLoader("artimap.report", "templates"),
        autoescape=True,
        # A name that is missing in a template is an error, not an empty place on the page.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def template(name: str) -> Any:
    """Give a template; all that is filled in is escaped."""
    return _environment().get_template(name)


def policy(css: str) -> str:
    """Say what a page may do: nothing but show itself in one style sheet, which is allowed by its digest.

    A style slipped in by data is refused by the reader.
    """
    digest = base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode("ascii")
    return f"{_POLICY}; style-src 'sha256-{digest}'"


def _tokens() -> Mapping[str, str]:
    bands = {f"rate-{band}": style.rate_class(band).colour or "" for band in range(1, style.RATE_CLASSES + 1)}
    edges = {f"edge-{band}": style.rate_class(band).casing or "" for band in range(1, style.RATE_CLASSES + 1)}
    plain = {name: style.token(name) for name in ("paper", "card", "ink", "rule", "focus", "silent")}
    return {**plain, "ink-2": style.token("ink_2"), **bands, **edges}


@cache
def style_sheet(name: str) -> str:
    """Give a style sheet, with the colours of the table that map and strip use too: a class is the same everywhere."""
    rules = resources.files("artimap.report").joinpath(f"templates/{name}").read_text(encoding="utf-8")
    roots = "".join(f"--{name}:{value};" for name, value in _tokens().items())
    return f":root{{{roots}}}\n{rules}"
