/* Start: draw, lay out, listen. */
const homes = new Map();

function layerNamed(kind) {
  return DATA.layers.filter((one) => one.kind === kind);
}

/* Everything that has a size in pixels shares one list of taken boxes, in order of weight. Where the
   map was only moved, marks keep their places in it, and names are laid out for the new window. */
let marksOf = {};

function layout() {
  const boxes = [];
  const lines = roadPixels();
  const each = (kind, act) => {
    for (const layer of layerNamed(kind)) if (layer.shown) act(layer, homes.get(layer.name));
  };
  each("event", (layer, home) => layoutEvents(layer, home, boxes));
  each("bracket", (layer, home) => layoutPosts(layer, home, boxes, lines));
  const ticks = [];
  each("tick", (layer, home) => ticks.push([layoutTicks(layer, home), home]));
  marksOf = { boxes, ticks, road: roadDots(lines), zoom: map.getZoom(), origin: map.getPixelOrigin() };
  nameMap(false);
  remark();
}

function nameMap(moved) {
  layoutNames(marksOf, moved);
  if (A.events) followSomewhere();
  if (A.events) followRings();
}

/* When the map has come to rest after a move, names follow the window; after a zoom, or where days or
   filter had changed the marks, all is laid out at once. */
let resting = 0;

function followView() {
  const { stale, zoom, origin } = marksOf;
  clearTimeout(resting);
  if (stale || zoom !== map.getZoom() || !origin.equals(map.getPixelOrigin())) layout();
  else resting = setTimeout(nameMap, 60, true);
}

/* The title grows by a note, the sheet is drawn up: names make room when that has come to rest. */
function followFurniture() {
  let waiting = 0;
  const watch = new ResizeObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(() => furnitureMoved() && nameMap(true), 150);
  });
  for (const id of ["title", "tools", "panel"]) watch.observe(document.getElementById(id));
}

function makeHomes() {
  for (const layer of DATA.layers) {
    if (["event", "bracket", "tick", "place", "shield"].includes(layer.kind)) homes.set(layer.name, pixelPane(layer.name));
    if (layer.kind === "somewhere") homes.set(`${layer.name}-labels`, pixelPane(layer.name));
    for (const feature of layer.features) if (feature.details) remember(feature);
  }
}

function wholeArea(animate) {
  const [west, south, east, north] = DATA.meta.bounds;
  const narrow = NARROW.matches;
  map.fitBounds([[south, west], [north, east]], {
    animate: animate && !CALM.matches,
    paddingTopLeft: [14, narrow ? 64 : 44],
    paddingBottomRight: [14, narrow ? 112 : 14],
  });
}

function buttons() {
  const make = (cls, name, sign, act) => {
    const made = el("button", { type: "button", class: cls, "aria-label": name, title: name }, el("span", { "aria-hidden": "true" }, sign));
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
  return svg("svg", { width: 18, height: 18, viewBox: "0 0 18 18" }, svg("path", { d: "M4 14L14 4M8.5 4H14V9.5M4 8.5V14H9.5", fill: "none", stroke: TOKENS.ink, "stroke-width": 1.5 }));
}

function northArrow() {
  const arrow = svg("svg", { width: 22, height: 34, viewBox: "0 0 22 34", role: "img", "aria-label": word("north") });
  arrow.append(
    svg("path", { d: "M11 2L18 24L11 19.5L4 24Z", fill: TOKENS.paper, stroke: TOKENS.ink, "stroke-width": 1.3, "stroke-linejoin": "round" }),
    svg("path", { d: "M11 2L18 24L11 19.5Z", fill: TOKENS.ink }),
    svg("text", { x: 11, y: 33, text: word("north_letter") }),
  );
  return el("div", { class: "north" }, arrow);
}

/* A mark that gets the focus outside the window would scroll the frame: move the map instead. */
function followFocus() {
  const stage = document.getElementById("stage");
  const still = () => {
    for (const box of [stage, map.getContainer()]) box.scrollTop = box.scrollLeft = 0;
  };
  stage.addEventListener("scroll", still);
  map.getContainer().addEventListener("scroll", still);
  stage.addEventListener("focusin", (event) => {
    still();
    const node = event.target.closest("[data-key]");
    if (!node || !node.matches(":focus-visible")) return;
    const box = node.getBoundingClientRect();
    const frame = stage.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2 - frame.x, box.y + box.height / 2 - frame.y];
    if (x > 20 && y > 20 && x < frame.width - 20 && y < frame.height - 20) return;
    map.panTo(map.containerPointToLatLng([x, y]), { animate: false });
  });
}

function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !view.card.hidden) {
      closeCard(true);
      event.preventDefault();
    }
  });
}

async function start() {
  const [west, south, east, north] = DATA.meta.limits;
  map.attributionControl?.remove();
  makeRoomForTime();
  map.options.zoomAnimation = map.options.fadeAnimation = !CALM.matches;
  map.options.minZoom = map.getBoundsZoom([[south, west], [north, east]], true);
  wholeArea(false);
  patternHome();
  drawBase();
  makeHomes();
  await loadEvents();
  buildPanel();
  buttons();
  document.getElementById("top").append(el("div", { class: "tools", id: "tools" }));
  document.getElementById("tools").append(searchBox(), tableSwitch());
  languageButtons();
  if (A.events) filterNote();
  estimateNote();
  L.control.scale({ imperial: false, maxWidth: 120, position: "bottomleft" }).addTo(map);
  map.getContainer().setAttribute("role", "application");
  map.getContainer().setAttribute("aria-label", word("map_keys"));
  on("open", openCard);
  map.on("moveend", followView);
  map.on("moveend", boxOnLocator);
  map.on("click", () => closeCard(false));
  keys();
  followFocus();
  linking();
  followEvents();
  if (A.events) A.events.onChange(() => (marksOf.stale = true));
  startField();
  startTime();
  window.addEventListener("beforeprint", printing);
  window.addEventListener("afterprint", printed);
  layout();
  followFurniture();
  map.setMaxBounds([[south, west], [north, east]]);
  window.artimap = Object.freeze({ events: A.events });
  document.documentElement.dataset.ready = "yes";
  performance.mark("ready");
}

start();
