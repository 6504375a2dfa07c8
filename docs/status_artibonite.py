"""Write ``status-artibonite.md``: the reported status of Artibonite on two days, each row with its reports and review.

Run ``python docs/status_artibonite.py``; a test holds that the page is what this gives. The remarks of the review
stand in ``status-artibonite.toml``: whoever changes a rule or a report reads the rows that change, and the remark
beside them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

import artimap as am
from artimap.control.evidence import subjects_of
from artimap.control.provenance import claims_behind
from artimap.control.rules import rule_named
from artimap.core.files import write_text
from artimap.core.i18n import format_day, tr
from artimap.core.schema import split_names
from artimap.core.vocab import Status

HERE = Path(__file__).parent
PAGE = HERE / "status-artibonite.md"
DAYS = ("2024-10-15", "2025-10-15")
AGREES = "agrees with the reports"
_SHOWN = 3
_HEADINGS = {
    "stretch": "Stretches of road",
    "place": "Places",
    "section": "Communal sections",
    "commune": "Communes",
    "department": "Department",
}
_BASIS = {"month": "month of ", "week": "week of ", "by": "week up to ", "year": "year of "}


def _date(value: Any) -> str:
    return "" if pd.isna(value) else format_day(pd.Timestamp(value).date(), "en")


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ") if isinstance(text, str) and text else "–"


def _some(names: Iterable[str]) -> str:
    every = list(dict.fromkeys(names))
    more = len(every) - _SHOWN
    return "; ".join(every[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _source(row: pd.Series) -> str:
    sources = _some(split_names(row["source"])) or "source not stated"
    if row["about"] == "event":
        return f"{row['claim']} ({sources})"
    basis = str(row["date_basis"])
    day = f"{_BASIS.get(basis, '')}{_date(row['day'])}" if _date(row["day"]) else "no day"
    party = ", a party" if row["claimant_is_party"] == "yes" else ""
    scope = f", of its {row['scope']}" if isinstance(row["scope"], str) else ""
    return f"{row['claim']} ({sources}, {day}{party}{scope})"


def _behind(row: pd.Series, behind: pd.DataFrame) -> str:
    if isinstance(row["parts"], str):
        return f"what is said of {row['parts']}"
    own = behind[behind["subject"] == row["subject"]]
    return "; ".join(_source(one) for _, one in own[own["counts"]].iterrows())


def _aside(row: pd.Series, named: dict[str, list[str]], kinds: dict[str, str]) -> str:
    """Name what is said of a subject without saying who holds it, and why that does not count."""
    reasons = split_names(row["not_counted"])
    told = {one.split(" ")[0] for one in reasons}
    rest = [one for one in dict.fromkeys(named.get(row["subject"], [])) if one not in told]
    reasons += tuple(f"{one} ({kinds.get(one, 'claim').replace('_', ' ')}: does not say who holds it)" for one in rest)
    return "; ".join(reasons) or "no report names it, or what lies on it, in a way that counts"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(_cell(one) for one in row) + " |"
    yield ""


def _name(row: pd.Series) -> str:
    name = str(row["name"])
    if row["kind"] != "stretch":
        return f"**{name}** `{row['subject']}`"
    span = f"km {row['from_m'] / 1000:.1f}–{row['to_m'] / 1000:.1f}"
    return f"**{name}** `{row['subject']}`, {str(row['road_id']).upper()} {span}"


def _known(row: pd.Series, behind: pd.DataFrame, remark: str) -> tuple[str, ...]:
    confidence = f"{row['confidence']} ({row['support']:.2f})"
    days = "" if pd.isna(row["days_since"]) else f" ({int(row['days_since'])} d)"
    return (
        _name(row), tr(f"status.{row['status']}", "en"), row["actors"], confidence,
        _date(row["last_confirmed"]) + days, rule_named(row["rule"]).name, _behind(row, behind), remark,
    )  # fmt: skip


def named_by_the_facts(ledger: am.Ledger, events: pd.DataFrame) -> dict[str, list[str]]:
    """Give every subject that an event, a claim or a post names, with their ids."""
    named: dict[str, list[str]] = {}
    for ids, table in (("event_id", events), ("claim_id", ledger.posts)):
        for row in table.itertuples(index=False):
            for subject in subjects_of(row):
                named.setdefault(subject, []).append(str(getattr(row, ids)))
    about = ledger.claims[ledger.claims["about"].isin(["place", "stretch"])]
    for claim, subject in zip(about["claim_id"], about["subject"], strict=True):
        named.setdefault(str(subject), []).append(str(claim))
    return named


def _day_section(day: str, data: tuple[am.Area, am.Ledger, pd.DataFrame], remarks: dict[str, str]) -> Iterator[str]:
    area, ledger, events = data
    named = named_by_the_facts(ledger, events)
    status = am.control_status(area, ledger, as_of=day, events=events)
    on_road = status["subject"].str.fullmatch(r"rn1:\d+-\d+")  # the named stretches of the corridor
    status = status[status["subject"].isin(list(named)) | on_road]
    strange = set(remarks) - set(status["subject"])
    if strange:
        msg = f"remarks on {day} for what has no row: {', '.join(sorted(strange))}"
        raise KeyError(msg)
    behind = claims_behind(status, ledger, events)
    yield f"## {format_day(pd.Timestamp(day).date(), 'en')}"
    yield ""
    counts = status["status"].value_counts()
    words = ", ".join(f"{counts[one.value]} {tr('status.' + one.value, 'en')}" for one in Status if one in counts)
    yield f"{len(status)} rows: {words}."
    yield ""
    for kind, heading in _HEADINGS.items():
        rows = status[(status["kind"] == kind) & (status["status"] != "unknown")]
        if not len(rows):
            continue
        yield f"### {heading}"
        yield ""
        yield from _table(
            ("name", "status", "actors", "confidence", "last confirmed", "rule", "rests on", "review"),
            (_known(row, behind, remarks.get(row["subject"], AGREES)) for _, row in rows.iterrows()),
        )
    yield "### Unknown"
    yield ""
    yield "Named by some report, but nothing usable is said of who holds them on this day. Not free of armed groups."
    yield ""
    unknown = status[status["status"] == "unknown"]
    kinds = {
        **dict(zip(events["event_id"], events["kind"], strict=True)),
        **dict.fromkeys(ledger.posts["claim_id"], "post"),
    }
    yield from _table(
        ("name", "kind", "what is said but does not count", "review"),
        (
            (_name(row), row["kind"], _aside(row, named, kinds), remarks.get(row["subject"], AGREES))
            for _, row in unknown.iterrows()
        ),
    )
    yield from _posts_section(day, area, ledger)


def _posts_section(day: str, area: am.Area, ledger: am.Ledger) -> Iterator[str]:
    corridor = am.read_corridor(area, "rn1")
    posts = am.checkpoints_on(corridor, ledger, as_of=day)
    yield "### Posts on RN1"
    yield ""
    yield from _table(
        ("place", "where on the road", "kind", "said to be kept by", "state", "last confirmed", "asked", "sources"),
        (
            (
                row["place"] if isinstance(row["place"], str) else row["checkpoint_id"], _where(row), row["kind"],
                row["operator"], _state(row), _date(row["last_confirmed"]), row["fees"],
                _some(split_names(row["sources"])),
            )
            for _, row in posts.iterrows()
        ),
    )  # fmt: skip


def _where(row: pd.Series) -> str:
    if pd.isna(row["from_m"]):
        return "**no place stated**"
    low, high = f"{row['from_m'] / 1000:.1f}", f"{row['to_m'] / 1000:.1f}"
    return f"{row['extent']}, km {low}" + ("" if low == high else f"–{high}")


def _state(row: pd.Series) -> str:
    words = tr(f"checkpoint_status.{row['status']}", "en")
    return words if not isinstance(row["removed_by"], str) else f"{words} by {row['removed_by']}"


def _rest(area: am.Area, ledger: am.Ledger, events: pd.DataFrame, subjects: set[str]) -> Iterator[str]:
    named = named_by_the_facts(ledger, events)
    yield "## Named, but without a row"
    yield ""
    yield (
        "Pieces of road that only single events or protests name. What happened once on a piece of road gives no "
        "status to it; the towns and sections on it have theirs."
    )
    yield ""
    pieces = sorted(one for one in named if ":" in one and one not in subjects)
    yield from _table(("piece", "named by"), ((f"`{one}`", "; ".join(named[one])) for one in pieces))
    yield "Statements of who holds something that name no place (the road as a whole, a share of the department):"
    yield ""
    lost = ledger.claims[ledger.claims["claim_id"].isin(named["nowhere"])]
    yield from _table(
        ("claim", "says", "of", "source"),
        (
            (
                one["claim_id"],
                f"{one['value']}: {one['predicate']}",
                one["place"],
                _source(one.rename({"reported": "day"})),
            )
            for _, one in lost.assign(about="claim", claim=lost["claim_id"]).iterrows()
        ),
    )
    yield "Posts that are not on RN1, or that no report places on a road:"
    yield ""
    posts = am.checkpoints_on(am.read_corridor(area, "rn1"), ledger, as_of=area.data_until)
    on_rn1 = {one for cell in posts["claims"] for one in split_names(cell)}
    yield from _table(
        ("post", "place in words", "road", "kind", "kept by", "asked", "source"),
        (
            (
                row["claim_id"],
                row["place"],
                row["road_id"],
                row["kind"],
                row["operator"],
                row["fee_text"],
                row["source"],
            )
            for _, row in ledger.posts[~ledger.posts["claim_id"].isin(on_rn1)].iterrows()
        ),
    )
    yield "Events without a place that artimap knows: " + "; ".join(
        f"{row.event_id} ({row.place})" if isinstance(row.place, str) else str(row.event_id)
        for row in events[events["place_kind"] == "nowhere"].itertuples(index=False)
    ) + "."  # fmt: skip


def page() -> str:
    """Give the whole page."""
    area = am.area("artibonite")
    ledger, events = am.read_claims(area), am.read_events(area)
    remarks: dict[str, Any] = tomllib.loads((HERE / "status-artibonite.toml").read_text(encoding="utf-8"))
    lines = [remarks.pop("intro")]
    subjects: set[str] = set()
    for day in DAYS:
        lines += _day_section(day, (area, ledger, events), remarks.get(day, {}))
        subjects |= set(am.control_status(area, ledger, as_of=day, events=events)["subject"])
    lines += _rest(area, ledger, events, subjects)
    return "\n".join(lines).rstrip("\n") + "\n"


if __name__ == "__main__":
    write_text(PAGE, page())
    print(PAGE)
