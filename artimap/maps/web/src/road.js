/* The road by its kilometres. */

import { DATA } from "./data.js";
import { decodeRing } from "./geometry.js";
import { map } from "./map.js";

/* Latitude and longitude so many metres from the start of the road. */
export function roadAt(metres) {
  const { line, length_m: length, step_m: step } = DATA.road;
  const points = shapeOfRoad(line);
  const at = Math.max(0, Math.min(length, metres));
  const n = Math.min(Math.floor(at / step), points.length - 2);
  const piece = n === points.length - 2 ? length - n * step : step;
  const share = piece > 0 ? (at - n * step) / piece : 0;
  const [a, b] = [points[n], points[n + 1]];
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
}

let roadPoints = null;

function shapeOfRoad(line) {
  if (!roadPoints) roadPoints = decodeRing(line);
  return roadPoints;
}

/* The detail of the stretch that a spot on the road lies in. */
export function stretchAt(metres) {
  const sheet = (DATA.sheets || []).find((one) => one.name === "stretches");
  const row = sheet?.rows.find((one) => metres >= one[2] && metres <= one[3]);
  return row ? row[0] : null;
}

/* The kilometre of the road nearest to a spot in the window of the map, in metres. */
export function metresNear(spot) {
  const { line, step_m: step, length_m: length } = DATA.road;
  const points = shapeOfRoad(line).map((at) => map.latLngToContainerPoint(at));
  let best = { away: Infinity, metres: 0 };
  for (let n = 1; n < points.length; n += 1) {
    const [a, b] = [points[n - 1], points[n]];
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const squared = dx * dx + dy * dy || 1;
    const share = Math.max(0, Math.min(1, ((spot.x - a.x) * dx + (spot.y - a.y) * dy) / squared));
    const away = (spot.x - a.x - share * dx) ** 2 + (spot.y - a.y - share * dy) ** 2;
    if (away < best.away) best = { away, metres: Math.min(length, (n - 1 + share) * step) };
  }
  return best.metres;
}
