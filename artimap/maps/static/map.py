"""The briefing map as a picture: PNG, SVG or PDF, drawn without a browser.

The same layers, marks and words as the page, on one sheet of A4 across: title, map, legend, the
five lines of the briefing, sources and disclaimer. Lengths are CSS pixels of 1/96 inch, as in the
style table, so that the sheet looks like the page.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd

from artimap.core import style
from artimap.core.canvas import Drawing
from artimap.core.errors import ModelError, ShareError
from artimap.core.files import write_bytes
from artimap.maps.base_layers import ESTIMATED
from artimap.maps.page import DrawnMap, Page
from artimap.maps.static.layers import FRAME, Frame, draw_map, frame_of
from artimap.maps.static.sheet import draw_sheet

WIDTH_IN, HEIGHT_IN = 11.69, 8.27

_ENDINGS = ("png", "svg", "pdf")


@dataclass(frozen=True, eq=False)
class StaticMap:
    """A picture of a briefing map. Shows itself in Jupyter; :meth:`save` writes it."""

    page: Page
    events: gpd.GeoDataFrame | None = None

    def png(self, *, dpi: int = 150) -> bytes:
        """Give the sheet as PNG: the same bytes each time."""
        return _render(self, "png", dpi)

    def svg(self) -> bytes:
        """Give the sheet as SVG, its letters as outlines: the same bytes each time."""
        return _render(self, "svg", 96)

    def pdf(self) -> bytes:
        """Give the sheet as PDF for printing: the same bytes each time."""
        return _render(self, "pdf", 96)

    def save(self, path: str | Path, *, dpi: int = 150) -> Path:
        """Write the picture, whole or not at all.

        Parameters
        ----------
        path
            A file name that ends in ``.png``, ``.svg`` or ``.pdf``.
        dpi
            Dots per inch of a PNG.

        Raises
        ------
        ShareError
            If it ends in anything else, or the map names no source.
        """
        target = Path(path)
        kind = target.suffix.lower().removeprefix(".")
        if kind not in _ENDINGS:
            msg = f"a static map is written as .png, .svg or .pdf, not as {target.name}: give it one of these endings"
            raise ShareError(msg)
        if not any(section.items for section in self.page.furniture.about):
            msg = "a map without sources is not saved: bring layers whose source and licence are stated"
            raise ShareError(msg)
        write_bytes(target, _render(self, kind, dpi))
        return target

    def _repr_png_(self) -> bytes:
        return self.png(dpi=110)


def static_map(chart: DrawnMap, *, estimated: bool = False) -> StaticMap:
    """Make a picture of a briefing map, with all its furniture, without a browser.

    Parameters
    ----------
    chart
        The map, as :func:`artimap.briefing_map` gives it: language, audience and what is held back
        are the map's.
    estimated
        Whether the zones that a model estimates are switched on, which are off when the page opens. They are drawn
        as dots, and the sheet says under its title that they are a model and no report.

    Returns
    -------
    StaticMap
        With ``png()``, ``svg()``, ``pdf()`` and ``save()``.

    Raises
    ------
    ModelError
        If ``estimated`` is asked for and the map has no such zones.

    Notes
    -----
    Events that the page counts in squares from afar are so counted here, any number of them, and the
    legend says how large a square is; up to 600 on the sheet are drawn each.
    """
    page = chart.page
    if estimated:
        layers = tuple(replace(layer, shown=True) if layer.name == ESTIMATED else layer for layer in page.layers)
        if not any(layer.name == ESTIMATED for layer in layers):
            msg = "this map has no estimated zones: make it with briefing_map(…, estimated=estimated_zones(…))"
            raise ModelError(msg)
        page = replace(page, layers=layers)
    return StaticMap(page, chart.events)


def _render(made: StaticMap, kind: str, dpi: int) -> bytes:
    import matplotlib as mpl  # noqa: PLC0415 - heavy, needed here only
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - heavy, needed here only
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, needed here only

    page = made.page
    settings: Any = {
        "font.family": "DejaVu Sans",
        "svg.hashsalt": "artimap",
        "svg.fonttype": "path",
        "pdf.fonttype": 42,
        "text.usetex": False,
        "hatch.linewidth": 0.9,
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), dpi=dpi, facecolor=style.token("card"))
        FigureCanvasAgg(figure)
        drawing = Drawing(figure, WIDTH_IN, HEIGHT_IN, 0.0, 1.0)
        frame = frame_of(drawing, page.bounds)
        squares = draw_map(frame, page, made.events)
        draw_sheet(drawing, page, FRAME, km_per_in=_km_per_in(frame, page.bounds), squares=squares)
        out = io.BytesIO()
        metadata: dict[str, Any] = {"Software": None} if kind == "png" else {"Creator": "artimap"}
        if kind == "svg":
            metadata["Date"] = None
        if kind == "pdf":
            metadata |= {"CreationDate": None, "Producer": "artimap", "Title": page.furniture.title}
        figure.savefig(out, format=kind, dpi=dpi, facecolor=style.token("card"), metadata=metadata)
    return out.getvalue()


def _km_per_in(frame: Frame, bounds: tuple[float, float, float, float]) -> float:
    latitude = math.radians((bounds[1] + bounds[3]) / 2)
    return 40_075.017 * math.cos(latitude) / frame.scale
