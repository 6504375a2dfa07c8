"""What befalls a run that writes a briefing folder, done to it many times: is the folder old or new each time?

Runs are forked after the study is computed, so that the very call of a user (``Study.write``) is at its files when it
is killed, stopped, or finds the disk full. A few whole commands are killed besides.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from artimap.core import folder_swap
from artimap.core.folder_swap import replace_folder, settle

DOCS = Path(__file__).parents[1] / "docs" / "reliability.md"
_BEGIN, _END = "<!-- made by python -m benchmarks faults --write -->", "<!-- end -->"
MINE = {"notes.txt": b"mine", "photos/one.txt": b"mine too"}
"""What the user keeps in the folder."""
DAYS = {"old": "2024-10-15", "new": "2025-01-31"}
_SHORT_WAIT_S = 0.2


@dataclass
class Row:
    """What came of one fault: how often it was tried, and how often the folder was a mix, or a file was lost."""

    fault: str
    how: str
    tried: int = 0
    mixed: int = 0
    lost: int = 0
    ended: int = 0
    """Runs that ended without writing, in a sentence that names the folder."""
    unnamed: int = 0
    """Runs that ended in one that does not."""
    skipped: str = ""


class Writer:
    """Writes one of two sets of files to a folder: made-up ones, as they are given."""

    def __init__(self, sets: Mapping[str, Mapping[str, bytes]]) -> None:
        self.sets = sets

    def write(self, folder: Path, which: str) -> None:
        names = {name for files in self.sets.values() for name in files}
        replace_folder(folder, self.sets[which], ours=lambda _: names)


class BriefingWriter(Writer):
    """Writes briefings of two days, as a user does."""

    def __init__(self) -> None:
        import artimap as am  # noqa: PLC0415 - slow to import, used only here

        area = am.area("artibonite")
        self.studies = {which: am.study(area, as_of=day) for which, day in DAYS.items()}
        with tempfile.TemporaryDirectory() as home:  # written once, so that all that is computed is kept
            made = {which: study.write(Path(home) / which) for which, study in self.studies.items()}
            super().__init__({which: {p.name: p.read_bytes() for p in done.files} for which, done in made.items()})

    def write(self, folder: Path, which: str) -> None:
        self.studies[which].write(folder)


class Child:
    """A forked run; it tells when it begins, when it is done, and in which words it ends otherwise."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.read, write = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # threads of libraries sleep: nothing of theirs is used
            self.pid = os.fork()
        if not self.pid:
            self._run(work, write)
        os.close(write)
        os.read(self.read, 1)

    @staticmethod
    def _run(work: Callable[[], None], write: int) -> None:
        try:
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.write(write, b"b")
            try:
                work()
                words = "done"
            except OSError as error:
                words = f"{error.filename}: {error.strerror}"
            except KeyboardInterrupt as stop:
                words = "; ".join(getattr(stop, "__notes__", []))
            os.write(write, words.encode())
        finally:
            os._exit(0)

    def send(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def end(self) -> str | None:
        """Wait for it, and give its words; null where it was killed."""
        _, status = os.waitpid(self.pid, 0)
        words = os.read(self.read, 10_000).decode()
        os.close(self.read)
        return None if os.WIFSIGNALED(status) else words


class Trial:
    """One folder that runs are let loose on, and looked at after each."""

    def __init__(self, writer: Writer, home: Path, seed: int) -> None:
        self.writer, self.folder, self.random = writer, home / "briefing", random.Random(seed)  # noqa: S311 - the same moments again
        self.reset()
        start = time.perf_counter()
        for which in ("new", "old"):
            Child(lambda which=which: writer.write(self.folder, which)).end()
        self.seconds = (time.perf_counter() - start) / 2

    def reset(self) -> None:
        self.writer.write(self.folder, "old")
        for name, content in MINE.items():
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)

    def child(self, which: str, *, before: Callable[[], None] | None = None) -> Child:
        def work() -> None:
            folder_swap.WAIT_S = _SHORT_WAIT_S
            if before is not None:
                before()
            self.writer.write(self.folder, which)

        return Child(work)

    def moment(self) -> None:
        """Wait for some moment of a run."""
        time.sleep(self.random.uniform(0, self.seconds))

    def other(self) -> str:
        """Name the set that the folder does not hold."""
        return "new" if self.holds() == "old" else "old"

    def holds(self) -> str | None:
        names = {name for files in self.writer.sets.values() for name in files}
        if not self.folder.is_dir():
            return None
        found = {path.name: path.read_bytes() for path in self.folder.iterdir() if path.name in names}
        if not found:  # the user's own files alone: no briefing is there, whole or not
            return None
        return next((which for which, files in self.writer.sets.items() if found == files), "a mix")

    def look(self, row: Row, *, absent: bool = False) -> None:
        """Look as a reader does who comes now, and once more after what the next run does first."""
        row.tried += 1
        allowed = {*self.writer.sets, None} if absent else {*self.writer.sets}
        now = self.holds()
        settle(self.folder)
        row.mixed += now not in allowed or self.holds() not in allowed
        if not absent:
            there = {name: self.folder / name for name in MINE}
            row.lost += any(not path.is_file() or path.read_bytes() != MINE[name] for name, path in there.items())
        row.mixed += any(path.name.startswith(".briefing") for path in self.folder.parent.iterdir())
        if self.holds() not in self.writer.sets or any(not (self.folder / name).is_file() for name in MINE):
            self.reset()

    def ended(self, row: Row, words: str | None) -> None:
        """Count how a run ended that did not write."""
        if words not in {None, "", "done"}:
            row.ended += 1
            row.unnamed += str(self.folder) not in str(words)


