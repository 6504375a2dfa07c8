"""A folder replaced as one: whoever comes, and whenever a run dies, it holds all of the old files or all of the new.

The new folder is built beside the old one, in ``.NAME.artimap``, and takes its place in one step where the system has
one (Linux, macOS), in two recorded steps elsewhere. What in the old folder was not artimap's is moved back
afterwards. All that is done under a lock, and what a dead run left is finished or cleared by the next.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

WAIT_S = 10.0
"""How long a run waits for another that writes the same folder: writing takes a fraction of a second, so one that
needs longer stands still."""

_UNSUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM})
_JOURNAL = "journal.json"


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of the other files of a folder that was replaced.

    Attributes
    ----------
    kept
        Names of what is not artimap's, moved into the new folder.
    removed
        Names of artimap's files of an earlier run that the new folder has not.
    """

    kept: tuple[str, ...]
    removed: tuple[str, ...]


def check_folder(folder: Path) -> Path:
    """Give the real place of a folder that is to be replaced, before any work is done for it.

    Raises
    ------
    OSError
        If it is no folder or cannot be replaced whole: the folder one stands in, a mount point, one without leave
        to write. The error names the path as it was given.
    """
    real = Path(os.path.realpath(folder))
    if not real.exists():
        above = next(one for one in real.parents if one.exists())
        if not os.access(above, os.W_OK):
            raise _path_error(errno.EACCES, f"cannot be made: {above} is read-only", folder)
        return real
    if not real.is_dir():
        raise _path_error(errno.ENOTDIR, os.strerror(errno.ENOTDIR), folder)
    if _cwd().is_relative_to(real):
        words = "is the folder you work in, and it is replaced whole: give the name of a folder in it"
        raise _path_error(errno.EBUSY, words, folder)
    with os.scandir(real) as entries:
        if os.path.ismount(real) or any(os.path.ismount(one.path) for one in entries):
            words = "is a mount point or holds one, and it is replaced whole: give the name of a folder in it"
            raise _path_error(errno.EBUSY, words, folder)
    if not os.access(real, os.W_OK):
        raise _path_error(errno.EACCES, "is read-only", folder)
    if not os.access(real.parent, os.W_OK):
        raise _path_error(
            errno.EACCES, "stands in a folder that is read-only: it is built anew beside the old one", folder
        )
    return real


def replace_folder(
    folder: Path,
    files: Mapping[str, bytes],
    *,
    ours: Callable[[Path], Collection[str]],
    wait_s: float | None = None,
) -> Replaced:
    """Replace a folder by another that holds these files and what in the old one was not artimap's.

    Parameters
    ----------
    folder
        The folder; made if missing, followed where it is a link.
    files
        Their contents by name.
    ours
        Which names of the old folder are artimap's: those go. Asked under the lock.
    wait_s
        How long to wait for another run that is writing it, in seconds; :data:`WAIT_S` where null.

    Returns
    -------
    Replaced
        What became of the other files.

    Raises
    ------
    OSError
        If it cannot be replaced: then it is as it was. The error names the path.

    Notes
    -----
    Everything is on the disk before the swap (``fsync``), so that a power cut leaves no empty files either. A
    program that stands in the old folder stays in it, and that one is deleted.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     where = Path(home) / "briefing"
    ...     first = replace_folder(where, {"a.txt": b"1", "b.txt": b"1"}, ours=lambda old: {"a.txt", "b.txt"})
    ...     _ = (where / "mine.txt").write_bytes(b"kept")
    ...     print(replace_folder(where, {"a.txt": b"2"}, ours=lambda old: {"a.txt", "b.txt"}))
    Replaced(kept=('mine.txt',), removed=('b.txt',))
    """
    real = check_folder(folder)
    with _naming(folder, real), _locked(real, folder, WAIT_S if wait_s is None else wait_s) as work:
        _finish(real, work)
        there = {one.name for one in real.iterdir()} if real.is_dir() else set()
        mine = {*ours(real), *files} if there else set(files)
        built = None
        try:
            built = _build(work, files, mine, like=real)
            _swap(real, work)
        except KeyboardInterrupt as stop:
            with suppress(OSError):
                _finish(real, work)
            new = built is not None and real.exists() and real.stat().st_ino == built
            stop.add_note(f"{folder} {'is new and whole' if new else 'is as it was'}")
            raise
        finally:
            # Where it broke off is not asked: this gives all of the old or all of the new from any point.
            _finish(real, work)
    return Replaced(tuple(sorted(there - mine)), tuple(sorted(there & mine - files.keys())))


