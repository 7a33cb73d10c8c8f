/**
 * The daemon: one straight-line composition root. Everything that lives as long as the process is made in `start`, in the order in
 * which data flows, and registers how it stops; what a lease brings and takes (`evaluation.ts`) is made and stopped by the lease.
 */
import type { Logger } from 'pino';
import { createLagSink } from '../collector/lag-sink.ts';
import type { PushSource } from '../collector/push-source.ts';
import { createLagDeriver } from '../lineage/lag/lag-deriver.ts';
import { OffsetTables } from '../lineage/lag/offsets.ts';
import { createLineageService } from '../lineage/service.ts';
import { type Clock, systemClock } from '../model/clock.ts';
import { StoreAwayError, UserError } from '../model/errors.ts';
import type { MetricGroup } from '../model/sample.ts';
import { createTelemetry, type Telemetry } from '../model/telemetry.ts';
import type { InboxMessage } from '../web/api/routes/daemon.ts';
import { createServer } from '../web/api/server.ts';
import { decodeSamples, notedStore, openDeadLetter, openForwarder } from './collect.ts';
import type { AppConfig } from './config.ts';
import type { Evaluation } from './evaluation.ts';
import { createImpactSource, createLogSource } from './explain.ts';
import { createHandover } from './handover.ts';
import { LeaseKeeper } from './lease.ts';
import { Lifecycle } from './lifecycle.ts';
import { listen } from './listen.ts';
import { Opening } from './opening.ts';
import type { Ownership } from './ownership.ts';
import { restartNeeded } from './reload.ts';
import { declareReports } from './reports.ts';
import { apiRoutes } from './routes.ts';
import { Slot } from './slot.ts';
import { watermarkOf } from './sources.ts';
import { passOn } from './standby.ts';
import { createStatus } from './status.ts';
import { type DataStores, openStores } from './stores.ts';
import { UI_DIR, VERSION } from './version.ts';

const STOP_BUDGET_MS = 7000;
const RETRY_MS = 2000;

export interface AppOptions {
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly telemetry?: Telemetry;
  /** Messages of the demo's receivers; makes the inbox screen appear. */
  readonly inbox?: () => readonly InboxMessage[];
}

/** new -> start -> stop; single-use, `stop` idempotent. Port 0 takes a free one, which `address` tells. */
export class App {
  readonly #options: AppOptions;
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #life: Lifecycle;
  readonly #stopping = new AbortController();
  #config: AppConfig;
  readonly #lost = Promise.withResolvers<void>();
  #address = '';
  readonly #evaluation = new Slot<Evaluation>('evaluation has not started here yet, or another daemon holds the lease');
  readonly #ownership = new Slot<Ownership>('another daemon owns lag');
  #declareReports: (config: AppConfig) => Promise<void> = async () => undefined;

  constructor(config: AppConfig, options: AppOptions) {
    this.#config = config;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#telemetry = options.telemetry ?? createTelemetry({ processMetrics: true });
    this.#life = new Lifecycle(this.#clock, options.logger);
  }

  /** Resolves when another daemon has taken over data only one may own: the caller stops this one. */
  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  /** Base URL; empty before `start` resolves. */
  get address(): string {
    return this.#address;
  }

