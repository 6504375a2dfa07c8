/* Areas and lines, one pane a layer, in the order of the data. */

import { DATA, TOKENS } from "./data.js";
import { makeButton, svg } from "./dom.js";
import { shapeIn } from "./geometry.js";
import { map, paneOf, rescaled } from "./map.js";
import { areaStyle } from "./marks.js";
import { emit } from "./signals.js";

export const groupsByLayer = new Map();
export const renderers = new Map();
export const targets = new Map();

/* Where each detail lies on the map: what a list leads to. */
export function remember(feature) {
  const target = {
    feature,
    get bounds() {
      return L.latLngBounds(shapeIn(feature).flat(2));
    },
  };
  for (const key of feature.details || []) if (!targets.has(key)) targets.set(key, target);
}

export function titleOf(feature) {
  const keys = feature.details || [];
  if (keys.length === 1 && DATA.details[keys[0]]) {
    const detail = DATA.details[keys[0]];
    return [detail.where || detail.sentence, detail.heading, detail.when].filter(Boolean).join(" · ");
  }
  return feature.label;
}

export const markNodes = new Map();

export function renameMarks() {
  for (const [node, feature] of markNodes) node.setAttribute("aria-label", titleOf(feature));
}

function makeOpen(path, feature) {
  path.on("add", () => {
    const node = path.getElement();
    if (!node || node.dataset.key) return;
    node.dataset.key = feature.key;
    markNodes.set(node, feature);
    makeButton(node, titleOf(feature), () => emit("open", { keys: feature.details, key: feature.key, from: node }));
  });
}

export function drawArea(layer, renderer, group) {
  for (const feature of layer.features) {
    const latLngs = shapeIn(feature);
    const open = (feature.details || []).length > 0;
    const look = areaStyle(DATA.marks[feature.mark], feature.groups);
    const path = L.polygon(latLngs, {
      ...look,
      renderer,
      interactive: open,
      smoothFactor: 0.6,
      pane: renderer.options.pane,
    });
    if (open) makeOpen(path, feature);
    group.addLayer(path);
  }
}

/* The two lines of a stretch, its edge and its body, each with its width, by its key: both can become another mark. */
export const linesOf = new Map();

export function lineStyle(mark) {
  const dotted = mark.dash?.startsWith("0");
  return {
    color: mark.colour,
    opacity: mark.opacity,
    dashArray: mark.dash || null,
    lineCap: dotted ? "round" : "butt",
  };
}

/* The edge of a line: dotted as the line itself where its dots are rings. */
export function edgeStyle(mark) {
  return {
    color: mark.casing,
    dashArray: (mark.open && mark.dash) || null,
    lineCap: mark.open ? "round" : "butt",
  };
}

function drawLine(layer, renderer, group) {
  const rows = layer.features.map((feature) => ({
    feature,
    mark: DATA.marks[feature.mark],
    latLngs: shapeIn(feature).flat(),
  }));
  rows.sort((a, b) => a.mark.width - b.mark.width);
  const pane = renderer.options.pane;
  const scaled = [];
  const add = (latLngs, weight, options) => {
    const path = L.polyline(latLngs, { renderer, pane, interactive: false, smoothFactor: 0.6, ...options });
    const one = [path, weight];
    scaled.push(one);
    group.addLayer(path);
    return one;
  };
  for (const { feature, mark, latLngs } of rows) {
    if (mark.casing) linesOf.set(feature.key, { edge: add(latLngs, mark.casing_width, edgeStyle(mark)) });
  }
  for (const { feature, mark, latLngs } of rows)
    linesOf.set(feature.key, { ...linesOf.get(feature.key), body: add(latLngs, mark.width, lineStyle(mark)) });
  for (const { feature, latLngs } of rows) {
    if (!(feature.details || []).length) continue;
    const hit = L.polyline(latLngs, {
      renderer,
      pane,
      color: TOKENS.ink,
      opacity: 0,
      weight: 24,
      smoothFactor: 2,
      className: "hit",
    });
    makeOpen(hit, feature);
    group.addLayer(hit);
  }
  rescaled(scaled, (path, weight) => path.setStyle({ weight }));
}

/* Areas and stretches in which something happened somewhere: outlines, never pins. */
function drawSomewhere(layer, renderer, group) {
  for (const feature of layer.features) {
    const mark = DATA.marks[feature.mark];
    const latLngs = shapeIn(feature);
    const options = { renderer, pane: renderer.options.pane, smoothFactor: 0.6 };
    const path =
      mark.kind === "line"
        ? L.polyline(latLngs.flat(), {
            ...options,
            color: mark.colour,
            weight: mark.width,
            opacity: mark.opacity,
            lineCap: "round",
          })
        : L.polygon(latLngs, { ...options, ...areaStyle(mark) });
    makeOpen(path, feature);
    group.addLayer(path);
  }
}

/* Shapes that are only looked at come as finished outlines in Mercator's grid (outlines.py):
   Leaflet stretches the drawing as it would a picture, whatever the zoom. */
function stillOverlay(layer) {
  const [west, south, east, north] = layer.box;
  const made = svg("svg", {
    class: "still",
    viewBox: `0 0 ${east - west} ${north - south}`,
    preserveAspectRatio: "none",
  });
  const lines = [];
  const add = (feature, look) => {
    const path = svg("path", {
      d: feature.d,
      "vector-effect": "non-scaling-stroke",
      "stroke-linejoin": "round",
      ...look,
    });
    made.append(path);
    return path;
  };
  const marks = layer.features.map((feature) => [feature, DATA.marks[feature.mark]]);
  if (layer.kind === "area") {
    for (const [feature, mark] of marks) {
      const look = areaStyle(mark);
      add(feature, {
        fill: look.fill ? look.fillColor : "none",
        "fill-opacity": look.fillOpacity,
        "fill-rule": "evenodd",
        stroke: look.stroke ? look.color : "none",
        "stroke-width": look.weight,
      });
    }
  } else {
    marks.sort((a, b) => a[1].width - b[1].width);
    for (const [feature, mark] of marks)
      if (mark.casing) lines.push([add(feature, { fill: "none", stroke: mark.casing }), mark.casing_width]);
    for (const [feature, mark] of marks)
      lines.push([add(feature, { fill: "none", stroke: mark.colour, "stroke-opacity": mark.opacity }), mark.width]);
    rescaled(lines, (path, weight) => path.setAttribute("stroke-width", weight));
  }
  const corner = (y, x) => [(Math.atan(Math.sinh((y / 1e5) * (Math.PI / 180))) * 180) / Math.PI, x / 1e5];
  return L.svgOverlay(made, [corner(south, west), corner(north, east)], { pane: `artimap-${layer.name}` });
}

const DRAWERS = { area: drawArea, line: drawLine, band: drawLine, somewhere: drawSomewhere };

export function drawBase() {
  DATA.layers.forEach((layer, order) => {
    paneOf(layer.name, order);
    const draw = DRAWERS[layer.kind];
    if (!draw) return;
    const group = layer.box ? stillOverlay(layer) : L.layerGroup();
    if (!layer.box) {
      renderers.set(layer.name, L.svg({ pane: `artimap-${layer.name}`, padding: 0.6 }));
      draw(layer, renderers.get(layer.name), group);
    }
    groupsByLayer.set(layer.name, group);
    if (layer.shown) group.addTo(map);
  });
  paneOf("counts", 890);
  paneOf("selected", 900);
}
