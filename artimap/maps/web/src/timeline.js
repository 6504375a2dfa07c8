/* Rates, posts and zones on earlier days. TODO */

import { DATA, language, layerNamed } from "./data.js";
import { el } from "./dom.js";
import { loaded } from "./events.js";
import {
  drawArea,
  groupsByLayer,
  lineStyle,
  linesOf,
  markNodes,
  remember,
  renderers,
  targets,
  titleOf,
} from "./layers.js";
import { map, widthScale } from "./map.js";
import { packedBlock, patch, unpack, withChanges } from "./packed.js";
import { outline, selectedKey } from "./selection.js";
import { emit } from "./signals.js";
import { dayText, fill, upper, word } from "./words.js";

export const rates = {
  day: DATA.meta.as_of,
  undo: null,
  packed: null,
  open: new Map(),
  failed: false,
  marks: new Map(),
};

/* The newest of rising days that is not after one; null where all are. */
export function newestDay(days, last) {
  let found = null;
  for (const day of days) if (day <= last) found = day;
  return found;
}

export function ratesFollow() {
  return DATA.rates.length > 0 && !rates.failed;
}

/* Of the days of which something is held, the one that belongs to the last day chosen. */
function dayWanted(days) {
  if (!loaded.events) return DATA.meta.as_of;
  return newestDay([...days, DATA.meta.as_of], loaded.events.time.last) ?? DATA.meta.as_of;
}

export function ratesWanted() {
  return dayWanted(DATA.rates);
}

export function rateParts(lang) {
  return ["all", lang];
}

function stretchSheet() {
  return DATA.sheets.find((one) => one.name === "stretches");
}

/* --- what is packed ----------------------------------------------------------------------- */

/* Opens parts, each once; all are there before anything is shown. */
export async function openParts(names) {
  rates.packed ??= packedBlock("artimap-rates");
  const parts = await rates.packed;
  for (const name of names) if (!rates.open.has(name)) rates.open.set(name, await unpack(parts[name]));
}

/* --- what is shown ------------------------------------------------------------------------ */

/* Back to the data of the map's own day. */
export function ratesOfMap() {
  if (rates.undo) for (const [data, undo] of rates.undo.reverse()) patch(data, undo);
  rates.undo = null;
  rates.day = DATA.meta.as_of;
}

function showRates(day) {
  ratesOfMap();
  const n = DATA.rates.indexOf(day);
  if (n >= 0) {
    const [same, said] = rateParts(language.now).map((name) => rates.open.get(name)[n]);
    const { rows } = stretchSheet();
    const dated = Object.fromEntries(rows.map(([key]) => [key, { when: { "=": said.when } }]));
    const trees = [
      [DATA.details, same.details],
      [rows, same.rows],
      [DATA.details, said.details],
      [DATA.details, dated],
    ];
    rates.undo = trees.map(([data, changes]) => [data, patch(data, changes)]);
    rates.day = day;
  }
  restyleRoad();
  for (const [node, feature] of markNodes)
    if (rates.marks.has(feature.key)) node.setAttribute("aria-label", titleOf(feature));
  emit("rates", rates.day);
}

/* The lines of the road as the marks of its stretches, the wider above the thinner, below what takes clicks. */
function restyleRoad() {
  const layer = DATA.layers.find((one) => one.name === "corridor");
  for (const feature of layer.features) {
    if (!rates.marks.has(feature.key)) rates.marks.set(feature.key, feature.mark);
    const before = feature.mark;
    feature.mark = DATA.details[feature.key].icon.mark;
    if (feature.mark === before) continue;
    const mark = DATA.marks[feature.mark];
    const { edge, body } = linesOf.get(feature.key);
    edge[1] = mark.casing_width;
    body[1] = mark.width;
    edge[0].setStyle({ color: mark.casing, weight: edge[1] * widthScale() });
    body[0].setStyle({ ...lineStyle(mark), weight: body[1] * widthScale() });
  }
  const rows = layer.features
    .map((feature) => [DATA.marks[feature.mark].width, linesOf.get(feature.key)])
    .sort((a, b) => a[0] - b[0]);
  const first = map.getPane("artimap-corridor").querySelector(".hit");
  for (const part of ["edge", "body"]) for (const [, lines] of rows) first.before(lines[part][0].getElement());
  if (selectedKey?.startsWith("stretch:")) outline(selectedKey);
}

