/** OpenLineage RunEvents -> fragment. Dataset facets other than symlinks are not needed; the event's job is Flink's pipeline name. */
import { z } from 'zod';
import type { OpenLineageRun } from '../../../model/job-event.ts';
import type { Clusters } from '../clusters.ts';
import { type DatasetRef, physical } from '../dataset.ts';
import { type Fragment, NODE_ID } from '../fragment.ts';
import { plainHops } from './job.ts';

const RunDataset = z.object({ namespace: z.string(), name: z.string().min(1) });
const RunEvent = z.object({
  eventType: z.string().optional(),
  job: z.object({ name: z.string().min(1) }),
  run: z.object({ facets: z.object({ flink_job: z.object({ jobId: z.string() }).optional() }).optional() }).optional(),
  inputs: z.array(RunDataset).max(10_000).default([]),
  outputs: z.array(RunDataset).max(10_000).default([]),
});

export interface OpenLineageJob {
  readonly jobName: string;
  readonly jobId: string | null;
  /** Null when the event names no dataset (COMPLETE and FAIL events often do not): what was known stays. */
  readonly fragment: Fragment | null;
}

/** Null when the event lacks a job's name. */
export function openLineageFragment(run: OpenLineageRun, clusters: Clusters): OpenLineageJob | null {
  const parsed = RunEvent.safeParse(run.event);
  if (!parsed.success) return null;
  const { job, inputs, outputs } = parsed.data;
  const jobId = parsed.data.run?.facets?.flink_job?.jobId ?? null;
  if (inputs.length + outputs.length === 0) return { jobName: job.name, jobId, fragment: null };
  const reads = inputs.map(input => refOf(input, clusters));
  const writes = outputs.map(output => refOf(output, clusters));
  const self = NODE_ID.job(job.name);
  const fragment: Fragment = {
    key: `openlineage:${job.name}`,
    nodes: [{ id: self, kind: 'job', namespace: 'flink', name: job.name }],
    edges: [
      ...reads.map(
        ref => ({ from: { dataset: ref }, to: { node: self }, role: 'reads', evidence: 'openlineage' }) as const,
      ),
      ...writes.map(
        ref => ({ from: { node: self }, to: { dataset: ref }, role: 'writes', evidence: 'openlineage' }) as const,
      ),
    ],
    hops: plainHops(job.name, reads, writes),
    rank: 1,
  };
  return { jobName: job.name, jobId, fragment };
}

function refOf({ namespace, name }: z.infer<typeof RunDataset>, clusters: Clusters): DatasetRef {
  const connector = namespace.startsWith('kafka://') ? 'kafka' : null;
  return physical(namespace === '' ? 'openlineage://unknown' : namespace, name, connector, clusters);
}
