/* A small map of the country: the area in it, and a box around what the large map shows. It
   takes no clicks, and stands only where there is room for it (see the style sheet). */

import { DATA } from "./data.js";
import { el, svg } from "./dom.js";
import { decodeRing } from "./geometry.js";
import { map } from "./map.js";

const LOCATOR = { high: 84, least: 7 };

/* Pixels of the small map for latitude and longitude, and its width. */
function locatorScale() {
  const [west, south, east, north] = DATA.locator.bounds;
  const each = LOCATOR.high / (north - south);
  const across = each * Math.cos((((south + north) / 2) * Math.PI) / 180);
  return {
    wide: Math.round((east - west) * across),
    at: ([lat, lon]) => [(lon - west) * across, (north - lat) * each],
  };
}

export function locatorNode() {
  if (!DATA.locator) return "";
  const { wide, at } = locatorScale();
  const high = LOCATOR.high;
  const outline = (parts) =>
    parts
      .map((rings) =>
        rings
          .map(
            (steps) =>
              `M${decodeRing(steps)
                .map((spot) =>
                  at(spot)
                    .map((one) => one.toFixed(1))
                    .join(" "),
                )
                .join("L")}Z`,
          )
          .join(""),
      )
      .join("");
  const drawn = svg("svg", {
    width: wide,
    height: high,
    viewBox: `0 0 ${wide} ${high}`,
    role: "img",
    "aria-label": DATA.locator.text,
  });
  for (const name of ["neighbour", "country", "area"])
    drawn.append(svg("path", { class: `inset-${name}`, d: outline(DATA.locator[name]) }));
  drawn.append(
    svg("text", { x: 5, y: 13, "aria-hidden": "true", text: DATA.locator.name }),
    svg("rect", { class: "inset-box" }),
  );
  return el("div", { class: "inset" }, drawn);
}

/* The box follows the map; it never leaves the small map, nor gets too small to see. */
export function boxOnLocator() {
  const box = document.querySelector(".inset-box");
  if (!box) return;
  const { wide, at } = locatorScale();
  const shown = map.getBounds();
  const [[x0, y0], [x1, y1]] = [at([shown.getNorth(), shown.getWest()]), at([shown.getSouth(), shown.getEast()])];
  const span = (low, top, most) => {
    const long = Math.min(most - 2, Math.max(LOCATOR.least, Math.min(top, most - 1) - Math.max(low, 1)));
    return [Math.max(1, Math.min(most - 1 - long, Math.max(low, (low + top - long) / 2))), long];
  };
  const [[x, width], [y, height]] = [span(x0, x1, wide), span(y0, y1, LOCATOR.high)];
  for (const [name, value] of Object.entries({ x, y, width, height })) box.setAttribute(name, value.toFixed(1));
}
