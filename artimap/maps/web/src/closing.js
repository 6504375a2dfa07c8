/* What is closed, and what that changes: the way between two ends, who is cut off, the roads by name and kilometre.
   Nothing here touches the document, and nothing ranks: lists are in the order of the alphabet. */

import { RoadGraph } from "./routing.js";

const END_M = 60; // kilometres are given to a tenth: what lies on so much at an end was not meant
const HALF_KM = 500;
const JUNCTION_M = 1000; // a town and the junction that is named after it lie at most so far apart

export class Closing {
  /* facts: what what_if.py packs; columns: as columnsFrom gives them. */
  constructor(facts, columns) {
    this.facts = facts;
    this.graph = new RoadGraph(columns, facts.rates);
    this.ends = facts.ends.map((n) => this.placeOf(facts.places[n]));
    this.names = facts.ends.map((n) => facts.places[n][0]);
    this.#endsMoved();
  }

  /* The last two of a row are its piece, and centimetres on it; null for what lies too far from every road. */
  placeOf(row) {
    const [piece, cm] = row.slice(-2);
    return piece < 0 ? null : { piece, at: Math.min(cm / 100, this.graph.metres[piece]) };
  }

  /* Put start (0) or end (1) at a place. name: a label, a list of labels by language, or null for the road itself. */
  move(which, place, name = null) {
    this.ends[which] = place;
    this.names[which] = name;
    this.#endsMoved();
  }

  #endsMoved() {
    const { graph, ends } = this;
    graph.aim(ends[1]);
    this.usual = graph.freely(() => graph.way(ends[0]));
    const tests = [graph.reachStop()];
    if (!this.usual) tests.unshift(graph.freely(() => graph.reach(ends[0])));
    // a test looks at what is closed when it is made
    this.reached = tests.map((test) => (place) => graph.freely(() => test(place)));
  }

  /* The first searches are slow until the browser has compiled them: once more while nobody waits. */
  rehearse() {
    const { graph, ends } = this;
    graph.aim(ends[1]);
    graph.freely(() => [graph.way(ends[0]), graph.reach(ends[0])]);
  }

  /* Close kilometres of a road, as its posts count them; gives how many pieces these are. */
  closeKm(road, from, to) {
    const pieces = this.#on(road, Math.min(from, to) * 1000, Math.max(from, to) * 1000);
    for (const piece of pieces) this.graph.close(piece);
    return pieces.length;
  }

  /* The pieces of a stated part of a road. An end at a named place is taken to be its junction (road_network.py). */
  #on(road, low, high) {
    const { graph, facts } = this;
    const junctions = graph.junctions(road).filter((at) => at > low && at < high);
    const most = (high - low) / 20;
    const ends = [low, high].map((end) => {
      const near = junctions.reduce((one, at) => (Math.abs(at - end) < Math.abs(one - end) ? at : one), 1e9);
      const named = facts.roads[road][2].some((at) => Math.abs(at - end) <= END_M);
      // An end told in whole kilometres is known to half of one.
      const reach = Math.min(most, named ? JUNCTION_M : end % 1000 === 0 ? HALF_KM : 0);
      return reach > 0 && Math.abs(near - end) <= reach ? near : end;
    });
    const [a, b] = ends[0] < ends[1] ? ends : [low, high];
    const give = Math.min(END_M, (b - a) / 4);
    return graph.on(road, a + give, b - give);
  }

  /* The roads that have kilometres: [number, name], in the order of the alphabet. */
  get roads() {
    const { graph, facts } = this;
    const counted = new Set();
    for (let i = 0; i < graph.n; i += 1) if (graph.fromKm[i] !== graph.toKm[i]) counted.add(graph.road[i]);
    return [...counted].map((road) => [road, facts.roads[road][1]]).sort((a, b) => a[1].localeCompare(b[1]));
  }

  /* Parts of pieces as parts of roads: {road, name, from, to, metres, pieces}; neighbours on one road are one. */
  spans(steps) {
    const { graph, facts } = this;
    const out = [];
    for (const [piece, low, high] of steps) {
      const road = graph.road[piece];
      const whole = graph.metres[piece] || 1;
      const [from, to] = [low, high].map(
        (at) => graph.fromKm[piece] + ((graph.toKm[piece] - graph.fromKm[piece]) * at) / whole,
      );
      const last = out.at(-1);
      const metres = Math.abs(high - low);
      const onward = last && last.road === road && Math.abs(last.to - from) < 2;
      if (onward && (to - from) * (last.to - last.from) >= 0) {
        last.to = to;
        last.metres += metres;
        last.pieces.push(piece);
      } else out.push({ road, name: facts.roads[road][1], from, to, metres, pieces: [piece] });
    }
    return out;
  }

  /* What is closed, by road and kilometre. */
  get closures() {
    const { graph, facts } = this;
    const low = (piece) => Math.min(graph.fromKm[piece], graph.toKm[piece]);
    const pieces = [...graph.closures].sort(
      (a, b) => facts.roads[graph.road[a]][1].localeCompare(facts.roads[graph.road[b]][1]) || low(a) - low(b) || a - b,
    );
    const steps = pieces.map((piece) =>
      graph.fromKm[piece] <= graph.toKm[piece] ? [piece, 0, graph.metres[piece]] : [piece, graph.metres[piece], 0],
    );
    return this.spans(steps);
  }

  /* The quickest way around what is closed, and who is cut off by it. */
  answer() {
    const { graph, ends, facts } = this;
    const way = graph.closures.size ? graph.way(ends[0]) : this.usual;
    const now = graph.closures.size ? [graph.reach(ends[0])] : this.reached;
    if (graph.closures.size && !way) now.push(graph.reach(ends[1]));
    const groups = { neither: new Group(), first: new Group(), second: new Group() }; // whom they can still reach
    const never = new Group();
    const apart = new Group();
    const sort = (kind, row) => {
      const place = this.placeOf(row);
      if (!place) return apart.add(kind, row);
      const [before, after] = [this.reached, now].map((tests) => [0, 1].map((n) => (tests[n] ?? tests[0])(place)));
      if (!before.some(Boolean)) return never.add(kind, row);
      if (!before.some((one, n) => one && !after[n])) return null;
      return groups[after[0] ? "first" : after[1] ? "second" : "neither"].add(kind, row);
    };
    for (const row of facts.places) sort("places", row);
    for (const row of facts.communes) sort("communes", row);
    for (const [kind, rows] of Object.entries(facts.services)) for (const row of rows) sort(kind, row);
    return { way, usual: this.usual, groups, never, apart };
  }
}

/* Places, communes and services that share a lot. */
class Group {
  constructor() {
    this.rows = {};
  }

  add(kind, row) {
    this.rows[kind] = [...(this.rows[kind] || []), row];
  }

  of(kind) {
    return this.rows[kind] || [];
  }

  get size() {
    return Object.values(this.rows).reduce((sum, rows) => sum + rows.length, 0);
  }

  /* People of its communes: who is counted, and of how many communes nobody has. */
  get people() {
    const counts = this.of("communes").map((row) => row[1]);
    const known = counts.filter((n) => n !== null);
    return { known: known.reduce((sum, n) => sum + n, 0), unknown: counts.length - known.length, of: counts.length };
  }
}
