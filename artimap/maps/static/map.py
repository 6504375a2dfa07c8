"""The briefing map as a picture: PNG, SVG or PDF, drawn without a browser.

The same layers, marks and words as the page: on a sheet of A4 across, beside each other; on a phone or a sheet of A4
upright, below each other. Lengths are CSS pixels of 1/96 inch, as in the style table, so that a sheet looks like
the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import geopandas as gpd

from artimap.core.canvas import Drawing
from artimap.core.errors import ModelError, ShareError
from artimap.core.files import write_bytes
from artimap.core.notebook import ShortRepr
from artimap.core.pictures import SIZES, PictureSize, fit_height, picture_ending, picture_size, render
from artimap.maps.base_layers import ESTIMATED
from artimap.maps.page import DrawnMap, Page
from artimap.maps.static.cutout import CutOut, cut_out
from artimap.maps.static.labels import Box
from artimap.maps.static.layers import draw_map, fit_frame, lay
from artimap.maps.static.sheet import draw_sheet, under_title
from artimap.maps.static.stacked import draw_stacked, visible


@dataclass(frozen=True, eq=False, repr=False)
class StaticMap(ShortRepr):
    """A picture of a briefing map. Shows itself in Jupyter; :meth:`save` writes it.

    Attributes
    ----------
    page, events
        What is drawn: as of the map.
    size
        How large it is.
    cut
        The part of the map that is shown; None for all of it.
    """

    page: Page
    events: gpd.GeoDataFrame | None = None
    size: PictureSize = SIZES["a4"]
    cut: CutOut | None = None

    def png(self, *, dpi: float | None = None) -> bytes:
        """Give the picture as PNG: the same bytes each time; ``dpi`` in place of the dots per inch of its size."""
        return self._render("png", dpi)

    def svg(self) -> bytes:
        """Give the picture as SVG, its words as text: the same bytes each time."""
        return self._render("svg", 96)

    def pdf(self) -> bytes:
        """Give the picture as PDF for printing: the same bytes each time."""
        return self._render("pdf", 96)

    @cached_property
    def _fitted(self) -> PictureSize:
        return self.size if self.size.height else fit_height(self._draw, self.size)

    def _render(self, kind: str, dpi: float | None) -> bytes:
        return render(self._draw, self._fitted, kind, dpi=dpi, title=self.page.furniture.title)

    def _draw(self, drawing: Drawing) -> float:
        bounds = self.page.bounds if self.cut is None else self.cut.bounds
        more = "" if self.cut is None else self.cut.words(self.page)
        if not self.size.beside:
            return draw_stacked(drawing, self.page, self.events, bounds, self.size, more=more, whole=self.cut is None)
        # The wider the sheet, the wider both parts.
        right = drawing.width - max(3.64, drawing.width * 0.31)
        box = (0.3, 1.12, right, drawing.height - 0.77)
        frame = lay(fit_frame(drawing, bounds, box, whole=self.cut is None))
        page = self.page if self.cut is None else visible(self.page, frame.bounds)
        left, bottom, _, top = frame.sides
        # The whole map has sea in these corners: of a cut-out nobody knows.
        kept = (Box(left, bottom, left + 2, bottom + 0.8), Box(left, top - 1.1, left + 1.5, top)) if self.cut else ()
        squares = draw_map(frame, page, self.events, kept=kept)
        draw_sheet(drawing, page, frame, squares=squares, under=under_title(page, more))
        return 0.0

    def save(self, path: str | Path, *, dpi: float | None = None) -> Path:
        """Write the picture, whole or not at all.

        Parameters
        ----------
        path
            A file name that ends in ``.png``, ``.svg`` or ``.pdf``.
        dpi
            Dots per inch of a PNG, in place of those of its size.

        Raises
        ------
        ShareError
            If it ends in anything else, or the map names no source.
        """
        kind = picture_ending(path, ("png", "svg", "pdf"), "a static map")
        if not any(section.items for section in self.page.furniture.about):
            msg = "a map without sources is not saved: bring layers whose source and licence are stated"
            raise ShareError(msg)
        write_bytes(Path(path), self._render(kind, dpi if kind == "png" else 96))
        return Path(path)

    def _repr_png_(self) -> bytes:
        return self.png(dpi=110)


def static_map(
    chart: DrawnMap,
    *,
    estimated: bool = False,
    size: str = "a4",
    place: str | None = None,
    radius_m: float | None = None,
    bbox: Sequence[float] | None = None,
) -> StaticMap:
    """Make a picture of a briefing map, with all its furniture, without a browser.

    Parameters
    ----------
    chart
        The map, as :func:`artimap.briefing_map` gives it: language, audience and what is held back
        are the map's.
    estimated
        Whether the zones that a model estimates are switched on, which are off when the page opens. They are drawn
        as dots, and the sheet says under its title that they are a model and no report.
    size
        ``"a4"`` (across), ``"a4-portrait"``, ``"phone"``, ``"square"``, or pixels as ``"1920x1080"``
        (:func:`artimap.core.pictures.picture_size`). On a phone and on a square no type is below 11 px where the
        picture is 390 px wide.
    place, radius_m
        Show only what lies around a place, section or commune, by its name: so many metres each way (15,000 where
        null).
    bbox
        Show only what lies between west, south, east and north, in degrees.

    Returns
    -------
    StaticMap
        With ``png()``, ``svg()``, ``pdf()`` and ``save()``.

    Raises
    ------
    ModelError
        If ``estimated`` is asked for and the map has no such zones.
    ShareError
        If there is no such size, or ``radius_m`` or ``bbox`` makes no cut-out.
    PlaceError
        If the map knows no such place, or nothing of the cut-out is in the map's data.

    Notes
    -----
    Events that the page counts in squares from afar are so counted here, any number of them, and the
    legend says how large a square is; up to 600 on the sheet are drawn each.

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
    >>> picture = am.static_map(study.map(over_time=False), size="phone", place="Pont-Sondé")
    >>> picture.save("phone.png")  # doctest: +SKIP
    """
    page = chart.page
    if estimated:
        layers = tuple(replace(layer, shown=True) if layer.name == ESTIMATED else layer for layer in page.layers)
        if not any(layer.name == ESTIMATED for layer in layers):
            msg = "this map has no estimated zones: make it with briefing_map(…, estimated=estimated_zones(…))"
            raise ModelError(msg)
        page = replace(page, layers=layers)
    return StaticMap(page, chart.events, picture_size(size), cut_out(page, place, radius_m, bbox))
