// Which day's rates belong to the last day chosen; what is put into the data comes out again.
import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./page.mjs";

const DAYS = ["2022-10-16", "2022-10-31", "2022-11-30", "2022-12-31"];

const timeline = await load("timeline.js", { data: { meta: { as_of: "2023-01-15", lang: "en", map: "map" }, rates: DAYS } });
const { loaded: state } = await import("../../artimap/maps/web/src/events.js");
const { DATA } = await import("../../artimap/maps/web/src/data.js");
const { patch, withChanges } = await import("../../artimap/maps/web/src/packed.js");

function loaded(last) {
  state.events = last ? { time: { last } } : null;
  return { ...timeline, ratesWanted: () => timeline.rates.dayWanted() };
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
  const data = { a: { icon: { mark: "rate_1" }, facts: [{ text: "1" }], links: ["x"] }, b: { facts: [] } };
  const first = structuredClone(data);
  const trees = [
    { a: { icon: { mark: { "=": "rate_4" } }, links: { "=": ["x", "y"] } } },
    { a: { facts: { "=": [{ text: "2" }, { text: "3" }] } }, b: { facts: { "=": [{ text: "4" }] } }, gone: { x: { "=": 1 } } },
    { a: { facts: { 1: { text: { "=": "5" } } } } },
  ];
  const undo = trees.map((tree) => patch(data, tree));
  assert.equal(JSON.stringify(data.a.facts), '[{"text":"2"},{"text":"5"}]');
  assert.equal(data.a.icon.mark, "rate_4");
  for (const one of undo.reverse()) patch(data, one);
  assert.deepEqual(data, first);
});

test("the states of a day are put into cards and rows, and come out again as they were", () => {
  const { rates, parts, StatesOverTime } = loaded("2022-11-02");
  class Quiet extends StatesOverTime {
    draw(list) {
      this.drawn = list;
    }
  }
  const mine = new Quiet("rates", "stretches");
  const detail = (key) => ({ key, when: "", sentence: "now", icon: { mark: "rate_1" } });
  Object.assign(DATA, { title: ["t", "As of 15 Jan"], details: { a: detail("a"), b: detail("b") }, sheets: [{ name: "stretches", rows: [["a", 1], ["b", 2]] }] });
  const first = structuredClone(DATA);
  const states = [{ key: "a" }, { key: "b" }, { key: "a", detail: { icon: { mark: { "=": "rate_4" } } }, row: { 1: { "=": 9 } } }];
  parts.open.set("rates", { shown: [[2, 1], [0, 1], [2, 1], [0, 1], [0, 1]], states });
  parts.open.set("rates_en", { when: ["As of 16 Oct", "As of 31 Oct", "As of 30 Nov", "As of 31 Dec"], states: [{}, {}, { sentence: { "=": "then" } }] });
  assert.ok(mine.coming());
  mine.follow(); // the newest day is 31 Oct, on which the states are those of the map
  assert.deepEqual([mine.day, DATA.details.a.sentence, DATA.details.a.when], ["2022-10-31", "now", "As of 31 Oct"]);
  state.events.time.last = "2022-10-20";
  mine.follow();
  assert.deepEqual([mine.day, DATA.details.a.sentence, DATA.details.a.icon.mark, DATA.details.a.when], ["2022-10-16", "then", "rate_4", "As of 16 Oct"]);
  assert.deepEqual(DATA.sheets[0].rows, [["a", 9], ["b", 2]]);
  assert.ok(!mine.coming());
  state.events.time.last = "2023-01-15";
  mine.follow();
  assert.equal(mine.drawn, null);
  assert.deepEqual(DATA, first);
  assert.equal(rates.day, "2023-01-15");
  assert.equal(withChanges(first, null), first);
});
