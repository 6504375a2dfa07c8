/* What is packed in the page, and the trees of changes that put it into the data. */

import { bytesOf, inflated } from "./decode.js";

/* Data with a tree of changes put in; what it was stays as it is. */
export function withChanges(data, changes) {
  if (!changes) return data;
  if (Object.hasOwn(changes, "=")) return changes["="];
  const made = Array.isArray(data) ? [...data] : { ...data };
  for (const [name, change] of Object.entries(changes)) made[name] = withChanges(data[name], change);
  return made;
}

/* zlib in base64, back to plain data. No worker and no request: the page's policy forbids both. */
export async function unpack(text) {
  return JSON.parse(new TextDecoder().decode(await inflated(bytesOf(text), "deflate")));
}

/* What is packed stands last in the page, by name: one part for all languages, one for each. */
export async function packedBlock(id) {
  if (document.readyState === "loading")
    await new Promise((done) => document.addEventListener("DOMContentLoaded", done, { once: true }));
  const block = document.getElementById(id);
  block.remove();
  return JSON.parse(block.textContent);
}

/* Put a tree of changes into data; what comes back undoes it. */
export function patch(data, changes) {
  const undo = {};
  for (const [name, change] of Object.entries(changes)) {
    if (!Object.hasOwn(data, name)) continue;
    if (Object.hasOwn(change, "=")) {
      undo[name] = { "=": data[name] };
      data[name] = change["="];
    } else undo[name] = patch(data[name], change);
  }
  return undo;
}
