/* All events as columns: what passes filter and days, how many, where, and which one is near
   a spot. Rows with a mark come first, along the Z-shaped curve; the others have no spot.
   Days are whole days from the first one. Nothing here touches the document. */

import { cellAt, gridFrom } from "./decode.js";

export const UNKNOWN = 65535;

export class EventStore {
  /* meta: {n, marks, kinds, days}; columns: see field.py. */
  constructor(meta, columns) {
    const { n, marks } = meta;
    Object.assign(this, { n, marks, kinds: meta.kinds.length, days: meta.days });
    const { x, y, starts } = gridFrom(columns.place || new Uint32Array(0));
    Object.assign(this, { x, y, starts });
    this.kind = columns.kind;
    this.day = columns.day;
    this.span = columns.span || null;
    this.harm = columns.harm;
    this.groups = columns.groups || null;
    this.certainty = columns.certainty || null;
    this.precision = columns.precision || null;
    this.spot = columns.spot || null;
    this.sources = meta.sources || null;
    this.only = null; // rows that may pass whatever the filter says, where not all may
    this.keep = new Uint8Array(n).fill(1);
    this.filtered = false;
    this.from = 0;
    this.to = meta.days - 1;
    this.tally();
  }

  /* {kinds, groups, certainty, precision, sources}: arrays of codes; a missing one lets all pass. */
  setFilter(spec) {
    const { keep, n, kind } = this;
    const byKind = allowed(spec.kinds, 256);
    keep.fill(1);
    this.filtered = [spec.kinds, spec.certainty, spec.precision, spec.groups, spec.sources].some(Boolean);
    if (spec.kinds) for (let i = 0; i < n; i += 1) keep[i] = byKind[kind[i]];
    this.#only(this.certainty, spec.certainty);
    this.#only(this.precision, spec.precision);
    if (spec.groups && this.groups) {
      const bits = spec.groups.reduce((all, bit) => all | (1 << bit), 0);
      for (let i = 0; i < n; i += 1) if (!(this.groups[i] & bits)) keep[i] = 0;
    }
    if (spec.sources && this.sources) {
      const wanted = new Set(spec.sources);
      for (let i = 0; i < n; i += 1) if (!this.sources[i].some((one) => wanted.has(one))) keep[i] = 0;
    }
    if (this.only) for (let i = 0; i < n; i += 1) if (!this.only[i]) keep[i] = 0;
    this.filtered ||= Boolean(this.only);
    this.tally();
  }

