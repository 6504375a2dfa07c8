"""Sizes of pictures, and the one way in which a drawing becomes the bytes of a PNG, an SVG or a PDF."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from artimap.core import style
from artimap.core.canvas import FONT, Drawing, drawable
from artimap.core.errors import ShareError

LEAST_SIDE, MOST_SIDE, MOST_RATIO = 390, 8000, 3
_PHONE_IN, _SQUARE_IN = 390 / 96, 540 / 96
_LEAST_PT = 11 * 72 / 96
"""11 px, the least that is read on a phone."""

_TALL = 1.6
_SHEET_IN, _LOW_IN = (11.69, 8.27), 7.5
_TRIAL_IN = 60.0
_WXH = re.compile(r"\s*(\d{1,9})\s*[x×X]\s*(\d{1,9})\s*")
_FONT_STACK = f"'{FONT}', Verdana, 'Noto Sans', sans-serif"
"""Verdana has the letters of the first in nearly the same widths: words stay where they were measured."""


@dataclass(frozen=True, slots=True)
class PictureSize:
    """How large a picture is.

    Attributes
    ----------
    name
        As it was asked for.
    width, height
        In inches; a height of 0 is as high as its contents.
    dpi
        Dots per inch of a PNG.
    least, fine
        Of what is read on a phone, the least size in points of facts and of names, and of legend and sources of strips
        and timelines. Facts, names and all type of maps are 11 px and more where the picture is 390 px wide. 0 on a
        sheet of paper.
    """

    name: str
    width: float
    height: float
    dpi: float
    least: float = 0.0
    fine: float = 0.0

    @property
    def handheld(self) -> bool:
        """Whether it is read on a phone."""
        return self.least > 0

    @property
    def beside(self) -> bool:
        """Whether words stand beside what is drawn, and not below it."""
        return not self.handheld and self.width > self.height


SIZES = {
    "phone": PictureSize("phone", _PHONE_IN, 0.0, 288.0, _LEAST_PT, _LEAST_PT),
    "a4": PictureSize("a4", *_SHEET_IN, 150.0),
    "a4-portrait": PictureSize("a4-portrait", _SHEET_IN[1], _SHEET_IN[0], 150.0),
    "square": PictureSize("square", _SQUARE_IN, _SQUARE_IN, 192.0, _LEAST_PT * _SQUARE_IN / _PHONE_IN, _LEAST_PT),
}


def picture_size(asked: str) -> PictureSize:
    """Read the size of a picture.

    Parameters
    ----------
    asked
        ``"phone"`` (1170 px wide, as high as its contents), ``"a4"``, ``"a4-portrait"``, ``"square"`` (1080 px), or
        width and height in pixels as ``"1920x1080"``.

    Raises
    ------
    ShareError
        If it is none of these, or a side is below 390 or above 8000 px, or over three times the other.

    Examples
    --------
    >>> picture_size("1920x1080").dpi
    144.0
    """
    named = SIZES.get(asked.strip().lower())
    if named is not None:
        return named
    read = _WXH.fullmatch(asked)
    if read is None:
        msg = f"size {asked!r}: take {', '.join(SIZES)} or width and height in pixels, for example 1920x1080"
        raise ShareError(msg)
    wide, high = int(read[1]), int(read[2])
    if not LEAST_SIDE <= min(wide, high) <= max(wide, high) <= MOST_SIDE:
        msg = f"size {asked.strip()}: each side is {LEAST_SIDE} to {MOST_SIDE} pixels"
        raise ShareError(msg)
    if max(wide, high) > MOST_RATIO * min(wide, high):
        msg = f"size {asked.strip()}: no side is more than {MOST_RATIO} times the other"
        raise ShareError(msg)
    dpi = min(wide / _SHEET_IN[0], high / _LOW_IN)
    if dpi >= 96 and wide > high:  # else the words beside the map would be too small to be read
        return PictureSize(asked.strip(), wide / dpi, high / dpi, dpi)
    across = _PHONE_IN if high >= _TALL * wide else _SQUARE_IN  # a tall one has room below
    dpi = min(wide, high) / across
    return PictureSize(asked.strip(), wide / dpi, high / dpi, dpi, _LEAST_PT * across / _PHONE_IN, _LEAST_PT)


def picture_ending(path: str | Path, endings: tuple[str, ...], what: str) -> str:
    """Give the kind of a picture by the ending of its file.

    Raises
    ------
    ShareError
        If it is none of these endings.
    """
    target = Path(path)
    kind = target.suffix.lower().removeprefix(".")
    if kind not in endings:
        *some, last = (f".{one}" for one in endings)
        msg = f"{what} is written as {', '.join(some)} or {last}, not as {target.name}: give it one of these endings"
        raise ShareError(msg)
    return kind


def fit_height(draw: Callable[[Drawing], float], size: PictureSize) -> PictureSize:
    """Give the size as high as what is drawn from the top down; ``draw`` gives where it ends, in inches."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, needed here only

    figure = Figure(figsize=(size.width, _TRIAL_IN), dpi=size.dpi)
    end = draw(Drawing(figure, size.width, _TRIAL_IN, 0.0, 1.0, least=size.least))
    # Whole pixels: half of one would be cut off at the edge.
    return replace(size, height=math.ceil((_TRIAL_IN - end) * size.dpi) / size.dpi)


