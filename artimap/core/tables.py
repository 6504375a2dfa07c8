"""The tables of artimap as data: every column, its type, and whether it may be blank."""

from __future__ import annotations

from artimap.core import vocab
from artimap.core.schema import Column, Table


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


PLACES = Table(
    "PLACES",
    ("place_id",),
    (
        Column("place_id", required=True, doc="stable id, lower-case ASCII"),
        Column("name", required=True),
        *_text("name_fr", "name_ht", "aliases"),
        Column("kind", required=True, words=vocab.PlaceKind),
        *_text("adm2_pcode", "adm3_pcode"),
        Column("population", "int"),
        Column("source", required=True),
    ),
    ("Point",),
)


UNITS = Table(
    "UNITS",
    ("pcode",),
    (
        Column("pcode", required=True),
        Column("name", required=True),
        Column("level", required=True, words=vocab.Level),
        *_text("parent"),
        Column("number", "int", doc="number of a communal section in its commune"),
        Column("population_2019", "int", doc="IHSI-UNFPA estimate"),
        Column("area_km2", "float"),
        Column("valid_from", "day"),
        Column("valid_to", "day"),
        Column("approximate", "bool", required=True, doc="true where the boundary is a stand-in"),
        Column("source", required=True),
    ),
    ("Polygon", "MultiPolygon", "Point"),
)


ROADS = Table(
    "ROADS",
    ("road_id",),
    (
        Column("road_id", required=True, doc="lower-case id, for example rn1"),
        Column("ref", doc="number on the sign, for example RN1"),
        Column("name"),
        Column("class", required=True, doc="national or departmental"),
        Column("length_m", "float", required=True, doc="length along the road, from the posts"),
        Column("source", required=True),
    ),
    ("LineString",),
)


POSTS = Table(
    "POSTS",
    ("road_id", "seq"),
    (
        Column("road_id", required=True),
        Column("seq", "int", required=True),
        Column("km", "float", required=True, doc="road distance from the origin in km"),
        Column("note"),
    ),
    ("Point",),
)


ROAD_UNITS = Table(
    "ROAD_UNITS",
    (),
    (
        Column("road_id", required=True),
        Column("level", required=True, words=vocab.Level),
        Column("pcode", required=True),
        Column("relation", required=True, words=vocab.RoadRelation),
        Column("from_m", "float", required=True),
        Column("to_m", "float", required=True),
    ),
)


SERVICES = Table(
    "SERVICES",
    ("service_id",),
    (
        Column("service_id", required=True),
        Column("kind", required=True, words=vocab.ServiceKind),
        Column("name", doc="of a market, a commune or an organisation; null where none is known"),
        Column("pcode", doc="commune or section, where it is known"),
        Column("road_id", doc="the road with the nearest kilometre post"),
        Column("km", "float", doc="that post"),
        Column("offset_km", "float", doc="from it, as the crow flies"),
        Column("value", "int", doc="people, or organisations, in a commune"),
        Column("as_of", doc="year, or year and month, of the list; null where it has none"),
        Column("source", required=True),
        Column("licence", required=True),
        Column("sensitivity", required=True, words=vocab.Sensitivity),
        Column("note"),
    ),
    ("Point",),
)


ACTORS = Table(
    "ACTORS",
    ("actor_id",),
    (
        Column("actor_id", required=True),
        Column("name", required=True),
        Column("aliases"),
        Column("kind", required=True, words=vocab.ActorKind),
        *_text("parent"),
        Column("may_be", doc="names that may mean the same or an overlapping group: kept apart, never called rivals"),
        *_text("note"),
        Column("source", required=True),
    ),
)


