/** Finds what people name. */
import { UserError } from '../../model/errors.ts';
import { editDistance } from '../check/nearest.ts';
import type { Graph } from './build.ts';

const BARE_KINDS = ['job', 'report', 'druid', 'nifi'] as const;

/** The node of an id, or of a bare name: a job's, report's, supervisor's, flow's, else the only dataset of that name. */
export function findNode(graph: Graph, text: string): string | null {
  if (graph.hasNode(text)) return text;
  for (const kind of BARE_KINDS) if (graph.hasNode(`${kind}:${text}`)) return `${kind}:${text}`;
  const found = graph.filterNodes((_id, { kind, name }) => kind === 'dataset' && name === text);
  return found.length === 1 ? found[0]! : null;
}

/** Names told beside an error. */
const MAX_NEAR = 3;

/** The error for a name nobody knows: 404, with the names it may have been meant for, or the ids of those that share it. */
export function notFound(graph: Graph, text: string): UserError {
  const same = graph.filterNodes((_id, { name }) => name === text);
  if (same.length > 1) {
    const ids = same.sort().slice(0, MAX_NEAR).join(', ');
    return new UserError('not-found', `${same.length} datasets are called ${text}: say which, ${ids} …`, {
      status: 404,
    });
  }
  const names = new Set(
    graph.mapNodes((id, { kind, name }) => (kind === 'dataset' && text.includes('://') ? id : name)),
  );
  return new UserError('not-found', `nothing in the lineage graph is called ${text}${didYouMean(text, names)}`, {
    status: 404,
  });
}

/** `; did you mean a or b?`, or nothing when no name is near. */
export function didYouMean(text: string, names: Iterable<string>): string {
  const near = nearestNames(text, names);
  return near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
}

/** Those that differ least, at most by a third of the text; then those that hold it. */
function nearestNames(text: string, names: Iterable<string>): readonly string[] {
  const wanted = text.toLowerCase();
  const bound = Math.min(3, Math.max(1, Math.floor(wanted.length / 3)));
  const near: { name: string; distance: number }[] = [];
  for (const name of names) {
    const candidate = name.toLowerCase();
    const distance = editDistance(wanted, candidate, bound);
    if (distance <= bound) near.push({ name, distance });
    else if (wanted.length >= 3 && candidate.includes(wanted)) near.push({ name, distance: bound + 1 });
  }
  near.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return near.slice(0, MAX_NEAR).map(({ name }) => name);
}