  /**
   * Resolves when the server listens and the first try at everything is made; a store or broker that is away is tried again in
   * the background, and /readyz says so. Rejects when the daemon cannot run at all (port taken, data_dir unusable).
   */
  async start(): Promise<void> {
    const [clock, telemetry, life, { logger }] = [this.#clock, this.#telemetry, this.#life, this.#options];
    const [evaluation, ownership] = [this.#evaluation, this.#ownership];
    const config = this.#config;
    const roles = new Set(config.roles);

    const stores = openStores(config, clock, telemetry);
    life.onStop('store connections', () => stores.close());
    life.onStop('state store', () => stores.state.close());
    const { state } = stores;
    const data = new Slot<DataStores>('the stores are not open here: the daemon starts, or another one owns the data');
    const push = new Slot<PushSource>('the intake is not open here: the daemon starts, or another one owns the data');
    const deadLetter = openDeadLetter(config, clock, telemetry, logger);
    life.onStop('data stores', async () => {
      const open = data.peek();
      await open?.logs.close();
      await open?.metrics.close();
    });
    life.onStop('dead letters', () => deadLetter.close());

    const { clusters, retention } = config;
    const lineage = createLineageService({
      state,
      clusters,
      telemetry,
      clock,
      logger,
      keepEndedMs: retention.ended_jobs,
    });
    life.onStop('lineage', () => lineage.stop());
    const tables = new OffsetTables({ clusterOf: address => lineage.clusterOf(address) });
    const impact = createImpactSource(lineage);
    const publicUrl = (): string => (config.http.public_url ?? this.#address).replace(/\/$/, '');
    const logSource = createLogSource(lineage, () => data.get().logs, publicUrl);

    const onStored = (groups: readonly MetricGroup[]): void => evaluation.peek()?.engine.noteStored(groups);
    const metricStore = notedStore(() => data.get().metrics, onStored);
    const offsets = createLagSink(createLagDeriver(tables), metricStore);
    const handover = createHandover({
      // Data of one owner has one daemon at a time; shared data may be taken in by many, and one of them evaluates.
      owns: () => stores.exclusive || evaluation.peek() !== null,
      offsets,
      jobEvents: lineage,
      forwarder: openForwarder(config, clock, logger),
    });
    life.onStop('handover', () => handover.close());

    const opening = new Opening({
      config: () => this.#config,
      collects: roles.has('collect'),
      stores,
      data,
      push,
      evaluation,
      ownership,
      lineage,
      tables,
      metricStore,
      offsets,
      handover,
      deadLetter,
      impact,
      logSource,
      address: () => this.#address,
      publicUrl,
      clock,
      telemetry,
      logger,
    });
    this.#declareReports = async changed => {
      if (data.peek() !== null) await declareReports(lineage, changed, clock);
    };
    let lease: LeaseKeeper | null = null;
    life.onStop('retention', () => opening.stopRetention());
    life.onStop('evaluation', () => opening.standDown());
    life.onStop('lease', () => lease?.stop());
    life.onStop('sources', () => opening.stopIntake());
    const status = createStatus({
      config: () => this.#config,
      state,
      data,
      evaluation,
      clusters: () => ownership.peek()?.clusters() ?? [],
      lease: () => lease,
      handover,
      source: () => opening.sources(),
      deadLetter,
      telemetry,
      clock,
      demo: this.#options.inbox !== undefined,
    });

    life.onStop('status', () => status.stop());

    const server = await createServer({
      version: VERSION,
      logger,
      telemetry,
      security: {
        ...(config.http.auth ? { auth: config.http.auth } : {}),
        ...(config.http.public_url ? { publicUrl: config.http.public_url } : {}),
      },
      readiness: status.readiness,
      uiDir: UI_DIR,
      routes: api => {
        passOn(api, {
          state,
          stands: () => (lease === null ? !stores.exclusive : !lease.held),
          begins: () => roles.has('evaluate') && evaluation.peek() === null,
          own: () => this.#address,
          clock,
        });
        return apiRoutes(api, {
          roles,
          data,
          push,
          evaluation,
          lineage,
          state,
          impact,
          logSource,
          status,
          watermark: () => {
            const read = opening.sources();
            return read && watermarkOf(read);
          },
          decodeSamples: records => decodeSamples(records, clock.now()),
          inbox: this.#options.inbox ?? null,
          clock,
        });
      },
    });
    this.#address = await listen(server, config);
    life.onStop('http', () => server.close());

    if (roles.has('evaluate') || stores.exclusive) {
      const onWon = roles.has('evaluate') ? opening.evaluate : opening.own;
      const standDown = (): Promise<void> => opening.standDown();
      // Embedded data has one owner at a time: a daemon that lost it (it was stopped or starved for long) must not write on.
      const onLost = stores.exclusive ? async () => this.#lost.resolve() : standDown;
      lease = new LeaseKeeper({ state, clock, logger, telemetry, onWon, onFailed: standDown, onLost });
      await lease.start();
    }
    if (!stores.exclusive) void this.#keepTrying('opening the stores', async () => void (await opening.intake()));
    telemetry.reloadOk.set(1);
    telemetry.reloadAt.set(clock.now() / 1000);
    logger.info(
      { address: this.#address, mode: config.elasticsearch ? 'production' : 'embedded', version: VERSION },
      'tidewatch runs',
    );
  }

  /** Takes over a configuration that was read and checked; throws `UserError` naming what needs a restart, and changes nothing then. */
  async reload(config: AppConfig): Promise<void> {
    const needs = restartNeeded(this.#config, config);
    if (needs.length > 0) throw new UserError('bad-request', `restart the daemon to change ${needs.join(', ')}`);
    await this.#evaluation.peek()?.reload(config);
    await this.#ownership.peek()?.reload(config);
    this.#config = config;
    this.#options.logger.level = config.log.level;
    await this.#declareReports(config);
  }

  /** Sets the metrics of the last reload. */
  noteReload(ok: boolean): void {
    this.#telemetry.reloadOk.set(ok ? 1 : 0);
    if (ok) this.#telemetry.reloadAt.set(this.#clock.now() / 1000);
  }

  /** Intake first, stores last, within a budget. Rejects with everything that went wrong. */
  stop(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    return this.#life.stop(STOP_BUDGET_MS);
  }

  async #keepTrying(what: string, work: () => Promise<void>): Promise<void> {
    for (let attempt = 1; !this.#stopping.signal.aborted; attempt++) {
      try {
        await work();
        if (attempt > 1) this.#options.logger.info({ what, attempt }, 'works now');
        return;
      } catch (error) {
        if (attempt === 1)
          this.#options.logger.warn(
            { what, err: error, expected: error instanceof StoreAwayError },
            'not possible yet, trying on',
          );
      }
      await this.#clock.sleep(RETRY_MS, this.#stopping.signal).catch(() => undefined);
    }
  }
}
