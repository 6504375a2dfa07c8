/* The rates of the road on earlier days. The page is made with those of the day of the map; what differs on
   earlier days is unpacked when the slider first asks for it, and put into the data in place, as another
   language is. Shown are the rates of the newest day there is that is not after the last day chosen. Until
   they are open, and on pages without them, the road is pale and the words say of which day its rates are. */
const rates = { day: DATA.meta.as_of, undo: null, packed: null, open: new Map(), failed: false, marks: new Map() };

/* The newest of rising days that is not after one; null where all are. */
function newestDay(days, last) {
  let found = null;
  for (const day of days) if (day <= last) found = day;
  return found;
}

function ratesFollow() {
  return DATA.rates.length > 0 && !rates.failed;
}

/* Of the days of which something is held, the one that belongs to the last day chosen. */
function dayWanted(days) {
  if (!A.events) return DATA.meta.as_of;
  return newestDay([...days, DATA.meta.as_of], A.events.time.last) ?? DATA.meta.as_of;
}

function ratesWanted() {
  return dayWanted(DATA.rates);
}

function rateParts(lang) {
  return ["all", lang];
}

function stretchSheet() {
  return DATA.sheets.find((one) => one.name === "stretches");
}

/* --- what is packed ----------------------------------------------------------------------- */

/* Opens parts, each once; all are there before anything is shown. */
async function openParts(names) {
  rates.packed ??= packedBlock("artimap-rates");
  const parts = await rates.packed;
  for (const name of names) if (!rates.open.has(name)) rates.open.set(name, await unpack(parts[name]));
}

/* --- what is shown ------------------------------------------------------------------------ */

/* Back to the data of the map's own day. */
function ratesOfMap() {
  if (rates.undo) for (const [data, undo] of rates.undo.reverse()) patch(data, undo);
  rates.undo = null;
  rates.day = DATA.meta.as_of;
}

function showRates(day) {
  ratesOfMap();
  const n = DATA.rates.indexOf(day);
  if (n >= 0) {
    const [same, said] = rateParts(spoken.now).map((name) => rates.open.get(name)[n]);
    const { rows } = stretchSheet();
    const dated = Object.fromEntries(rows.map(([key]) => [key, { when: { "=": said.when } }]));
    const trees = [[DATA.details, same.details], [rows, same.rows], [DATA.details, said.details], [DATA.details, dated]];
    rates.undo = trees.map(([data, changes]) => [data, patch(data, changes)]);
    rates.day = day;
  }
  restyleRoad();
  for (const [node, feature] of named) if (rates.marks.has(feature.key)) node.setAttribute("aria-label", titleOf(feature));
  retellRates();
}

/* Everything beside the map that says something of the road, after its rates have changed. */
function retellRates() {
  for (const button of view.pages.get("road").querySelectorAll(".road [data-key]")) button.replaceChildren(...roadRow(button.dataset.key));
  if (view.last && view.last.keys.some((key) => key.startsWith("stretch:"))) retellCard();
  if (tip.key && tip.key.startsWith("stretch:")) hideTip();
  redrawTable(["stretches", "strip", "events"]);
  tell("rates", rates.day);
}

/* The lines of the road as the marks of its stretches, the wider above the thinner, below what takes clicks. */
function restyleRoad() {
  const layer = DATA.layers.find((one) => one.name === "corridor");
  for (const feature of layer.features) {
    if (!rates.marks.has(feature.key)) rates.marks.set(feature.key, feature.mark);
    const before = feature.mark;
    feature.mark = DATA.details[feature.key].icon.mark;
    if (feature.mark === before) continue;
    const mark = DATA.marks[feature.mark];
    const { edge, body } = linesOf.get(feature.key);
    edge[1] = mark.casing_width;
    body[1] = mark.width;
    edge[0].setStyle({ color: mark.casing, weight: edge[1] * widthScale() });
    body[0].setStyle({ ...lineLook(mark), weight: body[1] * widthScale() });
  }
  const rows = layer.features.map((feature) => [DATA.marks[feature.mark].width, linesOf.get(feature.key)]).sort((a, b) => a[0] - b[0]);
  const first = map.getPane("artimap-corridor").querySelector(".hit");
  for (const part of ["edge", "body"]) for (const [, lines] of rows) first.before(lines[part][0].getElement());
  if (marked && marked.startsWith("stretch:")) outline(marked);
}

