"""The frame of a picture along a road that is no strip map: its page, its towns, and how it is written."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from artimap.core import style
from artimap.core.canvas import Drawing
from artimap.core.errors import ShareError
from artimap.core.files import write_bytes
from artimap.core.i18n import format_number
from artimap.core.notebook import ShortRepr
from artimap.report.strip.map import spread_apart

WIDTH_IN, LEFT_IN, RIGHT_IN = 11.7, 0.85, 0.9
LABEL_IN, HEAD_IN = 1.16, 0.9
_LABEL_GAP_IN = 0.215


class StripPicture(ShortRepr):
    """A picture along a road. Shows itself in Jupyter; :meth:`save` writes it."""

    __slots__ = ()

    def _render(self, kind: str, dpi: int) -> bytes:
        raise NotImplementedError

    def png(self, *, dpi: int = 170) -> bytes:
        """Give the picture as PNG: the same bytes each time."""
        return self._render("png", dpi)

    def svg(self) -> bytes:
        """Give the picture as SVG with its letters as outlines: the same bytes each time."""
        return self._render("svg", 72)

    def save(self, path: str | Path) -> Path:
        """Write the picture, whole or not at all.

        Parameters
        ----------
        path
            A file name that ends in ``.png`` or ``.svg``.

        Raises
        ------
        ShareError
            If it ends in anything else.
        """
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix not in (".png", ".svg"):
            msg = f"a strip map is written as .png or .svg, not as {target.name}: give it one of these endings"
            raise ShareError(msg)
        write_bytes(target, self.png() if suffix == ".png" else self.svg())
        return target

    def _repr_png_(self) -> bytes:
        return self.png()


def page_bytes(draw: Callable[[Drawing], None], height: float, km_per_in: float, kind: str, dpi: int) -> bytes:
    """Draw a page of a strip map, and give it as PNG or SVG: the same bytes each time."""
    import matplotlib as mpl  # noqa: PLC0415 - heavy, needed here only
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - heavy, needed here only
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, needed here only

    # Fixed, whatever the user's own matplotlib settings are: same bytes on every computer. The salt makes
    # the ids in an SVG the same each time.
    settings: Any = {
        "font.family": "DejaVu Sans",
        "svg.hashsalt": "artimap",
        "svg.fonttype": "path",
        "text.usetex": False,
    }
    with mpl.rc_context(settings):
        figure = Figure(figsize=(WIDTH_IN, height), dpi=dpi, facecolor=style.token("paper"))
        FigureCanvasAgg(figure)
        draw(Drawing(figure, WIDTH_IN, height, LEFT_IN, km_per_in))
        out = io.BytesIO()
        # Version and day of drawing would change the bytes from run to run.
        metadata: dict[str, Any] = {"Software": None} if kind == "png" else {"Date": None, "Creator": "artimap"}
        figure.savefig(out, format=kind, dpi=dpi, facecolor=style.token("paper"), metadata=metadata)
    return out.getvalue()


def draw_towns(
    page: Drawing, towns: Sequence[tuple[str, float]], lang: str, *, top: float, band: float, origin_m: float = 0.0
) -> None:
    """Write the names of towns above the road, each with its kilometre; ``origin_m`` stands at the left."""
    true = [page.x((at - origin_m) / 1000) for _, at in towns]
    shown = spread_apart(true, _LABEL_GAP_IN, LEFT_IN, WIDTH_IN - RIGHT_IN)
    for at, label_at, (name, metres) in zip(true, shown, towns, strict=True):
        page.line([at, at, label_at, label_at], [band - 0.07, top - 0.2, top - 0.06, top], colour="ink_2", width=0.7)
        distance = format_number(round(metres / 1000), lang, digits=3)
        x, y = label_at - 0.03, top + 0.03
        page.text(x, y, name, size=8.6, rotation=48, halign="left", valign="bottom", tail=f"  {distance}")
