/* Rates, posts and zones on earlier days: one idea for the three. The page is made with the states of the day of
   the map. The states of earlier days come packed, as what differs, and are opened when the slider first goes back.
   Shown are those of the newest day there is that is not after the last day chosen. Until they are open, and on
   pages without them, the page shows the day of the map and says so. */

import { DATA, language, layerNamed } from "./data.js";
import { el } from "./dom.js";
import { loaded } from "./events.js";
import {
  drawArea,
  edgeStyle,
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
import { packedBlock, unpack, withChanges } from "./packed.js";
import { outline, selectedKey } from "./selection.js";
import { emit } from "./signals.js";
import { dayText, fill, upper, word } from "./words.js";

/* The newest of rising days that is not after one; null where all are. */
export function newestDay(days, last) {
  let found = null;
  for (const day of days) if (day <= last) found = day;
  return found;
}

function lastDay() {
  return loaded.events ? loaded.events.time.last : DATA.meta.as_of;
}

/* The one day of which the page shows all: the newest that rates and posts are held of, none after the last day chosen. */
function dayOfAll() {
  const held = [rates, posts].filter((one) => one.follows()).map((one) => one.dayWanted());
  return [lastDay(), ...held].sort()[0];
}

/* What is packed is opened a part at a time, each once: `rates` for all languages, `rates_fr` for one. */
export const parts = { packed: null, open: new Map() };

async function openParts(names) {
  parts.packed ??= packedBlock("artimap-earlier");
  const texts = await parts.packed;
  for (const name of names) if (!parts.open.has(name)) parts.open.set(name, await unpack(texts[name]));
}

export class StatesOverTime {
  /* `sheet`: the table that has their rows. */
  constructor(name, sheet) {
    Object.assign(this, { name, sheetName: sheet, requested: null, failed: false });
    this.reset();
  }

  /* `day`: of which the states are that the page shows; `sign`: differs where they do; `undo`: those of the map. */
  reset() {
    Object.assign(this, { day: DATA.meta.as_of, sign: "", undo: null });
  }

  get days() {
    return DATA[this.name];
  }

  get sheet() {
    return DATA.sheets.find((one) => one.name === this.sheetName);
  }

  follows() {
    return this.days.length > 0 && !this.failed;
  }

  /* Of the days of which something is held, the one that belongs to the last day chosen. */
  dayWanted() {
    return newestDay([...this.days, DATA.meta.as_of], lastDay()) ?? DATA.meta.as_of;
  }

  partNames(lang = language.now) {
    return [this.name, `${this.name}_${lang}`];
  }

  isOpen() {
    return this.partNames().every((name) => parts.open.has(name));
  }

  opened() {
    return this.partNames().map((name) => parts.open.get(name));
  }

  /* A browser that cannot open them shows the page as one without them. */
  request() {
    this.requested ??= openParts(this.partNames())
      .catch(() => {
        this.failed = true;
      })
      .then(() => {
        this.requested = null;
        emit("earlier");
      });
  }

  /* Opens the words of another language, where states of an earlier day are shown in it. */
  async translate(lang) {
    if (this.day < DATA.meta.as_of) await openParts(this.partNames(lang));
  }

  /* The states that belong to a day, each as its number and that of the day that tells it so. */
  statesOn(n) {
    return parts.open.get(this.name).shown[n].map((at) => ({ at, n }));
  }

  rowOf(at) {
    const { key, row } = parts.open.get(this.name).states[at];
    const rows = this.undo ? this.undo.rows : this.sheet.rows;
    return withChanges(
      rows.find((one) => one[0] === key),
      row,
    );
  }

  /* The day of which the states are that the page shows. */
  dayShown() {
    return this.day;
  }

  /* What is to be shown now: the day, its states, and a sign that differs where they do; null while it is not open. */
  wanted() {
    const day = this.follows() ? this.dayWanted() : DATA.meta.as_of;
    if (day === DATA.meta.as_of) return { day, list: null, sign: "" };
    if (!this.isOpen()) return null;
    const list = this.statesOn(this.days.indexOf(day));
    return { day, list, sign: `${day} ${list.map(({ at }) => at).join()}` };
  }

  /* Whether the next frame shows other states, and draws anew what tells of them. */
  coming() {
    const wanted = this.wanted();
    return Boolean(wanted) && wanted.sign !== this.sign;
  }

  /* Back to the data of the map's own day. */
  restore() {
    if (!this.undo) return;
    for (const [key, detail] of this.undo.details) {
      if (detail) DATA.details[key] = detail;
      else delete DATA.details[key];
    }
    this.sheet.rows = this.undo.rows;
    this.reset();
  }

  /* What is not told of on the day has no mark and no row; where the briefing leads to it, its card is that of the map. */
  show({ day, list, sign }) {
    this.restore();
    if (list) {
      const [{ states }, spoken] = this.opened();
      const { sheet } = this;
      this.undo = { details: new Map(), rows: sheet.rows };
      const put = (key, detail) => {
        if (!this.undo.details.has(key)) this.undo.details.set(key, DATA.details[key]);
        DATA.details[key] = detail;
      };
      for (const [key] of sheet.rows) put(key, dated(DATA.details[key], DATA.title[1]));
      for (const { at, n } of list) {
        const { key, detail } = states[at];
        const ofMap = this.undo.details.get(key);
        put(key, dated(withChanges(withChanges(ofMap, detail), spoken.states[at]), spoken.when[n] ?? DATA.title[1]));
      }
      sheet.rows = list.map(({ at }) => this.rowOf(at));
      Object.assign(this, { day, sign });
    }
    this.draw(list);
    emit(this.name, this.day);
  }

  follow() {
    const wanted = this.wanted();
    if (!wanted) this.request();
    else if (wanted.sign !== this.sign) this.show(wanted);
  }
}

/* A card says of which day it is, and on which what it tells was last confirmed. */
function dated(detail, when) {
  return {
    ...detail,
    when: [when, detail.when && fill("confirmed", { day: detail.when })].filter(Boolean).join(" · "),
  };
}

/* --- rates: the road is pale until those of the last day are open --------------------------- */

class Rates extends StatesOverTime {
  draw() {
    restyleRoad();
    for (const [node, feature] of markNodes)
      if (feature.key.startsWith("stretch:")) node.setAttribute("aria-label", titleOf(feature));
  }

  follow() {
    super.follow();
    const { as_of } = DATA.meta;
    const old = Boolean(loaded.events) && (this.day === as_of ? lastDay() < as_of : this.dayWanted() !== this.day);
    document.getElementById("stage").classList.toggle("rates-old", old);
    showDays();
    for (const note of document.querySelectorAll(".rate-day")) {
      note.textContent = rateWords();
      note.classList.toggle("is-part", old);
    }
  }
}

/* The lines of the road as the marks of its stretches, the wider above the thinner, below what takes clicks. */
function restyleRoad() {
  const layer = DATA.layers.find((one) => one.name === "corridor");
  for (const feature of layer.features) {
    const before = feature.mark;
    feature.mark = DATA.details[feature.key].icon.mark;
    if (feature.mark === before) continue;
    const mark = DATA.marks[feature.mark];
    const { edge, body } = linesOf.get(feature.key);
    edge[1] = mark.casing_width;
    body[1] = mark.width;
    edge[0].setStyle({ ...edgeStyle(mark), weight: edge[1] * widthScale() });
    body[0].setStyle({ ...lineStyle(mark), weight: body[1] * widthScale() });
  }
  const rows = layer.features
    .map((feature) => [DATA.marks[feature.mark].width, linesOf.get(feature.key)])
    .sort((a, b) => a[0] - b[0]);
  const first = map.getPane("artimap-corridor").querySelector(".hit");
  for (const part of ["edge", "body"]) for (const [, lines] of rows) first.before(lines[part][0].getElement());
  if (selectedKey?.startsWith("stretch:")) outline(selectedKey);
}

/* --- posts: those first said of since come on their day, as the next day tells them ----------- */

class Posts extends StatesOverTime {
  statesOn(n) {
    const { shown, states } = parts.open.get(this.name);
    const there = new Set(shown[n].map((at) => states[at].key));
    const [from, first] = ["from", "first"].map((name) => this.sheet.columns.findIndex(([one]) => one === name) + 1);
    const since = shown[n + 1]
      .filter((at) => {
        const day = this.rowOf(at)[first];
        return !there.has(states[at].key) && day && day <= lastDay();
      })
      .map((at) => ({ at, n: n + 1, along: this.rowOf(at)[from] ?? Infinity }));
    const found = super.statesOn(n);
    if (!since.length) return found;
    const placed = found.map((one) => ({ ...one, along: this.rowOf(one.at)[from] ?? Infinity }));
    return [...placed, ...since].sort((a, b) => (a.along === b.along ? 0 : a.along - b.along));
  }

  restore() {
    if (!this.undo) return;
    for (const key of this.undo.details.keys()) targets.delete(key);
    const { features } = this;
    super.restore();
    for (const layer of layerNamed("bracket")) layer.features = features;
    features.forEach(remember);
    this.features = null;
  }

  /* The marks are laid out by the caller. */
  draw(list) {
    const [layer] = layerNamed("bracket");
    if (list) {
      const [all] = this.opened();
      this.features = layer ? layer.features : [];
      const features = featuresOf(
        all,
        list.map(({ at }) => at),
        this.features,
      );
      if (layer) layer.features = features;
      for (const feature of features) {
        targets.delete(feature.key);
        remember(feature);
      }
    }
    for (const note of document.querySelectorAll(".post-day")) furnishPostNote(note);
    showDays();
  }
}

/* What some states have drawn. Shapes are counted behind those that the day of the map has drawn. */
export function featuresOf({ states, shapes }, numbers, here) {
  const drawn = numbers.map((at) => states[at]).filter((state) => state.feature);
  return drawn.map(({ key, feature: { shape, ...feature } }) => {
    const parts = shape < here.length ? here[shape].parts : shapes[shape - here.length];
    return { ...feature, key, parts, label: DATA.details[key]?.where ?? "" };
  });
}

/* --- zones: of each the days are known ---------------------------------------------------------- */

/* Whether a state that lasted from its first day to its last stood on a day; without days it may have. */
export function stoodOn(feature, day) {
  return !(feature.begun && feature.begun > day) && !(feature.ended && feature.ended < day);
}

/* The states of all days are drawn once, each under a key of its own, and those that do not stand are hidden: a small
   zone must not lie below a large one of another day. Until they are open, what is dated later is hidden. */
class Zones extends StatesOverTime {
  constructor(name) {
    super(name, null);
    this.layer = DATA.layers.find((one) => one.name === "zones_reported");
    this.all = false;
  }

  async translate(lang) {
    if (this.all) await openParts(this.partNames(lang));
  }

  restore() {}

  /* The cards of states that no longer stand, in the language of now. */
  putDetails() {
    if (!this.all) return;
    const [{ states }, spoken] = this.opened();
    for (const [n, { key }] of states.entries()) {
      const whole = spoken.states[n]?.["="];
      if (whole) DATA.details[key] = whole;
    }
  }

  addStates() {
    this.all = true;
    this.putDetails();
    const { layer } = this;
    const [all] = this.opened();
    const every = featuresOf(all, [...all.states.keys()], layer.features);
    const here = new Map(layer.features.map((feature) => [feature.key, feature]));
    const features = every.map((feature) => here.get(feature.key) ?? feature);
    layer.features.push(...features.filter((feature) => !here.has(feature.key)));
    if (DATA.road) DATA.road.zones = all.road;
    for (const feature of features) if (!here.has(feature.key)) remember(feature);
    const group = groupsByLayer.get(layer.name);
    group.clearLayers();
    drawArea({ ...layer, features }, renderers.get(layer.name), group);
  }

  /* The keys of what stands on the last day chosen. */
  standing() {
    const last = dayOfAll();
    const { shown, states } = (this.all && parts.open.get(this.name)) || {};
    const n = this.days.indexOf(newestDay(this.days, last));
    if (!shown || n < 0 || last >= DATA.meta.as_of)
      return new Set(this.layer.features.filter((feature) => stoodOn(feature, last)).map((feature) => feature.key));
    return new Set(shown[n].map((at) => states[at].key));
  }

  dayShown() {
    return this.all ? dayOfAll() : DATA.meta.as_of;
  }

  wanted() {
    return { sign: this.all ? [...this.standing()].join() : "" };
  }

  follow() {
    if (!this.layer || !loaded.events) return;
    if (this.follows() && !this.all && lastDay() < DATA.meta.as_of) {
      if (this.isOpen()) this.addStates();
      else this.request();
    }
    const standing = this.standing();
    for (const node of map.getPane("artimap-zones_reported").querySelectorAll("[data-key]"))
      node.classList.toggle("is-past", !standing.has(node.dataset.key));
    const { sign } = this.wanted();
    const changed = sign !== this.sign;
    this.sign = sign;
    if (changed) emit("zones");
  }

  /* Whether the line of the road shows a zone. */
  shows(key) {
    return !this.all || this.standing().has(key);
  }

  /* The key of the zone, of all states of the one that a key names, that stands now; null where none does. */
  now(key) {
    const [name] = key.split("~");
    const standing = this.standing();
    const found = this.layer.features.find(
      (feature) => feature.mark !== "zone_edge" && feature.key.split("~")[0] === name && standing.has(feature.key),
    );
    return found ? found.key : null;
  }
}

export const rates = new Rates("rates", "stretches");
export const posts = new Posts("posts", "posts");
export const zones = new Zones("zones");
export const overTime = [rates, posts, zones];

/* In the briefing stretches and posts look as on the day of the map, of which the briefing speaks. */
export function iconOfMap({ key, icon }) {
  return overTime.map(({ undo }) => undo?.details.get(key)?.icon).find(Boolean) ?? icon;
}

/* --- in words ----------------------------------------------------------------------------- */

function rateWords() {
  return fill(rates.follows() ? "rate_follows" : "rate_day", { day: dayText(rates.day) });
}

export function rateNote() {
  const old = document.getElementById("stage").classList.contains("rates-old");
  return el("p", { class: `rate-day${old ? " is-part" : ""}`, dir: "auto", text: rateWords() });
}

/* What shows which day, the earlier ones first: [day, words] each. */
export function daysInWords() {
  const days = new Map();
  for (const one of overTime) {
    const day = one.dayShown();
    days.set(day, [...(days.get(day) ?? []), word(`time_${one.name}`)]);
  }
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
