import type { ReportObjective } from '../../model/objective.ts';
import { DEFAULT_PERIOD } from '../../model/objective.ts';
import type { CountedTime } from './calendar.ts';
import { MINUTE_MS, type MinuteLedger, type Verdict } from './minute-ledger.ts';
import { periodAt } from './period.ts';
import { lengthOf } from './spans.ts';
import { tally } from './tally.ts';

/** Stretches over which burn rates are told, longest last. */
export const BURN_WINDOWS = { '5m': 5, '1h': 60, '2h': 120, '1d': 1440, '3d': 4320 } as const;
export type BurnWindow = keyof typeof BURN_WINDOWS;

/** What a hop cost. */
export interface Culprit {
  readonly hop: string;
  readonly bad_minutes: number;
  readonly unknown_minutes: number;
  /** Share of the whole budget. */
  readonly budget_ratio: number;
}

/** How a report stands against its objective, as the API gives it. Unknown is null. */
export interface Standing {
  readonly age_limit_ms: number;
  readonly target: number;
  readonly period: string;
  readonly calendar: ReportObjective['calendar'] | null;
  /** The period `at` lies in, and the first minute of it that was judged. */
  readonly from: number;
  readonly to: number;
  readonly judged_since: number | null;
  /** Minutes that count. Nobody watched `unwatched` ones: they are unknown too, and listed once more by themselves. */
  readonly minutes: {
    readonly good: number;
    readonly bad: number;
    readonly unknown: number;
    readonly unwatched: number;
  };
  /** Good minutes by all judged ones; null before the first. */
  readonly attainment: number | null;
  readonly budget: {
    readonly total_ms: number;
    readonly used_ms: number;
    /** Below zero once overspent. */
    readonly left_ms: number;
    readonly left_ratio: number;
  };
  /** Speed at which the budget goes: 1 spends it exactly in the period. Null when no minute of the window counts. */
  readonly burn_rate: Readonly<Record<BurnWindow, number | null>>;
  /** Counted time until the budget is gone at the speed of the last hour; null when it lasts, 0 when it is gone. */
  readonly exhausted_in_ms: number | null;
  /** Worst first. */
  readonly culprits: readonly Culprit[];
  /** What the latest judged minute was, and since when it has been so. */
  readonly state: Verdict | null;
  readonly since: number | null;
}

/**
 * Good-minute accounting (lag.md section 4). Unknown minutes count as bad. Budget = (1 - target) x counted time of the period; burn rate =
 * share of bad minutes / (1 - target), over the whole window, so that a report's first bad minute is not a bad hour. Minutes nobody watched
 * use up the budget but burn nothing: no report got later because the daemon was away. `at` is cut to the minute.
 */
export function standingOf(
  objective: ReportObjective,
  counted: CountedTime,
  ledger: MinuteLedger,
  at: number,
): Standing {
  const now = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const period = periodAt(objective, now);
  const { minutes, byHop } = tally(ledger, counted.within({ from: period.from, to: now }));
  const total = lengthOf(counted.within(period));
  const allowed = allowance(objective, total);
  const budget = allowed * total;
  const unknown = minutes.unknown + minutes.unwatched;
  const judged = minutes.good + minutes.bad + unknown;
  const used = (minutes.bad + unknown) * MINUTE_MS;
  const left = budget - used;
  const burn = (windowMinutes: number): number | null => {
    const spans = counted.within({ from: now - windowMinutes * MINUTE_MS, to: now });
    const counting = lengthOf(spans) / MINUTE_MS;
    if (counting < 1) return null;
    const { minutes: lost } = tally(ledger, spans);
    return (lost.bad + lost.unknown) / counting / allowed;
  };
  const rates = {
    '5m': burn(BURN_WINDOWS['5m']),
    '1h': burn(BURN_WINDOWS['1h']),
    '2h': burn(BURN_WINDOWS['2h']),
    '1d': burn(BURN_WINDOWS['1d']),
    '3d': burn(BURN_WINDOWS['3d']),
  };
  const latest = ledger.latest(now / MINUTE_MS);
  const first = ledger.first;
  return {
    age_limit_ms: objective.ageMs,
    target: objective.target,
    period: objective.period ?? DEFAULT_PERIOD,
    calendar: objective.calendar ?? null,
    from: period.from,
    to: period.to,
    judged_since: first === null ? null : Math.max(first * MINUTE_MS, period.from),
    minutes: { good: minutes.good, bad: minutes.bad, unknown, unwatched: minutes.unwatched },
    attainment: judged === 0 ? null : minutes.good / judged,
    budget: {
      total_ms: Math.round(budget),
      used_ms: used,
      left_ms: Math.round(left),
      left_ratio: budget > 0 ? left / budget : 1,
    },
    burn_rate: rates,
    exhausted_in_ms: used === 0 ? null : exhaustion(left, rates['1h'], allowed),
    culprits: [...byHop]
      .map(([hop, { bad, unknown: dark }]) => ({
        hop,
        bad_minutes: bad,
        unknown_minutes: dark,
        budget_ratio: budget > 0 ? ((bad + dark) * MINUTE_MS) / budget : 0,
      }))
      .sort(
        (a, b) => b.bad_minutes + b.unknown_minutes - (a.bad_minutes + a.unknown_minutes) || (a.hop < b.hop ? -1 : 1),
      ),
    state: latest?.verdict ?? null,
    since: latest === null ? null : latest.from * MINUTE_MS,
  };
}

/** The share of time that may be bad. A target of 1 allows nothing, which no rate can be told of: one minute of the period stands in. */
function allowance({ target }: ReportObjective, totalMs: number): number {
  if (target < 1) return 1 - target;
  return totalMs > 0 ? Math.min(1, MINUTE_MS / totalMs) : 1;
}

function exhaustion(leftMs: number, burnRate: number | null, allowed: number): number | null {
  if (leftMs <= 0) return 0;
  if (burnRate === null || burnRate <= 1) return null;
  return Math.round(leftMs / (burnRate * allowed));
}
