// What modules of the page need of a browser where they are loaded: the element with the data, and little more.
export const SRC = new URL("../../artimap/maps/web/src/", import.meta.url);

export const EMPTY = { meta: { as_of: "2024-12-31", lang: "en", map: "map" }, details: { detail: [], icon: [], fact: [], statement: [], texts: [], rows: [] }, words: {}, layers: [], sheets: [], rates: [], posts: [], zones: [], title: ["", ""] };

/* Puts a page in the place of the browser's, and gives the module; imported once, as all modules are. */
export async function load(name, { data = {}, map = {}, document = {} } = {}) {
  const holder = { textContent: JSON.stringify({ ...EMPTY, ...data }) };
  globalThis.document = {
    getElementById: (id) => (id === "artimap-data" ? holder : null), querySelector: () => ({}), querySelectorAll: () => [],
    createElement: () => ({ getContext: () => ({}) }), createElementNS: (space, tag) => ({ tag, append: () => null, setAttribute(key, value) { this[key] = value; } }),
    body: { classList: { contains: () => false } }, ...document,
  };
  globalThis.window = { matchMedia: () => ({ matches: false }), map };
  globalThis.L = { latLngBounds: (points) => points };
  return import(new URL(name, SRC));
}
