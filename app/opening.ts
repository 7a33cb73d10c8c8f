/**
 * What opens after the process is up, and in which order: the data, the intake, and what only the holder of a lease runs. Each step waits for
 * the one before it and happens once; a store that is away makes it reject, and whoever asked tries again.
 */
import type { Logger } from 'pino';
import type { ImpactSource, LogSource } from '../alerting/notify/context.ts';
import type { DeadLetter } from '../collector/dead-letter.ts';
import type { JobEventSink, OffsetSink } from '../collector/derive.ts';
import { createPushSource, type PushSource } from '../collector/push-source.ts';
import type { BatchSink, Source } from '../collector/source.ts';
import type { OffsetTables } from '../lineage/lag/offsets.ts';
import type { LineageService } from '../lineage/service.ts';
import type { Clock } from '../model/clock.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { MetricStore } from '../store/metric-store.ts';
import { openKafkaSource, openPipeline } from './collect.ts';
import type { AppConfig } from './config.ts';
import { type Evaluation, startEvaluation } from './evaluation.ts';
import { once } from './once.ts';
import { type Ownership, takeOwnership } from './ownership.ts';
import { declareReports } from './reports.ts';
import { startRetention } from './retention.ts';
import type { Slot } from './slot.ts';
import { logWatermarkOf, statusOf, watermarkOf } from './sources.ts';
import { announce } from './standby.ts';
import type { DataStores, Stores } from './stores.ts';

export interface OpeningParts {
  /** Read anew at every use, so that a reload needs no restart. */
  readonly config: () => AppConfig;
  readonly collects: boolean;
  readonly stores: Stores;
  readonly data: Slot<DataStores>;
  readonly push: Slot<PushSource>;
  readonly evaluation: Slot<Evaluation>;
  readonly ownership: Slot<Ownership>;
  readonly lineage: LineageService;
  readonly tables: OffsetTables;
  /** The intake's way to the metric store. */
  readonly metricStore: Pick<MetricStore, 'append'>;
  /** Rows of this daemon's own polling. */
  readonly offsets: OffsetSink;
  /** Where rows and job events of the intake go: to lag and lineage here, or to their owner. */
  readonly handover: OffsetSink & JobEventSink;
  readonly deadLetter: DeadLetter;
  readonly impact: ImpactSource;
  readonly logSource: LogSource;
  /** Known once the server listens. */
  readonly address: () => string;
  readonly publicUrl: () => string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
}

export class Opening {
  readonly #parts: OpeningParts;
  #source: Source | null = null;
  #stopRetention: () => Promise<void> = async () => undefined;

  constructor(parts: OpeningParts) {
    this.#parts = parts;
  }

  /** How the sources of this daemon stand; null while it reads none. */
  sources(): ReturnType<typeof statusOf> {
    return statusOf([this.#source, this.#parts.ownership.peek()?.source]);
  }

  /** What holds the data, and what is known of jobs. Data files open only under the lease; Elasticsearch is shared. */
  readonly data = once(async () => {
    const { config, stores, data, lineage, clock, logger } = this.#parts;
    await lineage.start();
    const opened = await stores.openData();
    data.set(opened);
    this.#stopRetention = startRetention({ config, data: opened, state: stores.state, clock, logger });
    await declareReports(lineage, config(), clock);
  });

  readonly intake = once(async (): Promise<BatchSink> => {
    await this.data();
    const {
      config,
      collects,
      stores,
      data,
      push,
      lineage,
      metricStore,
      handover,
      deadLetter,
      clock,
      telemetry,
      logger,
    } = this.#parts;
    const { state } = stores;
    const sink = openPipeline(config(), {
      data: data.get(),
      metricStore,
      lineage,
      jobEvents: handover,
      offsets: handover,
      deadLetter,
      clock,
      telemetry,
    });
    push.set(createPushSource({ sink, state, clock, telemetry }));
    if (collects) {
      this.#source = openKafkaSource(config(), ['metrics', 'logs'], { state, clock, telemetry, logger });
      await this.#source?.start(sink);
    }
    return sink;
  });

  /** What the one owner of lag and lineage runs. */
  readonly own = async (): Promise<void> => {
    const sink = await this.intake();
    const { config, stores, ownership, lineage, tables, offsets, clock, telemetry, logger } = this.#parts;
    const events = openKafkaSource(config(), ['events'], { state: stores.state, clock, telemetry, logger });
    ownership.set(await takeOwnership({ config, events, sink, lineage, tables, offsets, clock, telemetry, logger }));
  };

  /** Evaluation, and then ownership: evaluation restores the lag tables, so it comes before the rows that go on from them. */
  readonly evaluate = async (): Promise<void> => {
    const { config, stores, data, evaluation, lineage, tables, impact, logSource, clock, telemetry, logger } =
      this.#parts;
    // Jobs and tables another daemon has taken in meanwhile are in the state store.
    if (data.peek() !== null) await lineage.start();
    await this.data();
    evaluation.set(
      await startEvaluation({
        config,
        publicUrl: this.#parts.publicUrl(),
        state: stores.state,
        metrics: data.get().metrics,
        logs: data.get().logs,
        lineage,
        tables,
        impact,
        logSource,
        watermark: () => {
          const read = this.sources();
          return read ? (watermarkOf(read) ?? Number.NEGATIVE_INFINITY) : Number.POSITIVE_INFINITY;
        },
        logWatermark: () => {
          const read = this.sources();
          return read ? (logWatermarkOf(read) ?? Number.NEGATIVE_INFINITY) : Number.POSITIVE_INFINITY;
        },
        clock,
        telemetry,
        logger,
      }),
    );
    await announce(stores.state, this.#parts.address(), config().http.host);
    await this.own();
  };

  /** Gives back what the lease brought; the intake stays. Idempotent. */
  async standDown(): Promise<void> {
    const { ownership, evaluation } = this.#parts;
    const [owned, evaluated] = [ownership.peek(), evaluation.peek()];
    ownership.set(null);
    await owned?.stop();
    evaluation.set(null);
    await evaluated?.stop();
  }

  /** Nothing is taken in any more when it resolves. Idempotent. */
  async stopIntake(): Promise<void> {
    const { push, ownership } = this.#parts;
    await Promise.all([this.#source?.stop(), push.peek()?.stop(), ownership.peek()?.stop()]);
  }

  stopRetention(): Promise<void> {
    return this.#stopRetention();
  }
}
