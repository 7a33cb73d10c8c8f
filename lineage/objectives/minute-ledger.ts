import type { Span } from './spans.ts';

export const MINUTE_MS = 60_000;
export const MINUTES_A_DAY = 1440;

/**
 * What a minute was: `good` and `bad` by the upper bound of the age; `unknown` when no bound was known; `unwatched` when nobody looked
 * (the daemon was down).
 */
export const VERDICTS = ['good', 'bad', 'unknown', 'unwatched'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Minutes in a row that were the same: from <= minute < to, minutes since 1970. */
export interface MinuteRun {
  readonly from: number;
  readonly to: number;
  readonly verdict: Verdict;
  /** The hop that held a bad or unknown minute back; null when good or not known. */
  readonly hop: string | null;
}

/** The minutes of one report as runs, oldest first, without gaps: what nobody watched is a run too. */
export class MinuteLedger {
  #runs: MinuteRun[] = [];

  /** Runs in order. */
  get runs(): readonly MinuteRun[] {
    return this.#runs;
  }

  /** First minute known; null while empty. */
  get first(): number | null {
    return this.#runs[0]?.from ?? null;
  }

  /** First minute not yet judged; null while empty. */
  get end(): number | null {
    return this.#runs.at(-1)?.to ?? null;
  }

  /** Judges a minute. One that is judged already stays as it is; minutes left out before it were unwatched. */
  append(minute: number, verdict: Verdict, hop: string | null): void {
    this.extend({ from: minute, to: minute + 1, verdict, hop });
  }

  /** The same for a whole run; what of it is judged already stays as it is. */
  extend(run: MinuteRun): void {
    const end = this.end ?? run.from;
    if (run.to <= end) return;
    if (run.from > end) this.#push({ from: end, to: run.from, verdict: 'unwatched', hop: null });
    this.#push(run.from < end ? { ...run, from: end } : run);
  }

  /** Forgets all minutes before `minute`. */
  forgetBefore(minute: number): void {
    this.#runs = [...this.between(minute, Number.POSITIVE_INFINITY)];
  }

  /** The runs within from <= minute < to, cut to it. */
  *between(from: number, to: number): Generator<MinuteRun> {
    for (let i = this.#indexAt(from); i < this.#runs.length; i++) {
      const run = this.#runs[i]!;
      if (run.from >= to) return;
      yield run.from >= from && run.to <= to
        ? run
        : { ...run, from: Math.max(run.from, from), to: Math.min(run.to, to) };
    }
  }

  /** The last run before `minute`, as long as it had been the same for the eye: bad whatever the hop. Null before the first minute. */
  latest(minute: number): MinuteRun | null {
    const at = Math.min(this.#indexAt(minute - 1), this.#runs.length - 1);
    const last = this.#runs[at];
    if (last === undefined || last.from >= minute) return null;
    let { from } = last;
    for (let i = at - 1; this.#runs[i]?.verdict === last.verdict; i--) from = this.#runs[i]!.from;
    return { ...last, from, to: Math.min(last.to, minute) };
  }

  #push(run: MinuteRun): void {
    const last = this.#runs.at(-1);
    if (last !== undefined && last.verdict === run.verdict && last.hop === run.hop)
      this.#runs[this.#runs.length - 1] = { ...last, to: run.to };
    else this.#runs.push(run);
  }

  /** Index of the first run that ends after `minute`. */
  #indexAt(minute: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#runs[middle]!.to > minute) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** A run as time. */
export function spanOf(run: { readonly from: number; readonly to: number }): Span {
  return { from: run.from * MINUTE_MS, to: run.to * MINUTE_MS };
}
