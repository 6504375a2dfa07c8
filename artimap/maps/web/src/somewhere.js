/* Events that are only known to an area or a stretch: how many of them pass filter and days. */

import { layerNamed } from "./data.js";
import { loaded } from "./events.js";
import { map } from "./map.js";
import { count, fill } from "./words.js";

/* How many events that pass lie somewhere in an area or stretch. */
let spotSums = null;

export function spotCount(feature) {
  if (!loaded.events) return feature.size;
  if (loaded.events.listed) return feature.details.filter((key) => loaded.events.shows(key)).length;
  if (!spotSums) spotSums = loaded.events.store.spots(layerNamed("somewhere")[0].features.length);
  return spotSums[Number(feature.details[0].slice(5))];
}

export function spotText(feature) {
  const n = spotCount(feature);
  return fill(n === 1 ? "map.somewhere_1" : "map.somewhere", { n: count(n) });
}

/* Areas and stretches go when none of their events is left; their label counts what is. */
export function followSomewhere() {
  spotSums = null;
  for (const layer of layerNamed("somewhere")) {
    const nodes = [...map.getPane(`artimap-${layer.name}`).querySelectorAll("[data-key], [data-spot]")];
    for (const feature of layer.features) {
      const gone = !spotCount(feature);
      for (const node of nodes) {
        if (node.dataset.key !== feature.key && node.dataset.spot !== feature.key) continue;
        node.classList.toggle("is-past", gone);
        if (node.dataset.spot) node.textContent = spotText(feature);
      }
    }
  }
}
