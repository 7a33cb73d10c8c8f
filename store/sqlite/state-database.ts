import { randomBytes } from 'node:crypto';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Clock } from '../../model/clock.ts';
import { VersionConflictError } from '../../model/errors.ts';
import type { Expected } from '../state-store.ts';
import type { StateRow } from './state-rows.ts';
import { away, StateWriter } from './state-writer.ts';

/** What the parts of the state store share: prepared statements, grouped writes, versions, the clock. */
export class StateDatabase {
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  readonly #writer: StateWriter;
  readonly #statements = new Map<string, StatementSync>();
  /** Versions are unique over the life of the file: a random part for this opening and a count. */
  readonly #opening = randomBytes(6).toString('hex');
  #versions = 0;

  constructor(db: DatabaseSync, clock: Clock) {
    this.#db = db;
    this.#clock = clock;
    this.#writer = new StateWriter(db, clock);
  }

  now(): number {
    return this.#clock.now();
  }

  newVersion(): string {
    return `${this.#opening}-${++this.#versions}`;
  }

  /** Throws `VersionConflictError` unless the stored row (undefined: none) has the expected version. */
  expect(stored: StateRow | undefined, expected: Expected, what: string): void {
    if (expected === 'any') return;
    if ((stored?.['version'] ?? null) !== expected) throw new VersionConflictError(`${what} was changed meanwhile`);
  }

  /** Runs `fn` in a transaction shared with the other writes of this turn; resolves once it is committed. */
  write<T>(fn: () => T): Promise<T> {
    return this.#writer.write(fn);
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepared(sql).run(...values);
  }

  /** Runs a statement; returns how many rows it changed. */
  change(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  /** Rows of a query whose columns are numbers and texts. Throws `StoreAwayError`. */
  all(sql: string, ...values: SQLInputValue[]): StateRow[] {
    try {
      return this.#prepared(sql).all(...values) as StateRow[];
    } catch (error) {
      throw away(error);
    }
  }

  close(): void {
    if (!this.#db.isOpen) return;
    this.#writer.flush();
    this.#db.close();
  }

  #prepared(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
