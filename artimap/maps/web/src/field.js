/* Very many events: one canvas below the roads. Seen from afar it is squares that count
   events, in a neutral ink; close by, where they no longer hide each other, it is the marks
   themselves. Which of the two it is, and what a square counts, stands beside the slider. */

import { layerNamed, TOKENS } from "./data.js";
import { el } from "./dom.js";
import { loaded } from "./events.js";
import { FONT } from "./labels.js";
import { map } from "./map.js";
import { BOX, shapeOf } from "./marks.js";
import { openRows, ROWS_AT_ONCE } from "./rows.js";
import { classEdges, classOf, markSize, piles } from "./scale.js";
import { on } from "./signals.js";
import { UNKNOWN } from "./store.js";

export const FIELD = { most: 2000, cell: 18, square: 9, pad: 0.15, inks: [0.16, 0.3, 0.46, 0.64, 0.84] };

class FieldCanvas {
  constructor(layer, events) {
    this.layer = layer;
    this.events = events;
    this.canvas = el("canvas", { class: "field leaflet-zoom-hide", "aria-hidden": "true" });
    this.pen = this.canvas.getContext("2d");
    this.sprites = new Map();
    this.tops = new Map();
    this.piles = [];
    this.squares = null;
    this.selected = new Set();
    this.asked = 0;
    this.heard = [];
    map.getPane(`artimap-${layer.name}`).append(this.canvas);
    map.on("zoomend viewreset moveend resize", () => this.draw());
    map.on("move", () => this.cover());
    events.onChange(({ why }) => {
      if (why === "filter") this.tops.clear();
      if (why !== "start") this.soon();
    });
    map.getContainer().addEventListener("click", (event) => this.click(event), true);
  }

