"""From an installation to one page on one's own table, by the commands of the README, as they stand there."""

from __future__ import annotations

import csv
import os
import shlex
import subprocess
import sys

import pytest

from tests.conftest import ROOT

MOST = 4
ROWS = [
    {"date": "2024-10-09", "place": "between Saint-Marc and Pont-Sondé on RN1", "kind": "road_ambush", "killed": "1",
     "source": "Radio Tès", "reported": "2024-10-10", "sensitivity": "low", "summary": "A bus was stopped."},
    {"date": "2024-10-12", "place": "Villard", "kind": "armed_clash", "injured": "2", "source": "Jounal Tès",
     "reported": "2024-10-12", "sensitivity": "low", "summary": "Shots were heard at dusk."},
]  # fmt: skip


def commands():
    """The commands of the README's block from one's own table to one page."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    block = page[page.index("From your own table to one page") :].split("```")[1]
    return [shlex.split(line, comments=True) for line in block.strip().splitlines()]


def test_there_are_four_commands_at_most():
    assert commands()[0][:2] == ["pip", "install"]
    assert len(commands()) <= MOST


@pytest.mark.exhaustive  # builds a wheel of the checkout, and a whole briefing
def test_the_readme_leads_from_an_installation_to_one_page(tmp_path):
    there = tmp_path / "site"
    # what artimap stands on is here already, and a test reaches no registry: the rest of the line is the README's
    install, *others = commands()
    what = str(ROOT) if install[-1] == ".[report]" else install[-1]
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--quiet", "--target", str(there)]
    run = [sys.executable, "-m", "pip", "install", *offline, what]
    subprocess.run(run, check=True, cwd=tmp_path, capture_output=True)
    env = {**os.environ, "PYTHONPATH": str(there), "ARTIMAP_DATA": str(tmp_path / "none")}
    out = ""
    for command in others:
        assert command[0] == "artimap"
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )  # fmt: skip
        out = done.stdout
        assert done.returncode == 0, done.stderr
        if "template" in command:
            _fill_in(tmp_path / command[command.index("-o") + 1])
    assert "Your reports: 2 rows read, 2 used, 0 rejected." in out
    folder = tmp_path / others[-1][others[-1].index("-o") + 1]
    assert (folder / "brief.pdf").read_bytes().startswith(b"%PDF")
    assert (folder / "brief.docx").stat().st_size > 10_000
    cited = [sys.executable, "-m", "artimap", "cite", "--events", "my_reports.csv", "--format", "bibtex"]
    told = subprocess.run(cited, cwd=tmp_path, env=env, capture_output=True, text=True, check=True).stdout
    assert "author = {{Radio Tès}}" in told
    assert "@misc{artimap-" in told


def _fill_in(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        columns = next(csv.reader(file))
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, columns).writerows(ROWS)
