// The card of an event: of those that the page lists, and of those that are only rows.
import assert from "node:assert/strict";
import test from "node:test";
import { EMPTY, load } from "./page.mjs";

const words = {
  "map.harm.unknown": "not stated", "map.harm.none": "none", "map.harm.at_least": "at least {n}", "map.harm.at_most": "at most {n}",
  "map.harm.span": "{a} to {b}", "map.fact.middle": "{n}; middle {best}", "map.fact.alleged": "{n}; alleged", "map.fact.publishers": "{n} publishers",
  "map.fact.publishers_1": "1 publisher", "map.fact.nobody": "nobody", "map.fact.named": "named", "map.fact.sources": "sources",
  "map.fact.overlaps": "overlap", "map.fact.overlaps_text": "not to be added up", "predicate.killed": "killed", "predicate.injured": "injured",
  "predicate.abducted": "abducted", "predicate.displaced": "displaced", "number.thousands": ",", "number.decimal": ".", "kind.abduction": "abduction", "date.months": "Jan|Feb",
  "map.day.span": "{a} to {b}", "map.day.precision_2": "{day}, to the week", "map.day.precision_3": "{day}, to the month", "where.nowhere": "nowhere",
  "map.event.sentence": "{kind}, {place}.", "where.place": "named place", "map.precision.around": "{what}, {km} km", "map.precision.place": "only the place",
};
const raw = { coding: "raw", layout: [["kind", 1], ["day", 2], ["harm", 2], ["span", 1]].map(([name, width]) => ({ name, rows: 3, width, steps: false })) };
const cells = { summary: ["told", null, " "], place: ["P", " ", null], killed_low: [2, null, 1], actors: ["x; y", null, null], n_sources: [1, 0, 2], days_before: [null, null, 31],
  date_precision: [1, 2, 3], place_kind: ["place", "place", null], radius_m: [1500, null, null] };
const events = { ...raw, n: 3, marks: 0, kinds: ["abduction"], groups: [], sources: [], source_rows: [], start: "2024-02-01", days: 9, box: [0, 0, 1, 1],
  keys: ["event:a", "event:b", "event:c"], cells };
const said = ["said"];
const details = { detail: ["key", "icon", "facts", "statements"], icon: ["mark"], fact: ["label", "text"], statement: ["text"], texts: [],
  rows: [["event:a", [said]], ["event:b", []], ["post:a", ["post"], [["l", "t"]], [said]], ["event:c", []]] };
// kind, then day (0, 3, 0), harm (2, not stated, 1) and span (0, 2, 1), by bytes
const block = btoa(String.fromCharCode(0, 0, 0, 0, 3, 0, 0, 0, 0, 2, 255, 1, 0, 255, 0, 0, 2, 1));
const { EventCard, factsOf, loaded, loadEvents } = await load("events.js", {
  data: { words, events, details }, document: { getElementById: (id) => ({ textContent: id === "artimap-data" ? JSON.stringify({ ...EMPTY, words, events, details }) : block, remove: () => null }) },
});
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

test("the cards of listed events are those of their rows, and what sources say is theirs", async () => {
  await loadEvents();
  const { "event:a": a, "event:b": b, "event:c": c, "post:a": post } = DATA.details;
  assert.deepEqual(a.facts.map(({ text }) => text), ["at least 2", "x, y", "1 publisher"]);
  assert.deepEqual([a.key, a.heading, a.sentence, a.where, a.when, a.precision], ["event:a", "Abduction", "told", "P", "1 Feb 2024", "named place, 1.5 km"]);
  assert.deepEqual([b.sentence, b.where, b.when, b.precision], ["Abduction, nowhere.", "nowhere", "4 Feb 2024 to 6 Feb 2024, to the week", "only the place"]);
  assert.deepEqual([c.when, c.precision], ["1 Jan 2024 to 2 Feb 2024, to the month", ""]); // it began before the page does
  assert.deepEqual([a, b, c].map(({ icon }) => [icon.mark, icon.hollow]), [["abduction", false], ["abduction", true], ["abduction", false]]);
  assert.deepEqual([a.statements, b.statements, post.facts, post.statements], [[{ text: "said" }], [], [{ label: "l", text: "t" }], [{ text: "said" }]]);
  assert.equal(await loaded.events.detail(0), a);
});

test("a card speaks the language of now", () => {
  const card = DATA.details["event:b"];
  DATA.words["kind.abduction"] = "enlèvement";
  assert.deepEqual([card.heading, card.sentence], ["Enlèvement", "Enlèvement, nowhere."]);
  DATA.words["kind.abduction"] = "abduction";
});

test("the card of a row that is not listed tells its toll, and where it lies in degrees where no place is named", () => {
  const few = { listed: false, kinds: ["abduction"], store: { kind: [0], harm: [3], day: [1], span: null }, keyOf: (i) => `row:${i}`, isoOf: (day) => `2024-02-0${day + 1}`, placeOf: () => ({ lat: 19.12345, lng: -72.5 }) };
  const card = new EventCard(few, 0, { killed_best: [9, 3], summary: [null, null] }, 1);
  assert.deepEqual([card.key, card.sentence, card.where, card.when, card.precision], ["row:0", "Abduction; killed: 3", "19.123, -72.500", "2 Feb 2024", ""]);
  assert.equal(new EventCard(few, 0, { place: ["P"] }, 0).where, "P");
  assert.deepEqual(new EventCard(few, 0, {}, 0).facts.map(({ text }) => text), ["not stated"]);
});