@contextmanager
def held(folder: Path, wait_s: float | None = None) -> Iterator[None]:
    """Keep other runs out of a folder during the block; each of its own folders is replaced as ever.

    Parameters
    ----------
    folder
        The folder; made if missing.
    wait_s
        How long to wait for another run that holds it, in seconds; :data:`WAIT_S` where null.

    Raises
    ------
    OSError
        If another run holds it for longer. The error names the path.
    """
    real = Path(os.path.realpath(folder))
    with _naming(folder, real), _locked(real / "run", folder, WAIT_S if wait_s is None else wait_s):
        yield


def settle(folder: Path) -> None:
    """Finish what a dead run left of a folder that is about to be read, as far as there is leave to."""
    real = Path(os.path.realpath(folder))
    if _work(real).exists() or _lock_file(real).exists():
        with suppress(OSError), _locked(real, folder, WAIT_S) as work:
            _finish(real, work)


def _path_error(number: int, words: str, path: Path) -> OSError:
    return OSError(number, words, str(path))


def _cwd() -> Path:
    try:
        return Path(os.path.realpath(Path.cwd()))
    except FileNotFoundError:  # it was deleted: nothing can stand in it
        return Path(os.devnull)


def _work(real: Path) -> Path:
    return real.with_name(f".{real.name}.artimap")


def _lock_file(real: Path) -> Path:
    return real.with_name(f".{real.name}.artimap.lock")


@contextmanager
def _naming(folder: Path, real: Path) -> Iterator[None]:
    """Let an error name the folder that was asked for, not the one that was built beside it, or nothing."""
    try:
        yield
    except OSError as error:
        where, work = str(error.filename or ""), str(_work(real))
        if isinstance(error, PermissionError) and os.name == "nt":
            words = "a file in it is open in another program, or it is read-only: close it and run again"
            raise _path_error(errno.EACCES, words, folder) from error
        if not where or where.startswith(work) or where == str(real):
            raise _path_error(error.errno or errno.EIO, error.strerror or str(error), folder) from error
        raise


def _take(handle: int) -> bool:
    """Take the lock of an open file, if nobody holds it; a process that dies lets go of it."""
    try:
        if sys.platform == "win32":
            os.lseek(handle, 1 << 20, os.SEEK_SET)  # behind the end: locked bytes cannot be read by others
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EAGAIN, errno.EACCES, errno.EDEADLK}:
            return False
        raise
    return True


@contextmanager
def _locked(real: Path, folder: Path, wait_s: float) -> Iterator[Path]:
    """Hold the lock of a folder, and give where its successor is built.

    Raises
    ------
    OSError
        If another run holds it for too long, or the file system has no locks: two runs could then mix.
    """
    real.parent.mkdir(parents=True, exist_ok=True)
    path = _lock_file(real)
    patience = time.monotonic() + wait_s
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            taken = _take(handle)
        except OSError as error:
            os.close(handle)
            words = "is on a file system without locks, where two runs could mix: write it elsewhere and copy it"
            raise _path_error(error.errno or errno.ENOLCK, words, folder) from error
        # the one before may have deleted the file between opening and locking: then it is no lock any more
        if taken and path.exists() and os.path.samestat(os.fstat(handle), path.stat()):
            break
        holder = b"" if taken else os.read(handle, 20)
        os.close(handle)
        if time.monotonic() > patience:
            who = holder.decode("ascii", "replace").strip()
            words = f"another run of artimap{f' (process {who})' if who else ''} is writing it and does not end"
            raise _path_error(errno.EAGAIN, words, folder)
        time.sleep(0.02)
    try:
        with suppress(OSError):  # a full disk: who holds it is then not known
            os.lseek(handle, 0, os.SEEK_SET)
            os.truncate(handle, 0)
            os.write(handle, str(os.getpid()).encode("ascii"))
        yield _work(real)
    finally:
        # Deleted while it is held, or the lock of the next run would be; Windows deletes no open file.
        with suppress(OSError):
            if sys.platform != "win32":
                path.unlink()
        os.close(handle)
        with suppress(OSError):
            if sys.platform == "win32":
                path.unlink()