def render(
    draw: Callable[[Drawing], object],
    size: PictureSize,
    kind: str,
    *,
    dpi: float | None = None,
    paper: str = "card",
    title: str = "",
    left: float = 0.0,
    km_per_in: float = 1.0,
    hinted: bool = False,
) -> bytes:
    """Draw and give the bytes: the same each time, whatever the user's own matplotlib settings are.

    Parameters
    ----------
    draw
        Draws on the page that it is given.
    size
        Of the page; its height must be known.
    kind
        ``png``, ``svg`` (its words are text that can be searched and read aloud) or ``pdf``.
    dpi
        Dots per inch in place of those of the size.
    paper
        Token of the colour behind all.
    title
        What an SVG or a PDF is called.
    left, km_per_in
        As of :class:`artimap.core.canvas.Drawing`.
    hinted
        Whether letters of a PNG keep to whole pixels: crisper, but wider than measured where they are small.
    """
    import matplotlib as mpl  # noqa: PLC0415 - heavy, needed here only
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - heavy, needed here only
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, needed here only

    # The salt makes the ids in an SVG the same each time; version and day of drawing would change the bytes.
    settings: Any = {
        "font.family": FONT, "svg.hashsalt": "artimap", "svg.fonttype": "none", "pdf.fonttype": 42,
        "text.usetex": False, "hatch.linewidth": 0.9,
    }  # fmt: skip
    if not hinted:
        settings["text.hinting"] = "none"
    metadata: dict[str, Any] = {"Software": None} if kind == "png" else {"Creator": "artimap"}
    if kind != "png" and title:
        metadata["Title"] = drawable(title)
    if kind == "svg":
        metadata["Date"] = None
    if kind == "pdf":
        metadata |= {"CreationDate": None, "Producer": "artimap"}
    dots = dpi or size.dpi
    with mpl.rc_context(settings):
        figure = Figure(figsize=(size.width, size.height), dpi=dots, facecolor=style.token(paper))
        FigureCanvasAgg(figure)
        draw(Drawing(figure, size.width, size.height, left, km_per_in, least=size.least, letters=kind == "svg"))
        out = io.BytesIO()
        figure.savefig(out, format=kind, dpi=dots, facecolor=style.token(paper), metadata=metadata)
    return _with_halos(out.getvalue()) if kind == "svg" else out.getvalue()


_FONT_NAME = re.compile(rf"(<text style=\"[^\"<>]*font-family: )'{FONT}'")
_HALO_TEXT = re.compile(r'(<g id="halo_(\d+)_\d+">\s*<text style=")')


def _with_halos(svg: bytes) -> bytes:
    """Name fonts that other machines have, and give names on a map their rim of paper."""
    rim = f"paint-order: stroke; stroke: {style.token('halo')}; stroke-linejoin: round; stroke-width: "
    # A text cannot hold the start of an element: what is less than is written as an entity there.
    text = _FONT_NAME.sub(lambda found: f"{found[1]}{_FONT_STACK}", svg.decode("utf-8"))
    return _HALO_TEXT.sub(lambda found: f"{found[1]}{rim}{int(found[2]) / 10:g}px; ", text).encode("utf-8")
