/* Paper: two sheets of A4 landscape. The first has title, map, what the briefing answers, legend, sources and limits of
   use; the second the road as a line and the table of stretches. */

import { DATA } from "./data.js";
import { app, el } from "./dom.js";
import { legendGroup } from "./legend.js";
import { sectionNode } from "./lists.js";
import { map } from "./map.js";
import { strip, stripNode } from "./strip.js";
import { cellText } from "./table.js";
import { rateNote, rates, titleDays } from "./timeline.js";
import { word } from "./words.js";

const PAPER = { wide: 1040, high: 700, events: 62, least: 0.6 };
const TOLD = new Set(["info", "low", "high"]);
const LATER = new Set(["gravest", "reading"]);
let viewBeforePrint = null;

function paperLegend() {
  const legend = el("div", { class: "print-legend" });
  for (const group of DATA.panel.legend) {
    const layer = DATA.layers.find((one) => one.name === group.layer);
    if (group.rows.length && (!layer || layer.shown)) legend.append(legendGroup({ ...group, toggle: false }));
  }
  return legend;
}

function paperTitle() {
  const days = document.querySelector(".time-count");
  const filtered = document.querySelector("#title .filtered span");
  const estimate = document.querySelector("#title .estimate:not(.tiles-note)");
  const sub = [titleDays(), DATA.title[2], days?.textContent, filtered?.textContent, estimate?.textContent]
    .filter(Boolean)
    .join(" · ");
  return el(
    "header",
    { class: "paper-title" },
    el("p", { class: "paper-head", dir: "auto", text: DATA.title[0] }),
    el("p", { dir: "auto", text: sub }),
  );
}

/* Sources and limits of use, in few words: the about page is printed whole further on. */
function paperFoot() {
  const foot = el("footer", { class: "paper-foot" });
  for (const section of DATA.panel.about) {
    if (!["disclaimer", "use", "sources", "cite"].includes(section.name)) continue;
    const items = section.items.map((item) => item.text).join("; ");
    foot.append(
      el(
        "p",
        { dir: "auto" },
        el("b", { text: `${section.heading}. ` }),
        [section.text, items].filter(Boolean).join(" "),
      ),
    );
  }
  return foot;
}

function paperTable() {
  const sheet = DATA.sheets.find((one) => one.name === "stretches");
  if (!sheet) return null;
  // what the last column says in words needs no columns of its own
  const columns = sheet.columns.map(([name, kind], n) => [name, kind, n]).filter(([name]) => !TOLD.has(name));
  const head = el(
    "tr",
    {},
    ...columns.map(([name, kind]) => el("th", { scope: "col", class: `is-${kind}`, text: word(`col_${name}`) })),
    el("th", { scope: "col", text: word("print_said") }),
  );
  const rows = sheet.rows.map((row) =>
    el(
      "tr",
      {},
      ...columns.map(([, kind, n]) =>
        el(n ? "td" : "th", {
          class: `is-${kind}`,
          scope: n ? null : "row",
          dir: "auto",
          text: cellText(row[n + 1], kind) || "–",
        }),
      ),
      el("td", { dir: "auto", text: DATA.details[row[0]].sentence }),
    ),
  );
  return el(
    "table",
    {},
    el("caption", {}, word("sheet_stretches"), rates.follows() ? rateNote() : null),
    el("thead", {}, head),
    el("tbody", {}, ...rows),
  );
}

export function layOutPaper() {
  if (viewBeforePrint) return;
  const line = DATA.road ? el("div", { class: "paper-strip" }, stripNode(PAPER.wide, PAPER.events)) : null;
  const told = (keep) =>
    el("div", { class: "print-told" }, ...DATA.panel.briefing.filter(keep).map((one) => sectionNode(one, "h2")));
  const pieces = [paperTitle(), told(({ name }) => !LATER.has(name)), paperLegend(), paperFoot()];
  for (const piece of pieces) piece.classList.add("paper");
  document
    .getElementById("sheets")
    .replaceChildren(...[line, told(({ name }) => name === "gravest"), paperTable()].filter(Boolean));
  viewBeforePrint = {
    center: map.getCenter(),
    zoom: map.getZoom(),
    least: map.options.minZoom,
    most: map.options.maxBounds,
  };
  app.append(...pieces);
  document.body.classList.add("printing");
  const sheets = document.getElementById("sheets");
  const table = sheets.querySelector("table");
  for (let zoom = 1; table && sheets.offsetHeight > PAPER.high && zoom > PAPER.least; zoom -= 0.03)
    table.style.zoom = zoom.toFixed(2);
  const legend = app.querySelector(".print-legend");
  if (legend.scrollWidth > legend.clientWidth) legend.classList.add("is-full");
  map.setMaxBounds(null); // its pull towards the limits would come late, and change the view that is put back
  map.options.minZoom = 0;
  map.invalidateSize({ animate: false });
  const [west, south, east, north] = DATA.meta.bounds;
  const { x, y } = map.getSize();
  // names stand right of their places where they can: a little more room there, but not beyond the land's cut edge
  const room = { paddingTopLeft: [6, 6], paddingBottomRight: [22, 6] };
  if (x > 28 && y > 12)
    map.fitBounds(
      [
        [south, west],
        [north, east],
      ],
      { animate: false, ...room },
    );
}

export function layOutScreen() {
  if (!viewBeforePrint) return;
  document.body.classList.remove("printing");
  document.getElementById("sheets").replaceChildren();
  for (const piece of document.querySelectorAll(".paper")) piece.remove();
  strip.cursor = null;
  map.options.minZoom = viewBeforePrint.least;
  map.invalidateSize({ animate: false });
  map.setView(viewBeforePrint.center, viewBeforePrint.zoom, { animate: false });
  map.setMaxBounds(viewBeforePrint.most);
  viewBeforePrint = null;
}
