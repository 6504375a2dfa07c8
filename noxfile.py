"""What CI runs, for everyone: ``nox`` before a commit, ``nox -s full`` before a pull request.

All sessions but the last two run in the active environment (``pip install -e '.[test,dev]'``), for a fresh one costs
more than most of them take. What follows ``--`` goes to the command: ``nox -s quick -- -k gazetteer``.
"""

from __future__ import annotations

from pathlib import Path

import nox

SCRIPTS = Path("artimap/maps/web")
ELSEWHERE = """
from importlib.metadata import files
from pathlib import Path
import artimap
from artimap.areas.embedded import data_root
assert "site-packages" in artimap.__file__, artimap.__file__
assert data_root().name == "_data", data_root()
size = sum(Path(one.locate()).stat().st_size for one in files("artimap") if "__pycache__" not in str(one))
print(f"installed wheel: {size / 1e6:.2f} MB")
assert size <= 5_000_000, size  # 4.6 MB held until examples in every docstring, changes and counts came in
"""

nox.needs_version = ">=2024.4"
nox.options.sessions = ["quick", "lint"]
here = nox.session(venv_backend="none")
fresh = nox.session(venv_backend="venv")


@here
def quick(session: nox.Session) -> None:
    """Run the README's test command."""
    session.run("pytest", *session.posargs)


@here
def full(session: nox.Session) -> None:
    """Run the whole suite; with ``-- -m exhaustive`` only what ``quick`` leaves out."""
    session.run("pytest", "--all", *session.posargs)


@here
def layers(session: nox.Session) -> None:
    """Build the base layers again from their packages, and compare; needs the extra ``data``."""
    session.run("pytest", "-q", "--all", "tests/test_base_layers.py")


@here
def lint(session: nox.Session) -> None:
    """Check style, layout and types."""
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports")


@here
def docs(session: nox.Session) -> None:
    """Run the notebooks."""
    notebooks = map(str, sorted(Path("notebooks").glob("*.ipynb")))
    session.run("pytest", "-q", "--nbmake", "--nbmake-timeout=300", *notebooks)


@here
def bench(session: nox.Session) -> None:
    """Run the measurements, or those that are named; needs the extra ``bench``."""
    session.run("python", "-m", "benchmarks", *session.posargs)


@here
def bundle(session: nox.Session) -> None:
    """Lint the page's scripts, build their bundle anew and compare it with the one that is kept."""
    session.chdir(SCRIPTS)
    session.run("npm", "ci", "--no-audit", "--no-fund", "--silent", external=True)
    session.run("npm", "run", "--silent", "check", external=True)


@fresh
def wheel(session: nox.Session) -> None:
    """Build the wheel, install it and use it outside of the checkout."""
    root, away = Path.cwd(), Path(session.create_tmp()).resolve()
    session.install("build")
    session.run("python", "-m", "build", "-q", "--wheel", "--outdir", str(away / "dist"), str(root))
    session.install(*map(str, (away / "dist").glob("*.whl")))
    session.chdir(away)
    session.run("artimap", "brief", "--as-of", "2024-10-15", "-o", "elsewhere")
    session.run("artimap", "data", "check")
    session.run("python", "-c", ELSEWHERE)


@fresh
def lowest(session: nox.Session) -> None:
    """Run the suite on the oldest supported dependencies."""
    session.install("-c", ".ci/lowest.txt", "-e", ".[test]")
    session.run("python", "-m", "pytest", "-q", "--all", "-m", "not browser", "-p", "no:cacheprovider", "tests", "-x")
