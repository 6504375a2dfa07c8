/* Marks that have a size in pixels: events (stacked where they would hide each other),
   posts, kilometre ticks. They are laid out anew at every zoom, never while panning. */

import { boxAround } from "./boxes.js";
import { DATA, TOKENS } from "./data.js";
import { makeButton, svg } from "./dom.js";
import { inDays, loaded } from "./events.js";
import { shapeIn } from "./geometry.js";
import { titleOf } from "./layers.js";
import { layerPoint, map, widthScale } from "./map.js";
import { bracketPath, glyph, oneBracket } from "./marks.js";
import { newsRing } from "./news.js";
import { emit } from "./signals.js";
import { fill } from "./words.js";

const STACK_GAP = 9;
const STACK_GAP_FAR = 17;
export const FAN_ZOOM = 11.5;
const FAN_MOST = 7;

function directionAt(point, road) {
  let best = Infinity;
  let way = [0, -1];
  for (const line of road) {
    for (let i = 1; i < line.length; i += 1) {
      const [ax, ay] = line[i - 1];
      const dx = line[i][0] - ax;
      const dy = line[i][1] - ay;
      const squared = dx * dx + dy * dy;
      if (!squared) continue;
      const t = Math.max(0, Math.min(1, ((point[0] - ax) * dx + (point[1] - ay) * dy) / squared));
      const away = (point[0] - ax - t * dx) ** 2 + (point[1] - ay - t * dy) ** 2;
      if (away < best) {
        best = away;
        way = [dx / Math.sqrt(squared), dy / Math.sqrt(squared)];
      }
    }
  }
  return way;
}

/* Marks that would overlap become one stack; the largest gives its place. The gap leaves
   room for the count of a stack beside its neighbour. */
function stack(points, gap) {
  const found = [];
  const order = points.map((_, n) => n).sort((a, b) => points[b].size - points[a].size || a - b);
  for (const n of order) {
    const point = points[n];
    const home = found.find((one) => Math.hypot(one.x - point.x, one.y - point.y) < (one.size + point.size) / 2 + gap);
    if (home) home.members.push(n);
    else found.push({ x: point.x, y: point.y, size: point.size, members: [n] });
  }
  for (const one of found) one.members.sort((a, b) => a - b);
  return found;
}

