"""``python -m artimap`` is the command ``artimap``."""

from __future__ import annotations

from artimap.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
