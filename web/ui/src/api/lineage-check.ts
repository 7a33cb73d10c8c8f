/** What is read out of a SQL script, and what is wrong with it: /lineage/check and /lineage/parse (contracts.md 5.1). */

import { post } from './client.ts';

export type Severity = 'error' | 'warning' | 'info';

/** `line` and `column` count from 1, `position` (UTF-16 units) from 0. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly line: number;
  readonly column: number;
  readonly position: number;
  readonly length: number;
  readonly message: string;
  readonly hint?: string;
  readonly related?: readonly { readonly message: string; readonly node?: string; readonly owner?: string }[];
}

/** Names are fully qualified: `catalog.database.table`. */
interface Parsed {
  readonly sources: readonly string[];
  readonly sink: readonly string[];
  readonly dims: readonly string[];
  /** Of the last query or insert, the sources of each column in select order. */
  readonly columns: readonly (readonly string[])[] | null;
}

export interface Checked {
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly parsed: Parsed;
}

/** Checks a script as a new one, or as the next version of `job`. */
export async function checkSql(
  ask: { readonly sql: string; readonly session: string; readonly job: string },
  signal: AbortSignal,
): Promise<Checked> {
  const session = ask.session === '' ? {} : { session: ask.session };
  const job = ask.job === '' ? {} : { job: ask.job };
  const [checked, parsed] = await Promise.all([
    post<Omit<Checked, 'parsed'>>('/lineage/check', { sql: ask.sql, ...session, ...job }, signal),
    post<Parsed>('/lineage/parse', { sql: ask.sql, ...session }, signal),
  ]);
  return { ...checked, parsed };
}
