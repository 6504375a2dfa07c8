/* The posts on earlier days. The page is made with those of the day of the map; the ways in which each was told
   before, and the days on which it was, are unpacked when the slider first goes back. Shown are the posts of the
   newest day there is that is not after the last day chosen, and those first said of between that day and the last
   one, as the next day tells them. Until they are open, and on pages without them, posts come on the day on which
   each was first said of, in the state of the day of the map. */
const posts = { day: DATA.meta.as_of, state: "", undo: null, failed: false, asked: null };

function postsFollow() {
  return DATA.posts.length > 0 && !posts.failed;
}

function postSheet() {
  return DATA.sheets.find((one) => one.name === "posts");
}

function postParts(lang) {
  return ["posts", `posts_${lang}`];
}

/* Data with a tree of changes put in; what it was stays as it is. */
function altered(data, changes) {
  if (!changes) return data;
  if (Object.hasOwn(changes, "=")) return changes["="];
  const made = Array.isArray(data) ? [...data] : { ...data };
  for (const [name, change] of Object.entries(changes)) made[name] = altered(data[name], change);
  return made;
}

/* --- which posts -------------------------------------------------------------------------- */

/* The ways in which posts are told that belong to a day and the last one chosen, in order of the road; each with
   the number of the day that tells it so. `rows` are those of the map by key, `at` the columns of a row. */
function postsOn({ shown, told }, n, last, rows, at) {
  const rowOf = (way) => altered(rows.get(told[way].key), told[way].row);
  const there = new Set(shown[n].map((way) => told[way].key));
  const coming = shown[n + 1].filter((way) => {
    const first = rowOf(way)[at.first];
    return !there.has(told[way].key) && first && first <= last;
  });
  const found = [...shown[n].map((way) => ({ way, n })), ...coming.map((way) => ({ way, n: n + 1 }))];
  for (const one of found) one.row = rowOf(one.way);
  const from = ({ row }) => row[at.from] ?? Infinity;
  return coming.length ? found.sort((a, b) => (from(a) === from(b) ? 0 : from(a) - from(b))) : found;
}

/* What is to be shown now: the day, its posts, and a sign that differs where they do; null while it is not open. */
function postsWanted() {
  const day = postsFollow() ? dayWanted(DATA.posts) : DATA.meta.as_of;
  if (day === DATA.meta.as_of) return { day, list: null, state: "" };
  if (!postParts(spoken.now).every((name) => rates.open.has(name))) return null;
  const sheet = postSheet();
  const column = (name) => sheet.columns.findIndex(([one]) => one === name) + 1;
  const rows = new Map((posts.undo ? posts.undo.rows : sheet.rows).map((row) => [row[0], row]));
  const list = postsOn(rates.open.get("posts"), DATA.posts.indexOf(day), A.events.time.last, rows, { from: column("from"), first: column("first") });
  return { day, list, state: `${day} ${list.map(({ way }) => way).join()}` };
}

function postsComing() {
  const wanted = postsWanted();
  return Boolean(wanted) && wanted.state !== posts.state;
}

/* --- what is shown ------------------------------------------------------------------------ */

/* Back to the data of the map's own day. */
function postsOfMap() {
  if (!posts.undo) return;
  const { details, rows, features } = posts.undo;
  for (const [key, detail] of details) {
    if (detail) DATA.details[key] = detail;
    else delete DATA.details[key];
    targets.delete(key);
  }
  postSheet().rows = rows;
  for (const layer of layerNamed("bracket")) {
    layer.features = features;
    features.forEach(remember);
  }
  posts.undo = null;
  posts.day = DATA.meta.as_of;
  posts.state = "";
}

/* A card says of which day it is, and on which the post was last confirmed. */
function dated(detail, when) {
  return { ...detail, when: [when, detail.when && fill("confirmed", { day: detail.when })].filter(Boolean).join(" · ") };
}

/* A post that is not said of on the day has no mark and no row; where the briefing leads to it, its card is that of the map. */
function showPosts({ day, list, state }) {
  postsOfMap();
  if (list) {
    const [{ told }, said] = postParts(spoken.now).map((name) => rates.open.get(name));
    const sheet = postSheet();
    const [layer] = layerNamed("bracket");
    const before = { details: new Map(), rows: sheet.rows, features: layer ? layer.features : [] };
    const shapes = new Map(before.features.map((feature) => [feature.key, feature.parts]));
    const put = (key, detail) => {
      if (!before.details.has(key)) before.details.set(key, DATA.details[key]);
      DATA.details[key] = detail;
    };
    for (const [key] of before.rows) put(key, dated(DATA.details[key], DATA.title[1]));
    const features = [];
    for (const { way, n, row } of list) {
      const { key, detail: change, parts = shapes.get(key) ?? [] } = told[way];
      const detail = altered(altered(before.details.get(key), change), said.told[way]);
      put(key, dated(detail, said.when[n] ?? DATA.title[1]));
      if (parts.length) features.push({ key, mark: detail.icon.mark, parts, label: detail.where, details: [key] });
    }
    sheet.rows = list.map(({ row }) => row);
    if (layer) layer.features = features;
    for (const feature of features) {
      targets.delete(feature.key);
      remember(feature);
    }
    Object.assign(posts, { undo: before, day, state });
  }
  retellPosts();
}

/* Everything beside the map that says something of posts, after they have changed. */
function retellPosts() {
  if (view.last && view.last.keys.some((key) => key.startsWith("post:"))) {
    view.last.keys = view.last.keys.filter((key) => DATA.details[key]);
    if (view.last.keys.length) retellCard();
    else closeCard(false);
  }
  if (tip.key && tip.key.startsWith("post:")) hideTip();
  redrawTable(["posts", "strip", "claims", "events"]);
  for (const note of document.querySelectorAll(".post-day")) furnishPostNote(note);
  tellDays();
  tell("posts", posts.day);
}

/* --- following ---------------------------------------------------------------------------- */

/* The marks are laid out by the caller. */
function followPosts() {
  const wanted = postsWanted();
  if (!wanted) askForPosts();
  else if (wanted.state !== posts.state) showPosts(wanted);
}

/* A browser that cannot open them shows the page as one without them. */
function askForPosts() {
  if (posts.asked) return;
  posts.asked = openParts(postParts(spoken.now))
    .catch(() => (posts.failed = true))
    .then(() => {
      posts.asked = null;
      followState();
      remark();
    });
}

/* --- in words ----------------------------------------------------------------------------- */

function furnishPostNote(note) {
  note.textContent = fill("posts_follow", { day: dayText(posts.day) });
  note.hidden = posts.day === DATA.meta.as_of;
}

/* On the day of the map nothing has to be said. */
function postNote() {
  const note = el("p", { class: "post-day", dir: "auto" });
  furnishPostNote(note);
  return note;
}