EVENTS = Table(
    "EVENTS",
    ("event_id",),
    (
        Column("event_id", required=True),
        Column("record", required=True, words=vocab.Record),
        Column("overlaps", doc="events whose harm this row may count again"),
        Column("date_start", "day", required=True),
        Column("date_end", "day", required=True),
        Column("date_precision", "int", required=True, doc="1 day, 2 week, 3 month or longer"),
        Column("kind", required=True, words=vocab.EventKind),
        Column("sub_kind"),
        Column("actors", doc="actor names, joined by '; '"),
        Column("killed_low", "int", doc="least figure said; null is not zero"),
        Column("killed_best", "int", doc="median of the figures said"),
        Column("killed_high", "int", doc="greatest figure said; null where a figure is only 'at least'"),
        Column("alleged_gang_dead", "bool", required=True, doc="the dead counted are said to be gang members"),
        Column("injured", "int"),
        Column("abducted", "int"),
        Column("displaced", "int"),
        Column("place", doc="the place in words"),
        Column("place_kind", required=True, words=vocab.Where),
        Column("place_id", doc="key into PLACES, where there is one"),
        Column("pcode", doc="unit, where the place is a section, commune or department; several joined by '; '"),
        Column("road_id", doc="the road that the report names, where it names one"),
        Column("from_m", "float", doc="chainage of a stretch on road_id"),
        Column("to_m", "float"),
        Column(
            "radius_m", "float", doc="how far from a point or place it may lie; null where the kind of place decides"
        ),
        Column("geo_precision", "int", required=True, doc="1 place, 2 part of a unit, 3 unit or wider (ACLED)"),
        Column("n_claims", "int", required=True, doc="statements behind the row"),
        Column("n_sources", "int", required=True, doc="publishers behind the row, reprints counted once"),
        Column("sensitivity", required=True, words=vocab.Sensitivity),
        Column("licence", required=True),
        Column("summary"),
    ),
    (),
)


CLAIMS = Table(
    "CLAIMS",
    ("claim_id",),
    (
        Column("claim_id", required=True),
        Column("about", required=True, words=vocab.About),
        Column("subject", required=True, doc="event_id, place_id, p-code, stretch or checkpoint_id"),
        Column("predicate", required=True, words=vocab.Predicate),
        Column("value", doc="an actor, a figure, a word; null where the predicate says it all"),
        Column("claimant", doc="who says so"),
        Column("claimant_is_party", required=True, words=vocab.Party),
        Column("reported", "day", doc="day of the report; null where the copy carries none"),
        Column(
            "date_basis",
            required=True,
            doc="stated; week, month, year: in the one that begins on that day; by: in the week up to that day; "
            "from_event: dated by the event; undated",
        ),
        Column("retrieved", "day"),
        Column("valid_from", "day"),
        Column("valid_to", "day"),
        Column("last_confirmed", "day"),
        Column("source", required=True, doc="publisher"),
        Column("source_url"),
        Column("sensitivity", required=True, words=vocab.Sensitivity),
        Column("licence", required=True),
        Column("note"),
        Column("place", doc="the place in words"),
        Column("scope", doc="what of the subject it speaks of where that is not the whole: station, part, road"),
        Column("report_id", doc="the report that this claim was read from: repeats inside one are one source"),
        Column("origin", doc="who published it first, where the source is a reprint or copy"),
    ),
)


CHECKPOINTS = Table(
    "CHECKPOINTS",
    ("checkpoint_id",),
    (
        Column("checkpoint_id", required=True),
        Column("kind", required=True, words=vocab.CheckpointKind),
        Column("operator"),
        Column("place", doc="the place in words"),
        Column("corridor_id", doc="null where the road is not known"),
        Column("from_m", "float", doc="null where the place on the road is not known"),
        Column("to_m", "float"),
        Column("first_seen", "day"),
        Column("last_confirmed", "day"),
        Column("days_since", "int", doc="as_of minus last_confirmed"),
        Column("status", required=True, words=vocab.CheckpointStatus),
        Column("fees", doc="what the post is said to ask, in words"),
        Column(
            "passable_for", doc="who is said to pass: 'bus: yes; ambulance: unknown', for each who may want to know"
        ),
        Column("n_claims", "int", required=True),
        Column("claims", doc="claim ids, joined by '; '"),
        Column("sources", doc="publishers, joined by '; '"),
        Column("extent", doc="what is known of where it stands: point, place, interval of road, section, or nowhere"),
        Column("state", words=vocab.PostState, doc="what the newest statement says of it"),
        Column("removed_by", doc="who is said to have taken it away; null where that is not said"),
        Column("removed_on", "day"),
        Column("fees_stated", "int", doc="statements that give an amount"),
    ),
    (),
)


