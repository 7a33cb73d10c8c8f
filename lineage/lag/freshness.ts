import { aliveMs } from './compose/alive.ts';
import type { FreshnessRule } from './compose/freshness-rules.ts';
import { consumedUpTo, type Estimate } from './compose/progress.ts';
import { emptiedUpTo } from './compose/queue.ts';
import { StepGraph } from './compose/step-graph.ts';
import { type Committed, committedUpTo, visibleAt } from './compose/visibility.ts';
import { closedUpTo } from './compose/watermark.ts';
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
  readonly #steps: StepGraph;
  readonly #memo = new Map<Hop, Map<string, Reach>>();
  readonly #open = new Set<Hop>();
  /** Rules used so far, whichever question used them. */
  readonly rules = new Set<FreshnessRule>();
  readonly #note = (rule: FreshnessRule): void => void this.rules.add(rule);

  constructor(graph: GraphIndex, tables: OffsetTables) {
    this.#tables = tables;
    this.#writers = graph.writers;
    this.#steps = new StepGraph(tables, graph.writers);
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

  /**
   * F of a hop on one of its inputs at `a`, whole ms; null when unknown. `until`: what was read at `a` is shown until then, and as long as
   * nothing comes that was not read it is all there is.
   */
  consumed(hop: Hop, topic: string, a: number, estimate: Estimate, until = a): number | null {
    const { output } = hop;
    const f = consumedUpTo({
      tables: this.#tables,
      consumers: this.#tables.consumersOf(hop.hop, topic),
      at: a,
      until,
      estimate,
      aliveMs: (since, intervalMs, stood) => aliveMs(this.#tables, output, since, a, intervalMs, stood),
      checkpoints: this.#tables.factsOf(hop.hop)?.checkpoints ?? null,
      rollsBack: hop.delivery === 'exactly_once' || hop.visibleOnCheckpoint === true,
      steps: this.#steps.of(topic),
      note: this.#note,
    });
    return f === null ? null : wholeMs(f, estimate);
  }

  /** Up to when a hop without inputs had emptied its queue at `a`; null when it never reported. */
  queue(hop: Hop, a: number, estimate: Estimate): number | null {
    const f = emptiedUpTo(this.#tables, hop, a, estimate, this.#note);
    return f === null ? null : wholeMs(f, estimate);
  }

  #compose(hop: Hop, a: number, estimate: Estimate, shown: boolean): Reach {
    const visible = visibleAt(this.#tables, hop, a, estimate, shown, this.#note);
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
    if (optional.length === 0 || needed.length === 0) return this.#closeWindow(hop, all, visible, estimate);
    const sources = new Map(all.sources);
    for (const reach of optional) mergeSources(sources, reach.sources);
    return this.#closeWindow(hop, { ...all, sources }, visible, estimate);
  }

  /** One input: how far it has been read, and from there up through each of its writers. */
  #read(hop: Hop, topic: string, asked: number, at: number, estimate: Estimate): Reach {
    const f = this.consumed(hop, topic, at, estimate, asked);
    if (f === null) return UNKNOWN;
    const writers = this.#writers.get(topic);
    const step = (reach: Reach, consumed: number): Reach => ({
      w: reach.w,
      sources: reach.sources,
      path: reach.w === null ? null : { hop, topic, residenceMs: asked - consumed, upstream: reach.path },
    });
    if (writers === undefined) return step(this.topic(topic, f, estimate, false), f);
    return this.#minimum(
      writers.map(writer => {
        if (estimate !== 'point') return step(this.hop(writer, f, estimate, false), f);
        const { upTo, since } = this.#committed(writer, topic, f, at, asked);
        return step(heldLonger(this.hop(writer, upTo, estimate, false), since - upTo), since);
      }),
    );
  }

  #committed(writer: Hop, topic: string, f: number, at: number, until: number): Committed {
    if (writer.delivery !== 'exactly_once') return { upTo: f, since: f };
    const committed = committedUpTo(this.#tables, this.#steps, writer, topic, { f, at, until });
    if (committed.upTo < f) this.#note('commit-wait');
    if (committed.since > committed.upTo) this.#note('written-anew');
    return committed;
  }

  /**
   * A window gives out what lies before its last closed end: by what was read, and by the watermark where it is reported. At best
   * nothing lies in the open one, or it was fired early.
   */
  #closeWindow(hop: Hop, reach: Reach, at: number, estimate: Estimate): Reach {
    const { windowMs, allowedOooMs } = hop;
    if (windowMs === null || windowMs <= 0) return reach;
    this.rules.add('window');
    if (estimate === 'high') return reach;
    const floor = (w: number): number => windowMs * Math.floor((w - allowedOooMs) / windowMs);
    const closed = closedUpTo(this.#tables, hop, at, estimate, this.#note);
    if (reach.w === null || closed === null)
      return { w: null, path: null, sources: new Map([...reach.sources].map(([topic]) => [topic, null])) };
    const w = Math.min(floor(reach.w), windowMs * Math.floor(closed / windowMs));
    if (w < floor(reach.w)) this.#note('watermark');
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

/** The same data, with `ms` more of its time spent in the last hop it passed. */
function heldLonger(reach: Reach, ms: number): Reach {
  if (ms <= 0 || reach.path === null) return reach;
  return { ...reach, path: { ...reach.path, residenceMs: reach.path.residenceMs + ms } };
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
