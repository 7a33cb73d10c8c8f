import type { FreshnessAnswer } from '../lag/answer.ts';
import { VERDICTS, type Verdict } from './minute-ledger.ts';

/** What one look at a report showed. */
export interface Look {
  readonly verdict: Exclude<Verdict, 'unwatched'>;
  readonly hop: string | null;
}

/**
 * Judges an answer against an age limit: good when the upper bound of the age keeps it; bad when it does not, or when even the lower bound
 * does not; unknown otherwise. To blame are the hop in which the data spent most of its age, or the first that has stopped reporting.
 */
export function judge(answer: FreshnessAnswer, limitMs: number): Look {
  const { age_high_ms: high, age_low_ms: low } = answer;
  if (high !== null && high <= limitMs) return { verdict: 'good', hop: null };
  if (high !== null || (low !== null && low > limitMs)) return { verdict: 'bad', hop: answer.blame };
  return { verdict: 'unknown', hop: answer.stale[0] ?? answer.blame };
}

/** The worse of two looks at the same minute: known to be late, then not known, then good. The earlier of equals. */
export function worse(a: Look, b: Look): Look {
  return RANK[b.verdict] > RANK[a.verdict] ? b : a;
}

const RANK: Readonly<Record<Look['verdict'], number>> = { good: 0, unknown: 1, bad: 2 };

/** The worst verdict that has minutes; null when none has. */
export function worst(minutes: Readonly<Record<Verdict, number>>): Verdict | null {
  const order = ['bad', 'unknown', 'unwatched', 'good'] as const;
  return order.find(verdict => minutes[verdict] > 0) ?? null;
}

/** One letter for each verdict, as days of minutes are stored and heartbeat bars are sent. */
export const LETTERS: Readonly<Record<Verdict, string>> = { good: 'g', bad: 'b', unknown: 'u', unwatched: 'x' };

/** The verdict of a letter; null for any other. */
export function verdictOf(letter: string): Verdict | null {
  return VERDICTS.find(verdict => LETTERS[verdict] === letter) ?? null;
}
