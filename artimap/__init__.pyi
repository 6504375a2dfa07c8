# What artimap offers, for editors and type checkers; __init__.py loads each name when it is first used.
# A new public name is one line here.

from .areas.area import (
    AREAS as AREAS,
    ARTIBONITE as ARTIBONITE,
    Area as Area,
    area as area,
)
from .areas.assembly import (
    Assembled as Assembled,
    corridor_from_lines as corridor_from_lines,
    road_units as road_units,
)
from .areas.cod_ab import (
    read_units as read_units,
)
from .areas.conflation import (
    MergedPlaces as MergedPlaces,
    merge_places as merge_places,
)
from .areas.corridors import (
    read_corridor as read_corridor,
)
from .areas.gazetteer.lookup import (
    find_place as find_place,
)
from .areas.gazetteer.resolve import (
    Reading as Reading,
    resolve as resolve,
)
from .areas.install import (
    add_cod_ab as add_cod_ab,
    add_osm as add_osm,
    remove_layer as remove_layer,
)
from .areas.osm import (
    read_places as read_places,
    read_roads as read_roads,
)
from .areas.road_network import (
    AreaRoads as AreaRoads,
    area_roads as area_roads,
)
from .areas.services import (
    read_services as read_services,
)
from .claims.event_merging import (
    merge_reports as merge_reports,
)
from .claims.ledger import (
    Ledger as Ledger,
)
from .claims.linkage_decisions import (
    apply_decisions as apply_decisions,
)
from .claims.readers import (
    read_claims as read_claims,
)
from .claims.record_linkage import (
    MatchModel as MatchModel,
    match_reports as match_reports,
)
from .claims.resolution import (
    State as State,
)
from .control.checkpoints.fees import (
    Asked as Asked,
    Fees as Fees,
    fee_schedule as fee_schedule,
    fees_between as fees_between,
)
from .control.checkpoints.life_cycle import (
    CheckpointModel as CheckpointModel,
    checkpoints_on as checkpoints_on,
    checkpoints_over_time as checkpoints_over_time,
    passable as passable,
    read_checkpoints as read_checkpoints,
    to_ipis as to_ipis,
)
from .control.contestation.estimate import (
    estimate_contestation as estimate_contestation,
    why_not_estimated as why_not_estimated,
)
from .control.contestation.layer import (
    estimated_zones as estimated_zones,
)
from .control.contestation.model import (
    ContestationModel as ContestationModel,
)
from .control.history import (
    status_history as status_history,
    what_changed as what_changed,
)
from .control.model import (
    ControlModel as ControlModel,
)
from .control.provenance import (
    claims_behind as claims_behind,
)
from .control.road_status import (
    RoadStatusModel as RoadStatusModel,
    road_status_on as road_status_on,
)
from .control.road_status_files import (
    write_road_status as write_road_status,
)
from .control.status import (
    control_status as control_status,
    status_words as status_words,
    support as support,
)
from .control.subjects import (
    find_subjects as find_subjects,
)
from .control.zones.geometry import (
    control_zones as control_zones,
)
from .control.zones.model import (
    ZoneModel as ZoneModel,
)
from .control.zones.over_time import (
    control_zones_over_time as control_zones_over_time,
)
from .core.dates import (
    month_ends as month_ends,
)
from .core.errors import (
    ArtimapError as ArtimapError,
    CorridorError as CorridorError,
    CrsError as CrsError,
    DataError as DataError,
    DateError as DateError,
    ExtraError as ExtraError,
    ModelError as ModelError,
    PlaceError as PlaceError,
    SchemaError as SchemaError,
    ShareError as ShareError,
)
from .core.metadata import (
    beside as beside,
    model_of as model_of,
    read_table as read_table,
)
from .core.progress import (
    ProgressLine as ProgressLine,
)
from .maps.briefing import (
    briefing_map as briefing_map,
)
from .maps.events_only import (
    event_map as event_map,
)
from .maps.export.files import (
    export_map as export_map,
)
from .maps.static.map import (
    static_map as static_map,
)
from .maps.tiles import (
    Tiles as Tiles,
)
from .maps.user_layer import (
    UserLayer as UserLayer,
)
from .report.citations import (
    Citation as Citation,
    cite as cite,
    sources_of as sources_of,
)
from .report.report import (
    corridor_report as corridor_report,
)
from .report.strip.map import (
    strip_map as strip_map,
)
from .risk.backtest import (
    Backtest as Backtest,
    backtest as backtest,
)
from .risk.coverage import (
    report_coverage as report_coverage,
)
from .risk.estimate import (
    corridor_risk as corridor_risk,
    corridor_risk_by_kind as corridor_risk_by_kind,
    corridor_risk_over_time as corridor_risk_over_time,
)
from .risk.explain import (
    explain as explain,
)
from .risk.hotspots import (
    HotspotModel as HotspotModel,
    find_clusters as find_clusters,
    hotspots as hotspots,
    line_hotspots as line_hotspots,
)
from .risk.model import (
    ROAD_KINDS as ROAD_KINDS,
    ReportedShare as ReportedShare,
    RiskModel as RiskModel,
)
from .risk.passages import (
    PassageModel as PassageModel,
    Passages as Passages,
    passage_rate as passage_rate,
    passages_on as passages_on,
)
from .risk.trips import (
    TripRisk as TripRisk,
    trip_risk as trip_risk,
)
from .roads.corridor import (
    Corridor as Corridor,
    Stretch as Stretch,
)
from .roads.density.bandwidth import (
    choose_bandwidth as choose_bandwidth,
    draw_bandwidth as draw_bandwidth,
)
from .roads.density.envelopes import (
    density_envelope as density_envelope,
    simulated_densities as simulated_densities,
)
from .roads.density.kernel_density import (
    density_values as density_values,
    network_density as network_density,
)
from .roads.density.temporal_density import (
    density_over_time_values as density_over_time_values,
    network_density_over_time as network_density_over_time,
)
from .roads.event_spread import (
    Reach as Reach,
)
from .roads.network.graph import (
    RoadNetwork as RoadNetwork,
)
from .roads.network.line_joins import (
    Joined as Joined,
    join_lines as join_lines,
)
from .roads.routing.spans import (
    RoadSpan as RoadSpan,
)
from .roads.routing.speeds import (
    SpeedModel as SpeedModel,
)
from .sharing.counts import (
    SharedCounts as SharedCounts,
    merge_counts as merge_counts,
)
from .sharing.masking import (
    Masked as Masked,
    mask as mask,
    mask_column as mask_column,
)
from .sharing.policy import (
    Access as Access,
    Action as Action,
    Rules as Rules,
    SharePolicy as SharePolicy,
    read_policy as read_policy,
)
from .sharing.release import (
    Released as Released,
    release as release,
)
from .sharing.table_files import (
    write_table as write_table,
)
from .sources.column_map import (
    Mapping as Mapping,
    read_mapping as read_mapping,
)
from .sources.crosswalk import (
    crosswalk as crosswalk,
)
from .sources.registry import (
    propose_mapping as propose_mapping,
    read_events as read_events,
    read_movements as read_movements,
    read_report as read_report,
    read_template as read_template,
    read_road_status as read_road_status,
    recognise as recognise,
    validate as validate,
    READERS as READERS,
)
from .sources.result import (
    Read as Read,
)
from .studies.briefing import (
    Briefing as Briefing,
)
from .studies.closures import (
    Closures as Closures,
    Isolation as Isolation,
    closures as closures,
    isolation as isolation,
)
from .studies.counts import (
    share_counts as share_counts,
)
from .studies.itinerary import (
    Route as Route,
)
from .studies.night import (
    NightPlan as NightPlan,
    NightRun as NightRun,
    read_night_plan as read_night_plan,
    run_night as run_night,
)
from .studies.routes import (
    Routes as Routes,
    routes as routes,
    trip as trip,
)
from .studies.study import (
    Study as Study,
    brief as brief,
    changes as changes,
    study as study,
)
from .studies.timeline import (
    timeline as timeline,
)

