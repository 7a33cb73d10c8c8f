/** A lineage service on documents in memory, and records in few words. */
import { createLineageService, type LineageService } from '../../lineage/service.ts';
import { ManualClock } from '../../model/clock.ts';
import { StoreAwayError } from '../../model/errors.ts';
import type { JobEvent } from '../../model/job-event.ts';
import type { Json } from '../../model/json.ts';
import { createTelemetry } from '../../model/telemetry.ts';
import type { Doc, DocKind } from '../../store/state-store.ts';

/** The calls the service makes, in memory; `away` makes writes fail. */
export class FakeState {
  away = false;
  readonly docs = new Map<DocKind, Map<string, Json>>();

  async list<T = Json>(kind: DocKind): Promise<readonly Doc<T>[]> {
    const found = [...(this.docs.get(kind) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
    return found.map(([id, body]) => ({ id, version: '1', updatedAt: 0, body: body as T }));
  }

  async putMany(kind: DocKind, docs: readonly { id: string; body: Json }[]): Promise<void> {
    if (this.away) throw new StoreAwayError('away');
    const held = this.docs.get(kind) ?? new Map<string, Json>();
    for (const { id, body } of docs) held.set(id, structuredClone(body));
    this.docs.set(kind, held);
  }

  async delete(kind: DocKind, id: string): Promise<void> {
    if (this.away) throw new StoreAwayError('away');
    this.docs.get(kind)?.delete(id);
  }
}

const CLUSTERS = { data: { brokers: ['k1:9092', 'k2:9092'] } };

export function service(
  state = new FakeState(),
  clock = new ManualClock(1_000_000),
  config: typeof CLUSTERS | object = CLUSTERS,
) {
  const telemetry = createTelemetry();
  return {
    state,
    clock,
    telemetry,
    lineage: createLineageService({ state, clusters: { ...config }, telemetry, clock }),
  };
}

/** A service that has taken these events. */
export async function having(...events: readonly JobEvent[]): Promise<LineageService> {
  const { lineage } = service();
  await lineage.accept(events, 0);
  return lineage;
}

export function kafka(topic: string, servers = 'k1:9092'): string {
  return `('connector' = 'kafka', 'topic' = '${topic}', 'properties.bootstrap.servers' = '${servers}')`;
}

/** `CREATE TABLE` of a topic with STRING columns; the table is called like the topic. */
export function topicTable(topic: string, ...columns: readonly string[]): string {
  return `CREATE TABLE ${topic} (${columns.map(column => `${column} STRING`).join(', ')}) WITH ${kafka(topic)};`;
}

/** Dataset id of a topic. */
export function topicId(topic: string): string {
  return `kafka://k1:9092/${topic}`;
}

export function sqlJob(jobName: string, sql: string, rest: Partial<Extract<JobEvent, { type: 'job' }>> = {}): JobEvent {
  return { type: 'job', ts: 1, jobName, sql, ...rest };
}

/** A job of which only the topics are known. */
export function jarJob(
  jobName: string,
  reads: readonly string[],
  writes: readonly string[],
  rest: Partial<Extract<JobEvent, { type: 'job' }>> = {},
): JobEvent {
  return { type: 'job', ts: 1, jobName, reads: reads.map(topicId), writes: writes.map(topicId), ...rest };
}

export function report(name: string, owner: string, ...topics: readonly string[]): JobEvent {
  return { type: 'report', ts: 1, name, owner, reads: topics.map(topicId) };
}

export function status(jobName: string, value: string, ts: number): JobEvent {
  return { type: 'job_status', ts, jobId: `id-${jobName}`, jobName, status: value };
}

/** Copies dw_sdk_log to dw_sdk_log_cdo. */
export const ETL = `CREATE TABLE src (imei STRING) WITH ${kafka('dw_sdk_log')};
CREATE TABLE dst (imei STRING) WITH ${kafka('dw_sdk_log_cdo', 'k2:9092')};
INSERT INTO dst SELECT imei FROM src`;

/** Ids of an answer's nodes, in its order. */
export const nodes = (answer: ReturnType<LineageService['graph']>): string[] => answer.nodes.map(node => node.id);
