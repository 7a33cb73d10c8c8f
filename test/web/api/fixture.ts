/**
 * The API on real embedded stores and a clock that stands still, without a listening socket: requests go in by `inject`. Rules are
 * evaluated when a test says so.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { createEngine } from '../../../alerting/engine.ts';
import type { FileRule } from '../../../alerting/file-rule.ts';
import { JobRuleKeeper } from '../../../alerting/generated/job-rule-keeper.ts';
import { ChannelService } from '../../../alerting/notify/channel-service.ts';
import { createRuleService } from '../../../alerting/rule-service.ts';
import { decodeSamples } from '../../../app/collect.ts';
import type { AppConfig } from '../../../app/config.ts';
import { readAppConfig } from '../../../app/config.ts';
import type { Evaluation } from '../../../app/evaluation.ts';
import { createImpactSource, createLogSource } from '../../../app/explain.ts';
import { type AlertingConfig, openNotification } from '../../../app/notification.ts';
import { startObjectives } from '../../../app/objectives.ts';
import { apiRoutes } from '../../../app/routes.ts';
import { Slot } from '../../../app/slot.ts';
import { createStatus } from '../../../app/status.ts';
import type { DataStores } from '../../../app/stores.ts';
import { toldOf } from '../../../app/told.ts';
import { createFileDeadLetter } from '../../../collector/file-dead-letter.ts';
import { createLagSink } from '../../../collector/lag-sink.ts';
import { createPipeline } from '../../../collector/pipeline.ts';
import { createPushSource, type IntakeLimits, type PushSource } from '../../../collector/push-source.ts';
import type { BatchSink, StreamName } from '../../../collector/source.ts';
import { createLagDeriver } from '../../../lineage/lag/lag-deriver.ts';
import { OffsetTables } from '../../../lineage/lag/offsets.ts';
import { createFreshnessRecorder } from '../../../lineage/lag/recorder.ts';
import { createLineageService } from '../../../lineage/service.ts';
import { ManualClock } from '../../../model/clock.ts';
import { createTelemetry, type Telemetry } from '../../../model/telemetry.ts';
import { reporters } from '../../../reporters/index.ts';
import { EVERYWHERE } from '../../../reporters/reach.ts';
import type { LogCountQuery } from '../../../store/log-store.ts';
import { MemoryMetricStore } from '../../../store/memory-metrics.ts';
import { openSqliteLogStore } from '../../../store/sqlite/log-store.ts';
import { openSqliteStateStore } from '../../../store/sqlite/state-store.ts';
import type { StateStore } from '../../../store/state-store.ts';
import type { InboxMessage } from '../../../web/api/routes/daemon.ts';
import { createServer, type ServerOptions } from '../../../web/api/server.ts';

/** The instant at which the fixture's clock starts. */
export const NOW = Date.parse('2026-11-20T08:00:00Z');
export const SECOND = 1000;
export const MINUTE = 60_000;

/** An answer with its parsed body; `body` is null where there is none. */
export interface Answer<T> {
  readonly status: number;
  readonly headers: LightMyRequestResponse['headers'];
  readonly body: T;
  readonly text: string;
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly errors?: readonly {
    readonly path?: string;
    readonly line?: number;
    readonly column?: number;
    readonly position?: number;
    readonly message: string;
  }[];
}

export interface Api {
  readonly clock: ManualClock;
  readonly server: FastifyInstance;
  readonly state: StateStore;
  readonly telemetry: Telemetry;
  readonly data: Slot<DataStores>;
  readonly push: Slot<PushSource>;
  readonly evaluation: Slot<Evaluation>;
  /** Folder of the fixture's files; goes with `close`. */
  readonly dir: string;
  ask<T = unknown>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH',
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
  /** Body of a GET that must answer 200. */
  get<T>(url: string): Promise<T>;
  /** Takes records in; every one must be accepted. */
  take(stream: StreamName, ...records: readonly object[]): Promise<void>;
  close(): Promise<void>;
}

