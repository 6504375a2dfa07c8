/* Legend and layer switches are one list: a row explains a mark, a box takes its layer away.
   Where there is room it stands open; else it is folded to a line of marks, and the dotted road, which who sees the map
   first reads as clear, still has its words. */

import { DATA } from "./data.js";
import { app, el, LOW, NARROW } from "./dom.js";
import { loaded } from "./events.js";
import { groupsByLayer } from "./layers.js";
import { layout } from "./layout.js";
import { map } from "./map.js";
import { swatch } from "./marks.js";
import { newsLegend } from "./news.js";
import { setSheet } from "./sheet.js";
import { tilesGroup } from "./tiles.js";
import { postNote, posts, rateNote } from "./timeline.js";
import { word } from "./words.js";

export function legendNode(open) {
  const body = el("div", { class: "legend-body" });
  for (const group of DATA.panel.legend) body.append(legendGroup(group));
  if (DATA.news) body.prepend(newsLegend());
  if (DATA.tiles) body.append(tilesGroup());
  const made = el(
    "details",
    { class: "legend", id: "legend", open: open ?? !(NARROW.matches || LOW.matches) },
    el("summary", {}, el("span", { text: word("legend") }), ...foldedMarks()),
    body,
  );
  made.addEventListener("toggle", () => {
    if (made.open && NARROW.matches && app.dataset.sheet === "peek") setSheet("half");
  });
  return made;
}

/* Marks of the road and the first of each other layer, and in words the one that is misread. */
function foldedMarks() {
  const groups = DATA.panel.legend.filter((group) => group.toggle || group.layer === "corridor");
  const rows = groups.flatMap(({ layer, rows }) =>
    layer === "corridor" ? rows.filter((row) => /^(rate_|quiet)/.test(row.mark)) : rows.slice(0, 1),
  );
  const silent = groups.flatMap((group) => group.rows).find((row) => row.mark === "silent");
  return [
    el(
      "span",
      { class: "folded", "aria-hidden": "true" },
      ...rows.map((row) => swatch(row.mark, row.groups, row.hollow)),
    ),
    silent && el("span", { class: "folded-silent", dir: "auto" }, swatch("silent"), silent.text),
  ].filter(Boolean);
}

export function legendGroup(group) {
  const made = el("fieldset", { class: "legend-group", "data-layer": group.layer });
  const name = el("span", { dir: "auto", text: group.heading });
  if (group.toggle) {
    const layer = DATA.layers.find((one) => one.name === group.layer);
    const box = el("input", { type: "checkbox", id: `layer-${layer.name}`, checked: layer.shown });
    box.addEventListener("change", () => switchLayer(layer, box.checked));
    made.append(el("legend", {}, el("label", { class: "switch" }, box, name)));
  } else made.append(el("legend", {}, el("span", { class: "fixed" }, name)));
  if (group.layer === "corridor" && loaded.events && group.rows.some((row) => row.mark.startsWith("rate_")))
    made.append(rateNote());
  if (group.layer === "checkpoints" && posts.follows()) made.append(postNote());
  const list = el("ul", {});
  for (const row of group.rows)
    list.append(el("li", {}, swatch(row.mark, row.groups, row.hollow), el("span", { dir: "auto", text: row.text })));
  made.append(list);
  return made;
}

function switchLayer(layer, on) {
  const group = groupsByLayer.get(layer.name);
  if (group) {
    if (on) group.addTo(map);
    else group.remove();
  }
  const pane = map.getPane(`artimap-${layer.name}`);
  if (pane) pane.classList.toggle("is-off", !on);
  layer.shown = on;
  layout();
  estimateNote();
}

/* While the estimates are on, the title says what they are. */
export function estimateNote() {
  for (const node of document.querySelectorAll("#title .estimate:not(.tiles-note)")) node.remove();
  if (!DATA.layers.some((one) => one.name === "zones_estimated" && one.shown)) return;
  document
    .getElementById("title")
    .append(el("p", { class: "estimate", role: "status", dir: "auto", text: word("estimate_note") }));
}
