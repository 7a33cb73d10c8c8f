import type { OffsetTables } from '../lineage/lag/offsets.ts';
import type { Clock } from '../model/clock.ts';

/** Less than a third of the silence after which end offsets alone would make a lag. */
const EVERY_MS = 10_000;

/**
 * Jobs that are over leave the lag tables, or their lag would grow with their topics: once no more of their positions come, since the news of an
 * end may be read long before the last positions are. The returned function ends it.
 */
export function startEndedHopSweep(parts: {
  readonly tables: OffsetTables;
  readonly hasEnded: (hop: string) => boolean;
  readonly clock: Clock;
}): () => void {
  const { tables, hasEnded, clock } = parts;
  let before = new Map<string, number>();
  let cancel: () => void = () => {};

  function sweep(): void {
    const newest = new Map<string, number>();
    for (const { hop, lastSampleTs } of tables.consumers())
      newest.set(hop, Math.max(lastSampleTs, newest.get(hop) ?? Number.NEGATIVE_INFINITY));
    const ended = new Map([...newest].filter(([hop]) => hasEnded(hop)));
    for (const [hop, ts] of ended) if (before.get(hop) === ts) tables.forgetHop(hop);
    before = ended;
    cancel = clock.after(EVERY_MS, sweep);
  }

  sweep();
  return () => cancel();
}
