// Counts of marks that share a place.
import assert from "node:assert/strict";
import test from "node:test";
import { boxAround, overlaps } from "../../artimap/maps/web/src/boxes.js";
import { load } from "./page.mjs";

const { badge } = await load("points.js");

const boxOf = (node) => {
  const [x, y, width, height] = [node.x, node.y, node.width, node.height].map(Number);
  return { x0: x, y0: y, x1: x + width, y1: y + height };
};
const inside = (box, x, y) => box.x0 < x && x < box.x1 && box.y0 < y && y < box.y1;

test("a count hangs on its mark and never hides the middle of it", () => {
  for (const half of [6, 8, 11]) {
    for (const count of [2, 17, 240]) {
      const own = boxAround(100, 100, half + 1);
      const taken = [own];
      const box = boxOf(badge(count, 100, 100, half, taken, own)[0]);
      assert.ok(overlaps(box, boxAround(100, 100, half * 0.8)));
      assert.ok(!inside(box, 100, 100));
      assert.ok(box.x0 > 100 && box.y1 > 100); // the lower right
      assert.equal(taken.length, 2);
    }
  }
});

test("a count takes another corner where its neighbour stands, and stays on its mark where all are taken", () => {
  const own = boxAround(100, 100, 9);
  const neighbour = boxAround(118, 112, 9);
  const taken = [own, neighbour];
  const box = boxOf(badge(3, 100, 100, 8, taken, own)[0]);
  assert.ok(!overlaps(box, neighbour));
  assert.ok(overlaps(box, own));
  const full = [own, boxAround(100, 100, 60)];
  assert.ok(overlaps(boxOf(badge(3, 100, 100, 8, full, own)[0]), own));
});
