"""Numbers as far as they can be known.

Sums, powers and logarithms of floats differ in their last bits from one processor to the next: vector units add in
another order, and the C library has several versions of ``exp``. What is compared, sorted or written is therefore
rounded first, here, by operations that are exact or rounded alike everywhere; ties are then real ties, and names
break them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray

Frame = TypeVar("Frame", bound=pd.DataFrame)

DIGITS = 10
"""Significant digits that are kept: far more than any estimate knows, far fewer than the noise of sums reaches."""

DEGREE_DECIMALS = 7
"""Decimals of degrees in files: one centimetre on the ground, as OpenStreetMap keeps."""

METRE_DECIMALS = 3
"""Decimals of metres where places are compared."""

_LEAST = -300
_POWERS = np.array([float(f"1e{power}") for power in range(_LEAST, 301)])
"""Powers of ten as they are written: computed ones differ in their last bit."""


def significant(values: ArrayLike, digits: int = DIGITS) -> NDArray[np.float64]:
    """Round to significant digits, never coarser than to whole numbers.

    Parameters
    ----------
    values
        Numbers; null and infinite ones stay.
    digits
        How many digits.

    Returns
    -------
    ndarray
        Of the same shape.

    Examples
    --------
    >>> significant([0.1 + 0.2, 2 / 3, 12345678901.4]).tolist()
    [0.3, 0.6666666667, 12345678901.0]
    """
    numbers = np.asarray(values, dtype=np.float64)
    # found by comparing, as a logarithm may fall on either side of a whole number
    magnitude = np.searchsorted(_POWERS, np.abs(numbers), side="right") - 1 + _LEAST
    scale = _POWERS[np.clip(digits - 1 - magnitude, 0, -_LEAST) - _LEAST]
    with np.errstate(over="ignore"):
        scaled = numbers * scale
    return np.where(np.isfinite(scaled), np.rint(scaled) / scale, numbers)


def significant_columns(table: Frame, columns: Iterable[str] | None = None) -> Frame:
    """Give a table with its columns of floats rounded to :data:`DIGITS` significant digits.

    Parameters
    ----------
    table
        The table; it is not changed.
    columns
        Which columns; all of floats where null.

    Returns
    -------
    DataFrame
        Of the same class, with the same ``attrs``.

    Examples
    --------
    >>> significant_columns(pd.DataFrame({"a": [0.1 + 0.2], "b": ["x"]})).values.tolist()
    [[0.3, 'x']]
    """
    floats = [str(name) for name, dtype in table.dtypes.items() if dtype == np.float64]
    chosen = floats if columns is None else [name for name in columns if name in floats]
    plain = pd.DataFrame(table)  # a GeoDataFrame copies its ``attrs`` with each column
    rounded: Frame = table.assign(**{name: significant(plain[name].to_numpy()) for name in chosen})
    return rounded


def rounded_shapes(shapes: Any, decimals: int = DEGREE_DECIMALS) -> Any:
    """Round the coordinates of geometries, each by itself.

    Parameters
    ----------
    shapes
        A geometry, or an array or GeoSeries of them; missing ones stay.
    decimals
        Decimals of the unit: degrees by default.

    Examples
    --------
    >>> rounded_shapes(shapely.Point(-72.123456789, 19.0)).wkt
    'POINT (-72.1234568 19)'
    """
    return shapely.transform(shapes, lambda at: np.round(at, decimals), include_z=None)
