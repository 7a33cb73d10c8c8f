import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { LogBatch } from './log-batch.ts';
import { DayWriter, type RefusedLine } from './log-day-writer.ts';
import { deleteRuns } from './log-delete.ts';
import { dayFile, listDays, openDayToWrite, toStoreError } from './log-schema.ts';

/** Files the writer keeps open: today's, and those late lines go to. */
const MAX_OPEN = 4;

interface OpenDay {
  readonly db: DatabaseSync;
  readonly writer: DayWriter;
}

/** The writing half of the store; lives in a thread of its own and works through one call after another. */
export class LogWriter {
  readonly #dir: string;
  /** By day; the least recently used first. */
  readonly #open = new Map<number, OpenDay>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /**
   * Stores batches, one transaction per day file, and tells for each which of its lines were refused. When it throws, some files
   * may have taken their lines: storing the same batches again puts that right.
   */
  append(batches: readonly LogBatch[]): RefusedLine[][] {
    const refused: RefusedLine[][] = batches.map(() => []);
    for (const [day, parts] of linesByDay(batches)) {
      this.#inTransaction(day, ({ writer }) => {
        for (const { at, lines } of parts) refused[at]!.push(...writer.write(batches[at]!, lines));
      });
    }
    return refused;
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
    const open = { db, writer: new DayWriter(db, day) };
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
