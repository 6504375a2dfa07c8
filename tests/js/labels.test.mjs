// Labels by rank without collisions.
import assert from "node:assert/strict";
import test from "node:test";
import { overlaps } from "../../artimap/maps/web/src/boxes.js";
import { load } from "./page.mjs";

const pen = { measureText: (text) => ({ width: 6 * text.length }) };
const at = (left, top, wide, high) => ({ left, top, right: left + wide, bottom: top + high, width: wide, height: high });
const furniture = [at(8, 8, 374, 80), at(340, 640, 44, 44), at(0, 0, 0, 0), at(0, 700, 390, 90)]; // title, button, what is not shown, bar below
const page = { querySelectorAll: () => furniture.map((box) => ({ getBoundingClientRect: () => box })), createElement: () => ({ getContext: () => pen }) };
const { setFrame, inSight, barred, slid, twoLines, misread, roadHits, roadDots, spots, wider, bestSpot, textWidth } = await load("labels.js", {
  document: page,
  map: { containerPointToLayerPoint: () => ({ x: 1000, y: 500 }), getContainer: () => ({ getBoundingClientRect: () => at(0, 0, 390, 700) }) },
});

/* The same numbers at each run. */
function numbers(seed) {
  let state = seed;
  return (most) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return (state / 2147483648) * most;
  };
}

const boxAt = (x, y, wide, high) => ({ x0: x, y0: y, x1: x + wide, y1: y + high });

test("boxes that only touch do not overlap", () => {
  const one = boxAt(0, 0, 10, 10);
  assert.ok(!overlaps(one, boxAt(10, 0, 5, 5)));
  assert.ok(!overlaps(one, boxAt(0, 10, 5, 5)));
  assert.ok(overlaps(one, boxAt(9.9, 9.9, 5, 5)));
  assert.ok(overlaps(one, boxAt(2, 2, 1, 1)) && overlaps(boxAt(2, 2, 1, 1), one));
});

test("spots lie around a place, keep the size of the label, and move out with it", () => {
  const around = boxAt(100, 100, 8, 8);
  const found = spots(around, 50, 14);
  assert.equal(found.length, 8);
  for (const box of found) {
    assert.ok(Math.abs(box.x1 - box.x0 - 50) < 1e-9 && Math.abs(box.y1 - box.y0 - 14) < 1e-9);
    const inside = Math.max(0, Math.min(box.x1, around.x1) - Math.max(box.x0, around.x0)) * Math.max(0, Math.min(box.y1, around.y1) - Math.max(box.y0, around.y0));
    assert.ok(inside <= 20); // a corner may touch the corner of the mark's box, never cover the mark
  }
  assert.equal(found[0].x0, around.x1); // the best: right of it
  assert.equal(found[1].x1, around.x0); // then left of it
  assert.equal(spots(wider(around, 10), 50, 14)[0].x0, around.x1 + 10);
});

test("the road is known every few pixels", () => {
  const dots = roadDots([[[0, 0], [70, 0], [70, 35]], [[200, 200], [200, 200]]]);
  for (let i = 1; i < dots.length - 1; i += 1) {
    assert.ok(Math.hypot(dots[i][0] - dots[i - 1][0], dots[i][1] - dots[i - 1][1]) <= 7.5);
  }
  assert.deepEqual([...dots[0]], [0, 0]);
  const box = boxAt(-1, -5, 36, 10);
  const within = (one) => dots.filter(([x, y]) => x > one.x0 && x < one.x1 && y > one.y0 && y < one.y1).length;
  assert.equal(roadHits(box, dots), within(box));
  const random = numbers(3);
  for (let run = 0; run < 200; run += 1) {
    const one = boxAt(random(260) - 30, random(260) - 30, random(90), random(90));
    assert.equal(roadHits(one, dots), within(one));
  }
});

