/* The days: a slider with a beginning and an end, a histogram above it that is a brush, and
   play. It shows what falls into the days; it never turns the state of zones into that of another
   day, and says so. Rates, posts and zones follow its last day where the page holds them (timeline.js). */

import { DATA, TOKENS } from "./data.js";
import { CALM, el, NARROW, panel, svg } from "./dom.js";
import { loaded } from "./events.js";
import { FIELD, field } from "./field.js";
import { map } from "./map.js";
import { on } from "./signals.js";
import { daysInWords, earlierInWords } from "./timeline.js";
import { count, dayText, figure, fill, upper, word } from "./words.js";

const STEPS = { bars: 120, tick: 120, still: 1000, play: 100 };

class TimeBar {
  constructor(events) {
    this.events = events;
    this.timer = 0;
    this.size = [0, 0];
    this.build();
    events.onChange((state) => this.show(state));
    // the size comes with the layout that the browser makes anyway; asking for it would make one more
    new ResizeObserver(([{ contentRect: box }]) => {
      this.size = [Math.round(box.width), Math.round(box.height)];
      this.bars();
    }).observe(this.plot);
    on("language", () => this.rename());
    for (const name of ["rates", "posts", "earlier"]) on(name, () => this.tellState());
    NARROW.addEventListener("change", () => {
      makeRoomForTime();
      this.settle();
    });
    if (field) field.heard.push(() => this.key());
    this.settle();
  }

  build() {
    const range = (cls) =>
      el("input", { type: "range", class: `days ${cls}`, min: 0, max: this.events.time.days - 1, step: 1 });
    this.from = range("days-from");
    this.to = range("days-to");
    this.plot = el("canvas", { class: "bars", "aria-hidden": "true" });
    this.play = el("button", { type: "button", class: "play" });
    this.all = el("button", { type: "button", class: "all-days" });
    this.says = el("p", { class: "time-count", dir: "auto" });
    this.state = el("p", { class: "time-state", dir: "auto" });
    this.legend = el("p", { class: "time-key", dir: "auto" });
    const rail = el("div", { class: "rail" }, this.plot, el("div", { class: "sliders" }, this.from, this.to));
    this.bar = el(
      "section",
      { class: "timebar", id: "timebar" },
      this.legend,
      el("div", { class: "time-words" }, this.says, this.state),
      this.play,
      rail,
      this.all,
    );
    this.from.addEventListener("input", () =>
      this.set(Math.min(Number(this.from.value), this.events.time.to), this.events.time.to),
    );
    this.to.addEventListener("input", () =>
      this.set(this.events.time.from, Math.max(Number(this.to.value), this.events.time.from)),
    );
    for (const slider of [this.from, this.to]) slider.addEventListener("keydown", (event) => this.key10(event, slider));
    this.play.addEventListener("click", () => (this.timer ? this.stop() : this.start()));
    this.all.addEventListener("click", () => this.set(0, this.events.time.days - 1));
    this.brush();
    L.DomEvent.disableClickPropagation(this.bar);
    L.DomEvent.disableScrollPropagation(this.bar);
  }

  /* On a wide page along the bottom of the map; on a narrow one in the sheet, above its pages. */
  settle() {
    this.stand();
    this.rename();
  }

  /* Last of what stands on the map, or first in the sheet: also after a change of language has made either anew. */
  stand() {
    const stage = document.getElementById("stage"),
      tabs = panel.querySelector(".tabs");
    if (!NARROW.matches && stage.lastElementChild !== this.bar) stage.append(this.bar);
    if (NARROW.matches && tabs.nextElementSibling !== this.bar) tabs.after(this.bar);
  }

  rename() {
    this.stand();
    this.bar.setAttribute("aria-label", word("time"));
    this.from.setAttribute("aria-label", word("time_from"));
    this.to.setAttribute("aria-label", word("time_to"));
    this.all.textContent = word("time_all");
    this.plot.title = word("time_bars");
    this.show(this.events.state("language"));
    this.key();
  }

  /* A person's hand stops the play. */
  set(from, to) {
    this.stop();
    this.events.setTime(from, to);
  }

