/** The daemon's eye on itself: meta-alerts, and the heartbeat to an outside receiver. */
import type { Logger } from 'pino';
import type { Engine } from '../alerting/engine.ts';
import type { ChannelService } from '../alerting/notify/channel-service.ts';
import type { Clock } from '../model/clock.ts';
import type { Telemetry } from '../model/telemetry.ts';
import type { MetricStore } from '../store/metric-store.ts';
import type { StateStore } from '../store/state-store.ts';
import type { AppConfig } from './config.ts';
import { DeadMan } from './deadman.ts';
import { SelfWatch } from './meta-alerts.ts';
import type { Notification } from './notification.ts';

/** Evaluation that has not finished a round for this long is stuck. */
const STUCK_MS = 30_000;
const PING_MS = 2_000;

export interface SelfWatchParts {
  readonly config: () => AppConfig;
  readonly state: StateStore;
  readonly metrics: MetricStore;
  readonly engine: Pick<Engine, 'behind'>;
  readonly channels: ChannelService;
  readonly notification: Pick<Notification, 'metaChannels' | 'wake'>;
  readonly watermark: () => number;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
}

export interface SelfWatching {
  readonly watch: SelfWatch;
  /** A round of evaluation has ended well. */
  noteTick(): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function watchSelf(parts: SelfWatchParts): SelfWatching {
  const { config, state, metrics, engine, channels, notification, clock, publicUrl, logger } = parts;
  let tickedAt = clock.monotonic();
  const deadMan = new DeadMan({
    heartbeat: () => config().alerting.heartbeat,
    async ailing() {
      const stuckMs = clock.monotonic() - tickedAt;
      if (stuckMs > STUCK_MS) return `evaluation has not ended a round for ${Math.round(stuckMs / 1000)} s`;
      const timeout = new AbortController();
      const cancel = clock.after(PING_MS, () => timeout.abort(new Error('no answer')));
      return state
        .ping(timeout.signal)
        .then(
          () => null,
          () => 'the state store does not answer',
        )
        .finally(cancel);
    },
    channels,
    publicUrl,
    clock,
    logger,
  });
  const watch = new SelfWatch({
    state,
    metrics,
    channels,
    rulesBehind: () => engine.behind(),
    watermark: parts.watermark,
    config: () => ({ maxWaitMs: config().alerting.max_wait, receivers: config().alerting.meta_receivers }),
    metaChannels: () => notification.metaChannels(),
    heartbeatFailing: () => deadMan.failing(),
    publicUrl,
    onChange: () => notification.wake(),
    clock,
    telemetry: parts.telemetry,
    logger,
  });
  return {
    watch,
    noteTick() {
      tickedAt = clock.monotonic();
    },
    async start() {
      await watch.start();
      deadMan.start();
    },
    async stop() {
      await Promise.all([deadMan.stop(), watch.stop()]);
    },
  };
}
