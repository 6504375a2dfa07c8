"""The registry of layers: each keeps to its row, and the recipe of CONTRIBUTING makes a new one of a file and a row."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import artimap as am
from artimap.areas import embedded
from artimap.core import style
from artimap.maps.layers import ALWAYS_CITED, BASE_LEGEND, LAYERS
from artimap.maps.static import layers as static_layers
from tests.conftest import DAY, ROOT

BY_NAME = {row.name: row for row in LAYERS}


@pytest.fixture(scope="module")
def chart(artibonite, tables):
    return am.briefing_map(artibonite, as_of=DAY, languages=(), **tables)


def test_names_and_places_are_each_rows_own():
    assert len(BY_NAME) == len(LAYERS)
    assert len({row.order for row in LAYERS}) == len(LAYERS)
    explained = [row.legend for row in LAYERS if row.legend is not None]
    assert len(set(explained)) == len(explained)


def test_every_source_is_an_embedded_layer(artibonite):
    names = {entry.name for entry in embedded.manifest(artibonite.name).layers}
    assert {name for row in LAYERS for name in row.source} | set(ALWAYS_CITED) <= names


def test_every_layer_keeps_to_its_row(chart):
    assert len(chart.page.layers) > 12
    order = [BY_NAME[layer.name].order for layer in chart.page.layers]
    assert order == sorted(order)
    for layer in chart.page.layers:
        row = BY_NAME[layer.name]
        assert layer.kind == row.kind
        marks = {feature.mark for feature in layer.features}
        if row.mark:
            assert all(mark.startswith(row.mark) for mark in marks), (layer.name, marks)
        else:
            assert not marks & set(style.load().marks), layer.name


def test_the_legend_stands_in_the_order_of_the_rows(chart):
    groups = [group.layer for group in chart.page.furniture.legend]
    assert groups[-1] == "base"
    places = [BY_NAME[name].legend for name in groups[:-1]]
    assert places == sorted(places)
    assert max(places) < BASE_LEGEND


def test_kinds_of_a_users_layer_are_drawn_in_the_picture_too():
    """A mark for users' layers is of a kind that the picture draws."""
    kinds = {mark.kind for mark in style.load().marks.values() if mark.layer == "user"}
    assert kinds == {"point", "line", "band", "area", "label"}
    text = Path(static_layers.__file__).read_text(encoding="utf-8")
    assert all(f'"{kind}"' in text for kind in kinds)


# --- the recipe -------------------------------------------------------------------------------------

_LOOK = """
import json, sys
import pyogrio
import artimap as am
from artimap.maps.web.render import to_html

art, folder = am.area("artibonite"), sys.argv[1]
chart = am.briefing_map(art, corridor=am.read_corridor(art, "rn1"), as_of="2024-10-15")
layer = next(one for one in chart.page.layers if one.name == "hamlets")
files = [str(path) for kind in ("gpkg", "kml", "gpx") for path in am.export_map(chart, f"{folder}/map.{kind}")]
group = next(one for one in chart.page.furniture.legend if one.layer == "hamlets")
chart.save(f"{folder}/map.html")
am.static_map(chart).save(f"{folder}/map.svg")
print(json.dumps({
    "module": am.__file__,
    "order": [one.name for one in chart.page.layers],
    "names": sorted(feature.label for feature in layer.features),
    "legend": [group.heading, [row.mark for row in group.rows]],
    "french": [one.heading for one in chart.others[0].furniture.legend if one.layer == "hamlets"],
    "cards": [one.sentence for one in chart.page.details if one.key.startswith("hamlets:")],
    "gpkg": pyogrio.read_dataframe(f"{folder}/map.gpkg", layer="hamlets")["name"].tolist(),
    "kml": [str(name) for name, _ in pyogrio.list_layers(f"{folder}/map.kml")],
    "gpx": pyogrio.read_dataframe(f"{folder}/map.gpx", layer="waypoints")["name"].tolist(),
}))
"""


def recipe():
    """Give the pieces of code of the recipe: the file, the import and the row."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.split("## Add a map layer")[1].split("\n## ")[0]
    return [dedent(one) for one in re.findall(r"^ *```python\n(.*?)^ *```$", section, re.DOTALL | re.MULTILINE)]


@pytest.mark.exhaustive
def test_the_recipe_makes_a_layer_of_a_file_and_a_row(tmp_path):
    file, imported, row = recipe()
    unwanted = shutil.ignore_patterns("node_modules", "__pycache__")
    shutil.copytree(ROOT / "artimap", tmp_path / "artimap", ignore=unwanted)
    for name in ("data", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "artimap/maps/hamlets.py").write_text(file, encoding="utf-8")
    registry = tmp_path / "artimap/maps/layers.py"
    text = registry.read_text(encoding="utf-8")
    head, end = "from artimap.maps.inputs import MapInputs\n", ')\n"""Every layer that a map may have."""'
    assert text.count(head) == text.count(end) == 1
    registry.write_text(text.replace(head, imported + head).replace(end, f"    {row}{end}"), encoding="utf-8")
    command = [sys.executable, "-c", _LOOK, str(tmp_path)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["module"].startswith(str(tmp_path))
    assert found["order"].index("places") < found["order"].index("hamlets")
    assert len(found["names"]) > 3
    assert sorted(found["cards"]) == sorted(found["gpkg"]) == found["names"]
    assert found["legend"] == ["Hamlets", ["site"]]
    assert found["french"] == ["Hameaux"]
    assert "hamlets" in found["kml"]
    assert set(found["names"]) <= set(found["gpx"])
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert '"name":"hamlets"' in page
    colour = style.mark("site").colour.lower()
    picture = (tmp_path / "map.svg").read_text(encoding="utf-8")
    assert picture.count(colour) > 2  # in the legend, and marks or piles of them on the map
