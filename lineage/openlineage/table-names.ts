import type { Clusters } from '../graph/clusters.ts';
import { byName } from '../graph/dataset.ts';
import { identify } from '../graph/identity.ts';
import { analyzeScript } from '../sql/script.ts';
import type { NamedTable } from '../sql/statement-lineage.ts';

/** Flink's built-in catalog lives as long as a session: its names mean nothing to others. */
const SESSION_ONLY = 'default_catalog.default_database.';

/** Dataset id -> what a job's SQL calls it (`catalog.db.table`), where that name means something outside the job. */
export function tableNames(
  { name: job, sql, session }: { readonly name: string; readonly sql: string | null; readonly session: string | null },
  clusters: Clusters,
): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, Set<string>>();
  const note = ({ id, byName: text, options }: NamedTable): void => {
    if (id.startsWith(SESSION_ONLY)) return;
    const found = identify({ options, name: text, job }, clusters).map(dataset => dataset.id);
    for (const dataset of found.length > 0 ? found : [unresolved(text)])
      names.set(dataset, (names.get(dataset) ?? new Set()).add(id));
  };
  for (const { sinks, reads } of analyzeScript({ sql: sql ?? '', session: session ?? undefined }).statements)
    for (const table of [...sinks, ...reads]) note(table);
  return new Map([...names].map(([id, found]) => [id, [...found].sort()]));
}

function unresolved(text: string): string {
  const ref = byName(text);
  return ref.kind === 'by-name' ? ref.fallback.id : ref.dataset.id;
}
