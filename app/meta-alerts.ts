/**
 * Watches the daemon itself and raises meta-alerts: rules or streams behind, stores that do not answer, channels that fail, the cap of series. A
 * state store that is away cannot carry an alert, so that one is told directly, past the outbox.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { LiveAlert } from '../alerting/engine.ts';
import { ChannelHealth } from '../alerting/notify/channel-health.ts';
import type { ChannelService } from '../alerting/notify/channel-service.ts';
import type { Message } from '../alerting/notify/message.ts';
import { MetaAlerts, type MetaCondition } from '../alerting/notify/meta-alerts.ts';
import { singleMessage } from '../alerting/notify/single-message.ts';
import type { Clock } from '../model/clock.ts';
import { readableDuration } from '../model/duration.ts';
import { StoreAwayError } from '../model/errors.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { MetricStore } from '../store/metric-store.ts';
import type { OutboxRow, StateStore } from '../store/state-store.ts';

const CHECK_MS = 5_000;
const PING_MS = 2_000;
/** Looks in a row at which a store must not answer. */
const AWAY_AFTER = 3;
/** A refused series is news for this long. */
const SERIES_MS = 10 * 60_000;
/** Rows of the outbox that say after a restart which channels fail. */
const NEWEST = 200;

export interface MetaAlertParts {
  readonly state: StateStore;
  readonly metrics: Pick<MetricStore, 'ping'>;
  readonly channels: Pick<ChannelService, 'active'>;
  /** Rules behind their schedule. */
  readonly rulesBehind: () => number;
  /** Event time up to which the metric store has everything; Infinity when level. */
  readonly watermark: () => number;
  readonly config: () => { readonly maxWaitMs: number; readonly receivers: readonly string[] };
  readonly metaChannels: () => readonly string[];
  /** Why the heartbeat does not arrive; null when it does. */
  readonly heartbeatFailing: () => string | null;
  readonly publicUrl: string;
  /** Called after something was raised or ended. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly telemetry: Pick<Telemetry, 'seriesRefused'>;
  readonly logger: Logger;
}

/** What the daemon says of itself; `check` looks at once. */
export class SelfWatch {
  readonly #parts: MetaAlertParts;
  readonly #alerts: MetaAlerts;
  readonly #health = new ChannelHealth();
  readonly #missed = { state: 0, metrics: 0 };
  #series = { refused: 0, at: Number.NEGATIVE_INFINITY };
  /** Channels that were told directly that the state store is away. */
  readonly #toldDirectly = new Set<string>();
  #checking: Promise<void> | null = null;
  #stopped = false;
  #cancel: () => void = () => undefined;

  constructor(parts: MetaAlertParts) {
    this.#parts = parts;
    const { state, clock, config } = parts;
    this.#alerts = new MetaAlerts({ state, clock, receivers: () => config().receivers });
  }

  /** Takes up what went on before. Rejects with `StoreAwayError`. */
  async start(): Promise<void> {
    await this.#alerts.load();
    const { items } = await this.#parts.state.listOutbox({ limit: NEWEST });
    for (const row of items.toReversed()) this.#health.note(row);
    this.#series = { refused: await this.#refusedSeries(), at: Number.NEGATIVE_INFINITY };
    this.#schedule();
  }

  alerts(): readonly LiveAlert[] {
    return this.#alerts.alerts();
  }

  /** Takes what became of a delivery; a message that died is told at once. */
  noteDelivery(row: OutboxRow): void {
    this.#health.note(row);
    if (row.status === 'dead') void this.check();
  }

  /** Looks now; one look at a time. */
  check(): Promise<void> {
    this.#checking ??= this.#check()
      .catch(error => {
        const expected = error instanceof StoreAwayError;
        if (!expected) this.#parts.logger.error({ err: error }, 'the daemon could not look at itself');
      })
      .finally(() => {
        this.#checking = null;
        this.#schedule();
      });
    return this.#checking;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#checking;
  }

  #schedule(): void {
    this.#cancel();
    if (!this.#stopped) this.#cancel = this.#parts.clock.after(CHECK_MS, () => void this.check());
  }

