/* The tool that closes roads, in pages that hold a network. It stands apart from the page's other scripts: it shares
   Leaflet's map and the document with them, and nothing else; what it shows is unpacked when it is first opened. */

import { Closing } from "./closing.js";
import { bytesOf, columnsFrom, inflated } from "./decode.js";
import { CALM, el, NARROW, svg } from "./dom.js";
import { packedBlock, unpack } from "./packed.js";

const html = document.documentElement;
const app = document.getElementById("app");
const stage = document.getElementById("stage");
const block = packedBlock("artimap-what-if");
const map = window[document.querySelector(".folium-map").id];

const REACH_PX = 24;
const DRAWN_PX = 10; // who draws along a road does not mean the one beside it
const MOST_LINES = 5000; // more pieces in the window are a thicket, and slow to draw
const tool = { closing: null, node: null, on: false, tap: "close", drawing: false, cross: null };

/* --- words ------------------------------------------------------------------------------------- */

function words() {
  return tool.words[html.lang] || Object.values(tool.words)[0];
}

function say(key, values = {}) {
  return words()[key].replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

function figure(value, digits = 0) {
  const [whole, part] = Math.abs(value).toFixed(digits).split(".");
  const thousands = whole.replace(/\B(?=(\d{3})+$)/g, say("number.thousands"));
  return thousands + (part ? say("number.decimal") + part : "");
}

function km(metres) {
  return figure(metres / 1000, 1);
}

function minutes([low, high]) {
  const [a, b] = [low, high].sort((one, other) => one - other);
  return say("minutes", { a: figure(a), b: figure(b) });
}

/* A label is one text, or one for each of English, French and Kreyòl. */
function label(name) {
  return Array.isArray(name) ? name[Math.max(0, ["en", "fr", "ht"].indexOf(html.lang))] : name;
}

function listed(rows) {
  const names = rows.map((row) => label(row[0]));
  return [...new Set(names)].sort((a, b) => a.localeCompare(b)).join(", ");
}

function spanText({ name, from, to, metres }) {
  if (!name || from === to) return say("plain", { road: name || say("unnamed"), km: km(metres) });
  return say("span", { road: name, a: km(from), b: km(to) });
}

function placeText({ piece, at }) {
  const [{ name, from, to }] = tool.closing.spans([[piece, at, at]]);
  const { fromKm, toKm } = tool.closing.graph;
  if (!name || fromKm[piece] === toKm[piece]) return name || say("unnamed");
  return say("at", { road: name, a: km((from + to) / 2) });
}

function plain(text) {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}

/* --- the panel ----------------------------------------------------------------------------------- */

function switchNode() {
  const node = el("button", { type: "button", class: "tool", id: "what-if-switch", "aria-pressed": String(tool.on) });
  node.textContent = say("switch");
  node.title = say("title");
  node.addEventListener("click", () => show(!tool.on));
  return node;
}

function endField(which) {
  const { closing } = tool;
  const [id, mark] = [`what-if-end-${which}`, "AB"[which]];
  const name = closing.names[which];
  const input = el("input", {
    id,
    type: "text",
    list: "what-if-names",
    autocomplete: "off",
    spellcheck: "false",
    value: name === null ? placeText(closing.ends[which]) : label(name),
    "aria-describedby": "what-if-note",
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("change", () => {
    const wanted = plain(input.value);
    const spellings = (row) => [row[0], ...String(row[1] ?? "").split(";")].flat().map(plain);
    const among = (fits) => closing.facts.places.find((row) => spellings(row).some(fits));
    const row = wanted && (among((one) => one === wanted) || among((one) => one.startsWith(wanted)));
    const place = row && closing.placeOf(row);
    note(place ? "" : say("not_here"));
    if (place) moveEnd(which, place, row[0], true);
  });
  return el(
    "p",
    { class: "wi-field" },
    el("label", { for: id, text: say(which ? "to" : "from") }),
    el("span", { class: "wi-letter", "aria-hidden": "true", text: mark }),
    input,
  );
}

function choiceNode(type, value, checked, act) {
  const box = el("input", { type, name: "what-if-tap", value, checked });
  box.addEventListener("change", () => act(box.checked));
  return el("label", { class: "choice" }, box, el("span", { class: "choice-text", text: say(value) }));
}

function kmForm() {
  const { roads } = tool.closing;
  if (!roads.length) return null;
  const select = el("select", { id: "what-if-road" }, ...roads.map(([n, name]) => el("option", { value: n }, name)));
  const number = (key) => {
    const input = el("input", { id: `what-if-${key}`, type: "text", inputmode: "decimal", required: true, size: 6 });
    return [el("label", { for: input.id, text: say(key) }), input];
  };
  const [from, to] = [number("km_from"), number("km_to")];
  const form = el(
    "form",
    { class: "wi-km" },
    el("label", { for: select.id, text: say("road") }),
    select,
    ...from,
    ...to,
    el("button", { type: "submit", class: "tool", text: say("close_km") }),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [a, b] = [from[1], to[1]].map((input) => Number.parseFloat(input.value.replace(",", ".")));
    const n = Number.isFinite(a) && Number.isFinite(b) ? tool.closing.closeKm(Number(select.value), a, b) : 0;
    note(n ? "" : say("km_none"));
    if (n) answer();
  });
  return el("details", { class: "wi-more" }, el("summary", { text: say("by_km") }), form);
}

function note(text) {
  document.getElementById("what-if-note").textContent = text;
}

function build() {
  const { facts } = tool.closing;
  const shut = el(
    "button",
    { type: "button", class: "close", "aria-label": say("leave") },
    el("span", { "aria-hidden": "true", text: "×" }),
  );
  shut.addEventListener("click", () => show(false));
  const names = [...new Set(facts.places.map((row) => label(row[0])))].sort((a, b) => a.localeCompare(b));
  const taps = ["tap_close", "tap_from", "tap_to"].map((key) =>
    choiceNode("radio", key, tool.tap === key.slice(4), () => setTap(key.slice(4))),
  );
  const draw = choiceNode("checkbox", "drag", tool.drawing, setDrawing);
  draw.classList.add("wi-draw");
  tool.node.setAttribute("aria-label", say("title"));
  tool.node.replaceChildren(
    el("div", { class: "wi-head" }, el("h2", { tabindex: "-1", text: say("title") }), shut),
    facts.note ? el("p", { class: "lead", text: say(facts.note) }) : "",
    el("datalist", { id: "what-if-names" }, ...names.map((value) => el("option", { value }))),
    endField(0),
    endField(1),
    el("p", { class: "wi-note", id: "what-if-note", role: "status" }),
    el("div", { id: "what-if-answer", role: "status" }),
    el("div", { id: "what-if-closed" }),
    el("div", { id: "what-if-cut" }),
    el("fieldset", { class: "wi-tap" }, el("legend", { text: say("tap") }), ...taps, draw),
    el("p", { class: "item-note", text: say("keys") }),
    kmForm() ?? "",
    el("p", { class: "lead", text: say("lead") }),
  );
  tool.cross.setAttribute("title", say("keys"));
  for (const [which, marker] of tool.marks.entries()) marker.getElement()?.setAttribute("aria-label", endName(which));
  answer();
}

function endName(which) {
  return `${"AB"[which]}: ${say(which ? "to" : "from")}`;
}

/* --- the answer ------------------------------------------------------------------------------------ */

function lineNode(kind) {
  const box = { width: 34, height: 12, viewBox: "0 0 34 12", "aria-hidden": "true" };
  const d = "M1 6H33";
  const under = kind === "usual" ? null : svg("path", { d, class: `wi-under-${kind}` });
  return el(
    "span",
    { class: "wi-key" },
    svg("svg", box, under, svg("path", { d, class: `wi-${kind}` })),
    say(`line_${kind}`),
  );
}

function answer() {
  const { closing } = tool;
  const found = closing.answer();
  drawWays(found);
  const closures = closing.closures;
  const out = document.getElementById("what-if-answer");
  const text = (key, values, cls = "") => el("p", { class: cls || null, text: say(key, values) });
  const figures = ({ metres, minutes: time }) => ({ km: km(metres), time: minutes(time) });
  const { way, usual } = found;
  const lines = [usual ? text("usual", figures(usual)) : text("usual_none", {}, "wi-now")];
  if (closures.length && usual) {
    if (!way) lines.push(text("none", {}, "wi-now"));
    else if (sameWay(way, usual)) lines.push(text("same", {}, "wi-now"));
    else {
      const more = way.minutes.map((minute, n) => Math.max(0, minute - usual.minutes[n]));
      const metres = way.metres - usual.metres;
      lines.push(text("now", figures(way), "wi-now"));
      lines.push(text("longer", { km: `${metres < 0 ? "−" : ""}${km(metres)}`, time: minutes(more) }, "wi-now"));
    }
  }
  if (way) lines.push(text("by", { roads: roadsOf(way) }, "item-note"));
  const keys = [way && "now", usual && way && !sameWay(way, usual) && "usual", closures.length && "closed"];
  out.replaceChildren(...lines, el("p", { class: "wi-keys" }, ...keys.filter(Boolean).map(lineNode)));
  closedList(closures);
  cutOff(found, closures.length);
}

function sameWay(one, other) {
  return Math.abs(one.metres - other.metres) < 0.5 && one.steps.length === other.steps.length;
}

/* The roads of a way; what is shorter than a third of a kilometre is left out. */
function roadsOf(way) {
  const spans = tool.closing.spans(way.steps).filter((span) => span.metres > 300);
  const joined = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (!span.name && last && !last.name) last.metres += span.metres;
    else joined.push({ ...span });
  }
  return joined.slice(0, 12).map(spanText).join("; ") + (joined.length > 12 ? " …" : "");
}

function closedList(closures) {
  const { graph } = tool.closing;
  const rows = closures.slice(0, 40).map((span) => {
    const what = spanText(span);
    const open = el("button", { type: "button", class: "tool", "aria-label": `${say("reopen")}: ${what}` });
    open.textContent = say("reopen");
    open.addEventListener("click", () => {
      for (const piece of span.pieces) graph.close(piece, false);
      answer();
      (tool.node.querySelector("#what-if-closed button") || tool.node.querySelector("h2")).focus();
    });
    return el("li", {}, el("span", { dir: "auto", text: what }), open);
  });
  const all = el("button", { type: "button", class: "more", text: say("reopen_all") });
  all.addEventListener("click", () => {
    graph.open();
    answer();
    tool.node.querySelector("h2").focus();
  });
  document
    .getElementById("what-if-closed")
    .replaceChildren(
      el("h3", { text: say("closed") }),
      rows.length ? el("ul", { class: "wi-closures" }, ...rows) : el("p", { text: say("closed_none") }),
      rows.length > 1 ? all : "",
    );
}

function peopleText(group) {
  const { known, unknown, of } = group.people;
  if (!of) return "";
  const values = { n: figure(known), k: unknown, names: listed(group.of("communes")) };
  return say(unknown === of ? "people_unknown" : unknown ? "people_least" : "people", values);
}

function cutOff({ groups, never, apart }, any) {
  const out = [];
  const { services } = tool.closing.facts;
  for (const [key, group] of Object.entries(groups)) {
    if (!group.size) continue;
    const rows = [
      group.of("places").length ? say("places", { names: listed(group.of("places")) }) : "",
      peopleText(group),
      ...["fuel", "market", "health"].map((kind) =>
        services[kind] ? say(kind, { n: figure(group.of(kind).length) }) : "",
      ),
      services.health ? "" : say("unlisted"),
    ];
    out.push(el("h4", { text: say(key) }));
    out.push(el("ul", { class: "wi-cut" }, ...rows.filter(Boolean).map((text) => el("li", { text }))));
  }
  if (any) {
    out.unshift(el("h3", { text: say("cut") }));
    if (out.length === 1) out.push(el("p", { text: say("cut_none") }));
    else out.push(el("p", { class: "item-note", text: say("people_where") }));
  }
  for (const [key, group] of [
    ["never", never],
    ["apart", apart],
  ]) {
    const names = [listed([...group.of("places"), ...group.of("communes")])];
    const others = group.size - group.of("places").length - group.of("communes").length;
    if (others) names.push(say("services", { n: figure(others) }));
    if (group.size)
      out.push(el("p", { class: "item-note", text: say(key, { names: names.filter(Boolean).join(", ") }) }));
  }
  document.getElementById("what-if-cut").replaceChildren(...out);
}

/* --- the map ---------------------------------------------------------------------------------------- */

function makePanes() {
  for (const [name, order] of [
    ["net", 500],
    ["lines", 850],
    ["ends", 870],
  ]) {
    const pane = map.createPane(`what-if-${name}`);
    pane.style.zIndex = String(order);
    pane.classList.add("what-if-pane");
  }
  tool.renderer = L.svg({ pane: "what-if-lines", padding: 0.6 });
  tool.canvas = L.canvas({ pane: "what-if-net", padding: 0.1 });
  const ink = getComputedStyle(html).getPropertyValue("--ink-2").trim();
  tool.net = L.polyline([], { renderer: tool.canvas, interactive: false, color: ink, weight: 1.4, smoothFactor: 0 });
  tool.lines = L.layerGroup();
  tool.marks = [0, 1].map((which) => {
    const icon = L.divIcon({ className: "wi-end", html: el("span", { text: "AB"[which] }), iconSize: [44, 44] });
    const marker = L.marker([0, 0], { pane: "what-if-ends", icon, draggable: true, keyboard: true });
    marker.on("dragend", () => {
      const { lat, lng } = marker.getLatLng();
      const near = tool.closing.graph.near(lat, lng, 0.2);
      if (near) moveEnd(which, near);
      else placeMarks();
    });
    marker.on("add", () => marker.getElement().setAttribute("aria-label", endName(which)));
    marker.on("click keypress", ({ originalEvent }) => {
      if (originalEvent?.type === "keypress" && originalEvent.key !== "Enter") return;
      setTap(which ? "to" : "from");
      build();
    });
    return marker;
  });
  tool.cross = el("div", { class: "wi-cross", "aria-hidden": "true" });
  stage.append(tool.cross);
}

function latLng(place) {
  return tool.closing.graph.part([place.piece, place.at, place.at])[0];
}

function placeMarks() {
  for (const [which, marker] of tool.marks.entries()) marker.setLatLng(latLng(tool.closing.ends[which]));
}

/* Pieces one after the other as lines: fewer than there are pieces. */
function linesOf(steps) {
  const { graph } = tool.closing;
  const lines = [];
  let last = null;
  for (const step of steps) {
    const points = graph.part(step);
    const joins = last && Math.abs(points[0][0] - last[0]) < 3e-5 && Math.abs(points[0][1] - last[1]) < 3e-5;
    if (joins) lines.at(-1).push(...points.slice(1));
    else lines.push(points);
    last = points.at(-1);
  }
  return lines;
}

function drawWays({ way, usual }) {
  const { graph } = tool.closing;
  tool.lines.clearLayers();
  const add = (steps, ...classes) => {
    const lines = linesOf(steps);
    for (const className of classes)
      tool.lines.addLayer(L.polyline(lines, { renderer: tool.renderer, interactive: false, className }));
  };
  if (usual && way && !sameWay(way, usual)) add(usual.steps, "wi-usual");
  if (usual && !way) add(usual.steps, "wi-usual");
  if (way) add(way.steps, "wi-under-now", "wi-now");
  if (graph.closures.size)
    add(
      [...graph.closures].map((piece) => [piece, 0, graph.metres[piece]]),
      "wi-under-closed",
      "wi-closed",
    );
}

/* The roads that can be closed, where the window has few enough. */
function drawNet() {
  if (!tool.on) return;
  const { graph } = tool.closing;
  const bounds = map.getBounds();
  const [west, south, east, north] = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  const inside = [];
  const margin = graph.extent;
  for (let i = 0; i < graph.n && inside.length <= MOST_LINES; i += 1) {
    const [x, y] = [graph.px[graph.line[i]], graph.py[graph.line[i]]];
    if (x > west * 1e5 - margin && x < east * 1e5 + margin && y > south * 1e5 - margin && y < north * 1e5 + margin)
      inside.push(i);
  }
  const few = inside.length <= MOST_LINES;
  tool.net.setLatLngs(few ? inside.map((piece) => graph.shape(piece)) : []);
  note(few ? "" : say("closer"));
}

function moveEnd(which, place, name = null, look = false) {
  tool.closing.move(which, place, name);
  placeMarks();
  const field = document.getElementById(`what-if-end-${which}`);
  field.value = name === null ? placeText(place) : label(name);
  answer();
  if (look) frame();
}

/* Both ends and the way, in the part of the map that is not covered. */
function frame() {
  const points = [...tool.closing.ends.map(latLng), ...linesOf(tool.closing.usual?.steps ?? []).flat()];
  map.fitBounds(L.latLngBounds(points), {
    animate: !CALM.matches,
    maxZoom: 12,
    paddingTopLeft: [40, NARROW.matches ? 130 : 110],
    paddingBottomRight: [60, NARROW.matches ? tool.node.offsetHeight + 30 : 60],
  });
}

/* --- pointer and keyboard ------------------------------------------------------------------------------ */

function setTap(what) {
  tool.tap = what;
  if (what !== "close" && tool.drawing) setDrawing(false);
  const box = tool.node.querySelector(`input[value=tap_${what}]`);
  if (box) box.checked = true;
}

function setDrawing(on) {
  tool.drawing = on;
  if (on) setTap("close");
  map.dragging[on ? "disable" : "enable"]();
  map.getContainer().classList.toggle("wi-drawing", on);
  const box = tool.node.querySelector("input[value=drag]");
  if (box) box.checked = on;
}

function near(x, y, pixels = REACH_PX) {
  const at = map.containerPointToLatLng([x, y]);
  const up = map.containerPointToLatLng([x, y - pixels]);
  return tool.closing.graph.near(at.lat, at.lng, Math.abs(up.lat - at.lat));
}

function act(x, y) {
  performance.mark("what-if-start");
  actAt(x, y);
  performance.measure("what-if", "what-if-start");
}

function actAt(x, y) {
  const place = near(x, y);
  if (!place) return;
  if (tool.tap !== "close") {
    moveEnd(tool.tap === "to" ? 1 : 0, place);
    return;
  }
  const { graph } = tool.closing;
  graph.close(place.piece, !graph.closed[place.piece]);
  answer();
}

/* Where the cross is: the middle of what one sees of the map. */
function middle() {
  const { x, y } = map.getSize();
  return [x / 2, NARROW.matches ? (y - tool.node.offsetHeight) / 2 + 40 : y / 2];
}

function placeCross() {
  const [x, y] = middle();
  [tool.cross.style.left, tool.cross.style.top] = [`${x}px`, `${y}px`];
}

function onMap(event) {
  const box = map.getContainer();
  return tool.on && box.contains(event.target) && !event.target.closest?.(".wi-end, .leaflet-control");
}

function spotOf(event) {
  const box = map.getContainer().getBoundingClientRect();
  return [event.clientX - box.x, event.clientY - box.y];
}

function listen() {
  let down = null; // where the pointer went down, and whether it has moved
  stage.addEventListener(
    "pointerdown",
    (event) => {
      down = onMap(event) ? { at: spotOf(event), moved: false, changed: false } : null;
    },
    true,
  );
  stage.addEventListener(
    "pointermove",
    (event) => {
      if (!down || !event.buttons) return;
      const [x, y] = spotOf(event);
      const [dx, dy] = [x - down.at[0], y - down.at[1]];
      const far = Math.hypot(dx, dy);
      if (far > 6) down.moved = true;
      if (!tool.drawing || far < 6) return;
      const steps = Math.ceil(far / 8);
      for (let n = 1; n <= steps; n += 1) {
        const place = near(down.at[0] + (dx * n) / steps, down.at[1] + (dy * n) / steps, DRAWN_PX);
        if (!place || tool.closing.graph.closed[place.piece]) continue;
        tool.closing.graph.close(place.piece);
        down.changed = true;
      }
      down.at = [x, y];
    },
    true,
  );
  stage.addEventListener("pointerup", () => down?.changed && answer(), true);
  stage.addEventListener(
    "click",
    (event) => {
      if (!onMap(event)) return;
      event.stopPropagation();
      if (!down?.moved) act(...spotOf(event));
    },
    true,
  );
  const box = map.getContainer();
  box.addEventListener("keydown", (event) => {
    if (!tool.on || event.target !== box || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    act(...middle());
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && tool.on && !event.defaultPrevented) show(false);
  });
  map.on("moveend", drawNet);
  map.on("resize", placeCross);
}

/* --- on and off ------------------------------------------------------------------------------------------ */

async function openGraph() {
  const { columns } = await block;
  const { layout, coding } = tool.facts;
  const raw = bytesOf(columns);
  const named = layout.map(([name, rows, width]) => ({ name, rows, width, steps: false }));
  tool.closing = new Closing(tool.facts, columnsFrom(coding === "raw" ? raw : await inflated(raw, coding), named));
  tool.node = el("section", { id: "what-if", class: "what-if", hidden: true });
  app.append(tool.node);
  makePanes();
  listen();
}

async function show(on) {
  if (on && !tool.closing) {
    await openGraph();
    for (let turn = 1; turn <= 6; turn += 1) setTimeout(() => tool.closing.rehearse(), 200 * turn);
  }
  tool.on = on;
  tool.node.hidden = !on;
  app.classList.toggle("has-what-if", on);
  document.getElementById("what-if-switch").setAttribute("aria-pressed", String(on));
  // marks do not open while a tap closes roads
  for (const pane of map.getPane("mapPane").children) if (!pane.classList.contains("what-if-pane")) pane.inert = on;
  for (const layer of [tool.net, tool.lines, ...tool.marks]) on ? layer.addTo(map) : layer.remove();
  if (!on) {
    setDrawing(false);
    document.getElementById("what-if-switch").focus();
    return;
  }
  placeMarks();
  build();
  frame();
  drawNet();
  placeCross();
  tool.node.querySelector("h2").focus({ preventScroll: true });
}

async function start() {
  const { facts } = await block;
  tool.facts = await unpack(facts);
  tool.words = tool.facts.words;
  document.getElementById("tools").append(switchNode());
  new MutationObserver(() => {
    document.getElementById("what-if-switch").replaceWith(switchNode());
    if (tool.on) build();
  }).observe(html, { attributeFilter: ["lang"] });
  html.dataset.whatIf = "ready";
}

/* The page's own scripts come first, and make the place where the switch stands. */
function afterPage() {
  if (html.dataset.ready) return start();
  const seen = new MutationObserver(() => {
    if (!html.dataset.ready) return;
    seen.disconnect();
    start();
  });
  return seen.observe(html, { attributeFilter: ["data-ready"] });
}

if (typeof DecompressionStream !== "undefined") afterPage();
