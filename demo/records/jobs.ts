/** The `tidewatch.jobs` stream: submissions with their SQL, status changes, reports, Druid supervisors and NiFi flows. */
import { DRUID_CLUSTER, type JobSpec, KAFKA_BROKERS } from '../estate.ts';
import type { JobState } from '../hop-state.ts';
import type { EstateEvent, Simulation } from '../simulate.ts';
import { sqlOf } from '../sql.ts';

const SESSION = 'default_catalog.default_database';
/** Who the usual releases are by. */
const RELEASER = 'release-bot';
const DAY_MS = 86_400_000;

/** Everything declared once, when the estate (or the daemon) starts, but the reports. */
export function declarationRecords(sim: Simulation): unknown[] {
  const ts = sim.second * 1000;
  const { estate } = sim;
  return [
    ...sim.nifi.map(({ spec }) => ({
      type: 'nifi_flow',
      ts,
      flow: {
        name: spec.name,
        processors: [
          {
            name: `PublishKafkaRecord ${spec.topic}`,
            type: 'org.apache.nifi.processors.kafka.pubsub.PublishKafkaRecord_2_6',
            properties: { 'bootstrap.servers': KAFKA_BROKERS, topic: spec.topic },
          },
        ],
      },
    })),
    ...sim.jobs.map(job => submission(job, ts, RELEASER)),
    ...sim.jobs.map(job => ({ type: 'job_status', ts, job_id: job.jobId, job_name: job.name, status: job.status })),
    ...endedRecords(estate.ended, ts),
    ...estate.druid.map(spec => ({
      type: 'druid_supervisor',
      ts,
      spec: {
        type: 'kafka',
        clusterName: DRUID_CLUSTER,
        spec: {
          dataSchema: { dataSource: spec.dataSource, timestampSpec: { column: 'event_time', format: 'millis' } },
          ioConfig: {
            topic: spec.topic,
            consumerProperties: { 'bootstrap.servers': KAFKA_BROKERS },
            taskCount: 1,
            replicas: 1,
          },
        },
      },
    })),
  ];
}

/** The reports and what they promise. To be told once the estate's past is in: a report is judged from then on. */
export function reportRecords(sim: Simulation): unknown[] {
  return sim.estate.reports.map(({ name, owner, dataSources, slo }) => ({
    type: 'report',
    ts: sim.second * 1000,
    name,
    owner,
    reads: dataSources.map(source => `druid://${DRUID_CLUSTER}/${source}`),
    slo,
  }));
}

function submission(job: JobState, ts: number, by: string): unknown {
  return {
    type: 'job',
    ts,
    job_name: job.name,
    job_id: job.jobId,
    app_id: job.appId,
    owner: job.spec.owner,
    sql: sqlOf(job.spec, job.release),
    session: SESSION,
    properties: { submitted_by: by },
  };
}

/** Submitted long ago, switched off yesterday. */
function endedRecords(spec: JobSpec, now: number): unknown[] {
  const named = { job_name: spec.name, job_id: 'e0de0de0de0de0de0de0de0de0de0de0' };
  const submitted = { owner: spec.owner, sql: sqlOf(spec), session: SESSION, properties: { submitted_by: RELEASER } };
  return [
    { type: 'job', ts: now - 90 * DAY_MS, ...named, ...submitted },
    { type: 'job_status', ts: now - DAY_MS, ...named, status: 'CANCELED', previous: 'RUNNING' },
  ];
}

/** Status changes and releases among `events`. */
export function statusRecords(events: readonly EstateEvent[], ts: number): unknown[] {
  return events.flatMap(e => {
    if (e.kind === 'deployed') return deployRecords(e, ts);
    if (e.kind !== 'status') return [];
    return {
      type: 'job_status',
      ts,
      job_id: e.job.jobId,
      job_name: e.job.name,
      status: e.job.status,
      previous: e.previous,
      ...(e.exception === undefined ? {} : { exception: e.exception }),
    };
  });
}

function deployRecords({ job, replaced, by }: Extract<EstateEvent, { kind: 'deployed' }>, ts: number): unknown[] {
  const status = { type: 'job_status', ts, job_name: job.name };
  return [
    { ...status, job_id: replaced, status: 'FINISHED', previous: 'RUNNING' },
    submission(job, ts, by),
    { ...status, job_id: job.jobId, status: 'RUNNING', previous: 'CREATED' },
  ];
}
