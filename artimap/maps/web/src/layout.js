/* Everything that has a size in pixels shares one list of taken boxes, in order of weight. Where the
   map was only moved, marks keep their places in it, and names are laid out for the new window. */

import { DATA, layerNamed } from "./data.js";
import { loaded } from "./events.js";
import { followRings } from "./follow.js";
import { furnitureMoved, layoutNames, roadDots } from "./labels.js";
import { remember } from "./layers.js";
import { map, markPanes, pixelPane, roadPixels } from "./map.js";
import { drawCounts, layoutEvents, layoutPosts, layoutTicks } from "./points.js";
import { markSelected } from "./selection.js";
import { followSomewhere } from "./somewhere.js";

let marksOf = {};

export function layout() {
  const boxes = [];
  const lines = roadPixels();
  const each = (kind, act) => {
    for (const layer of layerNamed(kind)) if (layer.shown) act(layer, markPanes.get(layer.name));
  };
  for (const kind of ["event", "point"]) each(kind, (layer, home) => layoutEvents(layer, home, boxes));
  each("bracket", (layer, home) => layoutPosts(layer, home, boxes, lines));
  drawCounts(markPanes.get("counts"));
  const ticks = [];
  each("tick", (layer, home) => ticks.push([layoutTicks(layer, home), home]));
  marksOf = { boxes, ticks, road: roadDots(lines), zoom: map.getZoom(), origin: map.getPixelOrigin() };
  nameMap(false);
  markSelected();
}

function nameMap(moved) {
  layoutNames(marksOf, moved);
  if (loaded.events) followSomewhere();
  if (loaded.events) followRings();
}

export function marksChanged() {
  marksOf.stale = true;
}

/* When the map has come to rest after a move, names follow the window; after a zoom, or where days or
   filter had changed the marks, all is laid out at once. */
let restTimer = 0;

export function followView() {
  const { stale, zoom, origin } = marksOf;
  clearTimeout(restTimer);
  if (stale || zoom !== map.getZoom() || !origin.equals(map.getPixelOrigin())) layout();
  else restTimer = setTimeout(nameMap, 60, true);
}

/* The title grows by a note, the sheet is drawn up: names make room when that has come to rest. */
export function followFurniture() {
  let waiting = 0;
  const watch = new ResizeObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(() => furnitureMoved() && nameMap(true), 150);
  });
  for (const id of ["title", "tools", "panel"]) watch.observe(document.getElementById(id));
}

export function makeMarkPanes() {
  markPanes.set("counts", pixelPane("counts"));
  for (const layer of DATA.layers) {
    if (["event", "point", "bracket", "tick", "place", "label", "shield"].includes(layer.kind))
      markPanes.set(layer.name, pixelPane(layer.name));
    if (layer.kind === "somewhere") markPanes.set(`${layer.name}-labels`, pixelPane(layer.name));
    for (const feature of layer.features) if (feature.details) remember(feature);
  }
}
