"""The night job: one run from one file, whole folders, what failed is told, and nothing else is deleted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

import artimap as am
from artimap.areas import embedded
from artimap.cli import main
from artimap.core.errors import ShareError
from artimap.core.folder_swap import held
from artimap.studies import night
from artimap.studies.study import Study

DAY, NEXT = "2024-10-15", "2024-10-16"
SEVERE = "A bus of the school was stopped."
ROWS = (
    "date,place,kind,actors,killed,source,said_by,is_party,sensitivity,summary\n"
    "2024-10-10,Pont-Sondé,road_ambush,,,radio,listener,no,low,A truck was stopped.\n"
    f"2024-10-11,Gonaïves,road_ambush,,,radio,listener,no,severe,{SEVERE}\n"
    "never,Gonaïves,road_ambush,,,radio,listener,no,low,A car.\n"
)


def plan_in(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "briefing.toml"
    path.write_text(text, encoding="utf-8")
    return path


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


@pytest.fixture
def quick(monkeypatch):
    """Let a study write a manifest and nothing else: what a run does around it is looked at."""

    def contents(self, lang="en", *, since=None, formats=()):
        files = [{"file": name} for name in ("map.html", *(f"report.{one}" for one in formats))]
        manifest = {
            "audience": self.audience.value,
            "lang": str(lang),
            "files": files,
            "since": str(since and since.parent.name),
        }
        return {one["file"]: b"made" for one in files} | {"manifest.json": json.dumps(manifest).encode()}

    monkeypatch.setattr(Study, "contents", contents)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The sample plan, with one road, audience and language, after two nights."""
    folder = tmp_path_factory.mktemp("night")
    text = night.sample_plan()
    for was, now in (
        ('roads = ["rn1"]', 'roads = ["rd-des"]'), ('["internal", "partners"]', '["partners"]'),
        ('["fr", "ht"]', '["fr"]'), ('formats = ["pdf"]', 'formats = ["json"]'),
        ('["decisions.*"]', '["gone.csv"]'),
    ):  # fmt: skip
        assert was in text
        text = text.replace(was, now)
    plan = plan_in(folder, text)
    (folder / "inbox").mkdir()
    (folder / "inbox" / "a.csv").write_text(ROWS, encoding="utf-8")
    (folder / "inbox" / "a.quarantine.csv").write_text("no,table,of,reports\n", encoding="utf-8")
    (folder / "inbox" / "broken.xlsx").write_bytes(b"\0\1\2 no workbook")
    (folder / "inbox" / "~$broken.xlsx").write_bytes(b"a lock")
    for day in (DAY, NEXT):
        assert main(["run", str(plan), "--as-of", day, "--quiet", "--log", str(folder / "night.log")]) == 0
    return folder


def test_the_sample_plan_runs_and_tells_what_it_made(home):
    run = home / "briefings" / NEXT
    told = json.loads((run / "run.json").read_bytes())
    schema = json.loads(resources.files("artimap.studies").joinpath("run.schema.json").read_text("utf-8"))
    jsonschema.validate(told, schema)
    assert [one["folder"] for one in told["folders"]] == [
        "rd-des-partners-fr", "trip-saint-marc-gonaives-partners-fr",
    ]  # fmt: skip
    assert told["folders"][0]["since"] == f"{DAY}/rd-des-partners-fr"
    for one in told["folders"]:
        assert {path.name for path in (run / one["folder"]).iterdir()} == {row["file"] for row in one["files"]}
        for row in one["files"]:
            assert embedded.digest(run / one["folder"] / row["file"]) == row["sha256"]
    manifest = json.loads((run / "rd-des-partners-fr" / "manifest.json").read_bytes())
    assert manifest["corridor"] == "rd-des"
    assert {"report.json", "map.html"} <= {row["file"] for row in manifest["files"]}