  #only(column, codes) {
    if (!codes || !column) return;
    const table = allowed(codes, 256);
    for (let i = 0; i < this.n; i += 1) if (!table[column[i]]) this.keep[i] = 0;
  }

  /* How many of each kind begin, and end, on or before each day: what makes counting in a
     window of days free of the number of events. */
  tally() {
    const { n, days, kinds, keep, kind, day, span } = this;
    const wide = days + 1;
    const begun = new Uint32Array(kinds * wide);
    const ended = span ? new Uint32Array(kinds * wide) : begun;
    for (let i = 0; i < n; i += 1) {
      const at = kind[i] * wide + day[i] + 1;
      begun[at] += keep[i];
      if (span) ended[Math.min(at + span[i], kind[i] * wide + days)] += keep[i];
    }
    for (const table of span ? [begun, ended] : [begun]) {
      for (let k = 0; k < kinds; k += 1) {
        for (let at = k * wide + 1, sum = 0; at < (k + 1) * wide; at += 1) {
          sum += table[at];
          table[at] = sum;
        }
      }
    }
    this.begun = begun;
    this.ended = ended;
  }

  setTime(from, to) {
    this.from = Math.max(0, Math.min(from, this.days - 1));
    this.to = Math.max(this.from, Math.min(to, this.days - 1));
  }

  passes(i) {
    if (!this.keep[i] || this.day[i] > this.to) return false;
    return this.day[i] + (this.span ? this.span[i] : 0) >= this.from;
  }

  /* Events of each kind that pass filter and days. */
  counts() {
    const wide = this.days + 1;
    return Array.from(
      { length: this.kinds },
      (_, k) => this.begun[k * wide + this.to + 1] - this.ended[k * wide + this.from],
    );
  }

  /* How many rows have each code of a column, whatever passes: a Map. */
  codes(name) {
    const sums = new Uint32Array(256);
    if (this[name]) for (let i = 0; i < this.n; i += 1) sums[this[name][i]] += 1;
    return filled(sums);
  }

  /* The same for a column of which each bit is a code. */
  bits(name) {
    const sums = new Uint32Array(8);
    for (const [value, n] of this.codes(name))
      for (let bit = 0; bit < 8; bit += 1) if (value & (1 << bit)) sums[bit] += n;
    return filled(sums);
  }

  /* The same for the sources, of which a row may have several. */
  codesOfLists() {
    const sums = new Map();
    for (const list of this.sources || []) for (const code of list) sums.set(code, (sums.get(code) || 0) + 1);
    return sums;
  }

  /* Events that begin in each of `bins` equal pieces of all the days; the filter counts, the days do not. */
  histogram(bins) {
    const wide = this.days + 1;
    const edges = Array.from({ length: bins + 1 }, (_, b) => Math.round((b * this.days) / bins));
    return edges.slice(1).map((edge, b) => {
      let sum = 0;
      for (let k = 0; k < this.kinds; k += 1) sum += this.begun[k * wide + edge] - this.begun[k * wide + edges[b]];
      return sum;
    });
  }

  /* Calls act(first, last) with runs of marks that may lie in a window of the grid. */
  runs(x0, y0, x1, y1, act) {
    const [a, b, c, d] = [x0 >> 8, y0 >> 8, x1 >> 8, y1 >> 8].map((v) => Math.max(0, Math.min(255, v)));
    if (x1 < 0 || y1 < 0 || x0 > 65535 || y0 > 65535) return;
    if (a === 0 && b === 0 && c === 255 && d === 255) {
      act(0, this.marks);
      return;
    }
    for (let cy = b; cy <= d; cy += 1) {
      for (let cx = a; cx <= c; cx += 1) {
        const cell = cellAt(cx, cy);
        if (this.starts[cell] < this.starts[cell + 1]) act(this.starts[cell], this.starts[cell + 1]);
      }
    }
  }

  /* Marks in a window that pass, up to `most` of them; null where there are more. */
  within(x0, y0, x1, y1, most) {
    const found = [];
    let more = false;
    this.runs(x0, y0, x1, y1, (first, last) => {
      for (let i = first; i < last && !more; i += 1) {
        const [px, py] = [this.x[i], this.y[i]];
        if (px < x0 || px > x1 || py < y0 || py > y1 || !this.passes(i)) continue;
        if (found.length === most) more = true;
        else found.push(i);
      }
    });
    return more ? null : found;
  }

  /* How many pass in a window, and the newest of them, newest first. */
  newest(x0, y0, x1, y1, most) {
    const byDay = new Uint32Array(this.days);
    const { x, y, day } = this;
    const each = (act) =>
      this.runs(x0, y0, x1, y1, (first, last) => {
        for (let i = first; i < last; i += 1) {
          if (x[i] >= x0 && x[i] <= x1 && y[i] >= y0 && y[i] <= y1 && this.passes(i)) act(i);
        }
      });
    let total = 0;
    each((i) => {
      byDay[day[i]] += 1;
      total += 1;
    });
    let since = this.days;
    for (let sum = 0; since > 0 && sum < most; ) {
      since -= 1;
      sum += byDay[since];
    }
    const rows = [];
    each((i) => {
      if (day[i] >= since) rows.push(i);
    });
    return { total, rows: this.byNewest(rows).slice(0, most) };
  }

  byNewest(rows) {
    return [...rows].sort((a, b) => this.day[b] - this.day[a] || a - b);
  }

  /* How many pass in each square of 2^shift grid steps, for the squares that touch a window. */
  bins(x0, y0, x1, y1, shift) {
    const side = 65535 >> shift;
    const [c0, r0, c1, r1] = [x0, y0, x1, y1].map((v) => Math.max(0, Math.min(side, v >> shift)));
    const columns = c1 - c0 + 1;
    const rows = r1 - r0 + 1;
    const counts = new Uint32Array(columns * rows);
    const found = { counts, columns, rows, column: c0, row: r0, shift };
    const { x, y, keep, day, span, from, to } = this;
    if (shift >= 8 && !this.filtered && from === 0 && to === this.days - 1) {
      // all pass, and a square of whole cells is one run along the curve: nothing need be counted
      const cells = 4 ** (shift - 8);
      for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1) {
          const first = cellAt((c0 + column) << (shift - 8), (r0 + row) << (shift - 8));
          counts[row * columns + column] = this.starts[first + cells] - this.starts[first];
        }
      }
      return found;
    }
    const width = to - from;
    this.runs(c0 << shift, r0 << shift, ((c1 + 1) << shift) - 1, ((r1 + 1) << shift) - 1, (first, last) => {
      for (let i = first; i < last; i += 1) {
        if (span ? day[i] > to || day[i] + span[i] < from : (day[i] - from) >>> 0 > width) continue;
        const column = (x[i] >> shift) - c0;
        const row = (y[i] >> shift) - r0;
        if (column >= 0 && row >= 0 && column < columns && row < rows) counts[row * columns + column] += keep[i];
      }
    });
    return found;
  }

  /* The marks that pass within rx, ry grid steps of a spot, nearest first. */
  pick(px, py, rx, ry) {
    const found = [];
    this.runs(px - rx, py - ry, px + rx, py + ry, (first, last) => {
      for (let i = first; i < last; i += 1) {
        const away = ((this.x[i] - px) / rx) ** 2 + ((this.y[i] - py) / ry) ** 2;
        if (away <= 1 && this.passes(i)) found.push([away, i]);
      }
    });
    return found.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((one) => one[1]);
  }

  /* The rows without a mark that pass and lie in one area or stretch, newest first. */
  inSpot(spot, most) {
    const rows = [];
    for (let i = this.marks; this.spot && i < this.n; i += 1)
      if (this.spot[i - this.marks] === spot && this.passes(i)) rows.push(i);
    return { total: rows.length, rows: this.byNewest(rows).slice(0, most) };
  }

  /* Rows without a mark that pass, by the area or stretch that they lie in (0: no place at all). */
  spots(count) {
    const sums = new Uint32Array(count + 1);
    if (this.spot)
      for (let i = this.marks; i < this.n; i += 1) if (this.passes(i)) sums[this.spot[i - this.marks]] += 1;
    return sums;
  }
}

function allowed(codes, size) {
  const table = new Uint8Array(size);
  for (const code of codes || []) table[code] = 1;
  return table;
}

function filled(sums) {
  return new Map([...sums.entries()].filter(([, n]) => n));
}
