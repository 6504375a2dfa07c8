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
const { DATA } = await import("../../artimap/maps/web/src/data.js");
const { loaded: state } = await import("../../artimap/maps/web/src/events.js");

function loaded(last) {
  state.events = { time: { last } };
  return { ...timeline, zoneNow: (key) => timeline.zones.now(key) };
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
  const { featuresOf } = loaded();
  const here = [{ parts: "p0" }, { parts: "p1" }];
  const states = [["x", 1], ["y", 3], ["z", 2], ["none", null]].map(([key, shape]) => ({ key, ...(shape === null ? {} : { feature: { mark: "m", shape } }) }));
  const found = featuresOf({ states, shapes: ["s0", "s1"] }, [0, 1, 2, 3], here);
  assert.deepEqual(found.map((one) => [one.key, one.parts]).join(), "x,p1,y,s1,z,s0");
});

test("which states stand is what is packed of the day once it is open, and what their days say before", () => {
  const { zones, parts, stoodOn } = loaded("2024-02-01");
  const keys = () => [...zones.standing()];
  const before = keys();
  assert.deepEqual(before, STATES.filter((one) => stoodOn(one, "2024-02-01")).map((one) => one.key));
  DATA.zones = ["2023-12-01", "2024-01-01", "2024-04-01", "2024-07-01", "2024-08-01"];
  parts.open.set("zones", { shown: [[4], [0, 1, 4], [2, 4], [4], [3, 4], [3, 4]], states: STATES });
  zones.all = true;
  for (const day of ["2023-12-31", "2024-01-01", "2024-03-31", "2024-05-01", "2024-07-15", "2024-09-01", "2024-12-31"]) {
    state.events.time.last = day;
    assert.deepEqual(keys(), STATES.filter((one) => stoodOn(one, day)).map((one) => one.key), day);
    assert.equal(zones.shows("zone:b"), true);
    assert.equal(zones.dayShown(), day);
  }
  zones.all = false;
});