export interface ApiOptions {
  readonly security?: ServerOptions['security'];
  readonly fileRules?: readonly FileRule[];
  readonly channels?: AppConfig['channels'];
  /** Documents of the configuration about who is told. */
  readonly alerting?: Partial<AlertingConfig>;
  readonly limits?: Partial<IntakeLimits>;
  /** Stands between intake and stores, so that a test can hold or fail it. */
  readonly through?: (sink: BatchSink) => BatchSink;
  readonly inbox?: () => readonly InboxMessage[];
  /** False: as in a daemon that does not hold the lease. */
  readonly evaluating?: boolean;
}

/** Everything the routes need, wired as the daemon does it. */
export async function openApi(options: ApiOptions = {}): Promise<Api> {
  const dir = mkdtempSync(join(tmpdir(), 'tidewatch-api-'));
  const clock = new ManualClock(NOW);
  const logger = pino({ level: 'silent' });
  const telemetry = createTelemetry();
  const config = readAppConfig(null, {});
  const state = openSqliteStateStore({ path: join(dir, 'state.db'), clock });
  const logs = await openSqliteLogStore({ dir: join(dir, 'logs'), clock });
  const metrics = new MemoryMetricStore();
  const lineage = createLineageService({ state, clusters: {}, telemetry, clock, logger });
  await lineage.start();
  const tables = new OffsetTables({ clusterOf: address => lineage.clusterOf(address) });
  const deadLetter = createFileDeadLetter({
    path: join(dir, 'dead.ndjson'),
    telemetry,
    onError: error => assert.fail(error as Error),
  });
  const sink = createPipeline({
    logStore: logs,
    metricStore: metrics,
    offsets: createLagSink(createLagDeriver(tables), metrics),
    jobEvents: lineage,
    deadLetter,
    telemetry,
    clock,
    config: {
      logRetentionMs: config.retention.logs,
      metricRetentionMs: config.retention.metrics,
      keepsMetric: () => true,
      dotted: () => null,
    },
  });

  const recorder = createFreshnessRecorder({
    graph: () => lineage.hopGraph(),
    reports: () => lineage.reports(),
    tables,
    metricStore: metrics,
    state,
    clock,
    telemetry,
  });
  const promised = await startObjectives({ recorder, lineage, tables, metrics, state, clock, telemetry, logger });
  const channels = new ChannelService({
    state,
    registry: reporters,
    clock,
    reach: () => EVERYWHERE,
    publicUrl: 'http://localhost',
  });
  await channels.load(options.channels ?? []);
  const lines = { counts: (query: LogCountQuery) => logs.counts(query, lineage.names) };
  const engine = createEngine({
    state,
    reader: metrics,
    watermark: () => Number.POSITIVE_INFINITY,
    logs: lines,
    jobEndedAt: () => null,
    clock,
    telemetry,
    logger,
    config: { delayMs: 0, maxWaitMs: 5 * MINUTE, metaReceivers: [] },
  });
  await engine.start();
  const rules = createRuleService({ state, engine, reader: metrics, logs: lines, clock, logger, delayMs: 0 });
  await rules.start(options.fileRules ?? []);
  const generated = new JobRuleKeeper({
    rules,
    estate: () => ({ jobs: lineage.jobs().map(job => ({ name: job.name, owner: job.owner ?? '' })), reports: [] }),
    fileSettings: () => ({}),
    state,
    clock,
    logger,
  });

  const data = new Slot<DataStores>('the stores are not open here');
  data.set({ logs, metrics });
  const push = new Slot<PushSource>('the intake is not open here');
  const through = options.through ?? (same => same);
  push.set(
    createPushSource({
      sink: through(sink),
      state,
      clock,
      telemetry,
      ...(options.limits ? { limits: options.limits } : {}),
    }),
  );
  // Opened and not started: what people change is seen, nothing is sent.
  const notification = await openNotification({
    config: () => ({ ...config, ...options.alerting }),
    publicUrl: 'http://localhost',
    state,
    engine,
    channels,
    lineage,
    impact: createImpactSource(lineage),
    logSource: { explain: async () => null },
    chartSource: { chart: async () => null },
    causeSource: { cause: async () => null },
    clock,
    telemetry,
    logger,
  });
  const evaluation = new Slot<Evaluation>('evaluation has not started here');
  if (options.evaluating !== false) {
    evaluation.set({
      engine,
      alerts: () => engine.alerts(),
      rules,
      generated,
      channels,
      notification,
      recorder,
      ...promised,
      told: report =>
        toldOf(
          { notification, impact: createImpactSource(lineage), config: () => config, rules: () => rules.list() },
          report,
        ),
      reload: async () => undefined,
    });
  }
  const status = createStatus({
    config: () => config,
    state,
    data,
    evaluation,
    clusters: () => [],
    handover: { status: () => ({ owner: true, detail: '' }) },
    lease: () => null,
    source: () => null,
    deadLetter,
    telemetry,
    clock,
    demo: false,
  });
  writeFileSync(join(dir, 'index.html'), '<!doctype html><title>tidewatch</title>');
  writeFileSync(join(dir, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  const server = await createServer({
    version: '0.0.0-test',
    logger,
    telemetry,
    security: options.security ?? {},
    readiness: status.readiness,
    uiDir: dir,
    routes: api =>
      apiRoutes(api, {
        roles: new Set(config.roles),
        data,
        push,
        evaluation,
        lineage,
        state,
        impact: createImpactSource(lineage),
        logSource: createLogSource(
          lineage,
          () => logs,
          () => 'http://localhost',
        ),
        status,
        watermark: () => null,
        decodeSamples: records => decodeSamples(records, clock.now()),
        inbox: options.inbox ?? null,
        clock,
      }),
  });

  const api: Api = {
    clock,
    server,
    state,
    telemetry,
    data,
    push,
    evaluation,
    dir,
    async ask<T>(method: string, url: string, body?: unknown, headers: Record<string, string> = {}) {
      const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
      const response = await server.inject({
        method: method as 'GET',
        url: url.startsWith('/') ? url : `/api/v1/${url}`,
        headers: {
          host: 'localhost',
          ...(body === undefined || isRaw ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: isRaw ? (body as string | Buffer) : JSON.stringify(body) }),
      });
      const isJson =
        String(response.headers['content-type']).includes('json') &&
        response.body !== '' &&
        !response.headers['content-encoding'];
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.body,
        body: (isJson ? JSON.parse(response.body) : null) as T,
      };
    },
    async get<T>(url: string) {
      const answer = await api.ask<T>('GET', url);
      assert.equal(answer.status, 200, `GET ${url}: ${answer.text}`);
      return answer.body;
    },
    async take(stream, ...records) {
      const body = records.map(r => JSON.stringify(r)).join('\n');
      const { status: code, body: answer } = await api.ask<{ accepted: number; rejected: unknown }>(
        'POST',
        `ingest/${stream}`,
        body,
      );
      assert.deepEqual({ code, ...answer }, { code: 200, accepted: records.length, rejected: [], rejected_total: 0 });
    },
    async close() {
      await server.close();
      status.stop();
      await push.peek()?.stop();
      await promised.stop();
      await recorder.stop();
      await engine.stop();
      await channels.close();
      await lineage.stop();
      await deadLetter.close();
      await logs.close();
      await state.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return api;
}

/** Checks a problem+json answer and returns it. */
export function problemOf(answer: Answer<unknown>, status: number, code: string): Problem {
  const body = answer.body as Problem;
  assert.equal(answer.status, status, answer.text);
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/);
  assert.equal(body.status, status);
  assert.equal(body.code, code);
  assert.equal(body.type, 'about:blank');
  assert.notEqual(body.title, '');
  assert.notEqual(body.detail, '');
  return body;
}

/** A flat metric record of a series with these labels. */
export function point(name: string, value: number, ts: number, labels: Record<string, string> = {}): object {
  return { ts, name, value, vars: labels, type: 'gauge' };
}

/** A log record in the daemon's own format. */
export function line(message: string, ts: number, fields: object = {}): object {
  return {
    ts,
    level: 'INFO',
    logger: 'org.apache.flink.Test',
    thread: 'main',
    message,
    job_name: 'etl',
    app_id: 'application_1_0001',
    container_id: 'container_1_0001_01_000001',
    host: 'h1',
    role: 'taskmanager',
    ...fields,
  };
}