def test_a_source_that_fails_leaves_the_others_and_is_told(home):
    told = json.loads((home / "briefings" / DAY / "run.json").read_bytes())
    sources = {one["file"]: one for one in told["sources"]}
    assert set(sources) == {"inbox/a.csv", "inbox/broken.xlsx", "gone.csv"}
    assert (sources["inbox/a.csv"]["rows"], sources["inbox/a.csv"]["rejected"]) == (3, 1)
    for name in ("inbox/broken.xlsx", "gone.csv"):
        assert sources[name]["failed"]
        assert str(home) not in sources[name]["failed"]
    assert {"kind": "claims", "glob": "claims/*.csv"} in told["no_match"]
    log = (home / "night.log").read_text("utf-8")
    assert "gone.csv" in log
    assert "ends with 0" in log


def test_rows_for_internal_use_are_in_no_other_folder(home):
    for name, content in tree(home / "briefings" / DAY).items():
        assert SEVERE.encode() not in content, name


def test_the_same_night_gives_the_same_bytes(home, capsys):
    before = tree(home / "briefings")
    assert main(["run", str(home / "briefing.toml"), "--as-of", NEXT, "--json"]) == 0
    assert tree(home / "briefings") == before
    assert json.loads(capsys.readouterr().out) == json.loads(before[f"{NEXT}/run.json"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('langs = "fr"', "did you mean languages?"),
        ('audiences = ["partner"]', "did you mean partners?"),
        ('formats = ["dox"]', "did you mean docx?"),
        ('roads = ["rn9"]', "did you mean rn"),
        ('areas = ["artibonit"]', "did you mean artibonite?"),
        ("languages = []", "empty list"),
        ('[sources]\nevent = "a.csv"', "did you mean events?"),
        ("[retention]\nrun = 3", "did you mean runs?"),
        ("[retention]\nruns = 0", "whole number from 1"),
        ("[retention]\ndays = true", "whole number from 1"),
        ('[[trips]]\nfrom = "Saint-Marc"', "needs from and to"),
        ('[[trips]]\nfrom = "a"\nto = "b"\nvehicle = "boat"', "boat"),
        ('since = "yesterday"', "since"),
        ('as_of = "soon"', "YYYY-MM-DD"),
        ('strict = "yes"', "true or false"),
        ("out = 3", "text in quotes"),
        ("areas = [", "no TOML"),
    ],
)  # fmt: skip
def test_what_a_plan_cannot_say_is_refused_with_what_is_nearest(tmp_path, text, words):
    with pytest.raises(ShareError, match=r".") as error:
        am.read_night_plan(plan_in(tmp_path, text))
    assert words in str(error.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    with pytest.raises(ShareError) as error:
        am.read_night_plan(plan_in(tmp_path, 'roades = ["rn1"]\nlanguages = ["es"]\ntoday = 5\n'))
    assert all(word in str(error.value) for word in ("roades", "es is not known", "today"))


def test_paths_are_those_of_the_plan_and_its_defaults_are_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    plan = am.read_night_plan(plan_in(tmp_path / "deep", 'policy = "p.toml"\ntoday = 2024-10-16\n'))
    assert (plan.out, plan.policy) == (tmp_path / "deep" / "briefings", tmp_path / "deep" / "p.toml")
    assert plan.today.isoformat() == NEXT
    assert plan.road_ids(am.area("artibonite")) == ("rn1",)


def test_every_key_of_a_plan_is_in_the_sample_and_in_the_docs():
    docs = (Path(__file__).parents[2] / "docs" / "night.md").read_text("utf-8")
    assert night.sample_plan() in docs
    for name in (*night._READ, *night.SOURCES, "runs", "days", "from", "to", "vehicle", "via"):
        assert f"`{name}`" in docs, name
        assert name in night.sample_plan(), name


PLAN = 'roads = ["rd-des", "rn5"]\naudiences = ["partners", "public"]\nlanguages = ["en", "ht"]\nsince = "previous"\n'


@pytest.mark.usefixtures("quick")
def test_several_roads_audiences_and_languages_each_have_a_folder(tmp_path):
    done = am.run_night(replace(am.read_night_plan(plan_in(tmp_path, PLAN)), as_of=am.read_night_plan(
        plan_in(tmp_path, PLAN + f"as_of = {DAY}")).as_of))  # fmt: skip
    assert {one["folder"] for one in done.summary["folders"]} == {
        f"{road}-{reader}-{lang}"
        for road in ("rd-des", "rn5") for reader in ("partners", "public") for lang in ("en", "ht")
    }  # fmt: skip
    assert done.folder.name == DAY


@pytest.mark.usefixtures("quick")
def test_a_run_is_named_by_today_and_compared_with_the_last_good_one(tmp_path):
    plan = am.read_night_plan(plan_in(tmp_path, PLAN + f"as_of = {DAY}"))
    days = [replace(plan, today=plan.as_of.replace(day=day)) for day in (15, 16, 17)]
    runs = [am.run_night(one) for one in days[:2]]
    (runs[1].folder / "run.json").unlink()  # the second night did not end
    third = am.run_night(days[2])
    assert {one["since"].split("/")[0] for one in third.summary["folders"]} == {DAY}
    # a folder that is said to be of a wider audience is not compared with
    manifest = runs[0].folder / "rn5-public-en" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"public"', '"internal"'))
    again = am.run_night(days[2])
    refused = [one for one in again.summary["folders"] if (one["road"], one["audience"]) == ("rn5", "public")]
    assert {one["since"] for one in refused} == {f"{DAY}/rn5-public-ht"}
    assert any("internal" in note for note in again.summary["notes"])


@pytest.mark.usefixtures("quick")
def test_old_runs_go_and_nothing_else(tmp_path):
    plan = am.read_night_plan(plan_in(tmp_path, 'roads = ["rd-des"]\nformats = ["pdf"]\n[retention]\nruns = 2\n'))
    at = am.read_night_plan(plan_in(tmp_path, f"as_of = {DAY}")).as_of
    plan = replace(plan, as_of=at)
    runs = [am.run_night(replace(plan, today=at.replace(day=day))) for day in (1, 2, 3)]
    out = plan.out
    assert runs[2].deleted == ("2024-10-01",)
    assert not runs[0].folder.exists()
    # what is somebody else's stays, wherever it lies and whatever it is called
    mine = [
        out / "2020-01-01" / "photos.zip", out / "2020-01-02" / "run.json",
        out / "2020-01-03" / "x-partners-fr" / "a.txt",
        out / "archive" / "rd-des-partners-en" / "manifest.json", runs[1].folder / "rd-des-partners-en" / "notes.txt",
        tmp_path / "elsewhere" / "rd-des-partners-en" / "manifest.json",
    ]  # fmt: skip
    for path in mine:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('{"audience": "partners", "lang": "en", "files": [{"file": "../../briefing.toml"}]}')
    (out / "2020-01-04").symlink_to(tmp_path / "elsewhere")
    last = am.run_night(replace(plan, today=at.replace(day=4)))
    assert last.deleted == ("2024-10-02",)
    assert all(path.exists() for path in mine)
    assert (tmp_path / "briefing.toml").exists()
    assert {path.name for path in (runs[1].folder / "rd-des-partners-en").iterdir()} == {"notes.txt"}
    assert (runs[2].folder / "run.json").exists()


@pytest.mark.usefixtures("quick")
def test_runs_of_the_last_days_stay(tmp_path):
    plan = replace(am.read_night_plan(plan_in(tmp_path, 'roads = ["rd-des"]\n[retention]\ndays = 3\n')), as_of=None)
    at = am.read_night_plan(plan_in(tmp_path, f"as_of = {DAY}")).as_of
    for day in (1, 3, 4):
        done = am.run_night(replace(plan, as_of=at, today=at.replace(day=day)))
    assert done.deleted == ("2024-10-01",)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("files", "strict", "code"),
    [
        ({}, True, 0),
        ({"a.csv": ROWS}, False, 0),
        ({"a.csv": ROWS}, True, 3),
        ({"a.csv": ROWS.splitlines()[0] + "\n" + ROWS.splitlines()[3] + "\n"}, False, 4),
        ({"a.csv": "\0"}, True, 4),
        ({"a.csv": "\n".join(ROWS.splitlines()[:2]) + "\n"}, True, 0),
        ({"a.csv": "\n".join(ROWS.splitlines()[:2]) + "\n", "b.csv": "\0"}, True, 3),
    ],
)
def test_the_exit_code_says_what_was_left_out(tmp_path, files, strict, code):
    path = plan_in(tmp_path, f'roads = ["rd-des"]\nas_of = {DAY}\n[sources]\nevents = ["*.csv"]\n')
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert main(["run", str(path), *["--strict"] * strict]) == code


