"""A sharing policy in a file: read, checked with the line of each mistake, and obeyed by every command."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from pathlib import Path

import geopandas as gpd
import hypothesis
import pytest
from hypothesis import strategies as st

import artimap as am
from artimap.cli import main
from artimap.core.vocab import Sensitivity
from artimap.sharing.policy import Action, Rules, SharePolicy, changes, read_policy

DAY = ["--as-of", "2024-10-15"]
GUIDE = Path(__file__).parent.parent / "docs" / "sharing.md"


def written(folder, text):
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def example():
    return next(one for one in re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL))


def test_the_example_of_the_guide_is_read(tmp_path):
    policy = am.read_policy(written(tmp_path, example()))
    assert policy == SharePolicy(
        partners=Rules(high=Action.AGGREGATE), public=Rules(moderate=Action.DELAY),
        k=5, blur_to="section", public_delay_days=14, licensed=("ACLED", "INSO"),
    )  # fmt: skip
    assert changes(policy) == (
        "partners.high = aggregate (otherwise remove)",
        "public.moderate = delay (otherwise blur)",
        "k = 5 (otherwise 3)",
        "blur_to = section (otherwise commune)",
        "public_delay_days = 14 (otherwise 30)",
        "licensed = ACLED, INSO (otherwise ACLED)",
    )


def test_the_guide_names_every_key():
    text = GUIDE.read_text(encoding="utf-8")
    assert [one.name for one in fields(SharePolicy) if f"`{one.name}`" not in text] == []


def test_an_empty_file_changes_nothing(tmp_path):
    policy = read_policy(written(tmp_path, "\ufeff# nothing yet\n"))
    assert policy == SharePolicy()
    assert changes(policy) == ()


RULES = st.builds(Rules, *[st.sampled_from(Action)] * 4)
POLICIES = st.builds(
    SharePolicy,
    partners=RULES,
    public=RULES,
    k=st.integers(3, 99),
    blur_to=st.sampled_from(["section", "commune", "radius"]),
    blur_radius_m=st.floats(500, 100_000),
    partners_delay_days=st.integers(0, 999),
    public_delay_days=st.integers(0, 999),
    licensed=st.lists(st.sampled_from(["UCDP", "own", "Lekòl"]), unique=True).map(lambda more: ("ACLED", *more)),
    licensed_rows=st.sampled_from([Action.AGGREGATE, Action.REMOVE]),
    mask_text=st.booleans(),
)


def as_toml(policy):
    lines = []
    for one in fields(SharePolicy):
        value = getattr(policy, one.name)
        if not isinstance(value, Rules):
            lines.append(f"{one.name} = {json.dumps(value, ensure_ascii=False)}")
    for name in ("partners", "public"):
        lines.append(f"[{name}]")
        lines += [f'{step} = "{getattr(policy, name).action(step)}"' for step in Sensitivity]
    return "\n".join(lines)


@hypothesis.given(POLICIES)
def test_every_policy_can_be_written_down(tmp_path_factory, policy):
    assert read_policy(written(tmp_path_factory.mktemp("policy"), as_toml(policy))) == policy
    standing = SharePolicy()
    same = [replace(policy, **{one.name: getattr(standing, one.name)}) for one in fields(SharePolicy)]
    assert bool(changes(policy)) == any(one != policy for one in same)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("blur_too = 1", "line 1: blur_too is not known; did you mean blur_to?"),
        ("\n\nk = 2", "line 3: k is 2: a cell of fewer than 3 rows"),
        ("k = true", "line 1: k is True: it takes a whole number, such as 3"),
        ("# x\nblur_to = 'town'", "line 2: blur_to is 'town': use 'section'"),
        ("blur_to = 3", "line 1: blur_to is 3: it takes a text, such as 'commune'"),
        ("blur_radius_m = nan", "line 1: blur_radius_m is nan: use 500"),
        ("public_delay_days = -1", "line 1: a delay below 0 days"),
        ("mask_text = 'no'", "line 1: mask_text is 'no': it takes true or false, such as true"),
        ("licensed_rows = 'pass'", "line 1: licensed_rows is 'pass': such rows"),
        ("licensed_rows = 7", "line 1: licensed_rows is 7: use aggregate or remove"),
        ("licensed = ['UCDP']", "line 1: licensed leaves ACLED out"),
        ("licensed = 'ACLED'", "line 1: licensed is 'ACLED': it takes a list of texts, such as ['ACLED']"),
        ("k = 4\n[public]\nlow = 'hide'", "line 3: public.low is 'hide': use one of pass, delay, blur"),
        ("k = 4\n[public]\nlow = []", "line 3: public.low is []"),
        ("[public]\nmedium = 'pass'", "line 2: medium in [public] is not known"),
        ("public.low = 'hide'", "line 1: public.low is 'hide'"),
        ("partners = 'pass'", "line 1: partners is 'pass': write a part [partners] with low, moderate, high, severe"),
        ("[internal]\nlow = 'pass'", "line 1: internal has no rules, it gets every row unchanged"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path, text, words):
    with pytest.raises(am.ShareError, match=re.escape(words)):
        read_policy(written(tmp_path, text))


def test_all_mistakes_are_told_at_once(tmp_path):
    with pytest.raises(am.ShareError) as error:
        read_policy(written(tmp_path, "k = 1\nblurr = 2\n[public]\nlow = 'x'"))
    assert [int(one) for one in re.findall(r"line (\d+)", str(error.value))] == [1, 2, 4]


def test_what_is_no_toml_is_told(tmp_path):
    with pytest.raises(am.ShareError, match=r"is no TOML: .*line 2"):
        read_policy(written(tmp_path, "k = 3\npublic: low"))
    with pytest.raises(am.ShareError, match=r"is not there; docs/sharing\.md"):
        read_policy(tmp_path / "none.toml")


@pytest.fixture
def nothing_moderate(tmp_path):
    return written(tmp_path, "[partners]\nmoderate = 'remove'\n")


def ids_in(text):
    return set(re.findall(r"2024-\d\d-\d\d-[a-z0-9-]+", text))


@pytest.mark.exhaustive  # test_study.py asks every command in the quick half
def test_every_command_takes_it(nothing_moderate, tmp_path, events, capsys):
    """By a policy that lets nothing moderate through, no such event is named."""
    moderate = set(events[events["sensitivity"] == "moderate"]["event_id"])
    assert moderate
    policy = ["--policy", str(nothing_moderate)]
    assert main(["brief", *DAY, *policy, "-o", str(tmp_path / "brief")]) == 0
    said = capsys.readouterr()
    assert "partners.moderate = remove (otherwise pass)" in said.err
    assert "sensitivity moderate" in said.out
    manifest = json.loads((tmp_path / "brief" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["policy"]["partners"]["moderate"] == "remove"
    for command, name in (("map", "map.html"), ("report", "report.html")):
        assert main([command, *DAY, *policy, "-o", str(tmp_path / name)]) == 0
        assert (tmp_path / name).read_bytes() == (tmp_path / "brief" / name).read_bytes()
        assert not ids_in((tmp_path / name).read_text(encoding="utf-8")) & moderate
    assert main(["risk", *DAY, *policy, "-o", str(tmp_path / "risk.gpkg")]) == 0
    named = set("; ".join(gpd.read_file(tmp_path / "risk.gpkg")["event_ids"].dropna()).split("; "))
    assert named
    assert not named & moderate
    assert main(["zones", *DAY, *policy, "-o", str(tmp_path / "zones.html")]) == 0
    assert main(["status", *DAY, *policy]) == 0
    assert "sensitivity moderate" in capsys.readouterr().out


def test_a_bad_policy_stops_before_any_work(tmp_path, capsys):
    bad = written(tmp_path, "k = 1")
    assert main(["brief", "--policy", str(bad), "-o", str(tmp_path / "brief")]) == 1
    assert "line 1: k is 1" in capsys.readouterr().err
    assert not (tmp_path / "brief").exists()


def test_events_alone_obey_the_policy(nothing_moderate, tmp_path, events, capsys):
    moderate = set(events[events["sensitivity"] == "moderate"]["event_id"])
    out = tmp_path / "map.html"
    assert main(["map", *DAY, "--events-only", "--policy", str(nothing_moderate), "-o", str(out)]) == 0
    assert "sensitivity moderate" in capsys.readouterr().out
    assert not ids_in(out.read_text(encoding="utf-8")) & moderate
