import type { Hop } from '../hop-graph.ts';
import type { OffsetTables } from '../offsets.ts';
import { medianGap, STALE_INTERVALS } from '../tables/hop-topic.ts';
import { aliveMs } from './alive.ts';
import type { FreshnessRule } from './freshness-rules.ts';
import type { Estimate } from './progress.ts';

/** An age computed from queue length and rate is off by as much as arrival and output differ: taken to be twofold. */
const ESTIMATED_BY = 2;

/** F of a hop without offsets (NiFi) at `a`: up to when its queue had been emptied; null when it never reported. */
export function emptiedUpTo(
  tables: OffsetTables,
  hop: Hop,
  a: number,
  estimate: Estimate,
  note: (rule: FreshnessRule) => void,
): number | null {
  const facts = tables.factsOf(hop.hop);
  if (facts === undefined || facts.queue.length === 0) return null;
  const { queue, queueEstimated } = facts;
  note('queue-lag');
  if (queueEstimated) note('queue-estimated');
  const i = queue.indexAt(a);
  const times = (factor: number, sample: number): number => {
    const t = queue.timeOf(sample);
    return Math.min(a, t - (queueEstimated ? factor : 1) * (t - queue.valueOf(sample)));
  };
  if (estimate === 'low') return i < 0 ? null : times(ESTIMATED_BY, i);
  if (estimate === 'high') {
    const next = i >= 0 && queue.timeOf(i) === a ? i : i + 1;
    return next < queue.length ? times(1 / ESTIMATED_BY, next) : a;
  }
  if (i < 0) {
    note('before-table');
    return a - (queue.firstT - queue.valueOf(0));
  }
  const exact = queue.at(a);
  if (exact !== null) return Math.min(a, exact);
  const since = a - queue.lastT;
  const interval = medianGap(queue);
  const stale = since > STALE_INTERVALS * interval;
  note(stale ? 'dead-reporter' : 'extrapolated');
  return Math.min(a, queue.lastX + (stale ? aliveMs(tables, hop.output, queue.lastT, a, interval) : since));
}
