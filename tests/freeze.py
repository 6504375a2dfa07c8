"""Freeze what people rely on: the bytes of a briefing and the public names with their signatures.

Run ``python tests/freeze.py`` to compare and ``python tests/freeze.py --write`` after a wanted change; the
CHANGELOG says why. ``test_freeze.py`` compares too.
"""

from __future__ import annotations

import dataclasses
import difflib
import enum
import functools
import hashlib
import inspect
import json
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyogrio

import artimap
from artimap.areas.embedded import digest
from artimap.studies.briefing import FILES

HERE = Path(__file__).parent / "frozen"
BRIEFING = HERE / "briefing.json"
NAMES = HERE / "public-names.txt"
DAY = "2024-10-15"
MADE_WITH = {
    "brief.docx": ("python-docx", "matplotlib", "pillow"),
    "brief.html": ("matplotlib", "pillow"),
    "brief.pdf": ("typst", "matplotlib", "pillow"),
    "map.html": ("zlib",),
    "report.html": ("matplotlib", "pillow"),
    "strip.png": ("matplotlib", "pillow"),
    "risk.gpkg": ("gdal", "pyogrio", "pyproj", "shapely"),
}
"""Files whose bytes libraries make: their hashes hold only for the versions that are written down beside them."""

_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
_SET = re.compile(r"frozenset\(\{(.*?)\}\)")
_PICTURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=]+")
_PLAIN_MEMBERS = (functools.cached_property, property)


def version_of(library: str) -> str:
    """Give the installed version of a library."""
    not_packages = {"gdal": pyogrio.__gdal_version_string__, "zlib": zlib.ZLIB_RUNTIME_VERSION}
    return str(not_packages[library]) if library in not_packages else version(library)


def libraries() -> dict[str, str]:
    """Give the installed versions of all libraries that make bytes."""
    return {name: version_of(name) for name in sorted({name for names in MADE_WITH.values() for name in names})}


def hashes(folder: Path) -> dict[str, str]:
    """Give the SHA-256 of each file of a briefing."""
    return {name: digest(folder / name) for name in FILES}


def without_libraries(folder: Path) -> dict[str, str]:
    """Give the SHA-256 of what is the same under every version of the libraries.

    That is the page and the report without their pictures, and the manifest without size and hash of the files
    that they make.
    """
    pages = {
        name: _PICTURE.sub("", (folder / name).read_text(encoding="utf-8")) for name in ("brief.html", "report.html")
    }
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        if entry["file"] in MADE_WITH:
            del entry["bytes"], entry["sha256"]
    texts = {**pages, "manifest.json": json.dumps(manifest, ensure_ascii=False)}
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}


def briefing(folder: Path) -> dict[str, dict[str, str]]:
    """Give what is frozen of a briefing."""
    return {"libraries": libraries(), "sha256": hashes(folder), "sha256_without_libraries": without_libraries(folder)}


def write_briefing(folder: Path) -> Path:
    """Write the briefing that is frozen, in a process of its own."""
    command = [sys.executable, "-m", "artimap", "brief", "--as-of", DAY, "-o", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder


def _call(thing: Any) -> str:
    text = _ADDRESS.sub("", str(inspect.signature(thing)))
    # the order in which a set prints changes from run to run
    return _SET.sub(lambda found: f"frozenset({{{', '.join(sorted(found[1].split(', ')))}}})", text)


def _members(name: str, kind: type) -> Iterator[str]:
    """Give the lines of one class: how it is made, then its public members in order of their names."""
    bases = [base.__name__ for base in kind.__bases__ if base is not object]
    head = f"{name}({', '.join(bases)})" if bases else name
    if issubclass(kind, enum.Enum):
        yield f"class {head}: {', '.join(f'{one.name}={one.value!r}' for one in kind)}"
        return
    made = "" if issubclass(kind, BaseException) else _call(kind)
    yield f"class {head}: {made}".rstrip(": ")
    fields = {field.name for field in dataclasses.fields(kind)} if dataclasses.is_dataclass(kind) else set()
    for member, value in sorted(vars(kind).items()):
        if member.startswith("_") or member in fields:
            continue
        if isinstance(value, staticmethod | classmethod):
            yield f"{name}.{member}: {type(value).__name__} {_call(value.__func__)}"
        elif isinstance(value, _PLAIN_MEMBERS):
            yield f"{name}.{member}: property"
        elif callable(value):
            yield f"{name}.{member}{_call(value)}"


def public_names() -> list[str]:
    """Give the public names, a line each, classes with a line for each public member."""
    lines: list[str] = []
    for name in artimap.__all__:
        thing = getattr(artimap, name)
        if isinstance(thing, type):
            lines += _members(name, thing)
        elif callable(thing):
            lines.append(f"{name}{_call(thing)}")
        else:
            lines.append(f"{name}: {type(thing).__name__}")
    return lines


def main(arguments: list[str]) -> int:
    """Compare, or write anew with ``--write``."""
    with tempfile.TemporaryDirectory() as folder:
        now = {
            BRIEFING: json.dumps(briefing(write_briefing(Path(folder) / "briefing")), ensure_ascii=False, indent=1),
            NAMES: "\n".join(public_names()),
        }
    differ = 0
    for path, text in now.items():
        frozen = path.read_text(encoding="utf-8") if path.exists() else ""
        if frozen == text + "\n":
            continue
        differ = 1
        lines = difflib.unified_diff(frozen.splitlines(), text.splitlines(), path.name, "now", n=0, lineterm="")
        sys.stdout.writelines(f"{line}\n" for line in lines)
        if "--write" in arguments:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text + "\n", encoding="utf-8")
    return differ


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
