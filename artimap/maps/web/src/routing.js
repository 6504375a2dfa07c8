/* Ways through the packed network (what_if.py): the quickest between two places, what is reached, what a closed piece
   changes. Costs are minutes, the middle of low and high, as in roads/routing. A place is {piece, at}: metres from the
   start of the piece. Nothing here touches the document. */

/* A heap of nodes by cost, four below each; a node whose cost fell is moved up. */
class Heap {
  constructor(size) {
    this.keys = new Float64Array(size);
    this.nodes = new Int32Array(size);
    this.place = new Int32Array(size).fill(-1);
    this.size = 0;
  }

  clear() {
    for (let i = 0; i < this.size; i += 1) this.place[this.nodes[i]] = -1;
    this.size = 0;
  }

  set(node, key) {
    const { keys, nodes, place } = this;
    let i = place[node];
    if (i < 0) {
      i = this.size;
      this.size += 1;
    }
    while (i > 0) {
      const up = (i - 1) >> 2;
      if (keys[up] <= key) break;
      keys[i] = keys[up];
      nodes[i] = nodes[up];
      place[nodes[i]] = i;
      i = up;
    }
    keys[i] = key;
    nodes[i] = node;
    place[node] = i;
  }

  pop() {
    const { keys, nodes, place } = this;
    const top = nodes[0];
    place[top] = -1;
    this.size -= 1;
    const n = this.size;
    if (!n) return top;
    const key = keys[n];
    const node = nodes[n];
    let i = 0;
    for (let child = 1; child < n; child = 4 * i + 1) {
      const end = Math.min(child + 4, n);
      let least = child;
      for (let one = child + 1; one < end; one += 1) if (keys[one] < keys[least]) least = one;
      if (keys[least] >= key) break;
      keys[i] = keys[least];
      nodes[i] = nodes[least];
      place[nodes[i]] = i;
      i = least;
    }
    keys[i] = key;
    nodes[i] = node;
    place[node] = i;
    return top;
  }
}

/* 0, -1, 1, -2, 2 … from 0, 1, 2, 3, 4. */
function signed(code) {
  return code & 1 ? -((code + 1) / 2) : code / 2;
}

function summed(codes, sign = signed) {
  const out = new Int32Array(codes.length);
  let last = 0;
  for (let i = 0; i < codes.length; i += 1) {
    last += sign(codes[i]);
    out[i] = last;
  }
  return out;
}

function starts(counts) {
  const out = new Int32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i += 1) out[i + 1] = out[i] + counts[i];
  return out;
}

export class RoadGraph {
  /* columns: as columnsFrom gives them; rates: minutes a metre, low and high, null where nobody can pass. */
  constructor(columns, rates) {
    this.x = summed(columns.node_x);
    this.y = summed(columns.node_y);
    this.head = summed(columns.head, (code) => code);
    this.tail = this.head.map((node, chain) => node + columns.tail[chain]);
    this.first = starts(columns.pieces); // by chain: its first piece, and one more
    this.road = columns.road;
    const [n, nodes, chains] = [columns.cm.length, this.x.length, this.head.length];
    Object.assign(this, { n, nodes, chains });
    this.metres = Float64Array.from(columns.cm, (cm) => cm / 100);
    const cost = (low, high) => (low === null || high === null ? Number.POSITIVE_INFINITY : (low + high) / 2);
    this.rates = rates;
    this.rate = columns.rate;
    const middle = rates.map(([low, high]) => cost(low, high));
    this.cost = this.metres.map((metres, piece) => {
      const rate = middle[columns.rate[piece]];
      return rate === Number.POSITIVE_INFINITY ? rate : metres * rate;
    });
    this.chain = new Int32Array(n);
    for (let c = 0; c < chains; c += 1) this.chain.fill(c, this.first[c], this.first[c + 1]);
    this.fromKm = new Int32Array(n);
    this.toKm = new Int32Array(n);
    for (let i = 0, last = 0; i < n; i += 1) {
      this.fromKm[i] = last + signed(columns.km[i]);
      last = this.toKm[i] = this.fromKm[i] + signed(columns.run[i]);
    }
    this.bends = { starts: starts(columns.bends), x: columns.bend_x, y: columns.bend_y };
    this.closed = new Uint8Array(n);
    this.closures = new Set(); // the pieces that are closed
    this.none = new Uint8Array(n);
    this.shut = new Int32Array(chains); // how many of its pieces are closed
    this.#link();
    this.#draw();
    this.heap = new Heap(nodes);
    this.queue = new Int32Array(nodes);
    this.rest = new Float64Array(nodes); // to the end, with nothing closed
    this.sofar = new Float64Array(nodes);
    this.by = new Int32Array(nodes); // the chain by which a node was reached; ~chain: against its direction
  }

