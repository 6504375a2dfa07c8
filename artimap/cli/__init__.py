"""The command ``artimap``: thin words over the library's functions, a module each."""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

from artimap import __version__
from artimap.areas.area import AREAS, area
from artimap.cli import (
    backtest,
    brief,
    changes,
    cite,
    closures,
    data,
    density,
    locate,
    report,
    review,
    risk,
    run,
    share,
    status,
    template,
    timeline,
    trip,
    validate,
    zones,
)
from artimap.cli import map as chart
from artimap.cli._shared import LegibleStream, Parser
from artimap.core.errors import ArtimapError, SchemaError
from artimap.core.i18n import tr, translated
from artimap.core.vocab import Audience, Lang

_COMMANDS = (
    brief, chart, timeline, report, changes, cite, trip, run, risk, density, status, zones, closures, backtest,
    template, validate, locate, review, share, data,
)  # fmt: skip


def _parser() -> Parser:
    parser = Parser(
        prog="artimap",
        description="Corridor risk, dated claims and offline briefing maps for humanitarian access.",
        epilog="Nothing is downloaded. For protection and access, never for targeting.",
    )
    parser.add_argument("--area", choices=sorted(AREAS), default="artibonite", help="study area (default: %(default)s)")
    parser.add_argument("--debug", action="store_true", help="show the whole trace of a fault of artimap")
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


@contextmanager
def _few_collections() -> Iterator[None]:
    """Look for garbage seldom: nearly all that a command makes is used to its end, and it ends in seconds."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


class _Terminated(KeyboardInterrupt):
    """The process was asked to end."""


@contextmanager
def _ending_cleanly() -> Iterator[None]:
    """Make SIGTERM unwind as Ctrl-C does, so that nothing half made is left lying about."""

    def end(_number: int, _frame: object) -> None:
        raise _Terminated

    if threading.current_thread() is not threading.main_thread():  # Python lets no other thread do so
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv
        Arguments without the program's name; those of the process where null.

    Returns
    -------
    int
        0 done, rejected or unplaced rows told; 1 a known error, told in a line with its fix; 2 bad arguments; 3 as 0
        under ``--strict`` (``validate``: always); 4 none of the user's rows was used; 130 and 143 stopped.
    """
    out = sys.stdout
    # Here and nowhere else: whatever a command prints, and every error, goes through these two streams.
    with redirect_stdout(LegibleStream(out)), redirect_stderr(LegibleStream(sys.stderr)):
        return _main(argv, out)


def _joined(argv: Sequence[str]) -> list[str]:
    """Join ``--bbox`` with its numbers: a west below 0 would pass for an option."""
    out: list[str] = []
    for word in argv:
        if out and out[-1] == "--bbox" and word[:1] == "-" and word[1:2].isdigit():
            out[-1] = f"--bbox={word}"
        else:
            out.append(word)
    return out


def _main(argv: Sequence[str] | None, out: TextIO) -> int:
    args = _parser().parse_args(_joined(sys.argv[1:] if argv is None else argv))
    lang = str(getattr(args, "lang", Lang.EN.value))
    try:
        with _ending_cleanly(), _few_collections():
            _check_output(getattr(args, "output", None))
            return int(args.run(args, area(args.area))) or int(getattr(args, "ends_with", 0))
    except SchemaError as error:
        # A product's terminal may be read over a shoulder or kept in a log; validate quotes what is wrong.
        own = getattr(args, "audience", Audience.INTERNAL.value) == Audience.INTERNAL.value
        print(f"artimap: {error.words(cells=own, lang=lang)}", file=sys.stderr)
        return 1
    except ArtimapError as error:
        print(f"artimap: {translated(str(error), 'line', lang)}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # the reader (head, less) has gone: nothing more to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        return 1
    except OSError as error:
        told = tr("console.elsewhere", lang, file=error.filename or "file", why=error.strerror or error)
        print(f"artimap: {told}", file=sys.stderr)
        return 1
    except KeyboardInterrupt as stop:
        told = "; ".join(getattr(stop, "__notes__", [tr("console.nothing_half", lang)]))
        print(f"artimap: {tr('console.stopped', lang, what=told)}", file=sys.stderr)
        return 143 if isinstance(stop, _Terminated) else 130
    except Exception as error:
        # The last resort, here and nowhere else: the library itself raises as it is.
        if args.debug:
            raise
        said = str(error).splitlines()[0][:200] if str(error) else "no words"
        told = tr("console.fault", lang, what=f"{type(error).__name__}: {said}")
        print(f"artimap: {told}", file=sys.stderr)
        return 1
