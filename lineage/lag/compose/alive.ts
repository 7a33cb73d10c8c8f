import type { OffsetTables } from '../offsets.ts';
import type { Curve } from '../tables/curve.ts';
import { STALE_INTERVALS } from '../tables/hop-topic.ts';

/**
 * For how much of the time from `since`, its last report, to `at` a hop is believed to have kept its lag, ms: while what it writes
 * grows (end offsets need no report of the job). While its output stands still it does too, and all along where nobody knows
 * its output. `stood`: its last reports showed it standing still before a backlog, so a first growth tells of no time before
 * the sample that did not show it yet.
 */
export function aliveMs(
  tables: OffsetTables,
  output: string | null,
  since: number,
  at: number,
  intervalMs: number,
  stood = false,
): number {
  if (output === null) return 0;
  let most = 0;
  for (const { curve } of tables.endsOf(output))
    most = Math.max(most, growingMs(curve, since, at, STALE_INTERVALS * intervalMs, stood));
  return most;
}

/** Time within (since, at] in which the curve rose at least every `patience` ms. */
function growingMs(curve: Curve, since: number, at: number, patience: number, stood: boolean): number {
  const first = curve.indexAt(since);
  if (first < 0) return 0;
  let growing = 0;
  let grew = since;
  for (let i = first + 1; i < curve.length && curve.timeOf(i) <= at; i++) {
    if (curve.valueOf(i) <= curve.valueOf(i - 1)) continue;
    const gap = curve.timeOf(i) - grew;
    const isPause = gap <= patience && !(stood && grew === since);
    growing += isPause ? gap : curve.timeOf(i) - Math.max(grew, curve.timeOf(i - 1));
    grew = curve.timeOf(i);
  }
  return grew > since && at - grew <= patience ? growing + at - grew : growing;
}
