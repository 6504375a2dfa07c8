"""Map tiles from a server, only where the maker names it: what they give away, and what is refused."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from urllib.parse import urlsplit

from artimap.core.errors import ShareError

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?:\.(?!-)[a-z0-9-]{1,63})+")
_PATH = re.compile(r"/[A-Za-z0-9._~@/-]*")
_NAMES = ("{z}", "{x}", "{y}")
_MOST = 200


@dataclass(frozen=True, slots=True)
class Tiles:
    """A server of map tiles. A page that has one asks it for pictures once its reader switches them on.

    Each request tells the server which places the reader looks at, when, and from which
    address. A map without tiles tells nobody.

    Attributes
    ----------
    url
        ``https`` address with ``{z}``, ``{x}`` and ``{y}``, of one host, without a port, a user, a key or a query.
    attribution
        Whose tiles these are and under what licence; it stands on the page.

    Raises
    ------
    ShareError
        If the address is anything else, or it is not said whose tiles they are.

    Examples
    --------
    >>> Tiles("https://tile.example.org/{z}/{x}/{y}.png", "© Example, CC BY").host
    'tile.example.org'
    """

    url: str
    attribution: str

    def __post_init__(self) -> None:
        why = _wrong(self.url)
        if why:
            msg = f"tiles: {why}; give an address such as https://tile.example.org/{{z}}/{{x}}/{{y}}.png"
            raise ShareError(msg)
        if not self.attribution.strip():
            msg = "tiles: say whose they are and under what licence: Tiles(url, attribution)"
            raise ShareError(msg)

    @property
    def host(self) -> str:
        """The one host that the page may ask."""
        return urlsplit(self.url).netloc

    @property
    def gives_away(self) -> str:
        """What the reader of a page gives away who switches them on, in words for the page's maker."""
        return (
            f"with tiles the page is no longer silent: where its reader switches them on, {self.host} learns which "
            "places they look at, when, and from which address; leave tiles out where that could harm anybody"
        )

    def warn(self) -> None:
        """Warn the maker of a map of what tiles give away.

        Examples
        --------
        >>> import artimap as am
        >>> import warnings
        >>> with warnings.catch_warnings(record=True) as told:
        ...     warnings.simplefilter("always")
        ...     am.Tiles("https://tiles.example.org/{z}/{x}/{y}.png", attribution="a server").warn()
        >>> len(told)
        1
        """
        warnings.warn(self.gives_away, UserWarning, stacklevel=3)


def _wrong(url: str) -> str:
    """Say what is wrong with an address of tiles; nothing where it is fine."""
    if len(url) > _MOST or not url.isascii() or not url.isprintable():
        return f"an address is plain ASCII of at most {_MOST} letters"
    try:
        parts = urlsplit(url)
    except ValueError:
        return f"{url!r} is no address"
    bare = parts.path
    for name in _NAMES:
        bare = bare.replace(name, "", 1)
    host = parts.netloc
    faults = {
        f"{url!r} is not https, so that anybody on the way could read what is asked for": parts.scheme != "https",
        "the page may ask one host only, so {s} has to be one of its names": "{s}" in url,
        f"{host!r} is not the plain name of a host (no port, user, number or capital letter)": (
            _HOST.fullmatch(host) is None or host.rsplit(".", 1)[-1].isdigit()
        ),
        "a query or key in the address would be given to every reader of the page": "?" in url or "#" in url,
        f"the path {parts.path!r} has letters that no tile server needs": _PATH.fullmatch(bare) is None or ".." in bare,
        "the path must hold {z}, {x} and {y} once each": any(parts.path.count(name) != 1 for name in _NAMES),
    }
    return next((words for words, wrong in faults.items() if wrong), "")
