"""artimap: corridor risk, dated claims and offline briefing maps for humanitarian access.

Public names are flat (``artimap.read_corridor``) and loaded when first used, so that
``import artimap`` costs little. They stand once, in ``__init__.pyi``, where editors and
type checkers read them too.
"""

from __future__ import annotations

import lazy_loader

__version__ = "0.1.0"

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    if name in __all__:
        return _load(name)
    # lazy_loader says it in other words than Python does
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