FEES = Table(
    "FEES",
    ("claim_id",),
    (
        Column("checkpoint_id", required=True),
        Column("claim_id", required=True),
        Column("vehicle", words=vocab.Vehicle, doc="who pays; null where that is not said"),
        Column("vehicle_words", doc="the same in the words of the source"),
        Column("per", words=vocab.Per),
        Column(
            "fee_of", words=vocab.FeeOf, required=True, doc="asked at one post, a levy, of a whole trip, or an income"
        ),
        Column("low", "float", doc="null where no amount is stated; zero only where zero is said"),
        Column("high", "float", doc="null where an amount is 'more than', or not stated"),
        Column("currency", doc="ISO 4217"),
        Column("low_usd", "float", doc="only where the statement gives a rate and its day"),
        Column("high_usd", "float"),
        Column("rate_htg_per_usd", "float"),
        Column("rate_day", "day"),
        Column("exempt", doc="who is said not to pay"),
        Column("said_on", "day", doc="day the amount is said of; null where the copy carries none"),
        Column("date_basis", required=True),
        Column("claimant"),
        Column("source"),
        Column("words"),
    ),
)


_OF_A_ROAD = (
    Column("road_id", doc="road of ROADS that it lies on; null where it is none of them"),
    Column("from_m", "float", doc="chainage on road_id; null where it lies on no measured road"),
    Column("to_m", "float"),
)
_OWNED = (
    Column("sensitivity", required=True, words=vocab.Sensitivity),
    Column("licence", required=True),
)


ROAD_STATUS = Table(
    "ROAD_STATUS",
    ("status_id",),
    (
        Column("status_id", required=True),
        Column("part", required=True, words=vocab.RoadPart),
        Column("name", doc="of the road, bridge or crossing"),
        Column("place", doc="the place in words"),
        Column("corridor_id", doc="the same as road_id, where the road can be read as a corridor"),
        *_OF_A_ROAD,
        Column("osmid", doc="way or node of OpenStreetMap"),
        Column("vehicle", words=vocab.Vehicle, doc="for whom it is said; null where that is not said"),
        Column("physical", required=True, words=vocab.Passage, doc="state of road or bridge itself"),
        Column("security", required=True, words=vocab.Passage, doc="passage as far as armed people allow it"),
        Column("operational", required=True, words=vocab.Passage, doc="passage as those who run it allow it"),
        Column("reliability", "int", doc="0 not known, 1 rumour, 2 heard, 3 first-hand, 4 first-hand and credible"),
        Column("as_of", "day", doc="day the status is said of; null where the copy carries none"),
        Column("reported", "day", doc="day of the report"),
        Column("source", required=True),
        Column("why", doc="the remark, in the words of the source"),
        Column("lead_time_days", "float", doc="days that goods take"),
        *_OWNED,
    ),
    (),
)


MOVEMENTS = Table(
    "MOVEMENTS",
    ("movement_id",),
    (
        Column("movement_id", required=True),
        Column("date", "day", required=True),
        *_text("from", "to"),
        *_OF_A_ROAD,
        Column("via", doc="towns on the way, in the words of the table; joined by '; '"),
        Column("spans", doc="of a way over several roads: its pieces, in km: 'rn1:94.8-110.4; rd-sav:0.0-14.8'"),
        Column("vehicle", words=vocab.Vehicle),
        Column("outcome", required=True, words=vocab.Outcome),
        Column("source", required=True),
        *_text("note"),
        *_OWNED,
    ),
    (),
)


