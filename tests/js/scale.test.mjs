// Classes of squares and piles of marks.
import assert from "node:assert/strict";
import test from "node:test";
import { classEdges, classOf, markSize, piles } from "../../artimap/maps/web/src/scale.js";
import { UNKNOWN } from "../../artimap/maps/web/src/store.js";

test("classes rise from one, in round numbers, and hold every count", () => {
  for (const most of [1, 2, 5, 9, 60, 777, 12345, 1e6]) {
    const edges = classEdges(most);
    assert.equal(edges[0], 1);
    assert.ok(edges.length <= 5);
    for (let k = 1; k < edges.length; k += 1) {
      assert.ok(edges[k] > edges[k - 1] && edges[k] <= most);
      assert.match(String(edges[k]), /^[125]0*$/);
    }
    let before = 0;
    for (let n = 1; n <= Math.min(most * 3, 5000); n += 1) {
      const k = classOf(n, edges);
      assert.ok(k >= before && edges[k] <= n && (k === edges.length - 1 || n < edges[k + 1]));
      before = k;
    }
  }
});

test("a mark grows with the people harmed, and what is not stated has a size of its own", () => {
  assert.deepEqual([markSize(0), markSize(60), markSize(500), markSize(UNKNOWN)], [12, 22, 22, 14]);
  for (let n = 1; n < 70; n += 1) assert.ok(markSize(n) >= markSize(n - 1));
});

test("piles lose no mark, and the largest leads", () => {
  const points = Array.from({ length: 400 }, (unused, i) => ({ x: (i * 37) % 211, y: (i * 91) % 173, size: 12 + (i % 9), i }));
  const found = piles(points, 18);
  assert.deepEqual([...found.flatMap((pile) => pile.members)].sort((a, b) => a - b), points.map((point) => point.i));
  for (const pile of found) assert.equal(pile.size, Math.max(...pile.members.map((i) => points[i].size)));
});
