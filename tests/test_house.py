"""The rules of the house: public names are few and lazy, importing is cheap; import-linter holds the order."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import artimap
from artimap.sources.registry import READERS

PACKAGE = Path(artimap.__file__).parent


def modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py"]


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


def test_no_reader_is_asked_for_by_name():
    """A format is known in its own file alone; the words of others for what happened are kept in the crosswalk."""
    asked = {
        (str(path.relative_to(PACKAGE)), node.value)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        # "template" is also what a command writes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in {*READERS} - {"template"}
        if path != PACKAGE / "sources" / f"{node.value}.py"
    }
    assert asked == set()


def test_no_broad_except_and_no_mutable_default():
    broad = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, path
                names = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)}
                broad += [path.relative_to(PACKAGE).as_posix()] * bool(names & {"Exception", "BaseException"})
            if isinstance(node, ast.FunctionDef):
                defaults = [*node.args.defaults, *[one for one in node.args.kw_defaults if one is not None]]
                assert not any(isinstance(one, ast.List | ast.Dict | ast.Set) for one in defaults), (path, node.name)
    assert broad == ["cli/__init__.py"]  # the last resort of the command line, and no other


def test_a_class_name_is_unique_in_the_package():
    where: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                where.setdefault(node.name.lstrip("_"), []).append(str(path.relative_to(PACKAGE)))
    assert {name: paths for name, paths in where.items() if len(paths) > 1} == {}


def test_no_class_or_function_of_a_module_is_named_for_speaking_or_looking():
    """A name says in the field's words what it holds: statements, reports, candidates, not "said" and "found"."""
    spoken = re.compile(r"(?:^|_)(?:said|told|seen|found|behind|looks|asking)(?:_|$)|Said|Told|Seen|Found|Looks|Asking")
    public = set(artimap.__all__)
    for path in modules():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name not in public:
                assert not spoken.search(node.name), (path, node.name)


def test_public_names_are_sorted_and_all_there():
    assert artimap.__all__ == sorted(artimap.__all__)
    for name in artimap.__all__:
        assert getattr(artimap, name) is not None
        assert name in dir(artimap)


def test_area_stays_a_function_after_its_module_is_imported():
    import artimap.areas.area  # noqa: PLC0415

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
