/* The same facts as tables, below the map: stretches, posts, events, statements. Every column
   sorts; what is not known always stands last. */

import { closeCard, openCard } from "./card.js";
import { DATA, language } from "./data.js";
import { app, el, NARROW } from "./dom.js";
import { passes } from "./events.js";
import { map } from "./map.js";
import { on } from "./signals.js";
import { strip, stripNode } from "./strip.js";
import { postNote, posts, rateNote, rates } from "./timeline.js";
import { view } from "./view.js";
import { count, dayText, kmText, rateFigure, word } from "./words.js";

const TABLE_ROWS = 150;
export const tables = { node: null, name: "stretches", sort: new Map(), shown: TABLE_ROWS, due: false };

/* Statements are in the details already: a row for each, told once. */
function statementsSheet() {
  const rows = new Map();
  for (const detail of Object.values(DATA.details)) {
    for (const said of detail.statements) {
      const cells = [
        detail.key,
        said.iso || null,
        detail.where || detail.heading,
        said.text,
        said.who,
        said.party,
        said.source,
      ];
      const same = cells.slice(1).join("\u0000");
      if (!rows.has(same)) rows.set(same, cells);
    }
  }
  if (!rows.size) return null;
  const columns = [
    ["day", "day"],
    ["about", "text"],
    ["said", "text"],
    ["who", "text"],
    ["party", "text"],
    ["source", "text"],
  ];
  return { name: "claims", columns, rows: [...rows.values()].sort((a, b) => ((a[1] || "") < (b[1] || "") ? 1 : -1)) };
}

function tableSheets() {
  const road = DATA.road ? { name: "strip", rows: DATA.road.line, columns: [] } : null;
  return [road, ...DATA.sheets, statementsSheet()].filter(
    (one) => one && (one.rows.length || (one.name === "posts" && posts.undo)),
  );
}

export function cellText(value, kind) {
  if (value === null || value === undefined || value === "") return "";
  if (kind === "day") return dayText(value);
  if (kind === "km") return kmText(value);
  if (kind === "count") return count(value);
  if (kind === "rate") return rateFigure(value);
  return kind === "word" ? word(value) : value;
}

/* A row's place in an order: numbers as numbers, days as days, words as the reader sees them. */
function sortedRows(rows, column, kind, way) {
  const seen = (value) => value !== null && value !== undefined && value !== "";
  const key = (row) => (kind === "word" ? word(row[column + 1]) : row[column + 1]);
  // few browsers know the order of Kreyòl: where the language of now is not known, the next one is taken
  const collate = new Intl.Collator([language.now, "fr"], { numeric: true }).compare;
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (!seen(x) || !seen(y)) return Number(seen(y)) - Number(seen(x));
    return way * (typeof x === "number" ? x - y : collate(String(x), String(y)));
  });
}

function rowsPassing(sheet) {
  return sheet.name === "events" ? sheet.rows.filter((row) => passes(row[0])) : sheet.rows;
}

function headCell(sheet, [name, kind], n, redraw) {
  const state = tables.sort.get(sheet.name);
  const mine = state && state.column === n;
  const button = el(
    "button",
    { type: "button", "data-column": n },
    el("span", { dir: "auto", text: sheet.title ? name : word(`col_${name}`) }),
    el("span", { class: "way", "aria-hidden": "true", text: mine ? (state.way > 0 ? "▲" : "▼") : "" }),
  );
  button.addEventListener("click", () => {
    tables.sort.set(sheet.name, { column: n, way: mine ? -state.way : kind === "day" || kind === "rate" ? -1 : 1 });
    redraw();
    tables.node.querySelector(`thead [data-column="${n}"]`).focus();
  });
  return el(
    "th",
    { scope: "col", class: `is-${kind}`, "aria-sort": mine ? (state.way > 0 ? "ascending" : "descending") : null },
    button,
  );
}

function tableRow(sheet, row) {
  const made = el("tr", { "data-key": row[0] });
  const first = sheet.columns.findIndex(([, kind]) => kind === "text");
  sheet.columns.forEach(([, kind], n) => {
    const text = cellText(row[n + 1], kind);
    if (n !== first) {
      made.append(el("td", { class: `is-${kind}`, dir: kind === "text" ? "auto" : null, text: text || "–" }));
      return;
    }
    const button = el("button", {
      type: "button",
      class: "to-map",
      dir: "auto",
      text: text || DATA.details[row[0]]?.heading || "–",
    });
    button.addEventListener("click", () => {
      if (NARROW.matches) showTable(false);
      openCard({ keys: [row[0]], key: row[0], from: button, fly: true });
    });
    made.append(el("th", { scope: "row", class: "is-text" }, button));
  });
  return made;
}

on("rates", () => redrawTable(["stretches", "strip", "events"]));

on("posts", () => redrawTable(["posts", "strip", "claims", "events"]));

on("zones", () => redrawTable(["strip", "events"]));

on("strip", () => {
  if (NARROW.matches) showTable(false); // the table would hide the map that the mark leads to
});

