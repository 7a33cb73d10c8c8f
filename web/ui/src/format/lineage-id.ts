/** Ids of the lineage graph as people read them: a dataset's is `namespace/name`, a column's `<dataset id>#<column>`. */

export function columnId(dataset: string, column: string): string {
  return `${dataset}#${column}`;
}

/** The parts of a column's id; null where it is none. A dataset's name may hold `#`, a column's hardly ever does. */
export function columnOf(id: string): { readonly dataset: string; readonly column: string } | null {
  const at = id.lastIndexOf('#');
  return at <= 0 || at === id.length - 1 ? null : { dataset: id.slice(0, at), column: id.slice(at + 1) };
}

/** A dataset id's last part; any other id as it is. */
export function shortName(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

/** `table.column` of a column's id. */
export function shortColumn(id: string): string {
  const parts = columnOf(id);
  return parts === null ? shortName(id) : `${shortName(parts.dataset)}.${parts.column}`;
}
