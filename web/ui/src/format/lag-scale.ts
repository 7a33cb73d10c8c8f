/** Steps of the lag colour scale in log time: below 10 s, 1 min, 5 min, 30 min, more; `x` is unknown. */
export type LagStep = 0 | 1 | 2 | 3 | 4 | 'x';

/** Upper ends of steps 0 to 3, ms. */
const LAG_LIMITS_MS = [10_000, 60_000, 300_000, 1_800_000] as const;

export function lagStep(ms: number | null | undefined): LagStep {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return 'x';
  if (ms < LAG_LIMITS_MS[0]) return 0;
  if (ms < LAG_LIMITS_MS[1]) return 1;
  if (ms < LAG_LIMITS_MS[2]) return 2;
  return ms < LAG_LIMITS_MS[3] ? 3 : 4;
}