def simulate(writer: Writer, home: Path, *, kills: int, seed: int = 0) -> Iterator[Row]:
    """Do every fault to runs of a writer, in a folder below ``home``."""
    if not hasattr(os, "fork"):
        yield Row("all", "", skipped="this system forks no processes")
        return
    some = max(4, kills // 5)
    trial = Trial(writer, home, seed)
    yield _killed(trial, kills, signal.SIGKILL)
    yield _killed(trial, some, signal.SIGTERM)
    yield _killed(trial, some, signal.SIGINT)
    yield _two_at_once(trial, some)
    yield _one_stopped(trial, some)
    yield _full(trial, some)
    yield _vanished(trial, some)
    yield _read_only(trial)
    small = 64_000 + 2 * sum(map(len, [*writer.sets["old"].values(), *writer.sets["new"].values()]))
    yield _small_disk(writer, home, some, small, seed)


def _killed(trial: Trial, runs: int, number: signal.Signals) -> Row:
    row = Row(f"{number.name} while files are written", "at random moments of a write")
    for _ in range(10 * runs):
        run = trial.child(trial.other())
        trial.moment()
        run.send(number)
        words = run.end()
        before = row.tried
        trial.look(row)
        if words == "done":  # it was quicker: looked at as well, and not counted
            row.tried = before
        trial.ended(row, words)
        if row.tried == runs:
            break
    return row


def _two_at_once(trial: Trial, runs: int) -> Row:
    row = Row("two runs at once", "both begin together, one for each day")
    for _ in range(runs):
        both = [trial.child(which) for which in ("old", "new")]
        for run in both:
            trial.ended(row, run.end())
        trial.look(row)
    return row


def _one_stopped(trial: Trial, runs: int) -> Row:
    row = Row("two runs at once, one stopped", "SIGSTOP at a random moment; the other runs to its end; SIGCONT")
    for _ in range(runs):
        which = trial.other()
        first = trial.child(which)
        trial.moment()
        first.send(signal.SIGSTOP)
        second = trial.child("new" if which == "old" else "old")
        trial.ended(row, second.end())
        if trial.holds() not in trial.writer.sets:
            row.mixed += 1
        first.send(signal.SIGCONT)
        trial.ended(row, first.end())
        trial.look(row)
    return row


def _full(trial: Trial, runs: int) -> Row:
    import resource  # noqa: PLC0415 - Windows has none

    row = Row("full disk", "RLIMIT_FSIZE: no file can grow beyond a random size")
    largest = max(map(len, trial.writer.sets["new"].values()))

    def limit() -> None:
        size = trial.random.randrange(largest)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    for _ in range(runs):
        trial.random.random()  # a child draws from a copy: each shall draw another
        trial.ended(row, trial.child(trial.other(), before=limit).end())
        trial.look(row)
    return row


def _vanished(trial: Trial, runs: int) -> Row:
    row = Row("the folder vanishes", "it, or the one it stands in, is moved away at a random moment")
    for number in range(runs):
        away = trial.folder if number % 2 else trial.folder.parent
        run = trial.child(trial.other())
        trial.moment()
        with suppress(OSError):
            away.rename(away.with_name("away"))
        trial.ended(row, run.end())
        trial.folder.parent.mkdir(exist_ok=True)
        trial.look(row, absent=True)
        shutil.rmtree(away.with_name("away"), ignore_errors=True)
    return row


def _read_only(trial: Trial) -> Row:
    row = Row("read-only", "the folder, then the one it stands in, without leave to write")
    if os.geteuid() == 0:
        row.skipped = "root may write everywhere: see the row of the mounted disk"
        return row
    for closed in (trial.folder, trial.folder.parent):
        mode = closed.stat().st_mode
        closed.chmod(0o555)
        trial.ended(row, trial.child(trial.other()).end())
        closed.chmod(mode)
        trial.look(row)
    return row


@contextmanager
def _mounted(where: Path, size: int) -> Iterator[bool]:
    """Mount a small disk in memory, where one may."""
    where.mkdir(exist_ok=True)
    mount = shutil.which("mount")
    told = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(where)]
    done = mount is not None and not subprocess.run([mount, *told], check=False, capture_output=True).returncode
    try:
        yield done
    finally:
        if done:
            subprocess.run([shutil.which("umount") or "umount", str(where)], check=False, capture_output=True)


