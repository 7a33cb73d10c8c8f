import type { ImpactAnswer } from '../graph/answers.ts';
import type { KnownTable } from '../sql/resolve/catalog.ts';
import type { NamedTable } from '../sql/statement-lineage.ts';

/** Somebody who writes a dataset. */
export interface Writer {
  readonly node: string;
  readonly kind: string;
  readonly name: string;
  readonly owner: string | null;
  /** Since when its run writes, epoch ms; null where nobody told. */
  readonly since: number | null;
}

/** PORT: what is known beside the script. All answers are those of one moment. */
export interface Estate {
  /** A table by its dotted name, with or without the catalog; undefined for one nobody declared. */
  known(dotted: string): KnownTable | undefined;
  /** The dotted names of all declared tables. Empty: nobody ever declared one, so that nothing can be said of names. */
  names(): Iterable<string>;
  /** Whether jobs read or write something of this name without anybody having declared it. */
  isUsed(byName: string): boolean;
  /** Ids of the datasets behind a table of a job; of one known only by its name, what that name stands for. */
  datasets(table: NamedTable, job: string): readonly string[];
  /** Who writes a dataset now; what has ended writes no more. */
  writers(dataset: string): readonly Writer[];
  /** Nodes the data goes to next from a dataset or job: not over dimension tables, not through what has ended. */
  next(node: string): readonly string[];
  /** What a job runs now; null for one nobody knows or that has no SQL. */
  current(job: string): { readonly sql: string; readonly session: string | null } | null;
  /** What depends on a dataset or one column of it; null when nothing does. */
  impact(dataset: string, column: string | null): ImpactAnswer | null;
}
