import { aliveMs } from './compose/alive.ts';
import type { FreshnessRule } from './compose/freshness-rules.ts';
import { type Commits, pastMarkers } from './compose/markers.ts';
import { consumedUpTo, type Estimate } from './compose/progress.ts';
import type { Hop, HopGraph } from './hop-graph.ts';
import type { OffsetTables } from './offsets.ts';
import { medianGap, STALE_INTERVALS } from './tables/hop-topic.ts';

/** A hop on a chain: it read `topic` up to `consumed` at the instant it was asked about. */
export interface PathStep {
  readonly hop: Hop;
  /** Null for a hop without inputs (NiFi). */
  readonly topic: string | null;
  /** Time the data spent in this hop, ms. The steps of a path sum to the age. */
  readonly residenceMs: number;
  readonly upstream: PathStep | null;
}

/** Where the data a hop or topic shows at an instant comes up to. */
export interface Reach {
  /** W: complete up to, epoch ms; null when a needed hop never had a usable row. */
  readonly w: number | null;
  /** W per source topic. */
  readonly sources: ReadonlyMap<string, number | null>;
  /** The chain of minima, from the hop asked about upwards. */
  readonly path: PathStep | null;
}

const UNKNOWN: Reach = { w: null, sources: new Map(), path: null };

/**
 * Composes positions along the graph (lag.md section 2): W of a hop at `a` is the minimum over its inputs of W of their writers at
 * the append time it had consumed up to. Pure over graph and tables; one instance serves the questions of one instant, since it
 * keeps every answer.
 */
export class Composition {
  readonly #tables: OffsetTables;
  readonly #writers: ReadonlyMap<string, readonly Hop[]>;
  readonly #memo = new Map<Hop, Map<string, Reach>>();
  readonly #open = new Set<Hop>();
  /** Rules used so far, whichever question used them. */
  readonly rules = new Set<FreshnessRule>();

  constructor(graph: GraphIndex, tables: OffsetTables) {
    this.#tables = tables;
    this.#writers = graph.writers;
  }

  /** W of a dataset at `a`: the minimum over its writers; `a` itself for a source topic. `shown`: to people, not to a next hop. */
  topic(topic: string, a: number, estimate: Estimate, shown: boolean): Reach {
    const writers = this.#writers.get(topic);
    if (writers === undefined) return { w: a, sources: new Map([[topic, a]]), path: null };
    return this.#minimum(writers.map(writer => this.hop(writer, a, estimate, shown)));
  }

  /** W of what a hop had written at `a`. */
  hop(hop: Hop, a: number, estimate: Estimate, shown: boolean): Reach {
    if (this.#open.has(hop)) {
      this.rules.add('cycle');
      return { w: a, sources: new Map(), path: null };
    }
    let memo = this.#memo.get(hop);
    if (memo === undefined) this.#memo.set(hop, (memo = new Map()));
    const key = `${estimate}${shown ? '!' : ''}${a}`;
    const known = memo.get(key);
    if (known !== undefined) return known;
    this.#open.add(hop);
    const reach = this.#compose(hop, a, estimate, shown);
    this.#open.delete(hop);
    memo.set(key, reach);
    return reach;
  }

