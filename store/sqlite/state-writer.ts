import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../model/clock.ts';
import { StoreAwayError, VersionConflictError } from '../../model/errors.ts';

interface Job {
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Time one transaction may take before the rest waits for the next turn, so that the event loop stays free for others. */
const MAX_TRANSACTION_MS = 8;

/**
 * Puts the writes issued in one turn of the event loop into one transaction: a thousand rules that fall due together cost one
 * commit. A write checks its expected version before it changes anything, so a conflict rejects that write alone.
 */
export class StateWriter {
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  #jobs: Job[] = [];

  constructor(db: DatabaseSync, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Runs `fn` inside a transaction and resolves with its result once that is committed. */
  write<T>(fn: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ run: fn, resolve: value => resolve(value as T), reject });
      if (this.#jobs.length === 1) this.#later();
    });
  }

  /** Commits everything that is waiting now. */
  flush(): void {
    while (this.#jobs.length > 0) this.#commit();
  }

  #later(): void {
    setImmediate(() => {
      if (this.#jobs.length > 0) this.#commit();
      if (this.#jobs.length > 0) this.#later();
    });
  }

  /** One transaction for as many jobs as fit its time. When one of them fails, each is tried in a transaction of its own. */
  #commit(): void {
    const until = this.#clock.monotonic() + MAX_TRANSACTION_MS;
    const { tried, failed, error } = this.#transaction(this.#jobs, () => this.#clock.monotonic() < until);
    if (error === undefined) {
      this.#jobs.splice(0, tried);
      return;
    }
    // Locked, full or gone: it would fail for every job, and each attempt may wait for the lock.
    const jobs = this.#jobs.splice(0, failed === 'job' ? tried : this.#jobs.length);
    for (const job of jobs) {
      const alone = failed === 'job' && jobs.length > 1 ? this.#transaction([job], () => true) : { error };
      if (alone.error !== undefined) job.reject(away(alone.error));
    }
  }

  /** Runs jobs from the front while `go`, and settles them after the commit; on an error nothing is committed or settled. */
  #transaction(
    jobs: readonly Job[],
    go: () => boolean,
  ): { readonly tried: number; readonly failed?: 'job' | 'file'; readonly error?: unknown } {
    const settle: (() => void)[] = [];
    let tried = 0;
    let failed: 'job' | 'file' = 'file';
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      failed = 'job';
      for (const job of jobs) {
        if (tried > 0 && !go()) break;
        tried++;
        try {
          const value = job.run();
          settle.push(() => job.resolve(value));
        } catch (error) {
          if (!(error instanceof VersionConflictError)) throw error;
          settle.push(() => job.reject(error));
        }
      }
      failed = 'file';
      this.#db.exec('COMMIT');
    } catch (error) {
      if (this.#db.isOpen && this.#db.isTransaction) this.#db.exec('ROLLBACK');
      return { tried, failed, error };
    }
    for (const done of settle) done();
    return { tried };
  }
}

/** A failure of the database (full disk, locked, closed) as callers know it. */
export function away(error: unknown): StoreAwayError {
  return new StoreAwayError(
    `The state file does not answer: ${error instanceof Error ? error.message : String(error)}`,
    error,
  );
}
