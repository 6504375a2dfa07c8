/* The panel: tabs and the pages below them, each made when it is first opened. */

import { closeCard } from "./card.js";
import { DATA } from "./data.js";
import { app, el, NARROW, panel } from "./dom.js";
import { loaded, passes } from "./events.js";
import { filtersNode } from "./filters.js";
import { legendNode } from "./legend.js";
import { detailRow, itemButton, roadRow, sectionNode } from "./lists.js";
import { map } from "./map.js";
import { ROWS_AT_ONCE, rowKeys } from "./rows.js";
import { setSheet, sheetHandle } from "./sheet.js";
import { emit, on } from "./signals.js";
import { showTable } from "./table.js";
import { briefingDay, posts, rateNote, rates } from "./timeline.js";
import { view } from "./view.js";
import { count, fill, word } from "./words.js";

/* The tab: the newest events in the window of the map, for keyboard and screen reader too. */
function rowsPage(page) {
  const lead = el("p", { class: "lead", dir: "auto", role: "status" });
  const list = el("ul", { class: "items rows-here" });
  page.append(...[filtersNode(), lead, list].filter(Boolean));
  let turn = 0;
  const refill = async () => {
    turn += 1;
    const mine = turn;
    const size = map.getSize();
    const [a, b] = [loaded.events.gridOf(0, 0), loaded.events.gridOf(size.x, size.y)];
    const { total, rows } = loaded.events.store.newest(...a, ...b, ROWS_AT_ONCE);
    const keys = await rowKeys(rows);
    if (mine !== turn || !page.isConnected) return;
    lead.textContent = fill(total > keys.length ? "field_window_newest" : "field_window", {
      n: count(total),
      m: count(keys.length),
    });
    list.replaceChildren(...keys.map(detailRow));
  };
  let waiting = 0;
  const later = () => {
    clearTimeout(waiting);
    if (page.isConnected && !page.hidden) waiting = setTimeout(refill, 250);
  };
  view.refresh = later;
  if (!rowsPage.listens) {
    map.on("moveend", () => view.refresh());
    on("tab", () => view.refresh());
    rowsPage.listens = true;
  }
  refill();
}

const TABS = ["briefing", "road", "events", "margin", "about"];

function roadPage(page) {
  page.append(el("p", { class: "lead", dir: "auto", text: word("road_lead") }));
  if (DATA.road) {
    const button = el("button", { type: "button", class: "more", text: word("strip_show") });
    button.addEventListener("click", () => showTable(true, "strip"));
    page.append(button);
  }
  if (rates.follows()) page.append(rateNote());
  const list = el("ol", { class: "items road" });
  for (const key of DATA.panel.road) list.append(el("li", {}, itemButton(key, roadRow(key))));
  page.append(DATA.panel.road.length ? list : el("p", { text: word("road_none") }));
}

const EVENTS_AT_ONCE = 60;

function eventsPage(page) {
  if (loaded.events && !loaded.events.listed) {
    rowsPage(page);
    return;
  }
  const lead = el("p", { class: "lead", dir: "auto", role: "status" });
  const list = el("ul", { class: "items" });
  const more = el("button", { type: "button", class: "more", text: word("more") });
  const all = DATA.panel.events;
  let keys = [];
  let shown = 0;
  const add = () => {
    for (const key of keys.slice(shown, shown + EVENTS_AT_ONCE)) list.append(detailRow(key));
    shown = Math.min(keys.length, shown + EVENTS_AT_ONCE);
    more.hidden = shown >= keys.length;
  };
  view.refresh = () => {
    keys = all.filter(passes);
    shown = 0;
    lead.textContent =
      keys.length < all.length
        ? fill("events_some", { n: count(keys.length), all: count(all.length) })
        : fill("events_lead", { n: count(all.length) });
    list.replaceChildren();
    add();
  };
  more.addEventListener("click", add);
  view.refresh();
  page.append(...[filtersNode(), lead, list, more].filter(Boolean));
}

/* The list of the road, after its rates have changed. */
on("rates", () => {
  for (const button of view.pages.get("road").querySelectorAll(".road [data-key]"))
    button.replaceChildren(...roadRow(button.dataset.key));
});

/* The list of events after filter or days have changed, at most once a frame. */
export function refreshEvents() {
  if (view.waiting) return;
  view.waiting = true;
  requestAnimationFrame(() => {
    view.waiting = false;
    view.refresh();
  });
}

const PAGES = {
  briefing: (page) => {
    if (rates.follows() || posts.follows()) page.append(briefingDay());
    page.append(...DATA.panel.briefing.map((one) => sectionNode(one, "h2")));
  },
  road: roadPage,
  events: eventsPage,
  margin: (page) => {
    page.append(el("p", { class: "lead", dir: "auto", text: word("margin_lead") }));
    page.append(...DATA.panel.margin.map((one) => sectionNode(one, "h2")));
  },
  about: (page) => page.append(...DATA.panel.about.map((one) => sectionNode(one, "h2"))),
};

function showTab(name, focus) {
  closeCard(false);
  view.current = name;
  for (const [key, tab] of view.tabs) {
    const on = key === name;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    const page = view.pages.get(key);
    if (on && !page.hasChildNodes()) PAGES[key](page); // made when it is first looked at
    page.hidden = !on;
    if (on && focus) tab.focus();
  }
  if (app.dataset.sheet === "peek" && NARROW.matches && focus !== null) setSheet("half");
  emit("tab", name);
}

function tabKeys(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const end = { Home: 0, End: TABS.length - 1 }[event.key];
  if (step === undefined && end === undefined) return;
  event.preventDefault();
  const now = TABS.indexOf(view.current);
  showTab(TABS[end ?? (now + step + TABS.length) % TABS.length], true);
}

export function buildPanel(open) {
  const handle = el(
    "button",
    { type: "button", class: "handle", "aria-label": word("sheet") },
    el("span", { class: "grip" }),
  );
  const tablist = el("div", { class: "tabs", role: "tablist", "aria-label": word("panel") });
  const pages = el("div", { class: "pages" });
  for (const name of TABS) {
    const tab = el("button", {
      type: "button",
      role: "tab",
      id: `tab-${name}`,
      "aria-controls": `page-${name}`,
      "aria-selected": "false",
      text: word(`tab_${name}`),
    });
    tab.addEventListener("click", () => showTab(name, false));
    const page = el("div", {
      role: "tabpanel",
      class: "page",
      id: `page-${name}`,
      "aria-labelledby": `tab-${name}`,
      tabindex: "0",
    });
    view.tabs.set(name, tab);
    view.pages.set(name, page);
    tablist.append(tab);
    pages.append(page);
  }
  tablist.addEventListener("keydown", tabKeys);
  view.card = el("div", { class: "card", id: "card", role: "region", "aria-label": word("card"), hidden: true });
  view.body = pages;
  panel.append(handle, tablist, pages, view.card, legendNode(open));
  sheetHandle(handle);
  showTab(view.current, null);
}

export function rebuildPanel() {
  view.refresh = () => null;
  view.tabs.clear();
  view.pages.clear();
  const { open } = document.getElementById("legend");
  panel.replaceChildren();
  buildPanel(open);
}
