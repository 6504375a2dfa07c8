/* The few helpers that make elements. Text only ever enters the page through textContent: nothing here parses
   HTML, so no word of a table can become a part of the page. */

const NS = "http://www.w3.org/2000/svg";
export const CALM = window.matchMedia("(prefers-reduced-motion: reduce)");
export const NARROW = window.matchMedia("(max-width: 899.98px)");
export const LOW = window.matchMedia("(max-height: 999.98px)");

/* el("p", {class: "x", dir: "auto"}, "text", child): attributes, then text or elements. */
export function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  return furnish(made, attributes, children);
}

export function svg(tag, attributes, ...children) {
  return furnish(document.createElementNS(NS, tag), attributes, children);
}

function furnish(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") made.textContent = value;
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) {
    if (child === null || child === undefined || child === "") continue;
    made.append(child);
  }
  return made;
}

/* A link is followed only if it is plain http or https (artimap/core/text.py says the same). */
export function safeLink(url) {
  return /^https?:\/\/[^\s"'<>`\\^{}|@]+(?:[/?#][^\s"'<>`\\^{}|]*)?$/i.test(url) ? url : "";
}

/* Every mark that opens something: a button to the mouse, the finger and the keyboard. */
export function makeButton(node, name, act) {
  node.setAttribute("tabindex", "0");
  node.setAttribute("role", "button");
  node.setAttribute("aria-label", name);
  node.addEventListener("click", (event) => {
    event.stopPropagation();
    act(node);
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    act(node);
  });
}

export const panel = document.getElementById("panel");
export const app = document.getElementById("app");
