// Which day's rates belong to the last day chosen; what is put into the data comes out again.
import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./page.mjs";

const DAYS = ["2022-10-16", "2022-10-31", "2022-11-30", "2022-12-31"];

const timeline = await load("timeline.js", { data: { meta: { as_of: "2023-01-15", lang: "en", map: "map" }, rates: DAYS } });
const { loaded: state } = await import("../../artimap/maps/web/src/events.js");
const { patch } = await import("../../artimap/maps/web/src/packed.js");

function loaded(last) {
  state.events = last ? { time: { last } } : null;
  return { ...timeline, patch };
}

test("the newest day that is not after the last one chosen", () => {
  const { newestDay } = loaded();
  for (let n = 0; n < 100; n += 1) {
    const last = new Date(Date.UTC(2022, 9, 10 + n)).toISOString().slice(0, 10);
    assert.equal(newestDay(DAYS, last), DAYS.filter((day) => day <= last).at(-1) ?? null);
  }
});

test("at the end, and without events, the day of the map", () => {
  assert.equal(loaded("2023-01-15").ratesWanted(), "2023-01-15");
  assert.equal(loaded("2023-01-14").ratesWanted(), "2022-12-31");
  assert.equal(loaded("2022-10-16").ratesWanted(), "2022-10-16");
  assert.equal(loaded(null).ratesWanted(), "2023-01-15");
});

test("trees of changes come out again in the order in which they went in", () => {
  const { rates, patch, ratesOfMap } = loaded("2022-11-02");
  const data = { a: { icon: { mark: "rate_1" }, facts: [{ text: "1" }], links: ["x"] }, b: { facts: [] } };
  const first = structuredClone(data);
  const trees = [
    { a: { icon: { mark: { "=": "rate_4" } }, links: { "=": ["x", "y"] } } },
    { a: { facts: { "=": [{ text: "2" }, { text: "3" }] } }, b: { facts: { "=": [{ text: "4" }] } }, gone: { x: { "=": 1 } } },
    { a: { facts: { 1: { text: { "=": "5" } } } } },
  ];
  rates.undo = trees.map((tree) => [data, patch(data, tree)]);
  rates.day = "2022-10-31";
  assert.equal(JSON.stringify(data.a.facts), '[{"text":"2"},{"text":"5"}]');
  assert.equal(data.a.icon.mark, "rate_4");
  ratesOfMap();
  assert.deepEqual(JSON.parse(JSON.stringify(data)), first);
  assert.equal(rates.day, "2023-01-15");
  assert.equal(rates.undo, null);
});