/* Once, however much that it shows has changed before the next frame. */
export function redrawTable(names) {
  if (tables.node.hidden || tables.due || !names.includes(tables.name)) return;
  tables.due = true;
  queueMicrotask(() => {
    tables.due = false;
    if (!tables.node.hidden) drawTable();
  });
}

function drawTable() {
  const all = tableSheets();
  const sheet = all.find((one) => one.name === tables.name) || all[0];
  if (!sheet) return;
  tables.name = sheet.name;
  const tabs = el("div", { class: "table-tabs", role: "tablist", "aria-label": word("table") });
  for (const one of all) {
    const tab = el("button", {
      type: "button",
      role: "tab",
      id: `sheet-${one.name}`,
      "aria-selected": String(one === sheet),
      "aria-controls": "sheet",
      tabindex: one === sheet ? "0" : "-1",
      text: sheetName(one),
    });
    tab.addEventListener("click", () => chooseSheet(one.name));
    tabs.append(tab);
  }
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    chooseSheet(all[(all.indexOf(sheet) + step + all.length) % all.length].name);
  });
  const close = el(
    "button",
    { type: "button", class: "close", "aria-label": word("table_close") },
    el("span", { "aria-hidden": "true", text: "×" }),
  );
  close.addEventListener("click", () => showTable(false));
  const before = tables.node.querySelector(".table-body");
  const [top, left] = before ? [before.scrollTop, before.scrollLeft] : [0, 0];
  const body = el("div", {
    class: "table-body",
    id: "sheet",
    role: "tabpanel",
    "aria-labelledby": `sheet-${sheet.name}`,
    tabindex: "0",
  });
  tables.node.replaceChildren(el("div", { class: "table-bar" }, tabs, close), body);
  if (rates.follows() && ["strip", "stretches"].includes(sheet.name)) body.append(rateNote());
  if (posts.follows() && ["strip", "posts"].includes(sheet.name)) body.append(postNote());
  if (sheet.name === "strip") body.append(stripNode(body.clientWidth));
  else fillTable(body, sheet);
  body.scrollTop = top;
  body.scrollLeft = left;
}

function titleOfSheet(sheet) {
  return sheet.title || word(`sheet_${sheet.name}`);
}

function sheetName(sheet) {
  return sheet.name === "strip" ? word("sheet_strip") : `${titleOfSheet(sheet)} (${count(rowsPassing(sheet).length)})`;
}

function fillTable(body, sheet) {
  const state = tables.sort.get(sheet.name);
  const kept = rowsPassing(sheet);
  const rows = state ? sortedRows(kept, state.column, sheet.columns[state.column][1], state.way) : kept;
  const head = el("tr", {}, ...sheet.columns.map((column, n) => headCell(sheet, column, n, drawTable)));
  const table = el(
    "table",
    { class: "facts-table" },
    el("caption", { class: "sr", text: `${titleOfSheet(sheet)}. ${word("table_sorts")}` }),
    el("thead", {}, head),
    el("tbody", {}, ...rows.slice(0, tables.shown).map((row) => tableRow(sheet, row))),
  );
  body.append(table);
  if (rows.length > tables.shown) {
    const more = el("button", { type: "button", class: "more", text: word("more") });
    more.addEventListener("click", () => {
      tables.shown += TABLE_ROWS;
      drawTable();
    });
    body.append(more);
  }
}

function chooseSheet(name) {
  tables.name = name;
  tables.shown = TABLE_ROWS;
  drawTable();
  tables.node.querySelector(".table-body").scrollTop = 0;
  document.getElementById(`sheet-${name}`).focus();
}

export function showTable(on, name) {
  if (name) tables.name = name;
  const button = document.getElementById("table-switch");
  button.setAttribute("aria-pressed", String(on));
  tables.node.hidden = !on;
  app.classList.toggle("has-table", on);
  if (on) {
    if (NARROW.matches) closeCard(false); // it would lie over the table
    drawTable();
    document.getElementById(`sheet-${tables.name}`).focus();
  } else {
    tables.node.replaceChildren();
    strip.cursor = null;
    button.focus();
  }
  map.invalidateSize({ animate: false, pan: false });
  if (on && tables.name === "strip") drawTable();
}

export function tableSwitch() {
  tables.node = el("section", { class: "tables", id: "tables", "aria-label": word("table"), hidden: true });
  app.append(tables.node);
  tables.node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !view.card.hidden) return;
    event.stopPropagation();
    showTable(false);
  });
  const button = el("button", {
    type: "button",
    class: "tool",
    id: "table-switch",
    "aria-pressed": "false",
    "aria-controls": "tables",
    text: word("table"),
  });
  button.addEventListener("click", () => showTable(tables.node.hidden));
  on("language", () => {
    button.textContent = word("table");
    tables.node.setAttribute("aria-label", word("table"));
    if (!tables.node.hidden) drawTable();
  });
  L.DomEvent.disableClickPropagation(button);
  return button;
}
