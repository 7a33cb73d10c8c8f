import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SharedKind } from './log-batch.ts';

/** Columns of the tables of shared things, in the order of their tuples. */
export const SHARED_COLUMNS = {
  run: ['job', 'job_id'],
  origin: ['app', 'container', 'host', 'role'],
  logger: ['name'],
  thread: ['name'],
  exception: ['class', 'root'],
  part: ['epoch', 'topic', 'num'],
} as const satisfies Record<SharedKind, readonly string[]>;

const MAX_CACHED = 50_000;

/** Codes of shared things in one file, handed out as they come. The cache is bounded; the table is the truth. */
export class Dictionary {
  readonly #cache = new Map<string, number>();
  readonly #find: StatementSync;
  readonly #add: StatementSync;

  constructor(db: DatabaseSync, kind: SharedKind) {
    const columns: readonly string[] = SHARED_COLUMNS[kind];
    this.#find = db.prepare(`SELECT code FROM ${kind} WHERE ${columns.map(column => `${column} = ?`).join(' AND ')}`);
    this.#add = db.prepare(`INSERT INTO ${kind}(${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`);
  }

  /** The code of a tuple, new where it has none. After a rollback the dictionary must be thrown away. */
  codeOf(tuple: readonly string[]): number {
    const key = tuple.join('\u0001');
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const found = this.#find.get(...tuple)?.['code'];
    const code = Number(found ?? this.#add.run(...tuple).lastInsertRowid);
    if (this.#cache.size >= MAX_CACHED) this.#cache.clear();
    this.#cache.set(key, code);
    return code;
  }
}
