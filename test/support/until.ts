import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 100;

/**
 * Waits until `condition` holds and returns its value; asks again every 100 ms. Rejects once `limitMs` are over, with what was
 * waited for and, when given, how things stand. An error of the condition ends the wait at once.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  limitMs = 60_000,
  detail: () => unknown = () => undefined,
): Promise<Exclude<T, false | null | undefined>> {
  const giveUp = performance.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value) return value as Exclude<T, false | null | undefined>;
    if (performance.now() > giveUp) {
      const stand = detail();
      const text =
        stand === undefined ? '' : `; it stands at ${typeof stand === 'string' ? stand : JSON.stringify(stand)}`;
      throw new Error(`not within ${limitMs / 1000} s: ${what}${text}`);
    }
    await delay(POLL_MS);
  }
}