@pytest.mark.usefixtures("quick")
def test_two_files_of_statements_that_number_alike_are_both_taken(tmp_path, capsys):
    path = plan_in(tmp_path, f'roads = ["rd-des"]\nas_of = {DAY}\n[sources]\nclaims = ["*.csv"]\n')
    for name, place in (("a", "Gonaïves"), ("b", "L'Estère"), ("c", "")):
        text = f"subject,predicate,value,source,reported\n{place},controls,PNH,radio,2024-10-01\n"
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    main(["run", str(path), "--json", "--quiet"])
    told = {one["file"]: one["failed"] for one in json.loads(capsys.readouterr().out)["sources"]}
    assert (told["a.csv"], told["b.csv"]) == (None, None)


@pytest.mark.usefixtures("quick")
def test_a_folder_that_cannot_be_made_leaves_the_others(tmp_path):
    path = plan_in(tmp_path, f'roads = ["rd-des", "rn5"]\nas_of = {DAY}\n')
    (tmp_path / "briefings" / DAY).mkdir(parents=True)
    (tmp_path / "briefings" / DAY / "rn5-partners-en").write_text("a file stands here")
    assert main(["run", str(path)]) == 1
    told = json.loads((tmp_path / "briefings" / DAY / "run.json").read_bytes())
    assert {one["road"]: one["failed"] is None for one in told["folders"]} == {"rd-des": True, "rn5": False}