/* In the briefing stretches and posts look as on the day of the map, of which the briefing speaks. */
export function iconOfMap(detail) {
  if (rates.marks.has(detail.key)) return { ...detail.icon, mark: rates.marks.get(detail.key) };
  return posts.undo?.details.get(detail.key)?.icon ?? detail.icon;
}

/* --- following ---------------------------------------------------------------------------- */

function ratesThere(day) {
  return day === DATA.meta.as_of || rateParts(language.now).every((name) => rates.open.has(name));
}

/* Whether the next frame shows another day, and draws anew what tells of the road and its events. */
export function ratesComing() {
  const wanted = ratesWanted();
  return wanted !== rates.day && ratesThere(wanted);
}

export function followRates() {
  const wanted = ratesWanted();
  const there = ratesThere(wanted);
  if (wanted !== rates.day && there) showRates(wanted);
  else if (wanted !== rates.day && !rates.failed) requestRates();
  const old =
    Boolean(loaded.events) &&
    (rates.day === DATA.meta.as_of ? loaded.events.time.last < rates.day : wanted !== rates.day);
  document.getElementById("stage").classList.toggle("rates-old", old);
  showRateDay(old);
}

/* A browser that cannot open them shows the page as one without them. */
function requestRates() {
  if (rates.asked) return;
  rates.asked = openParts(rateParts(language.now))
    .catch(() => (rates.failed = true))
    .then(() => {
      rates.asked = null;
      emit("earlier");
    });
}

/* --- in words ----------------------------------------------------------------------------- */

function rateWords() {
  return fill(ratesFollow() ? "rate_follows" : "rate_day", { day: dayText(rates.day) });
}

export function rateNote() {
  const old = document.getElementById("stage").classList.contains("rates-old");
  return el("p", { class: `rate-day${old ? " is-part" : ""}`, dir: "auto", text: rateWords() });
}

/* What shows which day, the earlier ones first: [day, words] each. */
export function daysInWords() {
  const days = new Map();
  for (const [name, day] of [
    ["rates", rates.day],
    ["posts", posts.day],
    ["zones", zonesDay()],
  ])
    days.set(day, [...(days.get(day) ?? []), word(`time_${name}`)]);
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, names]) => [day, names.join(", ")]);
}

export function earlierInWords() {
  return daysInWords()
    .filter(([day]) => day < DATA.meta.as_of)
    .map(([day, what]) => fill("time_state_of", { what: upper(what), day: dayText(day) }));
}

/* Below the title, which gives the day of the map: on a phone that is all one sees beside the road. */
export function titleDays() {
  const other = daysInWords()
    .filter(([day]) => day < DATA.meta.as_of)
    .map(([day, what]) => fill("days_note", { what, day: dayText(day) }));
  return [DATA.title[1], ...other].join(" · ");
}

function furnishBriefingDay(note) {
  const earlier = earlierInWords();
  note.textContent = fill("brief_day", { day: dayText(DATA.meta.as_of), what: earlier.join(" ") });
  note.hidden = !earlier.length;
}

export function briefingDay() {
  const note = el("p", { class: "lead brief-day", dir: "auto" });
  furnishBriefingDay(note);
  return note;
}

function showDays() {
  document.querySelector("#title .sub").textContent = titleDays();
  for (const note of document.querySelectorAll(".brief-day")) furnishBriefingDay(note);
}

function showRateDay(old) {
  showDays();
  for (const note of document.querySelectorAll(".rate-day")) {
    note.textContent = rateWords();
    note.classList.toggle("is-part", old);
  }
}

export const zones = {
  layer: DATA.layers.find((one) => one.name === "zones_reported"),
  packed: null,
  words: new Map(),
  all: null,
  asked: null,
  failed: false,
  byKey: new Map(),
  shown: "",
};

/* Whether a state that lasted from its first day to its last stood on a day; without days it may have. */
export function stoodOn(feature, day) {
  return !(feature.begun && feature.begun > day) && !(feature.ended && feature.ended < day);
}

function zonesFollow() {
  return DATA.earlier_zones && !zones.failed;
}

function lastDay() {
  return loaded.events ? loaded.events.time.last : DATA.meta.as_of;
}

/* The day of which the zones are that the map shows. */
function zonesDay() {
  return zones.all ? lastDay() : DATA.meta.as_of;
}

