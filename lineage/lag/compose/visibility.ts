import type { Hop } from '../hop-graph.ts';
import type { OffsetTables } from '../offsets.ts';
import type { FreshnessRule } from './freshness-rules.ts';
import { type Commits, pastMarkers } from './markers.ts';
import type { Estimate } from './progress.ts';

/** Checkpoints of a topic's transactional writers; null when it has no such writer, empty when one of them tells of none. */
export function commitsOf(tables: OffsetTables, writers: readonly Hop[]): Commits | null {
  const transactional = writers.filter(writer => writer.delivery === 'exactly_once');
  if (transactional.length === 0) return null;
  const known = transactional.flatMap(writer => tables.factsOf(writer.hop)?.checkpoints ?? []);
  return known.length === transactional.length && known.every(curve => curve.length > 0) ? known : [];
}

/**
 * Up to which append time a reader that has consumed up to `f` at `at` can have got records of a transactional writer: the barrier of
 * the last checkpoint complete by then, unless nothing was written since. End offsets are high watermarks, so the wait for the
 * commit is part of the reader's lag and the writer counts with its live positions.
 */
export function committedUpTo(
  tables: OffsetTables,
  writer: Hop,
  topic: string,
  commits: Commits,
  f: number,
  at: number,
): number {
  const barrier = barrierAt(tables, writer, at);
  return barrier !== null && barrier < f && hasGrown(tables, topic, commits, barrier, f) ? barrier : f;
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
  const barrier = barrierAt(tables, hop, a);
  if (barrier !== null) return mayHaveRead(tables, hop, barrier, a) ? Math.min(a, barrier) : a;
  note('checkpoint-unknown');
  return estimate === 'low' ? null : a;
}

/** Barrier of the last checkpoint complete at `a`. */
function barrierAt(tables: OffsetTables, hop: Hop, a: number): number | null {
  const checkpoints = tables.factsOf(hop.hop)?.checkpoints;
  const i = checkpoints?.indexAt(a) ?? -1;
  return checkpoints === undefined || i < 0 ? null : checkpoints.valueOf(i);
}

/** Whether records, not only markers, were written to a topic between two instants, as far as the samples tell. */
function hasGrown(tables: OffsetTables, topic: string, commits: Commits, from: number, to: number): boolean {
  for (const curve of tables.endCurves(topic)) {
    const i = curve.indexAt(from);
    if (i < 0 || pastMarkers(commits, curve.valueOf(i), curve, to) < curve.valueOf(curve.indexAt(to))) return true;
  }
  return false;
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
