import type { Clock } from '../../model/clock.ts';

/** A fraction of the group's session timeout, so that several may get lost. */
export const HEARTBEAT_EVERY_MS = 2000;

/**
 * Waits for `work` without losing the group membership. A heartbeat that fails ends the wait with its error: the group has
 * moved on, and whoever owns the partition now does the work again.
 */
export async function withHeartbeats(
  work: Promise<unknown>,
  heartbeat: () => Promise<void>,
  clock: Clock,
): Promise<void> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  // after a failed heartbeat nobody waits for it any more
  done.catch(() => {});
  while (!isDone) {
    const wait = new AbortController();
    const pause = clock.sleep(HEARTBEAT_EVERY_MS, wait.signal).catch(() => {});
    await Promise.race([done, pause]);
    wait.abort();
    if (!isDone) await heartbeat();
  }
  await done;
}
