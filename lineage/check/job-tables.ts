import { nextTurn } from '../../model/next-turn.ts';
import type { KnownTable } from '../sql/resolve/catalog.ts';
import { dottedText } from '../sql/resolve/names.ts';
import { type DeclaredTable, declaredTables } from './declared-tables.ts';

/** A job's SQL as it is known now. */
export interface JobSql {
  readonly name: string;
  readonly sql: string | null;
  readonly session: string | null;
}

/** Characters of SQL read between two turns of the event loop: some milliseconds. */
const SLICE = 100_000;
/** What a job costs whatever its SQL, in the same measure. */
const MIN_COST = 200;

/**
 * Tables that the DDL of known jobs declares. Where jobs declare one name differently, only that it exists is known. Brought up to date before
 * it is asked; a job whose SQL is the same text is not read again.
 */
export class JobTables {
  readonly #jobs = new Map<
    string,
    { readonly sql: string | null; readonly session: string | null; readonly tables: readonly DeclaredTable[] }
  >();
  /** Dotted name, with and without its catalog -> by job. */
  readonly #byName = new Map<string, Map<string, KnownTable>>();
  /** Full dotted names -> how many jobs declare them. */
  readonly #full = new Map<string, number>();
  #refreshing: Promise<void> | null = null;

  /** Takes over what has changed, in slices that let others run. */
  refresh(jobs: () => Iterable<JobSql>): Promise<void> {
    this.#refreshing ??= this.#refresh(jobs).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  find(dotted: string): KnownTable | undefined {
    const found = this.#byName.get(dotted);
    if (found === undefined) return undefined;
    const [first, ...others] = found.values();
    if (first === undefined || others.length === 0) return first;
    const columns = others.every(other => sameList(other.columns, first.columns)) ? first.columns : null;
    const options = others.every(other => sameOptions(other.options, first.options))
      ? first.options
      : new Map<string, string>();
    return { columns, connector: null, options };
  }

  names(): Iterable<string> {
    return this.#full.keys();
  }

  async #refresh(jobs: () => Iterable<JobSql>): Promise<void> {
    const changed: JobSql[] = [];
    let count = 0;
    for (const job of jobs()) {
      count++;
      const before = this.#jobs.get(job.name);
      if (before === undefined || before.sql !== job.sql || before.session !== job.session) changed.push(job);
    }
    const isNew = ({ name }: JobSql): boolean => !this.#jobs.has(name);
    if (count < this.#jobs.size + changed.filter(isNew).length) {
      const present = new Set([...jobs()].map(({ name }) => name));
      for (const name of this.#jobs.keys()) if (!present.has(name)) this.#forget(name);
    }
    let read = 0;
    for (const job of changed) {
      read += MIN_COST + (job.sql?.length ?? 0);
      if (read > SLICE) {
        await nextTurn();
        read = 0;
      }
      this.#take(job);
    }
  }

  #take({ name, sql, session }: JobSql): void {
    this.#forget(name);
    const tables = sql === null ? [] : declaredTables(sql, session);
    this.#jobs.set(name, { sql, session, tables });
    for (const declared of tables) {
      this.#full.set(declared.name, (this.#full.get(declared.name) ?? 0) + 1);
      for (const dotted of spellings(declared.name)) {
        const byJob = this.#byName.get(dotted) ?? new Map<string, KnownTable>();
        this.#byName.set(dotted, byJob.set(name, declared.table));
      }
    }
  }

  #forget(name: string): void {
    for (const declared of this.#jobs.get(name)?.tables ?? []) {
      const uses = (this.#full.get(declared.name) ?? 1) - 1;
      if (uses > 0) this.#full.set(declared.name, uses);
      else this.#full.delete(declared.name);
      for (const dotted of spellings(declared.name)) {
        const byJob = this.#byName.get(dotted);
        byJob?.delete(name);
        if (byJob?.size === 0) this.#byName.delete(dotted);
      }
    }
    this.#jobs.delete(name);
  }
}

/** `cat.db.t` and `db.t`. */
function spellings(full: string): readonly string[] {
  const parts = full.split('.');
  return parts.length > 2 ? [full, dottedText(parts.slice(1))] : [full];
}

function sameList(a: readonly string[] | null, b: readonly string[] | null): boolean {
  return a === b || (a !== null && b !== null && a.length === b.length && a.every((item, i) => item === b[i]));
}

function sameOptions(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
