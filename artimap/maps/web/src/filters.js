/* Filters of events: by kind, group, how sure, how well the place is known, publisher. Nothing
   ticked in a list lets everything pass; what is left out is always said beside the title. */

import { el } from "./dom.js";
import { loaded } from "./events.js";
import { swatch } from "./marks.js";
import { on } from "./signals.js";
import { redrawTable } from "./table.js";
import { overTime } from "./timeline.js";
import { count, fill, upper, word } from "./words.js";

const chosen = new Map();

/* counts: how many rows each code has, by code. */
function facet(name, counts, label, picture) {
  const rows = [...counts.entries()].map(([code, n]) => ({ code, n, label, picture }));
  return { name, rows: rows.length > 1 ? rows : [] };
}

function facets() {
  const { store, kinds, groups, sources } = loaded.events;
  const made = [
    facet(
      "kinds",
      store.codes("kind"),
      (code) => word(`kind.${kinds[code]}`),
      (code) => swatch(kinds[code]),
    ),
    facet(
      "groups",
      store.bits("groups"),
      (code) => word(`map.group.${groups[code]}`),
      (code) => swatch(`group_${groups[code]}`, [groups[code]]),
    ),
    facet("certainty", store.codes("certainty"), (code) => word(`certainty_${code}`)),
    facet("precision", store.codes("precision"), (code) => word(`precision_${code}`)),
    facet("sources", store.codesOfLists(), (code) => sources[code]),
  ];
  for (const one of made.slice(0, 2)) one.rows.sort((a, b) => b.n - a.n);
  for (const one of made.slice(2, 4)) one.rows.sort((a, b) => a.code - b.code);
  made[4].rows.sort((a, b) => b.n - a.n || sources[a.code].localeCompare(sources[b.code]));
  return made.filter((one) => one.rows.length);
}

let facetList = null;

function applyFilters() {
  const spec = {};
  for (const [name, codes] of chosen) if (codes.size) spec[name] = [...codes];
  loaded.events.setFilter(spec);
}

function isFiltered() {
  return [...chosen.values()].some((codes) => codes.size);
}

function clearFilters() {
  chosen.clear();
  for (const box of document.querySelectorAll(".filters input")) box.checked = false;
  applyFilters();
}

function facetNode({ name, rows }) {
  const list = el("ul", { class: rows.length > 12 ? "long" : "" });
  for (const row of rows) {
    const box = el("input", {
      type: "checkbox",
      id: `only-${name}-${row.code}`,
      checked: chosen.get(name)?.has(row.code),
    });
    box.addEventListener("change", () => {
      if (!chosen.has(name)) chosen.set(name, new Set());
      if (box.checked) chosen.get(name).add(row.code);
      else chosen.get(name).delete(row.code);
      applyFilters();
    });
    list.append(
      el(
        "li",
        {},
        el(
          "label",
          { class: "choice" },
          box,
          row.picture ? row.picture(row.code) : null,
          el("span", { class: "choice-text", dir: "auto", text: upper(row.label(row.code)) }),
          el("span", { class: "choice-n", text: count(row.n) }),
        ),
      ),
    );
  }
  return el("fieldset", { class: "facet" }, el("legend", { text: word(`by_${name}`) }), list);
}

export function filtersNode() {
  if (!loaded.events || loaded.events.count < 2) return null;
  facetList = facetList || facets();
  const summary = el("summary", {}, el("span", { text: word("filter") }));
  const made = el(
    "details",
    { class: "filters", id: "filters", open: filtersOpen },
    summary,
    el("p", { class: "lead", text: word("filter_hint") }),
    ...facetList.map(facetNode),
  );
  made.addEventListener("toggle", () => (filtersOpen = made.open));
  return made;
}

let filtersOpen = false;

/* Beside the title: how many of the events are left, and the way back. */
export function filterNote() {
  const note = el("p", { class: "filtered", role: "status" });
  const title = document.getElementById("title");
  title.append(note);
  const tellNote = () => {
    const on = isFiltered();
    title.classList.toggle("is-filtered", on);
    if (!on) {
      note.replaceChildren();
      return;
    }
    const all = el("button", { type: "button", text: word("filter_clear") });
    all.addEventListener("click", clearFilters);
    note.replaceChildren(
      el("span", {
        text: fill("filtered", { n: count(loaded.events.state("note").total), all: count(loaded.events.count) }),
      }),
      all,
    );
  };
  loaded.events.onChange(() => {
    tellNote();
    // once a step: where rates, posts or zones change too, they draw it with the next frame
    if (!overTime.some((one) => one.coming())) redrawTable(["events", "strip"]);
  });
  on("language", tellNote);
}