def _small_disk(writer: Writer, home: Path, runs: int, size: int, seed: int) -> Row:
    row = Row("full disk, then read-only", "a small disk in memory (tmpfs), filled up to a random size")
    with _mounted(home / "disk", size) as there:
        if not there:
            row.skipped = "only root can mount one"
            return row
        trial = Trial(writer, home / "disk", seed)
        filler = home / "disk" / "filler"
        for _ in range(runs):
            free = shutil.disk_usage(home / "disk").free
            filler.write_bytes(bytes(int(free * trial.random.uniform(0.5, 1.0))))
            trial.ended(row, trial.child(trial.other()).end())
            filler.unlink()
            trial.look(row)
        mount = shutil.which("mount") or "mount"
        for state in ("ro", "rw"):
            subprocess.run([mount, "-o", f"remount,{state}", str(home / "disk")], check=True, capture_output=True)
            if state == "ro":
                trial.ended(row, trial.child(trial.other()).end())
        trial.look(row)
    return row


def whole_commands(writer: Writer, home: Path, *, runs: int, seed: int = 0) -> Row:
    """Kill the command ``artimap brief`` itself."""
    row = Row("SIGKILL of the whole command", "artimap brief, at random moments of its last quarter")
    trial = Trial(writer, home, seed)
    seconds = None
    for number in range(runs + 1):
        which = trial.other()
        command = [sys.executable, "-m", "artimap", "brief", "--as-of", DAYS[which], "-o", str(trial.folder)]
        start = time.perf_counter()
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if seconds is not None:
            time.sleep(seconds * trial.random.uniform(0.75, 1.0))
            run.kill()
        run.wait()
        seconds = time.perf_counter() - start if seconds is None else seconds
        if number:
            trial.look(row)
    return row


def table(rows: list[Row]) -> list[str]:
    """Give the rows as a table in Markdown."""
    lines = ["| Fault | How | Tried | Mixed | Lost | Ended in a sentence |", "|---|---|---:|---:|---:|---:|"]
    for row in rows:
        figures = f"{row.tried} | {row.mixed} | {row.lost} | {row.ended}"
        lines.append(f"| {row.fault} | {row.how} | {row.skipped or figures}{' | | |' if row.skipped else ''} |")
    return lines


def run(_repeat: int, *, kills: int = 200, whole: int = 8, seed: int = 0, write: bool = False) -> None:
    """Print the table fault, tried, mixed, lost; nonzero where the folder was ever a mix or a file lost."""
    writer, rows = BriefingWriter(), []
    with tempfile.TemporaryDirectory() as home:
        (Path(home) / "runs").mkdir()
        rows += simulate(writer, Path(home) / "runs", kills=kills, seed=seed)
        (Path(home) / "whole").mkdir()
        rows.append(whole_commands(writer, Path(home) / "whole", runs=whole, seed=seed))
    lines = table(rows)
    print("\n".join(lines))
    unnamed = sum(row.unnamed for row in rows)
    print(f"sentences that do not name the folder: {unnamed}")
    if write:
        before, _, rest = DOCS.read_text(encoding="utf-8").partition(_BEGIN)
        after = rest.partition(_END)[2]
        DOCS.write_text("\n".join([f"{before}{_BEGIN}\n", *lines, f"\n{_END}{after}"]), encoding="utf-8")
    if any(row.mixed or row.lost for row in rows) or unnamed:
        raise SystemExit(1)
