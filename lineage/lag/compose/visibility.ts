import type { Hop } from '../hop-graph.ts';
import type { OffsetTables } from '../offsets.ts';
import type { PartitionPositions } from '../tables/hop-topic.ts';
import type { FreshnessRule } from './freshness-rules.ts';
import { landedUpTo } from './landed.ts';
import { type Commits, pastMarkers } from './markers.ts';
import { type Estimate, reached } from './progress.ts';
import { mayHaveFallen, type Silences } from './settled.ts';
import type { StepGraph } from './step-graph.ts';

/** A reader this near to a barrier has read up to it, ms: places between samples are no more exact. */
const SLOP_MS = 2_000;

/** Checkpoints of a topic's transactional writers; null when it has no such writer, empty when one of them tells of none. */
export function commitsOf(tables: OffsetTables, writers: readonly Hop[]): Commits | null {
  const transactional = writers.filter(writer => writer.delivery === 'exactly_once');
  if (transactional.length === 0) return null;
  const known = transactional.flatMap(writer => tables.factsOf(writer.hop)?.checkpoints ?? []);
  return known.length === transactional.length && known.every(curve => curve.length > 0) ? known : [];
}

/** What a reader can have got of a transactional writer. */
export interface Committed {
  /** Everything appended before has come to it. */
  readonly upTo: number;
  /** What it waits for was written then: later than `upTo` where the writer was set back and wrote it anew. */
  readonly since: number;
}

/**
 * Up to which append time a reader that has consumed up to `f` at `at` can have got records of a transactional writer: until the first one
 * written after the barrier of the last checkpoint complete by then. End offsets are high watermarks, so the wait for the commit is part of
 * the reader's lag and the writer counts with its live positions.
 */
export function committedUpTo(
  tables: OffsetTables,
  steps: StepGraph,
  writer: Hop,
  topic: string,
  { f, at, until }: { readonly f: number; readonly at: number; readonly until: number },
): Committed {
  const barrier = landedUpTo(tables, writer, at, false);
  if (barrier === null || barrier - SLOP_MS >= f) return { upTo: f, since: f };
  const own = steps.of(topic);
  let first = barrier < f ? f : barrier;
  for (const { curve: ends } of tables.endsOf(topic)) {
    const end = own.endAt(ends, barrier);
    const past = end === null ? null : pastMarkers(own.commits ?? [], end, ends, until);
    first = Math.min(first, past === null ? barrier : reached(own, ends, past, barrier, until, () => {}));
  }
  const upTo = barrier < f ? Math.round(Math.max(barrier, first)) : f;
  return { upTo, since: Math.max(upTo, Math.round(beganAnew(tables, writer, topic, barrier, at))) };
}

/**
 * When a writer that was set back after `barrier` began to write anew what its transactions had not committed; -Infinity where it was not. What
 * lay in the topic before was undone and never read.
 */
function beganAnew(tables: OffsetTables, writer: Hop, topic: string, barrier: number, at: number): number {
  let anew = Number.NEGATIVE_INFINITY;
  for (const input of writer.inputs) {
    for (const { partitions, silences } of tables.consumersOf(writer.hop, input)) {
      for (const own of partitions.values()) anew = Math.max(anew, lastFall(own, silences, barrier, at));
    }
  }
  if (anew === Number.NEGATIVE_INFINITY) return anew;
  // It was seen again at that sample, and had not been at the one of the end offsets before.
  let before = barrier;
  for (const { curve: ends } of tables.endsOf(topic)) {
    const i = ends.indexAt(anew - 1);
    if (i >= 0) before = Math.max(before, ends.timeOf(i));
  }
  return (before + anew) / 2;
}

/** Time of the sample in (from, to] that shows a consumer to have been set back; -Infinity without one. */
function lastFall(own: PartitionPositions, silences: Silences, from: number, to: number): number {
  for (let i = own.raw.indexAt(to); i > 0 && own.raw.timeOf(i) > from; i--) {
    if (mayHaveFallen(own, silences, i)) return own.raw.timeOf(i);
  }
  return Number.NEGATIVE_INFINITY;
}

/**
 * The instant whose output can be seen at `a`: the barrier of the last complete checkpoint where output waits for one and something
 * was read since. `shown`: to people, who see what is committed; a next hop's reader counts that wait itself. Null: not knowable.
 */
export function visibleAt(
  tables: OffsetTables,
  hop: Hop,
  a: number,
  estimate: Estimate,
  shown: boolean,
  note: (rule: FreshnessRule) => void,
): number | null {
  const transactional = hop.delivery === 'exactly_once';
  const waits = shown
    ? transactional || hop.visibleOnCheckpoint === true
    : hop.visibleOnCheckpoint === true && !transactional;
  if (!waits || hop.inputs.length === 0) return a;
  note('commit-wait');
  if (estimate === 'high') {
    // A checkpoint whose report is still to come, or of which the table keeps nothing any more, may have made more visible.
    const checkpoints = tables.factsOf(hop.hop)?.checkpoints;
    const next = (checkpoints?.indexAt(a) ?? -1) + 1;
    return checkpoints !== undefined && next < checkpoints.length ? Math.min(a, checkpoints.valueOf(next)) : a;
  }
  const barrier = landedUpTo(tables, hop, a, estimate === 'low');
  if (barrier !== null) {
    // An estimate places what the barrier had taken in; the bound knows only samples.
    return estimate === 'point' || mayHaveRead(tables, hop, barrier, a) ? Math.min(a, barrier) : a;
  }
  note('checkpoint-unknown');
  return estimate === 'low' ? null : a;
}

/** False when samples on both sides show that a hop read nothing between two instants; a window may give out without reading. */
function mayHaveRead(tables: OffsetTables, hop: Hop, from: number, to: number): boolean {
  if (hop.windowMs !== null) return true;
  for (const topic of hop.inputs) {
    for (const { whole, partitions } of tables.consumersOf(hop.hop, topic)) {
      if (whole !== null) return true;
      for (const { raw, rewound } of partitions.values()) {
        const [before, after] = [raw.indexAt(from), raw.indexAt(to)];
        if (before < 0 || after === before || rewound || raw.valueOf(before) !== raw.valueOf(after)) return true;
      }
    }
  }
  return false;
}
