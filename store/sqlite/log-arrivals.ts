/**
 * Lines in the order they were stored. Every transaction of a file has a number (`arrival`), above all earlier ones of every file; its lines
 * carry it, and in the full-text index as a key, so that what arrived since is found like anything else. Within a transaction lines
 * stand in the order of their ids.
 */
import type { LogTotal } from '../log-store.ts';
import type { CompiledQuery } from './log-compile.ts';
import { countLines } from './log-count.ts';
import type { DayQuery } from './log-day-reader.ts';
import { keyToken } from './log-keys.ts';
import type { TimeRange } from './log-range.ts';
import { matchingIds } from './log-walk.ts';

/** Transactions looked through at most; who was away for longer is told that lines are missing, not how many. */
const MAX_TRANSACTIONS = 20_000;
/** Transactions and lines that are asked for in one expression. */
const CHUNK_TRANSACTIONS = 500;
const CHUNK_LINES = 20_000;

/** A place in the order: behind every line of the transaction, or behind the line with that id in it. */
export interface ArrivalPlace {
  readonly arrival: number;
  readonly id?: number;
}

interface Transaction {
  readonly of: DayQuery;
  readonly arrival: number;
  readonly lines: number;
}

/** A found line: the file it is in, and its id there. */
export interface ArrivedLine {
  readonly of: DayQuery;
  readonly id: number;
}

/** The number of the newest transaction; 0 when there is none. */
export function newestArrival(days: readonly DayQuery[]): number {
  return Math.max(0, ...days.map(({ reader }) => reader.guard(() => reader.newestArrival())));
}

/**
 * The newest `limit` lines that arrived behind a place, up to transaction `upTo`, in order of arrival, and how many there were before
 * them. Transactions are written one after another: where one can be read, so can all before it.
 */
export function linesSince(
  days: readonly DayQuery[],
  range: TimeRange,
  after: ArrivalPlace,
  upTo: number,
  limit: number,
): { readonly lines: readonly ArrivedLine[]; readonly missed: LogTotal } {
  const first = after.id === undefined ? after.arrival + 1 : after.arrival;
  const found = days
    .flatMap(of => {
      const rows = of.reader.guard(() => of.reader.arrivals(first, upTo, MAX_TRANSACTIONS + 1));
      return rows.map(([arrival, lines]): Transaction => ({ of, arrival, lines }));
    })
    .sort((a, b) => b.arrival - a.arrival);
  const kept = found.slice(0, MAX_TRANSACTIONS);
  const newest: ArrivedLine[][] = [];
  let [taken, missed] = [0, 0];
  for (const chunk of chunksOf(kept)) {
    const isSeen = (arrival: number, id: number): boolean => arrival === after.arrival && id <= (after.id ?? -Infinity);
    if (taken < limit || chunk.some(each => each.arrival === after.arrival)) {
      const lines = linesOf(chunk, range).filter(({ arrival, id }) => !isSeen(arrival, id));
      const shown = lines.slice(Math.max(0, lines.length - (limit - taken)));
      newest.unshift(shown);
      taken += shown.length;
      missed += lines.length - shown.length;
    } else missed += countOf(chunk, range);
  }
  return {
    lines: newest.flat(),
    missed: { value: missed, relation: found.length > MAX_TRANSACTIONS ? 'gte' : 'eq' },
  };
}

/** Newest first. */
function chunksOf(transactions: readonly Transaction[]): Transaction[][] {
  const chunks: Transaction[][] = [];
  let lines = Number.POSITIVE_INFINITY;
  for (const each of transactions) {
    const last = chunks.at(-1);
    if (last === undefined || last.length >= CHUNK_TRANSACTIONS || lines + each.lines > CHUNK_LINES) {
      chunks.push([each]);
      lines = each.lines;
    } else {
      last.push(each);
      lines += each.lines;
    }
  }
  return chunks;
}

function linesOf(chunk: readonly Transaction[], range: TimeRange): (ArrivedLine & { readonly arrival: number })[] {
  const lines = [...byDay(chunk)].flatMap(([of, arrivals]) =>
    of.reader.guard(() =>
      [...matchingIds(of.reader, within(of.query, arrivals), range, 'oldest-first')].map(id => ({
        of,
        id,
        arrival: of.reader.arrivalOf(id) ?? 0,
      })),
    ),
  );
  return lines.sort((a, b) => a.arrival - b.arrival || a.id - b.id);
}

function countOf(chunk: readonly Transaction[], range: TimeRange): number {
  let n = 0;
  for (const [{ reader, query }, arrivals] of byDay(chunk))
    n += reader.guard(() => countLines(reader, within(query, arrivals), range, Number.MAX_SAFE_INTEGER));
  return n;
}

function byDay(chunk: readonly Transaction[]): Map<DayQuery, number[]> {
  const days = new Map<DayQuery, number[]>();
  for (const { of, arrival } of chunk) days.set(of, [...(days.get(of) ?? []), arrival]);
  return days;
}

/** The lines a query finds among those of some transactions. */
function within({ match, negated }: CompiledQuery, arrivals: readonly number[]): CompiledQuery {
  const arrived = arrivals.map(arrival => `"${keyToken('arrival', arrival)}"`).join(' OR ');
  if (match === null) return { negated: false, match: negated ? arrived : null };
  return { negated: false, match: `(${arrived}) ${negated ? 'NOT' : 'AND'} (${match})` };
}
