"""Posts of several days at once: what each day alone gives, from nothing that was said of a later one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import artimap as am
from artimap.claims.ledger import Ledger
from artimap.control.checkpoints.life_cycle import CheckpointModel
from artimap.control.checkpoints.statements import statements
from artimap.core.errors import DateError
from artimap.core.vocab import CheckpointStatus
from tests.test_checkpoints import made

FIRST, LAST = dt.date(2022, 1, 1), dt.date(2025, 12, 31)


def plain(posts) -> pd.DataFrame:
    return pd.DataFrame(posts.to_wkb())


def only(ledger: Ledger, claim_ids) -> Ledger:
    return replace(ledger, posts=ledger.posts[ledger.posts["claim_id"].isin(list(claim_ids))])


@settings(max_examples=12, deadline=None)
@given(
    days=st.lists(st.dates(FIRST, LAST), min_size=1, max_size=4),
    active=st.integers(1, 200),
    longer=st.integers(1, 400),
    known_on=st.none() | st.dates(FIRST, LAST),
)
def test_each_table_is_that_of_its_day_alone(rn1, ledger, days, active, longer, known_on):
    options = {"model": CheckpointModel(active, active + longer), "known_on": known_on}
    found = am.checkpoints_over_time(rn1, ledger, days=[*days, days[0].isoformat()], **options)
    assert list(found) == sorted(set(days))
    for day, table in found.items():
        # what is said of later days only is not needed
        heard = only(ledger, statements(ledger, pd.Timestamp(day), known_on=None)["claim_id"])
        for one in (ledger, heard):
            alone = am.checkpoints_on(rn1, one, as_of=day, **options)
            assert_frame_equal(plain(alone), plain(table), check_exact=True)
            assert alone.attrs == table.attrs
            assert alone.crs == table.crs == rn1.crs


STATES = st.sampled_from(["standing", "removed", "momentary", "not_set_up"])
SAID = st.lists(st.tuples(STATES, st.none() | st.integers(0, 60)), min_size=1, max_size=4)


@pytest.mark.exhaustive
@settings(max_examples=30, deadline=None)
@given(SAID, st.lists(st.integers(0, 90), min_size=1, max_size=4))
def test_the_life_of_a_post_one_statement_at_a_time(rn1, ledger, said, days):
    """Against the rule in words: the newest that is said of a day or before, and how long ago it was confirmed."""
    start = dt.date(2024, 1, 1)
    rows = [
        {"checkpoint_id": "p", "state": state, "day": None if at is None else pd.Timestamp(start + dt.timedelta(at))}
        for state, at in said
    ]
    model = CheckpointModel(10, 30)
    found = am.checkpoints_over_time(
        rn1, made(ledger, rn1, rows), days=[start + dt.timedelta(at) for at in days], model=model
    )  # fmt: skip
    for at, table in zip(sorted(set(days)), found.values(), strict=True):
        known = [(state, day) for state, day in said if day is None or day <= at]
        assert len(table) == bool(known)
        if not known:
            continue
        there = max((day for state, day in known if state in ("standing", "momentary") and day is not None), default=-1)
        gone = max((day for state, day in known if state in ("removed", "not_set_up") and day is not None), default=-1)
        last = [state for state, day in known if day == there and state in ("standing", "momentary")]
        if gone >= 0 and gone >= there:
            wanted = CheckpointStatus.REMOVED
        elif there < 0:
            wanted = CheckpointStatus.UNKNOWN
        elif last[-1] == "momentary" and at > there:
            wanted = CheckpointStatus.LAST_KNOWN
        else:
            age = at - there
            steps = (CheckpointStatus.ACTIVE, CheckpointStatus.FADING, CheckpointStatus.LAST_KNOWN)
            wanted = steps[(age > model.active_days) + (age > model.fading_days)]
        assert table["status"].tolist() == [wanted]
        assert table["n_claims"].tolist() == [len(known)]


def test_a_post_of_which_only_an_undated_removal_is_said_is_unknown(rn1, ledger):
    table = am.checkpoints_on(
        rn1, made(ledger, rn1, [{"checkpoint_id": "p", "state": "removed", "day": None}]), as_of="2024-10-15"
    )
    row = table.iloc[0]
    assert (row["status"], row["state"]) == (CheckpointStatus.UNKNOWN, "removed")
    assert pd.isna(row["removed_on"])


def test_no_posts_and_no_days(rn1, ledger):
    none = am.checkpoints_over_time(rn1, only(ledger, ()), days=["2024-10-15"])
    assert [len(table) for table in none.values()] == [0]
    assert am.checkpoints_over_time(rn1, ledger, days=[]) == {}
    with pytest.raises(DateError, match="soon"):
        am.checkpoints_over_time(rn1, ledger, days=["soon"])