TRIPS = Table(
    "TRIPS",
    ("route_id",),
    (
        Column("route_id", required=True),
        Column("from", required=True),
        Column("to", required=True),
        Column("via", doc="towns and roads by which it goes"),
        Column("vehicle", required=True, words=vocab.Vehicle),
        Column("time_lo_min", "float", required=True, doc="travel without waiting"),
        Column("time_hi_min", "float", required=True),
        Column("km", "float", required=True),
        Column("expected_reported", "float", doc="reported incidents a month on the whole way; null where silent"),
        Column("lo80", "float"),
        Column("hi80", "float"),
        Column("chance", "float", doc="probability of at least one on a given day"),
        Column("posts", "int", required=True, doc="posts said to stand on it"),
        Column("fee_lo", "float", doc="sum for one passage of the posts that state one; null where none does"),
        Column("fee_hi", "float", doc="null where the sum is only the least that one pays"),
        Column("currency"),
        Column("fee_unknown", "int", required=True, doc="posts of which no dated amount is stated"),
        Column("waiting_lo_min", "float"),
        Column("waiting_hi_min", "float"),
        Column("waiting_unknown", "int", required=True),
        Column("passable_for", required=True, doc="yes, no or unknown for the vehicle"),
        Column("silent_km", "float", required=True, doc="of which nobody has reported for long, or ever"),
        Column("newest_report", "day"),
        Column("closed_by", doc="road statuses that close the quickest way for the vehicle, joined by '; '"),
        Column("why", doc="why it differs from the first, as codes, joined by '; '"),
        Column("passages", "int", doc="movements of one's own over half of it or more; null where none were given"),
        Column("passage_chance", "float", doc="probability of an incident on one passage; null where nobody went"),
        Column("passage_lo80", "float"),
        Column("passage_hi80", "float"),
    ),
    ("LineString", "MultiLineString"),
)


CLOSURES = Table(
    "CLOSURES",
    ("piece_id",),
    (
        Column("piece_id", required=True, doc="road and kilometres: rn1 110.4-111.0"),
        Column("road_id", required=True),
        Column("from_m", "float", required=True),
        Column("to_m", "float", required=True),
        Column("detour_km", "float", doc="way round from its one end to the other; null where none is known"),
        Column("detour_lo_min", "float", doc="time of the way round, without waiting"),
        Column("detour_hi_min", "float"),
        Column("longer_min", "float", doc="adds to the journey from end to end, by mean times; null: no way is left"),
        Column("bridge", "bool", required=True, doc="no other way is known from its one end to the other"),
        Column("cut_off_places", doc="towns and villages that lose their way, joined by '; '"),
        Column("people_lo", "int", doc="in communes cut off as a whole; null where no figure is known"),
        Column("people_hi", "int", doc="in communes of which any known place is cut off"),
        Column("people_unknown", "int", required=True, doc="communes and towns cut off of which no figure is known"),
        Column("fuel", "int", doc="stations cut off, of those that are listed; null where there is no list"),
        Column("health", "int", doc="health points cut off; null where there is no list"),
        Column("markets", "int", doc="markets cut off; null where there is no list"),
    ),
    ("LineString", "MultiLineString"),
)


_LOCATED_COLUMNS = (
    Column("chainage_m", "float", doc="along the road at the nearest point; null where not a point or place"),
    Column("offset_m", "float", doc="distance from the road"),
    Column("from_m", "float", doc="start of the road that the row may lie on"),
    Column("to_m", "float"),
    Column("off_corridor", "float", doc="share of the row's weight that may lie off this road"),
    Column("why_not", doc="why the row has no place on this road; null where it has one"),
    Column("why_code", doc="the same as a code of vocab.WhyNot with its parameters: other_road:rn5"),
)


LOCATED = Table("LOCATED", (), _LOCATED_COLUMNS, ())