def _build(work: Path, files: Mapping[str, bytes], mine: Collection[str], *, like: Path) -> int:
    """Write the new folder beside the old one, then that it is whole; give its number."""
    new = work / "new"
    new.mkdir(parents=True)
    if like.is_dir():
        shutil.copymode(like, new)
        if sys.platform != "win32":
            with suppress(OSError):  # a shared folder stays its group's
                os.chown(new, -1, like.stat().st_gid)
    for name, content in files.items():
        _write(new / name, content)
    _sync(new)
    # Which names are artimap's is written down last: the journal says that all before it is there.
    _write(work / "journal", json.dumps(sorted(mine)).encode("utf-8"))
    (work / "journal").rename(work / _JOURNAL)
    _sync(work)
    return new.stat().st_ino


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk; Windows opens no folders, and does so itself."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; false where the system has none.

    Source: renameat2(2) of Linux with RENAME_EXCHANGE, renamex_np(2) of macOS with RENAME_SWAP.
    """
    if sys.platform == "win32":
        return False
    system = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    here = -100  # AT_FDCWD: paths as they stand
    if hasattr(system, "renameat2"):
        failed = system.renameat2(here, first, here, second, 2)
    elif hasattr(system, "renamex_np"):
        failed = system.renamex_np(first, second, 2)
    else:
        return False
    number = ctypes.get_errno()
    if failed and number not in _UNSUPPORTED:
        raise OSError(number, os.strerror(number), str(other))
    return not failed


def _swap(real: Path, work: Path) -> None:
    """Put the new folder in the place of the old one, which goes to ``work``."""
    new, old = work / "new", work / "old"
    if not real.exists():
        new.rename(real)
    elif not _exchange(new, real):
        real.rename(old)
        try:
            new.rename(real)
        except OSError:
            old.rename(real)
            raise
    _sync(real.parent)


def _finish(real: Path, work: Path) -> None:
    """Finish or clear what a run left, from whatever point it came to; nothing to do is done quickly.

    Raises
    ------
    OSError
        If what is not artimap's cannot be moved back: it stays in ``work`` then, for the next run.
    """
    if not work.exists():
        return
    new, old, journal = work / "new", work / "old", work / _JOURNAL
    if journal.is_file():
        try:
            mine = set(json.loads(journal.read_bytes()))
        except ValueError as error:
            words = "cannot be read: take from the folder around it what is yours, and delete that folder"
            raise _path_error(errno.EIO, words, journal) from error
        if old.exists() and not real.exists():  # between the two steps, where the system has not one
            new.rename(real)
        # One of them is the old folder, if it came to that: what the new one holds is all artimap's.
        for displaced in (new, old):
            for entry in sorted(displaced.iterdir()) if displaced.is_dir() else ():
                if entry.name not in mine:
                    real.mkdir(exist_ok=True)
                    entry.rename(_free(real / entry.name))
        _sync(real)
    # What cannot be deleted now is tried again by the next run.
    shutil.rmtree(work, ignore_errors=True)


def _free(path: Path) -> Path:
    """Give a path at which nothing stands: nobody's file is written over."""
    while os.path.lexists(path):
        path = path.with_name(f"{path.name}.kept")
    return path
