"""The words that tables may use, as enumerations of plain strings."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Self

UNNAMED = "unnamed armed group"
"""What stands in a column of actors for a group that the source does not name."""


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


class ServiceKind(StrEnum):
    """What a row of SERVICES tells of."""

    FUEL = "fuel"
    MARKET = "market"
    POPULATION = "population"
    ORGANISATIONS = "organisations"
    """How many organisations work in a commune."""
    ORGANISATION = "organisation"
    """One of them by name: for the house alone."""


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
    ROAD_STATUS = "road_status"


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
    WAITING = "waiting"
    PHYSICAL = "physical"
    SECURITY = "security"
    OPERATIONAL = "operational"


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


class RouteDiffers(StrEnum):
    """Why a way differs from the quickest one."""

    QUICKEST = "quickest"
    SLOWER = "slower"
    """With the minutes more, of travel in the middle of its range and at posts."""
    FEWER_REPORTS = "fewer_reports"
    """With the share of the reported incidents of the first: ``fewer_reports:0.4``."""
    AVOIDS = "avoids"
    """With the road and kilometres of the first that it leaves out: ``avoids:rn1:110.4:130.2``."""
    FEWER_POSTS = "fewer_posts"
    MORE_SILENT = "more_silent"
    """With the kilometres more of which nobody reports."""


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


class RoadPart(StrEnum):
    """What a status is of."""

    ROAD = "road"
    BRIDGE = "bridge"
    CROSSING = "crossing"
    """A border crossing."""


class Passage(StrEnum):
    """Whether one can pass a road, bridge or crossing, by one account of it."""

    PASSABLE = "passable"
    UNDER_REPAIR = "under_repair"
    """Passable while it is repaired."""
    RESTRICTED = "restricted"
    """Damaged, or passable for some or at some hours only."""
    CLOSED = "closed"
    DESTROYED = "destroyed"
    UNKNOWN = "unknown"


class Outcome(StrEnum):
    """How a movement on a road ended."""

    PASSED = "passed"
    TURNED_BACK = "turned_back"
    INCIDENT = "incident"


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


class Reason(StrEnum):
    """Why a row is left aside: each member is a code, with its sentence for the text columns.

    ``{names}`` in a sentence are the parameters of the code, in their order
    (:func:`artimap.core.reasons.code_of`). Words for people are no part of it: they lie in the
    files of the languages, under the code.
    """

    text: str

    def __new__(cls, code: str, text: str = "") -> Self:  # a member is looked up by its code alone
        """Make a member of its code and its sentence."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.text = text
        return member


class WhyNot(Reason):
    """Why a row has no place, does not count, or is not rested on; words under ``why.`` in each language."""

    NO_PLACE = "no_place", "no place stated"
    TOO_WIDE = "too_wide", "department or wider"
    ON_ROAD = "on_road", "on {road}, but where is not stated"
    OTHER_ROAD = "other_road", "the report names another road ({roads})"
    OTHER_STRETCH = "other_stretch", "a stretch of another road, or its ends are not known"
    TOO_FAR = "too_far", "farther from {road} than the place reaches"
    BESIDE = "beside", "in part beside {road}, as far as the spot lies from it"
    NEARER_ROAD = "nearer_road", "in part on another road, which is nearer ({roads})"
    UNIT_FAR = "unit_far", "{road} runs nowhere within 500 m of the {unit}"

    KIND = "kind", "a kind that does not endanger road users"
    AGGREGATE = "aggregate", "a figure over several events, which overlaps them"
    OLD = "old", "more than {n} days before"
    FUTURE = "future", "after the day of the answer"
    EPISODE = "episode", "one episode with an event near by in time and place, which counts"

    NO_GEOMETRY = "no_geometry", "no geometry"
    NO_POINT = "no_point", "not a point"
    NOT_FINITE = "not_finite", "coordinates are not finite"
    WIDE_PLACE = "wide_place", "its place is a {unit}, not a point"
    NO_ROADS = "no_roads", "the network has no roads"
    ROADS_FAR = "roads_far", "farther than {n} m from every road"
    NO_LINE = "no_line", "not a line"
    SHORT = "short", "shorter than the grid of 0.05 m"

    FIGURE = "figure", "a figure over several events"
    NO_UNIT = "no_unit", "no place in or near these units"
    NO_PERIOD = "no_period", "outside the periods"
    FEW = "few", "too few reports here and near in time"
    UNCLEAR = "unclear", "no state is probable enough"

    FADED = "faded", "faded"
    OVER = "over", "over by then"
    LATER = "later", "speaks of later"
    LEFT = "left", "says who left, not who is there"
    OTHER_RULE = "other_rule", "another rule came first"
    NO_DAY = "no_day", "no day is given, so it may be of any time"
    NOT_YET = "not_yet", "it was not surely said by the day known_on"
    NO_ACTOR = "no_actor", "it names nobody"
    NO_KEEPER = "no_keeper", "it does not say who keeps the post"
    NOT_BY_FORCE = "not_by_force", "a post of this kind does not show who holds a place"
    POST_GONE = "post_gone", "it says that the post is gone or was never set up"


class WhyHeld(Reason):
    """Why a row is held back from an audience; words under ``share.reason.`` in each language."""

    LOW = "low", "sensitivity low"
    MODERATE = "moderate", "sensitivity moderate"
    HIGH = "high", "sensitivity high"
    SEVERE = "severe", "sensitivity severe"
    POSITION = "position", "position of a force"
    LICENSED = "licensed", "licence does not let rows leave"
    UNKNOWN = "unknown", "licence or sensitivity not known"
    RECENT = "recent", "too recent for this audience"
    UNBLURRED = "unblurred", "no unit to blur it to"
    COUNTED = "counted", "only counted in an aggregate"
    SMALL = "small", "in a cell with too few rows"
    UNCOUNTED = "uncounted", "no commune or day to count it under, or a figure over several events"
    RELATED = "related", "about an event that is held back or blurred"
    MOVEMENT = "movement", "movement of one's own"


POOLED = "pooled-"
"""Ids of rows that stand for reports that other agencies counted begin so."""

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