RISK = Table(
    "RISK",
    ("lixel_id",),
    (
        Column("lixel_id", required=True),
        Column("name", doc="from – to, where the piece is a named stretch"),
        Column("corridor_id", required=True),
        Column("from_m", "float", required=True),
        Column("to_m", "float", required=True),
        Column("density", "float", required=True, doc="decayed events per km"),
        Column("rate", "float", doc="posterior mean of what is reported, events per km and month; null where silent"),
        Column("lo50", "float", doc="50 % interval of the rate"),
        Column("hi50", "float"),
        Column("lo80", "float", doc="80 % interval of the rate"),
        Column("hi80", "float"),
        Column("lo95", "float", doc="95 % interval of the rate"),
        Column("hi95", "float"),
        Column("last_rate", "float", doc="where the piece is silent: the last rate that was known"),
        Column("last_lo80", "float", doc="80 % interval of it"),
        Column("last_hi80", "float"),
        Column("happened_rate", "float", doc="rate of what happens, where RiskModel.reported_share is stated"),
        Column("happened_lo80", "float", doc="80 % interval of it"),
        Column("happened_hi80", "float"),
        Column("exposure_km_months", "float", doc="length by observed time, discounted; traffic is not known"),
        Column("observed_share", "float", doc="part of the window in which somebody reported about the piece"),
        Column("events_used", "float", required=True, doc="discounted weight of the events placed here"),
        Column("n_events", "int", required=True, doc="events with any weight here in the window"),
        Column("imprecise_share", "float", doc="share of that weight whose place is a section, commune or stretch"),
        Column("recent_rate", "float", doc="rate in the last trend window, events per km and month"),
        Column("earlier_rate", "float", doc="rate in the window before"),
        Column("p_rose", "float", doc="probability that the rate rose from the one to the other"),
        Column("last_event", "day", doc="newest incident that counts"),
        Column("days_since", "int"),
        Column("newest_report", "day", doc="newest report of any kind that touches the piece"),
        Column("info", required=True, words=vocab.Info),
        Column("publishers_recent", "int", doc="publishers who told of the piece in the last trend window"),
        Column("publishers_earlier", "int", doc="the same in the window before"),
        Column("caution", doc="sources_changed where a trend may be that of the sources"),
        Column("band", "int", doc="1 to 5 by rate; null where the piece is quiet or silent"),
        Column("event_ids", doc="events behind the value, greatest share first"),
    ),
    ("LineString",),
)


LIXELS = Table(
    "LIXELS",
    ("lixel_id",),
    (
        Column("lixel_id", "int", required=True, doc="0, 1, 2, … in edge order"),
        Column("edge", "int", required=True, doc="row of the edge in the network"),
        Column("from_m", "float", required=True, doc="metres from the start of the edge"),
        Column("to_m", "float", required=True),
    ),
    ("LineString",),
)


SNAPPED = Table(
    "SNAPPED",
    (),
    (
        Column("edge", "int", doc="row of the edge in the network; null where why_not says why"),
        Column("offset_m", "float", doc="along the edge, from its start"),
        Column("distance_m", "float", doc="from the point to the edge"),
        Column("why_not", doc="why the row is on no edge; null where it is"),
        Column("why_code", doc="the same as a code of vocab.WhyNot with its parameters: roads_far:500"),
    ),
)


STATUS = Table(
    "STATUS",
    ("subject",),
    (
        Column("subject", required=True, doc="place_id, p-code, or stretch"),
        Column("name", required=True),
        Column("kind", doc="place, section, commune, department or stretch"),
        Column("status", required=True, words=vocab.Status),
        Column("actors", doc="who is said to hold it, be there or dispute it; joined by '; '"),
        Column("attackers", doc="of what was attacked: whom the reports of it name; null where they name nobody"),
        Column("confidence", required=True, doc="low, medium or high: the support in words"),
        Column("support", "float", doc="how well the status is backed by independent voices, from 0 to 1"),
        Column("last_confirmed", "day"),
        Column("days_since", "int"),
        Column("held_before", doc="who was last known to hold it or be there, where the status gives it to nobody"),
        Column("held_before_on", "day", doc="the newest day of which that was said"),
        Column("held_before_sources", doc="the outlets that said so; joined by '; '"),
        Column("rule", required=True, doc="name of the rule that gave the status"),
        Column("reason", doc="the rule and what it rests on, in words"),
        Column("claims", doc="ids of the claims and events behind it, joined by '; '"),
        Column("parts", doc="of a stretch: what lies on it and gave the status, with its km"),
        Column("not_counted", doc="claims about the subject that the status does not rest on, each with the reason"),
        Column("why_code", doc="the reasons in not_counted as codes of vocab.WhyNot, in the same order"),
        Column("road_id", doc="of a stretch"),
        Column("from_m", "float"),
        Column("to_m", "float"),
    ),
)


