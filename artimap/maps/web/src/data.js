/* The page's data, read once from the element that holds it, and the language that it is shown in. */

export const DATA = JSON.parse(document.getElementById("artimap-data").textContent);

DATA.details = detailsOf(DATA.details);
export const TOKENS = DATA.tokens;

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

export const OPENING_LANGUAGE = DATA.meta.lang;
export const language = { now: OPENING_LANGUAGE, undo: null };

export function layerNamed(kind) {
  return DATA.layers.filter((one) => one.kind === kind);
}
