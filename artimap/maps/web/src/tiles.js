/* Tiles from the one server that the maker of the map named. Nothing is asked of it before the reader
   switches it on; while it is on, the title says what it learns. */

import { DATA } from "./data.js";
import { el } from "./dom.js";
import { map } from "./map.js";
import { fill } from "./words.js";

const TILES = { under: ["land", "lakes", "rivers"], layer: null };

export function tilesGroup() {
  const box = el("input", { type: "checkbox", id: "layer-tiles", checked: Boolean(TILES.layer) });
  box.addEventListener("change", () => switchTiles(box.checked));
  return el(
    "fieldset",
    { class: "legend-group", "data-layer": "tiles" },
    el(
      "legend",
      {},
      el(
        "label",
        { class: "switch" },
        box,
        el("span", { dir: "auto", text: fill("tiles", { host: DATA.tiles.host }) }),
      ),
    ),
    el("p", { class: "tiles-say", dir: "auto", text: fill("tiles_say", { host: DATA.tiles.host }) }),
  );
}

function switchTiles(on) {
  if (TILES.layer) TILES.layer.remove();
  TILES.layer = null;
  if (on) {
    if (!map.getPane("artimap-tiles")) map.createPane("artimap-tiles").style.zIndex = "150";
    TILES.layer = L.tileLayer(DATA.tiles.url, { pane: "artimap-tiles", maxZoom: 15, referrerPolicy: "no-referrer" });
    TILES.layer.once("tileload", () => landUnder(TILES.layer)); // without a network our own land stays
    TILES.layer.addTo(map);
  } else landUnder(null);
  tilesNote();
}

function landUnder(tiles) {
  for (const name of TILES.under) map.getPane(`artimap-${name}`)?.classList.toggle("is-off", Boolean(tiles));
}

export function tilesNote() {
  for (const node of document.querySelectorAll("#title .tiles-note")) node.remove();
  if (!TILES.layer) return;
  const text = fill("tiles_note", { host: DATA.tiles.host, attribution: DATA.tiles.attribution });
  document.getElementById("title").append(el("p", { class: "estimate tiles-note", role: "status", dir: "auto", text }));
}
