/* What is open is outlined in the focus colour, also after the marks were laid out anew; what a search has
   given gets a ring. */

import { DATA, TOKENS } from "./data.js";
import { shapeIn } from "./geometry.js";
import { targets } from "./layers.js";
import { map, widthScale } from "./map.js";

let selectedOutline = null;

export function outline(key) {
  if (selectedOutline) selectedOutline.remove();
  selectedOutline = null;
  const target = targets.get(key);
  if (!target?.feature.parts) return;
  const mark = DATA.marks[target.feature.mark];
  if (!mark || !["line", "band", "area"].includes(mark.kind)) return;
  const latLngs = shapeIn(target.feature);
  const look = {
    pane: "artimap-selected",
    renderer: selectedRenderer(),
    interactive: false,
    color: TOKENS.focus,
    fill: false,
    lineJoin: "round",
  };
  if (mark.kind === "area") selectedOutline = L.polygon(latLngs, { ...look, weight: 3 });
  else {
    const wide = (mark.casing_width || mark.width) * widthScale();
    const edge = (weight, color) =>
      L.polyline(latLngs.flat(), { ...look, weight, color, opacity: 0.95, lineCap: "round" });
    selectedOutline = L.layerGroup([edge(2.5, TOKENS.focus)]);
    selectedOutline.addLayer(
      L.polyline(latLngs.flat(), { ...look, weight: wide + 7, opacity: 0.28, lineCap: "round" }),
    );
  }
  selectedOutline.addTo(map);
}

let renderer = null;

function selectedRenderer() {
  if (!renderer) renderer = L.svg({ pane: "artimap-selected", padding: 0.6 });
  return renderer;
}

/* Outline what is open, also after the marks were laid out anew. */
export let selectedKey = null;

export function select(key) {
  selectedKey = key;
  outline(key);
  markSelected();
}

export function markSelected() {
  const target = selectedKey && targets.get(selectedKey);
  for (const node of document.querySelectorAll(".mark.is-open")) node.classList.remove("is-open");
  if (!target) return;
  for (const node of document.querySelectorAll(".mark")) {
    if (node.dataset.key === target.feature.key) node.classList.add("is-open");
  }
}

/* A ring of the focus colour where what was found lies; one at a time. */
let beacon = null;

export function showBeacon(at) {
  if (beacon) beacon.remove();
  beacon = at
    ? L.circleMarker(at, {
        pane: "artimap-selected",
        renderer: selectedRenderer(),
        radius: 13,
        weight: 3,
        color: TOKENS.focus,
        fill: false,
        interactive: false,
      }).addTo(map)
    : null;
}
