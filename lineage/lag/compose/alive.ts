import type { OffsetTables } from '../offsets.ts';

/** Reports missing for more than this many of their own intervals make a hop stale. */
export const STALE_INTERVALS = 2.5;

/**
 * Up to when a hop that has not reported since `since` is believed to have kept its lag, at most `at`: as long as what it writes
 * grows (end offsets need no report of the job). From its last growth on it stands still, and all along where nobody knows its output.
 */
export function aliveUntil(
  tables: OffsetTables,
  output: string | null,
  since: number,
  at: number,
  intervalMs: number,
): number {
  const grew = output === null ? null : tables.grewUntil(output, since);
  if (grew === null || grew <= since) return since;
  return at - grew <= STALE_INTERVALS * intervalMs ? at : grew;
}
