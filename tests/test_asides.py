"""What goes with a table lies beside it without getting in the way of pandas and geopandas."""

from __future__ import annotations

import copy
import json
import pickle
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import artimap as am
from artimap.core.metadata import Aside, beside
from artimap.roads.network.graph import RoadNetwork
from artimap.sources import read_events
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
    "checkpoints/life.py", "clustering.py", "contestation/compare.py", "contestation/estimate.py",
    "contestation/layer.py", "control/status.py", "density/bandwidth.py", "density/estimating.py",
    "density/over_time.py", "density/simulating.py", "risk/estimate.py", "sources/codab.py", "sources/osm.py",
    "sources/readers.py", "zones/building.py", "zones/over_time.py",
}  # fmt: skip
"""Whose tables are made above."""

NOT_GIVEN_OUT = {"cli/zones.py", "geopackage.py", "report/context.py", "share/_files.py"}
"""These work on a copy of their own."""

MORE = {"analysis.py"}
"""Puts one more, a tuple of texts, beside the risk."""


def test_no_table_that_carries_something_is_left_out_here():
    package = Path(am.__file__).parent
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if re.search(r"\.attrs(\[.*\]|) = |\.attrs\.update\(", path.read_text(encoding="utf-8"))
    }
    assert found - {"asides.py"} == WRITERS | NOT_GIVEN_OUT | MORE


def test_each_carries_something(made):
    assert [name for name, table in made.items() if not table.attrs] == []


def test_what_goes_with_a_table_is_written_as_json(made):
    for name, table in made.items():
        back = json.loads(json.dumps(table.attrs))
        assert set(back) == set(table.attrs), name
        assert "object at 0x" not in str(back), name


def test_tables_are_put_together(made, rn1, events):
    for name, table in made.items():
        both = pd.concat([table, table.iloc[:2]], ignore_index=True)
        assert len(both) == len(table) + min(2, len(table)), name
        assert both.attrs == table.attrs, name  # of one making: it still goes with them
    once, again = (am.corridor_risk(rn1, events, as_of=DAY) for _ in range(2))
    assert len(pd.concat([once, again])) == 2 * len(once)
    assert pd.concat([once, again]).attrs == {}  # the reports behind each differ in identity: none is claimed for both
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
    assert beside(risk, "model", am.RiskModel) == am.RiskModel()
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
    assert back.attrs.get("model", "RiskModel(half_life_days=90").startswith("RiskModel(half_life_days=90")
    assert beside(back, "model", am.RiskModel) is None  # words are not the model
    with pytest.raises(am.ModelError, match="no shares"):
        am.explain(back, back["lixel_id"].iloc[0])


def test_an_aside_is_equal_by_value_or_by_identity():
    array = np.arange(3)
    assert Aside(am.RiskModel()) == Aside(am.RiskModel())
    assert Aside(am.RiskModel()) != Aside(am.RiskModel(half_life_days=30))
    assert Aside(am.RiskModel()) != str(Aside(am.RiskModel()))
    assert Aside(array, "x") == Aside(array, "x")
    assert Aside(array, "x") != Aside(array.copy(), "x")
    assert Aside(pd.DataFrame({"a": [1]}), "x") != Aside(1, "x")
    assert len({Aside(am.RiskModel()), Aside(am.RiskModel())}) == 1
    assert copy.copy(Aside(array)).thing is array


def test_words_are_the_same_in_every_process():
    assert words_of_kinds() == sorted(words_of_kinds())


def words_of_kinds():
    return str(Aside(am.RiskModel())).split("kinds={")[1].split("}")[0].split(", ")
