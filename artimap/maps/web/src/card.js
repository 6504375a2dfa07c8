/* The card that opens for a mark, a row of a list or a table. */

import { DATA } from "./data.js";
import { app, CALM, el, NARROW, safeLink } from "./dom.js";
import { newestFirst } from "./events.js";
import { targets } from "./layers.js";
import { detailRow, icon, line } from "./lists.js";
import { map } from "./map.js";
import { select, showBeacon } from "./selection.js";
import { setSheet } from "./sheet.js";
import { on } from "./signals.js";
import { view } from "./view.js";
import { fill, word } from "./words.js";

/* --- the card ------------------------------------------------------------------------- */

function statementNode(said) {
  const who = el(
    "p",
    { class: "who" },
    el("bdi", { class: "name", text: said.who }),
    el("span", { class: "party", text: said.party }),
  );
  const days = [said.day, said.confirmed && fill("confirmed", { day: said.confirmed })].filter(Boolean).join(" · ");
  const link = safeLink(said.url);
  const source = link
    ? el("a", {
        href: link,
        target: "_blank",
        rel: "noopener noreferrer",
        class: "source",
        dir: "auto",
        text: said.source,
      })
    : el("bdi", { class: "source", text: said.source });
  return el(
    "li",
    {},
    line("p", "said", said.text),
    who,
    el("p", { class: "meta" }, el("span", { text: `${days} · ` }), source),
  );
}

function factsNode(facts) {
  const list = el("dl", { class: "facts" });
  for (const fact of facts)
    list.append(el("dt", { dir: "auto", text: fact.label }), el("dd", { dir: "auto", text: fact.text }));
  return list;
}

function detailNode(detail) {
  const place = [detail.where, detail.when].filter(Boolean).join(" · ");
  const made = [
    el("p", { class: "card-kind" }, icon(detail.icon), el("span", { dir: "auto", text: detail.heading })),
    el("h2", { class: "card-sentence", dir: "auto", tabindex: "-1", text: detail.sentence }),
    line("p", "card-place", place),
    detail.facts.length ? factsNode(detail.facts) : null,
    detail.precision ? el("p", { class: "precision", dir: "auto", text: detail.precision }) : null,
  ];
  if (detail.statements.length) {
    made.push(
      el("h3", { text: fill("said_by", { n: detail.statements.length }) }),
      el("ol", { class: "statements" }, ...detail.statements.map(statementNode)),
    );
  }
  const links = detail.links.filter((key) => DATA.details[key]);
  if (links.length)
    made.push(el("h3", { text: word("behind") }), el("ul", { class: "items" }, ...links.map(detailRow)));
  return made.filter(Boolean);
}

function manyNode(keys) {
  return [
    el("h2", { class: "card-sentence", tabindex: "-1", text: fill("many", { n: keys.length }) }),
    el("ul", { class: "items" }, ...keys.map(detailRow)),
  ];
}

function cardNodes(keys) {
  return keys.length === 1 ? detailNode(DATA.details[keys[0]]) : manyNode(keys);
}

/* What is open, told anew below its buttons: the focus stays where it was, unless it stood in what is gone. */
function redrawCard() {
  if (!view.last || view.card.hidden) return;
  const bar = view.card.querySelector(".card-bar");
  const lost = view.card.contains(document.activeElement) && !bar.contains(document.activeElement);
  while (bar.nextSibling) bar.nextSibling.remove();
  view.card.append(...cardNodes(view.last.keys));
  if (lost) view.card.querySelector("h2").focus({ preventScroll: true });
}

on("rates", () => {
  if (view.last?.keys.some((key) => key.startsWith("stretch:"))) redrawCard();
});

on("posts", () => {
  if (!view.last?.keys.some((key) => key.startsWith("post:"))) return;
  view.last.keys = view.last.keys.filter((key) => DATA.details[key]);
  if (view.last.keys.length) redrawCard();
  else closeCard(false);
});

export function openCard({ keys, from, fly, quiet }) {
  const found = newestFirst(keys.filter((key) => DATA.details[key]));
  if (!found.length) return;
  const inside = view.card.contains(from);
  if (!inside) view.from = from || null;
  const back = inside ? view.last : null;
  const close = el(
    "button",
    { type: "button", class: "close", "aria-label": word("close") },
    el("span", { "aria-hidden": "true", text: "×" }),
  );
  close.addEventListener("click", () => closeCard(true));
  const bar = el("div", { class: "card-bar" });
  if (back) {
    const again = el("button", { type: "button", class: "back", text: word("back") });
    again.addEventListener("click", () => openCard({ ...back, fly: false }));
    bar.append(again);
  }
  bar.append(close);
  view.card.replaceChildren(bar, ...cardNodes(found));
  view.last = { keys: found, from: view.from };
  view.card.hidden = false;
  view.body.hidden = true;
  view.card.scrollTop = 0;
  if (NARROW.matches && app.dataset.sheet === "peek") setSheet("half");
  select(found[0]);
  showBeacon(null);
  if (fly) flyTo(found[0]);
  else if (!quiet) uncover(found[0]);
  view.card.querySelector("h2").focus({ preventScroll: true });
}

export function closeCard(giveBack) {
  if (!view.card || view.card.hidden) return;
  view.card.hidden = true;
  view.body.hidden = false;
  view.last = null;
  select(null);
  showBeacon(null);
  if (giveBack && view.from?.isConnected) view.from.focus({ preventScroll: true });
  else if (giveBack) view.tabs.get(view.current).focus({ preventScroll: true });
}

function flyTo(key) {
  const target = targets.get(key);
  if (!target) return;
  const sheet = NARROW.matches && app.dataset.sheet === "half" ? app.offsetHeight * 0.48 : 0;
  const options = {
    animate: !CALM.matches,
    maxZoom: Math.max(map.getZoom(), 11),
    paddingTopLeft: [40, 90],
    paddingBottomRight: [40, 40 + sheet],
  };
  const view2 = map.getBounds();
  if (!sheet && view2.contains(target.bounds) && map.getZoom() >= 10) return;
  map.fitBounds(target.bounds, options);
}

/* On a phone the sheet must not hide the mark that opened it. */
function uncover(key) {
  const target = targets.get(key);
  if (!target || !NARROW.matches || app.dataset.sheet !== "half") return;
  const padding = { paddingTopLeft: [40, 90], paddingBottomRight: [40, app.offsetHeight * 0.48 + 40] };
  map.panInside(target.bounds.getCenter(), { ...padding, animate: !CALM.matches });
}
