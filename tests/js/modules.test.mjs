// The graph of the page's modules: no circle at any level, and nothing that nobody imports.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import test from "node:test";
import { SRC } from "./page.mjs";

const names = readdirSync(SRC).filter((name) => name.endsWith(".js"));
const textOf = new Map(names.map((name) => [name, readFileSync(new URL(name, SRC), "utf8")]));
const importsOf = new Map(names.map((name) => [name, [...textOf.get(name).matchAll(/\bfrom "\.\/([\w.]+)"/g)].map((hit) => hit[1])]));

/* The first circle that starts from a module, as a path; null where there is none. */
function circle(graph, start) {
  const done = new Set();
  const walk = (name, path) => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return null;
    for (const next of graph.get(name)) {
      const found = walk(next, [...path, name]);
      if (found) return found;
    }
    done.add(name);
    return null;
  };
  return walk(start, []);
}

test("a circle is found where there is one", () => {
  const graph = new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]], ["d", []]]);
  assert.deepEqual(circle(graph, "a"), ["b", "c", "b"]);
  assert.equal(circle(graph, "d"), null);
});

test("no module imports itself, not over any number of others", () => {
  assert.ok(names.length > 20);
  for (const name of names) assert.equal(circle(importsOf, name), null);
});

test("imports stand at the top of a module and are seen by this test", () => {
  for (const [name, text] of textOf) {
    assert.equal((text.match(/^\s*import\b|\bimport\(/gm) ?? []).length, importsOf.get(name).length, name);
    assert.ok(!/\bexport\b[^;{]*\bfrom\b/.test(text), name);
  }
});

test("every module is part of the page, or of the tool that some pages hold", () => {
  const reached = new Set();
  const visit = (name) => {
    if (reached.has(name)) return;
    reached.add(name);
    importsOf.get(name).forEach(visit);
  };
  visit("main.js");
  assert.deepEqual(["closing.js", "routing.js", "what_if.js"].filter((name) => reached.has(name)), []);
  visit("what_if.js");
  assert.deepEqual(names.filter((name) => !reached.has(name)), []);
});
