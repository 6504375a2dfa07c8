"""Web addresses that others wrote: which may become a link on a page, and which stay text."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_PLAIN = re.compile(r"https?://[^\s<>\"'`\\^{}|]+", re.IGNORECASE)
"""No blank, quote, bracket or backslash: nothing that could end the attribute or the text that it stands in."""

_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?|[0-9a-f:.]+", re.IGNORECASE)


def web_address(value: object) -> str:
    """Give an address only if it is plain http or https with a host; else nothing.

    Refused are every other scheme, addresses without a host or with a name or password before
    it (what stands before an ``@`` looks like the host and is not), and those with signs that
    are not seen or that have a meaning in HTML, Markdown or a script.

    Parameters
    ----------
    value
        Any cell: text, or null.

    Returns
    -------
    str
        The address without blanks around it, or an empty text.

    Examples
    --------
    >>> web_address(" https://example.org/a "), web_address("javascript:alert(1)"), web_address(None)
    ('https://example.org/a', '', '')
    >>> web_address("https://example.org@elsewhere.net")
    ''
    """
    if not isinstance(value, str):
        return ""
    address = value.strip()
    if not address.isprintable() or not _PLAIN.fullmatch(address):
        return ""
    try:
        parts = urlsplit(address)
        known = bool(_HOST.fullmatch(parts.hostname or "")) and (parts.port is None or parts.port > 0)
    except ValueError:  # an unfinished bracket, or a port that is no number
        return ""
    return address if known and "@" not in parts.netloc else ""
