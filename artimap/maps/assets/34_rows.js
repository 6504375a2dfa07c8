/* The detail of an event that is only a row of columns: made when it is asked for, of the
   same parts as those that come ready-made. A count that is not stated stays "not stated". */
function harmText(low, high, best) {
  const least = low ?? (high === null ? best : null);
  const most = high ?? (low === null ? best : null);
  if (least === null) return most === null ? word("map.harm.unknown") : fill("map.harm.at_most", { n: count(most) });
  if (most === null) return fill("map.harm.at_least", { n: count(least) });
  if (most === 0) return word("map.harm.none");
  return least === most ? count(least) : fill("map.harm.span", { a: count(least), b: count(most) });
}

function upper(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function number(value) {
  return value === undefined || value === null ? null : value;
}

function rowDetail(events, i, row) {
  const { store } = events;
  const kind = events.kinds[store.kind[i]];
  const name = word(`kind.${kind}`);
  const unknown = store.harm[i] === UNKNOWN;
  const start = dayText(events.isoOf(store.day[i]));
  const span = store.span ? store.span[i] : 0;
  const day = span ? fill("map.day.span", { a: start, b: dayText(events.isoOf(store.day[i] + span)) }) : start;
  const when = row.date_precision > 1 ? fill(`map.day.precision_${row.date_precision === 2 ? 2 : 3}`, { day }) : day;
  const [low, best, high] = ["killed_low", "killed_best", "killed_high"].map((column) => number(row[column]));
  const facts = [{ label: upper(word("predicate.killed")), text: harmText(low, high, best) }];
  for (const column of ["injured", "abducted", "displaced"]) {
    if (number(row[column]) !== null) facts.push({ label: upper(word(`predicate.${column}`)), text: count(row[column]) });
  }
  if ("actors" in row) facts.push({ label: word("map.fact.named"), text: row.actors ? row.actors.split("; ").join(", ") : word("map.fact.nobody") });
  if (number(row.n_sources)) facts.push({ label: word("map.fact.sources"), text: fill(row.n_sources === 1 ? "map.fact.publishers_1" : "map.fact.publishers", { n: row.n_sources }) });
  const spot = events.placeOf(i);
  const where = row.place || (spot ? `${spot.lat.toFixed(3)}, ${spot.lng.toFixed(3)}` : word("where.nowhere"));
  const deaths = `${word("predicate.killed")}: ${harmText(low, high, best)}`;
  return {
    key: events.keyOf(i),
    heading: upper(name),
    sentence: row.summary || `${upper(name)}; ${deaths}`,
    when,
    where,
    icon: { mark: kind, hollow: unknown, groups: [] },
    facts,
    statements: [],
    precision: row.place_kind ? word(`map.precision.${row.place_kind}`) : "",
    links: [],
  };
}
