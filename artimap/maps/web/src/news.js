/* What is new since an earlier briefing: a ring around its marks, an outline around zones and stretches, and one
   button that leaves nothing else. Whole rings are new, dashed ones changed: no colour has to be told apart. */

import { DATA, TOKENS } from "./data.js";
import { el, svg } from "./dom.js";
import { loaded } from "./events.js";
import { shapeIn } from "./geometry.js";
import { targets } from "./layers.js";
import { map, paneOf } from "./map.js";
import { on } from "./signals.js";
import { word } from "./words.js";

const DASH = "4 3";
const ROOM = 6;

/* What is new in a mark that stands for several details: new before changed. */
function newsIn(keys) {
  const found = (keys || []).map((key) => DATA.news?.keys[key]);
  return found.find((one) => one === "new") || found.find(Boolean);
}

/* The ring of a mark, to be put below its badge; nothing where nothing in it is new. */
export function newsRing(made, keys, x, y, half) {
  const what = newsIn(keys);
  if (!what) return;
  made.classList.add("is-news");
  const ring = { cx: x, cy: y, r: half + ROOM, "stroke-dasharray": what === "new" ? null : DASH };
  made.append(svg("circle", { class: "news-halo", ...ring, "stroke-dasharray": null }));
  made.append(svg("circle", { class: `news-ring is-${what}`, ...ring }));
}

/* Zones get an outline and stretches an edge, below the road: its colours and the names stay as they are. */
function drawOutlines() {
  const road = DATA.layers.findIndex((one) => one.name === "corridor");
  paneOf("news", Math.max(0, road - 1));
  const renderer = L.svg({ pane: "artimap-news", padding: 0.6 });
  const look = { pane: "artimap-news", renderer, interactive: false, fill: false, smoothFactor: 0.6, lineCap: "butt" };
  for (const [key, what] of Object.entries(DATA.news.keys)) {
    const feature = targets.get(key)?.feature;
    const mark = feature && DATA.marks[feature.mark];
    if (!feature?.parts || !["line", "band", "area"].includes(mark?.kind)) continue;
    const dashArray = what === "new" ? null : DASH;
    const wide = (mark.casing_width || mark.width) + 7;
    const lines =
      mark.kind === "area"
        ? [L.polygon(shapeIn(feature), { ...look, weight: 2, color: TOKENS.ink, dashArray })]
        : [
            L.polyline(shapeIn(feature).flat(), { ...look, weight: wide + 4, color: TOKENS.ink, dashArray }),
            L.polyline(shapeIn(feature).flat(), { ...look, weight: wide, color: TOKENS.halo }),
          ];
    for (const line of lines) line.addTo(map);
  }
}

let only = false;

function applyNews() {
  document.getElementById("stage").classList.toggle("only-news", only);
  const { events } = loaded;
  if (!events?.listed) return;
  events.store.only = only ? Uint8Array.from(events.meta.keys, (key) => (DATA.news.keys[key] ? 1 : 0)) : null;
  events.setFilter(events.filter);
}

export function startNews() {
  if (!DATA.news) return;
  drawOutlines();
  const button = el("button", { type: "button", class: "news-only", id: "news-only", "aria-pressed": "false" });
  const name = () => {
    button.textContent = DATA.news.label;
  };
  button.addEventListener("click", () => {
    only = !only;
    button.setAttribute("aria-pressed", String(only));
    applyNews();
  });
  name();
  on("language", name);
  L.DomEvent.disableClickPropagation(button);
  document.getElementById("title").append(button);
}

/* The rows of the legend. */
export function newsLegend() {
  const rows = ["new", "changed"].map((what) => {
    const picture = svg("svg", { class: "swatch", width: 28, height: 20, viewBox: "0 0 28 20", "aria-hidden": "true" });
    picture.append(
      svg("circle", { class: "news-ring", cx: 14, cy: 10, r: 7, "stroke-dasharray": what === "new" ? null : DASH }),
    );
    return el("li", {}, picture, el("span", { dir: "auto", text: word(`change.mark.${what}`) }));
  });
  return el("div", { class: "legend-group" }, el("ul", {}, ...rows));
}
