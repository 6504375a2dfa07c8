"""How fast vehicles go on which roads: one model that prints itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from artimap.core.arrays import Floats
from artimap.core.i18n import format_number, tr
from artimap.core.metadata import JsonModel
from artimap.core.vehicles import vehicle_of
from artimap.core.vocab import COVERS, Vehicle
from artimap.roads.network.graph import RoadNetwork

Range = tuple[float, float]

CLASSES: Final = ("national", "departmental", "local", "track", "path")
"""Classes of ROADS, from the broadest road down."""

_LIKE: Final[Mapping[Vehicle, str]] = MappingProxyType(
    {
        Vehicle.PUBLIC_TRANSPORT: "minibus", Vehicle.AMBULANCE: "four_by_four", Vehicle.HUMANITARIAN: "four_by_four",
        Vehicle.ANY: "car",
    }
)  # fmt: skip
"""The vehicle by whose speed those go who are no one kind of vehicle."""

_HARD: Final = frozenset(
    {"paved", "asphalt", "concrete", "concrete:plates", "concrete:lanes", "chipseal", "sett", "paving_stones"}
)
_SOFT: Final = frozenset(
    {"unpaved", "compacted", "gravel", "fine_gravel", "pebblestone", "dirt", "earth", "ground", "mud", "sand", "grass",
     "rock", "clay", "cobblestone"}
)  # fmt: skip


class RoadKinds(Protocol):
    """Roads as a network whose edges know their class and, where it is known, their surface."""

    @property
    def network(self) -> RoadNetwork:
        """The network."""

    @property
    def road_class(self) -> NDArray[Any]:
        """Class by edge, None where it is not known."""

    @property
    def surface(self) -> NDArray[Any] | None:
        """Surface by edge as OpenStreetMap writes it; null where it is known of none."""


@dataclass(frozen=True, slots=True)
class SpeedModel(JsonModel):
    """Speeds of travel by class of road, surface and vehicle; waiting at posts is not in them.

    The figures are assumptions of artimap, not measurements: ranges wide enough for a national road whose asphalt is
    damaged, and for earth roads that are slow after rain. Whoever knows better gives other ones.

    Attributes
    ----------
    national, departmental, local, track, path
        km/h of a four-wheel drive on roads of that class, slow and fast.
    unknown
        km/h of the same where the class is not known.
    paved, unpaved
        Factor where the surface is stated and is not the usual one: asphalt on a lesser road, none on a national one.
    on_foot
        km/h on foot, on any road.
    motorcycle, car, four_by_four, minibus, bus, truck, container_truck
        Speed of each as a share of that of a four-wheel drive, slow and fast. Public transport goes as a minibus,
        ambulances and aid as a four-wheel drive.

    Examples
    --------
    >>> import artimap as am
    >>> am.SpeedModel(national=(20.0, 40.0)).national
    (20.0, 40.0)
    """

    national: Range = (30.0, 55.0)
    departmental: Range = (12.0, 30.0)
    local: Range = (8.0, 20.0)
    track: Range = (5.0, 12.0)
    path: Range = (3.0, 8.0)
    unknown: Range = (8.0, 30.0)
    paved: Range = (1.2, 1.5)
    unpaved: Range = (0.5, 0.7)
    on_foot: Range = (3.0, 5.0)
    motorcycle: Range = (0.9, 1.1)
    car: Range = (0.8, 0.95)
    four_by_four: Range = (1.0, 1.0)
    minibus: Range = (0.75, 0.9)
    bus: Range = (0.65, 0.85)
    truck: Range = (0.6, 0.8)
    container_truck: Range = (0.5, 0.7)

    def __post_init__(self) -> None:
        wrong = []
        for one in fields(self):
            low, high = getattr(self, one.name)
            if not 0 < low <= high < np.inf:
                wrong.append(f"{one.name} is slow and fast, both greater than 0, not {(low, high)}")
        self._refuse(wrong)

    def speed(self, road_class: str | None, vehicle: str, *, surface: str | None = None) -> Range | None:
        """Give slow and fast speed in km/h; None where the vehicle is too broad (a truck on a path).

        Parameters
        ----------
        road_class
            Class of ROADS; None or another word: not known.
        vehicle
            Vehicle in any words (:func:`artimap.core.vehicles.vehicle_of`).
        surface
            As OpenStreetMap writes it; None or another word: the usual one of the class.

        Returns
        -------
        tuple or None
            Slow and fast, km/h. That a vehicle does not fit is only taken for granted of trucks on paths: of narrow
            roads and bridges that nobody measured it is not known.

        Raises
        ------
        ModelError
            If there is no such vehicle.

        Examples
        --------
        >>> SpeedModel().speed("national", "truck"), SpeedModel().speed("path", "camion 20 pieds")
        ((18.0, 44.0), None)
        """
        who = vehicle_of(vehicle)
        known = road_class if road_class in CLASSES else "unknown"
        if known == "path" and who in COVERS[Vehicle.TRUCK]:
            return None
        if who is Vehicle.ON_FOOT:
            return self.on_foot
        pairs = [getattr(self, known), getattr(self, _LIKE.get(who, who.value))]
        if known == "national" and surface in _SOFT:
            pairs.append(self.unpaved)
        elif known in ("departmental", "local", "track") and surface in _HARD:
            pairs.append(self.paved)
        low, high = np.prod(pairs, axis=0).tolist()
        return low, high

    def times(self, roads: RoadKinds, vehicle: str) -> Floats:
        """Give the time of travel by edge.

        Parameters
        ----------
        roads
            Roads, such as :class:`artimap.areas.road_network.AreaRoads`.
        vehicle
            Vehicle in any words.

        Returns
        -------
        ndarray
            float64 (E, 2): minutes, least and most; inf where the vehicle does not pass.

        Raises
        ------
        ModelError
            If there is no such vehicle.

        Examples
        --------
        >>> import artimap as am
        >>> roads = am.area_roads(am.area("artibonite"))
        >>> minutes = am.SpeedModel().times(roads, "truck")
        >>> minutes.shape[1], bool((minutes[:, 0] <= minutes[:, 1]).all())
        (2, True)
        """
        number = len(roads.road_class)
        class_code, classes = pd.factorize(roads.road_class)
        surfaces = np.full(number, None, dtype=object) if roads.surface is None else roads.surface
        code, grounds = pd.factorize(surfaces)
        # Factorize gives -1 for what is null: the last row and column of the table below.
        table = np.full((len(classes) + 1, len(grounds) + 1, 2), np.inf)
        for row, kind in enumerate([*classes, None]):
            for column, ground in enumerate([*grounds, None]):
                pace = self.speed(kind, vehicle, surface=ground)
                if pace is not None:
                    table[row, column] = 60.0 / (1000.0 * pace[1]), 60.0 / (1000.0 * pace[0])
        pace_m = table[class_code, code]
        out = np.full((number, 2), np.inf)
        np.multiply(pace_m, roads.network.length_m[:, None], out=out, where=np.isfinite(pace_m))
        return out

    def lines(self, lang: str) -> tuple[str, ...]:
        """Give what the model assumes as lines of text, in a language: every parameter, and that they are assumptions.

        Examples
        --------
        >>> SpeedModel().lines("en")[1]
        'national road: 30–55 km/h'
        """
        out = [tr("speeds.note", lang)]
        for one in fields(self):
            low, high = (format_number(value, lang) for value in getattr(self, one.name))
            shown = low if low == high else f"{low}–{high}"
            unit = " km/h" if one.name in (*CLASSES, "unknown", "on_foot") else ""
            name = tr(f"vehicle.{one.name}" if one.name in set(Vehicle) else f"speeds.{one.name}", lang)
            out.append(f"{name}: {'' if unit else '× '}{shown}{unit}")
        return tuple(out)
