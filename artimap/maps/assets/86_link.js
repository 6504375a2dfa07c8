/* Pointing at or tabbing to a mark: a note beside it says the least that one needs, and the
   same thing lights up on the map and on the line of the road. Escape takes the note away. */
const tip = { node: null, key: null };

function detailOf(node) {
  const key = node.dataset.key;
  if (DATA.details[key]) return DATA.details[key];
  const feature = named.get(node);
  const keys = (feature && feature.details) || [];
  return keys.length === 1 ? DATA.details[keys[0]] : null;
}

/* The kilometre of the road nearest to a spot in the window of the map, in metres. */
function metresNear(spot) {
  const { line, step_m: step, length_m: length } = DATA.road;
  const points = shapeOfRoad(line).map((at) => map.latLngToContainerPoint(at));
  let best = { away: Infinity, metres: 0 };
  for (let n = 1; n < points.length; n += 1) {
    const [a, b] = [points[n - 1], points[n]];
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const squared = dx * dx + dy * dy || 1;
    const share = Math.max(0, Math.min(1, ((spot.x - a.x) * dx + (spot.y - a.y) * dy) / squared));
    const away = (spot.x - a.x - share * dx) ** 2 + (spot.y - a.y - share * dy) ** 2;
    if (away < best.away) best = { away, metres: Math.min(length, (n - 1 + share) * step) };
  }
  return best.metres;
}

function tipLines(detail, metres) {
  const head = metres === null ? detail.heading : `${DATA.road.ref} · ${fill("map.km.at", { a: kmText(metres) })}`;
  const facts = detail.facts.slice(0, 4).map((fact) => el("span", { class: "item-note", dir: "auto", text: `${fact.label}: ${fact.text}` }));
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
  if (metres !== null && tables.cursor && !tables.node.hidden) tables.cursor.show(metres);
  tip.node.replaceChildren(...tipLines(detail, metres));
  tip.node.hidden = false;
  const box = node.getBoundingClientRect();
  const [x, y] = spot ? [spot.x, spot.y] : [box.x + box.width / 2, box.y + box.height / 2];
  const [wide, high] = [tip.node.offsetWidth, tip.node.offsetHeight];
  const left = x + 16 + wide > window.innerWidth - 8 ? x - 16 - wide : x + 16;
  tip.node.style.left = `${Math.max(8, left)}px`;
  tip.node.style.top = `${Math.max(8, Math.min(window.innerHeight - high - 8, y - high / 2))}px`;
  link(detail.key);
}

function hideTip() {
  tip.node.hidden = true;
  if (tables.cursor) tables.cursor.hide();
  link(null);
}

/* Light up every node of a detail. */
function link(key) {
  if (tip.key === key) return;
  tip.key = key;
  for (const node of document.querySelectorAll(".is-linked")) node.classList.remove("is-linked");
  if (!key) return;
  const target = targets.get(key);
  const keys = new Set([key, target && target.feature.key]);
  for (const node of document.querySelectorAll(".stage [data-key], .strip [data-key]")) {
    if (keys.has(node.dataset.key)) node.classList.add("is-linked");
  }
}

function linking() {
  tip.node = el("div", { class: "tip", id: "tip", role: "tooltip", hidden: true });
  document.body.append(tip.node);
  const marked = (event) => event.target.closest?.(".stage [data-key], .strip [data-key]");
  document.addEventListener("pointermove", (event) => {
    if (event.pointerType === "touch") return;
    const node = marked(event);
    if (node) showTip(node, { x: event.clientX, y: event.clientY });
    else if (!tip.node.hidden) hideTip();
  });
  document.addEventListener("pointerdown", hideTip);
  document.addEventListener("focusin", (event) => {
    const node = marked(event);
    if (node && node.matches(":focus-visible")) showTip(node, null);
    else hideTip();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || tip.node.hidden) return;
    hideTip();
    event.stopPropagation();
  }, true);
  map.on("movestart", hideTip);
}
