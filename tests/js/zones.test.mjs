// Which states of a zone stand on a day, and the shapes that the earlier ones share with those of the map.
import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./page.mjs";

const STATES = [
  { key: "zone:a~2024-01-01", mark: "zone_claimed", begun: "2024-01-01", ended: "2024-03-31" },
  { key: "zone:a:2~2024-01-01", mark: "zone_edge", begun: "2024-01-01", ended: "2024-03-31" },
  { key: "zone:a~2024-04-01", mark: "zone_contested", begun: "2024-04-01", ended: "2024-06-30" },
  { key: "zone:a", mark: "zone_assessed", begun: "2024-08-01" },
  { key: "zone:b", mark: "zone_unknown" },
];

const timeline = await load("timeline.js", { data: { layers: [{ name: "zones_reported", features: STATES }] } });
const { loaded: state } = await import("../../artimap/maps/web/src/events.js");

function loaded(last) {
  state.events = { time: { last } };
  return timeline;
}

test("a state stands from its first day to its last; what has no day may stand on any", () => {
  const { stoodOn } = loaded();
  const on = (day) => STATES.filter((one) => stoodOn(one, day)).map((one) => one.key);
  assert.deepEqual(on("2023-12-31"), ["zone:b"]);
  assert.deepEqual(on("2024-01-01"), ["zone:a~2024-01-01", "zone:a:2~2024-01-01", "zone:b"]);
  assert.deepEqual(on("2024-03-31"), ["zone:a~2024-01-01", "zone:a:2~2024-01-01", "zone:b"]);
  assert.deepEqual(on("2024-04-01"), ["zone:a~2024-04-01", "zone:b"]);
  assert.deepEqual(on("2024-07-15"), ["zone:b"]);
  assert.deepEqual(on("2024-12-31"), ["zone:a", "zone:b"]);
});

test("a place opens the state of the last day chosen, or none", () => {
  for (const [day, key] of [["2023-12-31", null], ["2024-02-01", "zone:a~2024-01-01"], ["2024-05-01", "zone:a~2024-04-01"], ["2024-07-15", null], ["2024-12-31", "zone:a"]]) {
    const { zoneNow } = loaded(day);
    assert.equal(zoneNow("zone:a"), key);
    assert.equal(zoneNow("zone:a~2024-04-01"), key);
    assert.equal(zoneNow("zone:b"), "zone:b");
    assert.equal(zoneNow("zone:c"), null);
  }
});

test("shapes are those of the map's own zones first, then those that come with the earlier ones", () => {
  const { withShapes } = loaded();
  const here = [{ parts: "p0" }, { parts: "p1" }];
  const found = withShapes({ shapes: ["s0", "s1"], features: [{ key: "x", shape: 1 }, { key: "y", shape: 3 }, { key: "z", shape: 2 }] }, here);
  assert.deepEqual(found.map((one) => [one.key, one.parts]).join(), "x,p1,y,s1,z,s0");
});