  async #check(): Promise<void> {
    const { state, metrics, onChange } = this.#parts;
    const [stateAnswers, metricsAnswer] = await Promise.all([this.#answers(state), this.#answers(metrics)]);
    this.#missed.state = stateAnswers ? 0 : this.#missed.state + 1;
    this.#missed.metrics = metricsAnswer ? 0 : this.#missed.metrics + 1;
    await this.#tellStateStore();
    if (!stateAnswers) return;
    const before = JSON.stringify(this.alerts());
    await this.#alerts.update(await this.#conditions());
    if (JSON.stringify(this.alerts()) !== before) onChange();
  }

  async #conditions(): Promise<readonly MetaCondition[]> {
    const { rulesBehind, watermark, config, clock, heartbeatFailing } = this.#parts;
    const found: MetaCondition[] = [];
    const add = (
      code: MetaCondition['code'],
      severity: MetaCondition['severity'],
      summary: string,
      subject = '',
    ): void => {
      found.push({ code, subject, severity, summary, labels: subject === '' ? {} : { channel: subject } });
    };
    const behind = rulesBehind();
    if (behind > 0) add('rules-behind', 'error', `${behind} rules are more than a minute behind their schedule`);
    const lateMs = clock.now() - watermark();
    // Before the first record of a stream nothing is known of it, and nothing is late.
    if (Number.isFinite(lateMs) && lateMs > config().maxWaitMs)
      add(
        'stream-behind',
        'error',
        `the intake is ${readableDuration(lateMs)} behind; rules are evaluated on what is there`,
      );
    if (this.#missed.metrics >= AWAY_AFTER)
      add('store-away', 'critical', 'the metric store does not answer; rules wait for it');
    if (await this.#seriesCapReached())
      add('series-limit', 'error', 'new series are refused: metrics.max_series is reached');
    const silent = heartbeatFailing();
    if (silent !== null) add('heartbeat-failing', 'error', `the heartbeat does not arrive: ${silent}`);
    for (const { channel, why } of this.#health.failing(clock.now()))
      add('channel-failing', 'error', `channel ${channel} cannot deliver: ${why}`, channel);
    return found;
  }

  async #answers(store: { ping(signal?: AbortSignal): Promise<void> }): Promise<boolean> {
    const timeout = new AbortController();
    const cancel = this.#parts.clock.after(PING_MS, () => timeout.abort(new Error('no answer')));
    try {
      await store.ping(timeout.signal);
      return true;
    } catch {
      return false;
    } finally {
      cancel();
    }
  }

  async #seriesCapReached(): Promise<boolean> {
    const refused = await this.#refusedSeries();
    const now = this.#parts.clock.now();
    if (refused > this.#series.refused) this.#series = { refused, at: now };
    return now - this.#series.at < SERIES_MS;
  }

  async #refusedSeries(): Promise<number> {
    return (await this.#parts.telemetry.seriesRefused.get()).values.reduce((sum, { value }) => sum + value, 0);
  }

  /** Each channel is tried until it has taken the word, on both ends. */
  async #tellStateStore(): Promise<void> {
    const { state: missed } = this.#missed;
    if (missed === 0) {
      for (const channel of [...this.#toldDirectly])
        if (await this.#send(channel, true)) this.#toldDirectly.delete(channel);
    } else if (missed >= AWAY_AFTER) {
      const untold = this.#parts.metaChannels().filter(channel => !this.#toldDirectly.has(channel));
      for (const channel of untold) if (await this.#send(channel, false)) this.#toldDirectly.add(channel);
    }
  }

  async #send(channel: string, isOver: boolean): Promise<boolean> {
    const { channels, clock, publicUrl, logger } = this.#parts;
    const timeout = new AbortController();
    const cancel = clock.after(3 * PING_MS, () => timeout.abort(new Error('no answer')));
    const message = stateStoreMessage(channel, isOver, publicUrl, clock.now());
    const options = { idempotencyKey: `store-away-${randomUUID()}`, attempt: 1 };
    try {
      const result = await channels.active(channel)?.notifier.send(message, options, timeout.signal);
      return result === undefined || result.kind === 'sent';
    } catch (error) {
      logger.error({ err: error, channel }, 'a notifier failed');
      return false;
    } finally {
      cancel();
    }
  }
}

function stateStoreMessage(channel: string, isOver: boolean, publicUrl: string, at: number): Message {
  const summary = isOver
    ? 'the state store answers again; rules and notifications go on'
    : 'the state store does not answer; rules and notifications wait for it';
  return singleMessage({
    status: isOver ? 'resolved' : 'info',
    severity: 'critical',
    title: `tidewatch: ${summary}`,
    groupKey: 'store-away',
    receiver: channel,
    at,
    url: publicUrl,
    alert: {
      status: isOver ? 'resolved' : 'meta',
      labels: { alertname: 'tidewatch', severity: 'critical', code: 'store-away' },
      endsAt: isOver ? at : null,
      summary,
    },
  });
}
