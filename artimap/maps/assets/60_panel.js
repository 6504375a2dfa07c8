/* The panel: tabs, lists, and the card that opens for whatever was asked. */
const TABS = ["briefing", "road", "events", "margin", "about"];
const panel = document.getElementById("panel");
const app = document.getElementById("app");
const view = { tabs: new Map(), pages: new Map(), card: null, from: null, current: "briefing", refresh: () => null };

function icon(mark) {
  return swatch(mark.mark, mark.groups, mark.hollow);
}

function itemButton(key, children) {
  const made = el("button", { type: "button", class: "row", "data-key": key }, ...children);
  made.addEventListener("click", () => tell("open", { keys: [key], key, from: made, fly: true }));
  return made;
}

function line(tag, cls, text) {
  return text ? el(tag, { class: cls, dir: "auto", text }) : null;
}

/* A section of the briefing, the margin or the about page. */
function sectionNode(section, level) {
  const made = el("section", { class: "block" }, el(level, { dir: "auto", text: section.heading }), line("p", "", section.text));
  if (!section.items.length) return made;
  const list = el("ul", { class: "items" });
  for (const item of section.items) {
    const body = [line("span", "item-text", item.text), line("span", "item-note", item.note)];
    const detail = item.detail && DATA.details[item.detail];
    list.append(el("li", {}, detail ? itemButton(item.detail, [icon(iconOfMap(detail)), el("span", { class: "row-body" }, ...body)]) : el("div", { class: "plain-row" }, ...body)));
  }
  made.append(list);
  return made;
}

function detailRow(key) {
  const detail = DATA.details[key];
  return el(
    "li",
    {},
    itemButton(key, [
      icon(detail.icon),
      el("span", { class: "row-body" }, line("span", "item-head", detail.where || detail.heading), line("span", "item-text", detail.sentence), line("span", "item-note", [detail.heading, detail.when].filter(Boolean).join(" · "))),
    ]),
  );
}

function roadRow(key) {
  const detail = DATA.details[key];
  return [icon(detail.icon), el("span", { class: "row-body" }, line("span", "item-head", detail.where), line("span", "item-text", detail.sentence), line("span", "item-note", detail.heading))];
}

function roadPage(page) {
  page.append(el("p", { class: "lead", dir: "auto", text: word("road_lead") }));
  if (DATA.road) {
    const strip = el("button", { type: "button", class: "more", text: word("strip_show") });
    strip.addEventListener("click", () => showTable(true, "strip"));
    page.append(strip);
  }
  if (ratesFollow()) page.append(rateNote());
  const list = el("ol", { class: "items road" });
  for (const key of DATA.panel.road) list.append(el("li", {}, itemButton(key, roadRow(key))));
  page.append(DATA.panel.road.length ? list : el("p", { text: word("road_none") }));
}

const EVENTS_AT_ONCE = 60;

function eventsPage(page) {
  if (A.events && !A.events.listed) {
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
    lead.textContent = keys.length < all.length ? fill("events_some", { n: count(keys.length), all: count(all.length) }) : fill("events_lead", { n: count(all.length) });
    list.replaceChildren();
    add();
  };
  more.addEventListener("click", add);
  view.refresh();
  page.append(...[filtersNode(), lead, list, more].filter(Boolean));
}

/* The list of events after filter or days have changed, at most once a frame. */
function refreshEvents() {
  if (view.waiting) return;
  view.waiting = true;
  requestAnimationFrame(() => {
    view.waiting = false;
    view.refresh();
  });
}

const PAGES = {
  briefing: (page) => {
    if (ratesFollow() || postsFollow()) page.append(briefingDay());
    DATA.panel.briefing.forEach((one) => page.append(sectionNode(one, "h2")));
  },
  road: roadPage,
  events: eventsPage,
  margin: (page) => {
    page.append(el("p", { class: "lead", dir: "auto", text: word("margin_lead") }));
    DATA.panel.margin.forEach((one) => page.append(sectionNode(one, "h2")));
  },
  about: (page) => DATA.panel.about.forEach((one) => page.append(sectionNode(one, "h2"))),
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
  tell("tab", name);
}

