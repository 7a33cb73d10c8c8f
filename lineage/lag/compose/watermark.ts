import type { Hop } from '../hop-graph.ts';
import type { OffsetTables } from '../offsets.ts';
import { medianGap, STALE_INTERVALS } from '../tables/hop-topic.ts';
import type { FreshnessRule } from './freshness-rules.ts';
import type { Estimate } from './progress.ts';

/**
 * The last window end that a hop's watermark had closed at `a`, ms. While inputs are idle the watermark stands still, whatever has been
 * read. `low` takes the last report; the estimate goes on behind it as long as it rose and reports come. Where no watermark is
 * known it holds nothing back (Infinity); but of a hop that tells its watermark nothing is certain before its first: null for `low`.
 */
export function closedUpTo(
  tables: OffsetTables,
  hop: Hop,
  a: number,
  estimate: Estimate,
  note: (rule: FreshnessRule) => void,
): number | null {
  const facts = tables.factsOf(hop.hop);
  if (facts === undefined || facts.watermarks.length === 0) return Number.POSITIVE_INFINITY;
  const { watermarks, lateDropped } = facts;
  const late = lateDropped.indexAt(a);
  if (late >= 0 && lateDropped.valueOf(late) > 0) note('late-dropped');
  const i = watermarks.indexAt(a);
  if (i < 0 || watermarks.valueOf(i) <= 0) {
    note('watermark');
    return estimate === 'low' ? null : Number.POSITIVE_INFINITY;
  }
  if (estimate === 'low') return watermarks.valueOf(i);
  const between = watermarks.at(a);
  if (between !== null) return between;
  const { lastT, lastX } = watermarks;
  const rises = i > 0 && watermarks.valueOf(i - 1) < lastX;
  const isStale = a - lastT > STALE_INTERVALS * medianGap(watermarks);
  return rises && !isStale ? lastX + (a - lastT) : lastX;
}