/* In the briefing stretches and posts look as on the day of the map, of which the briefing speaks. */
function iconOfMap(detail) {
  if (rates.marks.has(detail.key)) return { ...detail.icon, mark: rates.marks.get(detail.key) };
  return posts.undo?.details.get(detail.key)?.icon ?? detail.icon;
}

/* --- following ---------------------------------------------------------------------------- */

function ratesThere(day) {
  return day === DATA.meta.as_of || rateParts(spoken.now).every((name) => rates.open.has(name));
}

/* Whether the next frame shows another day, and draws anew what tells of the road and its events. */
function ratesComing() {
  const wanted = ratesWanted();
  return wanted !== rates.day && ratesThere(wanted);
}

function followRates() {
  const wanted = ratesWanted();
  const there = ratesThere(wanted);
  if (wanted !== rates.day && there) showRates(wanted);
  else if (wanted !== rates.day && !rates.failed) askForRates();
  const old = Boolean(A.events) && (rates.day === DATA.meta.as_of ? A.events.time.last < rates.day : wanted !== rates.day);
  document.getElementById("stage").classList.toggle("rates-old", old);
  tellRates(old);
}

/* A browser that cannot open them shows the page as one without them. */
function askForRates() {
  if (rates.asked) return;
  rates.asked = openParts(rateParts(spoken.now))
    .catch(() => (rates.failed = true))
    .then(() => {
      rates.asked = null;
      followRates();
    });
}

/* --- in words ----------------------------------------------------------------------------- */

function rateWords() {
  return fill(ratesFollow() ? "rate_follows" : "rate_day", { day: dayText(rates.day) });
}

function rateNote() {
  const old = document.getElementById("stage").classList.contains("rates-old");
  return el("p", { class: `rate-day${old ? " is-part" : ""}`, dir: "auto", text: rateWords() });
}

/* What shows which day, the earlier ones first: [day, words] each. */
function daysInWords() {
  const days = new Map();
  for (const [name, day] of [["rates", rates.day], ["posts", posts.day], ["zones", zonesDay()]]) days.set(day, [...(days.get(day) ?? []), word(`time_${name}`)]);
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, names]) => [day, names.join(", ")]);
}

function earlierInWords() {
  return daysInWords().filter(([day]) => day < DATA.meta.as_of).map(([day, what]) => fill("time_state_of", { what: upper(what), day: dayText(day) }));
}

/* Below the title, which gives the day of the map: on a phone that is all one sees beside the road. */
function titleDays() {
  const other = daysInWords().filter(([day]) => day < DATA.meta.as_of).map(([day, what]) => fill("days_note", { what, day: dayText(day) }));
  return [DATA.title[1], ...other].join(" · ");
}

function furnishBriefingDay(note) {
  const earlier = earlierInWords();
  note.textContent = fill("brief_day", { day: dayText(DATA.meta.as_of), what: earlier.join(" ") });
  note.hidden = !earlier.length;
}

function briefingDay() {
  const note = el("p", { class: "lead brief-day", dir: "auto" });
  furnishBriefingDay(note);
  return note;
}

function tellDays() {
  document.querySelector("#title .sub").textContent = titleDays();
  document.querySelectorAll(".brief-day").forEach(furnishBriefingDay);
}

function tellRates(old) {
  tellDays();
  for (const note of document.querySelectorAll(".rate-day")) {
    note.textContent = rateWords();
    note.classList.toggle("is-part", old);
  }
}
