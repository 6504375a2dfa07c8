/* Search: places and units in any of their spellings, and kilometres of the road. */

import { openCard } from "./card.js";
import { DATA, TOKENS } from "./data.js";
import { el, NARROW, panel, svg } from "./dom.js";
import { line } from "./lists.js";
import { map } from "./map.js";
import { roadAt, stretchAt } from "./road.js";
import { showBeacon } from "./selection.js";
import { on } from "./signals.js";
import { fill, kmText, word } from "./words.js";

const SEARCH_MOST = 7;

function folded(text) {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}

function kilometreMatch(asked) {
  const said = /^(?:km|pk|kilomet\w*)?\s*(\d{1,4}(?:[.,]\d+)?)\s*(?:km)?$/i.exec(asked.trim());
  if (!said || !DATA.road) return null;
  const metres = Number(said[1].replace(",", ".")) * 1000;
  if (metres > DATA.road.length_m) return null;
  const key = stretchAt(metres);
  return {
    label: `${DATA.road.ref} · ${fill("map.km.at", { a: kmText(metres) })}`,
    note: key ? DATA.details[key].where : "",
    at: roadAt(metres),
    key,
    zoom: 13,
  };
}

function nameMatches(asked) {
  const wanted = folded(asked);
  if (!wanted) return [];
  const hits = [];
  DATA.names.forEach((name, order) => {
    const spellings = [name.label, ...(name.also || "").split("|")].map(folded);
    const start = spellings.findIndex((one) => one.startsWith(wanted));
    const inner = start < 0 ? spellings.findIndex((one) => one.includes(wanted)) : -1;
    if (start < 0 && inner < 0) return;
    const exact = spellings.includes(wanted) ? -1 : 0;
    hits.push({ name, cost: [exact, start < 0 ? 1 : 0, order], by: start < 0 ? inner : start });
  });
  hits.sort((a, b) => a.cost[0] - b.cost[0] || a.cost[1] - b.cost[1] || a.cost[2] - b.cost[2]);
  return hits.slice(0, SEARCH_MOST).map(({ name, by }) => {
    const spelt = by > 0 ? (name.also || "").split("|")[by - 1] : "";
    const kind = [name.kind === "place" ? "" : word(`where.${name.kind}`), name.within].filter(Boolean).join(", ");
    return {
      label: name.label,
      note: [spelt, kind].filter(Boolean).join(" · "),
      at: [name.at[1] / 1e5, name.at[0] / 1e5],
      key: detailOfPlace(name.key),
      zoom: name.kind === "commune" ? 11 : 12.5,
    };
  });
}

/* What a place opens on the map, if anything is said of it. */
function detailOfPlace(key) {
  const places = DATA.layers.find((one) => one.name === "places");
  const feature = places?.features.find((one) => one.key === key);
  return feature?.details ? feature.details[0] : null;
}

function showMatch(one) {
  if (one.key) openCard({ keys: [one.key], key: one.key, from: document.getElementById("search-for"), quiet: true });
  map.setView(one.at, Math.max(one.zoom, map.getZoom()), { animate: false });
  if (NARROW.matches) map.panBy([0, (panel.offsetHeight - 130) / 2], { animate: false });
  showBeacon(one.at);
}

export function searchBox() {
  const input = el("input", {
    type: "text",
    id: "search-for",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-expanded": "false",
    "aria-controls": "search-list",
    "aria-autocomplete": "list",
    "aria-label": word("search"),
    placeholder: word("search_hint"),
  });
  const list = el("ul", { id: "search-list", role: "listbox", "aria-label": word("search_found"), hidden: true });
  const said = el("p", { class: "sr", role: "status" });
  let found = [];
  let at = -1;
  const choose = (n) => {
    at = n;
    for (const [k, node] of [...list.children].entries()) node.setAttribute("aria-selected", String(k === n));
    if (n < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `search-${n}`);
  };
  const shut = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  };
  const take = (n) => {
    const one = found[n];
    if (!one) return;
    input.value = one.label;
    shut();
    if (NARROW.matches) input.blur();
    showMatch(one);
  };
  const show = () => {
    const km = kilometreMatch(input.value);
    found = km ? [km] : nameMatches(input.value);
    list.replaceChildren(
      ...found.map((one, n) => {
        const row = el(
          "li",
          { role: "option", id: `search-${n}`, "aria-selected": "false" },
          el("span", { dir: "auto", text: one.label }),
          line("span", "item-note", one.note),
        );
        row.addEventListener("pointerdown", (event) => event.preventDefault());
        row.addEventListener("click", () => take(n));
        return row;
      }),
    );
    const none = input.value.trim() && !found.length;
    if (none)
      list.append(
        el("li", {
          class: "none",
          role: "option",
          "aria-disabled": "true",
          "aria-selected": "false",
          text: word("search_none"),
        }),
      );
    list.hidden = !found.length && !none;
    input.setAttribute("aria-expanded", String(!list.hidden));
    said.textContent = input.value.trim()
      ? none
        ? word("search_none")
        : fill("search_count", { n: found.length })
      : "";
    choose(found.length ? 0 : -1);
  };
  input.addEventListener("input", show);
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", shut);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length && !list.hidden) choose((at + step + found.length) % found.length);
    else if (event.key === "Enter") take(Math.max(at, 0));
    else if (event.key === "Escape" && (input.value || !list.hidden)) {
      input.value = "";
      showBeacon(null);
      shut();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const lens = svg(
    "svg",
    { class: "lens", width: 18, height: 18, viewBox: "0 0 18 18", "aria-hidden": "true" },
    svg("path", {
      d: "M7.5 2A5.5 5.5 0 1 1 7.5 13A5.5 5.5 0 1 1 7.5 2ZM11.6 11.6L16.5 16.5",
      fill: "none",
      stroke: TOKENS.ink_2,
      "stroke-width": 1.8,
      "stroke-linecap": "round",
    }),
  );
  const box = el("div", { class: "search", role: "search" }, lens, input, list, said);
  L.DomEvent.disableClickPropagation(box);
  L.DomEvent.disableScrollPropagation(box);
  on("language", () => {
    input.setAttribute("aria-label", word("search"));
    input.placeholder = word("search_hint");
    list.setAttribute("aria-label", word("search_found"));
    shut();
  });
  return box;
}
