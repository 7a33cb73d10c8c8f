/** The datasets of a job as the graph has them now, and what of them is history. */
import type { LineageGraph } from './build.ts';
import type { DatasetRef } from './dataset.ts';
import { type EdgeRole, type Fragment, type FragmentHop, NODE_ID } from './fragment.ts';
import { openLineageKey } from './fragments/openlineage.ts';
import type { JobVersion, VersionTables } from './versions.ts';

/** What the job's own evidence names: its submission, or where there is none its OpenLineage events. */
export function tablesOf(lineage: LineageGraph, job: string): VersionTables {
  const fragment = lineage.fragment(NODE_ID.job(job)) ?? lineage.fragment(openLineageKey(job));
  return fragment === null ? { reads: [], writes: [] } : tablesOfFragment(lineage, fragment);
}

/** Sorted, each once. */
export function tablesOfFragment(
  lineage: { resolve(ref: DatasetRef): { readonly id: string } },
  fragment: Fragment,
): VersionTables {
  const reads = new Map<string, { id: string; role: EdgeRole }>();
  const writes = new Set<string>();
  for (const { from, to, role } of fragment.edges) {
    // Views are read by their job, which reads what they are made of as well.
    if (role === 'derives') continue;
    if ('dataset' in to) writes.add(lineage.resolve(to.dataset).id);
    if (!('dataset' in from)) continue;
    const { id } = lineage.resolve(from.dataset);
    reads.set(`${id} ${role}`, { id, role });
  }
  return {
    reads: [...reads].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, read]) => read),
    writes: [...writes].sort(),
  };
}

/** Datasets that former versions named and the one in force does not: what was seen of them before it tells of the past. */
export function formerDatasets(versions: readonly JobVersion[], now: VersionTables): ReadonlySet<string> {
  const former = new Set<string>();
  for (const { tables } of versions) {
    for (const { id } of tables?.reads ?? []) former.add(id);
    for (const id of tables?.writes ?? []) former.add(id);
  }
  for (const { id } of now.reads) former.delete(id);
  for (const id of now.writes) former.delete(id);
  return former;
}

/** A fragment without what it says of some datasets; the same one where it says nothing of them. */
export function withoutDatasets(fragment: Fragment, gone: ReadonlySet<string>, lineage: LineageGraph): Fragment {
  const isGone = (ref: DatasetRef): boolean => gone.has(lineage.resolve(ref).id);
  const edges = fragment.edges.filter(
    ({ from, to }) => !('dataset' in from && isGone(from.dataset)) && !('dataset' in to && isGone(to.dataset)),
  );
  if (edges.length === fragment.edges.length) return fragment;
  const hopWithout = (hop: FragmentHop): FragmentHop => ({ ...hop, inputs: hop.inputs.filter(ref => !isGone(ref)) });
  const hops = fragment.hops.filter(({ output }) => output === null || !isGone(output)).map(hopWithout);
  const flows = (fragment.flows ?? []).filter(({ sink }) => sink === null || !isGone(sink));
  return { ...fragment, edges, hops, flows };
}