test("the spot taken is free, and none that is free costs less", () => {
  const random = numbers(7);
  for (let run = 0; run < 300; run += 1) {
    const boxes = Array.from({ length: 12 }, () => boxAt(random(200), random(120), 10 + random(50), 8 + random(12)));
    const road = roadDots([[[random(200), random(120)], [random(200), random(120)]]]);
    const candidates = spots(boxAt(random(200), random(120), 8, 8), 20 + random(60), 14);
    const costs = candidates.map((box, n) => (boxes.some((other) => overlaps(box, other)) ? Infinity : roadHits(box, road) * 1.2 + n * 0.6));
    const best = bestSpot(candidates, boxes, road);
    if (Math.min(...costs) === Infinity) assert.equal(best, null);
    else assert.equal(costs[candidates.indexOf(best)], Math.min(...costs));
  }
});

test("names placed one after the other never cover one another; the first come first", () => {
  const random = numbers(3);
  const boxes = [];
  let left = 0;
  for (let n = 0; n < 150; n += 1) {
    const wide = textWidth("a".repeat(4 + Math.floor(random(14))), 12, 400);
    const box = bestSpot(spots(boxAt(random(500), random(400), 6, 6), wide, 15), boxes, []);
    if (n === 0) assert.notEqual(box, null);
    if (!box) left += 1;
    else {
      assert.ok(!boxes.some((other) => overlaps(box, other)));
      boxes.push(box);
    }
  }
  assert.ok(left > 0 && boxes.length > 40); // on so small a map some find no room, and are left out
});

/* From here on there is a window of 390 by 700 at 1000,500 of the layer, with a title and a button over it. */
test("no name is cut by the window or lies under what stands over it", () => {
  setFrame();
  assert.ok(!barred(boxAt(1100, 700, 80, 15), true));
  assert.ok(barred(boxAt(1330, 700, 80, 15), true)); // over the edge
  assert.ok(barred(boxAt(1100, 590, 80, 15), true)); // three pixels below the title are too near
  assert.ok(barred(boxAt(1300, 1145, 60, 15), true)); // under the button
  const random = numbers(11);
  for (let n = 0; n < 400; n += 1) {
    const [x, y] = [980 + random(430), 480 + random(740)];
    const box = bestSpot(spots(boxAt(x - 3, y - 3, 6, 6), 30 + random(90), 15), [], [], inSight(x, y));
    if (!box) continue;
    const inside = box.x0 >= 1000 && box.x1 <= 1390 && box.y0 >= 500 && box.y1 <= 1200;
    if (inSight(x, y)) assert.ok(inside && !overlaps(box, boxAt(1008, 508, 374, 80)) && !overlaps(box, boxAt(1340, 1140, 44, 44)));
    else assert.ok(!overlaps(box, boxAt(1000, 500, 390, 700))); // the name of a place that is out of sight stays out of sight
  }
});

test("a place at the edge takes another side, or has its name moved along", () => {
  setFrame();
  const around = boxAt(1372, 897, 6, 6);
  const right = spots(around, 60, 15);
  assert.equal(bestSpot(right, [], [], true).x1, around.x0); // left of it
  const wide = spots(around, 200, 15);
  const moved = slid(wide, 1375);
  assert.equal(moved.length > 0, true);
  for (const box of moved) assert.ok(box.x1 <= 1390 && box.x0 < 1375 && box.x1 > 1375 && Math.abs(box.x1 - box.x0 - 200) < 1e-9);
  assert.equal(slid(spots(boxAt(1200, 897, 6, 6), 60, 15), 1203).length, 0); // what fits is not moved
});

test("long names break once, where the halves are most alike; short ones do not", () => {
  assert.deepEqual([...twoLines("Saint-Michel-de-l'Attalaye")], ["Saint-Michel-", "de-l'Attalaye"]);
  assert.deepEqual([...twoLines("Petite-Rivière-de-l'Artibonite")], ["Petite-Rivière-", "de-l'Artibonite"]);
  assert.equal(twoLines("Saint-Marc"), null);
  assert.equal(twoLines("Constantinople"), null);
});

test("a name that lies nearer to another place is not taken", () => {
  const places = [{ x: 100, y: 100 }, { x: 140, y: 80 }];
  assert.ok(!misread(boxAt(110, 93, 20, 14), 100, 100, places));
  assert.ok(misread(boxAt(130, 73, 60, 14), 100, 100, places)); // it holds the other place
  assert.ok(!misread(boxAt(30, 93, 60, 14), 100, 100, places));
  assert.ok(!misread(boxAt(110, 93, 20, 14), 100, 100, places.slice(0, 1)));
});
