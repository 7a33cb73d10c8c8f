import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 100;

/**
 * Waits until `condition` holds and returns its value; asks again every 100 ms. Rejects once `limitMs` are over, also when the condition is
 * still to answer, with what was waited for and, when given, how things stand. An error of the condition ends the wait at once.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  limitMs = 60_000,
  detail: () => unknown = () => undefined,
): Promise<Exclude<T, false | null | undefined>> {
  const giveUp = performance.now() + limitMs;
  const timer = new AbortController();
  const over = delay(limitMs, null, { signal: timer.signal }).catch(() => null);
  try {
    for (;;) {
      const value = await Promise.race([condition(), over]);
      if (value) return value as Exclude<T, false | null | undefined>;
      if (performance.now() > giveUp) break;
      await delay(POLL_MS);
    }
  } finally {
    timer.abort();
  }
  const stand = detail();
  const text = stand === undefined ? '' : `; it stands at ${typeof stand === 'string' ? stand : JSON.stringify(stand)}`;
  throw new Error(`not within ${limitMs / 1000} s: ${what}${text}`);
}