/* Where the members of an opened stack stand: a row of up to seven around the place. */
function fan(count) {
  const radius = count < 3 ? 13 : 12 + count * 2.4;
  return Array.from({ length: count }, (_, n) => {
    const angle = -Math.PI / 2 + (2 * Math.PI * n) / count;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

/* The counts of a layer's marks. They are drawn in a pane above all marks, so that none hides a count. */
const counted = new Map();

export function drawCounts(home) {
  home.replaceChildren(...[...counted].filter(([layer]) => layer.shown).flatMap(([, nodes]) => nodes));
}

function countNode(mark, parts) {
  const name = mark.getAttribute("aria-label");
  const made = svg("g", { class: "count", "data-key": mark.dataset.key, "aria-hidden": "true" }, ...parts);
  made.append(svg("title", { text: name }));
  made.addEventListener("click", (event) => {
    event.stopPropagation();
    mark.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  });
  return made;
}

const common = (a, b) =>
  Math.max(0, Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0)) * Math.max(0, Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0));

/* A count that hangs on a corner of its mark, dark as the mark is: a ring apart reads as a town. The
   lower right is the corner that every shape reaches; where none is free, the one that covers least. `taken`
   grows by where it stands, and the mark's own box with it, so that a name stands beside both. */
export function badge(text, x, y, half, taken, own) {
  const wide = 8 + 6.2 * String(text).length;
  const corner = ([sx, sy]) => {
    const cx = x + sx * (half * 0.75 + wide / 2 - 2);
    const cy = y + sy * (half * 0.75 + 1);
    return { cx, cy, x0: cx - wide / 2, y0: cy - 7, x1: cx + wide / 2, y1: cy + 7 };
  };
  const others = taken.filter((other) => other !== own);
  const spot = [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ]
    .map(corner)
    .map((box) => ({ box, cost: others.reduce((sum, other) => sum + common(box, other), 0) }))
    .reduce((a, b) => (b.cost < a.cost ? b : a)).box;
  taken.push(spot);
  Object.assign(own, {
    x0: Math.min(own.x0, spot.x0),
    y0: Math.min(own.y0, spot.y0),
    x1: Math.max(own.x1, spot.x1),
    y1: Math.max(own.y1, spot.y1),
  });
  return [
    svg("rect", { class: "badge", x: spot.x0, y: spot.y0, width: wide, height: 14, rx: 7 }),
    svg("text", { class: "badge-text", x: spot.cx, y: spot.cy + 3.6, text }),
  ];
}

function markOf(feature, x, y, keys) {
  const made = svg("g", { class: "mark", "data-key": feature.key });
  const at = { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` };
  made.append(
    svg(
      "g",
      at,
      svg("circle", { class: "touch", r: 17 }),
      svg("circle", { class: "ring", r: feature.size / 2 + 5 }),
      glyph(feature.mark, feature.size, feature.hollow),
    ),
  );
  newsRing(made, keys, x, y, feature.size / 2);
  const name = keys.length > 1 ? fill("stack", { n: keys.length }) : titleOf(feature);
  makeButton(made, name, () => emit("open", { keys, key: feature.key, from: made }));
  made.append(svg("title", { text: name }));
  return made;
}

export function layoutEvents(layer, home, boxes) {
  const nodes = [];
  const shown = layer.features.filter(
    (feature) => !loaded.events || feature.details.some((key) => loaded.events.shows(key)),
  );
  const points = shown.map((feature) => {
    const [x, y] = layerPoint(shapeIn(feature)[0][0][0]);
    return { x, y, size: feature.size, feature };
  });
  const counts = [];
  for (const pile of stack(points, map.getZoom() < 9.8 ? STACK_GAP_FAR : STACK_GAP)) {
    const members = pile.members.map((n) => points[n].feature);
    const lead = members.reduce((a, b) => (b.size > a.size ? b : a));
    if (members.length > 1 && members.length <= FAN_MOST && map.getZoom() >= FAN_ZOOM) {
      fan(members.length).forEach(([dx, dy], n) => {
        nodes.push(svg("path", { class: "leader", d: `M${pile.x} ${pile.y}l${dx.toFixed(1)} ${dy.toFixed(1)}` }));
        nodes.push(markOf(members[n], pile.x + dx, pile.y + dy, members[n].details));
        boxes.push(boxAround(pile.x + dx, pile.y + dy, members[n].size / 2 + 2));
      });
      continue;
    }
    const made = markOf(
      lead,
      pile.x,
      pile.y,
      members.flatMap((one) => one.details),
    );
    nodes.push(made);
    const own = boxAround(pile.x, pile.y, lead.size / 2 + 1);
    boxes.push(own);
    if (members.length > 1) counts.push([made, members.length, pile.x, pile.y, lead.size / 2, own]);
  }
  counted.set(
    layer,
    counts.map(([made, count, x, y, half, own]) => countNode(made, badge(count, x, y, half, boxes, own))),
  );
  home.replaceChildren(...nodes);
}

export function layoutPosts(layer, home, boxes, road) {
  const nodes = [];
  const spans = layer.features.filter(inDays).map((feature) => {
    const line = shapeIn(feature).flat().flat().map(layerPoint);
    return { feature, a: line[0], b: line[line.length - 1] };
  });
  const piles = [];
  for (const span of spans) {
    const same = (one) =>
      Math.hypot(one.a[0] - span.a[0], one.a[1] - span.a[1]) < 9 &&
      Math.hypot(one.b[0] - span.b[0], one.b[1] - span.b[1]) < 9;
    const pile = piles.find(same);
    if (pile) pile.members.push(span.feature);
    else piles.push({ a: span.a, b: span.b, members: [span.feature] });
  }
  const counts = [];
  for (const pile of piles) {
    const order = ["post_active", "post_fading", "post_last_known", "post_unknown", "post_removed"];
    const lead = [...pile.members].sort((a, b) => order.indexOf(a.mark) - order.indexOf(b.mark))[0];
    const { made, at } = postNode(pile, lead, road, boxes);
    nodes.push(made);
    if (pile.members.length > 1) counts.push(countNode(made, badge(pile.members.length, ...at)));
  }
  counted.set(layer, counts);
  home.replaceChildren(...nodes);
}

function postNode(pile, lead, road, boxes) {
  const mark = DATA.marks[lead.mark];
  const keys = pile.members.flatMap((one) => one.details);
  const name = pile.members.length > 1 ? fill("posts_here", { n: pile.members.length }) : titleOf(lead);
  const made = svg("g", { class: "mark post", "data-key": lead.key });
  const apart = Math.hypot(pile.b[0] - pile.a[0], pile.b[1] - pile.a[1]);
  const ends = [];
  let own = null;
  if (apart < 16) {
    const middle = [(pile.a[0] + pile.b[0]) / 2, (pile.a[1] + pile.b[1]) / 2];
    const way = directionAt(middle, road);
    ends.push([
      [middle[0] - way[0] * 8, middle[1] - way[1] * 8],
      [middle[0] + way[0] * 8, middle[1] + way[1] * 8],
    ]);
    made.append(bracketPath(mark, ...ends[0], 11));
    made.append(svg("circle", { class: "touch", cx: middle[0], cy: middle[1], r: 18 }));
    own = boxAround(middle[0], middle[1], 13);
    boxes.push(own);
  } else {
    const first = inward(pile.a, directionAt(pile.a, road), pile.b);
    const last = inward(pile.b, directionAt(pile.b, road), pile.a);
    made.append(halfBracket(mark, pile.a, first), halfBracket(mark, pile.b, last));
    for (const at of [pile.a, pile.b]) {
      made.append(svg("circle", { class: "touch", cx: at[0], cy: at[1], r: 15 }));
      boxes.push(boxAround(at[0], at[1], 11));
    }
    own = boxes[boxes.length - 2];
  }
  const spot = ends.length ? [(pile.a[0] + pile.b[0]) / 2, (pile.a[1] + pile.b[1]) / 2] : pile.a;
  newsRing(made, keys, ...spot, 11);
  makeButton(made, name, () => emit("open", { keys, key: lead.key, from: made }));
  made.append(svg("title", { text: name }));
  return { made, at: [...spot, 11, boxes, own] };
}

function inward(from, way, to) {
  const along = way[0] * (to[0] - from[0]) + way[1] * (to[1] - from[1]);
  return along >= 0 ? way : [-way[0], -way[1]];
}

function halfBracket(mark, end, way) {
  const lines = [];
  for (let n = 0; n < mark.strokes; n += 1) lines.push(oneBracket(end, way, 11, n * 3.6, mark.gap, n === 0));
  const d = lines.join("");
  return svg(
    "g",
    { class: "bracket" },
    svg("path", {
      d,
      fill: "none",
      stroke: TOKENS.paper,
      "stroke-width": mark.width + 3,
      "stroke-linejoin": "round",
      "stroke-linecap": "round",
    }),
    svg("path", {
      d,
      fill: "none",
      stroke: mark.colour,
      "stroke-width": mark.width,
      "stroke-dasharray": mark.dash || null,
    }),
  );
}

/* A tick across the road every ten kilometres; every fiftieth when one is far off. */
export function layoutTicks(layer, home) {
  const near = map.getZoom() >= 9;
  const spots = [];
  const nodes = [];
  for (const feature of layer.features) {
    if (!near && feature.rank > 3) continue;
    const line = shapeIn(feature).flat().flat().map(layerPoint);
    const [a, b] = [line[0], line[line.length - 1]];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
    const across = [-(b[1] - a[1]) / length, (b[0] - a[0]) / length];
    const x = (a[0] + b[0]) / 2;
    const y = (a[1] + b[1]) / 2;
    const half = 6 * widthScale();
    const d = `M${(x - across[0] * half).toFixed(1)} ${(y - across[1] * half).toFixed(1)}L${(x + across[0] * half).toFixed(1)} ${(y + across[1] * half).toFixed(1)}`;
    nodes.push(svg("path", { class: "tick-halo", d }), svg("path", { class: "tick", d }));
    spots.push({ feature, x, y, across });
  }
  home.replaceChildren(...nodes);
  return spots;
}
