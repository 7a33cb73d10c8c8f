/** Columns of datasets and where they come from: /lineage/columns and the columns of /lineage/graph. */

import type { ColumnsAnswer } from '../../../api/lineage-answers.ts';
import { get } from './client.ts';

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
