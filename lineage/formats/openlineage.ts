import type { GraphAnswer } from '../graph/answers.ts';
import { jobDatasets } from '../openlineage/datasets.ts';
import { jobEvent, type OpenLineageEvent } from '../openlineage/events.ts';
import { FacetMaker } from '../openlineage/facets.ts';

/** Kinds that read and write. */
const JOBS: ReadonlySet<string> = new Set(['job', 'druid', 'nifi']);

/** The jobs, supervisors and flows of a graph as JobEvents (static lineage, without runs), told at `ts` epoch ms. */
export function toOpenLineage(
  answer: GraphAnswer,
  { producer, ts }: { readonly producer: string; readonly ts: number },
): readonly OpenLineageEvent[] {
  const maker = new FacetMaker(producer);
  const jobs = answer.nodes.filter(node => JOBS.has(node.kind));
  return jobs.map(node => jobEvent(node, ts, jobDatasets({ job: node.id, graph: answer }, maker), maker));
}
