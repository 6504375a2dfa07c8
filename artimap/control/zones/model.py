"""How far a zone reaches: every number in one place."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from artimap.core.metadata import JsonModel


@dataclass(frozen=True, slots=True)
class ZoneModel(JsonModel):
    """How far what is said of a place is drawn along the roads.

    Attributes
    ----------
    reach_m
        Metres along the roads from the place to the outermost edge.
    bands
        Number of nested bands: the edge is soft because nobody knows where it is.
    road_m
        Half-width of a band beside the road, to be seen; it says nothing of the land beside it.
    snap_m
        A place farther than this from every road is drawn as its own disc only.

    Examples
    --------
    >>> import artimap as am
    >>> am.ZoneModel(reach_m=3_000.0).bands
    3
    """

    reach_m: float = 4_500.0
    bands: int = 3
    road_m: float = 500.0
    snap_m: float = 2_000.0

    def __post_init__(self) -> None:
        wrong = [
            f"{name} is {value!r}: give metres above 0"
            for name, value in (("reach_m", self.reach_m), ("road_m", self.road_m), ("snap_m", self.snap_m))
            if not (isfinite(value) and value > 0)
        ]
        if not 1 <= self.bands <= 5:
            wrong.append(f"bands is {self.bands!r}: from 1 to 5")
        self._refuse(wrong)

    def edges(self) -> tuple[tuple[int, float, float], ...]:
        """Give number, reach in metres and weight of each band, the innermost first.

        >>> ZoneModel(reach_m=3000).edges()
        ((1, 1000.0, 1.0), (2, 2000.0, 0.6667), (3, 3000.0, 0.3333))

        Examples
        --------
        >>> import artimap as am
        >>> [number for number, _, _ in am.ZoneModel().edges()]
        [1, 2, 3]
        """
        return tuple(
            (band, self.reach_m * band / self.bands, round(1.0 - (band - 1) / self.bands, 4))
            for band in range(1, self.bands + 1)
        )
