/**
 * OpenLineage events (spec 2-0-2, openlineage.io): a RunEvent has a run and a job, a JobEvent a job, a DatasetEvent a dataset. Facets of any
 * kind may come; those that are listed here are understood, one that is not what its specification says is as good as absent.
 */
import { z } from 'zod';
import type { OpenLineageRun } from '../../../model/job-event.ts';
import type { Json } from '../../../model/json.ts';

const MAX_DATASETS = 10_000;
const MAX_COLUMNS = 5000;

/** A facet that is left out where it cannot be read. */
function facet<T extends z.ZodType>(type: T) {
  return type.optional().catch(undefined);
}

const name = z.string().min(1).max(1024);
const Transformation = z.object({
  type: z.string().optional(),
  subtype: z.string().optional(),
  description: z.string().optional(),
});
const InputField = z.object({
  namespace: z.string(),
  name: z.string(),
  field: z.string(),
  transformations: z.array(Transformation).nullish(),
});
const ColumnLineage = z.object({
  fields: z.record(
    z.string(),
    z.object({
      inputFields: z.array(InputField).max(MAX_COLUMNS).default([]),
      transformationDescription: z.string().nullish(),
    }),
  ),
  dataset: z.array(InputField).max(MAX_COLUMNS).nullish(),
});
const DatasetFacets = z.object({
  schema: facet(
    z.object({
      fields: z
        .array(z.object({ name: z.string(), type: z.string().nullish() }))
        .max(MAX_COLUMNS)
        .default([]),
    }),
  ),
  symlinks: facet(z.object({ identifiers: z.array(z.object({ namespace: z.string(), name })).max(100) })),
  columnLineage: facet(ColumnLineage),
});
const EventDataset = z.object({ namespace: z.string().max(1024), name, facets: facet(DatasetFacets) });
const datasets = z.array(EventDataset).max(MAX_DATASETS).nullish();

const Job = z.object({
  namespace: z.string().max(1024).default(''),
  name,
  facets: facet(
    z.object({
      jobType: facet(z.object({ processingType: z.string().nullish(), integration: z.string().nullish() })),
      ownership: facet(z.object({ owners: z.array(z.object({ name: z.string() })).max(100) })),
    }),
  ),
});
const Run = z.object({
  runId: z.string().max(200).optional(),
  facets: facet(
    z.object({
      parent: facet(z.object({ job: z.object({ name }) })),
      flink_job: facet(z.object({ jobId: z.string() })),
    }),
  ),
});

/** What is understood of an event; everything else in it is dropped. */
export const OpenLineageEvent = z
  .object({
    eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']).nullish(),
    run: Run.nullish(),
    job: Job.nullish(),
    dataset: EventDataset.nullish(),
    inputs: datasets,
    outputs: datasets,
    /** Ours, in stored events: what the run before read and wrote, as long as this one tells only one side. */
    former: z.object({ inputs: datasets, outputs: datasets }).optional(),
  })
  .refine(event => event.job || event.dataset, { path: ['job'], message: 'an event has a job or a dataset' });
export type OpenLineageEvent = z.infer<typeof OpenLineageEvent>;
export type EventDataset = z.infer<typeof EventDataset>;

const ENDS: ReadonlySet<string> = new Set(['COMPLETE', 'ABORT', 'FAIL']);

/** What a job reads and writes as its events so far tell. */
export function effectiveDatasets(event: OpenLineageEvent): Record<'inputs' | 'outputs', readonly EventDataset[]> {
  const side = (which: 'inputs' | 'outputs'): readonly EventDataset[] => {
    const own = event[which] ?? [];
    return own.length > 0 ? own : (event.former?.[which] ?? []);
  };
  return { inputs: side('inputs'), outputs: side('outputs') };
}

/**
 * The events of a job as one: those of one run add up; a new run replaces the one before, but where it has told only one side so far the
 * other stays until it ends; an event without datasets changes nothing. Null for what is older than what is known.
 */
export function mergedEvent(before: OpenLineageRun | null, event: OpenLineageRun): OpenLineageRun | null {
  const now = OpenLineageEvent.parse(event.event);
  if (before === null) return { ...event, event: asJson(now) };
  const known = OpenLineageEvent.parse(before.event);
  const tells = (now.inputs ?? []).length + (now.outputs ?? []).length > 0;
  const runId = now.run?.runId;
  const isSameRun = runId !== undefined && runId === known.run?.runId;
  if (isSameRun) {
    const [older, newer] = event.ts < before.ts ? [now, known] : [known, now];
    const added: OpenLineageEvent = {
      ...older,
      ...newer,
      job: newer.job ?? older.job,
      run: { ...older.run, ...newer.run, facets: { ...older.run?.facets, ...newer.run?.facets } },
      inputs: union(older.inputs, newer.inputs),
      outputs: union(older.outputs, newer.outputs),
    };
    const { former: _former, ...whole } = added;
    return {
      ...event,
      ts: Math.max(before.ts, event.ts),
      event: asJson(newer.eventType === 'COMPLETE' ? whole : added),
    };
  }
  if (event.ts < before.ts || !tells) return null;
  const former = effectiveDatasets(known);
  const isPartial = !ENDS.has(now.eventType ?? '') && now.run != null;
  return { ...event, event: asJson(isPartial ? { ...now, former: mutable(former) } : now) };
}

function mutable({ inputs, outputs }: ReturnType<typeof effectiveDatasets>): OpenLineageEvent['former'] {
  return { inputs: [...inputs], outputs: [...outputs] };
}

/** Datasets by namespace and name; of two accounts of one the later's facets count where both have them. */
function union(older: OpenLineageEvent['inputs'], newer: OpenLineageEvent['inputs']): EventDataset[] {
  const all = new Map<string, EventDataset>();
  for (const dataset of [...(older ?? []), ...(newer ?? [])]) {
    const key = JSON.stringify([dataset.namespace, dataset.name]);
    all.set(key, { ...dataset, facets: { ...all.get(key)?.facets, ...dataset.facets } });
  }
  return [...all.values()].slice(0, MAX_DATASETS);
}

function asJson(event: OpenLineageEvent): OpenLineageRun['event'] {
  return JSON.parse(JSON.stringify(event)) as { readonly [key: string]: Json | undefined };
}
