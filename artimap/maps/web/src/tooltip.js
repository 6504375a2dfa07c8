/* Pointing at or tabbing to a mark: a note beside it says the least that one needs, and the
   same thing lights up on the map and on the line of the road. Escape takes the note away. */

import { DATA } from "./data.js";
import { el } from "./dom.js";
import { markNodes, targets } from "./layers.js";
import { line } from "./lists.js";
import { map } from "./map.js";
import { metresNear } from "./road.js";
import { on } from "./signals.js";
import { strip } from "./strip.js";
import { tables } from "./table.js";
import { fill, kmText } from "./words.js";

const tooltip = { node: null, key: null };

function detailOf(node) {
  const key = node.dataset.key;
  if (DATA.details[key]) return DATA.details[key];
  const feature = markNodes.get(node);
  const keys = feature?.details || [];
  return keys.length === 1 ? DATA.details[keys[0]] : null;
}

function tipLines(detail, metres) {
  const head = metres === null ? detail.heading : `${DATA.road.ref} · ${fill("map.km.at", { a: kmText(metres) })}`;
  const facts = detail.facts
    .slice(0, 4)
    .map((fact) => el("span", { class: "item-note", dir: "auto", text: `${fact.label}: ${fact.text}` }));
  return [
    el("span", { class: "tip-head", dir: "auto", text: [head, detail.when].filter(Boolean).join(" · ") }),
    line("span", "tip-place", detail.where),
    line("span", "tip-said", detail.sentence),
    ...facts,
  ].filter(Boolean);
}

function showTip(node, spot) {
  const detail = detailOf(node);
  if (!detail) return hideTip();
  const frame = document.getElementById("stage").getBoundingClientRect();
  const onRoad = detail.key.startsWith("stretch:") && DATA.road && node.closest(".stage");
  const metres = onRoad && spot ? metresNear({ x: spot.x - frame.x, y: spot.y - frame.y }) : null;
  if (metres !== null && strip.cursor && !tables.node.hidden) strip.cursor.show(metres);
  tooltip.node.replaceChildren(...tipLines(detail, metres));
  tooltip.node.hidden = false;
  const box = node.getBoundingClientRect();
  const [x, y] = spot ? [spot.x, spot.y] : [box.x + box.width / 2, box.y + box.height / 2];
  const [wide, high] = [tooltip.node.offsetWidth, tooltip.node.offsetHeight];
  const left = x + 16 + wide > window.innerWidth - 8 ? x - 16 - wide : x + 16;
  tooltip.node.style.left = `${Math.max(8, left)}px`;
  tooltip.node.style.top = `${Math.max(8, Math.min(window.innerHeight - high - 8, y - high / 2))}px`;
  highlight(detail.key);
}

function hideTip() {
  tooltip.node.hidden = true;
  if (strip.cursor) strip.cursor.hide();
  highlight(null);
}

/* A note about what has just changed would tell of another day. */
for (const [signal, start] of [
  ["rates", "stretch:"],
  ["posts", "post:"],
]) {
  on(signal, () => {
    if (tooltip.key?.startsWith(start)) hideTip();
  });
}

/* Light up every node of a detail. */
function highlight(key) {
  if (tooltip.key === key) return;
  tooltip.key = key;
  for (const node of document.querySelectorAll(".is-linked")) node.classList.remove("is-linked");
  if (!key) return;
  const target = targets.get(key);
  const keys = new Set([key, target?.feature.key]);
  for (const node of document.querySelectorAll(".stage [data-key], .strip [data-key]")) {
    if (keys.has(node.dataset.key)) node.classList.add("is-linked");
  }
}

export function watchPointer() {
  tooltip.node = el("div", { class: "tip", id: "tip", role: "tooltip", hidden: true });
  document.body.append(tooltip.node);
  const marked = (event) => event.target.closest?.(".stage [data-key], .strip [data-key]");
  document.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    const node = marked(event);
    if (node) showTip(node, { x: event.clientX, y: event.clientY });
    else if (!tooltip.node.hidden) hideTip();
  });
  document.addEventListener("pointerdown", hideTip);
  document.addEventListener("focusin", (event) => {
    const node = marked(event);
    if (node?.matches(":focus-visible")) showTip(node, null);
    else hideTip();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape" || tooltip.node.hidden) return;
      hideTip();
      event.stopPropagation();
    },
    true,
  );
  map.on("movestart", hideTip);
}
