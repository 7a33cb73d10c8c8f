import { MINUTE_MS, type MinuteLedger, type Verdict } from './minute-ledger.ts';
import type { Span } from './spans.ts';

/** Minutes by verdict, and what each hop cost. */
export interface Tally {
  readonly minutes: Readonly<Record<Verdict, number>>;
  /** Bad and unknown minutes by the hop that is to blame. */
  readonly byHop: ReadonlyMap<string, { readonly bad: number; readonly unknown: number }>;
}

/** Counts the minutes of a ledger within spans that are sorted and disjoint. */
export function tally(ledger: MinuteLedger, spans: readonly Span[]): Tally {
  const minutes = { good: 0, bad: 0, unknown: 0, unwatched: 0 };
  const byHop = new Map<string, { bad: number; unknown: number }>();
  for (const span of spans) {
    // Spans begin and end on whole minutes: calendars do in every zone of today, periods and windows are cut to the minute.
    for (const run of ledger.between(Math.round(span.from / MINUTE_MS), Math.round(span.to / MINUTE_MS))) {
      const count = run.to - run.from;
      minutes[run.verdict] += count;
      if (run.hop === null || (run.verdict !== 'bad' && run.verdict !== 'unknown')) continue;
      const cost = byHop.get(run.hop) ?? { bad: 0, unknown: 0 };
      cost[run.verdict] += count;
      byHop.set(run.hop, cost);
    }
  }
  return { minutes, byHop };
}
