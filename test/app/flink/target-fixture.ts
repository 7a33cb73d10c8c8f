import type { FlinkTarget } from '../../../app/flink/target.ts';

/** A plain target: one job on YARN, Flink 2.x, Kafka without a login. */
export function flinkTarget(more: Partial<FlinkTarget> = {}): FlinkTarget {
  return {
    version: '2.x',
    deployment: 'yarn',
    job: 'orders',
    owner: 'dw',
    cluster: 'prod',
    jarVersion: '0.1.0',
    kafka: {
      topics: { metrics: 'tidewatch.metrics', logs: 'tidewatch.logs', jobs: 'tidewatch.jobs' },
      bootstrapServers: 'k1:9092,k2:9092',
      producer: {},
      secret: null,
      remarks: [],
    },
    ...more,
  };
}
