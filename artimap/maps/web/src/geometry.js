/* Coordinates as the payload packs them, back to points. */

/* Coordinates come as whole 1/100000 degrees, each point as the step from the one before. */
export function decodeRing(steps) {
  const points = [];
  let x = 0;
  let y = 0;
  for (let i = 0; i < steps.length; i += 2) {
    x += steps[i];
    y += steps[i + 1];
    points.push([y / 1e5, x / 1e5]);
  }
  return points;
}

/* The coordinates of a feature: parts, rings, points of latitude and longitude; decoded once. */
const decoded = new WeakMap();

export function shapeIn(feature) {
  if (!decoded.has(feature))
    decoded.set(
      feature,
      feature.parts.map((rings) => rings.map(decodeRing)),
    );
  return decoded.get(feature);
}
