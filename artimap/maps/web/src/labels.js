/* Labels by rank without collisions: each takes the first free of a few spots around its
   point, the best one first; what has no room is left out until one comes closer. */

import { boxAround, overlaps } from "./boxes.js";
import { layerNamed } from "./data.js";
import { makeButton, svg } from "./dom.js";
import { decodeRing, shapeIn } from "./geometry.js";
import { layerPoint, map, markPanes } from "./map.js";
import { FAN_ZOOM } from "./points.js";
import { emit } from "./signals.js";
import { spotCount, spotText } from "./somewhere.js";

const pen = document.createElement("canvas").getContext("2d");

const LABELS = {
  1: { size: 16, weight: 600, zoom: 0, dot: 4 },
  2: { size: 13.5, weight: 500, zoom: 7.5, dot: 3 },
  3: { size: 12.5, weight: 400, zoom: 9.3, dot: 2.4 },
  4: { size: 12, weight: 400, zoom: 10.6, dot: 1.9 },
};
export const FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';

const widths = new Map();

export function textWidth(text, size, weight) {
  const key = `${weight}/${size}/${text}`;
  if (!widths.has(key)) {
    pen.font = `${weight} ${size}px ${FONT}`;
    widths.set(key, pen.measureText(text).width);
  }
  return widths.get(key);
}

/* How many points of the road lie in a box; `road` runs from top to bottom. */
export function roadHits(box, road) {
  let [low, high] = [0, road.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (road[middle][1] > box.y0) high = middle;
    else low = middle + 1;
  }
  let hits = 0;
  for (let i = low; i < road.length && road[i][1] < box.y1; i += 1)
    if (road[i][0] > box.x0 && road[i][0] < box.x1) hits += 1;
  return hits;
}

/* Points every few pixels along the road, from top to bottom, so that a label can tell that it lies on it. */
export function roadDots(lines) {
  const dots = [];
  for (const line of lines) {
    for (let i = 1; i < line.length; i += 1) {
      const [ax, ay] = line[i - 1];
      const [bx, by] = line[i];
      const steps = Math.max(1, Math.min(80, Math.round(Math.hypot(bx - ax, by - ay) / 7)));
      for (let s = 0; s < steps; s += 1) dots.push([ax + ((bx - ax) * s) / steps, ay + ((by - ay) * s) / steps]);
    }
  }
  return dots.sort((one, two) => one[1] - two[1]);
}

/* Spots around what stands at a point (`around`, a box): right, left, above, below, corners. */
export function spots(around, wide, high) {
  const at = (x0, y0) => ({ x0, y0, x1: x0 + wide, y1: y0 + high });
  const { x0, y0, x1, y1 } = around;
  const mid = (y0 + y1 - high) / 2;
  const centre = (x0 + x1 - wide) / 2;
  return [
    at(x1, mid),
    at(x0 - wide, mid),
    at(x1 - 4, y0 - high + 5),
    at(x0 - wide + 4, y0 - high + 5),
    at(x1 - 4, y1 - 5),
    at(x0 - wide + 4, y1 - 5),
    at(centre, y0 - high),
    at(centre, y1),
  ];
}

/* A place and all the marks that stand on it, as one box. */
function boxOfPlace(x, y, half, boxes) {
  const around = boxAround(x, y, half);
  for (const box of boxes) {
    if (x < box.x0 - 1 || x > box.x1 + 1 || y < box.y0 - 1 || y > box.y1 + 1) continue;
    around.x0 = Math.min(around.x0, box.x0 - 1);
    around.y0 = Math.min(around.y0, box.y0 - 1);
    around.x1 = Math.max(around.x1, box.x1 + 1);
    around.y1 = Math.max(around.y1, box.y1 + 1);
  }
  return around;
}

