"""The command ``artimap``: thin words over the library's functions, a module each."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

from artimap import __version__
from artimap.areas.area import AREAS, area
from artimap.cli import backtest, brief, data, density, locate, report, review, risk, status, template, validate, zones
from artimap.cli import map as chart
from artimap.cli._shared import LegibleStream
from artimap.core.errors import ArtimapError

_COMMANDS = (brief, chart, report, risk, density, status, zones, backtest, template, validate, locate, review, data)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="artimap",
        description="Corridor risk, dated claims and offline briefing maps for humanitarian access.",
        epilog="Nothing is downloaded. For protection and access, never for targeting.",
    )
    parser.add_argument("--area", choices=sorted(AREAS), default="artibonite", help="study area (default: %(default)s)")
    parser.add_argument("--version", action="version", version=f"artimap {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for one in _COMMANDS:
        one.add(commands)
    return parser


def _check_output(path: Path | None) -> None:
    """Refuse a place that can hold no file before the work of making one."""
    above = () if path is None else path.absolute().parents
    there = next((folder for folder in above if folder.exists()), None)
    if there is not None and not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv
        Arguments without the program's name; those of the process where null.

    Returns
    -------
    int
        0 done; 1 a known error, told in a line with its fix; 2 bad arguments.
    """
    out = sys.stdout
    # Here and nowhere else: whatever a command prints, and every error, goes through these two streams.
    with redirect_stdout(LegibleStream(out)), redirect_stderr(LegibleStream(sys.stderr)):
        return _main(argv, out)


def _main(argv: Sequence[str] | None, out: TextIO) -> int:
    args = _parser().parse_args(argv)
    try:
        _check_output(getattr(args, "output", None))
        return int(args.run(args, area(args.area)))
    except ArtimapError as error:
        print(f"artimap: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # the reader (head, less) has gone: nothing more to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        return 1
    except OSError as error:
        print(
            f"artimap: {error.filename or 'file'}: {error.strerror or error}; choose another place with -o",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("artimap: stopped; files are whole or not there at all", file=sys.stderr)
        return 130
