/* Events that are only rows: lists of them, made when they are asked for. */
const ROWS_AT_ONCE = 60;
const made = new Set();

/* Makes the details of rows and puts them where the card and the lists look for them. */
async function rowKeys(rows) {
  const details = await Promise.all(rows.map((i) => A.events.detail(i)));
  return details.map((detail, n) => {
    DATA.details[detail.key] = detail;
    made.add(detail.key);
    const place = A.events.placeOf(rows[n]);
    if (place && !targets.has(detail.key)) targets.set(detail.key, { feature: { key: detail.key }, bounds: L.latLngBounds([place, place]) });
    return detail.key;
  });
}

/* One row opens by itself; several as a list, which says how many are left out of it. */
async function openRows({ total, rows }, from) {
  if (!rows.length) return;
  const keys = await rowKeys(rows.slice(0, ROWS_AT_ONCE));
  if (total === 1) {
    tell("open", { keys, key: keys[0], from });
    return;
  }
  const text = total > keys.length ? fill("field_newest", { n: count(total), m: count(keys.length) }) : fill("field_here", { n: count(total) });
  DATA.details["rows:here"] = { key: "rows:here", heading: word("tab_events"), sentence: text, when: "", where: "", icon: { mark: "other", groups: [], hollow: false }, facts: [], statements: [], precision: "", links: keys };
  tell("open", { keys: ["rows:here"], key: "rows:here", from });
}

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
    const [a, b] = [A.events.gridOf(0, 0), A.events.gridOf(size.x, size.y)];
    const { total, rows } = A.events.store.newest(...a, ...b, ROWS_AT_ONCE);
    const keys = await rowKeys(rows);
    if (mine !== turn || !page.isConnected) return;
    lead.textContent = fill(total > keys.length ? "field_window_newest" : "field_window", { n: count(total), m: count(keys.length) });
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

/* In another language, details are made anew. */
function forgetRows() {
  const open = view.last && !view.card.hidden && view.last.keys.some((key) => made.has(key)) ? view.last : null;
  for (const key of made) delete DATA.details[key];
  made.clear();
  if (!open) return;
  const rows = open.keys.map((key) => Number(key.slice(4)));
  openRows({ total: rows.length, rows }, open.from);
}