/* Whether a name there would be read as that of another place: none may lie clearly nearer to it than its own. */
export function misread(box, x, y, places) {
  const away = (px, py) => Math.max(box.x0 - px, 0, px - box.x1) ** 2 + Math.max(box.y0 - py, 0, py - box.y1) ** 2;
  const near = (Math.sqrt(away(x, y)) - 2) ** 2;
  return places.some((one) => (one.x !== x || one.y !== y) && away(one.x, one.y) < near);
}

/* Spots above and below that the window would cut, moved along until they fit: the place stays under the name. */
export function slid(boxes, x) {
  if (!frame) return [];
  return boxes
    .filter((box) => box.x0 < x && box.x1 > x)
    .flatMap((box) => {
      const by = Math.max(0, frame.x0 - box.x0) - Math.max(0, box.x1 - frame.x1);
      const moved = { ...box, x0: box.x0 + by, x1: box.x1 + by };
      return by && moved.x0 < x && moved.x1 > x ? [moved] : [];
    });
}

/* A ring farther out, for a place whose neighbours fill the first one. */
export function wider(box, by) {
  return { x0: box.x0 - by, y0: box.y0 - by, x1: box.x1 + by, y1: box.y1 + by };
}

/* The window of the map as the labels count, and what stands over it: no name is cut off by the one
   or lies under the other. A name that finds no side is left out until the map is moved. */
let frame = null;
const FURNITURE = "#title, .tools > *, .zoom, .north, .inset, .leaflet-control-scale, .panel, .timebar, .tables";

export function setFrame() {
  const { x, y } = map.containerPointToLayerPoint([0, 0]);
  const home = map.getContainer().getBoundingClientRect();
  const wall = { x0: x, y0: y, x1: x + home.width, y1: y + home.height };
  const taken = [];
  for (const node of document.querySelectorAll(FURNITURE)) {
    const { left, top, right, bottom } = node.getBoundingClientRect();
    const box = {
      x0: left - home.left + x - 3,
      y0: top - home.top + y - 3,
      x1: right - home.left + x + 3,
      y1: bottom - home.top + y + 3,
    };
    if (right > left && overlaps(box, wall)) taken.push(box);
  }
  const sign = taken.map((box) => [box.x0 - x, box.y0 - y, box.x1 - x, box.y1 - y].map(Math.round).join()).join(" ");
  frame = { ...wall, taken, sign };
}

export function furnitureMoved() {
  const before = frame.sign;
  setFrame();
  return frame.sign !== before;
}

/* Whether what stands at a point of the map can be seen. */
export function inSight(x, y) {
  if (!frame) return true;
  const within = (box) => x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1;
  return within(frame) && !frame.taken.some(within);
}

/* Whether no name may stand there; the name of what is out of sight must not come into sight without it. */
export function barred(box, seen) {
  if (!frame) return false;
  if (!seen) return overlaps(box, frame);
  return (
    box.x0 < frame.x0 ||
    box.x1 > frame.x1 ||
    box.y0 < frame.y0 ||
    box.y1 > frame.y1 ||
    frame.taken.some((other) => overlaps(box, other))
  );
}

export function bestSpot(candidates, boxes, road, seen = true) {
  let best = null;
  candidates.forEach((box, n) => {
    if (barred(box, seen) || boxes.some((other) => overlaps(box, other))) return;
    const cost = roadHits(box, road) * 1.2 + n * 0.6;
    if (!best || cost < best.cost) best = { box, cost };
  });
  return best ? best.box : null;
}

const LINE = 1.24;

/* A long name in two lines, parted where they come out most alike. */
export function twoLines(text) {
  const cuts = [...text.matchAll(/[- ]/g)].map((hit) => hit.index + 1).filter((at) => at > 3 && text.length - at > 3);
  if (text.length < 14 || !cuts.length) return null;
  const at = cuts.reduce((a, b) => (Math.abs(2 * b - text.length) < Math.abs(2 * a - text.length) ? b : a));
  return [text.slice(0, at), text.slice(at)];
}

