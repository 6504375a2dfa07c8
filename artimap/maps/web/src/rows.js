/* Events that are only rows: their cards are made when they are asked for. */

import { DATA } from "./data.js";
import { loaded } from "./events.js";
import { targets } from "./layers.js";
import { emit } from "./signals.js";
import { count, fill, word } from "./words.js";

export const ROWS_AT_ONCE = 60;

/* Makes the cards of rows and puts them where the card and the lists look for them. */
export async function rowKeys(rows) {
  const details = await Promise.all(rows.map((i) => loaded.events.detail(i)));
  return details.map((detail, n) => {
    DATA.details[detail.key] = detail;
    const place = loaded.events.placeOf(rows[n]);
    if (place && !targets.has(detail.key))
      targets.set(detail.key, { feature: { key: detail.key }, bounds: L.latLngBounds([place, place]) });
    return detail.key;
  });
}

/* One row opens by itself; several as a list, which says how many are left out of it. */
export async function openRows({ total, rows }, from) {
  if (!rows.length) return;
  const keys = await rowKeys(rows.slice(0, ROWS_AT_ONCE));
  if (total === 1) {
    emit("open", { keys, key: keys[0], from });
    return;
  }
  DATA.details["rows:here"] = {
    key: "rows:here",
    get heading() {
      return word("tab_events");
    },
    get sentence() {
      return fill(total > keys.length ? "field_newest" : "field_here", { n: count(total), m: count(keys.length) });
    },
    when: "",
    where: "",
    icon: { mark: "other", groups: [], hollow: false },
    facts: [],
    statements: [],
    precision: "",
    links: keys,
  };
  emit("open", { keys: ["rows:here"], key: "rows:here", from });
}
