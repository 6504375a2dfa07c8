"""From plain data to one HTML page.

The only module that imports folium, and the only one that escapes for the page.

A ``folium.Map`` lies underneath: its own element and script are kept, its links to
libraries elsewhere are not. Leaflet comes from the installed package that carries it. The
page's policy names every script and style by its hash, so nothing else can run in it, and
it forbids every request.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from artimap.core import style
from artimap.core.errors import DataError
from artimap.core.files import encodable
from artimap.core.i18n import words
from artimap.core.vocab import Lang
from artimap.maps.codec import changes, pack, plain_data
from artimap.maps.folium_layers import check
from artimap.maps.page import WORDS, Page, days_before, payload, rows_of
from artimap.maps.tiles import Tiles

_LEAFLET = "xstatic/pkg/leaflet/data/"


# --- Leaflet and our own files -----------------------------------------------------------------


@cache
def leaflet() -> tuple[str, str]:
    """Give Leaflet's script and style from the installed package, as they go into the page.

    Raises
    ------
    DataError
        If the package is not installed.
    """
    try:
        found = distribution("XStatic-Leaflet")
    except PackageNotFoundError:
        msg = "Leaflet's files are missing: pip install XStatic-Leaflet"
        raise DataError(msg) from None
    script, sheet = (
        Path(str(found.locate_file(_LEAFLET + name))).read_text(encoding="utf-8").replace("\r\n", "\n")
        for name in ("leaflet.js", "leaflet.css")
    )
    # the map file and the images are not in the page: asking for them would be a request
    script = re.sub(r"^//# sourceMappingURL=.*$", "", script, flags=re.MULTILINE).strip()
    # Leaflet tries what only Internet Explorer had and catches the error; to word it, V8 reads the whole library again
    script = script.replace("document.namespaces.add(", "document.namespaces?.add(")
    return script, re.sub(r"url\([^)]*\)", "none", sheet)


@cache
def _web(name: str) -> str:
    return resources.files("artimap.maps").joinpath("web").joinpath(name).read_text(encoding="utf-8")


def own_script() -> str:
    """Give our script: the modules of ``web/src`` as ``npm run build`` has bundled them."""
    return _web("page.js").rstrip("\n")


def own_style(*, what_if: bool = False) -> str:
    """Give our style sheet, with the tokens of the style table as custom properties."""
    tokens = style.load().tokens
    rows = [f"--{name.replace('_', '-')}:{value}" for name, value in tokens.items()]
    sheets = ("page.css", "what_if.css") if what_if else ("page.css",)
    return ":root{" + ";".join(rows) + "}\n" + "\n".join(_web(name).rstrip("\n") for name in sheets)


_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def to_json(value: object) -> str:
    r"""Write JSON that cannot end the element that it stands in.

    >>> print(to_json({"a": "</script>"}))
    {"a":"\u003c/script\u003e"}
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return re.sub("[<>&\u2028\u2029]", lambda found: _ESCAPES[found.group()], encodable(text))


def _packed(parts: Mapping[str, str]) -> str:
    return to_json(parts) if parts else ""


# --- folium ----------------------------------------------------------------------------------------

_NO_PICTURES = "L.Marker.mergeOptions({icon: L.divIcon()});\n"
"""folium gives a marker its icon only after Leaflet has asked for the picture of its usual pin."""

_RANDOM_ID = re.compile(r"\b([a-z]+(?:_[a-z]+)*)_([0-9a-f]{32})(?![0-9a-f])")


_OPTIONS = {
    "zoom": 9,
    "zoomControl": False,
    "preferCanvas": False,
    "attributionControl": False,
    "zoomSnap": 0.25,
    "zoomDelta": 1,
    "wheelPxPerZoomLevel": 90,
    "maxBoundsViscosity": 0.8,
}


def _plain_map(middle: list[float]) -> tuple[str, str, str]:
    """Write what folium writes of a map with nothing on it: importing folium takes longer than drawing most layers."""
    options = "".join(f'"{key}": {json.dumps(value)},\n' for key, value in _OPTIONS.items())
    around = f"center: {json.dumps(middle)},\ncrs: L.CRS.EPSG3857,\n...{{\n{options}}}\n"
    return '<div class="folium-map" id="map_1" ></div>', f'var map_1 = L.map(\n"map_1",\n{{\n{around}}}\n);', "map_1"


