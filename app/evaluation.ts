/** Everything that runs once however many daemons there are: freshness, rules, notification. Built when the lease is won. */
import nodeCron, { type TaskOptions } from 'node-cron';
import type { Logger } from 'pino';
import { createEngine, type Engine, type LiveAlert } from '../alerting/engine.ts';
import type { LogReader } from '../alerting/evaluate/frame.ts';
import type { JobRuleKeeper } from '../alerting/generated/job-rule-keeper.ts';
import { ChannelService } from '../alerting/notify/channel-service.ts';
import type { ImpactSource, LogSource } from '../alerting/notify/context.ts';
import { createRuleService, type RuleService } from '../alerting/rule-service.ts';
import type { OffsetTables } from '../lineage/lag/offsets.ts';
import { createFreshnessRecorder, type FreshnessRecorder } from '../lineage/lag/recorder.ts';
import type { LineageService } from '../lineage/service.ts';
import type { Clock } from '../model/clock.ts';
import type { Telemetry } from '../model/telemetry.ts';
import { reporters } from '../reporters/index.ts';
import type { LogStore } from '../store/log-store.ts';
import type { MetricStore } from '../store/metric-store.ts';
import type { StateStore } from '../store/state-store.ts';
import type { Told } from '../web/api/freshness-view.ts';
import { startBurnRules } from './burn-rules.ts';
import { createCauseSource } from './cause-source.ts';
import { createChannelReach } from './channel-reach.ts';
import { createChartSource } from './chart-source.ts';
import type { AppConfig } from './config.ts';
import { createDiagnosis } from './diagnosis.ts';
import { createDigestSender } from './digest.ts';
import { startGeneratedRules } from './generated-rules.ts';
import { jobEndedAt } from './job-end.ts';
import { Lifecycle } from './lifecycle.ts';
import { startLineageEvents } from './lineage-events.ts';
import { type Notification, openNotification } from './notification.ts';
import { type Objectives, startObjectives } from './objectives.ts';
import { watchSelf } from './self-watch.ts';
import { toldOf } from './told.ts';

const STOP_MS = 4000;

export interface EvaluationParts {
  /** Read anew at every use, so that a reload needs no restart. */
  readonly config: () => AppConfig;
  readonly publicUrl: string;
  readonly state: StateStore;
  readonly metrics: MetricStore;
  readonly logs: LogStore;
  readonly lineage: LineageService;
  readonly tables: OffsetTables;
  readonly impact: ImpactSource;
  readonly logSource: LogSource;
  /** Event time up to which the metric store has everything; Infinity when level. */
  readonly watermark: () => number;
  /** The same of log lines and the log store. */
  readonly logWatermark: () => number;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
}

export interface Evaluation {
  readonly engine: Engine;
  /** Everything that is wrong now: alerts of rules, and those about the daemon itself. */
  readonly alerts: () => readonly LiveAlert[];
  readonly rules: RuleService;
  readonly generated: JobRuleKeeper;
  readonly channels: ChannelService;
  readonly notification: Notification;
  readonly recorder: FreshnessRecorder;
  readonly objectives: Objectives['objectives'];
  readonly readiness: Objectives['readiness'];
  /** Who hears of a report. */
  told(report: { readonly name: string; readonly owner: string }): Told;
  /** Takes over a configuration that was checked before. */
  reload(config: AppConfig): Promise<void>;
  stop(): Promise<void>;
}

