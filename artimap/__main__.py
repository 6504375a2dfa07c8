"""``python -m artimap`` is the command ``artimap``."""

from __future__ import annotations

import sys


def run() -> int:
    """Run the command line; stopped while it is still being loaded, it says so and leaves no trace."""
    try:
        from artimap.cli import main  # noqa: PLC0415 - what takes time to load can be stopped

        return main()
    except KeyboardInterrupt:
        sys.stderr.write("artimap: stopped; no file is half written\n")
        return 130


if __name__ == "__main__":
    raise SystemExit(run())
