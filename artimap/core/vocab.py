"""The words that tables may use, as enumerations of plain strings."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class EventKind(StrEnum):
    """What happened."""

    ATTACK_ON_CIVILIANS = "attack_on_civilians"
    ARMED_CLASH = "armed_clash"
    ABDUCTION = "abduction"
    ROAD_AMBUSH = "road_ambush"
    EXTORTION_OR_TOLL = "extortion_or_toll"
    ARSON = "arson_or_property_destruction"
    ROAD_CLOSURE = "road_closure"
    POLICE_OPERATION = "police_operation"
    PROTEST = "protest"
    DISPLACEMENT = "displacement"
    DEPLOYMENT = "deployment"
    CHECKPOINT_REPORT = "checkpoint_report"
    CONTROL_REPORT = "control_or_presence_report"
    OTHER = "other"


class Record(StrEnum):
    """Whether a row is one occurrence or a figure over several."""

    EVENT = "event"
    AGGREGATE = "aggregate"


class PlaceKind(StrEnum):
    """What a named place is."""

    CITY = "city"
    TOWN = "town"
    VILLAGE = "village"
    SUBURB = "suburb"
    NEIGHBOURHOOD = "neighbourhood"
    HAMLET = "hamlet"
    LOCALITY = "locality"
    JUNCTION = "junction"


class Where(StrEnum):
    """What a statement's place comes down to. A pin is only ever a ``point``."""

    POINT = "point"
    PLACE = "place"
    SECTION = "section"
    COMMUNE = "commune"
    DEPARTMENT = "department"
    STRETCH = "stretch"
    NOWHERE = "nowhere"


class Level(StrEnum):
    """Administrative level of a unit."""

    ADM1 = "adm1"
    ADM2 = "adm2"
    ADM3 = "adm3"


class RoadRelation(StrEnum):
    """How a road lies to a unit."""

    INSIDE = "inside"
    WITHIN_500M = "within_500m"


class ActorKind(StrEnum):
    """What an actor is."""

    ARMED_GROUP = "armed_group"
    COALITION = "coalition"
    SELF_DEFENCE = "self_defence"
    STATE_FORCE = "state_force"
    MISSION = "mission"
    CIVILIANS = "civilians"
    OTHER = "other"
    UNKNOWN = "unknown"


class About(StrEnum):
    """What a claim is about."""

    EVENT = "event"
    PLACE = "place"
    STRETCH = "stretch"
    CHECKPOINT = "checkpoint"
    FIGURE = "figure"
    DEPLOYMENT = "deployment"


class Predicate(StrEnum):
    """What a claim says of its subject."""

    CONTROLS = "controls"
    BASE = "base"
    PRESENCE = "presence"
    CONTESTED = "contested"
    ATTACKED = "attacked"
    WITHDREW = "withdrew"
    AFFECTED = "affected"
    KILLED = "killed"
    INJURED = "injured"
    ABDUCTED = "abducted"
    DISPLACED = "displaced"
    ARRESTED = "arrested"
    DAMAGED = "damaged"
    KIND = "kind"
    LOCATION = "location"
    TIME = "time"
    TOLL = "toll"
    FEE = "fee"
    STATED = "stated"
    DEPLOYED = "deployed"


class Party(StrEnum):
    """Whether a claimant takes part in what it speaks of."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """Reported status of a place, section or stretch."""

    ASSESSED = "assessed"
    CLAIMED = "claimed"
    CONTESTED = "contested"
    PRESENCE = "presence"
    ATTACKED_RECENTLY = "attacked_recently"
    LAST_KNOWN = "last_known"
    UNKNOWN = "unknown"


class ZoneLayer(StrEnum):
    """Where a zone comes from: statements, or a model over events. The two are never mixed on a map."""

    REPORTED = "reported"
    ESTIMATED = "estimated"


class Estimate(StrEnum):
    """What a model over events makes of a unit and period; never a report."""

    NO_ARMED_GROUP = "no_armed_group"
    ONE_GROUP = "one_group"
    CONTESTED = "contested"
    STATE_FORCES = "state_forces"
    INSUFFICIENT = "insufficient"


class Info(StrEnum):
    """What is known of a stretch: silence is not safety."""

    REPORTED = "reported"
    QUIET = "quiet"
    SILENT = "silent"


class CheckpointKind(StrEnum):
    """Who keeps a post, and what for."""

    TOLL = "toll"
    ROADBLOCK = "roadblock"
    SEARCH_POST = "search_post"
    POLICE_POST = "police_post"
    BARRICADE = "barricade"
    """Put up by residents."""
    PROTEST = "protest"


class CheckpointStatus(StrEnum):
    """Where a post stands in its life."""

    ACTIVE = "active"
    FADING = "fading"
    LAST_KNOWN = "last_known"
    REMOVED = "removed"
    UNKNOWN = "unknown"


class Vehicle(StrEnum):
    """Who wants to pass a post, or pays at it. Some of these cover others: see :data:`COVERS`."""

    ON_FOOT = "on_foot"
    MOTORCYCLE = "motorcycle"
    CAR = "car"
    FOUR_BY_FOUR = "four_by_four"
    MINIBUS = "minibus"
    BUS = "bus"
    PUBLIC_TRANSPORT = "public_transport"
    TRUCK = "truck"
    CONTAINER_TRUCK = "container_truck"
    AMBULANCE = "ambulance"
    HUMANITARIAN = "humanitarian"
    ANY = "any"


class Per(StrEnum):
    """What an amount is asked for."""

    TRIP = "trip"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class FeeOf(StrEnum):
    """What an amount is: only the first kind can be added up along a road."""

    POST = "post"
    """Asked of whoever passes one post."""
    LEVY = "levy"
    """Paid by a union or another body for its members."""
    WHOLE_TRIP = "whole_trip"
    """For all posts of a journey together."""
    INCOME = "income"
    """What those who keep the post take in."""


class PostState(StrEnum):
    """What a statement says of a post."""

    STANDING = "standing"
    REMOVED = "removed"
    MOMENTARY = "momentary"
    """It stood only while something else happened, an attack or a protest."""
    NOT_SET_UP = "not_set_up"
    """It was tried, or refused, and never stood."""


class Sensitivity(StrEnum):
    """How much harm a row could do in the wrong hands (OCHA's four steps)."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    SEVERE = "severe"


class Audience(StrEnum):
    """Who a product is for."""

    INTERNAL = "internal"
    PARTNERS = "partners"
    PUBLIC = "public"


class Lang(StrEnum):
    """Languages of the products: each is a row here and a file of words in ``core/i18n``."""

    EN = "en"
    FR = "fr"
    HT = "ht"


COVERS: MappingProxyType[Vehicle, frozenset[Vehicle]] = MappingProxyType(
    {
        Vehicle.CAR: frozenset({Vehicle.CAR, Vehicle.FOUR_BY_FOUR}),
        Vehicle.PUBLIC_TRANSPORT: frozenset({Vehicle.PUBLIC_TRANSPORT, Vehicle.MINIBUS, Vehicle.BUS}),
        Vehicle.TRUCK: frozenset({Vehicle.TRUCK, Vehicle.CONTAINER_TRUCK}),
        Vehicle.ANY: frozenset(Vehicle) - {Vehicle.ON_FOOT, Vehicle.AMBULANCE, Vehicle.HUMANITARIAN},
    }
)
"""What a statement about one kind of vehicle says of others; ambulances and aid are never taken to be meant."""

RESTRICTED = frozenset({Sensitivity.HIGH, Sensitivity.SEVERE})
"""Sensitivities that leave the house only in products for the audience ``internal``."""
