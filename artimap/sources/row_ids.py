"""Ids of a user's rows that give nothing away: keyed with a secret that stays in the user's data folder.

An id made of a row's words alone can be tried out: whoever has the rest of the row finds the telephone number that
was masked in it. With a secret in it nobody else can, and the same row has the same id again on the next day.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import pandas as pd

from artimap.areas.user_layers import folder
from artimap.core.errors import DataError
from artimap.core.schema import TEXT

ENV: Final = "ARTIMAP_ID_KEY"
"""Environment variable that holds the secret in place of the file: for a team that shares decisions, and for tests."""

FILE: Final = "ids.key"
_HEX = re.compile(r"[0-9a-f]{64}")
# An id that was made of a row's cells without a secret, as earlier versions wrote it.
_MADE = re.compile(r"^([a-z]+-)([0-9a-f]{16})(?=-|$)")
_MADE_COLUMN = r"^[a-z]+-[0-9a-f]{16}(?:-|$)"  # the same for pandas, without groups


class IdKey(NamedTuple):
    """The secret, and why it could not be kept (empty where it is)."""

    secret: bytes
    lost: str = ""


def id_key() -> IdKey:
    """Give the secret of this user; it is made when it is first needed.

    Raises
    ------
    DataError
        If its file is damaged.
    """
    given = os.environ.get(ENV, "").strip()
    if given:
        return IdKey(hashlib.blake2b(given.encode("utf-8")).digest())
    return _kept(folder() / FILE)


# Remembered, so that all ids of a run are made with one secret even where it cannot be kept.
@lru_cache(maxsize=8)
def _kept(path: Path) -> IdKey:
    try:
        if not path.is_file():
            _make(path)
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        return IdKey(secrets.token_bytes(32), f"{path}: {error.strerror or error}")
    if not _HEX.fullmatch(text):
        msg = f"{path} is damaged: put back the file as it was, or delete it; ids of your rows are new ones then"
        raise DataError(msg)
    return IdKey(bytes.fromhex(text))


def _make(path: Path) -> None:
    """Write a new secret that only the user may read; the first of two runs at once wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp gives mode 600. A link, not a rename: it fails where another run was quicker.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".ids-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
        try:
            os.link(name, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def keyed(text: str, secret: bytes | None = None) -> str:
    """Give what stands in an id in the place of a text that must not: a ``k`` and 16 hexadecimal digits."""
    key = id_key().secret if secret is None else secret
    return "k" + hashlib.blake2b(text.encode("utf-8"), key=key, digest_size=8).hexdigest()


def keyed_id(text: str, secret: bytes | None = None) -> str:
    """Give an id as it is now: the part made of a row's words is keyed, all else stays.

    Ids of older versions, in decisions or an earlier briefing, become those of the same rows today.

    >>> keyed_id("2024-10-03-pont-sonde"), len(keyed_id("own-0123456789abcdef-2"))
    ('2024-10-03-pont-sonde', 23)
    """
    return _MADE.sub(lambda match: match[1] + keyed(match[2], secret), text)


def is_made(text: str) -> bool:
    """Tell whether an id was made of its row's words: two rows that have it say the very same.

    >>> is_made("own-k0123456789abcdef"), is_made("own-17")
    (True, False)
    """
    return re.fullmatch(r"[a-z]+-k[0-9a-f]{16}(?:-\d+)?", text) is not None


def keyed_ids(ids: pd.Series) -> pd.Series:
    """Give a column of ids as they are now; see :func:`keyed_id`."""
    made = ids.str.contains(_MADE_COLUMN).fillna(value=False).astype(bool)
    if not made.any():
        return ids
    secret = id_key().secret
    return ids.where(~made, ids[made].map(lambda one: keyed_id(one, secret))).astype(TEXT)


def lost_note(ids: pd.Series) -> tuple[str, ...]:
    """Say that the ids of a run will not be met again, where rows have keyed ids and the secret was not kept."""
    if not ids.str.contains(r"^[a-z]+-k[0-9a-f]{16}(?:-|$)").any() or not (lost := id_key().lost):
        return ()
    note = (
        f"the secret for row ids cannot be kept ({lost}): ids of your rows hold for this run only and match no other "
        f"day's decisions or briefing; make the folder writable, name another in ARTIMAP_DATA, or set {ENV}"
    )
    return (note,)