async function openZones(lang) {
  zones.packed ??= packedBlock("artimap-zones");
  const parts = await zones.packed;
  if (!zones.words.has(lang)) zones.words.set(lang, await unpack(parts[lang]));
  if (!zones.all) {
    const all = await unpack(parts.all);
    Object.assign(DATA.details, zones.words.get(lang));
    addZones(all);
  }
}

/* The earlier zones with their shapes: many are those of a zone of the day of the map, which come first in the count. */
export function withShapes({ shapes, features }, here) {
  return features.map((feature) => ({
    ...feature,
    parts: feature.shape < here.length ? here[feature.shape].parts : shapes[feature.shape - here.length],
  }));
}

/* Drawn anew in their order: a small zone must not lie below a large one of another day. */
function addZones(all) {
  const { layer } = zones;
  const earlier = withShapes(all, layer.features);
  layer.features.push(...earlier);
  if (DATA.road) DATA.road.zones = all.road;
  for (const feature of earlier) remember(feature);
  const group = groupsByLayer.get(layer.name);
  group.clearLayers();
  drawArea({ ...layer, features: all.order.map((n) => layer.features[n]) }, renderers.get(layer.name), group);
  zones.byKey = new Map(layer.features.map((feature) => [feature.key, feature]));
  zones.all = all;
}

/* In another language: its words for the earlier zones, where they are open. */
export async function zonesIn(lang) {
  if (zones.all) await openZones(lang);
}

export function translateZones(lang) {
  if (zones.all) Object.assign(DATA.details, zones.words.get(lang));
}

/* The key of the zone, of all states of the one that a key names, that stands now; null where none does. */
export function zoneNow(key) {
  const [name] = key.split("~");
  for (const feature of zones.layer.features) {
    if (feature.mark !== "zone_edge" && feature.key.split("~")[0] === name && stoodOn(feature, lastDay()))
      return feature.key;
  }
  return null;
}

/* Whether the strip shows a zone. */
export function zoneShown(key) {
  const feature = zones.byKey.get(key);
  return !feature || stoodOn(feature, lastDay());
}

function goneZones() {
  const last = lastDay();
  return new Set(zones.layer.features.filter((feature) => !stoodOn(feature, last)).map((feature) => feature.key));
}

function signOfZones(gone) {
  return [...zones.byKey.keys()].filter((key) => !gone.has(key)).join();
}

/* Whether the next frame shows other zones, and draws anew what tells of them. */
export function zonesComing() {
  return Boolean(zones.layer) && signOfZones(goneZones()) !== zones.shown;
}

export function followZones() {
  if (!zones.layer || !loaded.events) return;
  const last = lastDay();
  if (zonesFollow() && !zones.all && !zones.asked && last < DATA.meta.as_of) {
    zones.asked = openZones(language.now)
      .catch(() => (zones.failed = true))
      .then(() => {
        emit("earlier");
      });
  }
  const gone = goneZones();
  for (const node of map.getPane("artimap-zones_reported").querySelectorAll("[data-key]"))
    node.classList.toggle("is-past", gone.has(node.dataset.key));
  const shown = signOfZones(gone);
  const changed = shown !== zones.shown;
  zones.shown = shown;
  if (changed) emit("zones");
}

export const posts = { day: DATA.meta.as_of, state: "", undo: null, failed: false, asked: null };

export function postsFollow() {
  return DATA.posts.length > 0 && !posts.failed;
}

function postSheet() {
  return DATA.sheets.find((one) => one.name === "posts");
}

export function postParts(lang) {
  return ["posts", `posts_${lang}`];
}

/* --- which posts -------------------------------------------------------------------------- */

/* The ways in which posts are told that belong to a day and the last one chosen, in order of the road; each with
   the number of the day that tells it so. `rows` are those of the map by key, `at` the columns of a row. */
function postsOn({ shown, told }, n, last, rows, at) {
  const rowOf = (way) => withChanges(rows.get(told[way].key), told[way].row);
  const there = new Set(shown[n].map((way) => told[way].key));
  const coming = shown[n + 1].filter((way) => {
    const first = rowOf(way)[at.first];
    return !there.has(told[way].key) && first && first <= last;
  });
  const found = [...shown[n].map((way) => ({ way, n })), ...coming.map((way) => ({ way, n: n + 1 }))];
  for (const one of found) one.row = rowOf(one.way);
  const from = ({ row }) => row[at.from] ?? Infinity;
  return coming.length ? found.sort((a, b) => (from(a) === from(b) ? 0 : from(a) - from(b))) : found;
}

