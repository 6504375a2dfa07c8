/* Marks from the style table: the same function draws them on the map, in the legend and
   in lists, so that they cannot differ. */

import { DATA, TOKENS } from "./data.js";
import { svg } from "./dom.js";

export const BOX = 24;

export function shapeOf(kind) {
  return DATA.marks[kind]?.path ? DATA.marks[kind] : DATA.shapes[kind] || DATA.shapes.other;
}

/* An event's shape in ink, or a sign for what is none in its mark's colour, `size` pixels across. Hollow: the harm
   is not known. */
export function glyph(kind, size, hollow) {
  const shape = shapeOf(kind);
  const ink = shape.colour || TOKENS.ink;
  const scale = size / BOX;
  const empty = hollow || shape.open;
  const made = svg("g", { transform: `scale(${scale.toFixed(3)})`, class: "glyph" });
  made.append(
    svg("path", {
      d: shape.path,
      fill: "none",
      stroke: TOKENS.paper,
      "stroke-width": 4.5 / scale,
      "stroke-linejoin": "round",
    }),
  );
  made.append(
    svg("path", {
      d: shape.path,
      fill: empty ? TOKENS.paper : ink,
      stroke: ink,
      "stroke-width": 1.6 / scale,
      "stroke-linejoin": "round",
    }),
  );
  if (shape.inner) {
    made.append(
      svg("path", {
        d: shape.inner,
        fill: "none",
        stroke: empty ? ink : TOKENS.paper,
        "stroke-width": 1.7 / scale,
        "stroke-linecap": "round",
      }),
    );
  }
  return made;
}

function groupOf(key) {
  return DATA.groups[key] || DATA.groups.unnamed;
}

/* Hatches are made once a pair of groups: 45 degrees for one, 135 for the other. Lines and dots are
   wide enough to fill pixels: thinner ones turn pale, and groups with them alike. */
const hatches = new Map();

function hatchFill(groups) {
  const pair = [groups[0] || "unnamed", groups[1] || groups[0] || "unnamed"];
  const id = `hatch-${pair.join("-")}`;
  if (!hatches.has(id)) {
    const pattern = svg("pattern", { id, width: 12, height: 12, patternUnits: "userSpaceOnUse" });
    pattern.append(
      svg("path", {
        d: "M-2 14L14 -2M-4 4L4 -4M8 16L16 8",
        stroke: groupOf(pair[0]).line,
        "stroke-width": 2.2,
        fill: "none",
      }),
      svg("path", {
        d: "M-2 -2L14 14M8 -4L16 4M-4 8L4 16",
        stroke: groupOf(pair[1]).line,
        "stroke-width": 2.2,
        fill: "none",
      }),
    );
    document.getElementById("patterns").append(pattern);
    hatches.set(id, true);
  }
  return `url(#${id})`;
}

/* Dots for one group, crosses for the other: what a model says, never a report. */
function stippleFill(groups) {
  const pair = [groups[0] || "unnamed", groups[1]];
  const id = `stipple-${pair.filter(Boolean).join("-")}`;
  if (!hatches.has(id)) {
    const pattern = svg("pattern", { id, width: 12, height: 12, patternUnits: "userSpaceOnUse" });
    const dot = (x, y) => svg("circle", { cx: x, cy: y, r: 1.5, fill: groupOf(pair[0]).line });
    const cross = svg("path", {
      d: "M6 9h6M9 6v6",
      stroke: groupOf(pair[1] || pair[0]).line,
      "stroke-width": 2,
      fill: "none",
    });
    pattern.append(dot(3, 3), pair[1] ? cross : dot(9, 9));
    document.getElementById("patterns").append(pattern);
    hatches.set(id, true);
  }
  return `url(#${id})`;
}

function innerFill(mark, groups, group) {
  if (mark.hatch) return hatchFill(groups);
  if (mark.stipple) return stippleFill(groups || []);
  return mark.fill || group?.colour || TOKENS.ink_2;
}

export function patternHome() {
  const defs = svg("defs", { id: "patterns" });
  document.body.append(svg("svg", { class: "patterns", width: 0, height: 0, "aria-hidden": "true" }, defs));
}

export function areaStyle(mark, groups) {
  const group = groups?.length ? groupOf(groups[0]) : null;
  const filled = mark.fill_opacity > 0;
  return {
    stroke: mark.width > 0,
    color: mark.colour || group?.line || TOKENS.ink_2,
    weight: mark.width,
    opacity: mark.opacity,
    dashArray: mark.dash || null,
    lineCap: mark.dash?.startsWith("0") ? "round" : "butt",
    fill: filled,
    fillColor: innerFill(mark, groups, group),
    fillOpacity: mark.fill_opacity,
  };
}

