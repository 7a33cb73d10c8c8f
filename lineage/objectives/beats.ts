import { MINUTE_MS, type Verdict } from './minute-ledger.ts';
import type { Tracked } from './objective-keeper.ts';
import { tally } from './tally.ts';
import { LETTERS, worst } from './verdict.ts';

/** A heartbeat bar: one letter for each stretch of `step_ms`, oldest first; `-` where no minute counts or none was judged. */
export interface Beats {
  readonly from: number;
  readonly step_ms: number;
  readonly states: string;
}

/** The last `count` stretches of `stepMs` (whole minutes) up to `at`; each is as bad as the worst of its minutes that count. */
export function beatsOf({ ledger, counted }: Tracked, at: number, count: number, stepMs: number): Beats {
  // Whole stretches since 1970: a bar that is drawn again a minute later has the same ones.
  const end = (Math.floor(Math.floor(at / MINUTE_MS) / (stepMs / MINUTE_MS)) + 1) * stepMs;
  const from = end - count * stepMs;
  let states = '';
  for (let t = from; t < end; t += stepMs) {
    const { minutes } = tally(ledger, counted.within({ from: t, to: t + stepMs }));
    const found: Verdict | null = worst(minutes);
    states += found === null ? '-' : LETTERS[found];
  }
  return { from, step_ms: stepMs, states };
}
