// Counting, filtering, binning and picking against the slow and obvious way.
import assert from "node:assert/strict";
import test from "node:test";
import { cellAt, halfBits } from "../../artimap/maps/web/src/decode.js";
import { EventStore } from "../../artimap/maps/web/src/store.js";

function random(seed) {
  let s = seed >>> 0;
  return () => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    return s / 4294967296;
  };
}

function interleave(x, y) {
  let code = 0n;
  for (let b = 0n; b < 16n; b += 1n) code |= (((BigInt(x) >> b) & 1n) << (2n * b)) | (((BigInt(y) >> b) & 1n) << (2n * b + 1n));
  return Number(code);
}

function sample(n, marks, days, seed, spans = true) {
  const next = random(seed);
  const whole = (below) => Math.floor(next() * below);
  // a few dense clusters and a thin rest, as events are
  const near = () => (next() < 0.5 ? 30000 + whole(600) : whole(65536));
  const points = Array.from({ length: marks }, () => [near(), near()]);
  points.sort((a, b) => interleave(...a) - interleave(...b));
  const column = (below) => Uint16Array.from({ length: n }, () => whole(below));
  const columns = {
    place: Uint32Array.from(points, ([x, y]) => interleave(x, y)),
    kind: Uint8Array.from(column(5)), day: column(days), harm: column(70), certainty: Uint8Array.from(column(3)),
    precision: Uint8Array.from(column(4)), groups: Uint8Array.from(column(64)),
  };
  if (spans) columns.span = Uint16Array.from(columns.day, (day) => whole(Math.min(9, days - day)));
  columns.spot = Uint16Array.from({ length: n - marks }, () => whole(4));
  const store = new EventStore({ n, marks, days, kinds: ["a", "b", "c", "d", "e"] }, columns);
  return { store, points, columns };
}

const FILTERS = [{}, { kinds: [1, 3] }, { kinds: [] }, { groups: [0, 5] }, { certainty: [2] }, { precision: [1, 2], kinds: [0, 1, 2] }];

test("half of the bits of a code is a coordinate", () => {
  for (const [x, y] of [[0, 0], [65535, 0], [0, 65535], [12345, 54321], [1, 2]]) {
    const code = interleave(x, y);
    assert.equal(halfBits(code), x);
    assert.equal(halfBits(code >>> 1), y);
    assert.equal(cellAt(x >> 8, y >> 8), code >>> 16);
  }
});

for (const spans of [true, false]) {
  test(`counts in a window of days are those of a plain count (${spans ? "spans" : "days"})`, () => {
    const { store, columns } = sample(900, 700, 120, 7, spans);
    for (const spec of FILTERS) {
      store.setFilter(spec);
      for (const [from, to] of [[0, 119], [30, 60], [119, 119], [0, 0], [50, 50]]) {
        store.setTime(from, to);
        const slow = [0, 0, 0, 0, 0];
        for (let i = 0; i < 900; i += 1) if (store.passes(i)) slow[columns.kind[i]] += 1;
        assert.deepEqual([...store.counts()], slow);
      }
      const kept = store.keep.reduce((a, b) => a + b, 0);
      assert.equal(store.histogram(24).reduce((a, b) => a + b, 0), kept);
    }
  });

  test(`squares and windows count what passes in them (${spans ? "spans" : "days"})`, () => {
    const { store, points } = sample(1500, 1400, 60, 3, spans);
    for (const [spec, days] of [[{}, [0, 59]], [{ kinds: [2] }, [10, 30]]]) {
      store.setFilter(spec);
      store.setTime(...days);
      for (const shift of [6, 8, 10]) {
        for (const [x0, y0, x1, y1] of [[0, 0, 65535, 65535], [29000, 29500, 31000, 30900], [-500, -500, 80000, 900]]) {
          const { counts, columns, rows, column, row } = store.bins(x0, y0, x1, y1, shift);
          const slow = new Array(columns * rows).fill(0);
          points.forEach(([x, y], i) => {
            const [c, r] = [(x >> shift) - column, (y >> shift) - row];
            if (store.passes(i) && c >= 0 && r >= 0 && c < columns && r < rows) slow[r * columns + c] += 1;
          });
          assert.deepEqual([...counts], slow);
        }
      }
    }
  });
}