ESTIMATES = Table(
    "ESTIMATES",
    ("unit", "valid_from"),
    (
        Column("unit", required=True, doc="p-code, place_id, lixel_id or unit_id"),
        Column("name", required=True),
        Column("valid_from", "day", required=True),
        Column("valid_to", "day", required=True),
        Column("estimate", required=True, words=vocab.Estimate),
        Column("actors", doc="the group, or those that contest; joined by '; '"),
        Column("p_none", "float", required=True, doc="probability of no armed group"),
        Column("p_one_group", "float", required=True, doc="of any one group that nobody contests"),
        Column("p_contested", "float", required=True),
        Column("p_state", "float", required=True, doc="of state forces"),
        Column("p_quiet", "float", doc="that few reports come through; null where the method does not say"),
        Column("probability", "float", required=True, doc="of the most likely state, groups told apart"),
        Column("entropy_bits", "float", required=True, doc="0 where one state is sure"),
        Column("reports", "float", required=True, doc="weight of the reports of this unit and period"),
        Column(
            "evidence", "float", required=True, doc="reports that surely speak of it, with fading ones before and after"
        ),
        Column("stability", "float", doc="share of runs with other settings that agree; null where not run"),
        Column("why_not", doc="why the estimate is insufficient; null where it is not"),
        Column("why_code", doc="the same as a code of vocab.WhyNot: few, unclear"),
    ),
)


ZONES = Table(
    "ZONES",
    ("zone_id",),
    (
        Column("zone_id", required=True),
        Column("subject", doc="place_id, p-code or stretch, as in STATUS"),
        Column("name", required=True),
        Column("kind", required=True, words=vocab.Status),
        Column("layer", required=True, words=vocab.ZoneLayer),
        Column("actors", doc="who is said to hold it, be there or dispute it; joined by '; '"),
        Column("attackers", doc="of what was attacked: whom the reports of it name; null where they name nobody"),
        Column("confidence", doc="low, medium or high"),
        Column("support", "float", doc="how well the status is backed, from 0 to 1"),
        Column("band", "int", doc="1 is the innermost; the edge is soft"),
        Column("weight", "float", doc="1 in the innermost band, falling outward"),
        Column("valid_from", "day", doc="first day on which the status is the same by the claims at hand"),
        Column("valid_to", "day", doc="last such day; null where nothing in them ends it"),
        Column("last_confirmed", "day"),
        Column("held_before", doc="who was last known to hold it or be there, where the status gives it to nobody"),
        Column("held_before_on", "day", doc="the newest day of which that was said"),
        Column("held_before_sources", doc="the outlets that said so; joined by '; '"),
        Column("rule", required=True),
        Column("reason", doc="the rule and what it rests on, in words"),
        Column("claims"),
        Column("road_id", doc="of a line"),
        Column("from_m", "float"),
        Column("to_m", "float"),
        Column("isw", doc="the status in the words of ISW's maps; null where they have none"),
        Column("viina", doc="the same in those of VIINA"),
        Column("estimate", words=vocab.Estimate, doc="null in the reported layer, as are the next three"),
        Column("probability", "float"),
        Column("entropy_bits", "float"),
        Column("stability", "float"),
    ),
    (),
)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        PLACES, UNITS, ROADS, POSTS, ROAD_UNITS, ACTORS, EVENTS, CLAIMS, CHECKPOINTS, FEES, LOCATED, RISK, LIXELS,
        SNAPPED, STATUS, ESTIMATES, ZONES, ROAD_STATUS, MOVEMENTS, TRIPS, CLOSURES,
    )
}  # fmt: skip
"""All tables by name."""