function labelNode(lines, box, look, kind) {
  const step = (box.y1 - box.y0) / lines.length;
  const x = box.x0.toFixed(1);
  const made = svg("text", {
    class: `label ${kind}`,
    x,
    y: (box.y0 + step * 0.76).toFixed(1),
    "font-size": look.size,
    "font-weight": look.weight,
  });
  if (lines.length === 1) made.textContent = lines[0];
  else made.append(...lines.map((text, n) => svg("tspan", { x, dy: n ? step.toFixed(1) : 0, text })));
  return made;
}

function placeNode(feature, x, y, look) {
  const made = svg("g", {
    class: "dot",
    transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
    "data-key": feature.key,
  });
  made.append(svg("circle", { class: feature.rank < 3 ? "town" : "village", r: look.dot }));
  if (!(feature.details || []).length) return made;
  made.classList.add("mark");
  made.append(svg("circle", { class: "said", r: look.dot + 2.6 }), svg("circle", { class: "touch", r: 12 }));
  makeButton(made, feature.label, () => emit("open", { keys: feature.details, key: feature.key, from: made }));
  made.append(svg("title", { text: feature.label }));
  return made;
}

/* Paper is read from near: smaller names leave room for more of them. */
function labelStyle(rank) {
  const look = LABELS[rank] || LABELS[4];
  return document.body.classList.contains("printing") ? { ...look, size: look.size * 0.75 } : look;
}

/* Names in the order of `places`, each where it finds room, with what is taken then and the towns that found none. */
function namePlaces(places, every, boxes, road) {
  const taken = [...boxes];
  const named = new Map();
  const far = map.getZoom() >= FAN_ZOOM ? 20 : 7;
  for (const { feature, look, x, y } of places) {
    const around = boxOfPlace(x, y, look.dot + 4, taken);
    let spot = null;
    for (const lines of [[feature.label], feature.rank < 3 && twoLines(feature.label)]) {
      if (spot || !lines) continue;
      const wide = Math.max(...lines.map((line) => textWidth(line, look.size, look.weight))) + 4;
      const tries = [around, wider(around, far)].flatMap((box) => spots(box, wide, lines.length * look.size * LINE));
      const clear = [...tries, ...slid(tries, x)].filter((box) => !misread(box, x, y, every));
      spot = bestSpot(clear, taken, road, inSight(x, y));
      if (spot) named.set(feature, [lines, spot, look, `rank-${feature.rank}`]);
    }
    if (!spot) continue;
    taken.push(spot);
    if (feature.rank > 2) taken.push(boxAround(x, y, look.dot + 1));
  }
  return {
    taken,
    named,
    nameless: every.filter(({ feature, x, y }) => feature.rank < 3 && inSight(x, y) && !named.has(feature)),
  };
}

/* A town without room beside its dot is named a little farther off, and a line leads to the dot. */
function nameFromAfar({ feature, look, x, y }, every, boxes, road) {
  const [wide, high] = [textWidth(feature.label, look.size, look.weight) + 4, look.size * LINE];
  const around = boxOfPlace(x, y, look.dot + 4, boxes);
  const tries = [0, 7, 16, 28].flatMap((by) => spots(wider(around, by), wide, high));
  const clear = tries.filter((box) => !misread(box, x, y, every));
  const spot = bestSpot(clear, boxes, road) ?? bestSpot(tries, boxes, road);
  if (!spot) return [];
  boxes.push(spot);
  const [ex, ey] = [Math.min(Math.max(x, spot.x0 + 2), spot.x1 - 2), Math.min(Math.max(y, spot.y0 + 3), spot.y1 - 3)];
  const line = svg("path", {
    class: "leader to-name",
    d: `M${x.toFixed(1)} ${y.toFixed(1)}L${ex.toFixed(1)} ${ey.toFixed(1)}`,
  });
  return [line, labelNode([feature.label], spot, look, `rank-${feature.rank}`)];
}

