"""Following the recipes of CONTRIBUTING.md: the blocks of the page, applied to a copy of the package."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(?P<kind>python|diff|sh)(?: (?P<file>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(heading: str) -> list[tuple[str, str, str]]:
    """Give kind, file and text of each block below a heading."""
    section = GUIDE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    found = [(block["kind"], block["file"] or "", block["text"]) for block in BLOCK.finditer(section)]
    assert found, heading
    return found


def changed(text: str, diff: str) -> str:
    """Apply the pieces of a diff, each of which fits one place."""
    for piece in re.split(r"^@@\n", diff, flags=re.MULTILINE):
        lines = [line or " " for line in piece.splitlines()]
        assert {line[0] for line in lines} <= set(" +-"), piece
        old = "".join(f"{line[1:]}\n" for line in lines if line[0] != "+")
        assert text.count(old) == 1, piece
        text = text.replace(old, "".join(f"{line[1:]}\n" for line in lines if line[0] != "-"))
    return text


def followed(heading: str, code: str, folder: Path) -> tuple[str, set[str]]:
    """Copy the package, follow a recipe in the copy, and run some code there.

    Returns what the code prints, and which files the recipe writes or changes.
    """
    shutil.copytree(ROOT / "artimap", folder / "artimap", ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    (folder / "data").symlink_to(ROOT / "data")
    shutil.copy(ROOT / "pyproject.toml", folder)
    touched = set()
    for kind, file, text in blocks(heading):
        if kind == "sh":
            for command, *arguments in map(shlex.split, text.splitlines()):
                assert command == "cp", command
                shutil.copy(*(folder / one for one in arguments))
            continue
        path = folder / file
        assert path.exists() == (kind == "diff"), file
        made = changed(path.read_text(encoding="utf-8"), text) if kind == "diff" else text
        path.write_text(made, encoding="utf-8")
        touched.add(file)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout, touched
