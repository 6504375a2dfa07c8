"""A folder replaced as one: old or new, whoever comes and wherever a run dies; the user's own files are never lost."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from artimap.core import folder_swap
from artimap.core.files import write_bytes, written_together
from artimap.core.folder_swap import check_folder, replace_folder, settle
from benchmarks import faults

OLD = {"a.txt": b"old a", "b.txt": b"old b", "gone.txt": b"old c"}
NEW = {"a.txt": b"new a", "b.txt": b"new b"}
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals and links of POSIX")


def ours(_folder):
    return OLD.keys() | NEW.keys()


def held(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name in ours(folder)}


@pytest.fixture(params=["one step", "two steps"])
def folder(tmp_path, request, monkeypatch):
    """A folder with the old files and two things of the user's own, on systems with a swap and without."""
    if request.param == "two steps":
        monkeypatch.setattr(folder_swap, "_exchange", lambda *_: False)
    where = tmp_path / "briefing"
    replace_folder(where, OLD, ours=ours)
    (where / "notes.txt").write_text("mine", encoding="utf-8")
    (where / "photos").mkdir()
    (where / "photos" / "one.txt").write_text("mine", encoding="utf-8")
    return where


def assert_mine_is_there(folder):
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (folder / "photos" / "one.txt").read_text(encoding="utf-8") == "mine"


def assert_nothing_beside(folder):
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_the_new_folder_holds_the_new_files_and_the_users_own(folder):
    done = replace_folder(folder, NEW, ours=ours)
    assert (done.kept, done.removed) == (("notes.txt", "photos"), ("gone.txt",))
    assert held(folder) == NEW
    assert_mine_is_there(folder)
    assert_nothing_beside(folder)


STEPS = ("_write", "_build", "_swap", "_finish", "_free", "_sync")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_wherever_it_breaks_off_it_is_old_or_new(folder, monkeypatch, step, after):
    """Each call of each step fails once, before it did anything or after; the next start finishes the rest."""
    for number in range(12):
        replace_folder(folder, OLD, ours=ours)
        calls, whole = iter(range(1000)), getattr(folder_swap, step)

        def broken(*given, whole=whole, calls=calls, number=number, **more):
            due = next(calls) == number
            done = whole(*given, **more) if after or not due else None
            if due:
                raise KeyboardInterrupt
            return done

        with monkeypatch.context() as patch:
            patch.setattr(folder_swap, step, broken)
            try:
                replace_folder(folder, NEW, ours=ours)
                met = False
            except KeyboardInterrupt as stop:
                met, told = True, "".join(getattr(stop, "__notes__", []))
        settle(folder)
        assert held(folder) in (OLD, NEW)
        assert (
            not met or not told or told == f"{folder} {'is new and whole' if held(folder) == NEW else 'is as it was'}"
        )
        assert_mine_is_there(folder)
        assert_nothing_beside(folder)
        if not met:
            break


def test_a_run_that_died_between_two_steps_is_finished_by_whoever_reads(folder):
    work = folder.with_name(".briefing.artimap")
    (work / "new").mkdir(parents=True)
    for name, content in NEW.items():
        write_bytes(work / "new" / name, content)
    write_bytes(work / "journal.json", json.dumps(sorted(ours(folder))).encode())
    folder.rename(work / "old")
    settle(folder)
    assert held(folder) == NEW
    assert_mine_is_there(folder)
    assert_nothing_beside(folder)


def test_half_a_build_of_a_dead_run_is_cleared(folder):
    work = folder.with_name(".briefing.artimap")
    (work / "new").mkdir(parents=True)
    write_bytes(work / "new" / "a.txt", b"half")
    replace_folder(folder, NEW, ours=ours)
    assert held(folder) == NEW
    assert_nothing_beside(folder)


def test_a_damaged_journal_costs_nobody_his_files(folder):
    work = folder.with_name(".briefing.artimap")
    work.mkdir()
    write_bytes(work / "journal.json", b"{")
    with pytest.raises(OSError, match="cannot be read: take from the folder around it"):
        replace_folder(folder, NEW, ours=ours)
    assert held(folder) == OLD
    assert_mine_is_there(folder)


def test_what_came_back_meanwhile_is_not_written_over(folder, monkeypatch):
    swap = folder_swap._swap

    def busy(real, work):
        swap(real, work)
        (real / "notes.txt").write_text("written a moment ago", encoding="utf-8")

    monkeypatch.setattr(folder_swap, "_swap", busy)
    replace_folder(folder, NEW, ours=ours)
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "written a moment ago"
    assert (folder / "notes.txt.kept").read_text(encoding="utf-8") == "mine"


@POSIX
def test_a_link_is_followed_and_stays(folder):
    link = folder.with_name("latest")
    link.symlink_to(folder.name)
    replace_folder(link, NEW, ours=ours)
    assert link.is_symlink()
    assert held(folder) == NEW
    assert_mine_is_there(folder)