function tabKeys(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const end = { Home: 0, End: TABS.length - 1 }[event.key];
  if (step === undefined && end === undefined) return;
  event.preventDefault();
  const now = TABS.indexOf(view.current);
  showTab(TABS[end ?? (now + step + TABS.length) % TABS.length], true);
}

function buildPanel() {
  const handle = el("button", { type: "button", class: "handle", "aria-label": word("sheet") }, el("span", { class: "grip" }));
  const tablist = el("div", { class: "tabs", role: "tablist", "aria-label": word("panel") });
  const pages = el("div", { class: "pages" });
  for (const name of TABS) {
    const tab = el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `page-${name}`, "aria-selected": "false", text: word(`tab_${name}`) });
    tab.addEventListener("click", () => showTab(name, false));
    const page = el("div", { role: "tabpanel", class: "page", id: `page-${name}`, "aria-labelledby": `tab-${name}`, tabindex: "0" });
    view.tabs.set(name, tab);
    view.pages.set(name, page);
    tablist.append(tab);
    pages.append(page);
  }
  tablist.addEventListener("keydown", tabKeys);
  view.card = el("div", { class: "card", id: "card", role: "region", "aria-label": word("card"), hidden: true });
  view.body = pages;
  panel.append(handle, tablist, pages, view.card, legendNode());
  sheetHandle(handle);
  showTab(view.current, null);
}

function rebuildPanel() {
  view.refresh = () => null;
  view.tabs.clear();
  view.pages.clear();
  panel.replaceChildren();
  buildPanel();
}

/* --- the card ------------------------------------------------------------------------- */

function statementNode(said) {
  const who = el("p", { class: "who" }, el("bdi", { class: "name", text: said.who }), el("span", { class: "party", text: said.party }));
  const days = [said.day, said.confirmed && fill("confirmed", { day: said.confirmed })].filter(Boolean).join(" · ");
  const link = safeLink(said.url);
  const source = link
    ? el("a", { href: link, target: "_blank", rel: "noopener noreferrer", class: "source", dir: "auto", text: said.source })
    : el("bdi", { class: "source", text: said.source });
  return el("li", {}, line("p", "said", said.text), who, el("p", { class: "meta" }, el("span", { text: `${days} · ` }), source));
}

function factsNode(facts) {
  const list = el("dl", { class: "facts" });
  for (const fact of facts) list.append(el("dt", { dir: "auto", text: fact.label }), el("dd", { dir: "auto", text: fact.text }));
  return list;
}

function detailNode(detail) {
  const place = [detail.where, detail.when].filter(Boolean).join(" · ");
  const made = [
    el("p", { class: "card-kind" }, icon(detail.icon), el("span", { dir: "auto", text: detail.heading })),
    el("h2", { class: "card-sentence", dir: "auto", tabindex: "-1", text: detail.sentence }),
    line("p", "card-place", place),
    detail.facts.length ? factsNode(detail.facts) : null,
    detail.precision ? el("p", { class: "precision", dir: "auto", text: detail.precision }) : null,
  ];
  if (detail.statements.length) {
    made.push(el("h3", { text: fill("said_by", { n: detail.statements.length }) }), el("ol", { class: "statements" }, ...detail.statements.map(statementNode)));
  }
  const links = detail.links.filter((key) => DATA.details[key]);
  if (links.length) made.push(el("h3", { text: word("behind") }), el("ul", { class: "items" }, ...links.map(detailRow)));
  return made.filter(Boolean);
}

function manyNode(keys) {
  return [el("h2", { class: "card-sentence", tabindex: "-1", text: fill("many", { n: keys.length }) }), el("ul", { class: "items" }, ...keys.map(detailRow))];
}

function cardNodes(keys) {
  return keys.length === 1 ? detailNode(DATA.details[keys[0]]) : manyNode(keys);
}

/* What is open, told anew below its buttons: the focus stays where it was, unless it stood in what is gone. */
function retellCard() {
  if (!view.last || view.card.hidden) return;
  const bar = view.card.querySelector(".card-bar");
  const lost = view.card.contains(document.activeElement) && !bar.contains(document.activeElement);
  while (bar.nextSibling) bar.nextSibling.remove();
  view.card.append(...cardNodes(view.last.keys));
  if (lost) view.card.querySelector("h2").focus({ preventScroll: true });
}

