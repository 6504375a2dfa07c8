/* Reading the page's data, and the few helpers that make elements. Text only ever enters
   the page through textContent: nothing here parses HTML. */
const DATA = JSON.parse(document.getElementById("artimap-data").textContent);
DATA.details = detailsOf(DATA.details);
const TOKENS = DATA.tokens;
const NS = "http://www.w3.org/2000/svg";
const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");
const NARROW = window.matchMedia("(max-width: 899.98px)");

/* Details come as rows, the names of their fields once. */
function detailsOf({ detail, icon, fact, statement, texts, rows }) {
  const said = (value) => (typeof value === "number" ? texts[value] : Array.isArray(value) ? value.map(said) : value);
  const named = (names, values) => Object.fromEntries(names.map((name, n) => [name, values[n]]));
  const made = rows.map((row) => named(detail, said(row)));
  for (const one of made) {
    one.icon = named(icon, one.icon);
    one.facts = one.facts.map((values) => named(fact, values));
    one.statements = one.statements.map((values) => named(statement, values));
  }
  return Object.fromEntries(made.map((one) => [one.key, one]));
}

function word(key) {
  return Object.hasOwn(DATA.words, key) ? DATA.words[key] : key;
}

function fill(key, values) {
  return word(key).replace(/\{(\w+)\}/g, (all, name) => (Object.hasOwn(values, name) ? String(values[name]) : all));
}

/* el("p", {class: "x", dir: "auto"}, "text", child): attributes, then text or elements. */
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  return furnish(made, attributes, children);
}

function svg(tag, attributes, ...children) {
  return furnish(document.createElementNS(NS, tag), attributes, children);
}

function furnish(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") made.textContent = value;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) {
    if (child === null || child === undefined || child === "") continue;
    made.append(child);
  }
  return made;
}

/* Coordinates come as whole 1/100000 degrees, each point as the step from the one before. */
function decodeRing(steps) {
  const points = [];
  let x = 0;
  let y = 0;
  for (let i = 0; i < steps.length; i += 2) {
    x += steps[i];
    y += steps[i + 1];
    points.push([y / 1e5, x / 1e5]);
  }
  return points;
}

/* The coordinates of a feature: parts, rings, points of latitude and longitude; decoded once. */
const decoded = new WeakMap();

function shapeIn(feature) {
  if (!decoded.has(feature)) decoded.set(feature, feature.parts.map((rings) => rings.map(decodeRing)));
  return decoded.get(feature);
}

/* A link is followed only if it is plain http or https (artimap/links.py says the same). */
function safeLink(url) {
  return /^https?:\/\/[^\s"'<>`\\^{}|@]+(?:[/?#][^\s"'<>`\\^{}|]*)?$/i.test(url) ? url : "";
}

const listeners = new Map();

function on(name, act) {
  if (!listeners.has(name)) listeners.set(name, []);
  listeners.get(name).push(act);
}

function tell(name, value) {
  for (const act of listeners.get(name) || []) act(value);
}

/* Every mark that opens something: a button to the mouse, the finger and the keyboard. */
function opens(node, name, act) {
  node.setAttribute("tabindex", "0");
  node.setAttribute("role", "button");
  node.setAttribute("aria-label", name);
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    act(node);
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    act(node);
  });
}
