"""How dense events lie on the roads, as a layer of lines in four classes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from artimap.core.arrays import Floats
from artimap.core.phrases import rate_text
from artimap.maps.base_layers import DENSITY, Feature, Layer, parts_of, to_degrees

_SHARES = np.array([1 / 8, 1 / 4, 1 / 2])
"""Edges of the classes, as shares of the highest density: each is twice as dense as the one below."""


def class_edges(density: Floats) -> tuple[float, ...]:
    """Give the lower edges of classes 2 to 4, in round numbers.

    >>> class_edges(np.array([0.0, 0.3, 1.7]))
    (0.21, 0.42, 0.85)
    """
    return tuple(float(f"{edge:.2g}") for edge in _SHARES * density.max(initial=0.0))


def density_layer(table: gpd.GeoDataFrame, *, lang: str, shown: bool = False) -> Layer | None:
    """Give the layer of a density along roads, off at first; None where nothing lies on them.

    Parameters
    ----------
    table
        LIXELS with ``density``, events per km, in a metric system, as :func:`artimap.network_density` gives them.
        Roads without any density are not drawn.
    lang
        Language of the words.
    shown
        Whether it is on at first: where the map is of nothing else.
    """
    density = table["density"].to_numpy(dtype=float)
    edges = class_edges(density)
    band = np.where(density > 0, np.searchsorted(edges, density, side="right") + 1, 0)
    features = []
    for one in (number for number in range(1, len(edges) + 2) if (band == number).any()):
        lines = shapely.line_merge(shapely.multilinestrings(table.geometry.to_numpy()[band == one]))
        shape = to_degrees(gpd.GeoSeries([lines], crs=table.crs), tolerance_m=5)[0]
        mark = f"density_{one}"
        features.append(Feature(f"density:{one}", mark, parts_of(shape), label=rate_text(one, edges, lang)))
    return Layer(DENSITY, "map.layer.density", "line", tuple(features), shown=shown, still=True) if features else None
