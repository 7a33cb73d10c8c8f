/** Columns of datasets and where they come from: /lineage/columns and the columns of /lineage/graph. */

import { get } from './client.ts';

/** `value`: goes into the other's value · `control`: decides it, or which rows come out. */
export type ColumnUse = 'value' | 'control';
export type ControlUse = 'filter' | 'join' | 'group' | 'sort' | 'pattern' | 'time' | 'value';

interface ColumnSource {
  readonly dataset: string;
  readonly column: string;
  readonly type: ColumnUse;
  readonly roles?: readonly ControlUse[];
}

/** How one job fills one column. */
export interface ColumnOrigin {
  readonly dataset: string;
  readonly column: string;
  /** The sources listed may not be all. */
  readonly open: boolean;
  readonly sources: readonly ColumnSource[];
  /** By the names they are called with. */
  readonly functions: readonly string[];
  /** Expressions on the way, those nearest to the sources first; empty for a plain copy. */
  readonly steps: readonly string[];
  /** Node id of who fills it. */
  readonly job: string;
  /** Jobs between this column and the ones that were asked for. */
  readonly depth: number;
}

export interface ColumnsAnswer {
  /** One entry per column and job that fills it, nearest first. */
  readonly columns: readonly ColumnOrigin[];
  readonly truncated: boolean;
}

/** Where the columns of a dataset, or of what a job writes, come from; `depth` in jobs. */
export function getColumns(
  ask: { of: string; column?: string; depth?: number },
  signal: AbortSignal,
): Promise<ColumnsAnswer> {
  return get('/lineage/columns', ask, signal);
}

export interface KnownColumn {
  readonly name: string;
  readonly type?: string;
}

interface ColumnNodes {
  readonly nodes: readonly { readonly kind: string; readonly name: string; readonly type?: string }[];
}

/** Every known column of one dataset, whoever fills it, in alphabetical order. */
export async function getKnownColumns(dataset: string, signal: AbortSignal): Promise<readonly KnownColumn[]> {
  const { nodes } = await get<ColumnNodes>('/lineage/graph', { root: dataset, depth: 0, columns: 'true' }, signal);
  return nodes
    .filter(({ kind }) => kind === 'column')
    .map(({ name, type }) => (type === undefined ? { name } : { name, type }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
