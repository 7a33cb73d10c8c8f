/** The collecting side: one pipeline, the HTTP intake, and Kafka where the configuration names it. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { DeadLetter } from '../collector/dead-letter.ts';
import { createDottedParser } from '../collector/decode/dotted.ts';
import { decodeMetrics } from '../collector/decode/metric.ts';
import type { Forwarder, JobEventSink, OffsetSink } from '../collector/derive.ts';
import { createFileDeadLetter } from '../collector/file-dead-letter.ts';
import { createKafkaDeadLetter } from '../collector/kafka/dead-letter.ts';
import { createKafkaForwarder } from '../collector/kafka/forwarder.ts';
import {
  createKafka,
  createKafkaSource,
  type GroupName,
  type KafkaConnection,
  kafkaFault,
} from '../collector/kafka-source.ts';
import { createMetricFilter } from '../collector/metric-filter.ts';
import { createPipeline } from '../collector/pipeline.ts';
import { createRedactor } from '../collector/redact.ts';
import type { BatchSink, Source } from '../collector/source.ts';
import type { LineageService } from '../lineage/service.ts';
import type { Clock } from '../model/clock.ts';
import { UserError } from '../model/errors.ts';
import type { MetricGroup } from '../model/sample.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { MetricStore } from '../store/metric-store.ts';
import type { StateStore } from '../store/state-store.ts';
import type { AppConfig } from './config.ts';
import type { DataStores } from './stores.ts';
import { tlsOptions } from './tls.ts';

type Sasl = NonNullable<NonNullable<AppConfig['kafka']>['sasl']>;

/** How to reach brokers of the configuration; `place` is where in it they stand. */
export function kafkaConnection(
  kafka: Pick<NonNullable<AppConfig['kafka']>, 'brokers' | 'sasl' | 'tls'> & { readonly client_id?: string },
  place = 'kafka',
): KafkaConnection {
  const { sasl, tls } = kafka;
  return {
    brokers: [...kafka.brokers],
    clientId: kafka.client_id ?? 'tidewatch',
    place,
    ...(sasl ? { sasl: login(sasl) } : {}),
    ...(tls ? { ssl: tlsOptions(tls) } : {}),
  };
}

/** kafkajs has a type for each mechanism. */
function login({ mechanism, username, password }: Sasl): KafkaConnection['sasl'] & object {
  return {
    mechanism,
    username,
    get password() {
      return password.reveal();
    },
  } as KafkaConnection['sasl'] & object;
}

/** Dead letters go to `<topic>.dlq` where Kafka has it, else to a capped file. */
export function openDeadLetter(config: AppConfig, clock: Clock, telemetry: Telemetry, logger: Logger): DeadLetter {
  const file = createFileDeadLetter({
    path: join(config.data_dir, 'dead-letters.ndjson'),
    telemetry,
    onError: error => logger.error({ err: error }, 'dead letters cannot be kept'),
  });
  if (!config.kafka) return file;
  return createKafkaDeadLetter({ kafka: createKafka(kafkaConnection(config.kafka), logger), fallback: file, clock });
}

/** The metric store as intake writes it; `onStored` is told of every point. */
export function notedStore(
  metrics: () => MetricStore,
  onStored: (groups: readonly MetricGroup[]) => void,
): Pick<MetricStore, 'append'> {
  return {
    async append(groups, options, signal) {
      const answer = await metrics().append(groups, options, signal);
      onStored(groups);
      return answer;
    },
  };
}

/** The sink every source of this daemon delivers to. */
export function openPipeline(
  config: AppConfig,
  parts: {
    data: DataStores;
    metricStore: Pick<MetricStore, 'append'>;
    lineage: LineageService;
    jobEvents: JobEventSink;
    offsets: OffsetSink;
    deadLetter: DeadLetter;
    clock: Clock;
    telemetry: Telemetry;
  },
): BatchSink {
  const { data, lineage, ...rest } = parts;
  return createPipeline({
    ...rest,
    logStore: data.logs,
    config: {
      logRetentionMs: config.retention.logs,
      metricRetentionMs: config.retention.metrics,
      keepsMetric: createMetricFilter(config.metrics),
      dotted: createDottedParser({ formats: config.metrics.scope, resolveJob: name => knownJob(lineage, name) }),
      redactor: createRedactor(config.redaction),
      rawLogs: config.elasticsearch !== undefined,
    },
  });
}

/** The way to the owner of lag; null without Kafka. */
export function openForwarder(config: AppConfig, clock: Clock, logger: Logger): Forwarder | null {
  if (!config.kafka) return null;
  const log = logger.child({ component: 'kafka' });
  return createKafkaForwarder({
    kafka: createKafka(kafkaConnection(config.kafka), log),
    topics: config.kafka.topics,
    clock,
  });
}

/** Consumer groups of the configured brokers; null without Kafka. */
export function openKafkaSource(
  config: AppConfig,
  groups: readonly GroupName[],
  parts: { state: StateStore; clock: Clock; telemetry: Telemetry; logger: Logger },
): Source | null {
  if (!config.kafka) return null;
  const log = parts.logger.child({ component: 'kafka' });
  const connection = kafkaConnection(config.kafka);
  return createKafkaSource({
    kafka: createKafka(connection, log),
    explain: error => kafkaFault(error, connection),
    group: config.kafka.group,
    topics: config.kafka.topics,
    groups,
    state: parts.state,
    clock: parts.clock,
    telemetry: parts.telemetry,
    log,
  });
}

/** Flat records of `/rules/replay` as points. Throws `UserError` naming the first record that cannot be read. */
export function decodeSamples(records: readonly Record<string, unknown>[], now: number): readonly MetricGroup[] {
  const raw = records.map((record, i) => ({
    partition: 0,
    offset: i,
    recordTs: now,
    value: Buffer.from(JSON.stringify(record)),
  }));
  const decoded = decodeMetrics(raw, {
    // Samples may be of any time, so their age is not judged.
    arrivedAt: Number.MAX_SAFE_INTEGER / 2,
    retentionMs: Number.MAX_SAFE_INTEGER,
    keeps: () => true,
    dotted: createDottedParser({}),
  });
  const [first] = decoded.rejected;
  if (first) {
    const message = `samples[${first.index}]: ${first.rejected.reason}`;
    throw new UserError(first.rejected.code, message, {
      issues: [{ path: `samples.${first.index}`, message: first.rejected.reason }],
    });
  }
  return decoded.groups.map(group => ({ ...group, arrivedAt: group.ts }));
}

/** Reporters write `_` for a dot of a job's name in dotted identifiers. */
function knownJob(lineage: LineageService, written: string): string | undefined {
  if (lineage.job(written)) return written;
  return lineage.jobs().find(j => j.name.replaceAll('.', '_') === written)?.name;
}
