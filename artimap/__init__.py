"""artimap: corridor risk, dated claims and offline briefing maps for humanitarian access.

Public names are flat (``artimap.read_corridor``) and loaded when first used, so that
``import artimap`` costs little. They stand once, in ``__init__.pyi``, where editors and
type checkers read them too.
"""

from __future__ import annotations

import warnings

import lazy_loader

_RENAMED = {"beside": "model_of"}
"""Names of the last release by those that take their place: they still work, and warn."""

__version__ = "0.2.0"

_load, __dir__, _names = lazy_loader.attach_stub(__name__, __file__)
__all__ = [name for name in _names if name not in _RENAMED]


def __getattr__(name: str) -> object:
    if name in _RENAMED:
        new = _RENAMED[name]
        warnings.warn(f"artimap.{name} goes with the next release: use artimap.{new}", FutureWarning, stacklevel=2)
        value = _load(name)
        globals().pop(name, None)  # not kept, so that each use warns
        return value
    if name in __all__:
        return _load(name)
    # lazy_loader says it in other words than Python does
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
