/* The buttons on the map, the north arrow, and what the keyboard does. */

import { closeCard } from "./card.js";
import { DATA, TOKENS } from "./data.js";
import { CALM, el, NARROW, svg } from "./dom.js";
import { boxOnLocator, locatorNode } from "./locator.js";
import { map } from "./map.js";
import { view } from "./view.js";
import { word } from "./words.js";

export function wholeArea(animate) {
  const [west, south, east, north] = DATA.meta.bounds;
  const narrow = NARROW.matches;
  map.fitBounds(
    [
      [south, west],
      [north, east],
    ],
    {
      animate: animate && !CALM.matches,
      paddingTopLeft: [14, narrow ? 64 : 44],
      paddingBottomRight: [14, narrow ? 112 : 14],
    },
  );
}

export function mapButtons() {
  const make = (cls, name, sign, act) => {
    const made = el(
      "button",
      { type: "button", class: cls, "aria-label": name, title: name },
      el("span", { "aria-hidden": "true" }, sign),
    );
    made.addEventListener("click", act);
    return made;
  };
  const bar = el(
    "div",
    { class: "zoom" },
    make("in", word("zoom_in"), "+", () => map.zoomIn(1, { animate: !CALM.matches })),
    make("out", word("zoom_out"), "−", () => map.zoomOut(1, { animate: !CALM.matches })),
    make("whole", word("whole"), wholeSign(), () => wholeArea(true)),
  );
  L.DomEvent.disableClickPropagation(bar);
  document.getElementById("stage").append(bar, northArrow(), locatorNode());
  boxOnLocator();
}

/* Drawn, for few fonts have this sign: a browser then looks through all it has. */
function wholeSign() {
  return svg(
    "svg",
    { width: 18, height: 18, viewBox: "0 0 18 18" },
    svg("path", { d: "M4 14L14 4M8.5 4H14V9.5M4 8.5V14H9.5", fill: "none", stroke: TOKENS.ink, "stroke-width": 1.5 }),
  );
}

function northArrow() {
  const arrow = svg("svg", { width: 22, height: 34, viewBox: "0 0 22 34", role: "img", "aria-label": word("north") });
  arrow.append(
    svg("path", {
      d: "M11 2L18 24L11 19.5L4 24Z",
      fill: TOKENS.paper,
      stroke: TOKENS.ink,
      "stroke-width": 1.3,
      "stroke-linejoin": "round",
    }),
    svg("path", { d: "M11 2L18 24L11 19.5Z", fill: TOKENS.ink }),
    svg("text", { x: 11, y: 33, text: word("north_letter") }),
  );
  return el("div", { class: "north" }, arrow);
}

/* A mark that gets the focus outside the window would scroll the frame: move the map instead. */
export function followFocus() {
  const stage = document.getElementById("stage");
  const still = () => {
    for (const box of [stage, map.getContainer()]) box.scrollTop = box.scrollLeft = 0;
  };
  stage.addEventListener("scroll", still);
  map.getContainer().addEventListener("scroll", still);
  stage.addEventListener("focusin", (event) => {
    still();
    const node = event.target.closest("[data-key]");
    if (!node?.matches(":focus-visible")) return;
    const box = node.getBoundingClientRect();
    const frame = stage.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2 - frame.x, box.y + box.height / 2 - frame.y];
    if (x > 20 && y > 20 && x < frame.width - 20 && y < frame.height - 20) return;
    map.panTo(map.containerPointToLatLng([x, y]), { animate: false });
  });
}

export function closeOnEscape() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !view.card.hidden) {
      closeCard(true);
      event.preventDefault();
    }
  });
}
