/* The page in another language: what differs is unpacked when it is first asked for, put
   into the data in place, and everything that shows words is made anew. */
const LANGUAGES = { en: "English", fr: "Français", ht: "Kreyòl" };
const unpacked = new Map();
const FIRST = DATA.meta.lang;
const spoken = { now: FIRST, undo: null };

/* zlib in base64, back to plain data. No worker and no request: the page's policy forbids both. */
async function unpack(text) {
  return JSON.parse(new TextDecoder().decode(await inflated(bytesOf(text), "deflate")));
}

/* What is packed stands last in the page, by name: one part for all languages, one for each. */
async function packedBlock(id) {
  if (document.readyState === "loading") await new Promise((done) => document.addEventListener("DOMContentLoaded", done, { once: true }));
  const block = document.getElementById(id);
  block.remove();
  return JSON.parse(block.textContent);
}

/* Put a tree of changes into data; what comes back undoes it. */
function patch(data, changes) {
  const undo = {};
  for (const [name, change] of Object.entries(changes)) {
    if (!Object.hasOwn(data, name)) continue;
    if (Object.hasOwn(change, "=")) {
      undo[name] = { "=": data[name] };
      data[name] = change["="];
    } else undo[name] = patch(data[name], change);
  }
  return undo;
}

async function speak(lang) {
  if (lang === spoken.now) return;
  if (lang !== FIRST && !unpacked.has(lang)) unpacked.set(lang, await unpack(DATA.languages[lang]));
  if (rates.day < DATA.meta.as_of) await openParts(rateParts(lang));
  if (posts.day < DATA.meta.as_of) await openParts(postParts(lang));
  await zonesIn(lang);
  ratesOfMap();
  postsOfMap();
  if (spoken.undo) patch(DATA, spoken.undo);
  spoken.undo = lang === FIRST ? null : patch(DATA, unpacked.get(lang));
  spoken.now = lang;
  retellZones(lang);
  followPosts();
  retell();
  followRates();
}

/* Everything with words in it, in the language of now. */
function retell() {
  const open = view.last && !view.card.hidden ? { ...view.last, fly: false } : null;
  const legendOpen = document.getElementById("legend").open;
  document.documentElement.lang = spoken.now;
  document.title = DATA.title[0];
  ["h1", ".sub", ".marking"].forEach((one, n) => (document.querySelector(`#title ${one}`).textContent = DATA.title[n]));
  document.querySelector(".skip").textContent = word("skip");
  document.getElementById("stage").setAttribute("aria-label", word("map"));
  map.getContainer().setAttribute("aria-label", word("map_keys"));
  rebuildPanel();
  document.getElementById("legend").open = legendOpen;
  document.querySelectorAll(".zoom, .north, .inset").forEach((node) => node.remove());
  buttons();
  renameMarks();
  estimateNote();
  tilesNote();
  layout();
  if (open) openCard(open);
  for (const button of document.querySelectorAll(".languages button")) {
    button.setAttribute("aria-pressed", String(button.lang === spoken.now));
  }
  document.querySelector(".languages").setAttribute("aria-label", word("language"));
  tell("language", spoken.now);
}

function languageButtons() {
  const others = Object.keys(DATA.languages || {});
  if (!others.length || typeof DecompressionStream === "undefined") return;
  const bar = el("div", { class: "languages", role: "group", "aria-label": word("language") });
  for (const lang of Object.keys(LANGUAGES)) {
    if (lang !== spoken.now && !others.includes(lang)) continue;
    const name = `${lang.toUpperCase()}: ${LANGUAGES[lang]}`;
    const button = el("button", { type: "button", lang, title: LANGUAGES[lang], "aria-label": name, "aria-pressed": String(lang === spoken.now), text: lang.toUpperCase() });
    button.addEventListener("click", () => speak(lang));
    bar.append(button);
  }
  L.DomEvent.disableClickPropagation(bar);
  document.getElementById("tools").append(bar);
}

/* --- numbers and days as people write them in the language of now --------------------------- */

function withMarks(text) {
  const [whole, part] = text.split(".");
  const sign = whole.startsWith("-") ? "−" : "";
  const thousands = whole.replace("-", "").replace(/\B(?=(\d{3})+$)/g, word("number.thousands"));
  return sign + thousands + (part ? word("number.decimal") + part : "");
}

function count(value) {
  return withMarks(String(Math.round(value)));
}

/* Two significant figures unless asked otherwise. */
function figure(value, digits = 2) {
  if (!value) return "0";
  const rounded = Number(value.toPrecision(digits));
  return withMarks(rounded.toFixed(10).replace(/\.?0+$/, ""));
}

/* A rate below a thousandth is told as such (i18n.format_rate does the same). */
function rateFigure(value) {
  return value > 0 && value < 0.001 ? `< ${figure(0.001)}` : figure(value);
}

/* "2024-10-08" as 8 Oct 2024, 8 oct. 2024, 8 oktòb 2024. */
function dayText(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  return `${day} ${word("date.months").split("|")[month - 1]} ${year}`;
}
