/* The marks that stand on the page one by one follow the filter and the days. Labels stay
   where they are: what moves while one reads something else only disturbs. */

import { DATA, layerNamed } from "./data.js";
import { inDays, loaded } from "./events.js";
import { map, markPanes, roadPixels } from "./map.js";
import { drawCounts, layoutEvents, layoutPosts } from "./points.js";
import { markSelected } from "./selection.js";
import { on } from "./signals.js";
import { followSomewhere } from "./somewhere.js";
import { posts, rates, zones } from "./timeline.js";

export function followEvents() {
  if (!loaded.events) return;
  let asked = false;
  loaded.events.onChange(({ why }) => {
    if (why === "start" || asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      const boxes = [];
      for (const layer of layerNamed("event")) if (layer.shown) layoutEvents(layer, markPanes.get(layer.name), boxes);
      followSomewhere();
      followState(boxes);
      markSelected();
    });
  });
}

function followState(boxes = []) {
  zones.follow();
  followRings();
  rates.follow();
  posts.follow();
  for (const layer of DATA.layers) {
    if (layer.kind === "place" || layer === zones.layer) continue;
    const gone = new Set(
      layer.features
        .filter((feature) => (feature.begun || feature.ended) && !inDays(feature))
        .map((feature) => feature.key),
    );
    if (layer.kind === "bracket") {
      if (layer.shown) layoutPosts(layer, markPanes.get(layer.name), boxes, roadPixels());
    } else if (layer.features.some((feature) => feature.begun || feature.ended)) {
      for (const node of map.getPane(`artimap-${layer.name}`).querySelectorAll("[data-key]"))
        node.classList.toggle("is-past", gone.has(node.dataset.key));
    }
  }
  drawCounts(markPanes.get("counts"));
}

/* What was packed is open now: it is put where the days ask for it. */
on("earlier", () => {
  followState();
  markSelected();
});

/* The ring around a place says that something is said of it. Before the first of that the ring goes;
   the place stays. It opens the zone that stands on the last day. */
export function followRings() {
  for (const layer of layerNamed("place")) {
    const unsaid = new Set(layer.features.filter((feature) => !ringNow(feature)).map((feature) => feature.key));
    for (const node of map.getPane(`artimap-${layer.name}`).querySelectorAll(".dot[data-key]")) {
      const gone = unsaid.has(node.dataset.key);
      node.classList.toggle("is-unsaid", gone);
      if (node.matches("[role=button]")) node.setAttribute("tabindex", gone ? "-1" : "0");
    }
  }
}

const detailsOfMap = new WeakMap();

/* A place whose zone had ended by the day of the map opens, on that day, what is said of it. */
function ringNow(feature) {
  if (!detailsOfMap.has(feature)) detailsOfMap.set(feature, feature.details || []);
  const details = detailsOfMap.get(feature);
  const [key] = details;
  const zone = key?.startsWith("zone:") ? key : feature.key.replace(/^place:/, "zone:reported:");
  const now = key && zones.all ? zones.now(zone) : null;
  feature.details = now ? [now] : details;
  if (!key?.startsWith("zone:") || !zones.all) return Boolean(now) || !feature.begun || inDays(feature);
  return Boolean(now);
}