@pytest.mark.parametrize("given", [".", "..", "../briefing"])
def test_the_folder_one_works_in_is_refused(folder, monkeypatch, given):
    below = folder / "photos" if given == ".." else folder
    monkeypatch.chdir(below)
    with pytest.raises(OSError, match="is the folder you work in") as told:
        check_folder(Path(given))
    assert told.value.filename == given


@pytest.mark.parametrize("given", ["a file", "a mount point", "one that holds a mount point"])
def test_what_cannot_be_replaced_whole_is_refused(tmp_path, monkeypatch, given):
    where = tmp_path / "there"
    where.mkdir()
    (where / "disk").mkdir()
    mounted = {"a mount point": where, "one that holds a mount point": where / "disk"}.get(given)
    monkeypatch.setattr(os.path, "ismount", lambda path: str(path) == str(mounted))
    if given == "a file":
        where = tmp_path / "file"
        where.write_text("x", encoding="utf-8")
    with pytest.raises(OSError, match="replaced whole" if mounted else "Not a directory") as told:
        replace_folder(where, NEW, ours=ours)
    assert told.value.filename == str(where)


@POSIX
@pytest.mark.parametrize("closed", ["folder", "parent"])
def test_without_leave_to_write_it_is_refused_before_any_work(folder, monkeypatch, closed):
    """As root every folder is open: what the system would answer another is answered here."""
    refused = folder if closed == "folder" else folder.parent
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != refused)
    with pytest.raises(PermissionError, match="read-only") as told:
        check_folder(folder)
    assert told.value.filename == str(folder)
    with pytest.raises(PermissionError, match="is read-only"):
        check_folder(refused / "a" / "b")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO])
def test_a_full_disk_leaves_the_old_folder_and_the_message_names_it(folder, monkeypatch, number):
    def full(_path, _content):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(folder_swap, "_write", full)
    with pytest.raises(OSError, match=os.strerror(number)) as told:
        replace_folder(folder, NEW, ours=ours)
    assert told.value.filename == str(folder)
    assert held(folder) == OLD
    assert_nothing_beside(folder)


def test_a_single_file_on_a_full_disk_is_named_too(tmp_path, monkeypatch):
    def full(_path, _content):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left") as told:
        write_bytes(tmp_path / "report.md", b"x")
    assert told.value.filename == str(tmp_path / "report.md")


def test_a_second_run_says_who_holds_the_folder(folder):
    with (
        folder_swap._locked(folder, folder, 0.0),
        pytest.raises(OSError, match=rf"another run of artimap \(process {os.getpid()}\) is writing it") as told,
    ):
        replace_folder(folder, NEW, ours=ours, wait_s=0.1)
    assert told.value.filename == str(folder)
    replace_folder(folder, NEW, ours=ours)
    assert held(folder) == NEW


def test_a_file_system_without_locks_is_refused(folder, monkeypatch):
    def none(_handle):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(folder_swap, "_take", none)
    with pytest.raises(OSError, match="without locks"):
        replace_folder(folder, NEW, ours=ours)
    assert held(folder) == OLD


@POSIX
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_a_command_with_true_words(tmp_path, number, code):
    words = (
        "import time\nfrom artimap import cli\n"
        "def wait(*_):\n    print('ready', flush=True)\n    time.sleep(60)\n"
        "cli.locate._run = wait\n"
        "import sys\nsys.exit(cli.main(['locate', 'Savien']))\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(folder_swap.__file__).parents[2])},
    )  # fmt: skip
    assert run.stdout.readline() == "ready\n"
    time.sleep(0.05)
    run.send_signal(number)
    _, told = run.communicate(timeout=30)
    assert (run.returncode, told) == (code, "artimap: stopped; no file is half written\n")


@pytest.mark.exhaustive
@POSIX
def test_the_simulator_finds_no_mix(tmp_path):
    """The table of docs/reliability.md in small: made-up files in place of a briefing's."""
    writer = faults.Writer({"old": dict.fromkeys("abc", b"1" * 9000), "new": dict.fromkeys("abd", b"2" * 9000)})
    for row in faults.simulate(writer, tmp_path, kills=12, seed=1):
        assert row.mixed == row.lost == 0, row
        assert row.tried > 0 or row.skipped


def test_files_of_one_set_wait_for_the_last(tmp_path):
    table, notice = tmp_path / "a.csv", tmp_path / "a.notice.txt"
    with written_together():
        write_bytes(table, b"1")
        write_bytes(notice, b"1")
        assert not table.exists()
    assert table.read_bytes() == notice.read_bytes() == b"1"

    def broken():
        with written_together():
            write_bytes(table, b"2")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    write_bytes(notice, b"3")
    assert (table.read_bytes(), notice.read_bytes()) == (b"1", b"3")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "a.notice.txt"]