/* Where the map was only moved, dots stay the nodes they are: one of them may have the focus. Towns that found no room
   for their names are named first in a second try, which counts where it leaves out fewer. */
function layoutPlaces(layer, home, boxes, road, moved) {
  const zoom = map.getZoom();
  const old = new Map(moved ? [...home.querySelectorAll(".dot")].map((node) => [node.dataset.key, node]) : []);
  const seen = [];
  for (const feature of layer.features) {
    const look = labelStyle(feature.rank);
    if (zoom < look.zoom) continue;
    const [x, y] = layerPoint(shapeIn(feature)[0][0][0]);
    seen.push({ feature, look, x, y });
    if (feature.rank < 3) boxes.push(boxAround(x, y, look.dot + 1));
  }
  let made = namePlaces(seen, seen, boxes, road);
  if (made.nameless.length) {
    const first = new Set(made.nameless);
    const again = namePlaces([...first, ...seen.filter((one) => !first.has(one))], seen, boxes, road);
    if (again.nameless.length < made.nameless.length) made = again;
  }
  boxes.push(...made.taken.slice(boxes.length));
  const led = made.nameless.flatMap((one) => nameFromAfar(one, seen, boxes, road));
  const nodes = seen
    .filter(({ feature }) => (made.named.has(feature) || feature.rank < 3) && !old.delete(feature.key))
    .map(({ feature, look, x, y }) => placeNode(feature, x, y, look));
  const gone = moved ? [...old.values(), ...home.querySelectorAll(".label, .leader")] : [...home.childNodes];
  for (const node of gone) node.remove();
  home.prepend(...led.filter((node) => node.matches(".leader")));
  home.append(
    ...nodes,
    ...led.filter((node) => node.matches(".label")),
    ...[...made.named.values()].map((one) => labelNode(...one)),
  );
}

function layoutTickLabels(spotsAlong, home, boxes, road) {
  const zoom = map.getZoom();
  const look = { size: 11, weight: 500 };
  const nodes = [];
  for (const { feature, x, y, across } of spotsAlong) {
    if (zoom < (feature.rank === 3 ? 8.5 : 10.2)) continue;
    const wide = textWidth(feature.label, look.size, look.weight) + 4;
    const high = look.size * 1.2;
    const side = (sign, far) => {
      const cx = x + across[0] * sign * (far + (Math.abs(across[0]) * wide) / 2);
      const cy = y + across[1] * sign * (far + high / 2);
      return { x0: cx - wide / 2, y0: cy - high / 2, x1: cx + wide / 2, y1: cy + high / 2 };
    };
    const spot = bestSpot([side(1, 9), side(-1, 9), side(1, 14), side(-1, 14)], boxes, road, inSight(x, y));
    if (!spot) continue;
    boxes.push(spot);
    nodes.push(labelNode([feature.label], { ...spot, x0: spot.x0 + 2 }, look, "km"));
  }
  for (const node of home.querySelectorAll(".label")) node.remove();
  home.append(...nodes);
}

/* Road numbers: at the first free spots of each road, well apart from each other. */
function layoutShields(layer, home, boxes) {
  const nodes = [];
  for (const feature of layer.features) {
    const wide = textWidth(feature.label, 10.5, 600) + 9;
    const taken = [];
    for (const part of feature.parts) {
      const [x, y] = layerPoint(decodeRing(part[0])[0]);
      const box = { x0: x - wide / 2, y0: y - 8, x1: x + wide / 2, y1: y + 8 };
      const near = taken.some((one) => Math.hypot(one[0] - x, one[1] - y) < 330);
      if (near || barred(box, inSight(x, y)) || boxes.some((other) => overlaps(box, other))) continue;
      taken.push([x, y]);
      boxes.push(box);
      nodes.push(
        svg("rect", {
          class: feature.rank === 1 ? "shield main" : "shield",
          x: box.x0,
          y: box.y0,
          width: wide,
          height: 16,
          rx: 3,
        }),
      );
      nodes.push(
        svg("text", {
          class: feature.rank === 1 ? "shield-text main" : "shield-text",
          x,
          y: y + 3.8,
          text: feature.label,
        }),
      );
    }
  }
  home.replaceChildren(...nodes);
}

