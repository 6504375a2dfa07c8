"""The rules of the house: imports point one way, public names are few and lazy, importing is cheap."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import artimap

PACKAGE = Path(artimap.__file__).parent

# a module imports only from those before it
ORDER = [
    "errors", "asides", "vocab", "schema", "crs", "dates", "i18n", "links", "write", "geopackage", "userdata", "data",
    "area", "spreading", "corridor", "network", "gazetteer", "sources", "state", "ownposts", "ownclaims", "claims",
    "matching", "checkpoints", "control", "contestation", "density", "coverage", "risk", "clustering", "zones",
    "routes", "backtesting", "masking", "share", "maps", "report", "scale", "gathering", "analysis", "briefing", "cli",
    "__main__",
]  # fmt: skip


def top_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "artimap":
                found |= {name.name for name in node.names}
            elif node.module.startswith("artimap."):
                found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {name.name.split(".")[1] for name in node.names if name.name.startswith("artimap.")}
    return found


def modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


def test_every_module_stands_in_the_order():
    assert {top_of(path) for path in modules()} <= set(ORDER)


# The one exception: a town's name may be given to Corridor.stretch in any spelling that the gazetteer knows.
ALLOWED = {("corridor", "gazetteer")}
# crs is used by schema to guard geometry, and schema by crs not at all
SWAPPED = {("schema", "crs")}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path):
    here = top_of(path)
    for there in imports_of(path):
        if there == here or (here, there) in ALLOWED | SWAPPED or there not in ORDER:
            continue
        assert ORDER.index(there) < ORDER.index(here), f"{here} may not import {there}"


def test_only_render_imports_folium():
    users = {
        str(path.relative_to(PACKAGE))
        for path in modules()
        if any(
            (
                isinstance(node, ast.Import)
                and any(name.name.split(".")[0] in {"folium", "branca"} for name in node.names)
            )
            or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"folium", "branca"})
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }
    assert users <= {"maps/web/render.py"}


def test_no_broad_except_and_no_mutable_default():
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, path
                names = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)}
                assert not names & {"Exception", "BaseException"}, path
            if isinstance(node, ast.FunctionDef):
                defaults = [*node.args.defaults, *[one for one in node.args.kw_defaults if one is not None]]
                assert not any(isinstance(one, ast.List | ast.Dict | ast.Set) for one in defaults), (path, node.name)


def test_public_names_are_sorted_and_all_there():
    assert artimap.__all__ == sorted(artimap.__all__)
    for name in artimap.__all__:
        assert getattr(artimap, name) is not None
        assert name in dir(artimap)


def test_area_stays_a_function_after_its_module_is_imported():
    import artimap.area  # noqa: PLC0415

    assert artimap.area("artibonite").pcode == "HT05"


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = artimap.nonsense


def test_import_is_light():
    """No heavy library is loaded by the import alone (the seconds are in benchmarks/)."""
    heavy = ["folium", "numba", "scipy", "jinja2", "matplotlib", "pyarrow.dataset"]
    code = (
        "import json, sys, geopandas\nbefore = set(sys.modules)\nimport artimap\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(json.loads(out.stdout))
    assert not [name for name in heavy if name in loaded]