/* What is to be shown now: the day, its posts, and a sign that differs where they do; null while it is not open. */
export function postsWanted() {
  const day = postsFollow() ? dayWanted(DATA.posts) : DATA.meta.as_of;
  if (day === DATA.meta.as_of) return { day, list: null, state: "" };
  if (!postParts(language.now).every((name) => rates.open.has(name))) return null;
  const sheet = postSheet();
  const column = (name) => sheet.columns.findIndex(([one]) => one === name) + 1;
  const rows = new Map((posts.undo ? posts.undo.rows : sheet.rows).map((row) => [row[0], row]));
  const list = postsOn(rates.open.get("posts"), DATA.posts.indexOf(day), loaded.events.time.last, rows, {
    from: column("from"),
    first: column("first"),
  });
  return { day, list, state: `${day} ${list.map(({ way }) => way).join()}` };
}

export function postsComing() {
  const wanted = postsWanted();
  return Boolean(wanted) && wanted.state !== posts.state;
}

/* --- what is shown ------------------------------------------------------------------------ */

/* Back to the data of the map's own day. */
export function postsOfMap() {
  if (!posts.undo) return;
  const { details, rows, features } = posts.undo;
  for (const [key, detail] of details) {
    if (detail) DATA.details[key] = detail;
    else delete DATA.details[key];
    targets.delete(key);
  }
  postSheet().rows = rows;
  for (const layer of layerNamed("bracket")) {
    layer.features = features;
    features.forEach(remember);
  }
  posts.undo = null;
  posts.day = DATA.meta.as_of;
  posts.state = "";
}

/* A card says of which day it is, and on which the post was last confirmed. */
function dated(detail, when) {
  return {
    ...detail,
    when: [when, detail.when && fill("confirmed", { day: detail.when })].filter(Boolean).join(" · "),
  };
}

/* A post that is not said of on the day has no mark and no row; where the briefing leads to it, its card is that of the map. */
export function showPosts({ day, list, state }) {
  postsOfMap();
  if (list) {
    const [{ told }, said] = postParts(language.now).map((name) => rates.open.get(name));
    const sheet = postSheet();
    const [layer] = layerNamed("bracket");
    const before = { details: new Map(), rows: sheet.rows, features: layer ? layer.features : [] };
    const shapes = new Map(before.features.map((feature) => [feature.key, feature.parts]));
    const put = (key, detail) => {
      if (!before.details.has(key)) before.details.set(key, DATA.details[key]);
      DATA.details[key] = detail;
    };
    for (const [key] of before.rows) put(key, dated(DATA.details[key], DATA.title[1]));
    const features = [];
    for (const { way, n } of list) {
      const { key, detail: change, parts = shapes.get(key) ?? [] } = told[way];
      const detail = withChanges(withChanges(before.details.get(key), change), said.told[way]);
      put(key, dated(detail, said.when[n] ?? DATA.title[1]));
      if (parts.length) features.push({ key, mark: detail.icon.mark, parts, label: detail.where, details: [key] });
    }
    sheet.rows = list.map(({ row }) => row);
    if (layer) layer.features = features;
    for (const feature of features) {
      targets.delete(feature.key);
      remember(feature);
    }
    Object.assign(posts, { undo: before, day, state });
  }
  for (const note of document.querySelectorAll(".post-day")) furnishPostNote(note);
  showDays();
  emit("posts", posts.day);
}

/* --- following ---------------------------------------------------------------------------- */

/* The marks are laid out by the caller. */
export function followPosts() {
  const wanted = postsWanted();
  if (!wanted) requestPosts();
  else if (wanted.state !== posts.state) showPosts(wanted);
}

/* A browser that cannot open them shows the page as one without them. */
function requestPosts() {
  if (posts.asked) return;
  posts.asked = openParts(postParts(language.now))
    .catch(() => (posts.failed = true))
    .then(() => {
      posts.asked = null;
      emit("earlier");
    });
}

/* --- in words ----------------------------------------------------------------------------- */

function furnishPostNote(note) {
  note.textContent = fill("posts_follow", { day: dayText(posts.day) });
  note.hidden = posts.day === DATA.meta.as_of;
}

/* On the day of the map nothing has to be said. */
export function postNote() {
  const note = el("p", { class: "post-day", dir: "auto" });
  furnishPostNote(note);
  return note;
}
