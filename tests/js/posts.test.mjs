// Which posts belong to the last day chosen; what is put into the data comes out again.
import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./page.mjs";

const COLUMNS = [["place", "text"], ["from", "km"], ["state", "word"], ["first", "day"]];
const WHENS = ["As of 31 Jan", "As of 29 Feb"];

const timeline = await load("timeline.js");
const { DATA } = await import("../../artimap/maps/web/src/data.js");
const { loaded: A } = await import("../../artimap/maps/web/src/events.js");
const { withChanges: altered } = await import("../../artimap/maps/web/src/packed.js");
const { on } = await import("../../artimap/maps/web/src/signals.js");

let told = [];
on("posts", (day) => told.push(["posts", day]));

/* Three posts on the day of the map; `gone` was there before only, `moved` stood elsewhere, `late` came in February. */
function page(last) {
  const detail = (key, more) => ({ key, heading: "toll", when: "1 Jan", where: key, icon: { mark: "post_fading" }, facts: [{ label: "a", text: "b" }], statements: [], ...more });
  const feature = (key, at) => ({ key, mark: "post_fading", parts: [[[at, 0]]], label: key, details: [key] });
  const keys = ["post:moved", "post:late", "post:undated"];
  Object.assign(DATA, {
    meta: { as_of: "2024-03-15", lang: "en", map: "map" }, title: ["t", "As of 15 Mar"], words: { confirmed: "confirmed {day}" }, rates: [],
    posts: ["2024-01-31", "2024-02-29"],
    details: Object.fromEntries(keys.map((key) => [key, detail(key, key === "post:undated" ? { when: "" } : {})])),
    sheets: [{ name: "posts", columns: COLUMNS, rows: [["post:moved", "m", 10, "fading", "2023-01-01"], ["post:late", "l", 20, "fading", "2024-02-10"], ["post:undated", "u", 30, "unknown", null]] }],
    layers: [{ kind: "bracket", shown: true, features: keys.map((key, n) => feature(key, n)) }],
  });
  const same = {
    shown: [[3, 4, 2], [3, 4, 1, 2], [0, 1, 2]],
    shapes: [[[[7, 7]]]],
    states: [
      ...keys.map((key, shape) => ({ key, feature: { mark: "post_fading", details: [key], shape } })),
      { key: "post:moved", detail: { icon: { mark: { "=": "post_active" } } }, row: { 2: { "=": 25 }, 3: { "=": "active" } }, feature: { mark: "post_active", details: ["post:moved"], shape: 3 } },
      { key: "post:gone", row: { "=": ["post:gone", "g", 26, "active", "2023-05-05"] } },
    ],
  };
  const said = { when: WHENS, states: [{}, {}, {}, { heading: { "=": "toll, active" }, facts: { 0: { text: { "=": "c" } } } }, { "=": detail("post:gone") }] };
  told = [];
  A.events = { time: { last, } };
  timeline.overTime.forEach((one) => one.reset());
  timeline.parts.open.set("posts", same).set("posts_en", said);
  const { posts } = timeline;
  return { posts, postsWanted: () => posts.wanted(), postsComing: () => posts.coming(), followPosts: () => posts.follow(), postsOfMap: () => posts.restore(), altered, DATA, A, told };
}

const plain = (value) => JSON.parse(JSON.stringify(value));

test("a tree of changes makes new data and leaves the old as it was", () => {
  const { altered } = page("2024-03-15");
  const before = { a: [{ b: 1 }, { b: 2 }], c: { d: 3 } };
  const first = structuredClone(before);
  assert.deepEqual(plain(altered(before, { a: { 1: { b: { "=": 9 } } }, e: { "=": 1 } })), { a: [{ b: 1 }, { b: 9 }], c: { d: 3 }, e: 1 });
  assert.deepEqual(plain(altered(undefined, { "=": { x: 1 } })), { x: 1 });
  assert.equal(altered(before, null), before);
  assert.deepEqual(before, first);
});

test("shown are the posts of the newest day, and those first said of since, in order of the road", () => {
  for (const [last, state, keys] of [
    ["2024-01-31", "2024-01-31 3,4,2", ["post:moved", "post:gone", "post:undated"]],
    ["2024-02-09", "2024-01-31 3,4,2", ["post:moved", "post:gone", "post:undated"]],
    ["2024-02-10", "2024-01-31 1,3,4,2", ["post:late", "post:moved", "post:gone", "post:undated"]],
    ["2024-02-29", "2024-02-29 3,4,1,2", ["post:moved", "post:gone", "post:late", "post:undated"]],
  ]) {
    const { postsWanted, postsComing, followPosts, DATA } = page(last);
    assert.equal(postsWanted().sign, state);
    assert.equal(postsComing(), true);
    followPosts();
    assert.equal(postsComing(), false);
    assert.deepEqual(plain(DATA.sheets[0].rows.map(([key]) => key)), keys);
    // one without a place has a row and a card, and no mark
    assert.deepEqual(plain(DATA.layers[0].features.map(({ key }) => key)), keys.filter((key) => key !== "post:gone"));
  }
});

test("a post that has come since is told as on the next day, and says so", () => {
  const { followPosts, DATA } = page("2024-02-10");
  followPosts();
  assert.equal(DATA.details["post:late"].when, "As of 29 Feb · confirmed 1 Jan");
  assert.equal(DATA.details["post:moved"].when, "As of 31 Jan · confirmed 1 Jan");
  assert.equal(DATA.details["post:undated"].when, "As of 31 Jan");
});

test("a post that is not there yet keeps its card, of the day of the map", () => {
  const { followPosts, DATA } = page("2024-02-09");
  followPosts();
  assert.equal(DATA.details["post:late"].when, "As of 15 Mar · confirmed 1 Jan");
});

test("what has moved lies elsewhere, and everything comes back", () => {
  const { followPosts, postsOfMap, posts, DATA, A, told } = page("2024-02-10");
  const first = structuredClone(DATA);
  followPosts();
  const moved = DATA.layers[0].features.find(({ key }) => key === "post:moved");
  assert.deepEqual(plain([moved.mark, moved.parts]), ["post_active", [[[7, 7]]]]);
  assert.deepEqual(plain(DATA.details["post:moved"].facts), [{ label: "a", text: "c" }]);
  assert.equal(posts.day, "2024-01-31");
  A.events.time.last = "2024-02-29";
  followPosts();
  assert.equal(posts.day, "2024-02-29");
  A.events.time.last = "2024-03-15";
  followPosts();
  assert.deepEqual(plain(DATA), first);
  assert.equal(posts.day, "2024-03-15");
  assert.deepEqual(plain(told.filter((one) => one[0] === "posts").map(([, day]) => day)), ["2024-01-31", "2024-02-29", "2024-03-15"]);
  postsOfMap();
  assert.deepEqual(plain(DATA), first);
});