/* A little picture of a mark for legend and lists, 28 by 20 pixels. */
export function swatch(key, groups, hollow) {
  const made = svg("svg", { class: "swatch", width: 28, height: 20, viewBox: "0 0 28 20", "aria-hidden": "true" });
  if (key.startsWith("group_")) {
    const group = groupOf(key.slice(6));
    made.append(
      svg("rect", {
        x: 3,
        y: 3,
        width: 22,
        height: 14,
        rx: 2,
        fill: group.colour,
        stroke: group.line,
        "stroke-width": 1,
      }),
    );
    return made;
  }
  const mark = DATA.marks[key];
  if (!mark || mark.path) {
    made.append(svg("g", { transform: "translate(14 10)" }, glyph(key, 16, hollow)));
    return made;
  }
  if (mark.kind === "area") swatchArea(made, mark, groups);
  else if (mark.kind === "bracket")
    made.append(svg("g", { transform: "translate(14 10)" }, bracketPath(mark, [-6, 0], [6, 0], 7)));
  else if (mark.kind === "label")
    made.append(svg("text", { class: "label own", x: 4, y: 14, "font-size": 12, text: "Aa" }));
  else if (mark.kind === "tick")
    made.append(svg("path", { d: "M2 10H26M14 4V16", stroke: mark.colour, "stroke-width": mark.width, fill: "none" }));
  else swatchLine(made, mark);
  return made;
}

/* The edge of a box `wide` by `high`: a band is open at both ends. */
export function edgeDash(mark, wide, high) {
  if (!mark.band) return mark.dash;
  if (!mark.dash) return `${wide} ${high}`;
  const [on, off] = mark.dash.split(" ").map(Number);
  const n = Math.max(1, Math.floor(wide / (on + off)));
  const edge = Array.from({ length: n }, () => [on, off]).flat();
  edge[edge.length - 1] += Number(wide) - n * (on + off) + Number(high);
  return edge.map((part) => Math.max(0, part).toFixed(1)).join(" ");
}

function swatchArea(made, mark, groups) {
  const look = areaStyle(mark, groups);
  made.append(
    svg("rect", {
      x: 2,
      y: 2,
      width: 24,
      height: 16,
      rx: mark.band ? 0 : 2,
      fill: look.fill ? look.fillColor : "none",
      "fill-opacity": look.fillOpacity,
      stroke: look.stroke ? look.color : "none",
      "stroke-width": look.weight,
      "stroke-opacity": look.opacity,
      "stroke-dasharray": edgeDash(mark, 24, 16),
      "stroke-linecap": look.lineCap,
    }),
  );
}

function swatchLine(made, mark) {
  const wide = Math.min(mark.width, 12);
  if (mark.casing)
    made.append(
      svg("path", {
        d: "M1 10H27",
        stroke: mark.casing,
        "stroke-width": Math.min(mark.casing_width, 14),
        "stroke-dasharray": (mark.open && mark.dash) || null,
        "stroke-linecap": mark.open ? "round" : "butt",
      }),
    );
  made.append(
    svg("path", {
      d: "M1 10H27",
      stroke: mark.colour,
      "stroke-width": wide,
      "stroke-opacity": mark.opacity,
      "stroke-dasharray": mark.dash,
      "stroke-linecap": mark.dash?.startsWith("0") ? "round" : "butt",
    }),
  );
}

/* [ ] across the road from a to b (pixels); `half` is half its height. */
export function bracketPath(mark, a, b, half) {
  const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
  const made = svg("g", { class: "bracket" });
  const along = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
  const lines = [];
  for (const [end, sign, way] of [
    [a, 1, along],
    [b, -1, along],
  ]) {
    for (let n = 0; n < mark.strokes; n += 1) {
      lines.push(oneBracket(end, [way[0] * sign, way[1] * sign], half, n * 3.6, mark.gap, n === 0));
    }
  }
  const d = lines.join("");
  made.append(
    svg("path", {
      d,
      fill: "none",
      stroke: TOKENS.paper,
      "stroke-width": mark.width + 3,
      "stroke-linejoin": "round",
      "stroke-linecap": "round",
    }),
  );
  made.append(
    svg("path", {
      d,
      fill: "none",
      stroke: mark.colour,
      "stroke-width": mark.width,
      "stroke-dasharray": mark.dash || null,
    }),
  );
  return made;
}

export function oneBracket(end, way, half, back, gap, hooked) {
  const across = [-way[1], way[0]];
  const at = (side, reach) => {
    const x = end[0] - way[0] * back + across[0] * side + way[0] * reach;
    const y = end[1] - way[1] * back + across[1] * side + way[1] * reach;
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  };
  const hook = hooked ? 4 : 0;
  const top = `M${at(half, hook)}L${at(half, 0)}`;
  const tail = `L${at(-half, 0)}L${at(-half, hook)}`;
  return gap ? `${top}L${at(3, 0)}M${at(-3, 0)}${tail}` : `${top}${tail}`;
}