@pytest.mark.usefixtures("quick")
def test_a_second_run_at_once_is_refused(tmp_path, monkeypatch, capsys):
    path = plan_in(tmp_path, f'roads = ["rd-des"]\nas_of = {DAY}\n')
    monkeypatch.setattr("artimap.core.folder_swap.WAIT_S", 0.05)
    with held(tmp_path / "briefings"):
        assert main(["run", str(path), "--log", str(tmp_path / "log")]) == 1
    assert "another run" in capsys.readouterr().err
    assert "another run" in (tmp_path / "log").read_text("utf-8")
    assert main(["run", str(path)]) == 0


@pytest.mark.usefixtures("quick")
def test_a_plan_of_a_trip_goes_to_nobody_but_internal_use(tmp_path):
    trip = '[[trips]]\nfrom = "Saint-Marc"\nto = "Gonaïves"\nvehicle = "truck"\nvia = "Pont-Sondé"\n'
    plan = plan_in(tmp_path, f'roads = ["rd-des"]\nas_of = {DAY}\naudiences = ["internal", "public"]\n{trip}')
    done = am.run_night(am.read_night_plan(plan))
    trips = [one for one in done.summary["folders"] if one["kind"] == "trip"]
    assert [one["audience"] for one in trips] == ["internal"]
    assert any("public" in note for note in done.summary["notes"])


THREE = 'roads = ["rn1", "rn5", "rd-des"]\naudiences = ["partners", "internal"]\nlanguages = ["en", "fr", "ht"]\n'


@pytest.mark.exhaustive
def test_three_roads_languages_and_two_audiences_killed_and_run_again(tmp_path):
    environ = {**os.environ, "PYTHONPATH": str(Path(am.__file__).parents[1])}
    plan = plan_in(tmp_path, THREE)
    command = [sys.executable, "-m", "artimap", "run", str(plan), "--as-of", DAY, "--quiet"]
    assert subprocess.run(command, env=environ, check=False).returncode == 0
    whole = tree(tmp_path / "briefings")
    assert len({name.split("/")[1] for name in whole}) == 19
    other = tmp_path / "other"
    killed = subprocess.Popen([*command, "-o", str(other)], env=environ)
    while not list(other.glob("*/*/manifest.json")):
        time.sleep(0.05)
    time.sleep(1.5)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    half = tree(other)
    assert f"{DAY}/run.json" not in half
    for name, content in half.items():
        assert ".artimap" in name or whole[name] == content
    assert subprocess.run([*command, "-o", str(other)], env=environ, check=False).returncode == 0
    assert tree(other) == whole
