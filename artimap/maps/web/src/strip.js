/* The road as a straight line: towns, posts, rate, who is said to hold what, events by time.
   Drawn from the same data and marks as the map, and linked with it. */

import { openCard } from "./card.js";
import { DATA, TOKENS } from "./data.js";
import { makeButton, svg } from "./dom.js";
import { passes } from "./events.js";
import { textWidth } from "./labels.js";
import { areaStyle, bracketPath, edgeDash, glyph } from "./marks.js";
import { roadAt } from "./road.js";
import { showBeacon } from "./selection.js";
import { emit } from "./signals.js";
import { zones } from "./timeline.js";
import { fill, kmText, word } from "./words.js";

const STRIP = { left: 58, right: 18, town: 15, lanes: 4, post: 24, band: 20, zone: 11, events: 150, least: 860 };

/* What shows a kilometre on the strip that stands on the page; null where there is none. */
export const strip = { cursor: null };

export function stripNode(width, tall = STRIP.events) {
  const side = DATA.road;
  const wide = Math.max(STRIP.least, width || STRIP.least);
  const x = (metres) => STRIP.left + (metres / side.length_m) * (wide - STRIP.left - STRIP.right);
  const made = svg("svg", {
    class: "strip",
    width: wide,
    role: "group",
    "aria-label": fill("strip", { road: side.ref }),
  });
  const scene = { made, x, wide, tall, y: 6 };
  stripTowns(scene, side);
  stripPosts(scene);
  stripBand(scene);
  stripAxis(scene, side);
  stripZones(scene, side);
  stripEvents(scene, side);
  const cursor = svg(
    "g",
    { class: "strip-cursor", visibility: "hidden" },
    svg("path", { d: `M0 0V${scene.y}` }),
    svg("text", { y: 10 }),
  );
  made.append(cursor);
  made.setAttribute("height", scene.y + 4);
  made.setAttribute("viewBox", `0 0 ${wide} ${scene.y + 4}`);
  stripCursor(made, cursor, x, side);
  return made;
}

/* Spans into the first lane in which they touch no other. */
function lanesOf(spans, gap) {
  const ends = [];
  return spans.map(([from, to]) => {
    let lane = ends.findIndex((end) => end + gap <= from);
    if (lane < 0) lane = ends.push(-Infinity) - 1;
    ends[lane] = to;
    return lane;
  });
}

function rowName(scene, text, y) {
  scene.made.append(svg("text", { class: "strip-name", x: 4, y, text }));
}

function townLabel(key, name) {
  const places = DATA.layers.find((one) => one.name === "places");
  const feature = places?.features.find((one) => one.key === key);
  return feature ? feature.label : name;
}

function stripTowns(scene, side) {
  const { made, x, wide } = scene;
  const towns = side.towns.map(([key, name, at]) => {
    const label = townLabel(key, name);
    const size = textWidth(label, 12, 500);
    const start = Math.max(2, Math.min(wide - size - 2, x(at) - size / 2));
    return { label, at: x(at), start, end: start + size };
  });
  const lanes = lanesOf(
    towns.map((one) => [one.start, one.end]),
    6,
  );
  const high = (Math.max(...lanes, 0) + 1) * STRIP.town;
  const foot = scene.y + high + STRIP.post;
  towns.forEach((town, n) => {
    const base = scene.y + high - lanes[n] * STRIP.town - 4;
    made.append(svg("path", { class: "strip-lead", d: `M${town.at.toFixed(1)} ${base + 3}V${foot}` }));
    made.append(svg("text", { class: "strip-town", x: town.start.toFixed(1), y: base, text: town.label }));
  });
  scene.y = foot;
}

/* A part of the strip that opens what its mark on the map opens. */
function stripMark(key, ...children) {
  const detail = DATA.details[key];
  const node = svg("g", { class: "strip-mark", "data-key": key }, ...children);
  if (!detail) return node;
  makeButton(node, [detail.where, detail.heading, detail.when].filter(Boolean).join(" · "), () => {
    emit("strip", key);
    openCard({ keys: [key], key, from: node, fly: true });
  });
  return node;
}

