/** Records of the jobs stream -> job events. A rare stream, so the shapes are zod schemas. */
import { z } from 'zod';
import type { JobEvent } from '../../model/job-event.ts';
import type { Json } from '../../model/json.ts';
import { ObjectiveRecord } from '../../model/objective.ts';
import { MASK, type Redactor, redactJson } from '../redact.ts';
import { type Fields, timeField } from './fields.ts';
import { recordFields } from './json-record.ts';
import { Rejected } from './rejected.ts';

const name = z.string().min(1).max(1024);
const names = z.array(name).max(10_000);
const labels = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));
const json = z.record(z.string(), z.json());
const orAbsent = <T extends z.ZodType>(type: T) => type.nullish().transform(value => value ?? undefined);

const Submission = z.object({
  type: z.literal('job'),
  job_name: name,
  job_id: orAbsent(z.string()),
  app_id: orAbsent(z.string()),
  owner: orAbsent(z.string()),
  sql: orAbsent(z.string()),
  session: orAbsent(z.string()),
  properties: orAbsent(labels),
  reads: orAbsent(names),
  writes: orAbsent(names),
});

const Status = z.object({
  type: z.literal('job_status'),
  job_id: z.string(),
  job_name: name,
  status: name,
  previous: orAbsent(z.string()),
  exception: orAbsent(z.string()),
});

const Table = z.object({
  type: z.literal('table'),
  name,
  connector: name,
  options: labels.default({}),
  schema: orAbsent(z.array(z.object({ name: z.string(), type: z.string() })).max(5000)),
  dimension: orAbsent(z.object({ cache: z.enum(['ALL', 'LRU', 'NONE']), ttl_ms: orAbsent(z.number().min(0)) })),
});

const Report = z.object({
  type: z.literal('report'),
  name,
  owner: z.string().default(''),
  reads: names,
  slo: orAbsent(ObjectiveRecord),
  objective: orAbsent(ObjectiveRecord),
});

const Supervisor = z.object({ type: z.literal('druid_supervisor'), spec: json });
const Flow = z.object({ type: z.literal('nifi_flow'), flow: json });
/** What another daemon saw in metrics. */
const IdSeen = z.object({
  type: z.literal('job_id'),
  job_id: z.string(),
  job_name: name,
  app_id: orAbsent(z.string()),
});
const Read = z.object({ type: z.literal('topic_read'), job_name: name, topic: name });
const Declared = z.discriminatedUnion('type', [Submission, Status, Table, Report, Supervisor, Flow, IdSeen, Read]);

/** OpenLineage RunEvents and the static JobEvents and DatasetEvents are told by these; the rest of them is kept as it is. */
const OpenLineage = z.looseObject({
  eventTime: z.string(),
  producer: z.string().optional(),
  schemaURL: z.string().optional(),
});

/**
 * Decodes one record; without a time of its own it gets the record's. Secrets in SQL, table options and facets are
 * masked. `unknown-shape` names the types there are, `bad-field` the field.
 */
export function decodeJob(bytes: Uint8Array, recordTs: number, redactor: Redactor): JobEvent | Rejected {
  const fields = recordFields(bytes);
  if (fields instanceof Rejected) return fields;
  if (isOpenLineage(fields)) return openLineage(fields, recordTs, redactor);
  if (typeof fields['type'] !== 'string') {
    return new Rejected('unknown-shape', 'expected a type or an OpenLineage event');
  }
  const parsed = Declared.safeParse(fields);
  if (!parsed.success) return rejected(parsed.error);
  return eventOf(parsed.data, timeField(fields['ts']) ?? recordTs, redactor);
}

function eventOf(data: z.infer<typeof Declared>, at: number, redactor: Redactor): JobEvent {
  switch (data.type) {
    case 'job':
      return {
        type: 'job',
        ts: at,
        jobName: data.job_name,
        ...(data.job_id && { jobId: data.job_id }),
        ...(data.app_id && { appId: data.app_id }),
        ...(data.owner && { owner: data.owner }),
        ...(data.sql !== undefined && { sql: redactor.text(data.sql) }),
        ...(data.session && { session: data.session }),
        ...(data.properties && { properties: maskedLabels(data.properties, redactor) }),
        ...(data.reads && { reads: data.reads }),
        ...(data.writes && { writes: data.writes }),
      };
    case 'job_status':
      return {
        type: 'job_status',
        ts: at,
        jobId: data.job_id,
        jobName: data.job_name,
        status: data.status,
        ...(data.previous && { previous: data.previous }),
        ...(data.exception && { exception: redactor.text(data.exception) }),
      };
    case 'table': {
      const ttl = data.dimension?.ttl_ms;
      return {
        type: 'table',
        ts: at,
        name: data.name,
        connector: data.connector,
        options: maskedLabels(data.options, redactor),
        ...(data.schema && { schema: data.schema }),
        ...(data.dimension && { dimension: { cache: data.dimension.cache, ...(ttl !== undefined && { ttlMs: ttl }) } }),
      };
    }
    case 'report': {
      const objective = data.objective ?? data.slo;
      return {
        type: 'report',
        ts: at,
        name: data.name,
        owner: data.owner,
        reads: data.reads,
        ...(objective && { slo: objective }),
      };
    }
    case 'druid_supervisor':
      return { type: 'druid_supervisor', ts: at, spec: redactJson(data.spec, redactor) };
    case 'nifi_flow':
      return { type: 'nifi_flow', ts: at, flow: redactJson(data.flow, redactor) };
    case 'job_id':
      return {
        type: 'job_id',
        ts: at,
        jobId: data.job_id,
        jobName: data.job_name,
        ...(data.app_id && { appId: data.app_id }),
      };
    case 'topic_read':
      return { type: 'topic_read', ts: at, jobName: data.job_name, topic: data.topic };
    default:
      return data satisfies never;
  }
}

function isOpenLineage(fields: Fields): boolean {
  return (
    fields['eventTime'] !== undefined &&
    (fields['run'] !== undefined || fields['job'] !== undefined || fields['dataset'] !== undefined)
  );
}

function openLineage(fields: Fields, recordTs: number, redactor: Redactor): JobEvent | Rejected {
  const parsed = OpenLineage.safeParse(fields);
  if (!parsed.success) return rejected(parsed.error);
  const event = redactJson(parsed.data as { readonly [key: string]: Json | undefined }, redactor);
  return { type: 'openlineage', ts: timeField(parsed.data.eventTime) ?? recordTs, event };
}

function maskedLabels(options: Readonly<Record<string, string>>, redactor: Redactor): Record<string, string> {
  const masked: Record<string, string> = {};
  for (const [key, value] of Object.entries(options))
    masked[key] = redactor.isSecretName(key) ? MASK : redactor.text(value);
  return masked;
}

function rejected(error: z.ZodError): Rejected {
  const issue = error.issues[0];
  const path = issue?.path.join('.') ?? '';
  const isType = issue?.code === 'invalid_union' && path === 'type';
  return new Rejected(isType ? 'unknown-shape' : 'bad-field', `${path}: ${issue?.message ?? 'invalid'}`.slice(0, 200));
}
