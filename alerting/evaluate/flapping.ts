/** The ring of a group's last results (alerting.md rule 12) as text of `0` and `1`, newest last. */

/** No result yet. */
export const EMPTY_RING = '';

/**
 * Adds a result and keeps the last `size`. A ring without any change is kept as one digit, so the state of a steady group
 * does not change from tick to tick; that loses nothing, because only changes are counted.
 */
export function pushResult(ring: string, result: boolean, size: number): string {
  const digit = result ? '1' : '0';
  if (ring === digit) return ring;
  const next = `${ring}${digit}`.slice(-size);
  return ringChanges(next) === 0 ? digit : next;
}

/** How often neighbouring results differ. */
export function ringChanges(ring: string): number {
  let changes = 0;
  for (let i = 1; i < ring.length; i++) if (ring[i] !== ring[i - 1]) changes++;
  return changes;
}

/** Length of the newest run of equal results: one more than the ticks in a row without a change. */
export function ringRun(ring: string): number {
  let run = 1;
  while (run < ring.length && ring[ring.length - 1 - run] === ring[ring.length - 1]) run++;
  return ring.length === 0 ? 0 : run;
}
