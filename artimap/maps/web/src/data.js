/* The page's data, read once from the element that holds it, and the language that it is shown in. */

export const DATA = JSON.parse(document.getElementById("artimap-data").textContent);

DATA.details = detailsOf(DATA.details);
export const TOKENS = DATA.tokens;

/* Details come as rows, the names of their fields once; of events only the key and the statements (events.js). */
function detailsOf({ detail, icon, fact, statement, texts, rows }) {
  const said = (value) => (typeof value === "number" ? texts[value] : Array.isArray(value) ? value.map(said) : value);
  const named = (names, values) => Object.fromEntries(names.map((name, n) => [name, values[n]]));
  const made = rows.map((row) => named(row.length > 2 ? detail : ["key", "statements"], said(row)));
  for (const one of made) {
    one.statements = one.statements.map((values) => named(statement, values));
    if (!one.icon) continue;
    one.icon = named(icon, one.icon);
    one.facts = one.facts.map((values) => named(fact, values));
  }
  return Object.fromEntries(made.map((one) => [one.key, one]));
}

export const OPENING_LANGUAGE = DATA.meta.lang;
export const language = { now: OPENING_LANGUAGE, undo: null };

export function layerNamed(kind) {
  return DATA.layers.filter((one) => one.kind === kind);
}
