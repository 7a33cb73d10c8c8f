/** The graph as answers show it: nodes and edges as JSON, with what the evidence disagrees about. */
import type { Conflict, GraphEdge, GraphNode } from './answers.ts';
import type { EdgeAttributes, LineageGraph } from './build.ts';
import type { Evidence } from './fragment.ts';

/** A job's state as people mean it. */
export interface JobState {
  readonly status: string | null;
  /** Since when, epoch ms; null where no event says. */
  readonly since: number | null;
}

/** What answers are made from. */
export interface GraphView {
  readonly lineage: LineageGraph;
  /** By job name; null for a job nobody told the state of. */
  stateOf(job: string): JobState | null;
}

const ENDED: ReadonlySet<string> = new Set(['CANCELED', 'FINISHED', 'FAILED', 'SUSPENDED']);

/** True for a job status after which a run does not come back. */
export function isEnded(status: string | null): boolean {
  return status !== null && ENDED.has(status);
}

/** Whether a node is a job that ended. */
export function isStopped(view: GraphView, id: string): boolean {
  const { kind, name } = view.lineage.graph.getNodeAttributes(id);
  return kind === 'job' && isEnded(view.stateOf(name)?.status ?? null);
}

/** A node of the graph; `id` must be one. */
export function nodeOf(view: GraphView, id: string): GraphNode {
  const { kind, namespace, name, owner, connector, parent } = view.lineage.graph.getNodeAttributes(id);
  const conflicts = kind === 'job' ? conflictsOf(view.lineage, id) : [];
  return {
    id,
    kind,
    namespace,
    name,
    label: name,
    ...(owner === undefined ? {} : { owner }),
    ...(connector === undefined || connector === null ? {} : { connector }),
    ...(parent === undefined ? {} : { parent }),
    ...(kind === 'job' ? stateFields(view.stateOf(name)) : {}),
    ...(conflicts.length > 0 ? { conflicts } : {}),
  };
}

function stateFields(state: JobState | null): Pick<GraphNode, 'status' | 'stopped' | 'ended_at'> {
  if (state === null || state.status === null) return {};
  const { status, since } = state;
  const stopped = isEnded(status);
  return { status, stopped, ...(stopped && since !== null ? { ended_at: since } : {}) };
}

/** An edge of the graph, `conflicts` of its job beside it. */
export function edgeOf(
  from: string,
  to: string,
  { role, evidence }: EdgeAttributes,
  conflicts: readonly Conflict[] = [],
): GraphEdge {
  const edge = { from, to, role, evidence: kindsOf(evidence) };
  const what = role === 'writes' ? 'writes' : 'reads';
  const conflict = conflicts.find(each => each.what === what && each.dataset === (what === 'writes' ? to : from));
  return conflict === undefined ? edge : { ...edge, conflicts: conflict.not_by };
}

function kindsOf(evidence: ReadonlyMap<string, Evidence>): readonly Evidence[] {
  return [...new Set(evidence.values())].sort();
}

/** Evidence that lists all a job reads and writes. */
const COMPLETE: ReadonlySet<Evidence> = new Set(['sql', 'by-name', 'declared']);
/** Evidence that names what was seen. */
const SEEN: ReadonlySet<Evidence> = new Set(['openlineage', 'topic-metrics']);

/**
 * What a job was seen to read or write though its SQL or its submission, which list everything, do not name it. Nothing is told where
 * these are not complete: a statement that could not be read, a pattern of topics.
 */
function conflictsOf({ graph }: LineageGraph, job: string): readonly Conflict[] {
  const sides = { reads: new Map<string, readonly Evidence[]>(), writes: new Map<string, readonly Evidence[]>() };
  graph.forEachInEdge(job, (_edge, { role, evidence }, from) => {
    if (role !== 'derives') sides.reads.set(from, kindsOf(evidence));
  });
  graph.forEachOutEdge(job, (_edge, { evidence }, _from, to) => void sides.writes.set(to, kindsOf(evidence)));
  const all = [...sides.reads.values(), ...sides.writes.values()].flat();
  if (all.includes('sql-partial')) return [];
  return (['reads', 'writes'] as const).flatMap(what => conflictsOfSide(sides[what], what, graph));
}

function conflictsOfSide(
  side: ReadonlyMap<string, readonly Evidence[]>,
  what: Conflict['what'],
  graph: LineageGraph['graph'],
): readonly Conflict[] {
  const listed = [...side].filter(([, kinds]) => kinds.some(kind => COMPLETE.has(kind)));
  const not_by = [...new Set(listed.flatMap(([, kinds]) => kinds.filter(kind => COMPLETE.has(kind))))].sort();
  const names = new Set(listed.map(([id]) => graph.getNodeAttribute(id, 'name')));
  if (listed.length === 0 || [...names].some(isPattern)) return [];
  return (
    [...side]
      .filter(([, kinds]) => kinds.every(kind => SEEN.has(kind)))
      // A name that nothing resolves may mean this very dataset.
      .filter(([id]) => !names.has(graph.getNodeAttribute(id, 'name')))
      .map(([dataset, said_by]) => ({ what, dataset, said_by, not_by }))
      .sort((a, b) => (a.dataset < b.dataset ? -1 : 1))
  );
}

/** A `topic-pattern`: characters no topic has. */
function isPattern(name: string): boolean {
  return /[*+?[\]()|^$\\]/.test(name);
}
