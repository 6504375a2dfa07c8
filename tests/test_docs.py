"""What the pages say of the code is so: the picture of the packages, paths, links, sessions; and YAML can be read."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from benchmarks.house import imports, package_arrows

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "data/LICENSES.md")),
    *(ROOT / "docs").glob("*.md"),
    ROOT / "docs" / "gallery" / "README.md",
]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
NAMED = re.compile(r"`((?:\w[\w.-]*/)+[\w-]+\.(?:py|pyi|toml|js|mjs|css|json|md|csv|ipynb|yaml))(?:::\w+)?`")
RECIPE = re.compile(r"^```.*?^```$|\bhere `[^`]+`", re.MULTILINE | re.DOTALL)
"""What a recipe shows or makes: its own tests look at that."""


def test_the_picture_is_that_of_the_code():
    spec = importlib.util.spec_from_file_location("architecture", ROOT / "docs" / "architecture.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    picture, arrows = script.PICTURE.read_text(encoding="utf-8"), package_arrows(imports())
    assert set(script.ROOMS) == set(arrows)
    tree = ET.fromstring(picture)  # noqa: S314 - our own file
    held = {(one.get("data-from"), one.get("data-to")) for one in tree.iter() if one.get("data-from")}
    for room in tree.iter():
        held |= {(room.get("data-room"), one) for one in (room.get("data-also") or "").split()}
    assert held == {(name, one) for name, others in arrows.items() for one in others}, "python docs/architecture.py"
    assert picture == script.svg(arrows), "python docs/architecture.py"


def test_every_room_has_its_sentence():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^- \*\*(\w+)\*\* ", page, re.MULTILINE)) == sorted(package_arrows(imports()))


@pytest.mark.parametrize("page", [*PAGES, *DECISIONS], ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_is_linked_is_there(page):
    text = page.read_text(encoding="utf-8")
    assert [link for link in LINK.findall(text) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_that_a_page_names_is_there(page):
    """Decisions are left out: they speak of the code of their day, and the twentieth says where it went."""
    named = set(NAMED.findall(RECIPE.sub("", page.read_text(encoding="utf-8"))))
    around = (ROOT, ROOT / "artimap", ROOT / "artimap" / "sources", page.parent)
    assert [name for name in sorted(named) if not any((folder / name).exists() for folder in around)] == []


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs_and_is_named_in_the_readme(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert cells[0]["source"][0].startswith("# ")
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert f"(notebooks/{path.name})" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_decision_is_listed_once():
    listed = LINK.findall((ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8"))
    assert listed == [page.name for page in DECISIONS if page.name != "README.md"]


def test_every_session_that_is_named_is_there():
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    sessions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = {name for names in re.findall(r"nox -s ((?:\w+ ?)+)", guide) for name in names.split()}
    assert named <= sessions
    assert named >= {"quick", "full", "lint", "docs", "bench", "bundle"}


def test_yaml_can_be_read_and_hooks_fetch_nothing():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [one["repo"] for one in hooks] == ["local"]
    assert {one["id"] for one in hooks[0]["hooks"]} == {"ruff", "ruff-format", "mypy", "import-linter", "house"}
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["authors"] == [{"name": "The artimap authors"}]
    assert f'version = "{cited["version"]}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_issues_and_pull_requests_ask_for_no_names_of_people():
    templates = sorted((ROOT / ".github").rglob("*.md"))
    assert len(templates) >= 4
    for path in templates:
        text = path.read_text(encoding="utf-8")
        assert re.search(r"no names of private people", text, re.IGNORECASE), path
        if path.parent.name == "ISSUE_TEMPLATE":
            assert {"name", "about"} <= set(yaml.safe_load(text.split("---")[1])), path
