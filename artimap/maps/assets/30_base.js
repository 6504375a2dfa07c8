/* Areas and lines, one pane a layer, in the order of the data. */
const map = window[DATA.meta.map];
const groupsByLayer = new Map();
const renderers = new Map();
const targets = new Map();

function paneOf(name, order) {
  const pane = map.createPane(`artimap-${name}`);
  pane.style.zIndex = String(200 + order);
  pane.classList.add("artimap-pane");
  return pane;
}

/* Lines grow a little when one comes closer, and shrink when one sees the whole country. */
function widthScale() {
  const zoom = map.getZoom();
  if (zoom < 8.5) return 0.7;
  if (zoom < 9.5) return 0.85;
  if (zoom < 11) return 1;
  return zoom < 12.5 ? 1.15 : 1.35;
}

/* Where each detail lies on the map: what a list leads to. */
function remember(feature) {
  const bounds = L.latLngBounds(shapeIn(feature).flat(2));
  for (const key of feature.details || []) {
    if (!targets.has(key)) targets.set(key, { feature, bounds });
  }
}

function titleOf(feature) {
  const keys = feature.details || [];
  if (keys.length === 1 && DATA.details[keys[0]]) {
    const detail = DATA.details[keys[0]];
    return [detail.where, detail.heading, detail.when].filter(Boolean).join(" · ");
  }
  return feature.label;
}

const named = new Map();

function renameMarks() {
  for (const [node, feature] of named) node.setAttribute("aria-label", titleOf(feature));
}

function makeOpen(path, feature) {
  path.on("add", () => {
    const node = path.getElement();
    if (!node || node.dataset.key) return;
    node.dataset.key = feature.key;
    named.set(node, feature);
    opens(node, titleOf(feature), () => tell("open", { keys: feature.details, key: feature.key, from: node }));
  });
}

function drawArea(layer, renderer, group) {
  for (const feature of layer.features) {
    const latLngs = shapeIn(feature);
    const open = (feature.details || []).length > 0;
    const look = areaStyle(DATA.marks[feature.mark], feature.groups);
    const path = L.polygon(latLngs, { ...look, renderer, interactive: open, smoothFactor: 0.6, pane: renderer.options.pane });
    if (open) makeOpen(path, feature);
    group.addLayer(path);
  }
}

/* The two lines of a stretch, its edge and its body, each with its width, by its key: both can become another mark. */
const linesOf = new Map();

function lineLook(mark) {
  const dotted = mark.dash && mark.dash.startsWith("0");
  return { color: mark.colour, opacity: mark.opacity, dashArray: mark.dash || null, lineCap: dotted ? "round" : "butt" };
}

function drawLine(layer, renderer, group) {
  const rows = layer.features.map((feature) => ({ feature, mark: DATA.marks[feature.mark], latLngs: shapeIn(feature).flat() }));
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
    if (mark.casing) linesOf.set(feature.key, { edge: add(latLngs, mark.casing_width, { color: mark.casing, lineCap: "butt" }) });
  }
  for (const { feature, mark, latLngs } of rows) linesOf.set(feature.key, { ...linesOf.get(feature.key), body: add(latLngs, mark.width, lineLook(mark)) });
  for (const { feature, latLngs } of rows) {
    if (!(feature.details || []).length) continue;
    const hit = L.polyline(latLngs, { renderer, pane, color: TOKENS.ink, opacity: 0, weight: 24, smoothFactor: 2, className: "hit" });
    makeOpen(hit, feature);
    group.addLayer(hit);
  }
  rescaled(scaled, (path, weight) => path.setStyle({ weight }));
}

/* Keeps the widths of lines in step with the zoom: act(line, pixels) for each of [line, width]. */
function rescaled(lines, act) {
  const rescale = () => lines.forEach(([line, width]) => act(line, width * widthScale()));
  map.on("zoomend", rescale);
  rescale();
}

