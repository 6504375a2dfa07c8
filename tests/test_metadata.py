"""What goes with a table lies beside it as plain JSON, and survives pandas, geopandas and files."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
import re
from dataclasses import fields, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from pyarrow import parquet

import artimap as am
from artimap.control.contestation.calibration import Calibration
from artimap.control.route_status import statuses_on_route
from artimap.core.files import write_geopackage
from artimap.core.metadata import JsonModel, put_models
from artimap.core.vocab import EventKind
from artimap.roads.network.graph import RoadNetwork
from artimap.sources.registry import read_events
from benchmarks.contestation_study.compare import baseline_contestation

DAY = "2024-10-15"
GIVEN = Path(__file__).parent / "sources"


def _network():
    return RoadNetwork.from_edges([[0, 0], [1000, 0], [2000, 0]], [[0, 1], [1, 2]], crs="EPSG:32618")


def _own_events(folder, area):
    path = folder / "own.csv"
    path.write_text(
        "date,kind,place,summary,source\n2024-10-01,kidnapping,Pont-Sondé,x,Radio\nnever,kidnapping,Nowhere,x,Radio\n",
        encoding="utf-8",
    )
    return read_events(path, area=area)


def _layer(folder, kind, places, rows):
    path = folder / f"{kind.lower()}.geojson"
    shape = {"type": kind, "coordinates": places}
    features = [{"type": "Feature", "properties": one, "geometry": shape} for one in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def _statuses(folder, area):
    rows = [{"osmid": "w1", "currstatus_physical": "4", "currasofdate": "2024-10-01", "currsourcename": "Agency"}]
    return am.read_road_status(_layer(folder, "LineString", [[-72.6, 19.1], [-72.6, 19.2]], rows), area=area)


def _places(folder, area):
    rows = [{"place": "town", "@id": "node/1", "name": "Pont-Sondé"}, {"place": "town", "@id": "node/2"}]
    return am.read_places(_layer(folder, "Point", [-72.6, 19.1], rows), area=area)


def _roads(folder, area):
    rows = [{"highway": "primary", "@id": "way/1", "ref": "RN1"}, {"highway": "footway", "@id": "way/2"}]
    return am.read_roads(_layer(folder, "LineString", [[-72.6, 19.1], [-72.6, 19.2]], rows), area=area)


def _units(folder, area):
    ring = [[-72.6, 19.1], [-72.5, 19.1], [-72.5, 19.2], [-72.6, 19.1]]
    rows = [{"adm2_pcode": "HT0511", "adm2_fr": "Gonaïves", "adm1_pcode": "HT05", "adm1_fr": "Artibonite"}]
    return am.read_units(_layer(folder, "Polygon", [ring], rows), area=area)


@pytest.fixture(scope="module")
def made(artibonite, rn1, events, ledger, tmp_path_factory):
    """Every public table that carries something beside its rows, by the call that gives it."""
    folder, net = tmp_path_factory.mktemp("given"), _network()
    at = net.snap([[500, 5], [1200, 0]])
    by_kind = am.corridor_risk_by_kind(rn1, events, as_of=DAY)
    short = {"start": "2024-08-01", "stop": DAY}
    near = {"bandwidth_m": 500, "lixel_m": 200}
    estimates = am.estimate_contestation(artibonite, events, **short, stability=False)
    return {
        "corridor_risk": am.corridor_risk(rn1, events, as_of=DAY, ledger=ledger),
        "corridor_risk of nothing": am.corridor_risk(rn1, events, as_of=DAY, pieces=rn1.stretches().iloc[:0]),
        **{f"corridor_risk_by_kind {kind}": one for kind, one in list(by_kind.items())[:2]},
        "hotspots": am.hotspots(rn1, events, as_of=DAY, model=am.HotspotModel(simulations=99)),
        "control_status": am.control_status(artibonite, ledger, as_of=DAY, known_on=DAY),
        "control_zones": am.control_zones(artibonite, ledger, as_of=DAY),
        "control_zones_over_time": am.control_zones_over_time(artibonite, ledger, since="2024-10-01", until=DAY),
        "checkpoints_on": am.checkpoints_on(rn1, ledger, as_of=DAY),
        "road_status_on": am.road_status_on(_statuses(folder, artibonite), as_of=DAY),
        "statuses_on_route": statuses_on_route(
            _statuses(folder, artibonite), [am.RoadSpan("rn1", 0.0, 9_000.0)], vehicle="truck", as_of=DAY
        ),
        "Routes.table": am.trip("Saint-Marc", "Gonaïves", as_of=DAY, close="rn1 km 120-121").table,
        "estimate_contestation": estimates,
        "estimated_zones": am.estimated_zones(artibonite, estimates, as_of=DAY),
        "baseline_contestation": baseline_contestation(artibonite, events, **short, method="kernel_logit"),
        "network_density": am.network_density(net, at, **near),
        "network_density_over_time": am.network_density_over_time(
            net, at, [DAY, DAY], at=[DAY], bandwidth_days=30, **near
        ),
        "density_envelope": am.density_envelope(net, at, simulations=19, **near),
        "choose_bandwidth": am.choose_bandwidth(net, at, [300, 600]),
        "read_events of a file": _own_events(folder, artibonite),
        "read_places of a file": _places(folder, artibonite),
        "read_roads of a file": _roads(folder, artibonite),
        "read_units of a file": _units(folder, artibonite),
    }  # fmt: skip


WRITERS = {
    "areas/cod_ab.py", "areas/osm.py", "control/checkpoints/life_cycle.py", "control/contestation/estimate.py",
    "control/contestation/layer.py", "control/road_status.py", "control/route_status.py", "control/status.py",
    "control/zones/geometry.py", "control/zones/over_time.py",
    "risk/estimate.py", "risk/hotspots.py", "risk/pooled.py", "roads/density/bandwidth.py",
    "roads/density/envelopes.py",
    "roads/density/kernel_density.py", "roads/density/temporal_density.py", "sources/registry.py",
    "studies/closures.py",
    "studies/itinerary.py",
}  # fmt: skip
"""Whose tables are made above."""

NOT_GIVEN_OUT = {
    "cli/density.py", "cli/zones.py", "report/context.py", "sharing/release.py", "sharing/table_files.py",
    "studies/inputs.py", "studies/night.py",
}  # fmt: skip
"""These work on a copy of their own."""

MORE = {"studies/study.py"}
"""Puts one more, a list of texts, beside the risk."""


def test_no_table_that_carries_something_is_left_out_here():
    package = Path(am.__file__).parent
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if re.search(r"\.attrs(\[.*\]|) = |\.attrs\.update\(", path.read_text(encoding="utf-8"))
    }
    assert found - {"core/metadata.py"} == WRITERS | NOT_GIVEN_OUT | MORE


def test_each_carries_something(made):
    assert [name for name, table in made.items() if not table.attrs] == []


def test_what_goes_with_a_table_is_written_as_json(made):
    for name, table in made.items():
        back = json.loads(json.dumps(table.attrs))
        assert back == table.attrs, name  # lists, not tuples; text, not enums
        assert "object at 0x" not in str(back), name


def test_tables_are_put_together(made, rn1, events):
    for name, table in made.items():
        both = pd.concat([table, table.iloc[:2]], ignore_index=True)
        assert len(both) == len(table) + min(2, len(table)), name
        assert both.attrs == table.attrs, name  # of one making: it still goes with them
    once, again = (am.corridor_risk(rn1, events, as_of=DAY) for _ in range(2))
    assert len(pd.concat([once, again])) == 2 * len(once)
    assert pd.concat([once, again]).attrs == once.attrs  # of one making: the same is said of both
    other = am.corridor_risk(rn1, events, as_of=DAY, model=am.RiskModel(half_life_days=30))
    assert pd.concat([once, other]).attrs == {}  # of two models: neither is claimed for both
    assert len(pd.concat(list(made.values()))) == sum(map(len, made.values()))


def test_tables_are_merged_copied_sliced_and_sorted(made):
    for name, table in made.items():
        first = table.columns[0]
        for other in (
            table.copy(), table.iloc[::2], table[[first]], table.sort_values(first), table.assign(more=1),
            table.groupby(first, dropna=False).head(1), table.reset_index(drop=True), copy.deepcopy(table),
        ):  # fmt: skip
            assert other.attrs == table.attrs, name
        merged = table.merge(table[[first]].drop_duplicates(), on=first, how="left")
        assert len(merged) == len(table), name
        assert merged.attrs == table.attrs, name
        assert len(table.merge(pd.DataFrame({first: table[first].unique()}), on=first, how="left")) == len(table), name
        assert table.equals(table.copy()), name


def test_tables_are_pickled(made):
    for name, table in made.items():
        back = pickle.loads(pickle.dumps(table))  # noqa: S301 - made just here
        assert set(back.attrs) == set(table.attrs), name
        for one, value in back.attrs.items():
            assert type(value) is type(table.attrs[one]), name
    risk = pickle.loads(pickle.dumps(made["corridor_risk"]))  # noqa: S301 - made just here
    assert am.model_of(risk, am.RiskModel) == am.RiskModel()
    assert not am.explain(risk, risk["lixel_id"].iloc[0]).empty


def test_tables_are_written_and_drawn(made, tmp_path):
    import matplotlib as mpl  # noqa: PLC0415 - slow to import
    import matplotlib.pyplot as plt  # noqa: PLC0415

    mpl.use("Agg")
    for number, (name, table) in enumerate(made.items()):
        path = tmp_path / f"{number}.parquet"
        table.to_parquet(path)
        table.to_csv(path.with_suffix(".csv"))
        table.to_feather(path.with_suffix(".feather"))
        spatial = isinstance(table, gpd.GeoDataFrame)
        back = gpd.read_parquet(path) if spatial else pd.read_parquet(path)
        assert set(back.attrs) in (set(), set(table.attrs)), name  # geopandas before 1.2 reads none back
        assert len(back) == len(table)
        if spatial:
            json.loads(table.to_json(default=str))
            table.to_arrow()
            table.to_wkb()
            if not table.empty:
                table.to_file(path.with_suffix(".gpkg"))
                axes = table.plot()
                plt.close(axes.figure)
    back = gpd.read_parquet(tmp_path / "0.parquet")
    assert back.attrs.get("as_of", DAY) == DAY
    assert back.attrs in ({}, made["corridor_risk"].attrs)


MODELS = (
    am.CheckpointModel, am.ContestationModel, am.ControlModel, am.HotspotModel, am.MatchModel, am.PassageModel,
    am.RiskModel, am.RoadStatusModel, am.SpeedModel, am.ZoneModel,
)  # fmt: skip


def others(model):
    """Models whose fields differ from the default, one by one where a number may be halved."""
    for one in fields(model):
        value = getattr(model, one.name)
        if type(value) is int:
            yield replace(model, **{one.name: value + 1})
        pair = isinstance(value, tuple) and all(isinstance(part, float) for part in value)
        if (isinstance(value, float) and value) or pair:
            half = (value[0] / 2, *value[1:]) if pair else value / 2
            try:
                yield replace(model, **{one.name: half})
            except am.ModelError:
                continue


@pytest.mark.parametrize("kind", MODELS, ids=lambda kind: kind.__name__)
def test_a_model_is_made_again_from_what_it_wrote_down(kind):
    models = [kind(), *others(kind())]
    assert len(models) > 1 or kind is am.CheckpointModel
    for model in models:
        back = kind.from_dict(json.loads(json.dumps(model.to_dict())))
        assert back == model
        # Members of a set have no order: they stand in one text as they stand in the other, in any.
        assert sorted(repr(back)) == sorted(repr(model))
        assert kind.from_dict({}) == kind()
    with pytest.raises(am.ModelError, match=f"{kind.__name__} has no field 'nonsense'"):
        kind.from_dict({"nonsense": 1})


def test_every_model_with_parameters_is_one_that_can_be_written():
    public = {getattr(am, name) for name in am.__all__ if name.endswith("Model")}
    assert public == set(MODELS)
    assert all(issubclass(one, JsonModel) for one in public)
    changed = am.RiskModel(half_life_days=90, prior_rate=0.1, kinds=frozenset({EventKind.ABDUCTION}))
    assert repr(am.RiskModel.from_dict(changed.to_dict())) == repr(changed)  # 90 stays 90


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"half_live_days": 30}, "did you mean 'half_life_days'"),
        ({"half_life_days": "30"}, "RiskModel.half_life_days is a number, not '30'"),
        ({"half_life_days": True}, "RiskModel.half_life_days is a number, not True"),
        ({"seed": 0.5}, "RiskModel.seed is a whole number, not 0.5"),
        ({"kinds": ["picnic"]}, "RiskModel.kinds is one of .*not 'picnic'"),
        ({"kinds": "abduction"}, "RiskModel.kinds is a list"),
        ({"band_rates": [0.1]}, "RiskModel.band_rates has 4 values, not 1"),
        ({"reach": {"point": 1.0}}, "Reach has no field 'point'"),
        ({"reach": 3}, "Reach is made from names and values"),
        ({"half_life_days": -1.0}, "half_life_days must be greater than 0"),
        ("RiskModel()", "RiskModel is made from names and values"),
    ],
)
def test_what_is_no_model_is_refused(values, words):
    with pytest.raises(am.ModelError, match=words):
        am.RiskModel.from_dict(values)


def test_a_field_without_default_must_be_given():
    with pytest.raises(am.ModelError, match="Calibration: levels, state, none, contested, split must be given"):
        Calibration.from_dict({})


def test_models_lie_beside_their_table():
    table = pd.DataFrame()
    assert am.model_of(table, am.RiskModel) is None
    put_models(table, am.RiskModel(seed=3))
    put_models(table, am.ZoneModel())
    assert am.model_of(table, am.RiskModel).seed == 3
    assert am.model_of(table, am.ZoneModel) == am.ZoneModel()
    assert am.model_of(table, am.ControlModel) is None
    table.attrs["models"] = "RiskModel()"
    assert am.model_of(table, am.RiskModel) is None


def test_the_old_name_works_and_warns(made):
    with pytest.warns(FutureWarning, match="use artimap.model_of"):
        old = am.beside
    assert old(made["corridor_risk"], "model", am.RiskModel) == am.RiskModel()
    assert old(made["corridor_risk"], "as_of", str) == DAY
    assert old(made["corridor_risk"], "as_of", int) is None


# --- files


def saved(table, path, **more):
    am.write_table(table, path, audience="internal", **more)
    return path


def test_a_table_is_read_as_it_was_written(made, tmp_path):
    for number, (name, table) in enumerate(made.items()):
        for ending in ("gpkg", "parquet") if isinstance(table, gpd.GeoDataFrame) else ("parquet",):
            back = am.read_table(saved(table, tmp_path / f"{number}.{ending}"))
            assert back.attrs == {key: value for key, value in table.attrs.items() if key != "shares"}, name
            assert type(back) is type(table)
            assert list(back.columns) == list(table.columns), name
            plain, again = (pd.DataFrame(one).reset_index(drop=True) for one in (table, back))
            assert again.dtypes.astype(str).equals(plain.dtypes.astype(str)), name
            if isinstance(table, gpd.GeoDataFrame):
                assert back.crs == table.crs
                there = ~table.geometry.is_empty.to_numpy() & ~table.geometry.isna().to_numpy()
                moved = back.geometry[there].hausdorff_distance(table.geometry.reset_index(drop=True)[there])
                assert not len(moved) or moved.max() < 0.01  # metres
                plain, again = plain.drop(columns=table.geometry.name), again.drop(columns=table.geometry.name)
            pd.testing.assert_frame_equal(again, plain, rtol=1e-9)


@pytest.mark.parametrize("ending", [pytest.param("gpkg", marks=pytest.mark.exhaustive), "parquet"])
def test_report_and_map_of_saved_tables_are_the_same_to_the_byte(ending, tables, artibonite, tmp_path):
    names = ("risk", "zones", "checkpoints")
    back = {name: am.read_table(saved(tables[name], tmp_path / f"{name}.{ending}")) for name in names}
    with pytest.raises(am.ModelError, match="no shares"):
        am.explain(back["risk"], back["risk"]["lixel_id"].iloc[0])
    for name, make in (("report", am.corridor_report), ("map", am.briefing_map)):
        fresh, again = (
            make(artibonite, **{**tables, **more}, as_of=DAY).save(tmp_path / f"{name}-{which}.html").read_bytes()
            for which, more in (("fresh", {}), ("again", back))
        )
        assert fresh == again, name
    text = am.corridor_report(artibonite, **{**tables, **back}, as_of=DAY).markdown()
    assert "More or less often than in the 90 days before" in text
    assert "length in days of the two windows that a trend compares" in text


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
def test_the_same_table_gives_the_same_file(ending, tables, tmp_path):
    once, again = (saved(tables["risk"], tmp_path / which / f"r.{ending}").read_bytes() for which in ("a", "b"))
    assert once == again


def test_other_audiences_get_parameters_and_days_only(artibonite, events, tmp_path):
    table = events.copy()
    put_models(table, am.MatchModel())
    table.attrs |= {"as_of": DAY, "notes": ["own.csv: 3 rows left out"], "shares": "2024-10-03-pont-sonde"}
    path = tmp_path / "events.parquet"
    am.write_table(table, path, audience="partners", area=artibonite)
    assert set(am.read_table(path).attrs) == {"models", "as_of"}
    assert b"own.csv" not in path.read_bytes()


def test_what_cannot_be_read_is_said_in_a_sentence(tables, tmp_path):
    for name, words in (("x.csv", "read_table reads .gpkg and .parquet"), ("x.gpkg", "is not there")):
        with pytest.raises(am.DataError, match=words):
            am.read_table(tmp_path / name)
    for name, words in (("broken.gpkg", "is no GeoPackage"), ("broken.parquet", "is no Parquet file")):
        (tmp_path / name).write_text("nothing", encoding="utf-8")
        with pytest.raises(am.DataError, match=words):
            am.read_table(tmp_path / name)
    path = write_geopackage(
        {"stretches": tables["risk"], "zones": tables["zones"]}, tmp_path / "two.gpkg", day=dt.date(2024, 10, 15)
    )
    with pytest.raises(am.DataError, match="has the layers stretches, zones"):
        am.read_table(path)
    with pytest.raises(am.DataError, match="has no layer 'posts'; there are: stretches, zones"):
        am.read_table(path, "posts")
    assert am.model_of(am.read_table(path, "zones"), am.ZoneModel) == am.ZoneModel()
    flat = saved(tables["risk"], tmp_path / "risk.parquet")
    with pytest.raises(am.DataError, match="has no layers"):
        am.read_table(flat, "stretches")
    whole = parquet.read_table(flat)
    told = whole.schema.metadata | {b"artimap": b'{"version": 99}'}
    parquet.write_table(whole.replace_schema_metadata(told), flat)
    with pytest.raises(am.DataError, match="written by a later artimap"):
        am.read_table(flat)


def test_a_file_from_elsewhere_is_given_as_it_stands(tables, tmp_path):
    tables["zones"].to_crs(4326)[["name", "geometry"]].to_file(tmp_path / "x.gpkg")
    back = am.read_table(tmp_path / "x.gpkg")
    assert (back.attrs, back.crs.to_epsg()) == ({}, 4326)