  /** F of a hop on one of its inputs at `a`, whole ms; null when unknown. */
  consumed(hop: Hop, topic: string, a: number, estimate: Estimate): number | null {
    const { output } = hop;
    const f = consumedUpTo({
      tables: this.#tables,
      consumers: this.#tables.consumersOf(hop.hop, topic),
      at: a,
      estimate,
      aliveMs: (since, intervalMs) => aliveMs(this.#tables, output, since, a, intervalMs),
      checkpoints: this.#tables.factsOf(hop.hop)?.checkpoints ?? null,
      rollsBack: hop.delivery === 'exactly_once' || hop.visibleOnCheckpoint === true,
      commits: this.#commitsOf(topic),
      note: rule => this.rules.add(rule),
    });
    return f === null ? null : wholeMs(f, estimate);
  }

  /** Up to when a hop without inputs had emptied its queue at `a`; null when it never reported. */
  queue(hop: Hop, a: number, estimate: Estimate): number | null {
    const f = this.#emptied(hop, a, estimate);
    return f === null ? null : wholeMs(f, estimate);
  }

  /** Checkpoints of a topic's transactional writers; null when it has no such writer. */
  #commitsOf(topic: string): Commits | null {
    const writers = (this.#writers.get(topic) ?? []).filter(writer => writer.delivery === 'exactly_once');
    if (writers.length === 0) return null;
    const known = writers.flatMap(writer => this.#tables.factsOf(writer.hop)?.checkpoints ?? []);
    return known.length === writers.length && known.every(curve => curve.length > 0) ? known : [];
  }

  #emptied(hop: Hop, a: number, estimate: Estimate): number | null {
    const facts = this.#tables.factsOf(hop.hop);
    if (facts === undefined || facts.queue.length === 0) return null;
    const { queue } = facts;
    this.rules.add('queue-lag');
    if (facts.queueEstimated) this.rules.add('queue-estimated');
    const i = queue.indexAt(a);
    if (estimate === 'low') return i < 0 ? null : Math.min(a, queue.valueOf(i));
    if (estimate === 'high') {
      const next = i >= 0 && queue.timeOf(i) === a ? i : i + 1;
      return next < queue.length ? Math.min(a, queue.valueOf(next)) : a;
    }
    if (i < 0) return a - (queue.firstT - queue.valueOf(0));
    const exact = queue.at(a);
    if (exact !== null) return Math.min(a, exact);
    const interval = medianGap(queue);
    const stale = a - queue.lastT > STALE_INTERVALS * interval;
    this.rules.add(stale ? 'dead-reporter' : 'extrapolated');
    const since = a - queue.lastT;
    return Math.min(a, queue.lastX + (stale ? aliveMs(this.#tables, hop.output, queue.lastT, a, interval) : since));
  }

  #compose(hop: Hop, a: number, estimate: Estimate, shown: boolean): Reach {
    const visible = this.#visibleAt(hop, a, estimate, shown);
    if (visible === null) return UNKNOWN;
    if (hop.inputs.length === 0) {
      const f = this.queue(hop, visible, estimate);
      if (f === null) return UNKNOWN;
      const source = hop.output ?? hop.hop;
      return { w: f, sources: new Map([[source, f]]), path: { hop, topic: null, residenceMs: a - f, upstream: null } };
    }
    if ((hop.lookups?.length ?? 0) > 0) this.rules.add('lookup');
    const needed: Reach[] = [];
    const optional: Reach[] = [];
    for (const topic of hop.inputs) {
      if (hop.lookups?.includes(topic)) continue;
      if (hop.optionalInputs?.includes(topic)) {
        this.rules.add('optional-input');
        optional.push(this.#read(hop, topic, a, visible, estimate));
      } else {
        needed.push(this.#read(hop, topic, a, visible, estimate));
      }
    }
    const all = this.#minimum(needed.length > 0 ? needed : optional);
    if (optional.length === 0 || needed.length === 0) return this.#closeWindow(hop, all);
    const sources = new Map(all.sources);
    for (const reach of optional) mergeSources(sources, reach.sources);
    return this.#closeWindow(hop, { ...all, sources });
  }

  /** One input: how far it has been read, and from there up through each of its writers. */
  #read(hop: Hop, topic: string, asked: number, at: number, estimate: Estimate): Reach {
    const f = this.consumed(hop, topic, at, estimate);
    if (f === null) return UNKNOWN;
    const writers = this.#writers.get(topic);
    const step = (reach: Reach, consumed: number): Reach => ({
      w: reach.w,
      sources: reach.sources,
      path: { hop, topic, residenceMs: asked - consumed, upstream: reach.path },
    });
    if (writers === undefined) return step(this.topic(topic, f, estimate, false), f);
    return this.#minimum(
      writers.map(writer => {
        const committed = this.#committedBy(writer, topic, f, at, estimate);
        return step(this.hop(writer, committed, estimate, false), committed);
      }),
    );
  }

  /**
   * What a reader can have read of a transactional writer ends at the barrier of the last checkpoint complete by then. End offsets
   * are high watermarks, so the wait for the commit is part of the reader's lag and the writer counts with its live positions.
   */
  #committedBy(writer: Hop, topic: string, f: number, at: number, estimate: Estimate): number {
    if (estimate !== 'point' || writer.delivery !== 'exactly_once') return f;
    const barrier = this.#barrier(writer, at);
    if (barrier === null || barrier >= f || !this.#hasGrown(topic, barrier, f)) return f;
    this.rules.add('commit-wait');
    return barrier;
  }

  /** Whether records, not only markers, were written to a topic between two instants, as far as the samples tell. */
  #hasGrown(topic: string, from: number, to: number): boolean {
    const commits = this.#commitsOf(topic) ?? [];
    for (const curve of this.#tables.endCurves(topic)) {
      const i = curve.indexAt(from);
      if (i < 0 || pastMarkers(commits, curve.valueOf(i), curve, to) < curve.valueOf(curve.indexAt(to))) return true;
    }
    return false;
  }

  /** The instant whose output can be seen at `a`: the last checkpoint's barrier where output waits for one. Null: not knowable. */
  #visibleAt(hop: Hop, a: number, estimate: Estimate, shown: boolean): number | null {
    const transactional = hop.delivery === 'exactly_once';
    const waits = shown
      ? transactional || hop.visibleOnCheckpoint === true
      : hop.visibleOnCheckpoint === true && !transactional;
    if (!waits || hop.inputs.length === 0) return a;
    this.rules.add('commit-wait');
    const checkpoints = this.#tables.factsOf(hop.hop)?.checkpoints;
    if (estimate === 'high') {
      // A checkpoint whose report is still to come, or of which the table keeps nothing any more, may have made more visible.
      const next = (checkpoints?.indexAt(a) ?? -1) + 1;
      return checkpoints !== undefined && next < checkpoints.length ? Math.min(a, checkpoints.valueOf(next)) : a;
    }
    const barrier = this.#barrier(hop, a);
    if (barrier !== null) return this.#hasRead(hop, barrier, a) ? Math.min(a, barrier) : a;
    this.rules.add('checkpoint-unknown');
    return estimate === 'low' ? null : a;
  }

  /** Whether a hop has read anything between two instants, as far as the samples tell; a window may give out without reading. */
  #hasRead(hop: Hop, from: number, to: number): boolean {
    if (hop.windowMs !== null) return true;
    for (const topic of hop.inputs) {
      for (const consumer of this.#tables.consumersOf(hop.hop, topic)) {
        if (consumer.whole !== null) return true;
        for (const { raw, rewound } of consumer.partitions.values()) {
          const i = raw.indexAt(from);
          if (raw.length > 0 && (i < 0 || rewound || raw.valueOf(i) !== raw.valueOf(raw.indexAt(to)))) return true;
        }
      }
    }
    return false;
  }