__version__: str
__all__ = [
    "AREAS",
    "ARTIBONITE",
    "Access",
    "Action",
    "Area",
    "AreaRoads",
    "ArtimapError",
    "Asked",
    "Assembled",
    "Backtest",
    "Briefing",
    "CheckpointModel",
    "Closures",
    "ContestationModel",
    "ControlModel",
    "Corridor",
    "CorridorError",
    "CrsError",
    "DataError",
    "DateError",
    "ExtraError",
    "Fees",
    "HotspotModel",
    "Isolation",
    "Joined",
    "Ledger",
    "Mapping",
    "Masked",
    "MatchModel",
    "MergedPlaces",
    "ModelError",
    "NightPlan",
    "NightRun",
    "PassageModel",
    "Passages",
    "PlaceError",
    "ProgressLine",
    "READERS",
    "ROAD_KINDS",
    "Reach",
    "Read",
    "Reading",
    "Released",
    "ReportedShare",
    "RiskModel",
    "RoadNetwork",
    "RoadSpan",
    "RoadStatusModel",
    "Route",
    "Routes",
    "Rules",
    "SchemaError",
    "ShareError",
    "SharePolicy",
    "SharedCounts",
    "SpeedModel",
    "State",
    "Stretch",
    "Study",
    "Tiles",
    "TripRisk",
    "UserLayer",
    "ZoneModel",
    "add_cod_ab",
    "add_osm",
    "apply_decisions",
    "area",
    "area_roads",
    "backtest",
    "brief",
    "briefing_map",
    "changes",
    "checkpoints_on",
    "checkpoints_over_time",
    "choose_bandwidth",
    "claims_behind",
    "closures",
    "control_status",
    "control_zones",
    "control_zones_over_time",
    "corridor_from_lines",
    "corridor_report",
    "corridor_risk",
    "corridor_risk_by_kind",
    "corridor_risk_over_time",
    "crosswalk",
    "density_envelope",
    "density_over_time_values",
    "density_values",
    "draw_bandwidth",
    "estimate_contestation",
    "estimated_zones",
    "event_map",
    "explain",
    "export_map",
    "fee_schedule",
    "fees_between",
    "find_clusters",
    "find_place",
    "find_subjects",
    "hotspots",
    "isolation",
    "join_lines",
    "line_hotspots",
    "mask",
    "mask_column",
    "match_reports",
    "merge_counts",
    "merge_places",
    "merge_reports",
    "model_of",
    "month_ends",
    "network_density",
    "network_density_over_time",
    "passable",
    "passage_rate",
    "passages_on",
    "propose_mapping",
    "read_checkpoints",
    "read_claims",
    "read_corridor",
    "read_events",
    "read_mapping",
    "read_movements",
    "read_night_plan",
    "read_places",
    "read_policy",
    "read_report",
    "read_road_status",
    "read_roads",
    "read_services",
    "read_table",
    "read_template",
    "read_units",
    "recognise",
    "release",
    "remove_layer",
    "report_coverage",
    "resolve",
    "road_status_on",
    "road_units",
    "routes",
    "run_night",
    "share_counts",
    "simulated_densities",
    "static_map",
    "status_history",
    "status_words",
    "strip_map",
    "study",
    "support",
    "timeline",
    "to_ipis",
    "trip",
    "trip_risk",
    "validate",
    "what_changed",
    "why_not_estimated",
    "write_road_status",
    "write_table",
]
