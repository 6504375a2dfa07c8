// The facts of an event's card: of events that come with a card, and of those that are only rows.
import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./page.mjs";

const words = {
  "map.harm.unknown": "not stated", "map.harm.none": "none", "map.harm.at_least": "at least {n}", "map.harm.at_most": "at most {n}",
  "map.harm.span": "{a} to {b}", "map.fact.middle": "{n}; middle {best}", "map.fact.alleged": "{n}; alleged", "map.fact.publishers": "{n} publishers",
  "map.fact.publishers_1": "1 publisher", "map.fact.nobody": "nobody", "map.fact.named": "named", "map.fact.sources": "sources",
  "map.fact.overlaps": "overlap", "map.fact.overlaps_text": "not to be added up", "predicate.killed": "killed", "predicate.injured": "injured",
  "predicate.abducted": "abducted", "predicate.displaced": "displaced", "number.thousands": ",", "number.decimal": ".",
};
const events = { keys: ["event:a", "event:gone"], figures: { killed_low: [2, 1], actors: ["x; y", null], n_sources: [1, 0] } };
const details = { detail: ["key", "icon", "facts", "statements"], icon: ["mark"], fact: [], statement: [], texts: [], rows: [["event:a", ["abduction"], [], []]] };
const { factsOf, putFacts } = await load("events.js", { data: { words, events, details } });
const { DATA } = await import("../../artimap/maps/web/src/data.js");

const told = (kind, row) => factsOf(kind, row).map(({ label, text }) => `${label}: ${text}`);

test("a toll is one figure, a span, or at least and at most; what is not stated is told so", () => {
  for (const [low, best, high, text] of [
    [null, null, null, "not stated"], [0, null, 0, "none"], [0, 0, 0, "none"], [70, null, null, "at least 70"], [null, null, 1200, "at most 1,200"],
    [70, null, 115, "70 to 115"], [3, null, 3, "3"], [null, 4, null, "4"], [2, 3, 9, "2 to 9; middle 3"], [3, 3, 3, "3"], [3, 3, 9, "3 to 9"], [null, 2, 9, "at most 9; middle 2"],
  ]) assert.deepEqual(told("abduction", { killed_low: low, killed_best: best, killed_high: high }), [`Killed: ${text}`]);
});

test("of some kinds no toll is told where none is stated, and the dead may be said to be of a gang", () => {
  assert.deepEqual(told("protest", {}), []);
  assert.deepEqual(told("protest", { killed_low: 1, killed_high: 1 }), ["Killed: 1"]);
  assert.deepEqual(told("abduction", { killed_best: 2, alleged_gang_dead: 1 }), ["Killed: 2; alleged"]);
  assert.deepEqual(told("abduction", { alleged_gang_dead: 1 }), ["Killed: not stated"]);
});

test("other figures, names and publishers, where the table has them", () => {
  const row = { injured: 0, abducted: 1500, displaced: null, actors: " a;; b c ", n_sources: 2, overlaps: 1 };
  assert.deepEqual(told("protest", row), ["Injured: none", "Abducted: 1,500", "named: a, b c", "sources: 2 publishers", "overlap: not to be added up"]);
  assert.deepEqual(told("protest", { actors: null, n_sources: null }), ["named: nobody", "sources: 0 publishers"]);
  assert.deepEqual(told("protest", { n_sources: 1, overlaps: null }), ["sources: 1 publisher"]);
});

test("cards that came without facts get those of their own row", () => {
  putFacts();
  assert.deepEqual(DATA.details["event:a"].facts.map(({ text }) => text), ["at least 2", "x, y", "1 publisher"]);
  assert.equal(DATA.details["event:gone"], undefined);
});
