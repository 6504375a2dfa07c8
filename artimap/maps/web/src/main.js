/* Start: draw, lay out, listen. */

import { closeCard, openCard } from "./card.js";
import { closeOnEscape, followFocus, mapButtons, wholeArea } from "./controls.js";
import { DATA } from "./data.js";
import { CALM, el } from "./dom.js";
import { loadEvents, loaded } from "./events.js";
import { startField } from "./field.js";
import { filterNote } from "./filters.js";
import { followEvents } from "./follow.js";
import { languageButtons } from "./language.js";
import { drawBase } from "./layers.js";
import { followFurniture, followView, layout, makeMarkPanes, marksChanged } from "./layout.js";
import { estimateNote } from "./legend.js";
import { boxOnLocator } from "./locator.js";
import { map } from "./map.js";
import { patternHome } from "./marks.js";
import { startNews } from "./news.js";
import { buildPanel, refreshEvents } from "./panel.js";
import { layOutPaper, layOutScreen } from "./print.js";
import { searchBox } from "./search.js";
import { on } from "./signals.js";
import { tableSwitch } from "./table.js";
import { makeRoomForTime, startTime } from "./timebar.js";
import { watchPointer } from "./tooltip.js";
import { word } from "./words.js";

async function start() {
  const [west, south, east, north] = DATA.meta.limits;
  map.attributionControl?.remove();
  makeRoomForTime();
  map.options.zoomAnimation = map.options.fadeAnimation = !CALM.matches;
  map.options.minZoom = map.getBoundsZoom(
    [
      [south, west],
      [north, east],
    ],
    true,
  );
  wholeArea(false);
  patternHome();
  const events = loadEvents(); // many are unpacked while the base is drawn; few are there at once
  drawBase();
  makeMarkPanes();
  await events;
  buildPanel();
  mapButtons();
  document.getElementById("top").append(el("div", { class: "tools", id: "tools" }));
  document.getElementById("tools").append(searchBox(), tableSwitch());
  languageButtons();
  startNews();
  if (loaded.events) filterNote();
  estimateNote();
  L.control.scale({ imperial: false, maxWidth: 120, position: "bottomleft" }).addTo(map);
  map.getContainer().setAttribute("role", "application");
  map.getContainer().setAttribute("aria-label", word("map_keys"));
  on("open", openCard);
  map.on("moveend", followView);
  map.on("moveend", boxOnLocator);
  map.on("click", () => closeCard(false));
  closeOnEscape();
  followFocus();
  watchPointer();
  followEvents();
  if (loaded.events) loaded.events.onChange(refreshEvents);
  if (loaded.events) loaded.events.onChange(marksChanged);
  startField();
  startTime();
  window.addEventListener("beforeprint", layOutPaper);
  window.addEventListener("afterprint", layOutScreen);
  layout();
  followFurniture();
  map.setMaxBounds([
    [south, west],
    [north, east],
  ]);
  window.artimap = Object.freeze({ events: loaded.events });
  document.documentElement.dataset.ready = "yes";
  performance.mark("ready");
}

/* In a frame that is hidden while the page loads, the map has no size yet: it is drawn when it is first shown. */
function whenShown(act) {
  const node = map.getContainer();
  const watch = new ResizeObserver(() => {
    if (!node.offsetWidth || !node.offsetHeight) return;
    watch.disconnect();
    map.invalidateSize({ animate: false });
    act();
  });
  if (node.offsetWidth && node.offsetHeight) act();
  else watch.observe(node);
}

whenShown(start);
