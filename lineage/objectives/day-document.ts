import type { Json } from '../../model/json.ts';
import { MINUTES_A_DAY, MinuteLedger, type MinuteRun } from './minute-ledger.ts';
import { LETTERS, verdictOf } from './verdict.ts';

/** One UTC day of a report's minutes as stored: `runs` of [letter, minutes] or [letter, minutes, index in `hops`] from minute `start` on. */
export interface DayDocument {
  readonly id: string;
  readonly body: Json;
}

/** Id of the document of one day (days since 1970) of a report. */
export function dayDocumentId(report: string, day: number): string {
  return `${day}/${report}`;
}

/** The days of a ledger since `from` (a minute), as documents. */
export function encodeDays(report: string, ledger: MinuteLedger, from: number): readonly DayDocument[] {
  const end = ledger.end;
  const first = ledger.first;
  if (end === null || first === null) return [];
  const documents: DayDocument[] = [];
  const lastDay = Math.floor((end - 1) / MINUTES_A_DAY);
  for (let day = Math.floor(Math.max(from, first) / MINUTES_A_DAY); day <= lastDay; day++) {
    const runs = [...ledger.between(day * MINUTES_A_DAY, (day + 1) * MINUTES_A_DAY)];
    documents.push({ id: dayDocumentId(report, day), body: encodeDay(report, day, runs) });
  }
  return documents;
}

function encodeDay(report: string, day: number, runs: readonly MinuteRun[]): Json {
  const hops = [...new Set(runs.flatMap(run => run.hop ?? []))];
  return {
    report,
    day,
    start: (runs[0]?.from ?? 0) - day * MINUTES_A_DAY,
    hops,
    runs: runs.map(({ from, to, verdict, hop }) => [
      LETTERS[verdict],
      to - from,
      ...(hop === null ? [] : [hops.indexOf(hop)]),
    ]),
  };
}

/** A stored day. */
export interface StoredDay {
  readonly report: string;
  readonly day: number;
  readonly runs: readonly MinuteRun[];
}

/** Reads a stored day; null when it is not one (another version wrote it, or it is damaged). */
export function decodeDay(body: Json): StoredDay | null {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return null;
  const { report, day, start, hops, runs } = body as Readonly<Record<string, Json | undefined>>;
  if (typeof report !== 'string' || !isCount(day) || !isCount(start) || !Array.isArray(hops) || !Array.isArray(runs))
    return null;
  const decoded: MinuteRun[] = [];
  let from = day * MINUTES_A_DAY + start;
  for (const run of runs) {
    if (!Array.isArray(run)) return null;
    const [letter, minutes, at] = run;
    const verdict = verdictOf(String(letter));
    const hop = at === undefined ? null : hops[Number(at)];
    if (verdict === null || !isCount(minutes) || (hop !== null && typeof hop !== 'string')) return null;
    decoded.push({ from, to: from + minutes, verdict, hop });
    from += minutes;
  }
  return from > (day + 1) * MINUTES_A_DAY ? null : { report, day, runs: decoded };
}

/** A ledger of stored days, whatever their order. */
export function ledgerOf(days: readonly StoredDay[]): MinuteLedger {
  const ledger = new MinuteLedger();
  for (const { runs } of [...days].sort((a, b) => a.day - b.day)) for (const run of runs) ledger.extend(run);
  return ledger;
}

function isCount(value: Json | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
