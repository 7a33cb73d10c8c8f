/**
 * The dead man's switch: an alert that always fires goes to a receiver outside, and its absence is the alarm about us. It is withheld on purpose
 * while rules are not evaluated: a process that merely lives proves nothing.
 */
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { ChannelService } from '../alerting/notify/channel-service.ts';
import type { Message } from '../alerting/notify/message.ts';
import { singleMessage } from '../alerting/notify/single-message.ts';
import type { Clock } from '../model/clock.ts';
import type { AppConfig } from './config.ts';

type Heartbeat = NonNullable<AppConfig['alerting']['heartbeat']>;

const TIMEOUT_MS = 10_000;
/** Failures in a row after which the daemon says so itself. */
const FAILING_AFTER = 3;
const WATCHDOG = { alertname: 'Watchdog', severity: 'info', source: 'tidewatch' } as const;
const SAYS = 'tidewatch evaluates its rules; this alert always fires';

export interface DeadManParts {
  /** Read anew at every beat; undefined: no heartbeat. */
  readonly heartbeat: () => Heartbeat | undefined;
  /** Why nothing must be sent now; null when rules are evaluated as they should. */
  readonly ailing: () => Promise<string | null>;
  readonly channels: Pick<ChannelService, 'active'>;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
}

export class DeadMan {
  readonly #parts: DeadManParts;
  readonly #stop = new AbortController();
  #cancel: () => void = () => undefined;
  #beating: Promise<void> = Promise.resolve();
  #failures = 0;
  #lastError = '';

  constructor(parts: DeadManParts) {
    this.#parts = parts;
  }

  /** Beats at once and then at its interval. */
  start(): void {
    this.#beating = this.#beat().catch(() => undefined);
  }

  /** Cuts a beat under way short. Idempotent. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('stopping'));
    this.#cancel();
    await this.#beating;
  }

  /** Why the receiver does not hear us; null when it does, or when there is none. */
  failing(): string | null {
    return this.#failures >= FAILING_AFTER ? this.#lastError : null;
  }

  async #beat(): Promise<void> {
    const { heartbeat, ailing, clock, logger } = this.#parts;
    const to = heartbeat();
    if (to !== undefined) {
      const why = await ailing();
      const error = why === null ? await this.#send(to) : null;
      if (why !== null) logger.warn({ why }, 'no heartbeat is sent');
      if (error !== null && this.#failures === 0) logger.warn({ error }, 'the heartbeat did not arrive');
      this.#failures = error === null ? 0 : this.#failures + 1;
      this.#lastError = error ?? '';
    }
    if (this.#stop.signal.aborted) return;
    this.#cancel = clock.after(to?.every ?? 60_000, () => this.start());
  }

  /** Null when it arrived, else what went wrong; never the address, which may hold a token. */
  async #send(to: Heartbeat): Promise<string | null> {
    const timeout = new AbortController();
    const cancel = this.#parts.clock.after(Math.min(TIMEOUT_MS, to.every), () =>
      timeout.abort(new Error('no answer in time')),
    );
    const signal = AbortSignal.any([this.#stop.signal, timeout.signal]);
    try {
      return to.channel === undefined ? await this.#request(to, signal) : await this.#tell(to.channel, signal);
    } catch (error) {
      if (this.#stop.signal.aborted) return null;
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer';
    } finally {
      cancel();
    }
  }

  async #request({ url, format, every }: Heartbeat, signal: AbortSignal): Promise<string | null> {
    const now = this.#parts.clock.now();
    const alert = {
      labels: WATCHDOG,
      annotations: { summary: SAYS },
      startsAt: new Date(now).toISOString(),
      endsAt: new Date(now + 3 * every).toISOString(),
      generatorURL: this.#parts.publicUrl,
    };
    const isAlert = format === 'alertmanager';
    const response = await fetch(url?.reveal() ?? '', {
      method: format === 'get' ? 'GET' : 'POST',
      headers: { 'user-agent': 'tidewatch', ...(isAlert ? { 'content-type': 'application/json' } : {}) },
      ...(isAlert ? { body: JSON.stringify([alert]) } : {}),
      redirect: 'follow',
      signal,
    });
    await response.body?.cancel();
    return response.ok ? null : `HTTP ${response.status}`;
  }

  async #tell(name: string, signal: AbortSignal): Promise<string | null> {
    const channel = this.#parts.channels.active(name);
    if (channel === null) return `there is no channel ${name}`;
    const now = this.#parts.clock.now();
    const idempotencyKey = createHash('sha256').update(`heartbeat ${name} ${now}`).digest('hex').slice(0, 32);
    const message = watchdog(name, this.#parts.publicUrl, now);
    const result = await channel.notifier.send(message, { idempotencyKey, attempt: 1 }, signal);
    return result.kind === 'sent' ? null : `${result.class}: ${result.error}`;
  }
}

function watchdog(channel: string, url: string, at: number): Message {
  const { alertname } = WATCHDOG;
  return singleMessage({
    status: 'firing',
    severity: 'info',
    title: alertname,
    groupKey: 'watchdog',
    groupLabels: { alertname },
    receiver: channel,
    at,
    url,
    alert: {
      status: 'firing',
      labels: WATCHDOG,
      summary: `tidewatch 正在评估规则；此告警恒为触发。${SAYS}`,
    },
  });
}
