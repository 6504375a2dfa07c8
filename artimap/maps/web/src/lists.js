/* Rows of lists: a picture, a few words, and the detail that they open. */

import { DATA } from "./data.js";
import { el } from "./dom.js";
import { swatch } from "./marks.js";
import { emit } from "./signals.js";
import { iconOfMap } from "./timeline.js";

export function icon(mark) {
  return swatch(mark.mark, mark.groups, mark.hollow);
}

export function itemButton(key, children) {
  const made = el("button", { type: "button", class: "row", "data-key": key }, ...children);
  made.addEventListener("click", () => emit("open", { keys: [key], key, from: made, fly: true }));
  return made;
}

export function line(tag, cls, text) {
  return text ? el(tag, { class: cls, dir: "auto", text }) : null;
}

/* A section of the briefing, the margin or the about page. */
export function sectionNode(section, level) {
  const made = el(
    "section",
    { class: section.name ? `block is-${section.name}` : "block" },
    el(level, { dir: "auto", text: section.heading }),
    line("p", "", section.text),
  );
  if (!section.items.length) return made;
  const list = el("ul", { class: "items" });
  for (const item of section.items) {
    const body = [
      line("span", "item-text", item.text),
      line("span", "item-note", item.note),
      line("span", "item-note item-more", item.more),
    ];
    const detail = item.detail && DATA.details[item.detail];
    list.append(
      el(
        "li",
        {},
        detail
          ? itemButton(item.detail, [icon(iconOfMap(detail)), el("span", { class: "row-body" }, ...body)])
          : el("div", { class: "plain-row" }, ...body),
      ),
    );
  }
  made.append(list);
  return made;
}

export function detailRow(key) {
  const detail = DATA.details[key];
  return el(
    "li",
    {},
    itemButton(key, [
      icon(detail.icon),
      el(
        "span",
        { class: "row-body" },
        line("span", "item-head", detail.where || detail.heading),
        line("span", "item-text", detail.sentence),
        line("span", "item-note", [detail.heading, detail.when].filter(Boolean).join(" · ")),
      ),
    ]),
  );
}

export function roadRow(key) {
  const detail = DATA.details[key];
  return [
    icon(detail.icon),
    el(
      "span",
      { class: "row-body" },
      line("span", "item-head", detail.where),
      line("span", "item-text", detail.sentence),
      line("span", "item-note", detail.heading),
    ),
  ];
}