  /** Barrier of the last checkpoint complete at `a`. */
  #barrier(hop: Hop, a: number): number | null {
    const checkpoints = this.#tables.factsOf(hop.hop)?.checkpoints;
    const i = checkpoints?.indexAt(a) ?? -1;
    return checkpoints === undefined || i < 0 ? null : checkpoints.valueOf(i);
  }

  /** A window gives out what lies before its last closed end. */
  #closeWindow(hop: Hop, reach: Reach): Reach {
    const { windowMs, allowedOooMs } = hop;
    if (windowMs === null || windowMs <= 0) return reach;
    this.rules.add('window');
    const floor = (w: number): number => windowMs * Math.floor((w - allowedOooMs) / windowMs);
    if (reach.w === null) return { ...reach, sources: new Map([...reach.sources].map(([topic]) => [topic, null])) };
    const w = floor(reach.w);
    // A window closes when every input has passed its end, so no source is shown further than the last one lets it.
    const sources = new Map([...reach.sources].map(([topic, own]) => [topic, own && Math.min(w, floor(own))] as const));
    const path = reach.path && { ...reach.path, residenceMs: reach.path.residenceMs + (reach.w - w) };
    return { w, sources, path };
  }

  #minimum(reaches: readonly Reach[]): Reach {
    const only = reaches[0];
    if (reaches.length === 1 && only !== undefined) return only;
    const sources = new Map<string, number | null>();
    let least: Reach | null = null;
    let unknown = reaches.length === 0;
    for (const reach of reaches) {
      mergeSources(sources, reach.sources);
      if (reach.w === null) unknown = true;
      else if (least === null || reach.w < least.w!) least = reach;
    }
    return unknown || least === null ? { w: null, sources, path: null } : { w: least.w, sources, path: least.path };
  }
}

/** Who writes each topic, and the hops by name; built once per graph. */
export interface GraphIndex {
  readonly writers: ReadonlyMap<string, readonly Hop[]>;
  readonly hops: readonly Hop[];
  readonly byName: ReadonlyMap<string, readonly Hop[]>;
}

/** Indexes a graph for composition. */
export function indexGraph(graph: HopGraph): GraphIndex {
  const writers = new Map<string, Hop[]>();
  const byName = new Map<string, Hop[]>();
  for (const hop of graph.hops) {
    if (hop.output !== null) writers.set(hop.output, [...(writers.get(hop.output) ?? []), hop]);
    byName.set(hop.hop, [...(byName.get(hop.hop) ?? []), hop]);
  }
  return { writers, hops: graph.hops, byName };
}

/** A hop that never reported on one of its needed inputs, or not for 2.5 intervals before `at`. */
export function isHopStale(tables: OffsetTables, hop: Hop, at: number): boolean {
  if (hop.inputs.length === 0) {
    const queue = tables.factsOf(hop.hop)?.queue;
    return queue === undefined || !(at - queue.lastT <= STALE_INTERVALS * medianGap(queue));
  }
  return hop.inputs.some(topic => {
    if (hop.lookups?.includes(topic) || hop.optionalInputs?.includes(topic)) return false;
    const consumers = tables.consumersOf(hop.hop, topic).filter(consumer => !Number.isNaN(consumer.lastSampleTs));
    return consumers.length === 0 || consumers.some(consumer => consumer.isStale(at));
  });
}

/** Whole milliseconds keep the residences of a path summing to its age exactly; the bounds are rounded outwards. */
function wholeMs(f: number, estimate: Estimate): number {
  if (estimate === 'point') return Math.round(f);
  return estimate === 'low' ? Math.floor(f) : Math.ceil(f);
}

function mergeSources(into: Map<string, number | null>, from: ReadonlyMap<string, number | null>): void {
  for (const [topic, w] of from) {
    const known = into.get(topic);
    if (known === undefined) into.set(topic, w);
    else into.set(topic, known === null || w === null ? null : Math.min(known, w));
  }
}
