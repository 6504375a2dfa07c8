/* The zones on earlier days. The page is made with those of the day of the map; those that stood before come
   packed and are drawn when the slider first goes back. Each state of a zone has its own days: shown is what
   stood on the last day chosen. Until they are open, and on pages without them, what is dated later goes. */
const zones = { layer: DATA.layers.find((one) => one.name === "zones_reported"), packed: null, words: new Map(), all: null, asked: null, failed: false, byKey: new Map(), shown: "" };

/* Whether a state that lasted from its first day to its last stood on a day; without days it may have. */
function stoodOn(feature, day) {
  return !(feature.begun && feature.begun > day) && !(feature.ended && feature.ended < day);
}

function zonesFollow() {
  return DATA.earlier_zones && !zones.failed;
}

function lastDay() {
  return A.events ? A.events.time.last : DATA.meta.as_of;
}

/* The day of which the zones are that the map shows. */
function zonesDay() {
  return zones.all ? lastDay() : DATA.meta.as_of;
}

async function openZones(lang) {
  zones.packed ??= packedBlock("artimap-zones");
  const parts = await zones.packed;
  if (!zones.words.has(lang)) zones.words.set(lang, await unpack(parts[lang]));
  if (!zones.all) {
    const all = await unpack(parts.all);
    Object.assign(DATA.details, zones.words.get(lang));
    addZones(all);
  }
}

/* The earlier zones with their shapes: many are those of a zone of the day of the map, which come first in the count. */
function withShapes({ shapes, features }, here) {
  return features.map((feature) => ({ ...feature, parts: feature.shape < here.length ? here[feature.shape].parts : shapes[feature.shape - here.length] }));
}

/* Drawn anew in their order: a small zone must not lie below a large one of another day. */
function addZones(all) {
  const { layer } = zones;
  const earlier = withShapes(all, layer.features);
  layer.features.push(...earlier);
  if (DATA.road) DATA.road.zones = all.road;
  for (const feature of earlier) remember(feature);
  const group = groupsByLayer.get(layer.name);
  group.clearLayers();
  drawArea({ ...layer, features: all.order.map((n) => layer.features[n]) }, renderers.get(layer.name), group);
  zones.byKey = new Map(layer.features.map((feature) => [feature.key, feature]));
  zones.all = all;
}

/* In another language: its words for the earlier zones, where they are open. */
async function zonesIn(lang) {
  if (zones.all) await openZones(lang);
}

function retellZones(lang) {
  if (zones.all) Object.assign(DATA.details, zones.words.get(lang));
}

/* The key of the zone, of all states of the one that a key names, that stands now; null where none does. */
function zoneNow(key) {
  const [name] = key.split("~");
  for (const feature of zones.layer.features) {
    if (feature.mark !== "zone_edge" && feature.key.split("~")[0] === name && stoodOn(feature, lastDay())) return feature.key;
  }
  return null;
}

/* Whether the strip shows a zone. */
function zoneShown(key) {
  const feature = zones.byKey.get(key);
  return !feature || stoodOn(feature, lastDay());
}

function goneZones() {
  const last = lastDay();
  return new Set(zones.layer.features.filter((feature) => !stoodOn(feature, last)).map((feature) => feature.key));
}

function signOfZones(gone) {
  return [...zones.byKey.keys()].filter((key) => !gone.has(key)).join();
}

/* Whether the next frame shows other zones, and draws anew what tells of them. */
function zonesComing() {
  return Boolean(zones.layer) && signOfZones(goneZones()) !== zones.shown;
}

function followZones() {
  if (!zones.layer || !A.events) return;
  const last = lastDay();
  if (zonesFollow() && !zones.all && !zones.asked && last < DATA.meta.as_of) {
    zones.asked = openZones(spoken.now)
      .catch(() => (zones.failed = true))
      .then(() => {
        followState();
        if (A.time) A.time.tellState();
      });
  }
  const gone = goneZones();
  for (const node of map.getPane("artimap-zones_reported").querySelectorAll("[data-key]")) node.classList.toggle("is-past", gone.has(node.dataset.key));
  const shown = signOfZones(gone);
  if (shown !== zones.shown) redrawTable(["strip", "events"]);
  zones.shown = shown;
}
