/* The sheet of the narrow layout: three heights. */

import { app, panel } from "./dom.js";

/* --- the sheet of the narrow layout: three heights ---------------------------------------- */

const HEIGHTS = ["peek", "half", "full"];

export function setSheet(height) {
  app.dataset.sheet = height;
  panel.style.removeProperty("height");
}

export function sheetHandle(handle) {
  let start = null;
  handle.addEventListener("click", () => {
    if (start?.moved) return;
    setSheet(HEIGHTS[(HEIGHTS.indexOf(app.dataset.sheet) + 1) % HEIGHTS.length]);
  });
  handle.addEventListener("pointerdown", (event) => {
    start = { y: event.clientY, high: panel.offsetHeight, moved: false };
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (!start || !handle.hasPointerCapture(event.pointerId)) return;
    if (Math.abs(event.clientY - start.y) > 6) start.moved = true;
    if (start.moved) panel.style.height = `${Math.max(60, start.high + start.y - event.clientY)}px`;
  });
  handle.addEventListener("pointerup", () => {
    if (!start?.moved) return;
    const share = panel.offsetHeight / app.offsetHeight;
    setSheet(share < 0.28 ? "peek" : share < 0.7 ? "half" : "full");
  });
}
