import type { Logger } from 'pino';
import type { Clock } from '../model/clock.ts';
import { StoreAwayError } from '../model/errors.ts';
import { globTest } from '../model/glob.ts';
import type { LogStore } from '../store/log-store.ts';
import type { MetricStore } from '../store/metric-store.ts';
import type { StateStore } from '../store/state-store.ts';
import type { AppConfig } from './config.ts';

const EVERY_MS = 600_000;
/** How long history of rules and deliveries is kept, ms. */
export const STATE_MS = 14 * 86_400_000;
/** A retry of a request is exact for this long. */
const KEYS_MS = 86_400_000;

/** Drops what is past its retention, every ten minutes; the returned function ends it. */
export function startRetention(parts: {
  config: () => AppConfig;
  data: { readonly logs: Pick<LogStore, 'expire'>; readonly metrics: Pick<MetricStore, 'expire'> };
  state: Pick<StateStore, 'expire'>;
  clock: Clock;
  logger: Logger;
}): () => Promise<void> {
  const { data, state, clock, logger } = parts;
  const stop = new AbortController();

  async function once(): Promise<void> {
    const { retention } = parts.config();
    const now = clock.now();
    const perJob = Object.entries(retention.per_job).map(([glob, r]) => ({ fits: globTest([glob]), ms: r.logs }));
    // The empty name asks for the default, which no pattern may change.
    const logMs = (job: string): number =>
      (job === '' ? undefined : perJob.find(p => p.fits(job))?.ms) ?? retention.logs;
    const logs = await data.logs.expire(now, logMs, stop.signal);
    const metrics = await data.metrics.expire(
      now,
      { rawMs: retention.metrics, rollupMs: retention.rollups },
      stop.signal,
    );
    await state.expire(now - STATE_MS, now - KEYS_MS, stop.signal);
    if (logs.dropped + metrics.dropped > 0)
      logger.info({ logs: logs.dropped, metrics: metrics.dropped }, 'dropped what is past its retention');
  }

  async function loop(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await once();
      } catch (error) {
        if (!stop.signal.aborted)
          logger.warn({ err: error, expected: error instanceof StoreAwayError }, 'retention could not be applied');
      }
      await clock.sleep(EVERY_MS, stop.signal).catch(() => undefined);
    }
  }

  const running = loop();
  return async () => {
    stop.abort(new Error('stopping'));
    await running;
  };
}