function openCard({ keys, from, fly, quiet }) {
  const found = keys.filter((key) => DATA.details[key]);
  if (!found.length) return;
  const inside = view.card.contains(from);
  if (!inside) view.from = from || null;
  const back = inside ? view.last : null;
  const close = el("button", { type: "button", class: "close", "aria-label": word("close") }, el("span", { "aria-hidden": "true", text: "×" }));
  close.addEventListener("click", () => closeCard(true));
  const bar = el("div", { class: "card-bar" });
  if (back) {
    const again = el("button", { type: "button", class: "back", text: word("back") });
    again.addEventListener("click", () => openCard({ ...back, fly: false }));
    bar.append(again);
  }
  bar.append(close);
  view.card.replaceChildren(bar, ...cardNodes(found));
  view.last = { keys: found, from: view.from };
  view.card.hidden = false;
  view.body.hidden = true;
  view.card.scrollTop = 0;
  if (NARROW.matches && app.dataset.sheet === "peek") setSheet("half");
  mark(found[0]);
  point(null);
  if (fly) goTo(found[0]);
  else if (!quiet) uncover(found[0]);
  view.card.querySelector("h2").focus({ preventScroll: true });
}

function closeCard(giveBack) {
  if (!view.card || view.card.hidden) return;
  view.card.hidden = true;
  view.body.hidden = false;
  view.last = null;
  mark(null);
  point(null);
  if (giveBack && view.from && view.from.isConnected) view.from.focus({ preventScroll: true });
  else if (giveBack) view.tabs.get(view.current).focus({ preventScroll: true });
}

/* Outline what is open, also after the marks were laid out anew. */
let marked = null;

function mark(key) {
  marked = key;
  outline(key);
  remark();
}

function remark() {
  const target = marked && targets.get(marked);
  for (const node of document.querySelectorAll(".mark.is-open")) node.classList.remove("is-open");
  if (!target) return;
  for (const node of document.querySelectorAll(".mark")) {
    if (node.dataset.key === target.feature.key) node.classList.add("is-open");
  }
}

function goTo(key) {
  const target = targets.get(key);
  if (!target) return;
  const sheet = NARROW.matches && app.dataset.sheet === "half" ? app.offsetHeight * 0.48 : 0;
  const options = { animate: !CALM.matches, maxZoom: Math.max(map.getZoom(), 11), paddingTopLeft: [40, 90], paddingBottomRight: [40, 40 + sheet] };
  const view2 = map.getBounds();
  if (!sheet && view2.contains(target.bounds) && map.getZoom() >= 10) return;
  map.fitBounds(target.bounds, options);
}

/* On a phone the sheet must not hide the mark that opened it. */
function uncover(key) {
  const target = targets.get(key);
  if (!target || !NARROW.matches || app.dataset.sheet !== "half") return;
  const padding = { paddingTopLeft: [40, 90], paddingBottomRight: [40, app.offsetHeight * 0.48 + 40] };
  map.panInside(target.bounds.getCenter(), { ...padding, animate: !CALM.matches });
}

/* --- the sheet of the narrow layout: three heights ---------------------------------------- */

const HEIGHTS = ["peek", "half", "full"];

function setSheet(height) {
  app.dataset.sheet = height;
  panel.style.removeProperty("height");
}

function sheetHandle(handle) {
  let start = null;
  handle.addEventListener("click", () => {
    if (start && start.moved) return;
    setSheet(HEIGHTS[(HEIGHTS.indexOf(app.dataset.sheet) + 1) % HEIGHTS.length]);
  });
  handle.addEventListener("pointerdown", (event) => {
    start = { y: event.clientY, high: panel.offsetHeight, moved: false };
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (!start || !handle.hasPointerCapture(event.pointerId)) return;
    if (Math.abs(event.clientY - start.y) > 6) start.moved = true;
    if (start.moved) panel.style.height = `${Math.max(60, start.high + start.y - event.clientY)}px`;
  });
  handle.addEventListener("pointerup", () => {
    if (!start || !start.moved) return;
    const share = panel.offsetHeight / app.offsetHeight;
    setSheet(share < 0.28 ? "peek" : share < 0.7 ? "half" : "full");
  });
}