  /* PageUp and PageDown move by a thirtieth; arrows, Home and End are the slider's own. */
  key10(event, slider) {
    const way = { PageUp: 1, PageDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    slider.value = String(Number(slider.value) + way * Math.max(1, Math.round(this.events.time.days / 30)));
    slider.dispatchEvent(new Event("input"));
  }

  show(state) {
    const { from, to, days, first, last } = state.time;
    this.from.value = String(from);
    this.to.value = String(to);
    this.from.setAttribute("aria-valuetext", dayText(first));
    this.to.setAttribute("aria-valuetext", dayText(last));
    // of two thumbs at one place, the one that can still move lies on top
    this.from.classList.toggle("on-top", from > days / 2);
    this.says.textContent = fill("time_count", { n: count(state.total), a: dayText(first), b: dayText(last) });
    const whole = from === 0 && to === days - 1;
    this.tellState();
    this.all.disabled = whole;
    this.playing();
    if (state.why === "filter" || state.why === "start") this.heights = null;
    this.bars();
  }

  /* Of which day what does not follow the days is, and of which rates and posts are that do. */
  tellState() {
    const { last } = this.events.time;
    const asOf = DATA.meta.as_of;
    const dated = DATA.layers.some(
      (one) => /^(zones|checkpoints|corridor)/.test(one.name) && one.features.some((feature) => feature.details),
    );
    const values = { day: dayText(asOf), to: dayText(last) };
    const earlier = earlierInWords();
    const rest = daysInWords()
      .filter(([day]) => day === asOf)
      .map(([, what]) => fill("time_state_rest", { ...values, what: upper(what) }));
    this.state.hidden = !dated;
    this.state.textContent = earlier.length
      ? [...earlier, ...rest].join(" ")
      : fill(last >= asOf ? "time_state" : "time_state_part", values);
    this.state.classList.toggle("is-part", last < asOf);
  }

  playing() {
    this.play.textContent = this.timer ? "■" : "▶";
    this.play.setAttribute("aria-label", word(this.timer ? "time_stop" : "time_play"));
  }

  /* What the canvas shows now: squares and their classes, or marks. */
  key() {
    this.legend.replaceChildren();
    this.legend.hidden = !field;
    if (!field) return;
    if (!field.squares) {
      this.legend.append(word("marks_each"));
      return;
    }
    const { edges, first, shift } = field.squares;
    const km = kmOf(shift);
    const size = km < 1 ? `${figure(km * 1000)} m` : `${figure(km)} km`;
    this.legend.append(el("span", { text: fill("squares", { size }) }));
    edges.forEach((edge, k) => {
      const next = edges[k + 1];
      const text =
        next === undefined ? `≥ ${count(edge)}` : next - 1 === edge ? count(edge) : `${count(edge)}–${count(next - 1)}`;
      const box = svg(
        "svg",
        { width: 14, height: 14, "aria-hidden": "true" },
        svg("rect", { width: 14, height: 14, fill: TOKENS.ink, "fill-opacity": FIELD.inks[first + k] }),
      );
      this.legend.append(el("span", { class: "step" }, box, text));
    });
  }

  bars() {
    const [wide, high] = this.size;
    if (!wide || !high) return;
    const ratio = window.devicePixelRatio || 1;
    if (this.plot.width !== Math.round(wide * ratio)) {
      this.plot.width = Math.round(wide * ratio);
      this.plot.height = Math.round(high * ratio);
      this.heights = null;
    }
    const { from, to, days } = this.events.time;
    const bins = Math.max(1, Math.min(STEPS.bars, days, Math.floor(wide / 4)));
    if (!this.heights) this.heights = this.events.histogram(bins);
    const most = Math.max(1, ...this.heights);
    const pen = this.plot.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, wide, high);
    const [a, b] = [(from / days) * wide, ((to + 1) / days) * wide];
    pen.fillStyle = TOKENS.paper;
    pen.fillRect(a, 0, b - a, high);
    this.heights.forEach((n, k) => {
      if (!n) return;
      const [x0, x1] = [(k * wide) / bins, ((k + 1) * wide) / bins];
      const top = Math.max(1.5, (n / most) * (high - 2));
      pen.fillStyle = TOKENS.rule;
      pen.fillRect(x0, high - top, x1 - x0 - 0.7, top);
      pen.fillStyle = TOKENS.ink_2;
      const [c, d] = [Math.max(x0, a), Math.min(x1 - 0.7, b)];
      if (d > c) pen.fillRect(c, high - top, d - c, top);
    });
  }

  /* Drag over the bars: outside the chosen days draws new ones, inside moves them. */
  brush() {
    let drag = null;
    const dayAt = (event) => {
      const box = this.plot.getBoundingClientRect();
      const { days } = this.events.time;
      return Math.max(0, Math.min(days - 1, Math.floor(((event.clientX - box.x) / box.width) * days)));
    };
    this.plot.addEventListener("pointerdown", (event) => {
      const { from, to, days } = this.events.time;
      const day = dayAt(event);
      const moves = day >= from && day <= to && to - from < days - 1;
      drag = { day, from, to, moves };
      this.plot.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    this.plot.addEventListener("pointermove", (event) => {
      if (!drag) return;
      const day = dayAt(event);
      if (day === drag.day && !drag.begun) return;
      drag.begun = true;
      if (!drag.moves) this.set(Math.min(day, drag.day), Math.max(day, drag.day));
      else {
        const { days } = this.events.time;
        const by = Math.max(-drag.from, Math.min(days - 1 - drag.to, day - drag.day));
        this.set(drag.from + by, drag.to + by);
      }
    });
    for (const end of ["pointerup", "pointercancel"]) this.plot.addEventListener(end, () => (drag = null));
  }

  /* From all days: the end runs from the first day to the last. From some: these days run. */
  start() {
    const { from, to, days } = this.events.time;
    const length = to - from;
    const fresh = to === days - 1;
    const growing = from === 0 && fresh;
    // who asked for less motion gets steps with time to look, not a film
    const steps = CALM.matches ? 24 : STEPS.play;
    const step = Math.max(1, Math.round((days - (growing ? 0 : length)) / steps));
    let end = fresh ? (growing ? 0 : length) : to;
    const go = () => {
      end = Math.min(days - 1, end + step);
      this.events.setTime(growing ? 0 : end - length, end);
      if (end === days - 1) this.stop();
    };
    this.timer = setInterval(go, CALM.matches ? STEPS.still : STEPS.tick);
    go();
    this.playing();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    this.playing();
  }
}

/* Kilometres across 2^shift steps of the grid, in the middle of the window. */
function kmOf(shift) {
  const [west, , east] = loaded.events.meta.box;
  return (2 ** shift / 65536) * (east - west) * 40075 * Math.cos((map.getCenter().lat * Math.PI) / 180);
}

/* On a wide page the map ends where the slider begins: nothing lies hidden below it. */
export function makeRoomForTime() {
  const has = Boolean(DATA.events?.n) && !NARROW.matches;
  document.getElementById("stage").classList.toggle("has-time", has);
  map.invalidateSize({ animate: false });
}

export function startTime() {
  if (loaded.events?.count) new TimeBar(loaded.events);
}