  soon() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => this.draw());
  }

  /* While one drags: drawn anew only where the edge of what is drawn comes into sight. */
  cover() {
    if (!this.origin) return;
    const at = map.containerPointToLayerPoint([0, 0]).subtract(this.origin);
    if (at.x < 0 || at.y < 0 || at.x > 2 * this.padX || at.y > 2 * this.padY) this.soon();
  }

  draw() {
    cancelAnimationFrame(this.asked);
    this.asked = 0;
    if (!this.layer.shown) return;
    const size = map.getSize();
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    this.padX = Math.round(size.x * FIELD.pad);
    this.padY = Math.round(size.y * FIELD.pad);
    const [wide, high] = [size.x + 2 * this.padX, size.y + 2 * this.padY];
    if (this.canvas.width !== wide * ratio || this.canvas.height !== high * ratio) {
      this.canvas.width = wide * ratio;
      this.canvas.height = high * ratio;
      this.canvas.style.width = `${wide}px`;
      this.canvas.style.height = `${high}px`;
    }
    this.origin = map.containerPointToLayerPoint([-this.padX, -this.padY]);
    L.DomUtil.setPosition(this.canvas, this.origin);
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.pen.clearRect(0, 0, wide, high);
    const [x0, y0] = this.events.gridOf(-this.padX, -this.padY);
    const step = 1 / this.events.reach(1)[0];
    const [x1, y1] = [x0 + wide / step, y0 + high / step];
    this.window = { x0, y0, step };
    const near = this.events.store.within(x0, y0, x1, y1, FIELD.most);
    this.squares = near ? null : this.drawSquares(x0, y0, x1, y1, step);
    this.piles = near ? this.drawMarks(near, x0, y0, step) : [];
    for (const act of this.heard) act(this);
  }

  /* The greatest count of a square of this size over all days: it fixes the classes, so that
     a colour keeps its meaning while the days pass. */
  top(shift) {
    if (!this.tops.has(shift)) {
      const { store } = this.events;
      const { from, to } = store;
      store.setTime(0, store.days - 1);
      let most = 0;
      for (const count of store.bins(0, 0, 65535, 65535, shift).counts) if (count > most) most = count;
      store.setTime(from, to);
      this.tops.set(shift, most);
    }
    return this.tops.get(shift);
  }

  drawSquares(x0, y0, x1, y1, step) {
    const shift = Math.max(0, Math.ceil(Math.log2(FIELD.square / step)));
    const { store } = this.events;
    const share = (store.to - store.from + 1) / store.days;
    const edges = classEdges(Math.max(5, this.top(shift) * share));
    const { counts, columns, rows, column, row } = store.bins(x0, y0, x1, y1, shift);
    const side = 2 ** shift * step;
    const paths = edges.map(() => new Path2D());
    const gap = side > 8 ? 0.8 : 0;
    for (let r = 0; r < rows; r += 1) {
      for (let c = 0; c < columns; c += 1) {
        const count = counts[r * columns + c];
        if (!count) continue;
        paths[classOf(count, edges)].rect(
          ((column + c) * 2 ** shift - x0) * step,
          ((row + r) * 2 ** shift - y0) * step,
          side - gap,
          side - gap,
        );
      }
    }
    const first = FIELD.inks.length - edges.length;
    this.pen.fillStyle = TOKENS.ink;
    paths.forEach((path, k) => {
      this.pen.globalAlpha = FIELD.inks[first + k];
      this.pen.fill(path);
    });
    this.pen.globalAlpha = 1;
    return { edges, shift, side, first };
  }

  drawMarks(near, x0, y0, step) {
    const { store } = this.events;
    const points = near.map((i) => ({
      x: (store.x[i] + 0.5) * step,
      y: (store.y[i] + 0.5) * step,
      size: markSize(store.harm[i]),
      i,
    }));
    const found = piles(points, FIELD.cell).sort((a, b) => a.y - b.y || a.x - b.x);
    for (const pile of found) {
      pile.x -= x0 * step;
      pile.y -= y0 * step;
      const sprite = this.sprite(store.kind[pile.i], pile.size, store.harm[pile.i] === UNKNOWN);
      this.pen.drawImage(sprite, pile.x - sprite.half, pile.y - sprite.half, 2 * sprite.half, 2 * sprite.half);
      if (pile.members.some((i) => this.selected.has(i))) this.ring(pile);
    }
    for (const pile of found) if (pile.members.length > 1) this.badge(pile);
    return found;
  }

  ring({ x, y, size }) {
    this.pen.strokeStyle = TOKENS.focus;
    this.pen.lineWidth = 2.5;
    this.pen.beginPath();
    this.pen.arc(x, y, size / 2 + 5, 0, 2 * Math.PI);
    this.pen.stroke();
  }

  badge({ x, y, size, members }) {
    const text = String(members.length);
    const wide = 8 + 6.2 * text.length;
    const [cx, cy] = [x + size * 0.375 + wide / 2 - 2, y + size * 0.375 + 1];
    const { pen } = this;
    pen.beginPath();
    pen.roundRect(cx - wide / 2, cy - 7, wide, 14, 7);
    pen.fillStyle = TOKENS.ink;
    pen.strokeStyle = TOKENS.paper;
    pen.lineWidth = 1.6;
    pen.fill();
    pen.stroke();
    pen.fillStyle = TOKENS.paper;
    pen.font = `600 10px ${FONT}`;
    pen.textAlign = "center";
    pen.fillText(text, cx, cy + 3.6);
  }

  /* A mark drawn once, as glyph() draws it. */
  sprite(kind, size, hollow) {
    const key = `${kind}/${size}/${hollow}`;
    if (this.sprites.has(key)) return this.sprites.get(key);
    const shape = shapeOf(this.events.kinds[kind]);
    const half = Math.ceil(size / 2) + 4;
    const made = el("canvas", { width: 4 * half, height: 4 * half });
    made.half = half;
    const pen = made.getContext("2d");
    const scale = size / BOX;
    const empty = hollow || shape.open;
    const path = new Path2D(shape.path);
    pen.setTransform(2 * scale, 0, 0, 2 * scale, 2 * half, 2 * half);
    pen.lineJoin = "round";
    pen.lineCap = "round";
    const stroke = (one, colour, wide) => {
      pen.strokeStyle = colour;
      pen.lineWidth = wide / scale;
      pen.stroke(one);
    };
    stroke(path, TOKENS.paper, 4.5);
    pen.fillStyle = empty ? TOKENS.paper : TOKENS.ink;
    pen.fill(path);
    stroke(path, TOKENS.ink, 1.6);
    if (shape.inner) stroke(new Path2D(shape.inner), empty ? TOKENS.ink : TOKENS.paper, 1.7);
    this.sprites.set(key, made);
    return made;
  }

  /* The rows under a spot of the window: those of a mark, or the newest of a square. */
  at(x, y) {
    const [px, py] = [x + this.padX, y + this.padY];
    if (!this.squares) {
      let best = null;
      for (const pile of this.piles) {
        const away = Math.hypot(pile.x - px, pile.y - py);
        if (away <= Math.max(pile.size / 2 + 4, 14) && (!best || away < best.away)) best = { away, pile };
      }
      const rows = best ? this.events.store.byNewest(best.pile.members) : [];
      return { total: rows.length, rows };
    }
    const { shift } = this.squares;
    const { x0, y0, step } = this.window;
    const [c, r] = [(x0 + px / step) >> shift, (y0 + py / step) >> shift];
    return this.events.store.newest(
      c << shift,
      r << shift,
      ((c + 1) << shift) - 1,
      ((r + 1) << shift) - 1,
      ROWS_AT_ONCE,
    );
  }

  /* Marks lie above zones and areas, though the click lands on these first. Squares do not:
     where there is a zone, it opens. */
  click(event) {
    if (!this.layer.shown || map.dragging.moved() || event.target.closest(".leaflet-control, .mark, button, a")) return;
    const pane = event.target.closest(".leaflet-pane[class*='artimap-']");
    const order = pane ? Number(pane.style.zIndex) : 0;
    if (order > Number(map.getPane(`artimap-${this.layer.name}`).style.zIndex)) return;
    if (this.squares && event.target.closest(".leaflet-interactive")) return;
    const { x, y } = map.mouseEventToContainerPoint(event);
    const found = this.at(x, y);
    if (!found.rows.length) return;
    event.stopImmediatePropagation();
    openRows(found, null);
  }
}

export let field = null;

export function startField() {
  const layer = layerNamed("field")[0];
  if (!layer || !loaded.events || loaded.events.listed) return;
  field = new FieldCanvas(layer, loaded.events);
  field.draw();
  on("open", ({ keys }) => {
    field.selected = new Set((keys || []).filter((key) => key.startsWith("row:")).map((key) => Number(key.slice(4))));
    field.soon();
  });
  on("open", ({ keys }) => {
    const spot = (keys || []).find((key) => key.startsWith("spot:"));
    if (spot) openRows(loaded.events.store.inSpot(Number(spot.slice(5)), ROWS_AT_ONCE), null);
  });
}
