"""The public names as editors and type checkers see them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jedi
import pytest

import artimap

ROOT = Path(artimap.__file__).parents[1]
GOOD = """import artimap as am
art = am.area("artibonite")
rn1 = am.read_corridor(art, "rn1")
risk = am.corridor_risk(rn1, rn1.locate(am.read_events(art)), as_of="2024-10-15", model=am.RiskModel(half_life_days=90))
"""
WRONG = {
    "am.this_name_does_not_exist": 'Module has no attribute "this_name_does_not_exist"',
    "am.corridor_risk(1, 2, wrong=3)": 'Unexpected keyword argument "wrong" for "corridor_risk"',
    'am.area("artibonite").corridor_nam': '"Area" has no attribute "corridor_nam"',
}


def test_editors_see_every_public_name():
    seen = {one.name for one in jedi.Script("import artimap as am\nam.").complete(2, 3)}
    assert set(artimap.__all__) <= seen


def test_the_stub_and_the_package_hold_the_same_names():
    stub = (ROOT / "artimap" / "__init__.pyi").read_text(encoding="utf-8")
    assert [name for name in artimap.__all__ if f"{name} as {name}," not in stub] == []
    assert all(hasattr(artimap, name) for name in artimap.__all__)


@pytest.mark.exhaustive  # mypy reads all that artimap stands on: a minute, where it has not been run before
def test_mypy_knows_every_public_name_and_refuses_others(tmp_path):
    every = "\n".join(f"reveal_type(am.{name})" for name in artimap.__all__)
    source = tmp_path / "uses_artimap.py"
    source.write_text(f"{GOOD}{every}\n" + "\n".join(WRONG) + "\n", encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", ROOT / "pyproject.toml", "--no-error-summary", source],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = run.stdout.splitlines()
    assert [line for line in lines if 'note: Revealed type is "Any"' in line] == []
    errors = [line for line in lines if " error: " in line]
    first = source.read_text(encoding="utf-8").splitlines().index(next(iter(WRONG))) + 1
    for number, words in enumerate(WRONG.values(), start=first):
        assert [line for line in errors if f":{number}: error: {words}" in line], run.stdout
    # nothing else is refused: neither a public name nor the calls that people make
    assert {int(line.split(":")[1]) for line in errors} == set(range(first, first + len(WRONG)))
