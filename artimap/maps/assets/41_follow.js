/* The marks that stand on the page one by one follow the filter and the days. Labels stay
   where they are: what moves while one looks at something else only disturbs. */
function followEvents() {
  if (!A.events) return;
  let asked = false;
  A.events.onChange(({ why }) => {
    if (why === "start" || asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      for (const layer of layerNamed("event")) if (layer.shown) layoutEvents(layer, homes.get(layer.name), []);
      followSomewhere();
      followState();
      remark();
    });
  });
}

/* How many events that pass lie somewhere in an area or stretch. */
let spotSums = null;

function spotCount(feature) {
  if (!A.events) return feature.size;
  if (A.events.listed) return feature.details.filter((key) => A.events.shows(key)).length;
  if (!spotSums) spotSums = A.events.store.spots(layerNamed("somewhere")[0].features.length);
  return spotSums[Number(feature.details[0].slice(5))];
}

function spotText(feature) {
  const n = spotCount(feature);
  return fill(n === 1 ? "map.somewhere_1" : "map.somewhere", { n: count(n) });
}

/* Areas and stretches go when none of their events is left; their label counts what is. */
function followSomewhere() {
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

/* Posts, estimates and what is said of places: what was first reported after the last day goes,
   and what had ended before the first. What has no day stays: it may be of any. */
function inDays(feature) {
  if (!A.events) return true;
  const { first, last, to, days } = A.events.time;
  return !((to < days - 1 && feature.begun && feature.begun > last) || (feature.ended && feature.ended < first));
}

function followState() {
  followZones();
  followRings();
  followRates();
  followPosts();
  for (const layer of DATA.layers) {
    if (layer.kind === "place" || layer === zones.layer) continue;
    const gone = new Set(layer.features.filter((feature) => (feature.begun || feature.ended) && !inDays(feature)).map((feature) => feature.key));
    if (layer.kind === "bracket") {
      if (layer.shown) layoutPosts(layer, homes.get(layer.name), [], roadPixels());
    } else if (layer.features.some((feature) => feature.begun || feature.ended)) {
      for (const node of map.getPane(`artimap-${layer.name}`).querySelectorAll("[data-key]")) node.classList.toggle("is-past", gone.has(node.dataset.key));
    }
  }
}

/* The ring around a place says that something is said of it. Before the first of that the ring goes;
   the place stays. It opens the zone that stands on the last day. */
function followRings() {
  for (const layer of layerNamed("place")) {
    const unsaid = new Set(layer.features.filter((feature) => !ringNow(feature)).map((feature) => feature.key));
    for (const node of map.getPane(`artimap-${layer.name}`).querySelectorAll(".dot[data-key]")) {
      const gone = unsaid.has(node.dataset.key);
      node.classList.toggle("is-unsaid", gone);
      if (node.matches("[role=button]")) node.setAttribute("tabindex", gone ? "-1" : "0");
    }
  }
}

function ringNow(feature) {
  const [key] = feature.details || [];
  if (!key || !key.startsWith("zone:") || !zones.all) return !feature.begun || inDays(feature);
  const now = zoneNow(key);
  if (now) feature.details = [now];
  return Boolean(now);
}