/* Areas and stretches in which something happened somewhere: outlines, never pins. */
function drawSomewhere(layer, renderer, group) {
  for (const feature of layer.features) {
    const mark = DATA.marks[feature.mark];
    const latLngs = shapeIn(feature);
    const options = { renderer, pane: renderer.options.pane, smoothFactor: 0.6 };
    const path =
      mark.kind === "line"
        ? L.polyline(latLngs.flat(), { ...options, color: mark.colour, weight: mark.width, opacity: mark.opacity, lineCap: "round" })
        : L.polygon(latLngs, { ...options, ...areaStyle(mark) });
    makeOpen(path, feature);
    group.addLayer(path);
  }
}

/* Shapes that are only looked at come as finished outlines in Mercator's grid (outlines.py):
   Leaflet stretches the drawing as it would a picture, whatever the zoom. */
function stillOverlay(layer) {
  const [west, south, east, north] = layer.box;
  const made = svg("svg", { class: "still", viewBox: `0 0 ${east - west} ${north - south}`, preserveAspectRatio: "none" });
  const lines = [];
  const add = (feature, look) => {
    const path = svg("path", { d: feature.d, "vector-effect": "non-scaling-stroke", "stroke-linejoin": "round", ...look });
    made.append(path);
    return path;
  };
  const marks = layer.features.map((feature) => [feature, DATA.marks[feature.mark]]);
  if (layer.kind === "area") {
    for (const [feature, mark] of marks) {
      const look = areaStyle(mark);
      add(feature, { fill: look.fill ? look.fillColor : "none", "fill-opacity": look.fillOpacity, "fill-rule": "evenodd", stroke: look.stroke ? look.color : "none", "stroke-width": look.weight });
    }
  } else {
    marks.sort((a, b) => a[1].width - b[1].width);
    for (const [feature, mark] of marks) if (mark.casing) lines.push([add(feature, { fill: "none", stroke: mark.casing }), mark.casing_width]);
    for (const [feature, mark] of marks) lines.push([add(feature, { fill: "none", stroke: mark.colour, "stroke-opacity": mark.opacity }), mark.width]);
    rescaled(lines, (path, weight) => path.setAttribute("stroke-width", weight));
  }
  const corner = (y, x) => [(Math.atan(Math.sinh((y / 1e5) * (Math.PI / 180))) * 180) / Math.PI, x / 1e5];
  return L.svgOverlay(made, [corner(south, west), corner(north, east)], { pane: `artimap-${layer.name}` });
}

const DRAWERS = { area: drawArea, line: drawLine, somewhere: drawSomewhere };

function drawBase() {
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
  paneOf("selected", 900);
}

/* What is open is outlined in the focus colour. */
let selected = null;

function outline(key) {
  if (selected) selected.remove();
  selected = null;
  const target = targets.get(key);
  if (!target || !target.feature.parts) return;
  const mark = DATA.marks[target.feature.mark];
  if (!mark || (mark.kind !== "line" && mark.kind !== "area")) return;
  const latLngs = shapeIn(target.feature);
  const look = { pane: "artimap-selected", renderer: selectedRenderer(), interactive: false, color: TOKENS.focus, fill: false, lineJoin: "round" };
  if (mark.kind === "area") selected = L.polygon(latLngs, { ...look, weight: 3 });
  else {
    const wide = (mark.casing_width || mark.width) * widthScale();
    const edge = (weight, color) => L.polyline(latLngs.flat(), { ...look, weight, color, opacity: 0.95, lineCap: "round" });
    selected = L.layerGroup([edge(2.5, TOKENS.focus)]);
    selected.addLayer(L.polyline(latLngs.flat(), { ...look, weight: wide + 7, opacity: 0.28, lineCap: "round" }));
  }
  selected.addTo(map);
}

let renderSelected = null;

function selectedRenderer() {
  if (!renderSelected) renderSelected = L.svg({ pane: "artimap-selected", padding: 0.6 });
  return renderSelected;
}