def base_map(page: Page) -> tuple[str, str, str]:
    """Build the ``folium.Map`` underneath; without layers of the user's own it is written without folium.

    Returns
    -------
    tuple
        Its HTML, its script, and the name of its variable. folium's random ids are
        replaced by counts, so that the same map is the same page.

    Raises
    ------
    ShareError
        If a layer of the user's own would not work without a network.
    """
    check(page.foreign)
    west, south, east, north = page.bounds
    middle = [(south + north) / 2, (west + east) / 2]
    if not page.foreign:
        return _plain_map(middle)
    import folium  # noqa: PLC0415 - heavy, and needed nowhere else

    chart = folium.Map(location=middle, tiles=None)
    chart.options = dict(_OPTIONS)
    # a control of layers names those before it, wherever its maker put it
    for layer in sorted(page.foreign, key=lambda one: type(one).__name__ == "LayerControl"):
        layer.add_to(chart)
    figure: Any = chart.get_root()
    figure.render()
    # the third part, folium's header, is left out: it is nothing but links to other hosts
    html, script = (_inner(part) for part in (figure.html, figure.script))
    ids: dict[str, str] = {}

    def counted(found: re.Match[str]) -> str:
        return ids.setdefault(found.group(), f"{found.group(1)}_{len(ids) + 1}")

    script = _NO_PICTURES + script
    html, script = _RANDOM_ID.sub(counted, html), _RANDOM_ID.sub(counted, script)
    # the policy names the script as the browser reads it: without null signs, which HTML replaces
    lines = (line.strip() for line in encodable(script).replace("\0", "\ufffd").splitlines())
    return html.strip(), "\n".join(line for line in lines if line), ids[chart.get_name()]


def _inner(part: Any) -> str:
    return "\n".join(child.render() for child in part._children.values())  # noqa: SLF001 - branca has no public way


# --- the page ----------------------------------------------------------------------------------------


def digest(text: str) -> str:
    """Give a script or style as the policy names it.

    >>> digest("")
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def policy(scripts: Sequence[str], sheets: Sequence[str], tiles: Tiles | None = None) -> str:
    """Give the Content-Security-Policy of a page with these scripts, styles and tiles and no others."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src " + " ".join(digest(text) for text in scripts),
            "style-src " + " ".join(digest(text) for text in sheets),
            "img-src data:" + ("" if tiles is None else f" https://{tiles.host}/"),
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


@dataclass(frozen=True)
class Kept:
    """What was written of pages, by their numbers, for when another of them comes first; a page keeps its number."""

    data: dict[tuple[int, str], tuple[Page, dict[str, Any]]] = field(default_factory=dict)
    earlier: dict[frozenset[int], dict[str, str]] = field(default_factory=dict)

    def payload(self, page: Page, map_name: str) -> dict[str, Any]:
        """Give the data of a page (:func:`artimap.maps.page.payload`)."""
        if (id(page), map_name) not in self.data:
            self.data[id(page), map_name] = page, payload(page, map_name=map_name)
        return self.data[id(page), map_name][1]

    def days_before(self, pages: Sequence[Page]) -> dict[str, str]:
        """Give what is shown on earlier days, the words of the first page first."""
        key = frozenset(map(id, pages))
        if key not in self.earlier:
            self.earlier[key] = days_before(pages)
        found = self.earlier[key]
        ends = ("", *(f"_{page.lang}" for page in pages))
        names = [name for name in found if "_" not in name]
        return {name + end: found[name + end] for name in names for end in ends if name + end in found}


def to_html(page: Page, others: Sequence[Page] = (), kept: Kept | None = None) -> str:
    """Make the page, with what it takes to show it in the languages of ``others``.

    ``kept`` serves the same pages again, when another of them comes first.
    """
    kept = kept or Kept()
    from jinja2 import Environment  # noqa: PLC0415 - only where a page is made
    from markupsafe import Markup  # noqa: PLC0415

    leaflet_script, leaflet_style = leaflet()
    body, map_script, map_name = base_map(page)
    scripts: tuple[str, ...] = (leaflet_script, map_script, own_script())
    if page.what_if is not None:
        scripts = (*scripts, _web("what_if.js").rstrip("\n"))
    sheet = leaflet_style + "\n" + own_style(what_if=page.what_if is not None)
    first, *more = (kept.payload(one, map_name) for one in (page, *others))
    packed = {other["meta"]["lang"]: pack(changes(first, other) or {}) for other in more}
    names = {one.value: words(one)["language.name"] for one in Lang if one.value in {page.lang, *packed}}
    data = to_json({**first, "details": rows_of(page), "languages": packed, "language_names": names})
    template = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(_web("page.html"))
    spoken = words(page.lang)
    text = template.render(
        lang=page.lang,
        policy=Markup(policy(scripts, (sheet,), page.tiles)),  # noqa: S704 - hashes, and a host that tiles.py has checked
        css=Markup(sheet),  # noqa: S704 - our own file and Leaflet's
        body=Markup(body),  # noqa: S704 - folium's element, no data in it
        scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files and Leaflet's
        data=Markup(data),  # noqa: S704 - escaped by to_json
        field=page.field,  # base64
        what_if=Markup("" if page.what_if is None else to_json(plain_data(page.what_if))),  # noqa: S704 - base64, by name
        earlier=Markup(_packed(kept.days_before((page, *others)))),  # noqa: S704 - base64, by name
        page=page.furniture,
        words={name: spoken[f"{WORDS}{name}"] for name in ("skip", "map", "panel", "noscript")},
    )
    return encodable(text)
