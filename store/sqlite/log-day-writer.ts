import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { traceOf } from '../log-text.ts';
import type { LogBatch, SharedKind, SharedTuples } from './log-batch.ts';
import { Dictionary } from './log-dictionary.ts';
import { BUCKET_MS, bucketOf, bucketStart, firstIdOf, lineId, SLOTS, slotOfId } from './log-id.ts';
import { type IndexedLine, indexColumns } from './log-keys.ts';
import { LogRollup } from './log-rollup.ts';

/** Partitions and buckets remembered; beyond it they are looked up again. */
const MAX_CACHED = 10_000;

/** Why a row was not stored, by its place in the batch. */
export interface RefusedLine {
  readonly line: number;
  readonly reason: string;
}

/**
 * Writes lines into one open file. The caller brackets calls by a transaction and, after a rollback, throws the writer away:
 * its caches would know what the file forgot.
 */
export class DayWriter {
  readonly #day: number;
  readonly #dictionaries: Readonly<Record<SharedKind, Dictionary>>;
  readonly #rollup: LogRollup;
  readonly #insertLine: StatementSync;
  readonly #insertText: StatementSync;
  readonly #insertArrival: StatementSync;
  readonly #hasOffset: StatementSync;
  readonly #highestOffset: StatementSync;
  readonly #highestId: StatementSync;
  /** Highest offset stored, by code of `part`: what lies above it is new without a look-up. */
  readonly #high = new Map<number, number>();
  readonly #slots = new Map<number, number>();

  constructor(db: DatabaseSync, day: number) {
    this.#day = day;
    this.#dictionaries = {
      run: new Dictionary(db, 'run'),
      origin: new Dictionary(db, 'origin'),
      logger: new Dictionary(db, 'logger'),
      thread: new Dictionary(db, 'thread'),
      exception: new Dictionary(db, 'exception'),
      part: new Dictionary(db, 'part'),
    };
    this.#rollup = new LogRollup(db);
    this.#insertLine = db.prepare('INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#insertText = db.prepare('INSERT INTO ft(rowid, message, stack, keys) VALUES (?, ?, ?, ?)');
    this.#insertArrival = db.prepare('INSERT INTO arrival VALUES (?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n');
    this.#hasOffset = db.prepare('SELECT 1 FROM line WHERE part = ? AND off = ?');
    this.#highestOffset = db.prepare('SELECT max(off) AS high FROM line WHERE part = ?');
    this.#highestId = db.prepare('SELECT max(id) AS id FROM line WHERE id >= ? AND id < ?');
  }

  /** Writes the given lines of a batch, in order of event time, as part of a transaction's arrivals; lines already stored are skipped. */
  write(batch: LogBatch, lines: Iterable<number>, arrival: number): RefusedLine[] {
    const codeOf = this.#codesOf(batch.shared);
    const refused: RefusedLine[] = [];
    let written = 0;
    for (const i of lines) {
      const part = codeOf.part(batch.part[i]!);
      const offset = batch.offset[i]!;
      if (this.#isStored(part, offset)) continue;
      const ts = batch.ts[i]!;
      const bucket = bucketOf(ts, this.#day) ?? 0;
      const slot = this.#takeSlot(bucket);
      if (slot >= SLOTS) {
        refused.push({ line: i, reason: `more than ${SLOTS} lines of one day lie within the same ${BUCKET_MS} ms` });
        continue;
      }
      const exception = batch.exceptions.get(i);
      const line: IndexedLine = {
        message: batch.messages[i]!,
        trace:
          exception === undefined
            ? ''
            : traceOf({ ...exception, class: batch.shared.exception[exception.shared]![0]! }),
        level: batch.level[i]!,
        run: codeOf.run(batch.run[i]!),
        origin: codeOf.origin(batch.origin[i]!),
        logger: codeOf.logger(batch.logger[i]!),
        thread: codeOf.thread(batch.thread[i]!),
        exception: exception === undefined ? null : codeOf.exception(exception.shared),
        arrival,
      };
      const id = lineId(bucket, slot, line.level);
      this.#insertLine.run(
        id,
        ts - bucketStart(bucket, this.#day),
        part,
        offset,
        line.run,
        line.origin,
        line.logger,
        line.thread,
        line.exception,
        batch.originals.get(i) ?? null,
        line.message,
        exception?.message ?? null,
        exception?.stack ?? null,
        arrival,
      );
      written++;
      this.#insertText.run(id, ...indexColumns(line));
      this.#rollup.add(line.run, ts, line.level, 1);
      this.#high.set(part, Math.max(offset, this.#high.get(part) ?? offset));
    }
    this.#rollup.flush();
    if (written > 0) this.#insertArrival.run(arrival, written);
    return refused;
  }

  /** For each kind, the file's code of a number of the batch. */
  #codesOf(shared: SharedTuples): Record<SharedKind, (inBatch: number) => number> {
    const codeOf = (kind: SharedKind): ((inBatch: number) => number) => {
      const dictionary = this.#dictionaries[kind];
      const tuples = shared[kind];
      const codes = new Int32Array(tuples.length);
      return inBatch => (codes[inBatch] ||= dictionary.codeOf(tuples[inBatch]!));
    };
    return {
      run: codeOf('run'),
      origin: codeOf('origin'),
      logger: codeOf('logger'),
      thread: codeOf('thread'),
      exception: codeOf('exception'),
      part: codeOf('part'),
    };
  }

  #isStored(part: number, offset: number): boolean {
    let high = this.#high.get(part);
    if (high === undefined) {
      const stored = this.#highestOffset.get(part)?.['high'];
      if (typeof stored !== 'number') return false;
      if (this.#high.size >= MAX_CACHED) this.#high.clear();
      high = stored;
      this.#high.set(part, high);
    }
    return offset <= high && this.#hasOffset.get(part, offset) !== undefined;
  }

  #takeSlot(bucket: number): number {
    let slot = this.#slots.get(bucket);
    if (slot === undefined) {
      const highest = this.#highestId.get(firstIdOf(bucket), firstIdOf(bucket + 1))?.['id'];
      slot = typeof highest === 'number' ? slotOfId(highest) + 1 : 0;
      if (this.#slots.size >= MAX_CACHED) this.#slots.clear();
    }
    this.#slots.set(bucket, slot + 1);
    return slot;
  }
}
