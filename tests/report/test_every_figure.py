"""Every figure of a report is made anew from the tables: what no rule claims fails.

The walker goes through all that is printed, in two languages and on two days. A rule says, for a row or a sentence,
which values of RISK, EVENTS, CLAIMS, CHECKPOINTS, STATUS and the trips may stand in it; none of them calls the words of
the library. Then the law of sources: a datum that is changed changes text only where its publisher is named.
"""

from __future__ import annotations

import dataclasses
import html
import json
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

import artimap as am
from artimap.areas import embedded
from artimap.core.i18n import table_words, words
from tests.conftest import DAY
from tests.report.figures import DAYS_IN, MARKS, UNITS, Figure, figures, unclaimed

HARMS = ("killed", "injured", "abducted", "displaced", "arrested")


def ids(cell):
    return [] if not isinstance(cell, str) else [one.strip() for one in cell.split(";") if one.strip()]


def digits(*cells):
    """The figures of cells as they were brought in, in English: days written in figures and out too."""
    return [figure.value for cell in cells if isinstance(cell, str) for figure in figures(cell, "en")] + [
        float(one) for cell in cells if isinstance(cell, str) for one in re.findall(r"\d+", cell)
    ]


class Tables:
    """What a report may speak of, read from the study's tables and from nothing that writes words."""

    def __init__(self, study, lang):
        self.study, self.lang, self.day = study, lang, pd.Timestamp(study.as_of)
        self.risk = pd.DataFrame(study.risk).sort_values(["from_m", "to_m"]).reset_index(drop=True)
        self.events = pd.DataFrame(study.events).set_index("event_id", drop=False).rename_axis(None)
        self.claims = pd.DataFrame(study.ledger.claims).set_index("claim_id", drop=False).rename_axis(None)
        self.posts, self.fees = pd.DataFrame(study.checkpoints), pd.DataFrame(study.ledger.posts)
        self.silent = self.risk[self.risk["info"] == "silent"]
        self.text = {name: value for name, value in words(lang).items() if re.search(r"\d", value)}
        parts = (part.strip() for value in self.text.values() for part in re.split(r"\{\w+\}|\|", value))
        self.parts = {part: [one.value for one in figures(part, lang)] for part in parts if re.search(r"\d", part)}

    def literal(self, *keys):
        """The figures that are part of a wording, not filled in."""
        return [one.value for key in keys for one in figures(re.sub(r"\{\w+\}", "", words(self.lang)[key]), self.lang)]

    def ago(self, *found):
        return [(self.day - one).days for one in found if not pd.isna(one)]

    def told(self, *found):
        return [*found, *self.ago(*found)]

    def wait(self, words_told, *rates):
        """How long it takes from one to the next, in the units that the words name."""
        spans = [30.4375 / rate for rate in rates if rate is not None and rate > 0]
        units = [unit for unit, pattern in UNITS[self.lang].items() if re.search(pattern, words_told)]
        return [span / DAYS_IN[unit] for span in spans for unit in units]

    def about(self, *subjects):
        return self.claims[self.claims["subject"].isin(subjects)]

    def harm(self, event):
        columns = ("killed_low", "killed_best", "killed_high", "injured", "abducted", "displaced")
        return [float(event[name]) for name in columns if not pd.isna(event[name])]

    def spans(self, event_id):
        out = []
        for name in HARMS:
            said = self.about(event_id)
            said = said[said["predicate"] == name]
            numbers = [float(one) for value in said["value"].dropna() for one in re.findall(r"\d+", value)]
            out += [min(numbers), max(numbers), len(said)] if numbers and min(numbers) < max(numbers) else []
        return out

    def event(self, event_id):
        row = self.events.loc[event_id]
        return [row["date_start"], row["date_end"], *digits(row["place"], row["kind"])]

    def single(self):
        """The events by people harmed, each event once."""
        table = self.events[self.events["record"] == "event"].copy()
        dead = table["killed_best"].fillna(table["killed_low"]).fillna(table["killed_high"]).fillna(0).astype(float)
        table["harmed"] = dead + table["injured"].fillna(0).astype(float) + table["abducted"].fillna(0).astype(float)
        table = table[table["harmed"] > 0]
        return table.sort_values(["harmed", "date_start", "event_id"], ascending=[False, False, True])

    def weight(self):
        every = {one for cell in self.risk["event_ids"] for one in ids(cell)}
        return [len(every), self.risk["events_used"].sum()]

    def newest(self):
        found = [*self.claims["reported"].dropna(), *self.events["date_end"].dropna()]
        return max(one for one in found if one <= self.day)

    def placeless(self):
        table = self.events[self.events["place_kind"].isin(["nowhere", "department"])]
        keep = [not row["n_claims"] or len(self.about(one)) > 0 for one, row in table.iterrows()]
        return table[keep]

    def silent_km(self, low, high):
        ends = self.silent[["from_m", "to_m"]].clip(lower=low, upper=high)
        return (ends["to_m"] - ends["from_m"]).sum() / 1000

    def trip(self, trip, told):
        towns = self.study.corridor.towns.set_index("name")["chainage_m"]
        low, high = (towns[name] for name in trip.name.split(" – "))
        # a way is cut finer than the table: it is silent wherever a whole stretch is
        assert trip.silent_m / 1000 > self.silent_km(low, high) - 0.05
        model = self.study.risk_model
        waits = self.wait(told, trip.expected, trip.lo80, trip.hi80, trip.happened, trip.happened_lo80,
                          trip.happened_hi80, trip.last_expected)  # fmt: skip
        return [
            80, 80, model.quiet_after_days, (high - low) / 1000, trip.silent_m / 1000, *waits,
            *(one for one in (trip.expected, trip.lo80, trip.hi80) if one is not None),
            *(100 * one for one in (trip.chance, trip.chance_lo80, trip.chance_hi80) if one is not None),
            *self.told(*([] if trip.newest_report is None else [pd.Timestamp(trip.newest_report)])),
        ]  # fmt: skip

    def stretch(self, row, told):
        length = (row["to_m"] - row["from_m"]) / 1000
        names = ("rate", "lo80", "hi80", "happened_rate", "happened_lo80", "happened_hi80", "last_rate", "last_lo80",
                 "last_hi80")  # fmt: skip
        rates = [float(row[name]) for name in names if name in row and not pd.isna(row[name])]
        return [80, *self.wait(told, *(one * length for one in rates)), *self.told(row["newest_report"])]

    def fee(self, post):
        out = []
        for _, row in self.fees[self.fees["checkpoint_id"] == post["checkpoint_id"]].iterrows():
            cells = [row.get(name) for name in ("fee_text", "vehicle", "fee_unit", "reported", "last_reported")]
            numbers = (row.get(name) for name in ("fee_low", "fee_high", "waiting_min"))
            out += [float(one) for one in numbers if one is not None and not pd.isna(one)]
            out += digits(*cells)
            out += [
                pd.Timestamp(one) for one in cells[3:] if isinstance(one, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", one)
            ]
            out += [one for one in cells[3:] if isinstance(one, pd.Timestamp)]
        return [*out, len(self.fees), *digits(post["fees"])]


# --- the rules: for a unit of text, the values that may stand in it ------------------------------------------------


def title(t, _unit):
    length = t.study.corridor.length_m / 1000
    return [length, t.day, t.newest(), *digits(t.study.corridor.ref)]


def summary(t, unit):
    values = [t.day, t.newest(), *digits(t.study.corridor.ref)]
    at = unit["at"]
    if at == 0:
        return values + [one for trip in t.study.trips for one in t.trip(trip, unit["text"])]
    if at == 1:
        worst = t.risk[t.risk["info"] == "reported"].sort_values(["rate", "from_m"], ascending=[False, True]).head(3)
        values += [one for _, row in worst.iterrows() for one in t.stretch(row, unit["text"])]
        return values + [one for cell in worst["event_ids"] for one in t.event(ids(cell)[0])]
    if at == 2:
        for one, row in t.single().head(3).iterrows():
            values += [*t.event(one), *t.harm(row), *t.spans(one), t.about(one)["source"].nunique()]
        return values
    if at == 3:
        stands = t.posts[t.posts["status"] != "removed"]
        placed = stands["from_m"].notna()
        changed = changes_table(t)
        return [placed.sum(), (placed & (stands["status"] == "active")).sum(), (~placed).sum(), len(changed),
                since(t), *digits(*changed["name"])]  # fmt: skip
    return not_known(t)


def not_known(t):
    held = t.study.gated
    return [len(t.silent), (t.silent["to_m"] - t.silent["from_m"]).sum() / 1000, len(t.placeless()),
            held.events_held.total, held.claims_held.total]  # fmt: skip


def since(t):
    return t.day - pd.Timedelta(days=30)


def changes_table(t):
    found = am.what_changed(
        t.study.area, t.study.ledger, since=since(t).date(), until=t.study.as_of, events=t.study.events
    )
    return found[~found["subject"].isin(t.risk["lixel_id"])]


def share(t):
    return [100 * t.study.risk_model.reported_share.mean, *t.literal("sample.says"), t.newest(), t.day]


def trips(t, unit):
    if "row" not in unit:
        return t.literal("report.trips.note")
    return t.trip(t.study.trips[unit["at"]], unit["text"])


def stretches(t, unit):
    model, risk = t.study.risk_model, t.risk
    if "row" in unit and unit["width"] == 8:
        row = risk.iloc[unit["at"]]
        values = [*t.stretch(row, unit["text"]), row["from_m"] / 1000, row["to_m"] / 1000, *digits(row["name"]),
                  *t.told(row["last_event"])]  # fmt: skip
        if row["info"] != "silent":
            values += [row["n_events"], row["events_used"], row["rate"], row["lo80"], row["hi80"], 0.001]
        return values
    heard = risk[risk["info"] != "silent"]
    sure = [100 * one for one in heard["p_rose"].dropna() if one >= 0.95 or one <= 0.05]
    thin = heard["p_rose"].isna().sum()
    counts = [
        len(sure),
        len(heard) - thin - len(sure),
        thin,
        len(t.silent),
        *(t.study.risk.attrs.get("publishers") or ()),
    ]
    return [model.trend_days, 95, *t.weight(), *counts, *sure]


def gravest(t, unit):
    if "row" not in unit:
        return []
    one, row = list(t.single().head(8).iterrows())[unit["at"]]
    return [*t.event(one), *t.harm(row), *t.spans(one), *digits(*t.about(one)["source"])]


def posts(t, unit):
    if "row" not in unit:
        return []
    if unit["width"] == 5:
        return legs(t, unit)
    table = t.posts[t.posts["from_m"].notna() == (unit["width"] == 8)].reset_index(drop=True)
    row = table.iloc[unit["at"]]
    span = [] if pd.isna(row["from_m"]) else [row["from_m"] / 1000, row["to_m"] / 1000]
    removed = [row[name] for name in ("removed_on",) if name in row and not pd.isna(row[name])]
    return [*span, *t.fee(row), *t.told(row["last_confirmed"], *removed),
            *digits(row["place"], row["operator"], row["sources"], row.get("removed_by"))]  # fmt: skip


def legs(t, unit):
    towns = t.study.corridor.towns
    cities = towns[towns["kind"] == "city"]
    ends = list(zip(cities["name"], cities["chainage_m"], strict=True))
    pieces = {f"{a} – {b}": (low, high) for (a, low), (b, high) in pairwise(ends)}
    low, high = pieces[unit["cells"][0].partition(" (")[0]]
    apart = t.posts["from_m"].isna()
    on = ~apart & (t.posts["from_m"] <= high + 50) & (t.posts["to_m"] >= low - 50)
    counts = [
        here.sum()
        for status in t.posts["status"].unique()
        for here in (
            on & (t.posts["status"] == status),
            apart & (t.posts["status"] == status),
            (on | apart) & (t.posts["status"] == status),
        )
    ]
    live = ~t.posts["status"].isin(["last_known", "removed", "unknown"])
    counts += [(on & live).sum(), (apart & live).sum(), *range((on & live).sum() + 1)]
    fees = [float(one) for name in ("fee_low", "fee_high") for one in t.fees[name].dropna()]
    names = ("4x4", "truck_20ft")
    return [low / 1000, high / 1000, *counts, *digits(*names), *fees]


def changes(t, unit):
    table = changes_table(t)
    values = [since(t), len(table)]
    if "row" in unit:
        name = unit["row"][0][0]["text"]
        row = table[table["name"].map(lambda one: table_words(one, t.lang)) == name]
        behind = [one for key in ("came", "went") for cell in row[key] for one in ids(cell)]
        values += digits(name)
        for one in behind:
            values += t.event(one) if one in t.events.index else [] if one not in t.claims.index else [
                t.claims.loc[one, "reported"], *digits(t.claims.loc[one, "source"])]  # fmt: skip
        values += list(range(1, len(behind)))
        values += digits(*(row[["actors", "actors_before"]].to_numpy().ravel()))
    return values


def unknown(t, unit):
    values = not_known(t)
    if unit["kind"] == "item" and unit["depth"] == 0 and unit["block"] <= 3:
        row = t.silent.iloc[unit["at"]] if unit["at"] < len(t.silent) else None
        values += [] if row is None else [row["from_m"] / 1000, row["to_m"] / 1000, *t.told(row["newest_report"])]
    if unit["kind"] == "item":
        table = t.placeless().sort_values(["date_start", "event_id"], ascending=[False, True])
        for one in table["event_id"]:
            values += [*t.event(one), *digits(t.events.loc[one, "summary"])]
            values += digits(*t.about(one)["value"], *t.about(one)["source"])
        loose = t.claims[(t.claims["subject"] == "nowhere") | (t.claims["about"] == "figure")]
        values += digits(*loose["value"], *loose["note"], *loose["source"])
        values += [len(t.study.gated.all_days.claims) - len(t.claims)]
        for held in (t.study.gated.events_held, t.study.gated.claims_held):
            values += [held.total, *digits(str(held))]
        values += t.literal("share.method_3") if "share.method_3" in t.text else [3]
    if unit["kind"] in ("row", "fold"):
        tally = dict(t.study.risk.attrs["tally"])
        values += [*tally.values(), sum(tally.values()), *digits(*tally), t.study.risk_model.window_days,
                   len(t.claims[(t.claims["subject"] == "nowhere") | (t.claims["about"] == "figure")])]  # fmt: skip
    return values


def evidence(t, unit):
    if "row" not in unit:
        return []
    row = t.risk[t.risk["info"] == "reported"].iloc[unit["at"]]
    values = digits(row["name"])
    for one in [one for one in ids(row["event_ids"]) if one in t.events.index][:3]:
        values += [*t.event(one), *digits(*t.about(one)["source"])]
    return values


def groups(t):
    """Events and statements of each place by what it is called, as the report's headings call it."""
    places, units, towns = am.read_places(t.study.area), am.read_units(t.study.area), t.study.corridor.towns
    subjects = t.study.ledger.subjects
    names = dict(zip(subjects["subject"], subjects["name"], strict=True))
    for table, key in ((places, "place_id"), (towns, "place_id"), (units, "pcode")):
        names.update(zip(table[key], table["name"], strict=True))
    found = {}
    for one, row in t.events.iterrows():
        if row["place_kind"] in ("nowhere", "department"):
            continue
        first = next(
            (row[name] for name in ("place_id", "pcode", "place") if isinstance(row[name], str) and row[name]), ""
        )
        key = f"stretch: {row['place']}" if row["place_kind"] == "stretch" else first
        found.setdefault(key, ([], []))[0].append(one)
    for one, row in t.claims[t.claims["about"].isin(["place", "stretch"])].iterrows():
        found.setdefault(row["subject"], ([], []))[1].append(one)
    spans = t.study.corridor.units.groupby("pcode").agg({"from_m": "min", "to_m": "max"})
    at = towns.set_index("place_id")["chainage_m"]
    located = t.study.corridor.locate(t.study.events).set_index("event_id")
    out = {}
    for key, (events, claims) in found.items():
        name = ", ".join(names.get(one, "") for one in ids(key)).strip(", ")
        told = [t.events.loc[one, "place"] for one in events] + list(t.claims.loc[claims, "place"].dropna()) + [key]
        near = [spans.loc[one].to_list() for one in ids(key) if one in spans.index]
        km = [edge / 1000 for span in near for edge in span] + ([at[key] / 1000] if key in at.index else [])
        km += [float(located.loc[one, edge]) / 1000 for one in events for edge in ("from_m", "to_m", "chainage_m")
               if not pd.isna(located.loc[one, edge])]  # fmt: skip
        for called in {name, *told}:
            out.setdefault(table_words(called, t.lang), []).append((events, claims, km))
    return out


def places(t, unit):
    if unit["kind"] == "row" and unit["width"] == 6:  # the status of the day
        row = t.study.status[t.study.status["status"] != "unknown"].iloc[unit["at"]]
        cells = [one for one in row if isinstance(one, str)]
        return [*t.told(row["last_confirmed"]), *(one for one in row if isinstance(one, pd.Timestamp)), *digits(*cells)]
    if unit["kind"] == "row":
        rows = t.claims[t.claims["source"].map(lambda name: table_words(name, t.lang)) == unit["cells"][-1]]
        cells = rows[["value", "note", "claimant", "source", "place"]].to_numpy().ravel()
        return [*digits(*cells), *rows["reported"].dropna()]
    status = t.study.status["status"]
    if unit.get("fold") is None:
        return [365, (status == "unknown").sum(), 25, *digits(t.study.corridor.ref)]
    if unit["fold"] == words(t.lang)["report.places.status_heading"]:
        return [*status.value_counts(), (status == "unknown").sum()]
    values = digits(unit["fold"])
    if "groups" not in t.__dict__:
        t.groups = groups(t)
    for events, claims, km in t.groups[unit["fold"]]:
        recent = [one for one in events if t.events.loc[one, "date_start"] >= t.day - pd.Timedelta(days=365)]
        told = [*t.events.loc[events, "date_start"], *t.claims.loc[claims, "reported"].dropna()]
        values += [len(events), len(claims), len(events) - len(recent), len(recent) - 20, max(told, default=None), *km]
        for one in events:
            row = t.events.loc[one]
            values += [*t.event(one), *t.harm(row), *t.spans(one), *digits(row["summary"])]
    return values


def licences(t, _unit):
    layers = embedded.manifest(t.study.area.name).layers
    cells = [cell for one in layers for cell in (one.date, one.attribution, one.licence, one.name)]
    numbers = sorted(set(t.claims["source"]), key=lambda name: (name.casefold(), name))
    return [len(numbers), *range(1, len(numbers) + 1), *digits(*cells, *numbers), *t.weight()[:1]]


def parameters(t, _unit):
    """Every field of the model, and the weights of what it leaves open."""
    out = []

    def fields(model):
        for one in dataclasses.fields(model):
            value = getattr(model, one.name)
            if dataclasses.is_dataclass(value):
                fields(value)
            else:
                every = value if isinstance(value, (tuple, list)) else [value]
                out.extend(float(each) for each in every if isinstance(each, int | float))
                out.extend(digits(*(each for each in every if isinstance(each, str)), one.name))

    fields(t.study.risk_model)
    for key in ("half_lives_days", "dispersions"):
        out.extend(
            float(value) * scale
            for node in t.study.risk.attrs[key]
            for value in node
            if value is not None
            for scale in (1, 100)
        )
    return [*out, *(one for key, text in t.text.items() if key.startswith("report.model.") for one in t.literal(key))]


def one_page_only(t, unit):
    if unit["section"] == "go":
        return trips(t, unit)
    if unit["section"] == "new":
        since_day = t.day - pd.Timedelta(days=3)
        fresh = t.events[t.events["date_start"] >= since_day]
        out = [3, 24, len(fresh) - 5, *t.events["date_start"]]
        for one, row in fresh.iterrows():
            out += [*t.event(one), *t.harm(row)]
        return out
    if unit["section"] == "posts" and "row" in unit:
        stands = t.posts[t.posts["status"].isin(["active", "fading"])]
        order = ["from_m", "last_confirmed", "checkpoint_id"]
        stands = stands.sort_values(order, ascending=[True, False, True], na_position="last")
        row = stands.iloc[unit["at"]]
        span = [] if pd.isna(row["from_m"]) else [row["from_m"] / 1000, row["to_m"] / 1000]
        return [
            *span,
            *t.fee(row),
            *range(1, 40),
            *t.told(row["last_confirmed"]),
            *digits(row["place"], row["operator"]),
        ]
    if unit["section"] == "posts":
        return [(t.posts["status"] != "removed").sum() - min(7, t.posts["status"].isin(["active", "fading"]).sum())]
    if unit["section"] == "unknown":
        return [*not_known(t), *(edge / 1000 for name in ("from_m", "to_m") for edge in t.silent[name])]
    if unit["section"] == "sure":
        return [*share(t), *t.weight(), *licences(t, unit)]
    return [t.day, *digits(t.study.corridor.ref)]


RULES = {"title": title, "summary": summary, "trips": trips, "stretches": stretches, "gravest": gravest,
         "checkpoints": posts, "changes": changes, "unknown": unknown, "evidence": evidence, "places": places,
         "licences": licences, "parameters": parameters}  # fmt: skip


# --- the walk -----------------------------------------------------------------------------------------------------


def text(runs):
    return "".join(one["text"] for one in runs)


def units(blocks, **more):
    """Give what a reader takes in at once: a paragraph, an item of a list, a row of a table, a heading."""
    for number, block in enumerate(blocks):
        about = {**more, "kind": block["kind"], "block": number, "at": 0}
        match block["kind"]:
            case "paragraph":
                yield about | {"text": text(block["runs"])}
            case "heading":
                yield about | {"text": f"{block['text']} {block['note']}"}
            case "list":
                for at, item in enumerate(block["items"]):
                    yield about | {"kind": "item", "at": at, "text": text(item)}
            case "facts":
                for pair in block["pairs"]:
                    yield about | {"text": f"{pair['label']}: {text(pair['runs'])}"}
            case "table":
                yield about | {"kind": "head", "text": " | ".join(block["head"])}
                for at, row in enumerate(block["rows"]):
                    cells = [text(cell) for cell in row]
                    yield about | {
                        "kind": "row",
                        "row": row,
                        "at": at,
                        "cells": cells,
                        "width": len(cells),
                        "text": " | ".join(cells),
                    }
            case "fold":
                inner = {**more, "fold": block["heading"]["text"], "depth": 1}
                head = block["heading"]
                yield about | inner | {"text": " | ".join([head["text"], head["note"], block["summary"]])}
                yield from units(block["blocks"], **inner)
            case "picture":
                yield about | {"text": f"{block['alt']} {block['caption']}"}


def walk(report):
    for section in json.loads(report.content("json"))["sections"]:
        yield {"section": section["id"], "kind": "heading", "text": section["title"], "at": 0, "block": -1, "depth": 0}
        yield from units(section["blocks"], section=section["id"], depth=0)


def fixed(t, unit):
    """The figures that stand in a wording itself: of a head, a note, a sentence that nothing is filled into."""
    plain = MARKS.sub("", unit["text"])
    return [value for part, values in t.parts.items() if part in plain for value in values]


def claimed(t, unit, rules):
    """The values that may stand in a unit of text."""
    rule = rules.get(unit["section"])
    values = [*([] if rule is None else rule(t, unit)), *fixed(t, unit)]
    if unit["kind"] in ("row", "fold"):
        return values
    return [*values, t.day, *digits(t.study.corridor.ref), *share(t), *t.weight()]


def lost_in(t, report, rules):
    lost = []
    for unit in walk(report):
        missing = unclaimed(unit["text"], t.lang, claimed(t, unit, rules))
        if missing:
            lost.append((unit["section"], unit["kind"], unit["text"][:200], missing))
    return lost


@pytest.fixture(scope="module", params=[DAY, pytest.param(None, marks=pytest.mark.exhaustive)])
def study(request, of_day, newest):
    return of_day if request.param else newest


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_figure_of_the_report_is_made_anew_from_the_tables(study, lang):
    assert lost_in(Tables(study, lang), study.report(lang), RULES) == []


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_figure_of_the_page_is_made_anew_from_the_tables(study, lang):
    every = dict.fromkeys(("title", "go", "new", "posts", "unknown", "strip", "sure", "limits"), one_page_only)
    assert lost_in(Tables(study, lang), study.report(lang).one_page, every) == []


@pytest.mark.exhaustive
def test_the_walk_finds_figures_that_are_wrong(of_day):
    """A walker that lets anything pass holds nothing: of figures that are put wrong, nearly all are found."""
    t, found, every = Tables(of_day, "en"), 0, 0
    for unit in walk(of_day.report("en")):
        values = [one for one in claimed(t, unit, RULES) if one is not None and not pd.isna(one)]
        for figure in figures(unit["text"], "en"):
            day = isinstance(figure.value, pd.Timestamp)
            value = (
                figure.value + pd.Timedelta(days=9) if day else 3 * figure.value + (0.7 if "." in figure.text else 7)
            )
            wrong = Figure(value, "" if day else f"{value:.1f}" if "." in figure.text else f"{value:.0f}")
            found += not any(wrong.may_be(one) for one in values)
            every += 1
    assert every > 1500
    assert found > 0.93 * every


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_page_and_markdown_say_the_same(of_day, lang):
    report = of_day.report(lang)
    page = html.unescape(re.sub(r"<[^>]+>", "", report.html()))
    marked = re.sub(r"\]\(\S*?\)(?=[\s|])", "", html.unescape(re.sub(r"\\(.)", r"\1", report.markdown())))
    page, marked = (re.sub(r"[\s*\[\]]+", "", told) for told in (page, marked))
    for unit in walk(report):
        if unit["kind"] == "picture":
            continue
        for part in unit.get("cells") or unit["text"].split(" | "):
            for told in (
                [page] if unit["kind"] in ("fold", "heading", "facts") or unit["section"] == "strip" else [page, marked]
            ):
                assert all(re.sub(r"[\s*\[\]]+", "", one) in told for one in part.split(": ")), part


# --- the law of sources: what changes names the publisher of what was changed -----------------------------------------


def changed(study, *, events=None, claims=None, fees=None):
    """The same study with cells of its tables changed: by id, by column."""
    ledger, table = study.ledger, study.events
    tables = {"event_id": table, "claim_id": ledger.claims, "checkpoint_id": ledger.posts}
    for key, cells in (("event_id", events), ("claim_id", claims), ("checkpoint_id", fees)):
        for (one, column), value in (cells or {}).items():
            tables[key].loc[tables[key][key] == one, column] = value
    return replace(study, gated=replace(study.gated, events=table, ledger=ledger))


def telling(report):
    """Each unit of text with the numbers of the sources it names; a heading has those of all that it stands over."""
    ctx, out = report.context, []
    head = ""
    for unit in walk(report):
        head = unit["text"] if unit["kind"] == "head" else head if unit["kind"] == "row" else ""
        marks = " ".join(MARKS.findall(unit["text"] + head))
        numbers = set(re.findall(r"\d+(?:–\d+)?|R", marks))
        spread = {str(one) for span in numbers for one in (
            range(int(span.split("–")[0]), int(span.split("–")[-1]) + 1) if span != "R" else ["R"])}  # fmt: skip
        spread |= {str(number) for name, number in ctx.source_numbers.items() if name in unit["text"]}
        out.append((unit, spread))
    for at, (unit, own) in enumerate(out):
        if unit["kind"] in ("heading", "fold"):
            for other, more in out[at + 1 :]:
                if other["section"] != unit["section"] or other.get("fold") != unit.get("fold"):
                    break
                own.update(more)
    return out


def breaches(before, after, publishers):
    """Give how many units one of two reports has alone, and those of them that name none of these publishers."""
    lang = before.context.lang
    numbers = {str(before.context.source_numbers[table_words(name, lang)]) for name in publishers}
    sides = [telling(one) for one in (before, after)]
    counts = [Counter((unit["section"], unit["kind"], unit["text"]) for unit, _ in side) for side in sides]
    # what has left a place stood among the sources of that place before
    left = {}
    for unit, spread in sides[0]:
        left.setdefault(unit.get("fold"), set()).update(spread)
    found = [
        (key, spread | (left.get(unit["fold"], set()) if "fold" in unit else set()))
        for side, own, other in ((sides[0], *counts), (sides[1], *counts[::-1]))
        for unit, spread in side
        if own[key := (unit["section"], unit["kind"], unit["text"])] > other[key]
    ]
    return len(found), [(key, spread) for key, spread in found if not numbers & spread]


def publishers_of(study, subject):
    claims = study.ledger.claims
    return set(claims.loc[claims["subject"] == subject, "source"].dropna())


def some_events(study, column, count=5):
    """Events of which a number is told, from the gravest to the least, on the road and off it."""
    table = study.events
    table = table[(table["record"] == "event") & table[column].notna() & (table[column].astype("Float64") > 0)]
    table = table[[bool(publishers_of(study, one)) for one in table["event_id"]]]
    table = table.sort_values([column, "event_id"], ascending=[False, True])
    return list(table["event_id"].iloc[:: max(len(table) // count, 1)])


def test_a_death_more_changes_only_what_names_who_tells_of_it(of_day):
    before, claims, every = of_day.report("en"), of_day.ledger.claims, 0
    for one in some_events(of_day, "killed_low"):
        row = of_day.events.set_index("event_id").loc[one]
        told = claims[(claims["subject"] == one) & (claims["predicate"] == "killed")].set_index("claim_id")["value"]
        more = {(claim, "value"): str(int(value) + 1) for claim, value in told.items() if str(value).isdigit()}
        columns = [name for name in ("killed_low", "killed_best", "killed_high") if not pd.isna(row[name])]
        after = changed(of_day, events={(one, name): row[name] + 1 for name in columns}, claims=more)
        found, lost = breaches(before, after.report("en"), publishers_of(of_day, one))
        every += found
        assert lost == [], one
    assert every > 5


def test_a_name_of_a_place_changes_only_what_names_who_tells_of_it(of_day):
    before, every = of_day.report("fr"), 0
    for one in some_events(of_day, "n_claims"):
        after = changed(of_day, events={(one, "place"): "Kafou Tès 7"})
        found, lost = breaches(before, after.report("fr"), publishers_of(of_day, one))
        every += found
        assert lost == [], one
    assert every > 5


def test_a_fee_changes_only_what_names_who_tells_of_it(of_day):
    before, posts = of_day.report("en"), of_day.ledger.posts
    stated = posts[posts["fee_low"].notna() & posts["checkpoint_id"].isin(of_day.checkpoints["checkpoint_id"])]
    assert len(set(stated["checkpoint_id"])) > 1
    for one in stated["checkpoint_id"].unique():
        after = changed(of_day, fees={(one, "fee_low"): "777", (one, "fee_high"): "778"})
        found, lost = breaches(before, after.report("en"), publishers_of(of_day, one))
        assert (found > 0, lost) == (True, []), one


def test_a_day_changes_only_what_names_who_tells_of_it_or_the_rates(of_day):
    before = of_day.report("en")
    for one in some_events(of_day, "n_claims", 2):
        row = of_day.events.set_index("event_id").loc[one]
        earlier = {(one, name): row[name] - pd.Timedelta(days=1) for name in ("date_start", "date_end")}
        found, lost = breaches(before, changed(of_day, events=earlier).report("en"), publishers_of(of_day, one))
        assert found > 0
        assert [key for key, spread in lost if "R" not in spread] == [], one
