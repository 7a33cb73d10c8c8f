/** RunEvents and JobEvents as they are posted. */
import type { GraphNode } from '../graph/answers.ts';
import type { JobDatasets, OpenLineageDataset } from './datasets.ts';
import type { Step } from './emission.ts';
import { EVENT_SCHEMA, type FacetMaker, type Facets } from './facets.ts';
import { runIdOf } from './run-id.ts';

export interface OpenLineageEvent {
  readonly eventType?: string;
  /** ISO 8601, UTC. */
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly run?: { readonly runId: string; readonly facets: Facets };
  readonly job: { readonly namespace: string; readonly name: string; readonly facets: Facets };
  readonly inputs?: readonly OpenLineageDataset[];
  readonly outputs?: readonly OpenLineageDataset[];
}

/** What is told of a job itself. */
export interface ToldJob {
  readonly namespace: string;
  readonly name: string;
  readonly owner: string | null;
  readonly sql: string | null;
}

/** Texts longer than this are not repeated in every event of the job, UTF-16 units. */
const MAX_SQL = 256 * 1024;
const MAX_EXCEPTION = 8192;

/** The event of one step; `datasets` null where the step does not tell them. */
export function stepEvent(job: ToldJob, step: Step, datasets: JobDatasets | null, maker: FacetMaker): OpenLineageEvent {
  const described = { job: jobPart(job, maker, datasets !== null), ...(datasets ?? {}) };
  if (step.run === null) return envelope('job', step.ts, maker, described);
  const { jobId, appId, state } = step.run;
  const facets: Record<string, Facets[string]> = {
    flink_job: maker.ofRun({
      jobId,
      ...(appId === null ? {} : { applicationId: appId }),
      ...(step.status === null ? {} : { status: step.status }),
    }),
  };
  if (step.exception !== null && state === 'FAIL') facets['errorMessage'] = errorMessage(step.exception, maker);
  return envelope('run', step.ts, maker, { eventType: state, run: { runId: runIdOf(jobId), facets }, ...described });
}

/** A job of the graph as a JobEvent, told at `ts`. */
export function jobEvent(
  node: Pick<GraphNode, 'namespace' | 'name' | 'owner'>,
  ts: number,
  datasets: JobDatasets,
  maker: FacetMaker,
): OpenLineageEvent {
  const { namespace, name, owner = null } = node;
  return envelope('job', ts, maker, { job: jobPart({ namespace, name, owner, sql: null }, maker, true), ...datasets });
}

function envelope(
  kind: keyof typeof EVENT_SCHEMA,
  ts: number,
  maker: FacetMaker,
  content: Omit<OpenLineageEvent, 'eventTime' | 'producer' | 'schemaURL'>,
): OpenLineageEvent {
  const { eventType, ...rest } = content;
  const head = eventType === undefined ? {} : { eventType };
  return {
    ...head,
    eventTime: new Date(ts).toISOString(),
    producer: maker.producer,
    schemaURL: EVENT_SCHEMA[kind],
    ...rest,
  };
}

function jobPart(
  { namespace, name, owner, sql }: ToldJob,
  maker: FacetMaker,
  isFull: boolean,
): OpenLineageEvent['job'] {
  const facets: Record<string, Facets[string]> = {
    jobType: maker.make('jobType', {
      processingType: 'STREAMING',
      integration: namespace === 'flink' ? 'FLINK' : namespace.toUpperCase(),
      jobType: 'JOB',
    }),
  };
  if (owner !== null && owner !== '')
    facets['ownership'] = maker.make('ownership', { owners: [{ name: owner, type: 'OWNER' }] });
  if (isFull && sql !== null && sql.length <= MAX_SQL) {
    facets['sql'] = maker.make('sql', { query: sql, dialect: 'flink' });
    facets['sourceCode'] = maker.make('sourceCode', { language: 'SQL', sourceCode: sql });
  }
  return { namespace, name, facets };
}

/** Flink's first line says what happened, the rest where. */
function errorMessage(exception: string, maker: FacetMaker): Facets[string] {
  const text = exception.slice(0, MAX_EXCEPTION);
  const [message = ''] = text.split('\n', 1);
  return maker.make('errorMessage', { message, programmingLanguage: 'JAVA', stackTrace: text });
}
