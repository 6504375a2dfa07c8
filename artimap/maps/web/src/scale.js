/* Classes of counts for squares, and sizes of marks. Nothing here touches the document. */

import { UNKNOWN } from "./store.js";

/* The next of 1, 2, 5, 10, 20, 50 … that is not below a value. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  for (const step of [1, 2, 5, 10]) if (value <= step * power) return step * power;
  return 10 * power;
}

/* Lower edges of at most five classes up to a count: each is so many times the one before. */
export function classEdges(most) {
  const edges = [1];
  for (let k = 1; k < 5; k += 1) {
    const edge = roundUp(Math.max(most, 1) ** (k / 5));
    if (edge > edges[edges.length - 1] && edge <= most) edges.push(edge);
  }
  return edges;
}

export function classOf(count, edges) {
  let k = edges.length - 1;
  while (k > 0 && count < edges[k]) k -= 1;
  return k;
}

/* As style.event_size: the area grows with the people harmed. */
export function markSize(harm) {
  if (harm === UNKNOWN) return 14;
  return Math.round(Math.sqrt(144 + (Math.min(harm, 60) / 60) * 340) * 2) / 2;
}

/* Marks that would hide each other, as one pile a cell; the largest gives place and shape.
   points: [{x, y, size, i}], in pixels. */
export function piles(points, cell) {
  const found = new Map();
  for (const point of points) {
    const key = Math.floor(point.x / cell) * 100003 + Math.floor(point.y / cell);
    const pile = found.get(key);
    if (!pile) found.set(key, { ...point, members: [point.i] });
    else {
      pile.members.push(point.i);
      if (point.size > pile.size) Object.assign(pile, { x: point.x, y: point.y, size: point.size, i: point.i });
    }
  }
  return [...found.values()];
}
