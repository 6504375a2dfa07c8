"""Posts on RN1: kinds, life, places, fees, who passes, and IPIS's fields."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import artimap as am
from artimap.areas import embedded as data
from artimap.claims.ledger import Ledger
from artimap.core import schema
from artimap.core.errors import ModelError, PlaceError
from artimap.core.tables import CHECKPOINTS, CLAIMS, FEES
from artimap.core.vocab import CheckpointKind, CheckpointStatus, FeeOf, Vehicle


@pytest.fixture(scope="module")
def posts(rn1, ledger):
    return am.checkpoints_on(rn1, ledger, as_of="2024-10-15").set_index("checkpoint_id")


@pytest.fixture(scope="module")
def later(rn1, ledger):
    return am.checkpoints_on(rn1, ledger, as_of="2025-10-15").set_index("checkpoint_id")


def made(ledger: Ledger, rn1, rows: list[dict[str, object]]) -> Ledger:
    """Make a ledger of statements about posts on RN1."""
    claims = pd.DataFrame(
        [
            {
                "claim_id": f"m{at}", "about": "checkpoint", "subject": row["checkpoint_id"], "predicate": "fee",
                "claimant": "A driver", "claimant_is_party": "no", "reported": row.get("day"),
                "date_basis": "stated" if row.get("day") is not None else "undated",
                "valid_from": row.get("day"), "last_confirmed": row.get("day"), "source": "Radio A",
                "sensitivity": "low", "licence": "own",
            }
            for at, row in enumerate(rows)
        ],
        columns=[name for name in CLAIMS.names if name not in ("origin", "scope")],
    )  # fmt: skip
    columns = list(ledger.posts.drop(columns="geometry").columns)
    table = pd.DataFrame(
        [
            {
                "claim_id": f"m{at}", "kind": "toll", "operator": "G", "place": "p", "place_kind": "stretch",
                "road_id": "rn1", "fee_currency": "HTG", "per": "trip", "fee_of": "post", "source": "Radio A",
                "state": "standing", "from_m": 100_000.0, "to_m": 100_000.0, **row,
            }
            for at, row in enumerate(rows)
        ]
    ).reindex(columns=columns)  # fmt: skip
    shapes = [rn1.point_at(100_000.0)] * len(rows)
    return Ledger(
        schema.conform(claims, CLAIMS), ledger.subjects,
        gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=rn1.crs), crs=rn1.crs),
    )  # fmt: skip


# --- the embedded statements -----------------------------------------------------------------


def test_every_statement_leads_to_a_post_or_says_why_not(rn1, ledger):
    """All statements about posts on RN1, or at places beside it, stand behind some post of the table."""
    table = am.checkpoints_on(rn1, ledger, as_of="2026-01-31")
    behind = {claim for cell in table["claims"] for claim in cell.split("; ")}
    said = ledger.posts[ledger.posts["road_id"].fillna("").str.split("; ").map(lambda roads: "rn1" in roads)]
    assert set(said["claim_id"]) <= behind
    other = set(ledger.posts["claim_id"]) - behind
    # other roads, the whole country, and a place that no text puts on a road
    assert other == {"CK014", "CK027", "CK028", "CK031", "CK032", "CK036", "CK038", "CK039"}


def test_kinds_are_kept_apart(later, rn1, ledger):
    assert later.loc["rn1-croix-perisse-toll", "kind"] == "toll"
    assert later.loc["rn1-carrefour-paye-wall", "kind"] == "roadblock"
    assert later.loc["rn1-arcahaie-search", "kind"] == "search_post"
    assert later.loc["rn1-saint-marc-residents", "kind"] == "barricade"
    protest = am.checkpoints_on(rn1, ledger, as_of="2025-12-26").set_index("checkpoint_id")
    row = protest.loc["rn1-saint-marc-l-estere-protest"]
    assert (row["kind"], row["status"], row["extent"]) == ("protest", "active", "interval")


def test_point_place_interval_section_and_nowhere(posts):
    assert posts.loc["rn1-carrefour-paye-toll", "extent"] == "point"
    assert posts.loc["rn1-titanyen-toll", "extent"] == "place"
    assert posts.loc["rn1-saint-marc-gonaives-toll", "extent"] == "interval"
    assert posts.loc["rn1-croix-perisse-toll", "extent"] == "section"
    assert posts.loc["article-f032", "extent"] == "nowhere"
    # said to be on RN1, at a town that lies off it: a piece of road, not a pin
    assert posts.loc["rn1-arcahaie-search", "extent"] == "interval"


def test_the_life_of_the_toll_at_carrefour_paye(rn1, ledger):
    before, undated, dated, gone = (
        am.checkpoints_on(rn1, ledger, as_of=day).set_index("checkpoint_id")
        for day in ("2024-07-31", "2024-09-15", "2024-10-15", "2025-03-01")
    )
    assert "rn1-carrefour-paye-toll" not in before.index
    assert undated.loc["rn1-carrefour-paye-toll", "first_seen"] == pd.Timestamp("2024-08-01")
    assert undated.loc["rn1-carrefour-paye-toll", "status"] == CheckpointStatus.UNKNOWN
    # two amounts of 2 October 2024
    assert dated.loc["rn1-carrefour-paye-toll", "status"] == CheckpointStatus.ACTIVE
    row = gone.loc["rn1-carrefour-paye-toll"]
    assert (row["status"], row["removed_by"]) == (CheckpointStatus.REMOVED, "PNH")
    assert row["removed_on"] == pd.Timestamp("2025-01-01")


def test_la_croix_perisse_is_renewed(rn1, ledger):
    row = am.checkpoints_on(rn1, ledger, as_of="2025-03-01").set_index("checkpoint_id").loc["rn1-croix-perisse-toll"]
    assert row["status"] == CheckpointStatus.FADING
    row = am.checkpoints_on(rn1, ledger, as_of="2025-04-20").set_index("checkpoint_id").loc["rn1-croix-perisse-toll"]
    assert row["status"] == CheckpointStatus.ACTIVE
    assert row["first_seen"] == pd.Timestamp("2024-10-01")


def test_a_block_that_stood_for_an_attack_is_not_active_after_it(rn1, ledger, later):
    day = am.checkpoints_on(rn1, ledger, as_of="2025-09-22").set_index("checkpoint_id").loc["rn1-l-estere-roadblock"]
    assert day["status"] == CheckpointStatus.ACTIVE
    assert later.loc["rn1-l-estere-roadblock", "status"] == CheckpointStatus.LAST_KNOWN


def test_a_post_that_was_refused_never_stood(artibonite, ledger):
    rn5 = am.read_corridor(artibonite, "rn5")
    rows = am.checkpoints_on(rn5, ledger, as_of="2025-02-01").set_index("checkpoint_id")
    assert "gros-morne-grepin-toll" not in rows.index or rows.loc["gros-morne-grepin-toll", "status"] == "removed"


def test_known_on_leaves_out_what_was_said_later(rn1, ledger):
    then = am.checkpoints_on(rn1, ledger, as_of="2025-03-01", known_on="2025-03-01").set_index("checkpoint_id")
    assert "rn1-cabaret-toll" not in then.index  # undated statements alone
    row = then.loc["rn1-carrefour-paye-toll"]  # undated statements, two dated ones, and a removal told in July
    assert row["claims"] == "CK046; CK047"
    assert row["status"] != CheckpointStatus.REMOVED


def test_who_passes_is_unknown_where_nobody_tells(posts, later):
    assert set(am.passable(posts, "ambulance")) == {"unknown"}
    toll = later.loc[["rn1-croix-perisse-toll"]]
    assert am.passable(toll, "bus").tolist() == ["yes"]  # public transport is let through
    assert am.passable(toll, "container_truck").tolist() == ["no"]
    assert am.passable(toll, "humanitarian").tolist() == ["unknown"]
    wall = later.loc[["rn1-carrefour-paye-wall"]]
    assert am.passable(wall, "ambulance").tolist() == ["no"]
    assert am.passable(wall, "on_foot").tolist() == ["unknown"]
    for who in ("ambulance", "container_truck", "four_by_four", "motorcycle", "on_foot", "humanitarian"):
        assert posts["passable_for"].str.contains(f"{who}: ").all()
    with pytest.raises(ModelError, match="no vehicle that posts tell apart"):
        am.passable(posts, "tank")


# --- fees ------------------------------------------------------------------------------------


def test_the_schedule_holds_every_amount_as_stated(ledger):
    table = am.fee_schedule(ledger, as_of="2026-01-31").set_index("claim_id")
    source = data.read_table("artibonite", "checkpoint_reports").set_index("report_id")
    assert len(table) == len(source) == 51
    assert table["low"].notna().sum() == source["fee_low"].notna().sum() == 18
    for claim in table.index[table["low"].notna()]:
        assert table.loc[claim, "low"] == float(source.loc[claim, "fee_low"])
    assert table.loc["CK007", ["low", "high"]].tolist() == [50_000, 150_000]
    assert np.isnan(table.loc["CK004", "high"])  # more than 300,000
    assert table.loc[["CK002", "CK022", "CK026", "CK031"], "high"].isna().all()  # about so much
    assert table.loc["CK002", "fee_of"] == FeeOf.LEVY
    assert table.loc["CK026", "fee_of"] == FeeOf.WHOLE_TRIP
    assert table.loc["CK031", "fee_of"] == FeeOf.INCOME
    assert_frame_equal(schema.conform(table.reset_index(), FEES), table.reset_index()[list(FEES.names)])


def test_dollars_only_where_a_dated_rate_is_given(ledger, rn1):
    embedded = am.fee_schedule(ledger, as_of="2025-12-31")
    assert embedded[embedded["currency"] == "HTG"]["low_usd"].isna().all()
    assert (embedded[embedded["currency"] == "USD"]["low_usd"].dropna() > 0).all()
    day = pd.Timestamp("2024-10-01")
    base = {"checkpoint_id": "x", "day": day, "fee_low": "1320", "fee_high": "2640", "rate_htg_per_usd": "132"}
    rows = [{**base, "rate_day": "2024-10-01"}, {**base, "rate_day": None}]
    table = am.fee_schedule(made(ledger, rn1, rows), as_of="2024-10-15").set_index("claim_id")
    assert table.loc["m0", ["low_usd", "high_usd"]].tolist() == [10.0, 20.0]
    assert np.isnan(table.loc["m1", "low_usd"])


def test_saint_marc_to_gonaives_gives_no_false_total(rn1, ledger):
    found = am.fees_between(rn1, ledger, "Saint-Marc", "Gonaïves", vehicle="container_truck", as_of="2024-10-15")
    assert found.posts == 3
    tolls = {"rn1-saint-marc-gonaives-toll", "rn1-croix-perisse-toll", "rn1-carrefour-paye-toll"}
    assert set(found.without_fee) == tolls  # at Carrefour Paye: amounts for others than a truck
    assert found.undated == ()
    assert {"article-f032", "rn1-gran-grif-toll", "rn1-whole-road-posts"} <= set(found.unplaced)
    assert found.asked == ()
    assert not found.complete


def test_a_toll_on_a_longer_interval_may_be_on_a_shorter_piece(rn1, ledger):
    found = am.fees_between(rn1, ledger, "Saint-Marc", "Pont-Sondé", vehicle="bus", as_of="2024-10-15")
    assert found.posts == 0
    assert "rn1-saint-marc-gonaives-toll" in found.may_be_on


def test_canaan_in_2023_by_hand(rn1, ledger):
    """Two dated amounts for public transport (3,000 and 1,500 a trip); the weekly levy on unions is not added."""
    found = am.fees_between(rn1, ledger, "Canaan", "Cabaret", vehicle="bus", as_of="2023-03-01")
    assert found.posts == 1
    (one,) = found.asked
    assert (one.per, one.currency, one.posts, one.low, one.high) == ("trip", "HTG", 1, 1500.0, 3000.0)
    assert not found.complete  # the post at Cabaret carries no day
    assert found.undated == ("rn1-cabaret-toll",)


def test_sums_by_hand(rn1, ledger):
    day = pd.Timestamp("2024-10-01")
    rows = [
        {"checkpoint_id": "a", "day": day, "payers": "bus", "fee_low": "100", "fee_high": "200"},
        {"checkpoint_id": "a", "day": day, "payers": "any", "fee_low": "150", "fee_high": "250"},
        {"checkpoint_id": "b", "day": day, "payers": "public_transport", "fee_low": "50", "fee_high": "50"},
        {"checkpoint_id": "b", "day": day, "payers": "truck", "fee_low": "900", "fee_high": "900"},
        {"checkpoint_id": "b", "day": day, "payers": "bus", "fee_low": "700", "fee_high": "700", "per": "month"},
    ]
    mine = made(ledger, rn1, rows)
    found = am.fees_between(rn1, mine, "Saint-Marc", "Pont-Sondé", vehicle="bus", as_of="2024-10-15")
    by = {(one.per.value, one.currency): (one.posts, one.low, one.high) for one in found.asked}
    assert by == {("trip", "HTG"): (2, 150.0, 300.0), ("month", "HTG"): (1, 700.0, 700.0)}
    assert found.complete
    other = am.fees_between(rn1, mine, "Saint-Marc", "Pont-Sondé", vehicle="ambulance", as_of="2024-10-15")
    assert other.without_fee == ("a", "b")


AMOUNTS = st.one_of(st.none(), st.integers(0, 5_000))


@settings(max_examples=12)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), AMOUNTS, st.booleans(), st.sampled_from(list(Vehicle))),
        min_size=1,
        max_size=8,
    )
)
def test_a_sum_is_never_called_a_total_while_something_is_unknown(rn1, ledger, rows):
    day = pd.Timestamp("2024-10-01")
    given_rows = [
        {
            "checkpoint_id": name, "day": day if dated else None, "payers": vehicle.value,
            "fee_low": None if amount is None else str(amount), "fee_high": None if amount is None else str(amount),
        }
        for name, amount, dated, vehicle in rows
    ]  # fmt: skip
    found = am.fees_between(
        rn1, made(ledger, rn1, given_rows), "Saint-Marc", "Pont-Sondé", vehicle="bus", as_of="2024-10-15"
    )
    assert all(one.high is None or one.low <= one.high for one in found.asked)
    assert sum(one.posts for one in found.asked) <= found.posts
    if found.complete:
        assert found.without_fee + found.undated_fee + found.undated + found.unplaced + found.may_be_on == ()
        assert found.posts > 0


def test_bad_questions_about_fees(rn1, ledger):
    with pytest.raises(ModelError, match="there is: on_foot, motorcycle"):
        am.fees_between(rn1, ledger, "Saint-Marc", "Gonaïves", vehicle="boat", as_of="2024-10-15")
    with pytest.raises(PlaceError):
        am.fees_between(rn1, ledger, "Nowhere", "Gonaïves", vehicle="bus", as_of="2024-10-15")


# --- laws and exchange -----------------------------------------------------------------------


def test_the_order_of_statements_changes_nothing(rn1, ledger):
    mixed = Ledger(
        ledger.claims.sample(frac=1, random_state=1), ledger.subjects, ledger.posts.sample(frac=1, random_state=2)
    )
    assert_frame_equal(
        am.checkpoints_on(rn1, ledger, as_of="2025-10-15"), am.checkpoints_on(rn1, mixed, as_of="2025-10-15")
    )


@settings(max_examples=4)
@given(weeks=st.integers(-300, 300))
def test_shifting_every_day_of_the_posts_changes_nothing(rn1, ledger, weeks):
    by = pd.Timedelta(weeks=weeks)
    days = ("reported", "valid_from", "valid_to", "last_confirmed")
    moved = Ledger(
        ledger.claims.assign(**{name: ledger.claims[name] + by for name in days}), ledger.subjects, ledger.posts
    )
    columns = ["checkpoint_id", "status", "days_since", "from_m", "to_m", "passable_for", "removed_by"]
    one = am.checkpoints_on(rn1, ledger, as_of="2025-10-15")[columns]
    other = am.checkpoints_on(rn1, moved, as_of=dt.date(2025, 10, 15) + by.to_pytimedelta())[columns]
    assert_frame_equal(one, other)


def test_no_statements_at_all_give_an_empty_table_and_no_total(rn1, ledger):
    none = Ledger(ledger.claims.iloc[:0], ledger.subjects, ledger.posts.iloc[:0])
    assert list(am.checkpoints_on(rn1, none, as_of="2024-10-15").columns) == list(CHECKPOINTS.names)
    found = am.fees_between(rn1, none, "Saint-Marc", "Gonaïves", vehicle="bus", as_of="2024-10-15")
    assert (found.posts, found.asked, found.complete) == (0, (), False)


def test_ipis_fields_out_and_in(artibonite, rn1, ledger, tmp_path):
    posts = am.checkpoints_on(rn1, ledger, as_of="2025-10-15")
    table = am.to_ipis(posts)
    assert list(table.columns) == ["lt", "ln", "lp", "d", "o", "t", "b", "tc", "tm", "r", "s"]
    assert len(table) == len(posts)
    on_point = posts["extent"].isin(["point", "place"]).to_numpy()
    assert table["lt"].notna().to_numpy().tolist() == on_point.tolist()  # an interval gets no invented point
    path = tmp_path / "ipis.csv"
    table[on_point].to_csv(path, index=False)
    back = am.read_checkpoints(path, area=artibonite)
    here = posts[on_point]
    kept = here["kind"].isin(list(CheckpointKind)).to_numpy()
    assert back["kind"].tolist() == here.loc[kept, "kind"].tolist()
    assert back["operator"].tolist() == here["operator"].tolist()
    assert back["place"].tolist() == here["place"].tolist()
    assert (back["last_confirmed"].fillna(pd.Timestamp(0)).tolist()) == here["last_confirmed"].fillna(
        pd.Timestamp(0)
    ).tolist()
    assert (back.geometry.distance(gpd.GeoSeries(here.geometry.to_numpy(), crs=rn1.crs)) < 2).all()
