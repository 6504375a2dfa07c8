/* The page in another language: what differs is unpacked when it is first asked for, put
   into the data in place, and everything that shows words is made anew. */

import { openCard } from "./card.js";
import { mapButtons } from "./controls.js";
import { DATA, language, OPENING_LANGUAGE } from "./data.js";
import { el } from "./dom.js";
import { renameMarks } from "./layers.js";
import { layout } from "./layout.js";
import { estimateNote } from "./legend.js";
import { map } from "./map.js";
import { patch, unpack } from "./packed.js";
import { rebuildPanel } from "./panel.js";
import { emit } from "./signals.js";
import { tilesNote } from "./tiles.js";
import { overTime, posts, rates, zones } from "./timeline.js";
import { view } from "./view.js";
import { word } from "./words.js";

const openLanguages = new Map();

async function switchLanguage(lang) {
  if (lang === language.now) return;
  if (lang !== OPENING_LANGUAGE && !openLanguages.has(lang))
    openLanguages.set(lang, await unpack(DATA.languages[lang]));
  for (const one of overTime) await one.translate(lang);
  for (const one of overTime) one.restore();
  if (language.undo) patch(DATA, language.undo);
  language.undo = lang === OPENING_LANGUAGE ? null : patch(DATA, openLanguages.get(lang));
  language.now = lang;
  zones.putDetails();
  posts.follow();
  redrawWords();
  rates.follow();
}

/* Everything with words in it, in the language of now. */
function redrawWords() {
  const open = view.last && !view.card.hidden ? { ...view.last, fly: false } : null;
  const legendOpen = document.getElementById("legend").open;
  document.documentElement.lang = language.now;
  document.title = DATA.title[0];
  for (const [n, one] of ["h1", ".sub", ".marking"].entries()) {
    document.querySelector(`#title ${one}`).textContent = DATA.title[n];
  }
  document.querySelector(".skip").textContent = word("skip");
  document.getElementById("stage").setAttribute("aria-label", word("map"));
  map.getContainer().setAttribute("aria-label", word("map_keys"));
  rebuildPanel();
  document.getElementById("legend").open = legendOpen;
  for (const node of document.querySelectorAll(".zoom, .north, .inset")) node.remove();
  mapButtons();
  renameMarks();
  estimateNote();
  tilesNote();
  layout();
  if (open) openCard(open);
  for (const button of document.querySelectorAll(".languages button")) {
    button.setAttribute("aria-pressed", String(button.lang === language.now));
  }
  document.querySelector(".languages").setAttribute("aria-label", word("language"));
  emit("language", language.now);
}

export function languageButtons() {
  const others = Object.keys(DATA.languages || {});
  if (!others.length || typeof DecompressionStream === "undefined") return;
  const bar = el("div", { class: "languages", role: "group", "aria-label": word("language") });
  for (const [lang, own] of Object.entries(DATA.language_names)) {
    const name = `${lang.toUpperCase()}: ${own}`;
    const button = el("button", {
      type: "button",
      lang,
      title: own,
      "aria-label": name,
      "aria-pressed": String(lang === language.now),
      text: lang.toUpperCase(),
    });
    button.addEventListener("click", () => switchLanguage(lang));
    bar.append(button);
  }
  L.DomEvent.disableClickPropagation(bar);
  document.getElementById("tools").append(bar);
}
