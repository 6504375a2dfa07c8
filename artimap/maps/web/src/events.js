/* loaded.events: what the rest of the page knows of the events. It filters them, sets the days,
   counts, gives what lies under a spot, and opens details. Codes are places in the lists
   `kinds`, `groups` and `sources`; certainty is 0 not stated, 1 one publisher, 2 several;
   precision 1 to 3 as in the tables, 0 not stated. */

import { DATA } from "./data.js";
import { bytesOf, columnsFrom, inflated } from "./decode.js";
import { map } from "./map.js";
import { EventStore, UNKNOWN } from "./store.js";
import { count, dayText, figure, fill, upper, word } from "./words.js";

export const loaded = { events: null };
const DAY_MS = 86400000;

class Events {
  #heard = [];
  #texts = null;
  #chunks = new Map();

  constructor(meta, store) {
    this.store = store;
    this.meta = meta;
    this.kinds = meta.kinds;
    this.groups = meta.groups;
    this.sources = meta.sources;
    this.count = meta.n;
    this.marks = meta.marks;
    this.listed = meta.keys.length === meta.n;
    this.filter = {};
    this.index = new Map(meta.keys.map((key, i) => [key, i]));
  }

  /* The texts stand last in the page: the map is drawn while the browser still reads them. */
  async #allTexts() {
    if (this.#texts === null) {
      if (document.readyState === "loading")
        await new Promise((done) => document.addEventListener("DOMContentLoaded", done, { once: true }));
      const block = document.getElementById("artimap-texts");
      if (block) this.#texts = block.textContent;
      if (block) block.remove();
    }
    return this.#texts;
  }

  async #chunk(n) {
    const { text_ends: ends } = this.meta;
    const texts = await this.#allTexts();
    const bytes = await inflated(bytesOf(texts.slice(n ? ends[n - 1] : 0, ends[n])));
    const columns = JSON.parse(new TextDecoder().decode(bytes));
    return Object.fromEntries(this.meta.text_columns.map((name, k) => [name, columns[k]]));
  }

  /* --- filter and days -------------------------------------------------------------------- */

  /* {kinds, groups, certainty, precision, sources}: each an array of codes or names; null lets all pass. */
  setFilter(spec) {
    const codes = (asked, names) =>
      asked ? asked.map((one) => (typeof one === "number" ? one : names.indexOf(one))).filter((one) => one >= 0) : null;
    this.filter = { ...spec };
    this.store.setFilter({
      kinds: codes(spec.kinds, this.kinds),
      groups: codes(spec.groups, this.groups),
      sources: codes(spec.sources, this.sources),
      certainty: spec.certainty || null,
      precision: spec.precision || null,
    });
    this.#tell("filter");
  }

  /* Days as 2024-10-15, or as whole days from the first. */
  setTime(from, to) {
    const day = (value) => (typeof value === "number" ? value : this.dayOf(value));
    this.store.setTime(day(from), day(to));
    this.#tell("time");
  }

  get time() {
    const { from, to, days } = this.store;
    return { from, to, days, first: this.isoOf(from), last: this.isoOf(to) };
  }

  dayOf(iso) {
    return Math.round((Date.parse(iso) - Date.parse(this.meta.start)) / DAY_MS);
  }

  isoOf(day) {
    return new Date(Date.parse(this.meta.start) + day * DAY_MS).toISOString().slice(0, 10);
  }

  /* act({why, kinds: {kind: n}, total, time, filter}) now and after each change. */
  onChange(act) {
    this.#heard.push(act);
    act(this.state("start"));
  }

  state(why) {
    const counts = this.store.counts();
    const kinds = Object.fromEntries(this.kinds.map((kind, k) => [kind, counts[k]]));
    return { why, kinds, total: counts.reduce((a, b) => a + b, 0), time: this.time, filter: this.filter };
  }

  #tell(why) {
    const state = this.state(why);
    for (const act of this.#heard) act(state);
  }

  histogram(bins) {
    return this.store.histogram(bins);
  }

  /* --- one event ---------------------------------------------------------------------------- */

  /* Whether the event of a detail's key passes; what is no event always does. */
  shows(key) {
    const i = this.index.get(key);
    return i === undefined || this.store.passes(i);
  }

  keyOf(i) {
    return this.listed ? this.meta.keys[i] : `row:${i}`;
  }

  /* Web Mercator of a spot in the window, in steps of the grid. */
  gridOf(x, y) {
    const { x: px, y: py } = map.project(map.containerPointToLatLng([x, y]), 0);
    const [west, north, east, south] = this.meta.box;
    return [((px / 256 - west) / (east - west)) * 65536, ((py / 256 - north) / (south - north)) * 65536];
  }

  /* Latitude and longitude of a mark; null where the event has none. */
  placeOf(i) {
    if (i >= this.marks) return null;
    const [west, north, east, south] = this.meta.box;
    const x = west + ((this.store.x[i] + 0.5) / 65536) * (east - west);
    const y = north + ((this.store.y[i] + 0.5) / 65536) * (south - north);
    return map.unproject([x * 256, y * 256], 0);
  }

  /* Grid steps of so many pixels at this zoom, across and down. */
  reach(pixels) {
    const [west, north, east, south] = this.meta.box;
    const world = 256 * 2 ** map.getZoom();
    return [((pixels / world) * 65536) / (east - west), ((pixels / world) * 65536) / (south - north)];
  }

  /* The events within `pixels` of a spot in the window, nearest first. */
  pick(x, y, pixels = 12) {
    return this.store.pick(...this.gridOf(x, y), ...this.reach(pixels));
  }

  /* The card of a row. Texts are opened a chunk at a time. */
  async detail(i) {
    if (this.listed) return DATA.details[this.meta.keys[i]];
    const { text_columns: names, rows_a_chunk: size } = this.meta;
    if (!names.length) return new EventCard(this, i, {}, 0);
    const n = Math.floor(i / size);
    if (!this.#chunks.has(n)) {
      if (this.#chunks.size > 40) this.#chunks.clear();
      this.#chunks.set(n, this.#chunk(n));
    }
    return new EventCard(this, i, await this.#chunks.get(n), i % size);
  }
}

/* Whether an event passes the filters and the days that are set. */
export function passes(key) {
  return !loaded.events || loaded.events.shows(key);
}

/* Keys of details, those of events by their first day, the newest first; what has none stays where it is. */
export function newestFirst(keys) {
  const day = (key) => loaded.events?.store.day[loaded.events.index.get(key)] ?? 0;
  return [...keys].sort((a, b) => day(b) - day(a));
}

/* Reads the block. A small one needs nothing that an old browser lacks. */
export async function loadEvents() {
  const meta = DATA.events;
  if (!meta) return;
  const block = document.getElementById("artimap-events");
  let bytes = bytesOf(block ? block.textContent : "");
  if (block) block.remove();
  if (meta.coding === "deflate-raw") bytes = await inflated(bytes);
  const store = new EventStore(
    { ...meta, kinds: meta.kinds, sources: meta.source_rows.length ? meta.source_rows : null },
    columnsFrom(bytes, meta.layout),
  );
  const events = new Events(meta, store);
  for (const [i, key] of meta.keys.entries())
    DATA.details[key] = new EventCard(events, i, meta.cells, i, DATA.details[key].statements);
  loaded.events = events;
}

function harmText(low, high, best) {
  const least = low ?? (high === null ? best : null);
  const most = high ?? (low === null ? best : null);
  if (least === null) return most === null ? word("map.harm.unknown") : fill("map.harm.at_most", { n: count(most) });
  if (most === null) return fill("map.harm.at_least", { n: count(least) });
  if (most === 0) return word("map.harm.none");
  return least === most ? count(least) : fill("map.harm.span", { a: count(least), b: count(most) });
}

function orNull(value) {
  return value === undefined || value === null ? null : value;
}

function deaths(row) {
  return ["killed_low", "killed_best", "killed_high"].map((name) => orNull(row[name]));
}

function deathsText(row) {
  const [low, best, high] = deaths(row);
  return harmText(low, high, best);
}

/* Of such events no toll is told where none is stated: nobody expects one. */
const WITHOUT_TOLL = new Set(["protest", "displacement", "deployment", "checkpoint_report"]);

/* The figures of an event in words. A figure that the table does not have at all is not told; one that is not stated
   is told so. */
export function factsOf(kind, row) {
  const [low, best, high] = deaths(row);
  const stated = low !== null || best !== null || high !== null;
  const facts = [];
  if (stated || !WITHOUT_TOLL.has(kind)) {
    let text = deathsText(row);
    if (best !== null && best !== low && (low !== null || high !== null))
      text = fill("map.fact.middle", { n: text, best: count(best) });
    if (row.alleged_gang_dead && stated) text = fill("map.fact.alleged", { n: text });
    facts.push({ label: upper(word("predicate.killed")), text });
  }
  for (const name of ["injured", "abducted", "displaced"]) {
    const n = orNull(row[name]);
    if (n !== null) facts.push({ label: upper(word(`predicate.${name}`)), text: harmText(n, n, n) });
  }
  if ("actors" in row) {
    const names = (row.actors ?? "").split(";").map((name) => name.trim());
    facts.push({ label: word("map.fact.named"), text: names.filter(Boolean).join(", ") || word("map.fact.nobody") });
  }
  if ("n_sources" in row) {
    const n = orNull(row.n_sources) ?? 0;
    facts.push({
      label: word("map.fact.sources"),
      text: fill(n === 1 ? "map.fact.publishers_1" : "map.fact.publishers", { n }),
    });
  }
  if (row.overlaps) facts.push({ label: word("map.fact.overlaps"), text: word("map.fact.overlaps_text") });
  return facts;
}

/* The card of an event, of those that the page lists and of those that are only rows of columns: each part is put into
   words when it is read, in the language of then. `cells` are the columns that tell more, which hold the event at `at`. */
export class EventCard {
  #events;
  #i;
  #cells;
  #at;

  constructor(events, i, cells, at, statements = []) {
    [this.#events, this.#i, this.#cells, this.#at] = [events, i, cells, at];
    Object.assign(this, { key: events.keyOf(i), statements, links: [] });
  }

  get #row() {
    return Object.fromEntries(Object.entries(this.#cells).map(([name, cells]) => [name, cells[this.#at]]));
  }

  #text(name) {
    const text = this.#cells[name]?.[this.#at];
    return text?.trim() ? text : "";
  }

  get icon() {
    const { kinds, store } = this.#events;
    return { mark: kinds[store.kind[this.#i]], hollow: store.harm[this.#i] === UNKNOWN, groups: [] };
  }

  get heading() {
    return upper(word(`kind.${this.icon.mark}`));
  }

  get facts() {
    return factsOf(this.icon.mark, this.#row);
  }

  /* An event may have begun before the first day of the page. */
  get when() {
    const { store } = this.#events;
    const { days_before: before, date_precision: precision } = this.#row;
    const begun = store.day[this.#i] - (before ?? 0);
    const ended = store.day[this.#i] + (store.span ? store.span[this.#i] : 0);
    const [a, b] = [begun, ended].map((day) => dayText(this.#events.isoOf(day)));
    const day = begun === ended ? a : fill("map.day.span", { a, b });
    return precision > 1 ? fill(`map.day.precision_${precision === 2 ? 2 : 3}`, { day }) : day;
  }

  get where() {
    const spot = this.#events.listed ? null : this.#events.placeOf(this.#i);
    return this.#text("place") || (spot ? `${spot.lat.toFixed(3)}, ${spot.lng.toFixed(3)}` : word("where.nowhere"));
  }

  get sentence() {
    const kind = this.heading;
    const made = this.#events.listed
      ? fill("map.event.sentence", { kind, place: this.where })
      : `${kind}; ${word("predicate.killed")}: ${deathsText(this.#row)}`;
    return this.#text("summary") || made;
  }

  get precision() {
    const { place_kind: kind, radius_m: radius } = this.#row;
    if (radius && ["point", "place"].includes(kind))
      return fill("map.precision.around", { what: word(`where.${kind}`), km: figure(radius / 1000, 6) });
    return kind ? word(`map.precision.${kind}`) : "";
  }
}

/* Posts, estimates and what is said of places: what was first reported after the last day goes,
   and what had ended before the first. What has no day stays: it may be of any. */
export function inDays(feature) {
  if (!loaded.events) return true;
  const { first, last, to, days } = loaded.events.time;
  return !((to < days - 1 && feature.begun && feature.begun > last) || (feature.ended && feature.ended < first));
}
