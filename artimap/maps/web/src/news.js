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

/* Zones and stretches get an outline below the marks. */
function drawOutlines() {
  paneOf("news", 90);
  const renderer = L.svg({ pane: "artimap-news", padding: 0.6 });
  for (const [key, what] of Object.entries(DATA.news.keys)) {
    const feature = targets.get(key)?.feature;
    const mark = feature && DATA.marks[feature.mark];
    if (!feature?.parts || !mark || !["line", "band", "area"].includes(mark.kind)) continue;
    const shape = shapeIn(feature);
    const look = {
      pane: "artimap-news",
      renderer,
      interactive: false,
      fill: false,
      lineJoin: "round",
      smoothFactor: 0.6,
    };
    const line = (weight, color, dashArray) => {
      const all = { ...look, weight, color, dashArray };
      return mark.kind === "area" ? L.polygon(shape, all) : L.polyline(shape.flat(), all);
    };
    line(4.5, TOKENS.halo, null).addTo(map);
    line(2, TOKENS.ink, what === "new" ? null : DASH).addTo(map);
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
  document.getElementById("tools").append(button);
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