function stripPosts(scene) {
  const sheet = DATA.sheets.find((one) => one.name === "posts");
  if (!sheet) return;
  const y = scene.y - STRIP.post / 2;
  for (const [key, , from, to] of sheet.rows) {
    if (from === null || to === null || !DATA.details[key]) continue;
    const middle = (scene.x(from) + scene.x(to)) / 2;
    const half = Math.max(6, (scene.x(to) - scene.x(from)) / 2);
    const mark = DATA.marks[DATA.details[key].icon.mark];
    scene.made.append(
      stripMark(
        key,
        svg("rect", { class: "strip-hit", x: middle - half - 6, y: y - 12, width: half * 2 + 12, height: 24 }),
        bracketPath(mark, [middle - half, y], [middle + half, y], 8),
      ),
    );
  }
}

function stripBand(scene) {
  const sheet = DATA.sheets.find((one) => one.name === "stretches");
  const y = scene.y + STRIP.band / 2;
  rowName(scene, word("strip_rate"), y + 4);
  if (!sheet) return;
  for (const [key, , from, to] of sheet.rows) {
    const mark = DATA.marks[DATA.details[key].icon.mark];
    const d = `M${scene.x(from).toFixed(1)} ${y}H${scene.x(to).toFixed(1)}`;
    const dotted = mark.dash?.startsWith("0");
    scene.made.append(
      stripMark(
        key,
        svg("path", {
          d,
          stroke: mark.casing,
          "stroke-width": mark.casing_width,
          "stroke-dasharray": (mark.open && mark.dash) || null,
          "stroke-linecap": mark.open ? "round" : "butt",
        }),
        svg("path", {
          d,
          stroke: mark.colour,
          "stroke-width": mark.width,
          "stroke-dasharray": mark.dash,
          "stroke-linecap": dotted ? "round" : "butt",
        }),
        svg("rect", {
          class: "strip-hit",
          x: scene.x(from),
          y: scene.y - 2,
          width: scene.x(to) - scene.x(from),
          height: STRIP.band + 4,
        }),
      ),
    );
    scene.made.append(svg("path", { class: "strip-edge", d: `M${scene.x(from).toFixed(1)} ${y - 6}V${y + 6}` }));
  }
  scene.y += STRIP.band;
}

function stripAxis(scene, side) {
  const y = scene.y + 12;
  rowName(scene, "km", y);
  for (let at = 0; at <= side.length_m; at += 10000) {
    const big = at % 50000 === 0;
    scene.made.append(svg("path", { class: "strip-edge", d: `M${scene.x(at).toFixed(1)} ${scene.y}v${big ? 5 : 3}` }));
    if (big)
      scene.made.append(
        svg("text", { class: "strip-km", x: scene.x(at).toFixed(1), y: y + 3, text: String(at / 1000) }),
      );
  }
  scene.y += 20;
}

function stripZones(scene, side) {
  if (!side.zones.length) return;
  const spans = side.zones.filter(([key]) => DATA.details[key] && zones.shows(key));
  const lanes = lanesOf(
    spans.map(([, from, to]) => [from, to]),
    0,
  );
  const rows = Math.max(...lanes, 0) + 1;
  // where many zones lie over each other their bars grow thin: the paper has no room to spare
  const pitch = scene.tall < STRIP.events ? Math.min(STRIP.zone + 3, Math.max(6, 42 / rows)) : STRIP.zone + 3;
  rowName(scene, word("strip_zones"), scene.y + 11);
  spans.forEach(([key, from, to], n) => {
    const mark = DATA.marks[DATA.details[key].icon.mark];
    const look = areaStyle(mark, DATA.details[key].icon.groups);
    const wide = Math.max(3, scene.x(to) - scene.x(from)).toFixed(1);
    const y = scene.y + 2 + lanes[n] * pitch;
    scene.made.append(
      stripMark(
        key,
        svg("rect", {
          x: scene.x(from).toFixed(1),
          y,
          width: wide,
          height: pitch - 3,
          fill: look.fill ? look.fillColor : TOKENS.card,
          "fill-opacity": look.fill ? look.fillOpacity : 0.01,
          stroke: look.color,
          "stroke-width": look.weight,
          "stroke-opacity": look.opacity,
          "stroke-dasharray": edgeDash(mark, wide, pitch - 3),
          "stroke-linecap": look.lineCap,
        }),
      ),
    );
  });
  scene.y += rows * pitch + 8;
}