/** Starts in the order of the data: lag, channels, rules, outbox, dispatch, and the heartbeat last. Rejects with `StoreAwayError`. */
export async function startEvaluation(parts: EvaluationParts): Promise<Evaluation> {
  const { state, metrics, lineage, clock, telemetry, logger, publicUrl } = parts;
  const { alerting } = parts.config();
  const life = new Lifecycle(clock, logger);
  try {
    const recorder = createFreshnessRecorder({
      graph: () => lineage.hopGraph(),
      graphAt: (at, targets) => lineage.hopGraphAt(at, targets),
      reports: () => lineage.reports(),
      tables: parts.tables,
      metricStore: metrics,
      state,
      watermark: parts.watermark,
      clock,
      telemetry,
      onError: error => logger.warn({ err: error }, 'freshness could not be recorded'),
    });
    life.onStop('freshness', () => recorder.stop());
    await recorder.start();
    const promised = await startObjectives({ ...parts, recorder });
    life.onStop('objectives', () => promised.stop());

    const reach = createChannelReach(parts.config);
    const channels = new ChannelService({ state, registry: reporters, clock, reach, publicUrl });
    life.onStop('channels', () => channels.close());
    await channels.load(parts.config().channels);

    const lines: LogReader = { counts: (query, signal) => parts.logs.counts(query, lineage.names, signal) };
    const engine = createEngine({
      state,
      reader: metrics,
      // Rules over lag and age wait until a missed time has been looked at, too.
      watermark: () => Math.min(parts.watermark(), recorder.recordedTo),
      logs: lines,
      logWatermark: parts.logWatermark,
      jobEndedAt: name => jobEndedAt(lineage, name),
      clock,
      telemetry,
      logger,
      config: {
        delayMs: alerting.delay,
        maxWaitMs: alerting.max_wait,
        get metaReceivers() {
          return parts.config().alerting.meta_receivers;
        },
      },
    });
    await engine.start();
    const rules = createRuleService({
      state,
      engine,
      reader: metrics,
      logs: lines,
      clock,
      logger,
      delayMs: alerting.delay,
    });
    await rules.start(parts.config().fileRules);
    const burnRules = await startBurnRules({ ...parts, rules });
    life.onStop('burn-rate rules', () => burnRules.stop());
    const generated = await startGeneratedRules({ ...parts, rules });
    life.onStop('generated rules', async () => generated.stop());

    let evaluating = false;
    // Inhibition is judged by what fires, so the states of all rules are there before the first word.
    const notification = await openNotification({
      ...parts,
      engine,
      channels,
      chartSource: createChartSource({ rules, metrics, logs: lines }),
      causeSource: createCauseSource({
        lineage,
        recorder,
        diagnose: createDiagnosis({ lineage, metrics: () => metrics }),
      }),
      isEvaluating: () => evaluating,
      onAttempt: row => self.watch.noteDelivery(row),
    });
    const self = watchSelf({ ...parts, engine, channels, notification });
    life.onStop('notification', () => notification.stop());
    await self.start();
    life.onStop('self-watch', () => self.stop());
    notification.start();
    const digest = createDigestSender({ ...parts, ...promised, recorder, directory: notification.directory });
    life.onStop('digest', () => digest.stop());
    digest.start();

    life.onStop('engine', () => engine.stop());
    const lineageEvents = await startLineageEvents(parts);
    life.onStop('lineage events', () => lineageEvents.stop());
    const heartbeat = nodeCron.schedule(
      '* * * * * *',
      async () => {
        evaluating = true;
        await engine.tick().then(
          () => self.noteTick(),
          error => logger.error({ err: error }, 'evaluation failed, will be repeated'),
        );
        evaluating = false;
        notification.wake();
      },
      // A heartbeat that is missed costs nothing: due ticks are counted from the stored cursor. The library's own words go where ours go.
      { timezone: 'UTC', noOverlap: true, suppressMissedWarning: true, logger: cronLogger(logger) },
    );
    life.onStop('heartbeat', async () => void (await heartbeat.destroy()));

    return {
      engine,
      alerts: () => [...engine.alerts(), ...self.watch.alerts()],
      rules,
      generated: generated.keeper,
      channels,
      notification,
      recorder,
      objectives: promised.objectives,
      readiness: promised.readiness,
      told: report => toldOf({ ...parts, notification, rules: () => rules.list() }, report),
      async reload(config) {
        rules.checkFileRules(config.fileRules);
        await channels.load(config.channels);
        await notification.reload(config);
        await lineageEvents.reload(config);
        await rules.setFileRules(config.fileRules);
        await generated.keeper.refresh();
      },
      stop: () => life.stop(STOP_MS),
    };
  } catch (error) {
    await life.stop(STOP_MS).catch(() => undefined);
    throw error;
  }
}

function cronLogger(logger: Logger): NonNullable<TaskOptions['logger']> {
  return {
    info: text => logger.debug(text),
    warn: text => logger.debug(text),
    error: text => logger.error({ err: text }, 'the heartbeat of evaluation failed'),
    debug: text => logger.trace(text),
  };
}
