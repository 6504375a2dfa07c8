/* Leaflet's map, and what turns places into pixels of it. */

import { DATA } from "./data.js";
import { svg } from "./dom.js";
import { shapeIn } from "./geometry.js";

export const map = window[DATA.meta.map];

export function paneOf(name, order) {
  const pane = map.createPane(`artimap-${name}`);
  pane.style.zIndex = String(200 + order);
  pane.classList.add("artimap-pane");
  return pane;
}

/* Lines grow a little when one comes closer, and shrink when one sees the whole country. */
export function widthScale() {
  const zoom = map.getZoom();
  if (zoom < 8.5) return 0.7;
  if (zoom < 9.5) return 0.85;
  if (zoom < 11) return 1;
  return zoom < 12.5 ? 1.15 : 1.35;
}

/* Keeps the widths of lines in step with the zoom: act(line, pixels) for each of [line, width]. */
export function rescaled(lines, act) {
  const rescale = () => {
    for (const [line, width] of lines) act(line, width * widthScale());
  };
  map.on("zoomend", rescale);
  rescale();
}

export function pixelPane(name) {
  const home = svg("svg", { class: "pixels leaflet-zoom-hide", width: 1, height: 1 });
  map.getPane(`artimap-${name}`).append(home);
  return home;
}

export function layerPoint(latLng) {
  const point = map.latLngToLayerPoint(latLng);
  return [point.x, point.y];
}

/* The corridor in pixels: what gives posts and ticks their direction. */
export function roadPixels() {
  const layer = DATA.layers.find((one) => one.name === "corridor");
  if (!layer) return [];
  return layer.features.flatMap((feature) =>
    shapeIn(feature)
      .flat()
      .map((line) => line.map(layerPoint)),
  );
}

export const markPanes = new Map();
