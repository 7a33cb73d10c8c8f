import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { LogBatch } from './log-batch.ts';
import { DayReader } from './log-day-reader.ts';
import { DayWriter, type RefusedLine } from './log-day-writer.ts';
import { deleteRuns } from './log-delete.ts';
import { dayFile, listDays, openDayToRead, openDayToWrite, toStoreError } from './log-schema.ts';

/** Files the writer keeps open: today's, and those late lines go to. */
const MAX_OPEN = 4;

/** Pages of full text merged in one step: about 20 ms, so that lines never wait long. */
const MERGE_PAGES = 64;

interface OpenDay {
  readonly db: DatabaseSync;
  readonly writer: DayWriter;
  /** Whether lines came since merging last found nothing to do. */
  mayMerge: boolean;
}

/** The writing half of the store; lives in a thread of its own and works through one call after another. */
export class LogWriter {
  readonly #dir: string;
  /** By day; the least recently used first. */
  readonly #open = new Map<number, OpenDay>();
  /** The newest transaction's number, in any file; null before the first. */
  #arrival: number | null = null;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * Stores batches at the instant `now`, one transaction per day file, and tells for each which of its lines were refused. When it
   * throws, some files may have taken their lines: storing the same batches again puts that right.
   */
  append(batches: readonly LogBatch[], now: number): RefusedLine[][] {
    const refused: RefusedLine[][] = batches.map(() => []);
    for (const [day, parts] of linesByDay(batches)) {
      const arrival = this.#nextArrival(now);
      this.#inTransaction(day, open => {
        for (const { at, lines } of parts) refused[at]!.push(...open.writer.write(batches[at]!, lines, arrival));
        open.mayMerge = true;
      });
    }
    return refused;
  }

  /**
   * Merges a little of the full text of a day that took lines; false when there is nothing to do. Every transaction leaves a segment
   * that each search has to look into, and appending itself merges as little as it must to stay quick.
   */
  merge(): boolean {
    for (const [day, { mayMerge }] of [...this.#open]) {
      if (!mayMerge) continue;
      this.#guard(day, open => {
        const before = changesOf(open.db);
        open.db.exec(`INSERT INTO ft(ft, rank) VALUES ('merge', ${MERGE_PAGES})`);
        // as the manual of FTS5 has it: fewer than two changes mean that nothing was merged
        open.mayMerge = changesOf(open.db) - before >= 2;
      });
      return true;
    }
    return false;
  }

  /** Days on disk with the job names of their lines. */
  days(): { day: number; jobs: string[] }[] {
    return listDays(this.#dir).map(day => {
      const rows = this.#guard(day, ({ db }) =>
        db.prepare('SELECT DISTINCT job FROM run WHERE code IN (SELECT run FROM rollup)').all(),
      );
      return { day, jobs: rows.map(row => String(row['job'])) };
    });
  }

  /** Removes a day's file, whatever is in it. */
  dropDay(day: number): void {
    this.#forget(day);
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(this.#dir, `${dayFile(day)}${suffix}`), { force: true });
  }

  /** Deletes lines of some jobs from a day, a bounded number a call. Returns how many; fewer than asked for means all are gone. */
  deleteLines(day: number, jobs: readonly string[], limit: number): number {
    if (!existsSync(join(this.#dir, dayFile(day)))) return 0;
    return this.#inTransaction(day, ({ db }) => deleteRuns(db, day, jobs, limit));
  }

  close(): void {
    for (const day of [...this.#open.keys()]) this.#forget(day);
  }

  /** Times of arrival, so that they rise although files come and go; where the clock stands or goes back, the next number. */
  #nextArrival(now: number): number {
    this.#arrival ??= Math.max(0, ...listDays(this.#dir).map(day => this.#newestArrival(day)));
    this.#arrival = Math.max(this.#arrival + 1, now);
    return this.#arrival;
  }

  #newestArrival(day: number): number {
    try {
      const db = openDayToRead(this.#dir, day);
      if (db === null) return 0;
      const reader = new DayReader(db, day);
      const newest = reader.newestArrival();
      reader.close();
      return newest;
    } catch {
      // A file that cannot be read is told of when its lines are asked for; the others go on being written.
      return 0;
    }
  }

  #inTransaction<T>(day: number, work: (open: OpenDay) => T): T {
    return this.#guard(day, open => {
      open.db.exec('BEGIN IMMEDIATE');
      const result = work(open);
      open.db.exec('COMMIT');
      return result;
    });
  }

  /** After any failure the file is closed, which rolls back and forgets what the caches assumed. */
  #guard<T>(day: number, work: (open: OpenDay) => T): T {
    try {
      return work(this.#dayOf(day));
    } catch (error) {
      this.#forget(day);
      throw toStoreError(error, day);
    }
  }

  #dayOf(day: number): OpenDay {
    const known = this.#open.get(day);
    if (known !== undefined) {
      this.#open.delete(day);
      this.#open.set(day, known);
      return known;
    }
    if (this.#open.size >= MAX_OPEN) this.#forget(this.#open.keys().next().value!);
    const db = openDayToWrite(this.#dir, day);
    const open = { db, writer: new DayWriter(db, day), mayMerge: true };
    this.#open.set(day, open);
    return open;
  }

  #forget(day: number): void {
    const open = this.#open.get(day);
    this.#open.delete(day);
    open?.db.close();
  }
}

/** For each day, the lines of each batch that belong to it, in order of event time (the ids of a file rise with it). */
function linesByDay(batches: readonly LogBatch[]): Map<number, { at: number; lines: Uint32Array }[]> {
  const days = new Map<number, { at: number; lines: Uint32Array }[]>();
  batches.forEach((batch, at) => {
    for (const day of new Set(batch.day)) {
      const lines = Uint32Array.from(batch.day.keys()).filter(i => batch.day[i] === day);
      if (!isSorted(batch.ts, lines)) lines.sort((a, b) => batch.ts[a]! - batch.ts[b]! || a - b);
      const parts = days.get(day);
      if (parts === undefined) days.set(day, [{ at, lines }]);
      else parts.push({ at, lines });
    }
  });
  return days;
}

function isSorted(ts: Float64Array, lines: Uint32Array): boolean {
  for (let i = 1; i < lines.length; i++) if (ts[lines[i]!]! < ts[lines[i - 1]!]!) return false;
  return true;
}

function changesOf(db: DatabaseSync): number {
  return Number(db.prepare('SELECT total_changes() AS n').get()?.['n']);
}
