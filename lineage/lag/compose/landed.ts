import type { Hop } from '../hop-graph.ts';
import type { OffsetTables } from '../offsets.ts';
import type { Curve } from '../tables/curve.ts';

/** Until a job that has heard of its complete checkpoint has committed what it took in, where no broker has told yet, ms. */
export const COMMIT_MS = 5_000;

/**
 * The instant up to which output that waits for checkpoints is there at `at`: the barrier of the last complete one, unless its transactions
 * are still open at the brokers. Flink's coordinator completes a checkpoint first and its writers commit afterwards, which a busy, a crashed
 * or a hanging one does later or never. `isCertain`: only what must have been committed by then. Null where nothing tells.
 */
export function landedUpTo(tables: OffsetTables, hop: Hop, at: number, isCertain: boolean): number | null {
  const checkpoints = tables.factsOf(hop.hop)?.checkpoints;
  if (checkpoints === undefined || checkpoints.indexAt(at) < 0) return null;
  const polled = hop.output === null ? [] : [...polledEnds(tables, hop.output)];
  // Where no broker tells, the checkpoint's own word is all there is.
  if (polled.length === 0) return checkpoints.valueOf(checkpoints.indexAt(at));
  const last = checkpoints.indexAt(isCertain ? at - COMMIT_MS : at);
  const barrier = last < 0 ? Number.POSITIVE_INFINITY : checkpoints.valueOf(last);
  if (last >= 0 && !polled.some(ends => isOpen(ends, barrier, checkpoints.timeOf(last), at))) return barrier;
  let stable = Math.min(at, barrier);
  for (const ends of polled) {
    const before = isCertain ? Number.NEGATIVE_INFINITY : ends.curve.firstT;
    stable = Math.min(stable, stableUpTo(ends, at) ?? before);
  }
  return stable === Number.NEGATIVE_INFINITY ? null : stable;
}

interface Polled {
  readonly curve: Curve;
  readonly stable: Curve | null;
}

function* polledEnds(tables: OffsetTables, topic: string): Generator<Polled> {
  for (const ends of tables.endsOf(topic)) if (ends.tellsStable || ends.stable !== null) yield ends;
}

/** At the last poll after `completed` a transaction was open that had begun before the barrier. */
function isOpen({ stable, curve }: Polled, barrier: number, completed: number, at: number): boolean {
  const [poll, before] = [stable?.indexAt(at) ?? -1, curve.indexAt(barrier)];
  if (stable === null || poll < 0 || before < 0 || stable.timeOf(poll) < completed) return false;
  return stable.valueOf(poll) < curve.valueOf(before);
}

/** When a partition was last seen to end before its oldest open transaction: everything appended until then is over. Null before the table. */
function stableUpTo({ stable, curve }: Polled, at: number): number | null {
  const told = stable ?? curve;
  const poll = told.indexAt(at);
  const above = poll < 0 ? 0 : curve.firstAbove(told.valueOf(poll));
  if (above === 0) return null;
  const until = told.timeOf(poll);
  return above === curve.length ? until : Math.min(until, curve.timeOf(above - 1));
}
