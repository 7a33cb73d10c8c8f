import type { DatabaseSync, StatementSync } from 'node:sqlite';

export const MINUTE_MS = 60_000;
/** The run of the rollup that stands for all runs. */
export const ALL_RUNS = 0;

const LEVELS = 8;

/** Counts of lines by minute and level, of each run and of all, gathered in memory and written within the same transaction. */
export class LogRollup {
  readonly #add: StatementSync;
  readonly #clean: StatementSync;
  /** Run -> minute * 8 + level -> lines. */
  readonly #counts = new Map<number, Map<number, number>>();

  constructor(db: DatabaseSync) {
    this.#add = db.prepare('INSERT INTO rollup VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n');
    this.#clean = db.prepare('DELETE FROM rollup WHERE run = ? AND minute = ? AND level = ? AND n <= 0');
  }

  /** Adds `n` lines, or takes them away when negative. */
  add(run: number, ts: number, level: number, n: number): void {
    let counts = this.#counts.get(run);
    if (counts === undefined) {
      counts = new Map();
      this.#counts.set(run, counts);
    }
    const key = Math.floor(ts / MINUTE_MS) * LEVELS + level;
    counts.set(key, (counts.get(key) ?? 0) + n);
  }

  /** Writes what was gathered. */
  flush(): void {
    const total = new Map<number, number>();
    for (const [run, counts] of this.#counts) {
      for (const [key, n] of counts) {
        total.set(key, (total.get(key) ?? 0) + n);
        this.#write(run, key, n);
      }
    }
    for (const [key, n] of total) this.#write(ALL_RUNS, key, n);
    this.#counts.clear();
  }

  #write(run: number, key: number, n: number): void {
    const minute = Math.floor(key / LEVELS);
    const level = key - minute * LEVELS;
    this.#add.run(run, minute, level, n);
    if (n < 0) this.#clean.run(run, minute, level);
  }
}