  /* Around node n: chains link[ptr[n]] … (~chain against its direction), the nodes at their other ends, and what they
     cost: `free` with nothing closed, `now` as it is. */
  #link() {
    const { head, tail, chains, nodes, n } = this;
    const whole = new Float64Array(chains);
    for (let i = 0; i < n; i += 1) whole[this.chain[i]] += this.cost[i];
    const degree = new Int32Array(nodes);
    for (let c = 0; c < chains; c += 1) {
      degree[head[c]] += 1;
      degree[tail[c]] += 1;
    }
    this.ptr = starts(degree);
    this.leaf = Uint8Array.from(degree, (n) => (n === 1 ? 1 : 0)); // the end of a road: no way leads on
    const at = this.ptr.slice();
    this.link = new Int32Array(2 * chains);
    this.other = new Int32Array(2 * chains);
    this.free = new Float64Array(2 * chains);
    this.arcs = new Int32Array(2 * chains); // by chain: where its two directions stand
    const put = (side, node, c, there) => {
      const k = at[node];
      at[node] += 1;
      this.link[k] = side ? ~c : c;
      this.other[k] = there;
      this.free[k] = whole[c];
      this.arcs[2 * c + side] = k;
    };
    for (let c = 0; c < chains; c += 1) {
      put(0, head[c], c, tail[c]);
      put(1, tail[c], c, head[c]);
    }
    this.now = this.free.slice();
    const finite = whole.filter((cost) => cost < Number.POSITIVE_INFINITY);
    this.width = finite.reduce((sum, cost) => sum + cost, 0) / finite.length || 1; // no way costs more than all chains
  }

  /* All points of all pieces, each with its start and end: piece i has points line[i] … line[i + 1] - 1. */
  #draw() {
    const { bends, n } = this;
    const last = (i) => (i + 1 === this.first[this.chain[i] + 1] ? 1 : 0);
    this.line = new Int32Array(n + 1);
    for (let i = 0; i < n; i += 1)
      this.line[i + 1] = this.line[i] + 1 + bends.starts[i + 1] - bends.starts[i] + last(i);
    this.px = new Int32Array(this.line[n]);
    this.py = new Int32Array(this.line[n]);
    this.extent = 0; // no point lies farther from the start of its piece, east or north
    for (let i = 0, x = 0, y = 0; i < n; i += 1) {
      const chain = this.chain[i];
      if (i === this.first[chain]) [x, y] = [this.x[this.head[chain]], this.y[this.head[chain]]];
      let at = this.line[i];
      this.px[at] = x;
      this.py[at] = y;
      for (let k = bends.starts[i]; k < bends.starts[i + 1]; k += 1) {
        at += 1;
        x += signed(bends.x[k]);
        y += signed(bends.y[k]);
        this.px[at] = x;
        this.py[at] = y;
      }
      if (last(i)) {
        this.px[at + 1] = this.x[this.tail[chain]];
        this.py[at + 1] = this.y[this.tail[chain]];
      }
      for (let k = this.line[i] + 1; k < this.line[i + 1]; k += 1)
        this.extent = Math.max(
          this.extent,
          Math.abs(this.px[k] - this.px[this.line[i]]),
          Math.abs(this.py[k] - this.py[this.line[i]]),
        );
    }
    this.bends = null;
  }

  /* --- what is closed -------------------------------------------------------------------------- */

  close(piece, on = true) {
    if (Boolean(this.closed[piece]) === on) return;
    this.closed[piece] = on ? 1 : 0;
    this.closures[on ? "add" : "delete"](piece);
    const { arcs, now, free, shut, chain } = this;
    const c = chain[piece];
    shut[c] += on ? 1 : -1;
    for (const k of [arcs[2 * c], arcs[2 * c + 1]]) now[k] = shut[c] ? Number.POSITIVE_INFINITY : free[k];
  }

  open() {
    this.closed.fill(0);
    this.closures.clear();
    this.shut.fill(0);
    this.now.set(this.free);
  }

  /* What act gives where nothing is closed. */
  freely(act) {
    const { closed, now } = this;
    [this.closed, this.now] = [this.none, this.free];
    const found = act();
    [this.closed, this.now] = [closed, now];
    return found;
  }

  /* The pieces that lie on a part of a road, in part or whole, by chainages in metres. */
  on(road, low, high) {
    const found = [];
    for (let i = 0; i < this.n; i += 1) {
      const [a, b] = [Math.min(this.fromKm[i], this.toKm[i]), Math.max(this.fromKm[i], this.toKm[i])];
      if (this.road[i] === road && b > low && a < high) found.push(i);
    }
    return found;
  }

  /* Chainages at which a road meets others: three pieces or more. */
  junctions(road) {
    const found = new Set();
    for (let i = 0; i < this.n; i += 1) {
      if (this.road[i] !== road) continue;
      const chain = this.chain[i];
      const meet = (node) => this.ptr[node + 1] - this.ptr[node] > 2;
      if (i === this.first[chain] && meet(this.head[chain])) found.add(this.fromKm[i]);
      if (i + 1 === this.first[chain + 1] && meet(this.tail[chain])) found.add(this.toKm[i]);
    }
    return [...found].sort((a, b) => a - b);
  }

  /* --- ways ------------------------------------------------------------------------------------- */

  #passes(piece) {
    return !this.closed[piece] && Number.isFinite(this.cost[piece]);
  }

  /* What it costs from a place to the two ends of its chain: [to the head, to the tail]. */
  #leaving({ piece, at }) {
    const chain = this.chain[piece];
    const [low, high] = [this.first[chain], this.first[chain + 1]];
    const part = (metres) =>
      metres <= 0
        ? 0
        : this.#passes(piece)
          ? (this.cost[piece] * metres) / this.metres[piece]
          : Number.POSITIVE_INFINITY;
    let there = part(at);
    for (let i = piece - 1; i >= low; i -= 1) there += this.#passes(i) ? this.cost[i] : Number.POSITIVE_INFINITY;
    let on = part(this.metres[piece] - at);
    for (let i = piece + 1; i < high; i += 1) on += this.#passes(i) ? this.cost[i] : Number.POSITIVE_INFINITY;
    return [there, on];
  }

  /* What it costs along one chain, from one place on it to another; not to be had where they lie on two. */
  #along(start, stop) {
    if (this.chain[start.piece] !== this.chain[stop.piece]) return Number.POSITIVE_INFINITY;
    let cost = 0;
    for (const [piece, metres] of this.#between(start, stop).map(([one, a, b]) => [one, Math.abs(b - a)]))
      if (metres)
        cost += this.#passes(piece) ? (this.cost[piece] * metres) / this.metres[piece] : Number.POSITIVE_INFINITY;
    return cost;
  }

  /* The pieces from one place on a chain to another on it: [piece, from, to] in metres. */
  #between(start, stop) {
    if (start.piece === stop.piece) return [[start.piece, start.at, stop.at]];
    const way = start.piece < stop.piece ? 1 : -1;
    const enter = (piece) => (way > 0 ? 0 : this.metres[piece]);
    const leave = (piece) => (way > 0 ? this.metres[piece] : 0);
    const steps = [[start.piece, start.at, leave(start.piece)]];
    for (let i = start.piece + way; i !== stop.piece; i += way) steps.push([i, enter(i), leave(i)]);
    steps.push([stop.piece, enter(stop.piece), stop.at]);
    return steps;
  }

  /* The end of all ways: from each node, what is left to it with nothing closed. Closing only makes ways longer, so
     that this is the best guide to a way around. */
  aim(stop) {
    const { rest, sofar: done, ptr, other, free, width, leaf } = this;
    this.stop = stop;
    const leaving = this.freely(() => this.#leaving(stop));
    rest.fill(Number.POSITIVE_INFINITY);
    done.fill(-1);
    // all nodes are wanted, so that none need stand in exact order: those of a like cost share a bucket, and one whose
    // cost falls is looked at again
    const buckets = [];
    const put = (node, cost) => {
      if (cost >= rest[node]) return;
      rest[node] = cost;
      if (leaf[node]) return;
      const b = Math.floor(cost / width);
      if (buckets[b]) buckets[b].push(node);
      else buckets[b] = [node];
    };
    for (const [node, cost] of this.#endsOf(this.chain[stop.piece], leaving)) put(node, cost);
    for (let b = 0; b < buckets.length; b += 1) {
      const bucket = buckets[b] ?? [];
      for (let i = 0; i < bucket.length; i += 1) {
        const node = bucket[i];
        const cost = rest[node];
        if (done[node] === cost) continue;
        done[node] = cost;
        for (let k = ptr[node]; k < ptr[node + 1]; k += 1) put(other[k], cost + free[k]);
      }
    }
  }

  #endsOf(chain, [there, on]) {
    return [
      [this.head[chain], there],
      [this.tail[chain], on],
    ];
  }

  /* The quickest way from a place to the end that was aimed at, around what is closed:
     {minutes: [low, high], metres, steps: [[piece, from, to] …]}; null where there is none. */
  way(start) {
    const { rest, heap, ptr, link, other, now, sofar, by, stop, leaf } = this;
    let best = this.#along(start, stop);
    let arrival = null; // by [node, side of the end's chain]; null: along one chain
    const leave = this.#leaving(start);
    const arrive = this.#endsOf(this.chain[stop.piece], this.#leaving(stop));
    sofar.fill(Number.POSITIVE_INFINITY);
    heap.clear();
    const FIRST = this.chains; // no chain: left from the start by its head (FIRST) or tail (FIRST + 1)
    this.#endsOf(this.chain[start.piece], leave).forEach(([node, cost], side) => {
      if (cost >= sofar[node] || cost + rest[node] >= best) return;
      sofar[node] = cost;
      by[node] = FIRST + side;
      heap.set(node, cost + rest[node]);
    });
    while (heap.size && heap.keys[0] < best) {
      const node = heap.pop();
      const before = sofar[node];
      for (let side = 0; side < 2; side += 1) {
        const [end, cost] = arrive[side];
        if (end !== node || before + cost >= best) continue;
        best = before + cost;
        arrival = [node, side];
      }
      for (let k = ptr[node]; k < ptr[node + 1]; k += 1) {
        const there = other[k];
        const cost = before + now[k];
        if (cost >= sofar[there] || cost + rest[there] >= best || leaf[there]) continue;
        sofar[there] = cost;
        by[there] = link[k];
        heap.set(there, cost + rest[there]);
      }
    }
    if (best === Number.POSITIVE_INFINITY) return null;
    return this.#wayOf(this.#steps(start, arrival));
  }

  #steps(start, arrival) {
    const { stop, by, chains } = this;
    if (!arrival) return this.#between(start, stop);
    const ends = (piece) => {
      const chain = this.chain[piece];
      const last = this.first[chain + 1] - 1;
      return [
        { piece: this.first[chain], at: 0 },
        { piece: last, at: this.metres[last] },
      ];
    };
    const parts = [this.#between(ends(stop.piece)[arrival[1]], stop)];
    let node = arrival[0];
    for (let how = by[node]; how < chains; how = by[node]) {
      const chain = how < 0 ? ~how : how;
      const [a, b] = ends(this.first[chain]);
      parts.push(how < 0 ? this.#between(b, a) : this.#between(a, b));
      node = how < 0 ? this.tail[chain] : this.head[chain];
    }
    parts.push(this.#between(start, ends(start.piece)[by[node] - chains]));
    return parts.reverse().flat();
  }

  #wayOf(all) {
    const steps = all.filter(([, from, to]) => from !== to);
    const sum = { minutes: [0, 0], metres: 0, steps: steps.length ? steps : all.slice(0, 1) };
    for (const [piece, from, to] of steps) {
      const metres = Math.abs(to - from);
      sum.metres += metres;
      this.rates[this.rate[piece]].forEach((rate, n) => {
        sum.minutes[n] += metres * rate;
      });
    }
    return sum;
  }

  /* --- what is reached -------------------------------------------------------------------------- */

  /* What can be reached from a place, as a test of places. */
  reach(start) {
    const { ptr, other, now, queue } = this;
    const reached = new Uint8Array(this.nodes);
    let size = 0;
    for (const [node, cost] of this.#endsOf(this.chain[start.piece], this.#leaving(start))) {
      if (cost === Number.POSITIVE_INFINITY || reached[node]) continue;
      reached[node] = 1;
      queue[size] = node;
      size += 1;
    }
    for (let i = 0; i < size; i += 1) {
      const end = ptr[queue[i] + 1];
      for (let k = ptr[queue[i]]; k < end; k += 1) {
        const there = other[k];
        if (reached[there] || now[k] === Number.POSITIVE_INFINITY) continue;
        reached[there] = 1;
        queue[size] = there;
        size += 1;
      }
    }
    return this.#test(start, (node) => reached[node]);
  }

  /* The same of the end that was aimed at, with nothing closed. */
  reachStop() {
    const { rest, stop } = this;
    return this.#test(stop, (node) => rest[node] < Number.POSITIVE_INFINITY);
  }

  #test(start, reached) {
    return (place) =>
      this.#endsOf(this.chain[place.piece], this.#leaving(place)).some(
        ([node, cost]) => cost < Number.POSITIVE_INFINITY && reached(node),
      ) || Number.isFinite(this.#along(start, place));
  }

  /* --- places on the map -------------------------------------------------------------------------- */

  /* The points of a piece, latitude and longitude. */
  shape(piece) {
    const points = [];
    for (let k = this.line[piece]; k < this.line[piece + 1]; k += 1) points.push([this.py[k] / 1e5, this.px[k] / 1e5]);
    return points;
  }

  /* The points of a part of a piece, in the direction in which it is run through. */
  part([piece, from, to]) {
    const points = this.shape(piece);
    const flat = Math.cos((points[0][0] * Math.PI) / 180);
    const along = [0];
    for (let n = 1; n < points.length; n += 1) {
      const [a, b] = [points[n - 1], points[n]];
      along.push(along[n - 1] + Math.hypot(b[0] - a[0], (b[1] - a[1]) * flat));
    }
    const scale = along.at(-1) / (this.metres[piece] || 1);
    const [low, high] = [Math.min(from, to) * scale, Math.max(from, to) * scale];
    const spot = (at) => {
      let n = 1;
      while (n < points.length - 1 && along[n] < at) n += 1;
      const share = Math.max(0, Math.min(1, (at - along[n - 1]) / (along[n] - along[n - 1] || 1)));
      return points[n].map((value, axis) => points[n - 1][axis] + (value - points[n - 1][axis]) * share);
    };
    const out = [spot(low), ...points.filter((_, n) => along[n] > low && along[n] < high), spot(high)];
    return from > to ? out.reverse() : out;
  }

  /* The piece nearest to a spot, no farther than `most` degrees of latitude: {piece, at, away} or null. */
  near(lat, lng, most) {
    const [x, y, flat] = [lng * 1e5, lat * 1e5, Math.cos((lat * Math.PI) / 180)];
    const { px, py, line, extent } = this;
    const window = most * 1e5;
    let found = null;
    let least = window * window;
    const wide = window / flat;
    for (let i = 0; i < this.n; i += 1) {
      if (Math.abs(px[line[i]] - x) > wide + extent || Math.abs(py[line[i]] - y) > window + extent) continue;
      for (let k = line[i] + 1; k < line[i + 1]; k += 1) {
        const [ax, ay, bx, by] = [px[k - 1], py[k - 1], px[k], py[k]];
        if ((ax < x - wide && bx < x - wide) || (ax > x + wide && bx > x + wide)) continue;
        if ((ay < y - window && by < y - window) || (ay > y + window && by > y + window)) continue;
        const [dx, dy] = [(bx - ax) * flat, by - ay];
        const [sx, sy] = [(x - ax) * flat, y - ay];
        const share = Math.max(0, Math.min(1, (sx * dx + sy * dy) / (dx * dx + dy * dy || 1)));
        const away = (sx - share * dx) ** 2 + (sy - share * dy) ** 2;
        if (away < least) {
          least = away;
          found = { piece: i, k, share };
        }
      }
    }
    if (!found) return null;
    const length = (k) => Math.hypot((px[k] - px[k - 1]) * flat, py[k] - py[k - 1]);
    let [before, all] = [0, 0];
    for (let k = line[found.piece] + 1; k < line[found.piece + 1]; k += 1) {
      if (k < found.k) before += length(k);
      if (k === found.k) before += length(k) * found.share;
      all += length(k);
    }
    const at = all ? (this.metres[found.piece] * before) / all : 0;
    return { piece: found.piece, at, away: Math.sqrt(least) / 1e5 };
  }
}
