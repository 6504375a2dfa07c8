/* Boxes in pixels: what marks and labels take up, so that they do not cover one another. */

export function boxAround(x, y, half) {
  return { x0: x - half, y0: y - half, x1: x + half, y1: y + half };
}

export function overlaps(a, b) {
  return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}