/* Events below, the newest on top; what is known only to a stretch is a bar. */
function stripEvents(scene, side) {
  const sheet = DATA.sheets.find((one) => one.name === "events");
  const days = new Map(sheet ? sheet.rows.map((row) => [row[0], row[1]]) : []);
  const rows = side.events.filter(([key]) => days.get(key) && DATA.details[key]);
  if (!rows.length) return;
  const time = (key) => Date.parse(days.get(key));
  const newest = Math.max(...rows.map(([key]) => time(key)));
  const oldest = Math.min(...rows.map(([key]) => time(key)));
  const top = scene.y + 10;
  const at = (ms) => top + ((newest - ms) / Math.max(newest - oldest, 1)) * scene.tall;
  rowName(scene, word("strip_events"), top);
  for (let year = new Date(newest).getUTCFullYear(); year > new Date(oldest).getUTCFullYear(); year -= 1) {
    const y = at(Date.UTC(year, 0, 1));
    if (y > top + 16) scene.made.append(svg("text", { class: "strip-km", x: 30, y: y + 4, text: String(year) }));
    scene.made.append(
      svg("path", { class: "strip-lead", d: `M${STRIP.left} ${y.toFixed(1)}H${scene.wide - STRIP.right}` }),
    );
  }
  const taken = [];
  const free = (px, py) => taken.every(([ox, oy]) => Math.abs(ox - px) > 12 || Math.abs(oy - py) > 11);
  const spread = rows.filter(([, from, to]) => from !== to);
  for (const [key, from, to] of spread) {
    const d = `M${scene.x(from).toFixed(1)} ${at(time(key)).toFixed(1)}H${Math.max(scene.x(to), scene.x(from) + 4).toFixed(1)}`;
    const node = stripMark(key, svg("path", { class: "strip-bar", d }), svg("path", { class: "strip-hit line", d }));
    node.classList.toggle("is-past", !passes(key));
    scene.made.append(node);
  }
  for (const [key, from] of rows.filter((row) => row[1] === row[2])) {
    let [px, py] = [scene.x(from), at(time(key))];
    for (let n = 0; n < 6 && !free(px, py); n += 1) px += 12;
    taken.push([px, py]);
    const { mark, hollow } = DATA.details[key].icon;
    const node = stripMark(
      key,
      svg("circle", { class: "strip-hit", cx: px, cy: py, r: 8 }),
      svg("g", { transform: `translate(${px.toFixed(1)} ${py.toFixed(1)})` }, glyph(mark, 12, hollow)),
    );
    node.classList.toggle("is-past", !passes(key));
    scene.made.append(node);
  }
  scene.y = top + scene.tall + 12;
}

/* A line over the strip where the pointer is, and a ring on the map at that kilometre. */
function stripCursor(made, cursor, x, side) {
  const show = (metres) => {
    cursor.setAttribute("visibility", "visible");
    cursor.setAttribute("transform", `translate(${x(metres).toFixed(1)} 0)`);
    const text = cursor.querySelector("text");
    text.textContent = fill("map.km.at", { a: kmText(metres) });
    const right = metres > side.length_m * 0.9;
    text.setAttribute("x", right ? -4 : 4);
    text.setAttribute("text-anchor", right ? "end" : "start");
  };
  made.addEventListener("pointermove", (event) => {
    const box = made.getBoundingClientRect();
    const metres = ((event.clientX - box.left - STRIP.left) / (x(side.length_m) - STRIP.left)) * side.length_m;
    if (metres < 0 || metres > side.length_m) return;
    show(metres);
    showBeacon(roadAt(metres));
  });
  made.addEventListener("pointerleave", () => {
    cursor.setAttribute("visibility", "hidden");
    showBeacon(null);
  });
  strip.cursor = { show, hide: () => cursor.setAttribute("visibility", "hidden") };
}
