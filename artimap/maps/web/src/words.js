/* Words of the interface, and numbers and days as people write them in the language of now. */

import { DATA } from "./data.js";

export function word(key) {
  return Object.hasOwn(DATA.words, key) ? DATA.words[key] : key;
}

export function fill(key, values) {
  return word(key).replace(/\{(\w+)\}/g, (all, name) => (Object.hasOwn(values, name) ? String(values[name]) : all));
}

export function upper(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function kmText(metres, digits = 1) {
  return withMarks((metres / 1000).toFixed(digits));
}

/* --- numbers and days as people write them in the language of now --------------------------- */

function withMarks(text) {
  const [whole, part] = text.split(".");
  const sign = whole.startsWith("-") ? "−" : "";
  const thousands = whole.replace("-", "").replace(/\B(?=(\d{3})+$)/g, word("number.thousands"));
  return sign + thousands + (part ? word("number.decimal") + part : "");
}

export function count(value) {
  return withMarks(String(Math.round(value)));
}

/* Two significant figures unless asked otherwise. */
export function figure(value, digits = 2) {
  if (!value) return "0";
  const rounded = Number(value.toPrecision(digits));
  return withMarks(rounded.toFixed(10).replace(/\.?0+$/, ""));
}

/* A rate below a thousandth is told as such (i18n.format_rate does the same). */
export function rateFigure(value) {
  return value > 0 && value < 0.001 ? `< ${figure(0.001)}` : figure(value);
}

/* "2024-10-08" as 8 Oct 2024, 8 oct. 2024, 8 oktòb 2024. */
export function dayText(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  return `${day} ${word("date.months").split("|")[month - 1]} ${year}`;
}