test("what is picked is what is nearest", () => {
  const { store, points } = sample(3000, 3000, 30, 11);
  store.setTime(5, 20);
  for (const [px, py, rx, ry] of [[30100, 30200, 40, 60], [30300, 30300, 300, 300], [5, 5, 900, 900], [65535, 65535, 3000, 3000]]) {
    const away = ([x, y]) => ((x - px) / rx) ** 2 + ((y - py) / ry) ** 2;
    const slow = points.map((point, i) => [away(point), i]).filter(([d, i]) => d <= 1 && store.passes(i)).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    assert.deepEqual([...store.pick(px, py, rx, ry)], slow.map((one) => one[1]));
  }
});

test("every event can be picked at its own spot", () => {
  const { store, points } = sample(2000, 2000, 30, 5);
  points.forEach(([x, y], i) => assert.ok(store.pick(x, y, 1, 1).includes(i)));
});

test("a window gives its marks, or null when they are too many", () => {
  const { store } = sample(2000, 2000, 30, 13);
  assert.equal(store.within(0, 0, 65535, 65535, 100), null);
  const some = store.within(30000, 30000, 30300, 30300, 5000);
  assert.ok(some.length > 0);
  for (const i of some) assert.ok(store.x[i] >= 30000 && store.x[i] <= 30300 && store.y[i] >= 30000 && store.y[i] <= 30300);
});

test("events without a mark are counted by their area", () => {
  const { store, columns } = sample(500, 300, 30, 17);
  store.setTime(3, 12);
  const slow = [0, 0, 0, 0];
  for (let i = 300; i < 500; i += 1) if (store.passes(i)) slow[columns.spot[i - 300]] += 1;
  assert.deepEqual([...store.spots(3)], slow);
});

test("how many rows have each code", () => {
  const { store, columns } = sample(400, 300, 30, 23);
  const slow = (column) => column.reduce((sums, code) => sums.set(code, (sums.get(code) || 0) + 1), new Map());
  assert.deepEqual(new Map(store.codes("kind")), new Map([...slow([...columns.kind])].sort((a, b) => a[0] - b[0])));
  const bits = [...columns.groups].reduce((sum, value) => sum + ((value >> 3) & 1), 0);
  assert.equal(store.bits("groups").get(3), bits);
  assert.equal(store.codes("nothing").size, 0);
  assert.equal(store.codesOfLists().size, 0);
});

test("the newest in a window are those of a plain sort", () => {
  const { store, points, columns } = sample(2000, 2000, 40, 29);
  store.setFilter({ kinds: [0, 1] });
  const inside = points.map((point, i) => [point, i]).filter(([[x, y], i]) => x >= 29000 && x <= 31000 && y >= 100 && y <= 40000 && store.passes(i));
  const slow = inside.map((one) => one[1]).sort((a, b) => columns.day[b] - columns.day[a] || a - b);
  const { total, rows } = store.newest(29000, 100, 31000, 40000, 25);
  assert.equal(total, slow.length);
  assert.deepEqual([...rows], slow.slice(0, 25));
});

test("days beyond the ends are brought back", () => {
  const { store } = sample(50, 50, 30, 1);
  store.setTime(-9, 99);
  assert.deepEqual([store.from, store.to], [0, 29]);
  store.setTime(20, 10);
  assert.deepEqual([store.from, store.to], [20, 20]);
});

test("no events at all is a store too", () => {
  const store = new EventStore({ n: 0, marks: 0, days: 1, kinds: [] }, { kind: new Uint8Array(0), day: new Uint16Array(0), harm: new Uint16Array(0) });
  assert.deepEqual([...store.counts()], []);
  assert.deepEqual([...store.pick(3, 3, 5, 5)], []);
  assert.equal(store.within(0, 0, 65535, 65535, 5).length, 0);
});
