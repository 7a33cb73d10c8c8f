/** A column's origins as a graph of columns. Pure. */
import type { ColumnOrigin, ColumnUse, ControlUse } from '../../../../api/lineage-answers.ts';
import { columnId, columnOf } from '../../format/lineage-id.ts';

interface ColumnNode {
  readonly id: string;
  readonly dataset: string;
  readonly column: string;
  /** Its sources may not be all. */
  readonly open: boolean;
}

export interface ColumnEdge {
  readonly from: string;
  readonly to: string;
  readonly type: ColumnUse;
  readonly roles: readonly ControlUse[];
  readonly origin: ColumnOrigin;
}

interface ColumnPath {
  readonly nodes: readonly ColumnNode[];
  readonly edges: readonly ColumnEdge[];
  /** What fills the columns drawn, the asked column first. */
  readonly origins: readonly ColumnOrigin[];
}

/** What `target` comes from; without `control` only the columns whose values go into it. */
export function columnPath(origins: readonly ColumnOrigin[], target: string, control: boolean): ColumnPath {
  const fills = new Map<string, ColumnOrigin[]>();
  for (const origin of origins) {
    const id = columnId(origin.dataset, origin.column);
    fills.set(id, [...(fills.get(id) ?? []), origin]);
  }
  const seen = new Set([target]);
  const edges = new Map<string, ColumnEdge>();
  const shown: ColumnOrigin[] = [];
  // A set grows while it is walked: breadth first, nearest columns first.
  for (const to of seen) {
    for (const origin of fills.get(to) ?? []) {
      shown.push(origin);
      for (const source of origin.sources) {
        if (source.type === 'control' && !control) continue;
        const from = columnId(source.dataset, source.column);
        seen.add(from);
        const key = `${from} ${to}`;
        const before = edges.get(key);
        // One line for two columns: where the value flows, that is what is drawn.
        if (before?.type === 'value') continue;
        const roles = [...(before?.roles ?? []), ...(source.roles ?? [])];
        edges.set(key, { from, to, type: source.type, roles: [...new Set(roles)], origin });
      }
    }
  }
  const nodes = [...seen].map((id): ColumnNode => {
    const { dataset, column } = columnOf(id) ?? { dataset: '', column: id };
    return { id, dataset, column, open: (fills.get(id) ?? []).some(({ open }) => open) };
  });
  return { nodes, edges: [...edges.values()], origins: shown };
}
