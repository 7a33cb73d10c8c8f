/** The `tidewatch.jobs` stream: submissions with their SQL, status changes, reports, Druid supervisors and NiFi flows. */
import { DRUID_CLUSTER, KAFKA_BROKERS } from '../estate.ts';
import type { EstateEvent, Simulation } from '../simulate.ts';
import { sqlOf } from '../sql.ts';

/** Everything declared once, when the estate (or the daemon) starts. */
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
    ...sim.jobs.map(job => ({
      type: 'job',
      ts,
      job_name: job.name,
      job_id: job.jobId,
      app_id: job.appId,
      owner: job.spec.owner,
      sql: sqlOf(job.spec),
      session: 'default_catalog.default_database',
    })),
    ...sim.jobs.map(job => ({ type: 'job_status', ts, job_id: job.jobId, job_name: job.name, status: job.status })),
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
    ...estate.reports.map(report => ({
      type: 'report',
      ts,
      name: report.name,
      owner: report.owner,
      reads: report.dataSources.map(d => `druid://${DRUID_CLUSTER}/${d}`),
      slo: { age_ms: report.sloMs, target: 0.99 },
    })),
  ];
}

/** Status changes among `events`. */
export function statusRecords(events: readonly EstateEvent[], ts: number): unknown[] {
  return events.flatMap(e =>
    e.kind === 'status'
      ? [
          {
            type: 'job_status',
            ts,
            job_id: e.job.jobId,
            job_name: e.job.name,
            status: e.job.status,
            previous: e.previous,
            ...(e.exception === undefined ? {} : { exception: e.exception }),
          },
        ]
      : [],
  );
}