/* Words alone, each over its spot or beside it; those that open something are buttons. */
function layoutWords(layer, home, boxes, road) {
  const look = { size: 12.5, weight: 500 };
  const nodes = [];
  for (const feature of layer.features) {
    const [x, y] = layerPoint(shapeIn(feature)[0][0][0]);
    const wide = textWidth(feature.label, look.size, look.weight) + 4;
    const middle = { x0: x - wide / 2, y0: y - 8, x1: x + wide / 2, y1: y + 8 };
    const around = boxOfPlace(x, y, 6, boxes);
    const tries = [around, wider(around, 14)].flatMap((one) => spots(one, wide, 16));
    const box = bestSpot([middle, ...tries], boxes, road, inSight(x, y));
    if (!box) continue;
    boxes.push(box);
    const node = labelNode([feature.label], { ...box, x0: box.x0 + 2 }, look, "own");
    node.dataset.key = feature.key;
    if ((feature.details || []).length)
      makeButton(node, feature.label, () => emit("open", { keys: feature.details, key: feature.key, from: node }));
    nodes.push(node);
  }
  home.replaceChildren(...nodes);
}

/* "3 somewhere here" in the middle of the part of an area that lies free. */
function layoutSomewhere(layer, home, boxes, road) {
  const zoom = map.getZoom();
  const look = { size: 11.5, weight: 500 };
  const nodes = [];
  for (const feature of layer.features) {
    if (zoom < (feature.size > 1 ? 9 : 10.4) || feature.mark !== "somewhere_area") continue;
    const points = shapeIn(feature)[0][0].map(layerPoint);
    const xs = points.map((point) => point[0]);
    const ys = points.map((point) => point[1]);
    const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const wide = textWidth(spotText(feature), look.size, look.weight) + 6;
    if (x1 - x0 < wide * 0.9) continue;
    const tries = [];
    for (const fy of [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8]) {
      for (const fx of [0.5, 0.35, 0.65, 0.25, 0.75]) {
        const [cx, cy] = [x0 + (x1 - x0) * fx, y0 + (y1 - y0) * fy];
        if (inside([cx, cy], points)) tries.push({ x0: cx - wide / 2, y0: cy - 7.5, x1: cx + wide / 2, y1: cy + 7.5 });
      }
    }
    const spot = bestSpot(tries, boxes, road);
    if (!spot) continue;
    boxes.push(spot);
    const node = labelNode([spotText(feature)], { ...spot, x0: spot.x0 + 3 }, look, "vague");
    node.dataset.spot = feature.key;
    node.classList.toggle("is-past", !spotCount(feature));
    nodes.push(node);
  }
  home.replaceChildren(...nodes);
}

function inside(point, ring) {
  let odd = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > point[1] !== yj > point[1] && point[0] < ((xj - xi) * (point[1] - yi)) / (yj - yi) + xi) odd = !odd;
  }
  return odd;
}

/* Names, kilometres and road numbers around the marks that are there. */
export function layoutNames({ boxes, ticks, road }, moved) {
  setFrame();
  const taken = [...boxes];
  const each = (kind, act) => {
    for (const layer of layerNamed(kind)) if (layer.shown) act(layer);
  };
  each("place", (layer) => layoutPlaces(layer, markPanes.get(layer.name), taken, road, moved));
  for (const [found, home] of ticks) layoutTickLabels(found, home, taken, road);
  each("label", (layer) => layoutWords(layer, markPanes.get(layer.name), taken, road));
  each("shield", (layer) => layoutShields(layer, markPanes.get(layer.name), taken));
  each("somewhere", (layer) => layoutSomewhere(layer, markPanes.get(`${layer.name}-labels`), taken, road));
}
